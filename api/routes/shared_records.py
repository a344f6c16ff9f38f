"""What an agreement shares as records: everybody in scope now, one of them, the scope itself.

The records are the last entries of the feed of the same agreement, read through the same port: a
reader of the feed who keeps the last entry of each subject has just these.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Annotated, Any, Final
from urllib.parse import urlencode

from fastapi import APIRouter, Path, Query, Request, Response
from fastapi.responses import JSONResponse
from pydantic import BaseModel

from api.agency_callers import Eyes, WithEyes
from api.answers import FORBID
from api.cursors import cursor_after, key_from
from api.delivery import record_of, shown_in
from api.dependencies import Services, WithServices
from api.feed_positions import SeenPosition
from api.lists import CHUNK, PAGE, PAGE_MOST, asked_of, by_chunks, table, together, written
from api.problems import not_found
from api.readings import Reading, WithReading
from api.routes.collections import STRICT, ForAgencies
from api.scope_answers import (
    PartyAnswer,
    ScopeAnswer,
    StandingAnswer,
    freshness,
    party_answer,
    scope_answer,
    standing_answer,
)
from application.cloud_events import schema_id
from application.feeds import Entry, Told
from application.read_models import Access, Question
from application.sharing import NoSuchScope
from domain.kernel import Json
from domain.sharing.fields import RecordKind
from projections.shared.schema import schema_of

EVERYWHERE: Final = Access(everywhere=True, units=frozenset())
PSEUDONYM: Final = re.compile(r"[a-z2-7]{26}", re.ASCII)
ALWAYS: Final = ("subject", "entry", "type", "time")
COLUMNS: Final = (
    *(name for name in PartyAnswer.model_fields if name != "standing"),
    *(name for name in StandingAnswer.model_fields if name != "words"),
    *("words_id", "words_en"),
)
"""Of an agreement as its party finds it, and how it stands."""
router = APIRouter(tags=["feeds"])
AGREEMENT: Final = "/v1/agreements/{agreement_id}"
"""Its key is read by `api.agency_callers.eyes_of`."""


class SharedRecordAnswer(BaseModel):
    """All that is shared of one subject. ``entry`` is where the feed last told of it.

    ``data`` holds the fields that the scope names and no other.
    """

    model_config = FORBID

    subject: str
    entry: int
    type: str
    time: str
    data: dict[str, Any] | None


class SharedRecordsAnswer(BaseModel):
    """Everybody in scope, in the order of pseudonyms, and how fresh that is."""

    model_config = FORBID

    items: list[SharedRecordAnswer]
    standing: StandingAnswer
    position: int
    as_of: str | None
    lag_seconds: float


class SchemaAnswer(BaseModel):
    """A kind of record, what `dataschema` calls its schema, and the address of that."""

    model_config = FORBID

    record: RecordKind
    dataschema: str
    address: str


class SchemasAnswer(BaseModel):
    """The schema of every kind of record that there is."""

    model_config = FORBID

    items: list[SchemaAnswer]


@dataclass(frozen=True, slots=True)
class Records:
    """The records of an audience, each recorded as read before it leaves."""

    services: Services
    eyes: Eyes
    reading: Reading

    def page(self, after: str | None, most: int) -> Told:
        """Return everybody in scope after a pseudonym, at most so many."""
        told = self.services.feeds.present(self.eyes.audience, after, most)
        self.eyes.ensure_may_see(told.scope)
        return told

    def leave(self, entries: Sequence[Entry]) -> None:
        """Record what is about to leave."""
        record = record_of(self.reading, self.eyes, shown_in(entries))
        if record is not None:
            self.services.access.record(record)
        self.reading.of_nobody()  # or of whom was just recorded

    def chunks(self, told: Told) -> Iterator[Sequence[Entry]]:
        """Yield a first page, recorded already, and all that follow."""
        while told.entries:
            yield told.entries
            if len(told.entries) < CHUNK:
                return
            told = self.page(told.entries[-1].pseudonym, CHUNK)
            self.leave(told.entries)

    def file(self, form: str) -> Response:
        """Return everybody as CSV or NDJSON."""
        told = self.page(None, CHUNK)
        self.leave(told.entries)
        as_table = form == "csv"
        columns = [*ALWAYS, *(one.value for one in told.scope.fields)] if as_table else []
        empty, row = dict.fromkeys(columns), flat if as_table else record_answer
        chunks = ((empty | row(one) for one in entries) for entries in self.chunks(told))
        return table(form, by_chunks(form, columns, chunks), "records", told.fresh.position)


@router.get(
    f"{AGREEMENT}/records",
    response_model=SharedRecordsAnswer,
    dependencies=[*STRICT, SeenPosition],
)
def list_records(  # noqa: PLR0913, PLR0917  # what the framework hands in, each by its type
    request: Request,
    services: WithServices,
    eyes: WithEyes,
    reading: WithReading,
    limit: Annotated[int, Query(ge=1, le=PAGE_MOST)] = PAGE,
    cursor: Annotated[str | None, Query(description="From `Link: rel=next`.")] = None,
) -> Response:
    """Return everybody in scope, by pages; the next one is in the `Link` header."""
    records = Records(services, eyes, reading)
    question = {"records": eyes.audience.agreement, "agency": eyes.audience.agency}
    told = records.page(key_from(cursor, question), limit + 1)
    entries = told.entries[:limit]
    records.leave(entries)
    headers = {}
    if len(told.entries) > limit:
        items = [item for item in request.query_params.multi_items() if item[0] != "cursor"]
        goes_on = cursor_after(entries[-1].pseudonym, question)
        query = urlencode([*items, ("cursor", goes_on)])
        headers["Link"] = f'<{request.url.path}?{query}>; rel="next"'
    content = {
        "items": [record_answer(one) for one in entries],
        "standing": standing_answer(told.standing),
        **freshness(told.fresh),
    }
    return JSONResponse(content, headers=headers)


@router.get(
    f"{AGREEMENT}/records.csv",
    response_class=Response,
    responses={200: {"content": {"text/csv": {"schema": {"type": "string"}}}}},
    dependencies=[*STRICT, SeenPosition],
)
def records_as_csv(services: WithServices, eyes: WithEyes, reading: WithReading) -> Response:
    """Return everybody in scope as a table, one column for each field of the scope."""
    return Records(services, eyes, reading).file("csv")


@router.get(
    f"{AGREEMENT}/records.ndjson",
    response_class=Response,
    responses={200: {"content": {"application/x-ndjson": {"schema": {"type": "string"}}}}},
    dependencies=[*STRICT, SeenPosition],
)
def records_as_ndjson(services: WithServices, eyes: WithEyes, reading: WithReading) -> Response:
    """Return everybody in scope, a record on each line."""
    return Records(services, eyes, reading).file("ndjson")


@router.get(
    AGREEMENT + "/records/{pseudonym}",
    response_model=SharedRecordAnswer,
    dependencies=[*STRICT, SeenPosition],
)
def read_record(
    pseudonym: Annotated[str, Path(max_length=100, examples=["mzxw6ytboi2gk3tfonuw4z3mxe"])],
    services: WithServices,
    eyes: WithEyes,
    reading: WithReading,
) -> Json:
    """Return what is shared of one subject; 404 for who is not in scope now."""
    if not PSEUDONYM.fullmatch(pseudonym):
        raise not_found()
    records = Records(services, eyes, reading)
    found = records.page(before(pseudonym), 1).entries
    if not found or found[0].pseudonym != pseudonym:
        raise not_found()
    records.leave(found)
    return record_answer(found[0])


@router.get(f"{AGREEMENT}/scope", response_model=ScopeAnswer, dependencies=STRICT)
def read_scope(services: WithServices, eyes: WithEyes) -> Json:
    """Return what a party may see under an agreement, how that stands, and why nothing if so."""
    scope = services.sharing.scope(eyes.audience.agreement, eyes.audience.agency)
    eyes.ensure_may_see(scope)
    return scope_answer(services.sharing, scope)


@router.get("/v1/schemas", response_model=SchemasAnswer, dependencies=STRICT)
def list_schemas() -> Json:
    """Return where the schema of each `dataschema` is. They hold nobody: no token is needed."""
    return {
        "items": [
            {
                "record": kind.value,
                "dataschema": schema_id(kind),
                "address": f"/v1/schemas/{kind.value}.json",
            }
            for kind in RecordKind
        ]
    }


@router.get("/v1/schemas/{record}.json", dependencies=STRICT)
def read_schema(record: str) -> Response:
    """Return the JSON Schema of a kind of record; `dataschema` of an entry is its `$id`."""
    try:
        kind = RecordKind(record)
    except ValueError:
        raise not_found() from None
    return JSONResponse(schema_of(kind), media_type="application/schema+json")


def agreements_of_party(request: Request, reading: Reading, form: str) -> Response:
    """Return the agreements that an agency is a party to, and how each stands.

    As JSON by pages; as CSV and NDJSON all of them, a line of NDJSON being an item of the pages.
    """
    reading.of_nobody()
    services, agency = reading.services, request.state.caller.agency
    asked = asked_of(request, {}, {}, ("limit", "cursor") if form == "json" else ())
    if form != "json":
        found = [one for _, one in _of_party(services, agency, None)]
        rows = map(flat_party, found) if form == "csv" else iter(found)
        response = table(form, together(written(form, COLUMNS, rows)), "agreements", 0)
        del response.headers["X-Position"]  # it is of the instant, as the standing of each
        return response
    limit, question = asked.limit, {"agreements_of": agency}
    after = key_from(asked.cursor, question)
    page = list(islice(_of_party(services, agency, after), limit + 1))
    headers = {}
    if len(page) > limit:
        query = urlencode({"limit": limit, "cursor": cursor_after(page[limit - 1][0], question)})
        headers["Link"] = f'<{request.url.path}?{query}>; rel="next"'
    return JSONResponse({"items": [one for _, one in page[:limit]]}, headers=headers)


def agreement_of_party(request: Request, reading: Reading, key: str) -> Response:
    """Return one agreement as its party finds it in the list; 404 for whoever is no party."""
    reading.of_nobody()
    asked_of(request, {}, {}, ("after",))  # as it stands now, and at no other time
    services, agency = reading.services, request.state.caller.agency
    if agency is None:
        raise not_found()
    return JSONResponse(party_answer(services.sharing, services.sharing.scope(key, agency)))


AGREEMENTS_OF_PARTY: Final = ForAgencies(
    listed=agreements_of_party, one=agreement_of_party, answer=PartyAnswer
)


def _of_party(
    services: Services, agency: str | None, after: str | None
) -> Iterator[tuple[str, Json]]:
    wanted = Question(
        where={},
        words=(),
        after=after,
        limit=None,
        counted=frozenset({"agreement", "parties"}),
    )
    if agency is None:
        return
    for key, row in services.read_models.ask("agreements", wanted, EVERYWHERE).rows:
        if agency not in row.parties:
            continue
        try:
            scope = services.sharing.scope(row.agreement, agency)
        except NoSuchScope:
            continue  # of a moment ago: the read model is behind
        yield key, party_answer(services.sharing, scope)


def record_answer(entry: Entry) -> Json:
    """Return what is shared of one subject."""
    return {
        "subject": entry.pseudonym,
        "entry": entry.id,
        "type": entry.type,
        "time": entry.at.isoformat(),
        "data": entry.data,
    }


def flat(entry: Entry) -> Json:
    """Return a record as a row."""
    said = record_answer(entry)
    return said | (said.pop("data") or {})


def flat_party(said: Json) -> Json:
    """Return an agreement as a row."""
    standing = dict(said["standing"])
    words = {f"words_{language}": text for language, text in standing.pop("words").items()}
    return {name: found for name, found in said.items() if name != "standing"} | standing | words


def before(pseudonym: str) -> str:
    """Return a text just below a pseudonym and above all that come before it, byte by byte."""
    return f"{pseudonym[:-1]}{chr(ord(pseudonym[-1]) - 1)}~"
