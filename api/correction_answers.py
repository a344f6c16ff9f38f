"""A correction as an answer: who asked, why, what it alters before and after, who decided."""

from collections.abc import Sequence
from dataclasses import fields
from typing import Any, Final

from pydantic import BaseModel, ConfigDict, Field
from pydantic_core import to_jsonable_python

from api.event_examples import data_json
from api.mark_answers import EvidenceAnswer, effective_said, evidence_answer, permalink
from application.asked_for import Altered, AskedFor, CorrectionStatus
from domain.correction import (
    CorrectionApproved,
    CorrectionDeclined,
    CorrectionKind,
    CorrectionRequested,
    ReasonCode,
)
from domain.fields import EXAMPLE_ID
from domain.kernel import Event, Forgotten, Json
from domain.record import Recorded, StreamId

EXACT: Final = ConfigDict(extra="forbid")
EXAMPLE: Final[Json] = {
    "correction": EXAMPLE_ID,
    "href": f"/v1/corrections/{EXAMPLE_ID}",
    "stream": f"case:{EXAMPLE_ID}",
    "status": "pending",
    "kind": "correct",
    "events": [EXAMPLE_ID],
    "to": None,
    "reason_code": "typing_error",
    "explanation": "nilai terbalik: 28 seharusnya 82",
    "evidence": [],
    "requested_in": f"case:{EXAMPLE_ID}",
    "requester": "wali-7",
    "requested_at": "2025-08-18T09:00:00+07:00",
    "decided_by": None,
    "decided_at": None,
    "because": None,
    "undone_by": None,
    "changes": [
        {
            "event_id": EXAMPLE_ID,
            "href": f"/v1/events/{EXAMPLE_ID}",
            "type": "conduct.assessed",
            "fields": ["score"],
            "before": {"effective": "2025-08-01", "zone": "Asia/Jakarta", "data": {"score": 28}},
            "after": {"effective": "2025-08-01", "zone": "Asia/Jakarta", "data": {"score": 82}},
            "origin": None,
        }
    ],
    "may_approve": True,
}


class SideAnswer(BaseModel):
    """What is said of a fact, before or after. Whoever may not see values gets no ``data``."""

    model_config = EXACT

    effective: str
    zone: str
    data: dict[str, Any] | None


class AlteredAnswer(BaseModel):
    """A fact before and after: null where nothing of it stands, and the fields that differ."""

    model_config = EXACT

    event_id: str
    href: str
    type: str
    fields: list[str]
    before: SideAnswer | None
    after: SideAnswer | None
    origin: str | None = Field(description="The event that it was where it was moved from.")


class CorrectionAnswer(BaseModel):
    """One correction as a stream tells of it. What its reader may not see is null.

    What was asked for in another stream is known here by its approval only. ``changes`` of a
    correction that waits are what its approval would do to this stream's facts.
    """

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [EXAMPLE]})

    correction: str
    href: str
    stream: str
    status: CorrectionStatus
    kind: CorrectionKind | None
    events: list[str]
    to: str | None = Field(description="The stream that events are moved to.")
    reason_code: ReasonCode | None
    explanation: str | Forgotten | None
    evidence: list[EvidenceAnswer]
    requested_in: str | None
    requester: str | None
    requested_at: str | None
    decided_by: str | None
    decided_at: str | None
    because: str | Forgotten | None = Field(description="Why it was declined or withdrawn.")
    undone_by: str | None
    changes: list[AlteredAnswer]
    may_approve: bool = Field(description="Whether the caller may approve it, as far as it waits.")


class CorrectionsAnswer(BaseModel):
    """The corrections of one stream, in the order in which it was told of them."""

    model_config = EXACT

    version: int
    corrections: list[CorrectionAnswer]


def correction_answer(one: AskedFor, stream: StreamId, *, values: bool, may_approve: bool) -> Json:
    """Return one correction; without ``values``, only which fields it alters."""
    asked = one.requested.event if one.requested else None
    said = asked if isinstance(asked, CorrectionRequested) else None
    to = StreamId(kind=stream.kind, key=said.to) if said and said.to else None
    return {
        "correction": one.correction,
        "href": f"/v1/corrections/{one.correction}",
        "stream": str(stream),
        "status": one.status.value,
        "kind": said and said.kind.value,
        "events": list(said.events) if said else [],
        "to": to and str(to),
        "reason_code": said and said.reason_code.value,
        "explanation": to_jsonable_python(said.explanation) if said and values else None,
        "evidence": evidence_answer(one.requested, values=values) if one.requested else [],
        "requester": said and said.requester,
        "requested_at": one.requested and one.requested.recorded_at.isoformat(),
        **_decided(one, stream, values=values),
        "undone_by": one.undone_by,
        "changes": [_altered(change, values=values) for change in one.altered],
        "may_approve": may_approve,
    }


def _decided(one: AskedFor, stream: StreamId, *, values: bool) -> Json:
    event = one.decided.event if one.decided else None
    declined = event if isinstance(event, CorrectionDeclined) else None
    elsewhere = event.requested_in if isinstance(event, CorrectionApproved) else None
    decided = event if isinstance(event, CorrectionApproved | CorrectionDeclined) else None
    return {
        "requested_in": elsewhere or str(stream),
        "decided_by": decided and decided.approver,
        "decided_at": one.decided and one.decided.recorded_at.isoformat(),
        "because": to_jsonable_python(declined.because) if declined and values else None,
    }


def _altered(change: Altered, *, values: bool) -> Json:
    known = change.after or change.before
    return {
        "event_id": change.event,
        "href": permalink(change.event),
        "type": known.event.stored_as if known else "",
        "fields": differing(change.before, change.after),
        "before": _side(change.before, values=values),
        "after": _side(change.after, values=values),
        "origin": change.origin,
    }


def _side(page: Recorded | None, *, values: bool) -> Json | None:
    if page is None:
        return None
    return {
        "effective": effective_said(page.event),
        "zone": page.event.effective.zone.value,
        "data": data_json(page.event) if values else None,
    }


def differing(before: Recorded | None, after: Recorded | None) -> list[str]:
    """Return the names of the fields in which a fact differs: all, where it came or is gone."""
    there = [page.event for page in (before, after) if page]
    if len(there) == 1:
        return _names(there[0])
    was, now = there
    return [name for name in _names(now) if getattr(was, name, None) != getattr(now, name)]


def _names(event: Event) -> list[str]:
    return [field.name for field in fields(event)]


def pages_of(corrections: Sequence[AskedFor]) -> list[Recorded]:
    """Return every page that is shown of some corrections, for the record of the read."""
    return [page for one in corrections for page in one.pages]
