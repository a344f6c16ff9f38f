"""By which name an entry tells of what happened: of this agreement, and of the scope's own fields.

The name is data like any other. So it is said only of a fact that belongs to the agreement and that
one of the scope's fields is about; where several such are told at once and their names are not the
same, none is. What cannot be told apart is not named either.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from typing import Any, Final

from domain import skill_training
from domain.activity import ActivityFinished, ActivityJoined, ActivityLeft
from domain.activity import AttendanceSummarised as ActivityAttended
from domain.catalogue import ANNOTATIONS
from domain.correction import CorrectionApproved, CorrectionProposed
from domain.ijazah import ExamRegistered, ExamTaken, Failed, IjazahHandedOver, IjazahIssued, Passed
from domain.job_placement import JobEnded, JobStarted, JobVerified, WorkKind
from domain.kejar_paket import (
    KEJAR_PAKET,
    AttendanceSummarised,
    Enrolled,
    NisnReceived,
    Paused,
    Resumed,
    Withdrawn,
)
from domain.kernel import Event
from domain.programme import ProgrammeKind
from domain.record import Draft
from domain.sharing.fields import SharedField
from projections.shared.learning import ijazah
from projections.shared.material import Material
from projections.shared.membership import is_secret
from projections.shared.names import NEUTRAL, names_heard

Fact = Sequence[Event]
"""What was said of one fact: as it was recorded, and as a correction has it."""


def facts_told(
    pages: Sequence[Draft], latest: Iterable[Draft], *, corrected: bool
) -> Sequence[Fact]:
    """Return the facts that the latest pages of a stream tell: those that are no annotations.

    Where they are told as a correction, only what was corrected.
    """
    found: list[Fact] = []
    for page in latest:
        if isinstance(page.event, CorrectionApproved):
            found += _changed(pages, page.event)
        elif not corrected and not isinstance(page.event, ANNOTATIONS):
            found.append((page.event,))
    return found


def _changed(pages: Sequence[Draft], approved: CorrectionApproved) -> Iterable[Fact]:
    """Yield the facts that an approval changes, and those that the corrections it undoes did."""
    events = {page.event_id: page.event for page in pages}
    undone = [
        event
        for event in events.values()
        if isinstance(event, CorrectionApproved) and event.correction in approved.undoes
    ]
    for one in (approved, *undone):
        for change in one.changes:
            yield _said(events, [change.event, change.by])
        for arrival in one.arrivals:
            yield _said(events, [arrival.event])


def _said(events: Mapping[str, Event], keys: Iterable[str | None]) -> Fact:
    told = [events[key] for key in keys if key is not None and key in events]
    return [one.content if isinstance(one, CorrectionProposed) else one for one in told]


def programmes_of(facts: Iterable[Fact]) -> frozenset[str]:
    """Return the programmes that facts name: what was voided names some that nothing else does."""
    named = (getattr(event, "programme", None) for fact in facts for event in fact)
    return frozenset(programme for programme in named if programme)


def name_told(material: Material, facts: Iterable[Fact]) -> str:
    """Return the name that a party of the scope hears of these facts, or `NEUTRAL`."""
    heard = names_heard(material.scope)
    names = {
        event.stored_as
        for fact in facts
        for event in fact
        if event.stored_as in heard and _is_ours(material, event)
    }
    return names.pop() if len(names) == 1 else NEUTRAL


Ours = Callable[[Material, Any], bool]


def _is_ours(material: Material, event: Event) -> bool:
    """Say whether a fact belongs to the agreement, as far as anybody can tell."""
    return OURS.get(type(event), _always)(material, event)


def _always(_material: Material, _event: Event) -> bool:
    """Releases, rights of integration and referrals are of nobody's agreement alone."""
    return True


def _enrolled(material: Material, event: Enrolled) -> bool:
    taught = ProgrammeKind.KEJAR_PAKET in material.kinds
    return taught and material.under(event.agreement, event.programme)


def _numbered(material: Material, _event: NisnReceived) -> bool:
    return bool(material.enrolments) and not is_secret(material)


def _schooled(material: Material, event: AttendanceSummarised) -> bool:
    return any(one.programme == event.programme for one in material.enrolments)


def _while_enrolled(material: Material, event: Event) -> bool:
    day = event.effective.day
    return any(
        one.effective.day <= day <= (material.ends(one) or date.max) for one in material.enrolments
    )


def _examined(material: Material, event: ExamRegistered | ExamTaken | Passed | Failed) -> bool:
    exam = material.journey[KEJAR_PAKET].finals.exams.get(event.exam)
    return exam is not None and material.learnt_here(exam.level, event.effective.day)


def _proven(material: Material, _event: Event) -> bool:
    """Say so where all ijazah that there are were earned here: nobody can tell which is meant."""
    here = len(ijazah(material))
    return here > 0 and here == len(material.journey[KEJAR_PAKET].finals.ijazah)


def _trained(material: Material, event: Any) -> bool:
    return event.programme in material.trainings


def _joined(material: Material, event: ActivityJoined) -> bool:
    return material.kind_of(event) in material.kinds and material.under(
        event.agreement, event.programme
    )


def _active(material: Material, event: Any) -> bool:
    return event.activity in material.activities


def _works(material: Material, event: JobStarted) -> bool:
    counts = _is_told(material, event.kind)
    return counts and (
        event.placement in material.placements or material.under(event.agreement, event.programme)
    )


def _working(material: Material, event: JobVerified | JobEnded) -> bool:
    one = material.placements.get(event.placement)
    return one is not None and one.work is not None and _is_told(material, one.work.kind)


def _is_told(material: Material, kind: WorkKind) -> bool:
    fields = material.scope.fields
    return SharedField.PLACEMENT in fields or kind is WorkKind.USAHA_SENDIRI


OURS: Final[Mapping[type[Event], Ours]] = {
    Enrolled: _enrolled,
    NisnReceived: _numbered,
    AttendanceSummarised: _schooled,
    **dict.fromkeys((Paused, Resumed, Withdrawn), _while_enrolled),
    **dict.fromkeys((ExamRegistered, ExamTaken, Passed, Failed), _examined),
    **dict.fromkeys((IjazahIssued, IjazahHandedOver), _proven),
    **dict.fromkeys(skill_training.SKILL_TRAINING.events, _trained),
    ActivityJoined: _joined,
    **dict.fromkeys((ActivityAttended, ActivityFinished, ActivityLeft), _active),
    JobStarted: _works,
    **dict.fromkeys((JobVerified, JobEnded), _working),
}
"""How it is known whose a fact is. One that is not here is of no agreement."""
