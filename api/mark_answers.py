"""What became of an event, as an answer: which correction, asked by whom, approved by whom, why."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field
from pydantic_core import to_jsonable_python

from api.dependencies import Services
from api.event_examples import data_json
from api.readings import of_pages
from api.sight import sees
from api.tokens import Caller, Role
from application.journeys import History, Moment
from application.marks import (
    Mark,
    Marked,
    asked_elsewhere,
    history_with_marks,
    requests_in,
)
from domain.correction import (
    CorrectionApproved,
    CorrectionProposed,
    CorrectionRequested,
    ReasonCode,
)
from domain.fields import EXAMPLE_ID
from domain.kernel import Event, Forgotten, Json
from domain.record import Recorded

EXACT: Final = ConfigDict(extra="forbid")
MARK: Final[Json] = {
    "deed": "voided",
    "state": "acts",
    "correction": EXAMPLE_ID,
    "href": f"/v1/events/{EXAMPLE_ID}",
    "requested_in": f"case:{EXAMPLE_ID}",
    "requester": "wali-7",
    "requested_at": "2025-08-18T02:00:00+00:00",
    "reason_code": "recorded_twice",
    "explanation": "tercatat dua kali",
    "evidence": [],
    "approval": EXAMPLE_ID,
    "approver": "supervisor-1",
    "approved_at": "2025-08-19T02:30:00+00:00",
    "content": None,
    "to": None,
    "origin": None,
    "undone_by": None,
}
"""A fact that was voided, as OpenAPI shows it."""


class EvidenceAnswer(BaseModel):
    """A document that an event names."""

    model_config = EXACT

    number: str | Forgotten | None
    date: str | None
    sha256: str | None


class ContentAnswer(BaseModel):
    """What stands in the place of a corrected event, and the page that says so."""

    model_config = EXACT

    event_id: str
    href: str
    type: str
    effective: str
    zone: str
    fields: list[str]
    data: dict[str, Any] | None


class OriginAnswer(BaseModel):
    """What an event was before it was moved here."""

    model_config = EXACT

    stream: str
    event_id: str
    href: str


class MarkAnswer(BaseModel):
    """One correction of an event. What its reader may not see is null.

    ``acts``: it counts; ``replaced``: a later one counts; ``undone``: it was itself taken back by
    ``undone_by``; ``pending``: it waits for a second person.
    """

    model_config = EXACT | {"json_schema_extra": {"examples": [MARK]}}

    deed: Literal["voided", "corrected", "moved_away", "moved_here"]
    state: Literal["pending", "acts", "replaced", "undone"]
    correction: str = Field(description="The id of the correction, and of the event that asked.")
    href: str
    requested_in: str | None = Field(description="The stream in which it was asked for.")
    requester: str | None
    requested_at: str | None
    reason_code: ReasonCode | None
    explanation: str | Forgotten | None
    evidence: list[EvidenceAnswer]
    approval: str | None = Field(description="The event that approved it in this stream.")
    approver: str | None
    approved_at: str | None
    content: ContentAnswer | None
    to: str | None = Field(description="The stream that it was moved to.")
    origin: OriginAnswer | None
    undone_by: str | None


@dataclass(frozen=True, slots=True)
class Telling:
    """The events of a stream for one reader, and what of the corrections the reader may read.

    ``values`` says whether values are shown at all; ``veiled`` are corrections that were asked for
    where the reader sees nothing: who asked and why is known, but not in which words.
    ``requests`` are the pages that asked, by the corrections' ids.
    """

    events: Sequence[Marked]
    values: bool
    veiled: frozenset[str]
    requests: Mapping[str, Recorded]

    def only(self, position: int) -> "Telling":
        """Return the same with one event only."""
        return replace(self, events=[one for one in self.events if one.page.position == position])

    @property
    def pages(self) -> Iterator[Recorded]:
        """Yield every page that is quoted."""
        for one in self.events:
            yield one.page
            for mark in one.marks:
                yield from quoted_by(mark, self)


def quoted_by(mark: Mark, told: Telling) -> Iterator[Recorded]:
    """Yield the pages that a mark quotes to this reader."""
    if mark.content:
        yield mark.content
    if mark.requested and mark.correction not in told.veiled:
        yield mark.requested


def telling_of(services: Services, caller: Caller, history: History, moment: Moment) -> Telling:
    """Return a stream's history with marks, as far as the caller may read it."""
    asked = asked_elsewhere(history.known)
    found: dict[str, Recorded] = {}
    for stream in set(asked.values()):
        found |= requests_in(services.ledger.read(stream))
    found = {correction: found[correction] for correction in asked if correction in found}
    veiled = {key for key, page in found.items() if not sees(services, page.stream, caller)}
    return Telling(
        events=history_with_marks(history, moment, found),
        values=caller.role is not Role.COMPLIANCE,
        veiled=frozenset(veiled),
        requests=found | requests_in(history.known),
    )


def shown_in(told: Telling) -> tuple[set[str], set[str]]:
    """Return whom a history shows, and which sealed fields, for the record of the read."""
    return of_pages(told.pages, values=told.values)


def permalink(event_id: str) -> str:
    """Return the address of one event."""
    return f"/v1/events/{event_id}"


def mark_answer(mark: Mark, told: Telling) -> Json:
    """Return one correction of an event."""
    values = told.values and mark.correction not in told.veiled
    page, request = mark.requested, mark.requested and mark.requested.event
    said = request if isinstance(request, CorrectionRequested) else None
    approved = mark.approval.event if mark.approval else None
    if not isinstance(approved, CorrectionApproved):
        approved = None
    return {
        "deed": mark.deed.value,
        "state": mark.state.value,
        "correction": mark.correction,
        "href": permalink(mark.correction),
        "requested_in": str(page.stream) if page else approved and approved.requested_in,
        "requester": said and said.requester,
        "requested_at": page.recorded_at.isoformat() if page else None,
        "reason_code": said and said.reason_code.value,
        "explanation": to_jsonable_python(said.explanation) if said and values else None,
        "evidence": evidence_answer(page, values=values) if page else [],
        "approval": mark.approval.event_id if mark.approval else None,
        "approver": approved and approved.approver,
        "approved_at": mark.approval.recorded_at.isoformat() if mark.approval else None,
        "content": _content(mark.content, values=told.values),
        "to": str(mark.to) if mark.to else None,
        "origin": _origin(mark, approved),
        "undone_by": mark.undone_by,
    }


def _content(page: Recorded | None, *, values: bool) -> Json | None:
    if page is None or not isinstance(page.event, CorrectionProposed):
        return None
    content = page.event.content
    data = data_json(content)
    return {
        "event_id": page.event_id,
        "href": permalink(page.event_id),
        "type": content.stored_as,
        "effective": effective_said(content),
        "zone": content.effective.zone.value,
        "fields": list(data),
        "data": data if values else None,
    }


def _origin(mark: Mark, approved: CorrectionApproved | None) -> Json | None:
    if mark.origin is None or approved is None:
        return None
    return {
        "stream": approved.requested_in,
        "event_id": mark.origin,
        "href": permalink(mark.origin),
    }


def evidence_answer(page: Recorded, *, values: bool) -> list[Json]:
    """Return the documents that a page names; their numbers are values."""
    return [
        {
            "number": to_jsonable_python(item.number) if values else None,
            "date": item.date and item.date.isoformat(),
            "sha256": item.sha256,
        }
        for item in page.evidence
    ]


def effective_said(event: Event) -> str:
    """Return an event's time of effect as a form states it."""
    effective = event.effective
    at = effective.at
    return at.astimezone(effective.zone.offset).isoformat() if at else effective.day.isoformat()
