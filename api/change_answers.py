"""What changed, as an answer: the page, the fields before and after, who asked and who approved."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from pydantic import BaseModel
from pydantic_core import to_jsonable_python

from api.answers import FORBID, EventAnswer, marked_answer
from api.dependencies import Services
from api.diff_answers import sealed_at, shown_pointer
from api.event_examples import data_json
from api.mark_answers import (
    EvidenceAnswer,
    Telling,
    effective_said,
    evidence_answer,
    permalink,
    telling_of,
)
from api.readings import of_pages
from api.tokens import Caller
from application.changes import Entry, Touched
from application.journeys import NOW
from domain.correction import (
    CorrectionApproved,
    CorrectionKind,
    CorrectionProposed,
    CorrectionRequested,
    ReasonCode,
)
from domain.fields import EXAMPLE_ID
from domain.kernel import Event, Forgotten, Json
from domain.record import Recorded, StreamId

OF_PAGE: Final = (
    "recorded_at",
    "correlation_id",
    "position",
    "stream",
    "event_id",
    "type",
    "effective",
)
OF_APPROVAL: Final = ("correction", "kind", "reason_code", "requester", "approver")
OF_FIELD: Final = ("touched", "field", "before", "after")
COLUMNS: Final = (*OF_PAGE, "actor", "role", "unit", *OF_APPROVAL, *OF_FIELD, "evidence")
"""Of the CSV file: one line for each field that changed."""


class FieldAnswer(BaseModel):
    """A field of an event before and after; without the right to values both are null."""

    model_config = FORBID

    field: str
    before: Any
    after: Any


class TouchedAnswer(BaseModel):
    """An event that was told, or of which a correction changed what stands."""

    model_config = FORBID

    event_id: str
    href: str
    type: str
    fields: list[FieldAnswer]


class StateAnswer(BaseModel):
    """A field of the stream's state before and after (RFC 6901)."""

    model_config = FORBID

    pointer: str
    before: Any
    after: Any


class ApprovalAnswer(BaseModel):
    """The correction that a page approved: who asked, why, on what evidence, who approved."""

    model_config = FORBID

    correction: str
    href: str
    kind: CorrectionKind | None
    to: str | None
    reason_code: ReasonCode | None
    explanation: str | Forgotten | None
    evidence: list[EvidenceAnswer]
    requested_in: str
    requester: str | None
    requested_at: str | None
    approver: str
    approved_at: str


class EntryAnswer(EventAnswer):
    """One page that changed something, in its envelope."""

    stream: str
    case_id: str | None
    touched: list[TouchedAnswer]
    differences: list[StateAnswer]
    correction: ApprovalAnswer | None


class GroupAnswer(BaseModel):
    """What was changed in one exchange; the rest of it may stand on the next page."""

    model_config = FORBID

    correlation_id: str
    recorded_at: str
    entries: list[EntryAnswer]


EXAMPLE: Final[Json] = {
    "groups": [
        {
            "correlation_id": EXAMPLE_ID,
            "recorded_at": "2025-08-18T02:00:00+00:00",
            "entries": [
                {
                    "stream": f"case:{EXAMPLE_ID}",
                    "case_id": EXAMPLE_ID,
                    "event_id": EXAMPLE_ID,
                    "type": "register.placed",
                    "version": 5,
                    "position": 90210,
                    "effective": "2025-08-18",
                    "zone": "Asia/Jakarta",
                    "recorded_at": "2025-08-18T02:00:00+00:00",
                    "actor": {"id": "wali-7", "role": "caseworker", "unit": "RUTAN-MEDAN"},
                    "purpose": "pembinaan",
                    "reason": None,
                    "evidence": [],
                    "correlation_id": EXAMPLE_ID,
                    "causation_id": None,
                    "idempotency_key": None,
                    "prev_hash": "0" * 64,
                    "hash": "1" * 64,
                    "fields": ["block", "cell"],
                    "data": {"block": "A", "cell": "9"},
                    "touched": [
                        {
                            "event_id": EXAMPLE_ID,
                            "href": f"/v1/events/{EXAMPLE_ID}",
                            "type": "register.placed",
                            "fields": [{"field": "cell", "before": None, "after": "9"}],
                        }
                    ],
                    "differences": [
                        {"pointer": "/register/placed/cell", "before": "3", "after": "9"}
                    ],
                    "correction": None,
                }
            ],
        }
    ],
    "position": 90210,
    "as_of": "2025-08-18T02:00:01+00:00",
    "lag": 0,
}
"""As OpenAPI shows it."""


class ChangesAnswer(BaseModel):
    """Changes, the newest first; ``position``, ``as_of`` and ``lag`` as in every list."""

    model_config = FORBID | {"json_schema_extra": {"examples": [EXAMPLE]}}

    groups: list[GroupAnswer]
    position: int
    as_of: str | None
    lag: int


@dataclass(slots=True)
class Review:
    """Entries made into answers for one caller, and what is shown with them."""

    services: Services
    caller: Caller
    _told: dict[StreamId, Telling] = field(default_factory=dict)

    def told(self, entry: Entry) -> Telling:
        """Return the stream of an entry with its marks, once for all of its entries."""
        stream = entry.page.stream
        if stream not in self._told:
            telling = telling_of(self.services, self.caller, entry.history, NOW)
            self._told[stream] = telling
        return self._told[stream]

    def groups(self, entries: Sequence[Entry]) -> list[Json]:
        """Return entries by their correlation, in the order of the newest of each."""
        grouped: dict[str, list[Entry]] = {}
        for entry in entries:
            grouped.setdefault(entry.page.correlation_id, []).append(entry)
        return [
            {
                "correlation_id": correlation_id,
                "recorded_at": some[0].page.recorded_at.isoformat(),
                "entries": [self.answer(one) for one in some],
            }
            for correlation_id, some in grouped.items()
        ]

    def answer(self, entry: Entry) -> Json:
        """Return one entry."""
        page = entry.page
        told = self.told(entry).only(page.position)
        return {
            "stream": str(page.stream),
            "case_id": page.stream.key if page.stream.kind == "case" else None,
            **marked_answer(told.events[0], told),
            "touched": [touched_answer(one, values=told.values) for one in entry.touched],
            "differences": [
                {
                    "pointer": shown_pointer(one.pointer, values=told.values),
                    "before": one.before if told.values else None,
                    "after": one.after if told.values else None,
                }
                for one in entry.differences
            ],
            "correction": approval_answer(page, told),
        }

    def lines(self, entry: Entry) -> Iterator[Json]:
        """Yield one line for each field that changed; one without a field where none did."""
        said = self.answer(entry)
        approved: Mapping[str, Any] = said["correction"] or {}
        line = {name: said[name] for name in OF_PAGE} | {
            "actor": entry.page.actor.id,
            "role": entry.page.actor.role,
            "unit": entry.page.actor.unit,
            **{name: approved.get(name) for name in OF_APPROVAL},
            "evidence": [one["sha256"] for one in approved.get("evidence", said["evidence"])],
        }
        nothing = dict.fromkeys(OF_FIELD)
        fields_said = [
            {"touched": one["event_id"], **one_field}
            for one in said["touched"]
            for one_field in one["fields"]
        ]
        yield from (line | one for one in fields_said or [nothing])

    def shown(self, entries: Sequence[Entry]) -> tuple[set[str], set[str]]:
        """Return whom entries show, and which sealed fields, for the record of the read."""
        pages: list[Recorded] = []
        pointers: list[str] = []
        for entry in entries:
            told, known = self.told(entry), entry.history.known
            pages += told.only(entry.page.position).pages
            pointers += [one.pointer for one in entry.differences]
            if isinstance(entry.page.event, CorrectionApproved):
                pages += _quoted(entry, entry.page.event.correction, told, known)
        values = all(self.told(entry).values for entry in entries)
        whom, fields_shown = of_pages(pages, values=values)
        return whom, fields_shown | (sealed_at(pointers) if values else set())


def _quoted(
    entry: Entry, correction: str, told: Telling, known: Sequence[Recorded]
) -> Iterator[Recorded]:
    """Yield the pages that an approved correction shows besides its own."""
    touched = {one.event for one in entry.touched}
    for page in known:
        content = page.event.correction if isinstance(page.event, CorrectionProposed) else None
        if page.event_id in touched or content == correction:
            yield page
    if correction in told.requests and correction not in told.veiled:
        yield told.requests[correction]


def touched_answer(one: Touched, *, values: bool) -> Json:
    """Return an event with the fields that changed."""
    before, after = (_said(event) if event and values else {} for event in (one.before, one.after))
    known = one.after or one.before
    return {
        "event_id": one.event,
        "href": permalink(one.event),
        "type": known.stored_as if known else "",
        "fields": [
            {"field": name, "before": before.get(name), "after": after.get(name)}
            for name in one.names
        ],
    }


def _said(event: Event) -> Json:
    return {**data_json(event), "effective": effective_said(event)}


def approval_answer(page: Recorded, told: Telling) -> Json | None:
    """Return the correction that a page approved, if it did."""
    approved = page.event
    if not isinstance(approved, CorrectionApproved):
        return None
    request = told.requests.get(approved.correction)
    said = request.event if request else None
    asked = said if isinstance(said, CorrectionRequested) else None
    values = told.values and approved.correction not in told.veiled
    return {
        "correction": approved.correction,
        "href": permalink(approved.correction),
        "kind": asked and asked.kind.value,
        "to": f"case:{asked.to}" if asked and asked.to else None,
        "reason_code": asked and asked.reason_code.value,
        "explanation": to_jsonable_python(asked.explanation) if asked and values else None,
        "evidence": evidence_answer(request, values=values) if request else [],
        "requested_in": approved.requested_in,
        "requester": asked and asked.requester,
        "requested_at": request.recorded_at.isoformat() if request else None,
        "approver": approved.approver,
        "approved_at": page.recorded_at.isoformat(),
    }
