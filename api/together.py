"""What is known of a human being who has several records: of each thing, which record says it.

Nothing is copied from one record to another: they are read side by side when somebody asks.
"""

from collections.abc import Iterator, Sequence
from typing import Any, Final

from pydantic import BaseModel, ConfigDict, Field
from pydantic_core import to_jsonable_python

from api.dependencies import Services
from api.mark_answers import permalink
from application.journeys import History, Journeys, Moment
from application.records import merges_in, records_of
from domain.fields import EXAMPLE_ID
from domain.kernel import Forgotten, Json
from domain.person import (
    AliasRecorded,
    CustodyBegan,
    CustodyEnded,
    IdentifierKind,
    IdentifierRecorded,
    PersonRegistered,
    Verification,
)
from domain.person_link import Merges
from domain.record import Recorded, StreamId

EXACT: Final = ConfigDict(extra="forbid")


class SourceAnswer(BaseModel):
    """Which record says so, by which event."""

    model_config = EXACT

    person_id: str
    event_id: str
    href: str


class NameAnswer(SourceAnswer):
    """A name: as registered, or another one."""

    name: str | Forgotten
    alias: bool


class BirthAnswer(SourceAnswer):
    """A date of birth, as one record has it."""

    birth_date: str | Forgotten | None


class NumberAnswer(SourceAnswer):
    """An identifier, as one record said it last."""

    kind: IdentifierKind
    number: str | Forgotten
    verification: Verification


class CaseAnswer(SourceAnswer):
    """A case, and whether the person is held in it."""

    case_id: str
    held: bool


class RecordAnswer(BaseModel):
    """One of the records, by the merge that links it; the surviving one has none."""

    model_config = EXACT

    person_id: str
    merge: str | None
    version: int


class TogetherAnswer(BaseModel):
    """The records of one human being, the surviving one first, and what all of them say."""

    model_config = EXACT | {
        "json_schema_extra": {
            "examples": [
                {
                    "survivor": EXAMPLE_ID,
                    "records": [{"person_id": EXAMPLE_ID, "merge": None, "version": 4}],
                    "names": [],
                    "births": [],
                    "identifiers": [],
                    "cases": [
                        {
                            "person_id": EXAMPLE_ID,
                            "event_id": EXAMPLE_ID,
                            "href": permalink(EXAMPLE_ID),
                            "case_id": EXAMPLE_ID,
                            "held": True,
                        }
                    ],
                }
            ]
        }
    }

    survivor: str
    records: list[RecordAnswer]
    names: list[NameAnswer]
    births: list[BirthAnswer]
    identifiers: list[NumberAnswer]
    cases: list[CaseAnswer]


TOGETHER: Final[dict[str, Any]] = {
    "together": (
        TogetherAnswer | None,
        Field(description="Where records were merged: what is known of all. `state` is one's own."),
    )
}
"""The field by which the answer on a person goes beyond that on any stream."""


def together_of(
    services: Services, history: History, moment: Moment
) -> tuple[Json, Sequence[Recorded]]:
    """Return what the records say that were known to be one then, and the pages that show it.

    Which records are one is asked at ``known_at`` only: they always were.
    """
    journeys = Journeys(services.ledger, services.now)
    known = Moment(valid_at=None, known_at=moment.known_at)

    def merges_of(stream: StreamId) -> Merges:
        told = history if stream == history.stream else journeys(stream, known)
        return merges_in(told.known)

    records = records_of(history.stream, merges_of)
    if len(records) == 1:
        return {"together": None}, ()
    merges = {one.other: key for key, one in merges_of(records[0]).items() if one.merged}
    histories = [journeys(record, moment) for record in records]
    pages = [page for one in histories for page in one.pages]
    answer = {
        "survivor": records[0].key,
        "records": [
            {
                "person_id": one.stream.key,
                "merge": merges.get(one.stream.key),
                "version": one.version,
            }
            for one in histories
        ],
        "names": [*_names(pages)],
        "births": [*_births(pages)],
        "identifiers": [*_identifiers(pages)],
        "cases": [*_cases(pages)],
    }
    others = [page for page in pages if page.stream != history.stream]
    return {"together": answer}, others


def _names(pages: Sequence[Recorded]) -> Iterator[Json]:
    for page in pages:
        match page.event:
            case PersonRegistered(full_name=name):
                yield _source(page) | {"name": _plain(name), "alias": False}
            case AliasRecorded(alias=name):
                yield _source(page) | {"name": _plain(name), "alias": True}


def _births(pages: Sequence[Recorded]) -> Iterator[Json]:
    for page in pages:
        if isinstance(page.event, PersonRegistered):
            yield _source(page) | {"birth_date": _plain(page.event.birth_date)}


def _identifiers(pages: Sequence[Recorded]) -> Iterator[Json]:
    last: dict[tuple[str, str, str], Json] = {}
    for page in pages:
        match page.event:
            case PersonRegistered(nik=number, nik_verification=verification) if number:
                kind = IdentifierKind.NIK
            case IdentifierRecorded(kind=kind, number=number, verification=verification):
                pass
            case _:
                continue
        said = {"kind": kind.value, "number": _plain(number), "verification": verification.value}
        last[page.stream.key, kind.value, str(number)] = _source(page) | said
    yield from last.values()


def _cases(pages: Sequence[Recorded]) -> Iterator[Json]:
    last: dict[tuple[str, str], Json] = {}
    for page in pages:
        if isinstance(page.event, CustodyBegan | CustodyEnded):
            held = isinstance(page.event, CustodyBegan)
            case = page.event.case
            last[page.stream.key, case] = _source(page) | {"case_id": case, "held": held}
    yield from last.values()


def _source(page: Recorded) -> Json:
    return {
        "person_id": page.stream.key,
        "event_id": page.event_id,
        "href": permalink(page.event_id),
    }


def _plain(value: Any) -> Any:
    return to_jsonable_python(value)
