"""Who may ask for a correction, approve it, decline it and take it back; and who looks at items.

Whoever records for a stream asks and looks. A supervisor who answers for all that a correction
touches decides, at whatever level, and never on their own request: neither one that they made nor
one that was made on their behalf.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from api.callers import not_own_unit
from api.dependencies import Services
from api.problems import Problem
from api.tokens import APPROVERS, WRITERS, Caller, Level, Role
from api.writing import Desk
from application.append import Request
from application.asked_for import Altered, AskedFor, CorrectionStatus
from application.jurisdiction import Jurisdiction, jurisdiction, of_opening
from application.standing import corrections_of
from domain.correction import FOUR_EYES, Correction, CorrectionRequested
from domain.fields import Note
from domain.kernel import Value, Words
from domain.record import Recorded, StreamId
from domain.registry import NOT_OF_A_KANWIL

NOT_A_SUPERVISOR: Final[Words] = (
    "koreksi disetujui atau ditolak oleh penyelia; yang mengajukan dapat menariknya",
    "a supervisor approves or declines a correction; whoever asked may withdraw it",
)
DESTINATION_ELSEWHERE: Final[Words] = (
    "perkara tujuan milik unit lain; mintalah penyelia Kanwil atau Ditjenpas",
    "the case to move to is another unit's; ask a supervisor of the Kanwil or of Ditjenpas",
)
HANDED_OVER: Final[Words] = (
    "koreksi ini menyerahkan catatan ke unit lain; mintalah penyelia Kanwil atau Ditjenpas",
    "this hands the record over to another unit; ask a supervisor of the Kanwil or of Ditjenpas",
)
BECAUSE_OR_NOT: Final[Words] = (
    "sebut because bila menolak atau menarik, dan hanya bila demikian",
    "give because when you decline or withdraw, and only then",
)
OWN_REQUEST: Final[Words] = (
    "yang mengajukan tidak menyetujui; mintalah penyelia lain atau tingkat di atasnya",
    "whoever asked does not approve; ask another supervisor, or the level above",
)


class Said(Value):
    """Yes, or no and why."""

    approve: bool
    because: Note | None

    def ensure_whole(self, code: str) -> None:
        """Refuse a no without a reason, and a reason for a yes."""
        if self.approve is bool(self.because):
            place = ("/because", code, BECAUSE_OR_NOT)
            raise Problem(422, code, BECAUSE_OR_NOT, errors=[place])


@dataclass(frozen=True, slots=True)
class Deciding:
    """What one caller may do about corrections. ``principal`` is for whom the caller acts."""

    services: Services
    caller: Caller
    principal: str | None = None

    def answers_for(self, stream: StreamId) -> bool:
        """Say whether the caller records for a stream; to be about to receive it is not enough."""
        ledger = self.services.ledger
        return self.answers_by(stream, jurisdiction(ledger, stream, ledger.read(stream)))

    def answers_by(self, stream: StreamId, found: Jurisdiction) -> bool:
        """Say whether the caller records for a stream, were these to answer for it."""
        access = self.caller.access
        own = access.everywhere or bool(found.owners & access.units)
        if stream.kind != "registry":
            return self.caller.role in WRITERS and own
        nobodys = not found.owners and not stream.key.startswith(NOT_OF_A_KANWIL)
        wide = nobodys and self.caller.level is not Level.UNIT
        return self.caller.role is Role.SUPERVISOR and (own or wide)

    def asked(self, one: AskedFor) -> bool:
        """Say whether the caller asked for a correction, or somebody did on their behalf."""
        if one.requested is None or not isinstance(one.requested.event, CorrectionRequested):
            return False
        actor = one.requested.actor
        hands = {one.requested.event.requester, actor.id, actor.on_behalf_of} - {None}
        return self.caller.id in hands or self.principal in hands

    def may_approve(self, one: AskedFor, stream: StreamId) -> bool:
        """Say whether the caller may approve a correction that waits."""
        if one.status is not CorrectionStatus.PENDING or self.caller.role not in APPROVERS:
            return False
        if self.asked(one) or not all(map(self.answers_for, self._touched(one, stream))):
            return False
        return self._answers_for_both(one, stream)

    def may_decline(self, one: AskedFor, stream: StreamId) -> bool:
        """Say whether the caller may decline a correction that waits, or withdraw it."""
        if one.status not in {CorrectionStatus.PENDING, CorrectionStatus.OVERTAKEN}:
            return False
        supervises = self.caller.role in APPROVERS and self.answers_for(stream)
        return supervises or (self.caller.role in WRITERS and self.asked(one))

    def ensure_may_approve(self, one: AskedFor, stream: StreamId) -> None:
        """Refuse whoever may not approve a correction: 403, and 409 for one's own."""
        self._ensure_supervises(stream)
        if self.asked(one):
            raise Problem(409, "correction.own_request", OWN_REQUEST, article=FOUR_EYES)
        if not all(map(self.answers_for, self._touched(one, stream))):
            raise Problem(403, "correction.destination_elsewhere", DESTINATION_ELSEWHERE)
        if not self._answers_for_both(one, stream):
            raise Problem(403, "correction.handed_over", HANDED_OVER)

    def ensure_may_decline(self, one: AskedFor, stream: StreamId) -> None:
        """Refuse whoever neither asked for a correction nor supervises where it was asked for."""
        if not self.asked(one):
            self._ensure_supervises(stream)

    def ensure_answers_for(self, stream: StreamId) -> None:
        """Refuse whoever does not record for a stream."""
        if not self.answers_for(stream):
            raise not_own_unit()

    def _ensure_supervises(self, stream: StreamId) -> None:
        if self.caller.role not in APPROVERS:
            raise Problem(403, "correction.supervisor_only", NOT_A_SUPERVISOR)
        self.ensure_answers_for(stream)

    def _touched(self, one: AskedFor, stream: StreamId) -> set[StreamId]:
        """Return the stream, and where its facts are moved to or would come back from."""
        by_id = corrections_of(self.services.ledger.read(stream)).by_id
        return {stream, *_moved_to(one.correction, stream, by_id)}

    def _answers_for_both(self, one: AskedFor, stream: StreamId) -> bool:
        """Say whether the caller answers for a stream both before and after it changes hands."""
        handed = handed_over(one.altered, self.services.ledger.read(stream))
        return all(self.answers_by(stream, found) for both in handed for found in both)


def handed_over(
    altered: Iterable[Altered], pages: Sequence[Recorded]
) -> Iterator[tuple[Jurisdiction, Jurisdiction]]:
    """Yield who answers by each opening of a stream, before and after, where that differs.

    Where nothing of an opening stands, what was first recorded says so, as in `jurisdiction`.
    """
    told = {page.event_id: page for page in pages}
    for one in altered:
        before, after = (side or told[one.event] for side in (one.before, one.after))
        was, will = of_opening(before.event, before.actor), of_opening(after.event, after.actor)
        if was and will and was != will:
            yield was, will


def exchange(desk: Desk, stream: StreamId, version: int) -> Request:
    """Return who says something about a stream's facts, having seen it at a version."""
    signature, ledger = desk.signature, desk.services.ledger
    owners = jurisdiction(ledger, stream, ledger.read(stream)).owners
    return Request(
        proposals=(),
        expected={stream: version},
        actor=desk.actor(min(owners & signature.caller.units, default=None)),
        purpose=signature.purpose,
        correlation_id=signature.correlation_id,
        command=signature.command,
    )


def _moved_to(
    correction: str, stream: StreamId, by_id: Mapping[str, Correction]
) -> Iterator[StreamId]:
    """Yield the streams that a correction, or one that it undoes, moves facts to."""
    asked = by_id[correction].requested
    if asked is None:
        return
    if asked.to is not None:
        yield StreamId(kind=stream.kind, key=asked.to)
    for event in asked.events:
        if event in by_id:
            yield from _moved_to(event, stream, by_id)
