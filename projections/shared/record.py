"""The record of one person as a scope allows it, and whose key seals it while it is kept.

Built by the fields that the scope names: no builder of another field runs, so that nothing has to
be taken out again. What it holds is as the journey stands; until when it may be told is a question
of time, and of `Scope.standing`.
"""

from domain.catalogue import CASE
from domain.custody import CUSTODY
from domain.kernel import Journey, Json, Value
from domain.law.rule_set import Law
from domain.record import StreamId
from domain.referral import REFERRAL
from domain.sharing.fields import SharedField
from domain.sharing.scope import Scope
from projections.shared.builders import BUILDERS, OF_REFERRALS
from projections.shared.material import Courses, Material, courses_named
from projections.shared.membership import in_scope
from projections.shared.names import NEUTRAL, names_known
from projections.shared.plain import plain

__all__ = ["NEUTRAL", "Courses", "Shared", "courses_named", "names_known", "shared"]


class Shared(Value):
    """A record, the unit whose zone its time is counted in, and under whose key it is kept."""

    record: Json
    unit: str
    owner: str


def shared(
    scope: Scope, stream: StreamId, journey: Journey, courses: Courses, law: Law
) -> Shared | None:
    """Return the record of a case or of a referral; `None` of who is not in the scope.

    ``courses`` are the programmes of `courses_named`, as they stand: one that is missing belongs to
    no agreement. Whether the agreement runs at all is not looked at.
    """
    material = Material(scope=scope, stream=stream, journey=journey, courses=courses, law=law)
    fields = _fields(scope, stream)
    if not fields or not in_scope(material):
        return None
    record = {one.value: plain(BUILDERS[one](material)) for one in fields}
    unit, owner = _whose(stream, journey)
    return Shared(record=record, unit=unit, owner=owner)


def _fields(scope: Scope, stream: StreamId) -> tuple[SharedField, ...]:
    """Return the fields of the scope that a record of this stream may have."""
    if stream.kind == CASE.name:
        return tuple(one for one in scope.fields if one is not SharedField.REFERRAL)
    return tuple(one for one in scope.fields if one in OF_REFERRALS)


def _whose(stream: StreamId, journey: Journey) -> tuple[str, str]:
    """Return the unit that answers for somebody, and the key of the person."""
    if stream.kind == CASE.name:
        custody = journey[CUSTODY]
        return custody.unit or "", custody.person or stream.key
    received = journey[REFERRAL].received
    return received.unit if received else "", stream.key
