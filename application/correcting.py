"""Correcting: somebody asks, a second person approves or declines, and nothing is overwritten.

A request is tried out in full before it is recorded, so that whoever asks hears at once what would
speak against it, and an approval can only fail by what happened in between.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final

from application.append import Append
from application.correction_effect import Effect, ids_of, journey_before, meant_by
from application.deliberation import Deliberation, Request
from application.document_days import ensure_happened
from application.ledger import Pages, Receipt
from application.standing import corrections_of, review_of, standing
from domain.assessment import WORKED_OUT
from domain.catalogue import STREAMS
from domain.correction import (
    CORRECTION,
    WELL_SAID,
    Correction,
    CorrectionApproved,
    CorrectionDeclined,
    CorrectionEvent,
    CorrectionKind,
    CorrectionProposed,
    CorrectionRequested,
    ReasonCode,
    undone,
)
from domain.forgotten import FORGETTING
from domain.kernel import (
    Event,
    Journey,
    Refused,
    SubjectForgotten,
    Value,
    ensure,
    is_forgotten,
)
from domain.person_link import A_LINK, LINKING
from domain.policy import PolicyAdopted
from domain.record import Draft, Evidence, StreamId
from domain.review import REVIEW, ReviewOutcome, ReviewResolved

LASTING: Final = (*FORGETTING, PolicyAdopted)
"""What was destroyed, and under which rules the service ran: no correction takes that back."""


class Wanted(Value):
    """A correction that somebody asks for. ``to`` is a case's id, ``content`` what is right."""

    stream: StreamId
    kind: CorrectionKind
    events: tuple[str, ...]
    to: str | None
    content: Event | None
    reason_code: ReasonCode
    explanation: str
    evidence: tuple[Evidence, ...]


@dataclass(frozen=True, slots=True)
class Correcting:
    """Records requests, approvals and refusals of corrections, and the end of review items.

    Every call takes a request that proposes nothing: it says who asks, and in which exchange.
    Raises `Refused`, `Conflict` and `OutcomeUnknown` as `Append` does.
    """

    append: Append
    pages: Pages

    def found(self, correction: str) -> tuple[StreamId, Correction] | None:
        """Return in which stream a correction was asked for, and what has become of it."""
        page = self.pages.find(correction)
        if page is None or not isinstance(page.event, CorrectionRequested):
            return None
        pages = self.append.ledger.read(page.stream)
        return page.stream, corrections_of(pages).by_id[correction]

    def request(self, wanted: Wanted, request: Request) -> Receipt:
        """Record that somebody asks; the first page written is the correction's, by its id."""
        return self.append(request, partial(self._request, wanted, request.actor.id))

    def approve(self, correction: str, request: Request) -> Receipt:
        """Have a correction act from now on."""
        return self.append(request, partial(self._approve, correction, request.actor.id))

    def decline(self, correction: str, because: str, request: Request) -> Receipt:
        """Record that a second person says no, or that whoever asked thinks better of it."""
        return self.append(request, partial(self._decline, correction, because, request.actor.id))

    def resolve(
        self,
        stream: StreamId,
        item: str,
        outcome: ReviewOutcome,
        explanation: str,
        request: Request,
    ) -> Receipt:
        """Record how a review item ended."""

        def plan(said: Deliberation) -> None:
            resolved = ReviewResolved(
                effective=said.today(), item=item, outcome=outcome, explanation=explanation
            )
            pages = _open_pages(said, stream)
            REVIEW.decide(resolved, Journey({REVIEW: review_of(pages)}))
            said.annotate(stream, resolved)

        return self.append(request, plan)

    def _request(self, wanted: Wanted, requester: str, said: Deliberation) -> None:
        pages = _open_pages(said, wanted.stream)
        correction = said.new_id()
        requested = CorrectionRequested(
            effective=said.today(),
            correction=correction,
            kind=wanted.kind,
            events=tuple(dict.fromkeys(wanted.events)),
            to=wanted.to,
            reason_code=wanted.reason_code,
            explanation=wanted.explanation,
            requester=requester,
        )
        _decide(requested, pages)
        targets = _targets(wanted, pages)
        if wanted.content is not None:
            _ensure_same_kind(wanted.content, targets[0], pages)
            ensure_happened(wanted.content, said.now())
            looked = Effect(said, self.pages, wanted.stream, requested, approver="")
            _ensure_may_stand(wanted.content, targets[0], pages, looked)
        if wanted.to is not None:
            _ensure_may_move(wanted, targets, said)
        said.annotate(wanted.stream, requested, evidence=wanted.evidence, event_id=correction)
        if wanted.content is not None:
            proposed = CorrectionProposed(
                effective=said.today(), correction=correction, content=wanted.content
            )
            said.annotate(wanted.stream, proposed, cause=correction)
        trial = said.rehearsal()
        Effect(trial, self.pages, wanted.stream, requested, approver="").draft()

    def _approve(self, correction: str, approver: str, said: Deliberation) -> None:
        stream, known = self._asked_for(correction, said)
        approval = CorrectionApproved(
            effective=said.today(),
            correction=correction,
            requested_in=str(stream),
            approver=approver,
            changes=(),
            arrivals=(),
            undoes=(),
        )
        _decide(approval, _open_pages(said, stream))
        if known.requested:
            Effect(said, self.pages, stream, known.requested, approver).draft()

    def _decline(self, correction: str, because: str, decliner: str, said: Deliberation) -> None:
        stream, _ = self._asked_for(correction, said)
        declined = CorrectionDeclined(
            effective=said.today(), correction=correction, approver=decliner, because=because
        )
        _decide(declined, _open_pages(said, stream))
        said.annotate(stream, declined)

    def _asked_for(self, correction: str, said: Deliberation) -> tuple[StreamId, Correction]:
        page = self.pages.find(correction)
        if page is None or not isinstance(page.event, CorrectionRequested):
            raise Refused(
                "correction.not_found",
                article=WELL_SAID,
                because=("koreksi ini tidak ada", "there is no such correction"),
            )
        return page.stream, corrections_of(said.strand(page.stream).pages).by_id[correction]


def _open_pages(said: Deliberation, stream: StreamId) -> Sequence[Draft]:
    """Return the pages of a stream that is there and not forgotten."""
    pages = said.strand(stream).pages
    ensure(
        bool(pages),
        f"{stream.kind}.not_opened",
        article="Kaidah Jejak: catatan dibuka lebih dahulu",
        because=("catatan ini belum dibuka", "this record is not open"),
    )
    if is_forgotten(pages[0].event):
        raise SubjectForgotten
    return pages


def _decide(proposed: CorrectionEvent, pages: Sequence[Draft]) -> None:
    CORRECTION.decide(proposed, Journey({CORRECTION: corrections_of(pages)}))


def _targets(wanted: Wanted, pages: Sequence[Draft]) -> list[Draft]:
    """Return the facts that are meant; for a correction, those that it is about.

    Raises `Refused` for what does not stand here, and for what no correction may touch.
    """
    facts = {fact.event_id: fact for fact in standing(pages)}
    told = {page.event_id: page for page in pages}
    corrections = corrections_of(pages)
    gone = undone(corrections.approvals)
    targets: list[Draft] = []
    for event_id in wanted.events:
        known = corrections.by_id.get(event_id)
        if known and known.approved and event_id not in gone and wanted.to is None:
            _ensure_asked_here(known, wanted.stream)
            targets += [told[one] for one in meant_by(event_id, corrections.by_id) if one in told]
        elif event_id in facts:
            _ensure_correctable(facts[event_id].event)
            targets.append(facts[event_id])
        else:
            raise _no_such_event()
    ensure(
        wanted.kind is not CorrectionKind.CORRECT or len(targets) == 1,
        "correction.one_event",
        article=WELL_SAID,
        because=(
            "koreksi itu menyangkut beberapa peristiwa; batalkan, lalu koreksi satu per satu",
            "that correction is about several events; void it, and correct each of them",
        ),
        field="events",
    )
    return targets


def _ensure_asked_here(known: Correction, stream: StreamId) -> None:
    """Refuse to take half of a correction back: what it did elsewhere is known where it began."""
    asked_in = known.approved.requested_in if known.approved else str(stream)
    ensure(
        asked_in == str(stream),
        "correction.asked_elsewhere",
        article=WELL_SAID,
        because=(
            f"koreksi ini diajukan di {asked_in}; batalkan atau koreksi di sana",
            f"this correction was asked for in {asked_in}; void or correct it there",
        ),
        field="events",
    )


def _no_such_event() -> Refused:
    return Refused(
        "correction.no_such_event",
        article=WELL_SAID,
        because=(
            "peristiwa ini tidak ada di catatan ini, atau sudah tidak berlaku",
            "there is no such event in this record, or it no longer stands",
        ),
        field="events",
    )


def _ensure_correctable(event: Event) -> None:
    ensure(
        not isinstance(event, LASTING),
        "correction.lasting",
        article="UU 27/2022 art. 44",
        because=(
            "peristiwa ini tidak dapat dikoreksi: yang dimusnahkan tidak kembali",
            "this event cannot be corrected: what was destroyed does not come back",
        ),
        field="events",
    )
    ensure(
        not isinstance(event, WORKED_OUT),
        "correction.worked_out",
        article=WELL_SAID,
        because=(
            "temuan hukum tidak dikoreksi; koreksilah peristiwa yang mendasarinya",
            "a finding of the law is not corrected; correct the facts that it rests on",
        ),
        field="events",
    )
    ensure(
        not isinstance(event, LINKING),
        "correction.unmerge_instead",
        article=A_LINK,
        because=(
            "penggabungan tidak dikoreksi; ajukan pemisahan kedua catatan",
            "a merge is not corrected; ask that the two records be unmerged",
        ),
        field="events",
    )


def _ensure_same_kind(content: Event, target: Draft, pages: Sequence[Draft]) -> None:
    """Refuse content that changes nothing, and what is no correction of this event."""
    ensure(
        type(content) is type(target.event),
        "correction.another_type",
        article=WELL_SAID,
        because=(
            f"jenisnya {target.event.stored_as}; jenis yang salah dibatalkan, lalu dicatat lagi",
            f"its type is {target.event.stored_as}; void a wrong type, and record what is right",
        ),
        field="type",
    )
    now = {fact.event_id: fact.event for fact in standing(pages)}
    ensure(
        now.get(target.event_id) != content,
        "correction.changes_nothing",
        article=WELL_SAID,
        because=("isinya sama dengan yang tercatat", "this is what is recorded already"),
    )
    whose = getattr(target.event, "person", None)
    ensure(
        getattr(content, "person", None) == whose,
        "correction.person_fixed",
        article=WELL_SAID,
        because=(
            "orang tidak diganti dengan koreksi; pindahkan peristiwanya ke perkara yang benar",
            "a person is not replaced by a correction; move the events to the right case",
        ),
        field="person",
    )


def _ensure_may_stand(
    content: Event, target: Draft, pages: Sequence[Draft], effect: Effect
) -> None:
    """Refuse what could not have been recorded in this place, by the rule that says so."""
    hanging = ids_of([target, *effect.caused_by(target)])
    before = journey_before(content, target, pages, hanging)
    STREAMS[target.stream.kind].chapter_of[type(content)].decide(content, before)


def _ensure_may_move(wanted: Wanted, targets: Sequence[Draft], said: Deliberation) -> None:
    to = StreamId(kind=wanted.stream.kind, key=wanted.to or "")
    ensure(
        wanted.stream.kind == "case" and to != wanted.stream,
        "correction.to",
        article=WELL_SAID,
        because=(
            "peristiwa dipindahkan dari satu perkara ke perkara lain",
            "an event is moved from one case to another",
        ),
        field="to",
    )
    ensure(
        bool(said.strand(to).pages) and not is_forgotten(said.strand(to).pages[0].event),
        "correction.to",
        article=WELL_SAID,
        because=("perkara tujuan tidak ada", "there is no such case to move to"),
        field="to",
    )
    openings = STREAMS[wanted.stream.kind].openings
    ensure(
        not any(isinstance(target.event, openings) for target in targets),
        "correction.opening_moved",
        article=WELL_SAID,
        because=(
            "pembukaan perkara tidak dipindahkan; batalkan setelah peristiwa lainnya dipindahkan",
            "a case's opening is not moved; void it once the other events have been moved",
        ),
        field="events",
    )
