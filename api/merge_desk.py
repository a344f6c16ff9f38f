"""Who may ask that records be merged or taken apart, who decides, and how each step is recorded.

Whoever records for the surviving record and sees the other one asks; a supervisor who answers for
both approves or declines, at whatever level, and never on their own request: neither one that they
made nor one that was made on their behalf.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from fastapi import Response

from api.callers import not_own_unit
from api.deciding import OWN_REQUEST, Deciding, Said, exchange
from api.dependencies import Services
from api.problems import Problem, not_found, refusal
from api.sight import sees
from api.tokens import Caller, Role
from api.writing import Desk, receipt_answer
from application.append import Request
from application.journeys import History
from application.ledger import Conflict, Receipt
from application.merge_steps import Steps, merges_told_in
from application.merging import Merging, Unwanted, Wanted
from application.records import person_stream
from domain.kernel import Json, Refused, Words
from domain.person_link import FOUR_EYES
from domain.record import StreamId

NO_SUCH_PERSON: Final[Words] = (
    "orang ini tidak tercatat, atau di luar lingkup Anda",
    "no such person is registered, or outside your scope",
)
NOT_A_SUPERVISOR: Final[Words] = (
    "penggabungan dan pemisahan disetujui penyelia; yang mengajukan dapat menariknya",
    "a supervisor approves a merge and an unmerging; whoever asked may withdraw it",
)
ANOTHER_UNIT: Final[Words] = (
    "catatan yang satu milik unit lain; mintalah penyelia Kanwil atau Ditjenpas",
    "one of the two records is another unit's; ask a supervisor of the Kanwil or of Ditjenpas",
)


@dataclass(frozen=True, slots=True)
class Sight:
    """What one caller may decide of merges. ``principal`` is for whom the caller acts."""

    services: Services
    caller: Caller
    principal: str | None = None

    def asked(self, one: Steps) -> bool:
        """Say whether the caller asked for what waits, or somebody did on their behalf."""
        actor = one.asked.actor if one.asked else None
        hands = {actor.id, actor.on_behalf_of} - {None} if actor else set()
        return self.caller.id in hands or self.principal in hands

    def answers_for(self, stream: StreamId) -> bool:
        """Say whether the caller records for a record."""
        return Deciding(self.services, self.caller).answers_for(stream)

    def may_approve(self, stream: StreamId, one: Steps) -> bool:
        """Say whether what waits of a merge waits for the caller."""
        if one.asked is None or self.caller.role is not Role.SUPERVISOR or self.asked(one):
            return False
        return self.answers_for(stream) and self.answers_for(person_stream(one.ends.other))

    def ensure_may_approve(self, stream: StreamId, one: Steps) -> None:
        """Refuse whoever may not approve: 403, and 409 for one's own request."""
        self._ensure_supervises(stream)
        if self.asked(one):
            raise Problem(409, "person.own_merge", OWN_REQUEST, article=FOUR_EYES)
        if not self.answers_for(person_stream(one.ends.other)):
            raise Problem(403, "person.merge_elsewhere", ANOTHER_UNIT)

    def ensure_may_decline(self, stream: StreamId, one: Steps) -> None:
        """Refuse whoever neither asked for it nor supervises where it was asked for."""
        if not self.asked(one):
            self._ensure_supervises(stream)

    def _ensure_supervises(self, stream: StreamId) -> None:
        if self.caller.role is not Role.SUPERVISOR:
            raise Problem(403, "person.supervisor_only", NOT_A_SUPERVISOR)
        if not self.answers_for(stream):
            raise not_own_unit()


@dataclass(frozen=True, slots=True)
class MergeDesk:
    """One step of a merge, taken by one caller who has seen the record at a version."""

    desk: Desk
    stream: StreamId
    version: int

    @property
    def sight(self) -> Sight:
        """Return what the caller may decide."""
        signature = self.desk.signature
        return Sight(self.desk.services, signature.caller, signature.on_behalf_of)

    @property
    def merging(self) -> Merging:
        """Return what records merges."""
        return Merging(self.desk.services.append)

    def ask(self, wanted: Wanted) -> Receipt:
        """Record that two records be merged; 404 for one that the caller cannot see."""
        history = self._seen()
        self._ensure_records()
        other = person_stream(wanted.other)
        if not sees(self.desk.services, other, self.sight.caller):
            place = ("/other", "person.not_found", NO_SUCH_PERSON)
            raise Problem(422, "person.not_found", NO_SUCH_PERSON, errors=[place])
        self.desk.ensure_may_cite(wanted.evidence, history.known, "")
        return self._told(lambda write: self.merging.request(self.stream, wanted, write))

    def ask_to_unmerge(self, unwanted: Unwanted) -> Receipt:
        """Record that a merge be taken back; 404 for one that the record does not tell of."""
        history = self._seen()
        self._ensure_records()
        self._steps(history, unwanted.merge)
        self.desk.ensure_may_cite(unwanted.evidence, history.known, "")
        return self._told(lambda write: self.merging.unmerge(self.stream, unwanted, write))

    def decide(self, merge: str, said: Said) -> Receipt:
        """Record an approval or a refusal."""
        one = self._steps(self._seen(), merge)
        said.ensure_whole("person.merge_because")
        if said.approve:
            self.sight.ensure_may_approve(self.stream, one)
            return self._told(lambda write: self.merging.approve(self.stream, merge, write))
        self.sight.ensure_may_decline(self.stream, one)
        because = said.because or ""
        return self._told(lambda write: self.merging.decline(self.stream, merge, because, write))

    def answer(self, receipt: Receipt, merge: str, response: Response) -> Json:
        """Return where the step was recorded, and how far the merge has come."""
        told = merges_told_in(self.desk.services.ledger.read(self.stream))
        answer = receipt_answer(receipt, self.stream, response, key="person_id")
        return answer | {"merge": merge, "status": told[merge].status.value}

    def _seen(self) -> History:
        history = self.desk.visible(self.stream)
        if history.version != self.version:  # what is asked and decided is about what was seen
            raise Conflict(self.stream)
        return history

    def _steps(self, history: History, merge: str) -> Steps:
        told = merges_told_in(history.known)
        if merge not in told:
            raise not_found()
        return told[merge]

    def _ensure_records(self) -> None:
        Deciding(self.desk.services, self.sight.caller).ensure_answers_for(self.stream)

    def _told(self, record: Callable[[Request], Receipt]) -> Receipt:
        try:
            return record(exchange(self.desk, self.stream, self.version))
        except Refused as refused:
            raise refusal(refused, f"/{refused.field}") from None
