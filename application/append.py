"""The one way in: every event of every stream, whoever proposes it, walks this path."""

from collections.abc import Callable, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field
from datetime import datetime
from threading import Lock
from typing import Final

from application.at_hand import AtHand
from application.deliberation import Deliberation, Plan, Proposal, Request, admit_all
from application.document_days import ensure_happened
from application.ledger import Conflict, Ledger, Receipt
from application.timeline import Known
from domain.kernel import Refused
from domain.record import Recorded, StreamId

__all__ = ["ATTEMPTS_MAX", "Append", "Deliberation", "Proposal", "Request"]

ATTEMPTS_MAX: Final = 20
"""Decisions per append on streams that the caller did not name, before it hears of a conflict."""


@dataclass(frozen=True, slots=True)
class Append:
    """Decides proposals against the ledger. ``new_id`` gives a UUIDv7, ``now`` an aware instant."""

    ledger: Ledger
    new_id: Callable[[], str]
    now: Callable[[], datetime]
    known: Known = field(default_factory=Known)
    _turn: Lock = field(default_factory=Lock)

    def __call__(self, request: Request, plan: Plan = admit_all) -> Receipt:
        """Record what the plan leads to; raise `Refused`, `Conflict` or `OutcomeUnknown`.

        Proposals are decided first on what is at hand: the ledger says where that is out of date.
        What is refused, or lost to another writer, is decided again on what was read anew. Another
        plan names pages that whoever asks has seen, and so begins with these.
        """
        self._ensure_not_in_the_future(request)
        command, lost = request.command, 0
        read = self.ledger.recall if plan is admit_all else self.ledger.read
        while True:
            # Whoever lost once takes turns with the others who did, so that all of them get there.
            with self._turn if lost else nullcontext():
                try:
                    return self._attempt(request, plan, read)
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

    async def submit(self, request: Request, at_hand: AtHand) -> Receipt:
        """Record what the proposals lead to, from a coroutine, decided on what is at hand.

        Raises what a call raises, and `NotAtHand`. After that, and after `Refused` and `Conflict`,
        nothing was written, and a call may tell otherwise: it reads anew.
        """
        self._ensure_not_in_the_future(request)
        deliberation = self._decided(request, admit_all, at_hand.strand, at_hand)
        receipt = await at_hand.ledger.submit(
            deliberation.drafts,
            heads=deliberation.heads(),
            actor=request.actor.id,
            command=request.command,
        )
        for strand in deliberation.strands.values():
            strand.foresee()
        return receipt

    def deliberation(
        self, request: Request, read: Callable[[StreamId], Sequence[Recorded]] | None = None
    ) -> "Deliberation":
        """Return a request to be decided, proposal by proposal, without writing anything."""
        return Deliberation(
            ledger=self.ledger,
            read=read or self.ledger.read,
            known=self.known,
            new_id=self.new_id,
            now=self.now,
            request=request,
        )

    def _attempt(
        self, request: Request, plan: Plan, read: Callable[[StreamId], Sequence[Recorded]]
    ) -> Receipt:
        deliberation = self._decided(request, plan, read, self.ledger)
        return self.ledger.append(
            deliberation.drafts,
            heads=deliberation.heads(),
            actor=request.actor.id,
            command=request.command,
        )

    def _decided(
        self,
        request: Request,
        plan: Plan,
        read: Callable[[StreamId], Sequence[Recorded]],
        ledger: Ledger,
    ) -> Deliberation:
        deliberation = self.deliberation(request, read)
        deliberation.ledger = ledger
        for stream in request.expected:
            deliberation.strand(stream)
        plan(deliberation)
        deliberation.review()
        return deliberation

    def _ensure_not_in_the_future(self, request: Request) -> None:
        now = self.now()
        for proposal in request.proposals:
            ensure_happened(proposal.event, now)
