"""/v1/changes: who changed what, when, on what evidence and with whose approval.

Whoever may read histories asks, each within their own scope; compliance sees which fields and no
values. ``field`` is the name of an event's field (``cell``, ``effective``), or a place in the state
that begins with a slash (``/register/placed``, and all below it).
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated, Any, Final
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.responses import JSONResponse
from pydantic import BaseModel
from pydantic_core import to_jsonable_python

from api.answers import Instant
from api.callers import HistoryReader
from api.change_answers import COLUMNS, ChangesAnswer, Review
from api.cursors import cursor_after, key_from
from api.diff_answers import shown_pointer
from api.lists import (
    MEDIA_TYPES,
    NOT_A_WORD,
    POSITION_MOST,
    fault,
    freshness,
    table,
    wait_for,
    wanted,
    written,
)
from api.problems import not_found
from api.readings import Reading, WithReading
from api.routes.collections import STRICT
from api.sight import unit_that_sees
from api.tokens import Caller, Role
from application.changes import LINES, Changes, Found, Sought, types_with
from domain.catalogue import CASE, RECORDED
from domain.fields import EXAMPLE_ID, UUID
from domain.kernel import Json, Words
from domain.record import StreamId
from projections.changes import key_at

router = APIRouter()

PAGE: Final = 25
PAGE_MOST: Final = 200
TYPES: Final = frozenset(event.stored_as for event in RECORDED)
FIELD: Final = re.compile(r"[a-z][a-z0-9_]{0,39}|(/[^/\s]{1,80}){1,12}")
NO_SUCH_FIELD: Final[Words] = (
    "tulis nama isian peristiwa (cell), atau tempat dalam keadaan (/register/placed)",
    "give the name of an event's field (cell), or a place in the state (/register/placed)",
)
MICROSECOND: Final = timedelta(microseconds=1)


class Filters(BaseModel):
    """What is asked for."""

    case: str | None
    actor: str | None
    unit: str | None
    type: str | None
    field: str | None
    since: datetime | None
    until: datetime | None


def filters_of(  # noqa: PLR0913, PLR0917  # one per filter of the contract
    case: Annotated[
        str | None, Query(description="In this case.", max_length=100, examples=[EXAMPLE_ID])
    ] = None,
    actor: Annotated[
        str | None,
        Query(description="Told or approved by, or a correction asked for by.", max_length=64),
    ] = None,
    unit: Annotated[
        str | None, Query(description="Told by somebody of this unit.", max_length=64)
    ] = None,
    type: Annotated[  # noqa: A002  # the contract's word
        str | None,
        Query(description="Of this type.", max_length=64, examples=["register.placed"]),
    ] = None,
    field: Annotated[
        str | None,
        Query(
            description="An event's field (`cell`, `effective`), or a place in the state and all"
            " below it (`/register/placed`).",
            max_length=200,
        ),
    ] = None,
    since: Annotated[Instant | None, Query(description="Recorded from this instant on.")] = None,
    until: Annotated[Instant | None, Query(description="Recorded up to this instant.")] = None,
) -> Filters:
    """Read the filters of a query."""
    for name, said in (("actor", actor), ("unit", unit)):
        if said is not None:
            wanted(name, said, str)
    if type is not None and type not in TYPES:
        raise fault("type", "list.value", NOT_A_WORD)
    if field is not None and not (FIELD.fullmatch(field) and types_with(field)):
        raise fault("field", "changes.no_such_field", NO_SUCH_FIELD)
    return Filters(
        case=case, actor=actor, unit=unit, type=type, field=field, since=since, until=until
    )


@dataclass(frozen=True, slots=True)
class Asked:
    """The changes that a caller asks for."""

    reading: Reading
    caller: Caller
    changes: Changes
    sought: Sought

    def page(self, after: str | None, limit: int) -> tuple[Found, Review]:
        """Return entries after a key, and what to make answers of them with; it is recorded."""
        found = self.changes.find(self.sought, after, limit)
        review = Review(self.reading.services, self.caller)
        self.reading(*review.shown(found.entries), len(found.entries))
        return found, review


def asked_of(
    reading: WithReading,
    caller: HistoryReader,
    said: Annotated[Filters, Depends(filters_of)],
) -> Asked:
    """Return what a query asks for; 404 for a case out of scope."""
    services = reading.services
    values = caller.role is not Role.COMPLIANCE
    if said.field and shown_pointer(said.field, values=values) != said.field:
        raise fault("field", "changes.no_such_field", NO_SUCH_FIELD)  # its key may be a value
    if said.case is not None:
        if not re.fullmatch(UUID, said.case, re.ASCII):
            raise not_found()
        unit_that_sees(services, StreamId(kind=CASE.name, key=said.case), caller)
    ledger = services.ledger
    sought = Sought(
        case=said.case,
        actor=said.actor,
        unit=said.unit,
        type=said.type,
        field=said.field,
        above=ledger.position_at(said.since - MICROSECOND) if said.since else 0,
        upto=ledger.position_at(said.until) if said.until else None,
    )
    changes = Changes(ledger, services.read_models, caller.access, key_at, to_jsonable_python)
    return Asked(reading, caller, changes, sought)


WithAsked = Annotated[Asked, Depends(asked_of)]


@router.get("/v1/changes", response_model=ChangesAnswer, dependencies=STRICT)
def list_changes(
    request: Request,
    asked: WithAsked,
    limit: Annotated[int, Query(ge=1, le=PAGE_MOST)] = PAGE,
    cursor: Annotated[str | None, Query(description="From `Link: rel=next`.")] = None,
    after: Annotated[
        int | None,
        Query(ge=0, le=POSITION_MOST, description="Wait until this position was seen."),
    ] = None,
) -> Response:
    """Return changes, the newest first, together with what was changed in the same exchange.

    The next page is in the `Link` header; a page may hold fewer than `limit` before the last.
    """
    services = asked.reading.services
    wait_for(services, after)
    query = [one for one in request.query_params.multi_items() if one[0] != "cursor"]
    bound: Mapping[str, Any] = {"list": "changes", "where": sorted(query)}
    fresh = freshness(services, [LINES], asked.changes.freshness())
    found, review = asked.page(key_from(cursor, bound), limit)
    headers = {}
    if found.after is not None:
        more = urlencode([*query, ("cursor", cursor_after(found.after, bound))])
        headers["Link"] = f'<{request.url.path}?{more}>; rel="next"'
    return JSONResponse({"groups": review.groups(found.entries), **fresh}, headers=headers)


def documented(form: str) -> dict[str, Any]:
    """Return what a file's answer is, for the document of the API."""
    media_type = MEDIA_TYPES[form].partition(";")[0]
    content = {media_type: {"schema": {"type": "string"}}}
    return {"response_class": Response, "responses": {200: {"content": content}}}


def file_of(form: str, asked: Asked) -> Response:
    """Return all of them as a file; each chunk of it is recorded before it leaves."""
    position = asked.changes.freshness().position
    first = asked.page(None, PAGE_MOST)
    lines = written(form, COLUMNS, _lines(form, asked, first))
    return table(form, lines, "changes", position)


def _lines(form: str, asked: Asked, chunk: tuple[Found, Review]) -> Iterator[Json]:
    while True:
        found, review = chunk
        for entry in found.entries:
            if form == "csv":
                yield from review.lines(entry)
            else:
                yield review.answer(entry)
        if found.after is None:
            return
        chunk = asked.page(found.after, PAGE_MOST)


@router.get("/v1/changes.csv", dependencies=STRICT, **documented("csv"))
def changes_as_csv(asked: WithAsked) -> Response:
    """Return all of them as CSV, one line for each field that changed."""
    return file_of("csv", asked)


@router.get("/v1/changes.ndjson", dependencies=STRICT, **documented("ndjson"))
def changes_as_ndjson(asked: WithAsked) -> Response:
    """Return all of them as NDJSON, one line for each event."""
    return file_of("ndjson", asked)
