"""The one way in: every event of every stream, whoever proposes it, walks this path."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field
from datetime import datetime
from threading import Lock
from typing import Final

from application.ledger import BEGINNING, Command, Conflict, Head, Ledger, Receipt
from domain.catalogue import STREAMS
from domain.consequences import consequences
from domain.kernel import Event, Refused, Value, ensure
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
    _turn: Lock = field(default_factory=Lock)

    def __call__(self, request: Request) -> Receipt:
        """Record what the proposals lead to; raise `Refused`, `Conflict` or `OutcomeUnknown`."""
        command = request.command
        if command and (earlier := self.ledger.answered(request.actor.id, command)):
            return earlier
        self._ensure_not_in_the_future(request)
        for attempt in range(1, ATTEMPTS_MAX + 1):
            # Whoever lost once takes turns with the others who did, so that all of them get there.
            with self._turn if attempt > 1 else nullcontext():
                try:
                    return self._attempt(request)
                except (Conflict, Refused) as no:
                    # The same request may have got there first, sent again by who lost patience.
                    if command and (first := self.ledger.answered(request.actor.id, command)):
                        return first
                    final = isinstance(no, Refused) or no.stream in request.expected
                    if final or attempt == ATTEMPTS_MAX:
                        raise
        raise AssertionError

    def _attempt(self, request: Request) -> Receipt:
        deliberation = Deliberation(self.ledger, self.new_id, request)
        for stream in request.expected:
            deliberation.history(stream)
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
class Deliberation:
    """One attempt to decide a request: the histories it read, and the drafts they led to."""

    ledger: Ledger
    new_id: Callable[[], str]
    request: Request
    drafts: list[Draft] = field(default_factory=list)
    histories: dict[StreamId, list[Draft]] = field(default_factory=dict)
    read: dict[StreamId, Sequence[Recorded]] = field(default_factory=dict)

    def admit(self, proposal: Proposal, cause: str | None = None) -> None:
        """Decide one proposal, and then what its events bring about in other streams."""
        stream = proposal.stream
        kind = STREAMS[stream.kind]
        history = self.history(stream)
        kind.ensure_opening(proposal.event, [page.event for page in history])
        past = until(history, proposal.event)
        events = kind.decide(proposal.event, past)
        journey = kind.fold(past)
        for event in events:
            before, journey = journey, kind.evolve(journey, [event])
            draft = self._draft(proposal, event, cause)
            history.append(draft)
            self.drafts.append(draft)
            for target, consequence in consequences(stream, event, before):
                # No reason: it is told in this stream, and sealed under this stream's subject.
                follow = Proposal(stream=target, event=consequence, evidence=(), reason=None)
                self.admit(follow, cause=draft.event_id)

    def heads(self) -> Mapping[StreamId, Head]:
        """Return the last page of each stream that was read."""
        return {
            stream: Head(version=len(pages), hash=pages[-1].hash if pages else BEGINNING)
            for stream, pages in self.read.items()
        }

    def history(self, stream: StreamId) -> list[Draft]:
        """Return a stream as read once, with what this attempt adds to it."""
        if stream not in self.histories:
            self.read[stream] = pages = self.ledger.read(stream)
            if self.request.expected.get(stream, len(pages)) != len(pages):
                raise Conflict(stream)
            self.histories[stream] = list(pages)
        return self.histories[stream]

    def _draft(self, proposal: Proposal, event: Event, cause: str | None) -> Draft:
        stream, request, kind = proposal.stream, self.request, STREAMS[proposal.stream.kind]
        known = kind.fold([*in_order(self.histories[stream]), event])
        return Draft(
            event=event,
            stream=stream,
            version=len(self.histories[stream]) + 1,
            event_id=self.new_id(),
            subject=kind.subject(stream.key, known),
            actor=request.actor,
            purpose=request.purpose,
            reason=proposal.reason,
            evidence=proposal.evidence,
            correlation_id=request.correlation_id,
            causation_id=cause,
            idempotency_key=request.command.key if request.command else None,
        )


def in_order(history: Sequence[Draft]) -> list[Event]:
    """Return the events of a stream in the order in which they took effect, then of version."""
    return [page.event for page in sorted(history, key=lambda page: page.event.effective.instant)]


def until(history: Sequence[Draft], proposed: Event) -> list[Event]:
    """Return what had taken effect when the proposed event did: what it is decided on."""
    instant = proposed.effective.instant
    return [event for event in in_order(history) if event.effective.instant <= instant]
