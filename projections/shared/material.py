"""What a shared record is made of: one journey, seen through one scope.

A fact belongs to the agreement that it names, or else to that of its programme; only what belongs
to the agreement of the scope, and is of a kind of programme that the scope names and a record of
its kind is about, is here at all. Builders of fields see nothing of a journey's other programmes.
"""

from collections.abc import Iterator, Mapping
from datetime import date
from functools import cached_property
from itertools import pairwise
from typing import Final, NamedTuple

from domain.activity import ACTIVITY, Activity, ActivityJoined
from domain.custody import CUSTODY, Presence
from domain.integration import INTEGRATION, RightCourse
from domain.job_placement import JOB_PLACEMENT, Placement
from domain.kejar_paket import KEJAR_PAKET, Enrolled, Moved
from domain.kernel import Journey, Value
from domain.law.rule_set import Law
from domain.programme import ProgrammeKind, ProgrammeOpened
from domain.record import StreamId
from domain.register import REGISTER
from domain.schooling import PaketLevel
from domain.sharing.fields import RecordKind
from domain.sharing.scope import Scope
from domain.skill_training import SKILL_TRAINING, Step, Training

Courses = Mapping[str, ProgrammeOpened]
"""Programmes by their ids, as they stand."""

COVERS: Final[Mapping[RecordKind, frozenset[ProgrammeKind]]] = {
    RecordKind.LEARNER: frozenset({ProgrammeKind.KEJAR_PAKET}),
    RecordKind.TRAINEE: frozenset(
        {
            ProgrammeKind.PELATIHAN_KETERAMPILAN,
            ProgrammeKind.PERTANIAN,
            ProgrammeKind.KEWIRAUSAHAAN,
        }
    ),
    RecordKind.ENTREPRENEUR: frozenset(
        {
            ProgrammeKind.KEWIRAUSAHAAN,
            ProgrammeKind.PERTANIAN,
            ProgrammeKind.PEMBERDAYAAN_EKONOMI,
            ProgrammeKind.PELATIHAN_KETERAMPILAN,
        }
    ),
    RecordKind.READER: frozenset({ProgrammeKind.LITERASI}),
    RecordKind.RELEASED: frozenset(),
    RecordKind.CLIENT: frozenset(),
    RecordKind.COUNTS: frozenset(),
}
"""The kinds of programme that a record of each kind is about, whatever else an agreement names."""
SEATED: Final = (
    Step.SEATED,
    Step.STARTED,
    Step.SUSPENDED,
    Step.COMPLETED,
    Step.NOT_COMPLETED,
)
"""To ask for a seat, or to wait for one, is not yet to take part."""


class Joined(NamedTuple):
    """An activity that somebody joined, of which kind, and what it is called."""

    kind: ProgrammeKind
    title: str
    since: date
    activity: Activity


class Material(Value):
    """One journey, and the scope that it is seen through.

    ``courses`` are the programmes that the journey names (`courses_named`), as they stand.
    """

    scope: Scope
    stream: StreamId
    journey: Journey
    courses: Courses
    law: Law

    @cached_property
    def kinds(self) -> frozenset[ProgrammeKind]:
        """Return the kinds of programme that both the agreement and the record are about."""
        covered = COVERS[self.scope.record] if self.scope.record else frozenset()
        return covered & frozenset(self.scope.programme_kinds)

    def under(self, agreement: str | None, programme: str | None) -> bool:
        """Say whether a fact that names these belongs to the scope's agreement."""
        course = self.courses.get(programme) if programme else None
        named = agreement or (course.agreement if course else None)
        return named is not None and named == self.scope.agreement

    @cached_property
    def enrolments(self) -> tuple[Enrolled, ...]:
        """Return the enrolments in Kejar Paket under the agreement, the last one last."""
        if ProgrammeKind.KEJAR_PAKET not in self.kinds:
            return ()
        told = self.journey[KEJAR_PAKET].enrolments
        return tuple(one for one in told if self.under(one.agreement, one.programme))

    @cached_property
    def moved_on(self) -> date | None:
        """Return when schooling under the agreement moved on to another provider, if it did."""
        state = self.journey[KEJAR_PAKET]
        here = bool(self.enrolments) and self.enrolments[-1] is state.enrolled
        return state.provider.effective.day if here and isinstance(state.provider, Moved) else None

    def learnt_here(self, level: PaketLevel | None, day: date) -> bool:
        """Say whether something of a level, of a day, was learnt under the agreement.

        It was from an enrolment in that level on, until the next one or until the schooling moved.
        """
        return any(
            one.level is level and one.effective.day <= day <= (self.ends(one) or date.max)
            for one in self.enrolments
        )

    def ends(self, enrolment: Enrolled) -> date | None:
        """Return when an enrolment gave way to the next one, or to another provider."""
        told = self.journey[KEJAR_PAKET].enrolments
        later = (after for one, after in pairwise(told) if one is enrolment)
        following = next(later, None)
        return following.effective.day if following else self.moved_on

    @cached_property
    def trainings(self) -> Mapping[str, Training]:
        """Return the trainings under the agreement in which there was a seat, by programme."""
        told = self.journey[SKILL_TRAINING].trainings if self.kinds else {}
        return {
            programme: training
            for programme, training in told.items()
            if self._trains(programme, training)
        }

    def _trains(self, programme: str, training: Training) -> bool:
        course = self.courses.get(programme)
        if course is None or course.kind not in self.kinds:
            return False
        seated = training.step in SEATED or training.started is not None
        return seated and self.under(training.agreement, programme)

    @cached_property
    def activities(self) -> Mapping[str, Joined]:
        """Return the activities joined under the agreement, by key."""
        return dict(self._joined())

    def _joined(self) -> Iterator[tuple[str, Joined]]:
        told = self.journey[ACTIVITY].activities if self.kinds else {}
        for key, activity in told.items():
            said = activity.joined
            if said is None or not self.under(said.agreement, said.programme):
                continue
            course = self.courses.get(said.programme) if said.programme else None
            kind = self.kind_of(said)
            if kind in self.kinds:
                title = course.title if course else said.title
                yield key, Joined(kind, title, said.effective.day, activity)

    def kind_of(self, joined: ActivityJoined) -> ProgrammeKind:
        """Return of which kind an activity is: as its programme, or as it was told."""
        course = self.courses.get(joined.programme) if joined.programme else None
        return course.kind if course else ProgrammeKind(joined.kind.value)

    @cached_property
    def placements(self) -> Mapping[str, Placement]:
        """Return the work under the agreement that has started, by key."""
        return {
            key: one
            for key, one in self.journey[JOB_PLACEMENT].placements.items()
            if one.work and self.under(one.work.agreement or _consented(one), one.work.programme)
        }

    @cached_property
    def rights(self) -> tuple[RightCourse, ...]:
        """Return the rights of integration that were begun, in the order of their beginning."""
        begun = [one for one in self.journey[INTEGRATION].proposals.values() if one.started]
        return tuple(sorted(begun, key=_begun))

    @cached_property
    def takes_part(self) -> bool:
        """Say whether the person takes part in anything under the agreement."""
        return bool(self.enrolments or self.trainings or self.activities)

    @cached_property
    def domicile(self) -> str | None:
        """Return where the person is at home, as last recorded."""
        opening = self.journey[CUSTODY].opening
        return self.journey[REGISTER].domicile or (opening.domicile if opening else None)

    @cached_property
    def released_on(self) -> date | None:
        """Return the day of the release of whoever is released now."""
        custody = self.journey[CUSTODY]
        released = custody.presence is Presence.RELEASED
        return custody.since.day if released and custody.since else None


def _consented(placement: Placement) -> str | None:
    return placement.consent.agreement if placement.consent else None


def _begun(course: RightCourse) -> date:
    return course.started.effective.day if course.started else date.max


def courses_named(journey: Journey) -> frozenset[str]:
    """Return the programmes that the journey of a case names."""
    named: set[str | None] = set(journey[SKILL_TRAINING].trainings)
    named |= {one.programme for one in journey[KEJAR_PAKET].enrolments}
    named |= {one.joined.programme for one in journey[ACTIVITY].activities.values() if one.joined}
    named |= {one.work.programme for one in journey[JOB_PLACEMENT].placements.values() if one.work}
    return frozenset(key for key in named if key)
