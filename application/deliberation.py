"""Deciding one request on the streams as they were read, and drafting what is to be written."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TypeAlias

from application.assessing import assess
from application.holidays import with_feast
from application.jurisdiction import jurisdiction
from application.ledger import BEGINNING, Command, Conflict, Head, Ledger
from application.records import ensure_as_one, review_records
from application.reviewing import newly_unsupported
from application.standing import review_of, standing
from application.timeline import Known, Timeline
from domain.assessment import OTHERWISE
from domain.batch_due import BATCH_SAYS_OTHERWISE
from domain.catalogue import STREAMS
from domain.consequences import consequences
from domain.correction import CorrectionApproved, CorrectionEvent
from domain.kernel import Event, Journey, Refused, SubjectForgotten, is_forgotten, made_of
from domain.one_person import ACROSS_RECORDS
from domain.partner_result import PartnerResultEvent
from domain.record import Actor, Draft, Evidence, Recorded, StreamId
from domain.remisi_batch import ensure_not_over
from domain.review import ReviewEvent, ReviewOutcome, ReviewRaised, ReviewResolved
from domain.time import Effective, Zone


@dataclass(slots=True, kw_only=True)
class Proposal:
    """A fact that somebody proposes to record in a stream, with what bears it out."""

    stream: StreamId
    event: Event
    evidence: tuple[Evidence, ...]
    reason: str | None


@dataclass(slots=True, kw_only=True)
class Request:
    """Facts proposed together: all are recorded, or none.

    ``expected`` names the version of each stream that the caller has seen; what the facts bring
    about in streams it does not name is decided on their state at the moment of writing.
    """

    proposals: tuple[Proposal, ...]
    expected: Mapping[StreamId, int]
    actor: Actor
    purpose: str
    correlation_id: str
    command: Command | None


@dataclass(slots=True)
class Strand:
    """A stream in one deliberation: the pages that were read, and what has been added since.

    ``known`` is the timeline of the pages that were read, ``timeline`` that of all.
    ``disturbed`` is the earliest time at which its past was changed: what took effect later has to
    be looked at again.
    """

    stream: StreamId
    read: Sequence[Recorded]
    known: Timeline
    timeline: Timeline
    added: list[Draft] = field(default_factory=list)
    disturbed: datetime | None = None

    @property
    def version(self) -> int:
        """Return the version of the last page."""
        return len(self.read) + len(self.added)

    @property
    def pages(self) -> Sequence[Draft]:
        """Return all pages, those that are to be written included."""
        return [*self.read, *self.added]

    def disturb(self, since: datetime) -> None:
        """Note that the past has changed from an instant on."""
        self.disturbed = min(since, self.disturbed or since)

    def admit(
        self, event: Event, before: Journey | None = None, after: Journey | None = None
    ) -> None:
        """Go on by one fact, which may be told late; to where, may be known, and from where."""
        instant = event.effective.instant
        late = self.timeline.events and self.timeline.events[-1].effective.instant > instant
        if late:
            self.disturb(instant)
        if after is None or late or before is not self.timeline.journey:
            self.timeline = self.timeline.followed_by(event)
        else:
            self.timeline = self.timeline.moved_on(event, after)

    def foresee(self) -> None:
        """Note where the timeline that was read goes on to: what was decided has been written."""
        if self.timeline is not self.known:
            self.known.ahead = self.timeline

    def turn(self) -> None:
        """See the facts as they stand after a correction."""
        self.timeline = Timeline.of(STREAMS[self.stream.kind], self.pages)


@dataclass(slots=True, kw_only=True)
class Deliberation:
    """One attempt to decide a request: the strands it read, and the drafts they led to."""

    ledger: Ledger
    read: Callable[[StreamId], Sequence[Recorded]]
    known: Known
    new_id: Callable[[], str]
    now: Callable[[], datetime]
    request: Request
    drafts: list[Draft] = field(default_factory=list)
    strands: dict[StreamId, Strand] = field(default_factory=dict)

    def admit(self, proposal: Proposal, cause: str | None = None) -> None:
        """Decide one proposal, and then what its events bring about in other streams."""
        stream, kind = proposal.stream, STREAMS[proposal.stream.kind]
        strand = self.strand(stream)
        if strand.read and is_forgotten(strand.read[0].event):
            if cause is None:
                raise SubjectForgotten
            return  # what follows from elsewhere is not told to a record that is closed
        kind.ensure_opening(proposal.event, strand.timeline.events)
        if stream.kind == "person":
            ensure_as_one(self, stream, proposal.event)
        ensure_not_over(proposal.event, strand.timeline.events)
        proposed = with_feast(self, stream, proposal.event)
        past = strand.timeline.until(proposed)
        events, after = kind.decided(proposed, past.events, past.journey)
        journey = past.journey
        for event in events:
            before, journey = journey, after if len(events) == 1 else kind.evolve(journey, [event])
            strand.admit(event, before, journey)
            draft = self._draft(strand, proposal, event, cause)
            for target, consequence in consequences(stream, event, before):
                # No reason: it is told in this stream, and sealed under this stream's subject.
                follow = Proposal(stream=target, event=consequence, evidence=(), reason=None)
                self.admit(follow, cause=draft.event_id)

    def annotate(
        self,
        stream: StreamId,
        event: CorrectionEvent | ReviewEvent | PartnerResultEvent,
        *,
        evidence: tuple[Evidence, ...] = (),
        cause: str | None = None,
        event_id: str | None = None,
    ) -> Draft:
        """Write a page about facts into their stream, which must be there and not forgotten."""
        strand = self.strand(stream)
        said = Proposal(stream=stream, event=event, evidence=evidence, reason=None)
        draft = self._draft(strand, said, event, cause, event_id)
        if isinstance(event, CorrectionApproved):
            strand.turn()
        return draft

    def arrive(self, stream: StreamId, fact: Draft, cause: str) -> Draft | None:
        """Tell a fact that belongs to this stream and stood in another one.

        It is decided as any fact is; what it brings about elsewhere comes with it, and not from
        here. Nothing is told twice: `None` where this stream tells of it already.
        """
        strand, kind = self.strand(stream), STREAMS[stream.kind]
        past = strand.timeline.until(fact.event)
        if not kind.decide(fact.event, past.events, past.journey):
            return None
        strand.admit(fact.event)
        said = Proposal(stream=stream, event=fact.event, evidence=fact.evidence, reason=fact.reason)
        return self._draft(strand, said, fact.event, cause)

    def tell(self, stream: StreamId, event: Event, cause: str) -> None:
        """Write down what was worked out, and nobody told: it is not decided on."""
        strand = self.strand(stream)
        strand.admit(event)
        said = Proposal(stream=stream, event=event, evidence=(), reason=None)
        self._draft(strand, said, event, cause)

    def review(self) -> None:
        """Work out anew, raise what no longer stands in a changed past, resolve what does again."""
        assess(self)
        for strand in list(self.strands.values()):
            if strand.disturbed is None or not strand.added:
                continue
            cause = strand.added[-1].event_id
            items = review_of(strand.pages).items.values()
            watched = {item.raised.event for item in items if not item.resolved}
            fresh, now = newly_unsupported(strand.read, strand.pages, strand.disturbed, watched)
            for event_id, refused in fresh.items():
                self.raise_item(strand, event_id, refused, cause)
            self._resolve(strand, now, cause)
        review_records(self)

    def raise_item(
        self,
        strand: Strand,
        event_id: str,
        refused: Refused,
        cause: str,
        *,
        owner: str | None = None,
    ) -> None:
        """Have somebody look at a fact, unless an item about it is open: the unit that answers."""
        if review_of(strand.pages).open_on(event_id):
            return
        owners = jurisdiction(self.ledger, strand.stream, strand.pages).owners
        item = self.new_id()
        raised = ReviewRaised(
            effective=self.today(),
            item=item,
            event=event_id,
            cause=cause,
            code=refused.code,
            article=refused.article,
            because_id=refused.because[0],
            because_en=refused.because[1],
            owner=owner or min(owners, default=None),
        )
        self.annotate(strand.stream, raised, cause=cause, event_id=item)

    def _resolve(self, strand: Strand, unsupported: Collection[str], cause: str) -> None:
        facts = {fact.event_id: fact.event for fact in standing(strand.pages)}
        for key, item in review_of(strand.pages).items.items():
            elsewhere = item.raised.code in ACROSS_RECORDS
            if item.resolved or elsewhere or item.raised.event in unsupported:
                continue
            fact = facts.get(item.raised.event)
            if fact and item.raised.code in {*OTHERWISE, BATCH_SAYS_OTHERWISE}:
                continue  # it is watched where it is worked out
            if fact and strand.disturbed and fact.effective.instant < strand.disturbed:
                continue  # it stands before what has changed, and was not decided again
            outcome = ReviewOutcome.STANDS_AGAIN if fact else ReviewOutcome.PUT_RIGHT
            self.resolve_item(strand, key, outcome, cause)

    def resolve_item(self, strand: Strand, item: str, outcome: ReviewOutcome, cause: str) -> None:
        """Note that there is nothing left to look at."""
        resolved = ReviewResolved(
            effective=self.today(), item=item, outcome=outcome, explanation=None
        )
        self.annotate(strand.stream, resolved, cause=cause)

    def rehearsal(self) -> "Deliberation":
        """Return a copy on which something can be tried; this one stays as it is."""
        strands = {
            stream: replace(strand, added=list(strand.added))
            for stream, strand in self.strands.items()
        }
        return replace(self, drafts=list(self.drafts), strands=strands)

    def today(self) -> Effective:
        """Return the present as a time of effect: when an annotation is made."""
        return Effective.since(self.now(), Zone.WIB)

    def heads(self) -> Mapping[StreamId, Head]:
        """Return the last page of each stream that was read."""
        return {
            stream: Head(
                version=len(strand.read), hash=strand.read[-1].hash if strand.read else BEGINNING
            )
            for stream, strand in self.strands.items()
        }

    def strand(self, stream: StreamId) -> Strand:
        """Return a stream as read once, with what this attempt adds to it."""
        strand = self.strands.get(stream)
        if strand is None:
            pages = self.read(stream)
            if self.request.expected.get(stream, len(pages)) != len(pages):
                raise Conflict(stream)
            known = self.known.timeline(stream, pages)
            strand = self.strands[stream] = Strand(stream, pages, known, known)
        return strand

    def _draft(
        self,
        strand: Strand,
        proposal: Proposal,
        event: Event,
        cause: str | None,
        event_id: str | None = None,
    ) -> Draft:
        stream, request, pages = strand.stream, self.request, strand.read or strand.added
        fields = {
            "event": event,
            "stream": stream,
            "version": strand.version + 1,
            "event_id": event_id or self.new_id(),
            # Whose record it is, is settled by how it was opened, whatever of that still stands.
            "subject": (
                pages[0].subject
                if pages
                else STREAMS[stream.kind].subject(stream.key, strand.timeline.journey)
            ),
            "actor": request.actor,
            "purpose": request.purpose,
            "reason": proposal.reason,
            "evidence": proposal.evidence,
            "correlation_id": request.correlation_id,
            "causation_id": cause,
            "idempotency_key": request.command.key if request.command else None,
        }
        draft = made_of(Draft, fields)
        strand.added.append(draft)
        self.drafts.append(draft)
        return draft


Plan: TypeAlias = Callable[[Deliberation], None]
"""What is to be decided in one request."""


def admit_all(deliberation: Deliberation) -> None:
    """Decide the proposals of the request, one after the other."""
    for proposal in deliberation.request.proposals:
        deliberation.admit(proposal)
