"""Correction: what was recorded wrongly is put right by another record, and never overwritten.

A fact is *voided* (it did not happen), *corrected* (it happened otherwise) or *moved* (it happened
to somebody else), for a reason and on evidence, and whoever asks for it never approves it (rule of
the house, after ISO/IEC 27001 A.5.3). A request changes nothing: it acts once it is approved. For
each fact the last correction that still acts is the one that counts, and a correction stops acting
where a later one undoes it.

These pages may stand in any stream. They are told about its facts and are none themselves: they
move no journey on (`application.standing`).
"""

from collections.abc import Iterable, Mapping, Sequence
from enum import Enum
from typing import Annotated, Final, assert_never, get_args

from domain.fields import CaseId, EventId, Note, Ref, StreamName
from domain.kernel import (
    Chapter,
    Event,
    Journey,
    Length,
    Open,
    Personal,
    Refused,
    Value,
    ensure,
    replace,
)


class CorrectionKind(Enum):
    """It did not happen; it happened otherwise; it happened to another person."""

    VOID = "void"
    CORRECT = "correct"
    MOVE = "move"


class ReasonCode(Enum):
    """Why the record is wrong."""

    TYPING_ERROR = "typing_error"
    WRONG_PERSON = "wrong_person"
    WRONG_DATE = "wrong_date"
    RECORDED_TWICE = "recorded_twice"
    DID_NOT_HAPPEN = "did_not_happen"
    DOCUMENT_SAYS_OTHERWISE = "document_says_otherwise"
    DECIDED_OTHERWISE = "decided_otherwise"
    OTHER = "other"


class Change(Value):
    """What stands of one fact: the content that page ``by`` proposed, or nothing."""

    event: EventId
    by: EventId | None


class Arrival(Value):
    """A fact that came from another stream: what it was there, and the page that tells it here."""

    origin: EventId
    event: EventId


class CorrectionRequested(Event, stored_as="correction.requested"):
    """Somebody asked that facts of this stream be voided, corrected or moved to another case.

    ``correction`` is this event's own id. ``events`` may name corrections too, by their ids.
    """

    correction: Open[EventId]
    kind: Open[CorrectionKind]
    events: Open[Annotated[tuple[EventId, ...], Length(least=1, most=50)]]
    to: Open[CaseId | None]
    reason_code: Open[ReasonCode]
    explanation: Personal[Note]
    requester: Open[Ref]


class CorrectionProposed(Event, stored_as="correction.proposed"):
    """What is to stand in the place of a fact: an event in full, with its own time of effect."""

    correction: Open[EventId]
    content: Open[Event]


class CorrectionApproved(Event, stored_as="correction.approved"):
    """A second person approved: these facts of this stream change, those have come to it.

    It is told in every stream that the correction touches; ``requested_in`` is the one in which it
    was asked for. ``undoes`` are the corrections that stop acting.
    """

    correction: Open[EventId]
    requested_in: Open[StreamName]
    approver: Open[Ref]
    changes: Open[tuple[Change, ...]]
    arrivals: Open[tuple[Arrival, ...]]
    undoes: Open[tuple[EventId, ...]]


class CorrectionDeclined(Event, stored_as="correction.declined"):
    """A second person declined, or whoever had asked withdrew it."""

    correction: Open[EventId]
    approver: Open[Ref]
    because: Personal[Note]


CorrectionEvent = CorrectionRequested | CorrectionProposed | CorrectionApproved | CorrectionDeclined


class Correction(Value):
    """One correction, as far as this stream tells of it.

    ``overtaken`` says that something else was approved of the same facts while it waited.
    """

    requested: CorrectionRequested | None
    content: Event | None
    approved: CorrectionApproved | None
    declined: CorrectionDeclined | None
    overtaken: bool

    @property
    def pending(self) -> bool:
        """Return whether it waits for a second person."""
        return self.requested is not None and not (self.approved or self.declined)


class Corrections(Value):
    """The corrections of a stream by their ids, and what was approved, in that order."""

    by_id: dict[str, Correction]
    approvals: tuple[CorrectionApproved, ...]


UNKNOWN: Final = Correction(
    requested=None, content=None, approved=None, declined=None, overtaken=False
)
FOUR_EYES: Final = "Kaidah Jejak: empat mata"
WELL_SAID: Final = "Kaidah Jejak: koreksi menyebut apa yang diperbaiki"


def undone(approvals: Sequence[CorrectionApproved]) -> frozenset[str]:
    """Return the corrections that have stopped acting."""
    gone: set[str] = set()
    for approved in reversed(approvals):
        if approved.correction not in gone:
            gone.update(approved.undoes)
    return frozenset(gone)


def stands(approvals: Sequence[CorrectionApproved]) -> Mapping[str, str | None]:
    """Return what stands of each fact that some correction is about, as `Change` says it.

    What is not there stands as it was recorded.
    """
    gone = undone(approvals)
    standing: dict[str, str | None] = {}
    for approved in approvals:
        if approved.correction not in gone:
            standing.update((change.event, change.by) for change in approved.changes)
    for approved in approvals:
        if approved.correction in gone:
            standing.update((arrival.event, None) for arrival in approved.arrivals)
    return standing


def decide(proposed: CorrectionEvent, journey: Journey) -> Sequence[Event]:
    """Admit the next step of a correction."""
    corrections = journey[CORRECTION]
    known = corrections.by_id.get(proposed.correction, UNKNOWN)
    match proposed:
        case CorrectionRequested():
            _ensure_well_said(proposed)
        case CorrectionProposed():
            pass
        case CorrectionApproved() if known.requested is None:
            pass  # it was asked for in another stream, where this is decided
        case CorrectionApproved():
            _ensure_pending(known)
            _ensure_second_person(known.requested, proposed)
            if known.overtaken:
                raise overtaken()
        case CorrectionDeclined():
            _ensure_pending(known)
        case _:
            assert_never(proposed)
    return [proposed]


def _ensure_well_said(proposed: CorrectionRequested) -> None:
    ensure(
        (proposed.kind is CorrectionKind.MOVE) == (proposed.to is not None),
        "correction.to",
        article=WELL_SAID,
        because=(
            "yang dipindahkan menyebut perkara tujuan, yang lain tidak",
            "what is moved names the case it belongs to, and nothing else does",
        ),
        field="to",
    )
    ensure(
        proposed.kind is not CorrectionKind.CORRECT or len(proposed.events) == 1,
        "correction.one_event",
        article=WELL_SAID,
        because=(
            "isi yang benar diberikan untuk satu peristiwa; ajukan koreksi satu per satu",
            "what is right is said of one event; ask for one correction each",
        ),
        field="events",
    )


def _ensure_pending(known: Correction) -> None:
    if known.pending:
        return
    raise Refused(
        "correction.not_pending",
        article=FOUR_EYES,
        because=(
            "koreksi ini tidak sedang menunggu persetujuan",
            "this correction does not wait for an approval",
        ),
    )


def _ensure_second_person(
    requested: CorrectionRequested | None, proposed: CorrectionApproved
) -> None:
    ensure(
        requested is None or requested.requester != proposed.approver,
        "correction.own_request",
        article=FOUR_EYES,
        because=(
            "yang mengajukan tidak menyetujui; mintalah penyelia lain atau tingkat di atasnya",
            "whoever asked does not approve; ask another supervisor, or the level above",
        ),
    )


def overtaken() -> Refused:
    """Return the refusal of what was asked for when the record still said something else."""
    return Refused(
        "correction.overtaken",
        article=WELL_SAID,
        because=(
            "koreksi lain atas peristiwa yang sama sudah disetujui; tolak ini, lalu ajukan lagi",
            "another correction of the same event was approved since; decline this and ask again",
        ),
    )


def evolve(corrections: Corrections, event: CorrectionEvent) -> Corrections:
    """Write the step into its correction."""
    known = corrections.by_id.get(event.correction, UNKNOWN)
    match event:
        case CorrectionRequested():
            known = replace(known, requested=event)
        case CorrectionProposed():
            known = replace(known, content=event.content)
        case CorrectionApproved():
            known = replace(known, approved=event)
            corrections = Corrections(
                by_id=dict(_overtaken(corrections, event)),
                approvals=(*corrections.approvals, event),
            )
        case CorrectionDeclined():
            known = replace(known, declined=event)
        case _:
            assert_never(event)
    return replace(corrections, by_id=corrections.by_id | {event.correction: known})


def _overtaken(
    corrections: Corrections, approved: CorrectionApproved
) -> Iterable[tuple[str, Correction]]:
    touched = {change.event for change in approved.changes} | set(approved.undoes)
    for earlier in corrections.approvals:
        if earlier.correction in approved.undoes:
            touched |= {change.event for change in earlier.changes}
            touched |= {arrival.event for arrival in earlier.arrivals}
    for key, known in corrections.by_id.items():
        meets = known.requested is not None and not touched.isdisjoint(known.requested.events)
        yield key, replace(known, overtaken=True) if known.pending and meets else known


CORRECTION: Final[Chapter[Corrections, CorrectionEvent]] = Chapter(
    name="correction",
    events=get_args(CorrectionEvent),
    initial=Corrections(by_id={}, approvals=()),
    decide=decide,
    evolve=evolve,
)
