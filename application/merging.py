"""Merging two records of one human being, and taking them apart again: two people, one write.

Both steps are asked for in the record that survives and told in both records at once. Nothing is
moved or written anew: unmerged, both records are what they were, with what each was told since.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from application.append import Append
from application.deliberation import Deliberation, Proposal, Request
from application.jurisdiction import jurisdiction
from application.ledger import Receipt
from application.records import person_stream
from application.standing import standing
from domain.fields import EventId, Note, PersonId
from domain.kernel import Event, Refused, Value, is_forgotten
from domain.one_person import told_between
from domain.person import PERSON, REGISTERED_FIRST, CustodyBegan
from domain.person_link import (
    FOUR_EYES,
    LinkEvent,
    Merge,
    MergeDeclined,
    MergeGround,
    MergeRequested,
    PersonMerged,
    PersonUnmerged,
    UnmergeRequested,
)
from domain.record import Draft, Evidence, StreamId


class Wanted(Value):
    """That another record be linked to the one in which it is asked for: why, and what says so."""

    other: PersonId
    ground: MergeGround
    explanation: Note
    evidence: tuple[Evidence, ...]


class Unwanted(Value):
    """That a merge be taken back: why, and what says so."""

    merge: EventId
    explanation: Note
    evidence: tuple[Evidence, ...]


@dataclass(frozen=True, slots=True)
class Merging:
    """Asks for merges and unmerges, and has a second person decide on them.

    The ``survivor`` is the stream in which it is asked for; the request proposes nothing itself and
    says who asks, or who decides. Raises `Refused`, `Conflict` or `OutcomeUnknown`.
    """

    append: Append

    def request(self, survivor: StreamId, wanted: Wanted, request: Request) -> Receipt:
        """Ask that two records be merged. Its id is told by `merge_of`.

        It is tried out first, so that an approval can only fail by what happened in between.
        """
        merge = self.append.new_id()

        def plan(deliberation: Deliberation) -> None:
            asked = MergeRequested(
                effective=deliberation.today(),
                merge=merge,
                other=wanted.other,
                survivor=survivor.key,
                ground=wanted.ground,
                explanation=wanted.explanation,
                requester=request.actor.id,
            )
            _tell(deliberation, survivor, asked, wanted.evidence)
            known = _known(deliberation, survivor, merge)
            _merge(deliberation.rehearsal(), survivor, known, approver="")

        return self.append(request, plan)

    def unmerge(self, survivor: StreamId, unwanted: Unwanted, request: Request) -> Receipt:
        """Ask that a merge be taken back."""

        def plan(deliberation: Deliberation) -> None:
            event = UnmergeRequested(
                effective=deliberation.today(),
                merge=unwanted.merge,
                explanation=unwanted.explanation,
                requester=request.actor.id,
            )
            _tell(deliberation, survivor, event, unwanted.evidence)

        return self.append(request, plan)

    def approve(self, survivor: StreamId, merge: EventId, request: Request) -> Receipt:
        """Approve what waits of a merge, in both records at once."""

        def plan(deliberation: Deliberation) -> None:
            known = _known(deliberation, survivor, merge)
            if known.merged is None:
                _merge(deliberation, survivor, known, request.actor.id)
            else:
                _unmerge(deliberation, survivor, known, request.actor.id)

        return self.append(request, plan)

    def decline(
        self, survivor: StreamId, merge: EventId, because: Note, request: Request
    ) -> Receipt:
        """Decline what waits of a merge, or withdraw it."""

        def plan(deliberation: Deliberation) -> None:
            event = MergeDeclined(
                effective=deliberation.today(),
                merge=merge,
                approver=request.actor.id,
                because=because,
            )
            _tell(deliberation, survivor, event)

        return self.append(request, plan)

    def merge_of(self, survivor: StreamId, receipt: Receipt) -> EventId:
        """Return the merge that a receipt is about."""
        written = {one.event_id for one in receipt.written}
        return next(
            page.event.merge
            for page in self.append.ledger.read(survivor)
            if page.event_id in written and isinstance(page.event, LinkEvent)
        )


def _merge(deliberation: Deliberation, survivor: StreamId, known: Merge, approver: str) -> None:
    asked = known.requested
    if asked is None:
        raise _not_pending()
    other = person_stream(asked.other)
    _ensure_there(deliberation, other)
    merged = PersonMerged(
        effective=deliberation.today(),
        merge=asked.merge,
        other=asked.other,
        survivor=survivor.key,
        ground=asked.ground,
        requester=asked.requester,
        approver=approver,
    )
    evidence = _evidence_of(deliberation, survivor, asked)
    _tell(deliberation, survivor, merged, evidence)
    cause = deliberation.drafts[-1].event_id
    _tell(deliberation, other, replace(merged, other=survivor.key), evidence, cause)


def _unmerge(deliberation: Deliberation, survivor: StreamId, known: Merge, approver: str) -> None:
    asked, merged = known.unmerging, known.merged
    if asked is None or merged is None:
        raise _not_pending()
    unmerged = PersonUnmerged(
        effective=deliberation.today(),
        merge=merged.merge,
        other=merged.other,
        survivor=survivor.key,
        requester=asked.requester,
        approver=approver,
    )
    evidence = _evidence_of(deliberation, survivor, asked)
    _tell(deliberation, survivor, unmerged, evidence)
    cause = deliberation.drafts[-1].event_id
    there = replace(unmerged, other=survivor.key)
    _tell(deliberation, person_stream(merged.other), there, evidence, cause)
    _look_at_what_was_told(deliberation, survivor, merged, cause)


def _look_at_what_was_told(
    deliberation: Deliberation, survivor: StreamId, merged: PersonMerged, cause: str
) -> None:
    """Raise each fact that was told of the survivor while nobody knew that there were two."""
    strand = deliberation.strand(survivor)
    facts = standing(strand.pages)
    since = max(fact.version for fact in facts if fact.event == merged)
    for fact, refused in told_between(facts, since):
        owner = _unit_of(deliberation, fact)
        deliberation.raise_item(strand, fact.event_id, refused, cause, owner=owner)


def _unit_of(deliberation: Deliberation, fact: Draft) -> str | None:
    """Return the unit that answers for the case that a fact tells of."""
    if not isinstance(fact.event, CustodyBegan):
        return None
    case = StreamId(kind="case", key=fact.event.case)
    ledger = deliberation.ledger
    return min(jurisdiction(ledger, case, ledger.read(case)).owners, default=None)


def _tell(
    deliberation: Deliberation,
    stream: StreamId,
    event: Event,
    evidence: tuple[Evidence, ...] = (),
    cause: str | None = None,
) -> None:
    proposal = Proposal(stream=stream, event=event, evidence=evidence, reason=None)
    deliberation.admit(proposal, cause)


def _evidence_of(
    deliberation: Deliberation, survivor: StreamId, asked: LinkEvent
) -> tuple[Evidence, ...]:
    """Return the documents that were named when it was asked for."""
    pages: Iterator[Draft] = reversed(deliberation.strand(survivor).pages)
    return next(page.evidence for page in pages if page.event == asked)


def _known(deliberation: Deliberation, survivor: StreamId, merge: str) -> Merge:
    merges = deliberation.strand(survivor).timeline.journey[PERSON].merges
    if merge not in merges:
        raise _not_pending()
    return merges[merge]


def _ensure_there(deliberation: Deliberation, other: StreamId) -> None:
    """Refuse a record that is not there, or of somebody who was forgotten."""
    pages = deliberation.strand(other).read
    if not pages or is_forgotten(pages[0].event):
        raise Refused(
            "person.not_found",
            article=REGISTERED_FIRST,
            because=(
                "orang ini tidak tercatat, atau di luar lingkup Anda",
                "no such person is registered, or outside your scope",
            ),
            field="other",
        )


def _not_pending() -> Refused:
    return Refused(
        "person.merge_not_pending",
        article=FOUR_EYES,
        because=(
            "tidak ada penggabungan atau pemisahan yang menunggu persetujuan di sini",
            "no merge and no unmerging waits for an approval here",
        ),
    )
