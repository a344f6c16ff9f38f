"""Builders of what somebody takes part in under the agreement, and how often they were there."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Final

from domain.activity import Taking
from domain.kejar_paket import KEJAR_PAKET, Enrolled, Standing
from domain.participation import AttendanceSum
from domain.programme import ProgrammeKind
from domain.skill_training import Step, Training
from projections.shared.material import Material
from projections.shared.values import AttendanceTotal, AttendedIn, PartStanding, ProgrammePart

SCHOOL: Final[Mapping[Standing, PartStanding]] = {
    Standing.LEARNING: PartStanding.RUNNING,
    Standing.PAUSED: PartStanding.SUSPENDED,
    Standing.PASSED: PartStanding.COMPLETED,
    Standing.WITHDRAWN: PartStanding.WITHDRAWN,
}
TRAINING: Final[Mapping[Step, PartStanding]] = {
    Step.SEATED: PartStanding.SEATED,
    Step.STARTED: PartStanding.RUNNING,
    Step.SUSPENDED: PartStanding.SUSPENDED,
    Step.COMPLETED: PartStanding.COMPLETED,
    Step.NOT_COMPLETED: PartStanding.NOT_COMPLETED,
}
ACTIVITY: Final[Mapping[Taking, PartStanding]] = {
    Taking.PART: PartStanding.RUNNING,
    Taking.FINISHED: PartStanding.COMPLETED,
    Taking.LEFT: PartStanding.WITHDRAWN,
}


def programmes(material: Material) -> tuple[ProgrammePart, ...]:
    """Return every programme under the agreement that somebody has or had a part in."""
    return (*_schooling(material), *_trainings(material), *_activities(material))


def _schooling(material: Material) -> Iterator[ProgrammePart]:
    state = material.journey[KEJAR_PAKET]
    by_programme: dict[str | None, list[Enrolled]] = {}
    for one in material.enrolments:
        by_programme.setdefault(one.programme, []).append(one)
    for programme, several in by_programme.items():
        course, last = material.courses.get(programme or ""), several[-1]
        ends = material.ends(last)
        yield ProgrammePart(
            programme=programme,
            title=course.title if course else None,
            kind=ProgrammeKind.KEJAR_PAKET,
            since=several[0].effective.day,
            until=ends or (state.over.day if state.over else None),
            standing=PartStanding.MOVED_ON if ends else SCHOOL[state.standing],
        )


def _trainings(material: Material) -> Iterator[ProgrammePart]:
    for programme, one in material.trainings.items():
        course = material.courses[programme]
        yield ProgrammePart(
            programme=programme,
            title=course.title,
            kind=course.kind,
            since=_began(one),
            until=one.ended.day if one.ended else None,
            standing=TRAINING.get(one.step, PartStanding.WITHDRAWN),
        )


def _began(training: Training) -> date | None:
    if training.started:
        return training.started.effective.day
    return training.seated.day if training.seated else None


def _activities(material: Material) -> Iterator[ProgrammePart]:
    for one in material.activities.values():
        joined = one.activity.joined
        yield ProgrammePart(
            programme=joined.programme if joined else None,
            title=one.title,
            kind=one.kind,
            since=one.since,
            until=one.activity.ended.day if one.activity.ended else None,
            standing=ACTIVITY[one.activity.taking],
        )


def attendance(material: Material) -> tuple[AttendanceTotal, ...]:
    """Return what was held and attended of each of these programmes, all periods together."""
    return (
        *_of_schooling(material),
        *(
            _total(programme, one.attendance, AttendedIn.SESSIONS)
            for programme, one in material.trainings.items()
            if one.attendance
        ),
        *(
            _total(
                one.activity.joined.programme if one.activity.joined else None,
                one.activity.attendance,
                AttendedIn.SESSIONS,
            )
            for one in material.activities.values()
            if one.activity.attendance
        ),
    )


def _of_schooling(material: Material) -> Iterator[AttendanceTotal]:
    """Yield hours of the classes under the agreement.

    Those of no class are told only where nobody else can be meant, and never those of after a move.
    """
    state, here = material.journey[KEJAR_PAKET], material.enrolments
    others = {one.programme for one in state.enrolments if one not in here}
    last = material.moved_on or date.max
    for programme in dict.fromkeys(one.programme for one in here):
        of_it = [
            one for one in state.attendance if one.programme == programme and one.until_day <= last
        ]
        if of_it and programme not in others:
            yield _total(programme, of_it, AttendedIn.HOURS)


def _total(
    programme: str | None, sums: Iterable[AttendanceSum], unit: AttendedIn
) -> AttendanceTotal:
    told = list(sums)
    return AttendanceTotal(
        programme=programme,
        held=sum(one.held for one in told),
        attended=sum(one.attended for one in told),
        unit=unit,
    )
