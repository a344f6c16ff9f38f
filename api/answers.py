"""A stream as an answer: its state, and its history with the envelope of every event."""

from datetime import date, datetime
from typing import Annotated, Any, Final

from fastapi import Query
from pydantic import BaseModel, ConfigDict, PlainValidator, WithJsonSchema
from pydantic_core import PydanticCustomError, to_jsonable_python

from api.event_examples import data_json
from api.event_forms import EffectiveText, read_effective
from application.journeys import History, Moment
from domain.catalogue import STREAMS
from domain.kernel import Forgotten, Json
from domain.record import Recorded
from domain.time import Effective

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


class EvidenceAnswer(BaseModel):
    """A document that an event names."""

    model_config = FORBID

    number: str | Forgotten | None
    date: str | None
    sha256: str | None


class EventAnswer(BaseModel):
    """One event in its envelope. Whoever may not see values gets ``fields`` and no ``data``.

    A value whose key was destroyed is ``{"forgotten": true}``.
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


class HistoryAnswer(BaseModel):
    """The events in effect at a moment, in the order in which they took effect."""

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


def history_answer(history: History, moment: Moment, key: str, *, values: bool) -> Json:
    """Return every event with its envelope; without ``values``, only which fields it has."""
    return {
        key: history.stream.key.rpartition("/")[2],
        **_times(history, moment),
        "events": [event_answer(page, values=values) for page in history.pages],
    }


def event_answer(page: Recorded, *, values: bool) -> Json:
    """Return one event in its envelope."""
    data = data_json(page.event)
    return {
        "event_id": page.event_id,
        "type": page.event.stored_as,
        "version": page.version,
        "position": page.position,
        "effective": said(page.event.effective),
        "zone": page.event.effective.zone.value,
        "recorded_at": page.recorded_at.isoformat(),
        "actor": to_jsonable_python(page.actor),
        "purpose": page.purpose,
        "reason": to_jsonable_python(page.reason) if values else None,
        "evidence": [
            {
                "number": to_jsonable_python(item.number) if values else None,
                "date": item.date and item.date.isoformat(),
                "sha256": item.sha256,
            }
            for item in page.evidence
        ],
        "correlation_id": page.correlation_id,
        "causation_id": page.causation_id,
        "idempotency_key": page.idempotency_key,
        "prev_hash": page.prev_hash,
        "hash": page.hash,
        "fields": list(data),
        "data": data if values else None,
    }


def said(effective: Effective) -> str:
    """Return a time of effect as a form states it."""
    at = effective.at
    return at.astimezone(effective.zone.offset).isoformat() if at else effective.day.isoformat()


def _times(history: History, moment: Moment) -> Json:
    valid_at, known_at = moment.valid_at, moment.known_at
    return {
        "version": history.version,
        "position": history.position,
        "valid_at": valid_at and valid_at.isoformat(),
        "known_at": known_at and known_at.isoformat(),
    }
