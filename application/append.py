"""The one way in: every event of every stream, whoever proposes it, walks this path."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field
from datetime import datetime
from threading import Lock
from typing import Final

from application.ledger import BEGINNING, Command, Conflict, Head, Ledger, Receipt
from application.timeline import Known, Timeline
from domain.catalogue import STREAMS
from domain.consequences import consequences
from domain.kernel import Event, Refused, SubjectForgotten, Value, ensure, is_forgotten
from domain.record import Actor, Draft, Evidence, Recorded, StreamId

ATTEMPTS_MAX: Final = 20
"""Decisions per append on streams that the caller did not name, before it hears of a conflict."""


class Proposal(Value):
    """A fact that somebody proposes to record in a stream, with what bears it out."""

    stream: StreamId
    event: Event
    evidence: tuple[Evidence, ...]
    reason: str | None


class Request(Value):
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


@dataclass(frozen=True, slots=True)
class Append:
    """Decides proposals against the ledger. ``new_id`` gives a UUIDv7, ``now`` an aware instant."""

    ledger: Ledger
    new_id: Callable[[], str]
    now: Callable[[], datetime]
    known: Known = field(default_factory=Known)
    _turn: Lock = field(default_factory=Lock)

    def __call__(self, request: Request) -> Receipt:
        """Record what the proposals lead to; raise `Refused`, `Conflict` or `OutcomeUnknown`.

        Decided first on what is at hand: the ledger says where that is out of date. What is
        refused, or lost to another writer, is decided again on what was read anew.
        """
        self._ensure_not_in_the_future(request)
        command, lost, read = request.command, 0, self.ledger.recall
        while True:
            # Whoever lost once takes turns with the others who did, so that all of them get there.
            with self._turn if lost else nullcontext():
                try:
                    return self._attempt(request, read)
                except (Conflict, Refused) as no:
                    # The same request may have got there first, sent again by who lost patience.
                    if command and (first := self.ledger.answered(request.actor.id, command)):
                        return first
                    if read == self.ledger.read:
                        lost += 1
                        final = isinstance(no, Refused) or no.stream in request.expected
                        if final or lost == ATTEMPTS_MAX:
                            raise
                    read = self.ledger.read

    def deliberation(
        self, request: Request, read: Callable[[StreamId], Sequence[Recorded]] | None = None
    ) -> "Deliberation":
        """Return a request to be decided, proposal by proposal, without writing anything."""
        return Deliberation(read or self.ledger.read, self.known, self.new_id, request)

    def _attempt(self, request: Request, read: Callable[[StreamId], Sequence[Recorded]]) -> Receipt:
        deliberation = self.deliberation(request, read)
        for stream in request.expected:
            deliberation.strand(stream)
        for proposal in request.proposals:
            deliberation.admit(proposal)
        return self.ledger.append(
            deliberation.drafts,
            heads=deliberation.heads(),
            actor=request.actor.id,
            command=request.command,
        )

    def _ensure_not_in_the_future(self, request: Request) -> None:
        now = self.now()
        for proposal in request.proposals:
            ensure(
                proposal.event.effective.instant <= now,
                "append.effective_in_future",
                article="Kaidah Jejak: yang dicatat adalah yang sudah terjadi",
                because=(
                    "tanggal berlaku masih di masa depan; catat setelah terjadi",
                    "the effective time lies in the future; record it once it has happened",
                ),
                field="effective",
            )


@dataclass(slots=True)
class Strand:
    """A stream in one deliberation: the pages that were read, and what has been added since."""

    read: Sequence[Recorded]
    timeline: Timeline
    version: int

    def add(self, event: Event) -> None:
        """Go on by one page."""
        self.version += 1
        self.timeline = self.timeline.followed_by(event)


@dataclass(slots=True)
class Deliberation:
    """One attempt to decide a request: the strands it read, and the drafts they led to."""

    read: Callable[[StreamId], Sequence[Recorded]]
    known: Known
    new_id: Callable[[], str]
    request: Request
    drafts: list[Draft] = field(default_factory=list)
    strands: dict[StreamId, Strand] = field(default_factory=dict)

    def admit(self, proposal: Proposal, cause: str | None = None) -> None:
        """Decide one proposal, and then what its events bring about in other streams."""
        stream = proposal.stream
        kind = STREAMS[stream.kind]
        strand = self.strand(stream)
        if strand.read and is_forgotten(strand.read[0].event):
            if cause is None:
                raise SubjectForgotten
            return  # what follows from elsewhere is not told to a record that is closed
        kind.ensure_opening(proposal.event, strand.timeline.events)
        past = strand.timeline.until(proposal.event)
        events = kind.decide(proposal.event, past.events, past.journey)
        journey = past.journey
        for event in events:
            before, journey = journey, kind.evolve(journey, [event])
            strand.add(event)
            draft = self._draft(proposal, event, cause)
            self.drafts.append(draft)
            for target, consequence in consequences(stream, event, before):
                # No reason: it is told in this stream, and sealed under this stream's subject.
                follow = Proposal(stream=target, event=consequence, evidence=(), reason=None)
                self.admit(follow, cause=draft.event_id)

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
        if stream not in self.strands:
            pages = self.read(stream)
            if self.request.expected.get(stream, len(pages)) != len(pages):
                raise Conflict(stream)
            timeline = self.known.timeline(stream, pages)
            self.strands[stream] = Strand(pages, timeline, len(pages))
        return self.strands[stream]

    def _draft(self, proposal: Proposal, event: Event, cause: str | None) -> Draft:
        stream, request = proposal.stream, self.request
        strand = self.strands[stream]
        return Draft(
            event=event,
            stream=stream,
            version=strand.version,
            event_id=self.new_id(),
            subject=STREAMS[stream.kind].subject(stream.key, strand.timeline.journey),
            actor=request.actor,
            purpose=request.purpose,
            reason=proposal.reason,
            evidence=proposal.evidence,
            correlation_id=request.correlation_id,
            causation_id=cause,
            idempotency_key=request.command.key if request.command else None,
        )
