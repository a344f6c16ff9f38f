"""Streams by their addresses: /v1/programmes, /v1/agreements, /v1/referrals, and their like.

All kinds are served in one manner: a collection is posted to with what opens a stream, a stream
with what happened next; it is read as a state, as a history, and as a row of a list.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import Enum
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Path, Query, Request, Response
from fastapi.concurrency import run_in_threadpool
from pydantic import BaseModel, Field, Strict, create_model

from api.answers import FORBID, HistoryAnswer, StateAnswer, history_answer, moment_of, state_answer
from api.callers import HistoryReader, Reader, Signed
from api.dependencies import Services, WithServices
from api.event_forms import proposal_union
from api.lists import POSITION_MOST, Asked, Listing, asked_of, filters
from api.mark_answers import shown_in, telling_of
from api.openapi import list_documentation
from api.preconditions import VersionSeen, etag
from api.problems import not_found
from api.readings import Reading, WithReading, of_pages
from api.sight import unit_that_sees
from api.strictness import known_parameters
from api.tokens import Caller, Role
from api.writing import (
    EVENTS_MOST,
    Desk,
    ReceiptAnswer,
    entries_of,
    receipt_answer,
)
from application.journeys import History, Journeys, Moment
from application.ledger import Receipt
from domain.kernel import Chapter, Event, Json, Stream
from domain.record import Recorded, StreamId
from domain.time import Zone
from projections.kernel import Projection

Moments = Annotated[Moment, Depends(moment_of)]
Version = Annotated[int, Strict(), Field(ge=0, le=2**31 - 1)]
Expected = Annotated[
    dict[str, Version],
    Field(
        description="Versions of other streams that the caller has seen, by kind:key.",
        examples=[{}],
        max_length=100,
    ),
]
NO_OTHERS: Final[Any] = Field(default_factory=dict, json_schema_extra={"default": {}})
"""Made for each body: a default that is given is copied for each, depth and all, which takes four
times as long."""
STRICT: Final = [Depends(known_parameters)]


@dataclass(frozen=True, slots=True, kw_only=True)
class ForAgencies:
    """What an agency finds at a collection of which some is its own.

    ``listed`` answers in a form: json, csv or ndjson; ``one`` by a key. ``answer`` is what `one`
    gives, and a line of the list.
    """

    listed: Callable[[Request, Reading, str], Response]
    one: Callable[[Request, Reading, str], Response]
    answer: type[BaseModel]


@dataclass(frozen=True, slots=True, kw_only=True)
class Collection:
    """One kind of stream at its address.

    ``events`` are those that may be proposed; others only follow from these. ``key_of`` names a new
    stream after its first event, where the id is not made up; ``ensure_new`` looks for whoever may
    be meant, unless the caller says that it is somebody new. ``fixed`` filters the list, and
    ``status`` are the columns whose words the filter of that name takes. ``besides`` are fields of
    the answer on a state that go beyond the stream: it returns them, and the pages that they show.
    ``for_agency`` answers agencies; without it an agency finds nothing.
    """

    path: str
    stream: Stream
    key: str
    pattern: str
    example: str
    read_model: str
    events: tuple[type[Event], ...]
    prefix: str = ""
    key_of: Callable[[Any], str] | None = None
    ensure_new: Callable[[Desk, Event], None] | None = None
    fixed: Mapping[str, Any] = field(default_factory=dict)
    status: Mapping[str, type[Enum]] = field(default_factory=dict)
    besides: Callable[[Services, History, Moment], tuple[Json, Sequence[Recorded]]] | None = None
    besides_fields: Mapping[str, Any] = field(default_factory=dict)
    for_agency: ForAgencies | None = None

    @property
    def word(self) -> str:
        """Return the name of the kind in names of models: ``Programme``."""
        return "".join(part.capitalize() for part in self.key.removesuffix("_id").split("_"))

    def forms(self) -> Any:
        """Return the type of a proposal to this kind of stream."""
        chapters = tuple(kept(chapter, self.events) for chapter in self.stream.chapters)
        return proposal_union([replace(self.stream, chapters=chapters)])

    def id_of(self, key: str) -> StreamId:
        """Return the stream with a key."""
        return StreamId(self.stream.name, self.prefix + key)


def kept(chapter: Chapter[Any, Any], events: Sequence[type[Event]]) -> Chapter[Any, Any]:
    """Return a chapter with some of its events only."""
    return replace(chapter, events=tuple(event for event in chapter.events if event in events))


After = Annotated[
    int | None,
    Query(ge=0, le=POSITION_MOST, description="A position to be seen: the ledger is read itself."),
]


def key_parameter(collection: Collection) -> Any:
    """Return the type of the key in the address; one of another form is not found."""
    form = Path(
        alias=collection.key,
        min_length=1,
        max_length=100,
        description="The key of the stream.",
        examples=[collection.example],
        json_schema_extra={"pattern": f"^{collection.pattern}$"},
    )
    return Annotated[str, form]


def body_model(name: str, **fields: Any) -> type[BaseModel]:
    """Return the model of a body."""
    model: type[BaseModel] = create_model(name, __config__=FORBID, **fields)
    return model


def seen(
    services: Services, collection: Collection, key: str, caller: Caller, moment: Moment
) -> tuple[History, str | None]:
    """Return a stream at a moment, and for which of the caller's units it is seen.

    404 where the caller may not see it, or it was not there.
    """
    if not matches(collection, key):
        raise not_found()
    stream = collection.id_of(key)
    unit = unit_that_sees(services, stream, caller)
    return Journeys(services.ledger, services.now)(stream, moment), unit


def matches(collection: Collection, key: str) -> bool:
    """Say whether a key has the form of its kind."""
    return re.fullmatch(collection.pattern, key, re.ASCII) is not None


def listed(collection: Collection, least: int = 1) -> Any:
    """Return the type of a list of proposals."""
    forms = list.__class_getitem__(collection.forms())
    return Annotated[forms, Field(min_length=least, max_length=EVENTS_MOST)]


BESIDES_NOTHING: Final[tuple[Json, Sequence[Recorded]]] = ({}, ())


def add_states(router: APIRouter, collection: Collection) -> None:
    """Serve states."""
    key_type = key_parameter(collection)
    key_field: Any = {collection.key: (str, ...), **collection.besides_fields}
    state_model = create_model(f"{collection.word}State", __base__=StateAnswer, **key_field)
    path = f"{collection.path}/{{{collection.key}}}"
    for_agency = collection.for_agency
    answer: Any = state_model | for_agency.answer if for_agency else state_model

    @router.get(path, response_model=answer, dependencies=STRICT)
    def read_state(  # noqa: PLR0913, PLR0917  # what the framework hands in, each by its type
        request: Request,
        key: key_type,  # type: ignore[valid-type]
        services: WithServices,
        caller: Reader,
        moment: Moments,
        reading: WithReading,
        response: Response,
        after: After = None,
    ) -> Json | Response:
        """Return the state at two times: as it was, as it was known."""
        if caller.role is Role.AGENCY and for_agency and matches(collection, key):
            return for_agency.one(request, reading, key)
        history, unit = seen(services, collection, key, caller, moment)
        more, others = (
            collection.besides(services, history, moment) if collection.besides else BESIDES_NOTHING
        )
        reading(*of_pages([*history.pages, *others], envelope=False), 1, unit)
        response.headers["ETag"] = etag(history.version)
        return state_answer(history, moment, collection.key) | more


def add_histories(router: APIRouter, collection: Collection) -> None:
    """Serve histories."""
    key_type = key_parameter(collection)
    key_field: Any = {collection.key: (str, ...)}
    history_model = create_model(f"{collection.word}History", __base__=HistoryAnswer, **key_field)
    path = f"{collection.path}/{{{collection.key}}}/events"

    @router.get(
        path,
        response_model=history_model,
        response_model_exclude_unset=True,
        dependencies=STRICT,
    )
    def read_history(  # noqa: PLR0913, PLR0917  # what the framework hands in, each by its type
        key: key_type,  # type: ignore[valid-type]
        services: WithServices,
        caller: HistoryReader,
        moment: Moments,
        reading: WithReading,
        response: Response,
        after: After = None,
    ) -> Json:
        """Return every event with its envelope, in the order in which they took effect.

        What was voided, corrected or moved is there as it was recorded, with marks that say so.
        """
        history, unit = seen(services, collection, key, caller, moment)
        told = telling_of(services, caller, history, moment)
        reading(*shown_in(told), len(told.events), unit)
        response.headers["ETag"] = etag(history.version)
        return history_answer(history, moment, collection.key, told)


def add_appending(router: APIRouter, collection: Collection) -> None:
    """Take what happened next."""
    key_type = key_parameter(collection)
    events = listed(collection)
    body_type = body_model(
        f"{collection.word}Events", events=(events, ...), expected=(Expected, NO_OTHERS)
    )
    key_field: Any = {collection.key: (str, ...)}
    receipt_model = create_model(f"{collection.word}Receipt", __base__=ReceiptAnswer, **key_field)

    @router.post(
        f"{collection.path}/{{{collection.key}}}/events",
        response_model=receipt_model,
        status_code=201,
        dependencies=STRICT,
    )
    async def append(  # noqa: PLR0913, PLR0917  # what the framework hands in, each by its type
        key: key_type,  # type: ignore[valid-type]
        services: WithServices,
        signature: Signed,
        version: VersionSeen,
        body: body_type,  # type: ignore[valid-type]
        response: Response,
    ) -> Json:
        """Propose one event or an atomic list: all are recorded, or none."""
        if not matches(collection, key):
            raise not_found()
        desk = Desk(services, signature)
        stream = collection.id_of(key)
        said: Any = body
        receipt = await run_in_threadpool(
            desk.once, lambda: desk.add(entries_of(stream, said.events), version, said.expected)
        )
        answer = receipt_answer(receipt, stream, response, key=collection.key)
        return answer | {collection.key: key}


def add_opening(router: APIRouter, collection: Collection) -> None:
    """Take what opens a new stream."""
    events = listed(collection)
    is_new: Any = (Annotated[bool, Strict()], Field(default=False))
    more = {"is_new": is_new} if collection.ensure_new else {}
    body_type = body_model(f"New{collection.word}", events=(events, ...), **more)
    key_field: Any = {collection.key: (str, ...)}
    receipt_model = create_model(
        f"New{collection.word}Receipt", __base__=ReceiptAnswer, **key_field
    )

    @router.post(
        collection.path, response_model=receipt_model, status_code=201, dependencies=STRICT
    )
    async def open_new(
        services: WithServices,
        signature: Signed,
        body: body_type,  # type: ignore[valid-type]
        response: Response,
    ) -> Json:
        """Open a new one with its first event, and what followed."""
        desk = Desk(services, signature)
        receipt = await run_in_threadpool(desk.once, lambda: open_with(desk, collection, body))
        return opened(receipt, collection, response)


def open_with(desk: Desk, collection: Collection, said: Any) -> Receipt:
    """Record what opens a stream, unless it says again what is there under another key."""
    name = collection.key_of
    key = name(said.events[0]) if name else desk.services.new_id()
    entries = entries_of(collection.id_of(key), said.events)
    desk.ensure_may_open(entries[0])
    if collection.ensure_new and not said.is_new:
        collection.ensure_new(desk, entries[0].event(Zone.WIB))
    return desk.open(entries)


def opened(receipt: Receipt, collection: Collection, response: Response) -> Json:
    """Return the answer to an opening, with the address of what was opened."""
    kind = collection.stream.name
    stream = next(event.stream for event in receipt.written if event.stream.kind == kind)
    key = stream.key.removeprefix(collection.prefix)
    response.headers["Location"] = f"{collection.path}/{key}"
    return receipt_answer(receipt, stream, response, key=collection.key) | {collection.key: key}


def by_column(asked: Asked, status: Mapping[str, type[Enum]]) -> Asked:
    """Turn the filter ``status`` into one on the columns whose words it gives."""
    where = dict(asked.where)
    for word in where.pop("status", ()) if status else ():
        column = next(name for name, kind in status.items() if word in {one.value for one in kind})
        where[column] = (*where.get(column, ()), word)
    return replace(asked, where=where)


def asked_columns(collection: Collection, projection: Projection[Any]) -> dict[str, Any]:
    """Return the columns that a list may be asked by, each with its type."""
    columns = {
        name: kind for name, kind in filters(projection.row).items() if name not in collection.fixed
    }
    if collection.status:
        words = {one.name: one.value for kind in collection.status.values() for one in kind}
        columns["status"] = Enum("Status", words)
    return columns


def add_lists(router: APIRouter, collection: Collection, services: Services) -> None:
    """Serve the list, as JSON by pages, and whole as CSV and NDJSON."""
    projection = services.projections.get(collection.read_model)
    if projection is None:
        return
    columns = asked_columns(collection, projection)

    def listing(request: Request, services: Services, caller: Caller, reading: Reading) -> Listing:
        return Listing(
            services=services,
            projection=projection,
            access=caller.access,
            asked=by_column(asked_of(request, columns, collection.fixed), collection.status),
            reading=reading,
        )

    @router.get(collection.path, openapi_extra=list_documentation(columns, paged=True))
    def read_list(
        request: Request, services: WithServices, caller: Reader, reading: WithReading
    ) -> Response:
        """Search within the caller's scope; the next page is in the `Link` header."""
        if caller.role is Role.AGENCY and collection.for_agency:
            return collection.for_agency.listed(request, reading, "json")
        return listing(request, services, caller, reading).json(request)

    for form in ("csv", "ndjson"):
        router.add_api_route(
            f"{collection.path}.{form}",
            file_route(listing, form, collection.for_agency),
            name=f"read_{form}",
            openapi_extra=list_documentation(columns, paged=False, form=form),
        )


def file_route(
    listing: Callable[..., Listing], form: str, for_agency: ForAgencies | None
) -> Callable[..., Response]:
    """Return the route of a whole list as a file."""

    def read_file(
        request: Request, services: WithServices, caller: Reader, reading: WithReading
    ) -> Response:
        """Return the whole list as a file."""
        if caller.role is Role.AGENCY and for_agency:
            return for_agency.listed(request, reading, form)
        return listing(request, services, caller, reading).file(form)

    return read_file
