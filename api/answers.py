"""A stream as an answer: its state, and its history with the envelope of every event."""

from datetime import date, datetime
from typing import Annotated, Any, Final

from fastapi import Query
from pydantic import BaseModel, ConfigDict, Field, PlainValidator, WithJsonSchema
from pydantic_core import PydanticCustomError, to_jsonable_python

from api.event_examples import data_json
from api.event_forms import EffectiveText, read_effective
from api.mark_answers import (
    EvidenceAnswer,
    MarkAnswer,
    Telling,
    effective_said,
    evidence_answer,
    mark_answer,
)
from application.journeys import History, Moment
from application.marks import Marked
from domain.catalogue import STREAMS
from domain.kernel import Forgotten, Json
from domain.record import Recorded

FORBID: Final = ConfigDict(extra="forbid")


def read_instant(text: Any) -> datetime:
    """Return an instant; a plus sign that a query turned into a space is one again."""
    said = read_effective(text.replace(" ", "+") if isinstance(text, str) else text)
    if not isinstance(said, datetime):
        raise PydanticCustomError("offset_missing", "an instant needs its hour and offset")
    return said


def read_moment(text: Any) -> date | datetime:
    """Return a day or an instant, as `read_instant` does."""
    return read_effective(text.replace(" ", "+") if isinstance(text, str) else text)


Instant = Annotated[
    datetime,
    PlainValidator(read_instant),
    WithJsonSchema({"type": "string", "format": "date-time"}),
]
DayOrInstant = Annotated[EffectiveText, PlainValidator(read_moment)]


async def moment_of(
    valid_at: Annotated[
        DayOrInstant | None,
        Query(description="As it was then: a day, to its end, or an instant."),
    ] = None,
    known_at: Annotated[
        Instant | None, Query(description="As it was known then: an instant, not in the future.")
    ] = None,
) -> Moment:
    """Return the two times at which a stream is asked for."""
    return Moment(valid_at=valid_at, known_at=known_at)


class StateAnswer(BaseModel):
    """The states of all chapters at a moment. ``version`` is the last page known by then."""

    model_config = FORBID

    version: int
    position: int
    valid_at: str | None
    known_at: str | None
    state: dict[str, Any]


class EventAnswer(BaseModel):
    """One event in its envelope. Whoever may not see values gets ``fields`` and no ``data``.

    A value whose key was destroyed is ``{"forgotten": true}``. ``marks`` and ``stands`` are there
    where a correction is about the event: what became of it, and whether anything of it stands.
    """

    model_config = FORBID

    event_id: str
    type: str
    version: int
    position: int
    effective: str
    zone: str
    recorded_at: str
    actor: dict[str, str | None]
    purpose: str
    reason: str | Forgotten | None
    evidence: list[EvidenceAnswer]
    correlation_id: str
    causation_id: str | None
    idempotency_key: str | None
    prev_hash: str
    hash: str
    fields: list[str]
    data: dict[str, Any] | None
    stands: bool = Field(default=True, description="Whether anything of it stands.")
    marks: list[MarkAnswer] = Field(default=[], description="Corrections of it, in their order.")


class HistoryAnswer(BaseModel):
    """The events in effect at a moment, in the order in which they took effect.

    What was corrected is there as it was recorded, with marks; so are the corrections themselves.
    """

    model_config = FORBID

    version: int
    position: int
    valid_at: str | None
    known_at: str | None
    events: list[EventAnswer]


def state_answer(history: History, moment: Moment, key: str) -> Json:
    """Return the journey's state as JSON."""
    stream = STREAMS[history.stream.kind]
    journey = history.journey
    return {
        key: history.stream.key.rpartition("/")[2],
        **_times(history, moment),
        "state": {
            chapter.name: to_jsonable_python(journey[chapter]) for chapter in stream.chapters
        },
    }


def history_answer(history: History, moment: Moment, key: str, told: Telling) -> Json:
    """Return every event with its envelope and its marks."""
    return {
        key: history.stream.key.rpartition("/")[2],
        **_times(history, moment),
        "events": [marked_answer(one, told) for one in told.events],
    }


def marked_answer(one: Marked, told: Telling) -> Json:
    """Return one event in its envelope, and what became of it where there is something to say."""
    answer = event_answer(one.page, values=told.values)
    if one.marks:
        answer["stands"] = one.stands is not None
        answer["marks"] = [mark_answer(mark, told) for mark in one.marks]
    return answer


def event_answer(page: Recorded, *, values: bool) -> Json:
    """Return one event in its envelope."""
    data = data_json(page.event)
    return {
        "event_id": page.event_id,
        "type": page.event.stored_as,
        "version": page.version,
        "position": page.position,
        "effective": effective_said(page.event),
        "zone": page.event.effective.zone.value,
        "recorded_at": page.recorded_at.isoformat(),
        "actor": to_jsonable_python(page.actor),
        "purpose": page.purpose,
        "reason": to_jsonable_python(page.reason) if values else None,
        "evidence": evidence_answer(page, values=values),
        "correlation_id": page.correlation_id,
        "causation_id": page.causation_id,
        "idempotency_key": page.idempotency_key,
        "prev_hash": page.prev_hash,
        "hash": page.hash,
        "fields": list(data),
        "data": data if values else None,
    }


def _times(history: History, moment: Moment) -> Json:
    valid_at, known_at = moment.valid_at, moment.known_at
    return {
        "version": history.version,
        "position": history.position,
        "valid_at": valid_at and valid_at.isoformat(),
        "known_at": known_at and known_at.isoformat(),
    }
