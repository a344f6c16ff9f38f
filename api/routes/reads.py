"""/v1/reads: who was shown whose data, which fields by name, what for and when. Never a value.

Compliance and auditors ask. By a subject: every read of somebody within their scope, whoever read.
Otherwise: every read by those of their own units. Asking is itself a read, and recorded.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Annotated, Any, Final
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.responses import JSONResponse
from pydantic import BaseModel

from api.answers import FORBID, Instant
from api.callers import Known
from api.cursors import cursor_after, key_from
from api.lists import CHUNK, MEDIA_TYPES, PAGE, PAGE_MOST, by_chunks, fault, table, wanted
from api.problems import Problem, not_found
from api.readings import Reading, WithReading
from api.routes.collections import STRICT
from api.tokens import OVERSEERS, Caller
from api.writing import stream_named
from application.access import Asked, Kept, subjects_behind
from application.jurisdiction import jurisdiction
from domain.fields import EXAMPLE_ID
from domain.kernel import Json, Words
from domain.record import StreamId

COLUMNS: Final = (
    "number",
    "recorded_at",
    "actor",
    "role",
    "unit",
    "agency",
    "on_behalf_of",
    "purpose",
    "agreement",
    "route",
    "subjects",
    "fields",
    "rows",
    "trace_id",
    "hash",
)
NOT_AN_OVERSEER: Final[Words] = (
    "catatan pembacaan dibuka untuk kepatuhan dan auditor",
    "the record of reads is open to compliance and auditors",
)
NOT_A_SUBJECT: Final[Words] = (
    "sebut orangnya sebagai jenis:kunci, misalnya person:01980f5c-7a00-7000-8000-000000000001",
    "name whom as kind:key, for example person:01980f5c-7a00-7000-8000-000000000001",
)
NOT_OURS: Final[Words] = (
    "cursor ini bukan dari daftar ini; mulai lagi tanpa cursor",
    "this cursor is not from this list; begin again without it",
)
router = APIRouter()


class ReadAnswer(BaseModel):
    """One answer that showed somebody's data."""

    model_config = FORBID

    number: int
    recorded_at: datetime
    actor: str
    role: str
    unit: str | None
    agency: str | None
    on_behalf_of: str | None
    purpose: str
    agreement: str | None
    route: str
    subjects: list[str]
    fields: list[str]
    rows: int
    trace_id: str
    hash: str


class ReadsAnswer(BaseModel):
    """Reads, the newest first."""

    model_config = FORBID

    items: list[ReadAnswer]


def overseer(caller: Known) -> Caller:
    """Let in whoever looks after how data is used."""
    if caller.role not in OVERSEERS:
        raise Problem(403, "access.no_reads", NOT_AN_OVERSEER)
    return caller


class Filters(BaseModel):
    """What is asked for."""

    subject: str | None
    actor: str | None
    agency: str | None
    agreement: str | None
    since: datetime | None


def filters_of(
    subject: Annotated[
        str | None,
        Query(
            description="Of whom, as kind:key. A person is also read in each of their cases.",
            examples=[f"person:{EXAMPLE_ID}"],
            max_length=200,
        ),
    ] = None,
    actor: Annotated[str | None, Query(description="By whom.", max_length=64)] = None,
    agency: Annotated[str | None, Query(description="By which agency.", max_length=64)] = None,
    agreement: Annotated[
        str | None,
        Query(description="Under which agreement, by its id.", max_length=64),
    ] = None,
    since: Annotated[Instant | None, Query(description="Recorded from this instant on.")] = None,
) -> Filters:
    """Read the filters of a query."""
    texts = {"subject": subject, "actor": actor, "agency": agency, "agreement": agreement}
    for name, said in texts.items():
        if said is not None:
            wanted(name, said, str)
    return Filters(**texts, since=since)


@dataclass(frozen=True, slots=True)
class Reads:
    """The reads that a caller may see. ``own`` are the subjects to show; `None` shows all."""

    reading: Reading
    stream: StreamId | None
    asked: Asked
    own: frozenset[str] | None

    def page(self, before: int | None, limit: int) -> list[Kept]:
        """Return reads below a number."""
        if self.asked.units == frozenset():
            return []
        access = self.reading.services.access
        return access.ask(replace(self.asked, before=before, limit=limit))

    def record(self, rows: int) -> None:
        """Record that somebody looked."""
        whom = (str(self.stream),) if self.stream else ()
        self.reading.always(whom, (), rows)

    def row(self, kept: Kept) -> Json:
        """Return one read. Of a list only those subjects are shown that were asked for."""
        subjects = [one for one in kept.subjects if self.own is None or one in self.own]
        return {
            "number": kept.number,
            "recorded_at": kept.recorded_at.isoformat(),
            "actor": kept.actor.id,
            "role": kept.actor.role,
            "unit": kept.actor.unit,
            "agency": kept.actor.agency,
            "on_behalf_of": kept.actor.on_behalf_of,
            "purpose": kept.purpose.value,
            "agreement": kept.agreement,
            "route": kept.route,
            "subjects": subjects,
            "fields": list(kept.fields),
            "rows": kept.rows,
            "trace_id": kept.trace_id,
            "hash": kept.hash,
        }


def reads_of(
    reading: WithReading,
    caller: Annotated[Caller, Depends(overseer)],
    said: Annotated[Filters, Depends(filters_of)],
) -> Reads:
    """Return what the caller may see of what is asked for; 404 for a subject out of scope."""
    return reads_seen_by(caller, reading, said)


def reads_seen_by(caller: Caller, reading: Reading, said: Filters) -> Reads:
    """Return what somebody may see of what is asked for; 404 for a subject out of scope."""
    access = caller.access
    asked = Asked(
        subjects=None,
        units=None if access.everywhere else access.units,
        actor=said.actor,
        agency=said.agency,
        agreement=said.agreement,
        since=said.since,
        before=None,
        limit=0,
    )
    if said.subject is None:
        return Reads(reading, None, asked, None)
    try:
        stream = stream_named(said.subject)
    except ValueError:
        raise fault("subject", "reads.subject", NOT_A_SUBJECT) from None
    ledger = reading.services.ledger
    pages = ledger.read(stream)
    if not (pages and jurisdiction(ledger, stream, pages).seen_by(access)):
        raise not_found()
    whom = subjects_behind(ledger, stream)
    own = None if access.everywhere else whom
    return Reads(reading, stream, replace(asked, subjects=whom, units=None), own)


WithReads = Annotated[Reads, Depends(reads_of)]


@router.get("/v1/reads", dependencies=STRICT, response_model=ReadsAnswer)
def list_reads(
    request: Request,
    reads: WithReads,
    limit: Annotated[int, Query(ge=1, le=PAGE_MOST)] = PAGE,
    cursor: Annotated[str | None, Query(description="From `Link: rel=next`.")] = None,
) -> Response:
    """Return reads, the newest first; the next page is in the `Link` header."""
    query = [item for item in request.query_params.multi_items() if item[0] != "cursor"]
    bound: Mapping[str, Any] = {"list": "reads", "where": sorted(query)}
    found = reads.page(number_of(key_from(cursor, bound)), limit + 1)
    kept = found[:limit]
    headers = {}
    if len(found) > limit:
        more = urlencode([*query, ("cursor", cursor_after(str(kept[-1].number), bound))])
        headers["Link"] = f'<{request.url.path}?{more}>; rel="next"'
    reads.record(len(kept))
    return JSONResponse({"items": [reads.row(one) for one in kept]}, headers=headers)


def number_of(key: str | None) -> int | None:
    """Return the number in a cursor."""
    if key is None:
        return None
    if not (key.isascii() and key.isdecimal() and len(key) < 19):  # noqa: PLR2004  # a bigint
        raise fault("cursor", "list.cursor", NOT_OURS)
    return int(key)


def documented(form: str) -> dict[str, Any]:
    """Return what a file's answer is, for the document of the API."""
    media_type = MEDIA_TYPES[form].partition(";")[0]
    content = {media_type: {"schema": {"type": "string"}}}
    return {"response_class": Response, "responses": {200: {"content": content}}}


def file_of(form: str, reads: Reads) -> Response:
    """Return all reads as a file; each chunk of it is recorded before it leaves."""
    first = reads.page(None, CHUNK)
    reads.record(len(first))
    response = table(form, by_chunks(form, COLUMNS, _chunks(reads, first)), "reads", 0)
    del response.headers["X-Position"]
    return response


def _chunks(reads: Reads, chunk: list[Kept]) -> Iterator[Iterator[Json]]:
    while chunk:
        yield map(reads.row, chunk)
        if len(chunk) < CHUNK:
            return
        chunk = reads.page(chunk[-1].number, CHUNK)
        reads.record(len(chunk))


@router.get("/v1/reads.csv", dependencies=STRICT, **documented("csv"))
def reads_as_csv(reads: WithReads) -> Response:
    """Return all of them as CSV."""
    return file_of("csv", reads)


@router.get("/v1/reads.ndjson", dependencies=STRICT, **documented("ndjson"))
def reads_as_ndjson(reads: WithReads) -> Response:
    """Return all of them as NDJSON."""
    return file_of("ndjson", reads)
