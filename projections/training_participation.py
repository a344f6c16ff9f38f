"""Training participation: what became of each person's application to each programme.

Applying is not a seat, a seat is not attendance, attendance is not completion, and none of them is
a certificate of competence: each has its own day here, the latest where it happened again.
"""

from dataclasses import replace
from datetime import date
from enum import Enum
from typing import Any, Final

from domain.certification import Assessed, AttendanceCertified, Competence, CompetenceCertified
from domain.kernel import Event, Open
from domain.record import Recorded
from domain.skill_training import (
    SKILL_TRAINING,
    Applied,
    AttendanceSummarised,
    Completed,
    InterestRecorded,
    NotCompleted,
    Resumed,
    Seated,
    Started,
    Step,
    SuitabilityDecided,
    Suspended,
    TrainerKind,
    WaitListed,
    Withdrawn,
)
from projections.attendance import Attended, attended, held, summed
from projections.dated import Dated, Moment, amended, entered, when
from projections.kernel import Projection, Scope


class Stage(Enum):
    """What a training can reach."""

    APPLIED = "applied"
    WAIT_LISTED = "wait_listed"
    SEATED = "seated"
    STARTED = "started"
    COMPLETED = "completed"
    ASSESSED = "assessed"
    ATTENDANCE_CERTIFIED = "attendance_certified"
    COMPETENCE_CERTIFIED = "competence_certified"


class Reached(Moment):
    """A stage that was reached, and when."""

    stage: Stage


class TrainingParticipation(Dated):
    """One person in one programme. ``place`` is the one in the queue, while waiting.

    ``suitable`` and ``result`` are empty until decided and assessed; a new application asks anew.
    """

    case: Open[str]
    programme: Open[str]
    agreement: Open[str | None]
    step: Open[Step]
    place: Open[int | None]
    suitable: Open[bool | None]
    trainer_kind: Open[TrainerKind | None]
    trainer_organisation: Open[str | None]
    sessions_held: Open[int]
    sessions_attended: Open[int]
    result: Open[Competence | None]
    scheme: Open[str | None]
    applied_on: Open[date | None]
    wait_listed_on: Open[date | None]
    seated_on: Open[date | None]
    started_on: Open[date | None]
    completed_on: Open[date | None]
    assessed_on: Open[date | None]
    attendance_certified_on: Open[date | None]
    competence_certified_on: Open[date | None]
    competence_valid_until: Open[date | None]
    attendance: Open[tuple[Attended, ...]]
    reached: Open[tuple[Reached, ...]]


STAGES: Final[dict[type[Event], Stage]] = {
    Applied: Stage.APPLIED,
    WaitListed: Stage.WAIT_LISTED,
    Seated: Stage.SEATED,
    Started: Stage.STARTED,
    Completed: Stage.COMPLETED,
    Assessed: Stage.ASSESSED,
    AttendanceCertified: Stage.ATTENDANCE_CERTIFIED,
    CompetenceCertified: Stage.COMPETENCE_CERTIFIED,
}
STEPS: Final[dict[type[Event], Step]] = {
    Applied: Step.APPLIED,
    WaitListed: Step.WAITING,
    Seated: Step.SEATED,
    Started: Step.STARTED,
    Suspended: Step.SUSPENDED,
    Resumed: Step.STARTED,
    Completed: Step.COMPLETED,
    NotCompleted: Step.NOT_COMPLETED,
    Withdrawn: Step.WITHDRAWN,
}
"""Where an event leaves the training; a decision that it does not suit leaves it UNSUITABLE."""


def _blank(case: str, programme: str) -> TrainingParticipation:
    return TrainingParticipation(
        told=(),
        case=case,
        programme=programme,
        agreement=None,
        step=Step.NOT_APPLIED,
        place=None,
        suitable=None,
        trainer_kind=None,
        trainer_organisation=None,
        sessions_held=0,
        sessions_attended=0,
        result=None,
        scheme=None,
        applied_on=None,
        wait_listed_on=None,
        seated_on=None,
        started_on=None,
        completed_on=None,
        assessed_on=None,
        attendance_certified_on=None,
        competence_certified_on=None,
        competence_valid_until=None,
        attendance=(),
        reached=(),
    )


def _said(event: Event) -> dict[str, dict[str, Any]]:
    """Return which columns a page sets, by what they are about."""
    said: dict[str, dict[str, Any]] = {}
    if type(event) in STEPS:
        said["step"] = {"step": STEPS[type(event)]}
    match event:
        case Applied():
            said["application"] = {"agreement": event.agreement}
            said["suitability"] = {"suitable": None}
        case SuitabilityDecided():
            said["suitability"] = {"suitable": event.suitable}
            if not event.suitable:
                said["step"] = {"step": Step.UNSUITABLE}
        case Started():
            said["trainer"] = {
                "trainer_kind": event.trainer_kind,
                "trainer_organisation": event.trainer_organisation,
            }
        case Assessed():
            said["result"] = {"result": event.result, "scheme": event.scheme}
    if isinstance(event, Applied | WaitListed | Seated):
        said["place"] = {"place": event.place if isinstance(event, WaitListed) else None}
    return said


def _reached(row: TrainingParticipation, page: Recorded) -> TrainingParticipation:
    """Enter the stage, with the day in its column: that on which a certificate was issued."""
    event = page.event
    stage = STAGES.get(type(event))
    if stage is None:
        return row
    day = event.effective.day
    if isinstance(event, AttendanceCertified | CompetenceCertified):
        day = event.issued_on
    days = {f"{stage.value}_on": day}
    if isinstance(event, CompetenceCertified):
        days["competence_valid_until"] = event.valid_until
    row = replace(row, reached=entered(row.reached, Reached(**when(page), stage=stage)))
    return amended(row, page, stage.value, **days)


def _attended(row: TrainingParticipation, page: Recorded) -> TrainingParticipation:
    event = page.event
    if not isinstance(event, AttendanceSummarised):
        return row
    newest = Attended(
        **when(page),
        programme=event.programme,
        from_day=event.from_day,
        until_day=event.until_day,
        held=event.sessions_held,
        attended=event.sessions_attended,
    )
    sums = summed(row.attendance, newest)
    return replace(row, attendance=sums, sessions_held=held(sums), sessions_attended=attended(sums))


def key(page: Recorded) -> str | None:
    """Return which case and programme a page is about; none for an interest."""
    programme = getattr(page.event, "programme", None)
    return f"{page.stream.key}/{programme}" if programme else None


def evolve(row: TrainingParticipation | None, page: Recorded) -> TrainingParticipation | None:
    """Write the stage, the sums, or what else the page says."""
    event = page.event
    if type(event) not in SKILL_TRAINING.events or isinstance(event, InterestRecorded):
        return row
    row = row or _blank(page.stream.key, getattr(event, "programme", ""))
    for about, columns in _said(event).items():
        row = amended(row, page, about, **columns)
    return _attended(_reached(row, page), page)


TRAINING_PARTICIPATION = Projection(
    name="training_participation",
    version=1,
    row=TrainingParticipation,
    events=tuple(kind for kind in SKILL_TRAINING.events if kind is not InterestRecorded),
    key=key,
    evolve=evolve,
    scope=Scope.CASE,
)
