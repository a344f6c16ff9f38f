"""What was recorded wrongly in the demo, so that its pages have something to correct and review.

A religion that was mis-keyed and has been corrected; an admission whose day was wrong, whose
correction takes the ground from what was deposited before it; a birth date that waits for the
supervisor of Rutan Medan. None of them changes a figure of a partnership.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Final

from application.correcting import Correcting, Wanted
from application.deliberation import Proposal, Request
from application.demo.partners import MEDAN
from application.demo.steps import PURPOSE, Plan
from application.ledger import Command
from domain.admission import CustodyAdmitted, Religion
from domain.correction import CorrectionKind, ReasonCode
from domain.kernel import Event
from domain.record import Actor, StreamId
from domain.register import GoodsDeposited
from domain.time import Effective

SECOND: Final = replace(MEDAN.actor, id="demo.medan.penyelia", role="supervisor")


def correct(plan: Plan, correcting: Correcting) -> None:
    """Make and correct the mistakes; those that were made before are left as they are."""
    hand = _Hand(plan.seed, correcting)
    religion, admission, birth = _held_in_medan(plan)[-3:]

    said = hand.opening(religion)
    other = Religion.KRISTEN if said.religion is not Religion.KRISTEN else Religion.ISLAM
    hand.approve(hand.ask("religion", religion, replace(said, religion=other)), "religion")

    said = hand.opening(admission)
    day, zone = said.effective.day, said.effective.zone
    watch = GoodsDeposited(
        effective=Effective.on(day + timedelta(days=1), zone),
        item="D-1",
        description="Jam tangan",
        quantity=1,
    )
    hand.tell("goods", admission, watch)
    later = replace(said, effective=Effective.on(day + timedelta(days=2), zone))
    hand.approve(hand.ask("admission", admission, later), "admission")

    said = hand.opening(birth)
    born = said.birth_date
    if born is not None:
        typed = replace(said, birth_date=born.replace(day=born.day % 28 + 1))
        hand.ask("birth", birth, typed)


class _Hand:
    """Who asks and who approves, under keys that never change."""

    def __init__(self, seed: int, correcting: Correcting) -> None:
        self._seed, self._correcting = seed, correcting

    def opening(self, case: StreamId) -> CustodyAdmitted:
        """Return how a case was opened, as it was first recorded."""
        event = self._correcting.append.ledger.read(case)[0].event
        if not isinstance(event, CustodyAdmitted):
            raise TypeError(event.stored_as)
        return event

    def tell(self, name: str, case: StreamId, event: Event) -> None:
        """Record a fact."""
        said = Proposal(stream=case, event=event, evidence=(), reason=None)
        self._correcting.append(self._request(name, MEDAN.actor, [said]))

    def ask(self, name: str, case: StreamId, content: Event) -> str:
        """Ask for a correction of a case's opening, and return the correction's id."""
        wanted = Wanted(
            stream=case,
            kind=CorrectionKind.CORRECT,
            events=(self._correcting.append.ledger.read(case)[0].event_id,),
            to=None,
            content=content,
            reason_code=ReasonCode.TYPING_ERROR,
            explanation="Salah ketik saat penerimaan; sesuai kartu keluarga",
            evidence=(),
        )
        receipt = self._correcting.request(wanted, self._request(name, MEDAN.actor))
        return receipt.written[0].event_id

    def approve(self, correction: str, name: str) -> None:
        """Approve a correction, as somebody else."""
        self._correcting.approve(correction, self._request(f"{name}/approval", SECOND))

    def _request(self, name: str, actor: Actor, said: Sequence[Proposal] = ()) -> Request:
        key = f"demo/{self._seed}/mistakes/{name}"
        return Request(
            proposals=tuple(said),
            expected={},
            actor=actor,
            purpose=PURPOSE,
            correlation_id=key,
            command=Command(key=key, body=key.encode()),
        )


def _held_in_medan(plan: Plan) -> Sequence[StreamId]:
    """Return the cases that were opened in Rutan Medan, in their order."""
    return [
        proposal.stream
        for step in plan.steps
        for proposal in step.request.proposals
        if isinstance(proposal.event, CustodyAdmitted) and proposal.event.unit == MEDAN.unit
    ]
