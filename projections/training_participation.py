"""Training participation: what became of each person's application to each programme.

Applying is not a seat, a seat is not attendance, attendance is not completion, and none of them is
a certificate of competence: each has its own day here, the latest where it happened again.
"""

from collections.abc import Iterable
from datetime import date
from enum import Enum
from typing import Any, Final

from domain.certification import Assessed, AttendanceCertified, Competence, CompetenceCertified
from domain.kernel import Event, Open
from domain.record import Recorded
from domain.skill_training import (
    ASKING,
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
from projections.kernel import Projection, Scope, changed


class Stage(Enum):
    """What a training can come to."""

    APPLIED = "applied"
    WAIT_LISTED = "wait_listed"
    SEATED = "seated"
    STARTED = "started"
    COMPLETED = "completed"
    ASSESSED = "assessed"
    ATTENDANCE_CERTIFIED = "attendance_certified"
    COMPETENCE_CERTIFIED = "competence_certified"
    UNSUITABLE = "unsuitable"
    SUSPENDED = "suspended"
    RESUMED = "resumed"
    NOT_COMPLETED = "not_completed"
    WITHDRAWN = "withdrawn"


class Reached(Moment):
    """A stage that the training came to, and when."""

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
    Suspended: Stage.SUSPENDED,
    Resumed: Stage.RESUMED,
    NotCompleted: Stage.NOT_COMPLETED,
    Withdrawn: Stage.WITHDRAWN,
}
STEPS: Final[dict[Stage, Step]] = {
    Stage.APPLIED: Step.APPLIED,
    Stage.WAIT_LISTED: Step.WAITING,
    Stage.SEATED: Step.SEATED,
    Stage.UNSUITABLE: Step.UNSUITABLE,
    Stage.STARTED: Step.STARTED,
    Stage.SUSPENDED: Step.SUSPENDED,
    Stage.RESUMED: Step.STARTED,
    Stage.COMPLETED: Step.COMPLETED,
    Stage.NOT_COMPLETED: Step.NOT_COMPLETED,
    Stage.WITHDRAWN: Step.WITHDRAWN,
}
"""Where a stage leaves the training."""
DATED: Final = tuple(Stage)[:8]
"""The stages that have their day in a column."""


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
    match event:
        case Applied():
            said["application"] = {"agreement": event.agreement}
            said["suitability"] = {"suitable": None}
        case SuitabilityDecided():
            said["suitability"] = {"suitable": event.suitable}
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


def _stage(event: Event) -> Stage | None:
    if isinstance(event, SuitabilityDecided):
        return None if event.suitable else Stage.UNSUITABLE
    return STAGES.get(type(event))


def _step(reached: Iterable[Reached]) -> Step:
    """Walk the stages: a seat or a place in the queue moves only who still asks for one."""
    step = Step.NOT_APPLIED
    for one in reached:
        seat = one.stage in (Stage.SEATED, Stage.WAIT_LISTED)
        if not seat or step in (Step.NOT_APPLIED, *ASKING):
            step = STEPS.get(one.stage, step)
    return step


def _reached(row: TrainingParticipation, page: Recorded) -> TrainingParticipation:
    """Enter the stage, with the day in its column: that on which a certificate was issued."""
    event = page.event
    stage = _stage(event)
    if stage is None:
        return row
    reached = entered(row.reached, Reached(**when(page), stage=stage))
    row = changed(row, reached=reached, step=_step(reached))
    if stage not in DATED:
        return row
    day = event.effective.day
    if isinstance(event, AttendanceCertified | CompetenceCertified):
        day = event.issued_on
    days = {f"{stage.value}_on": day}
    if isinstance(event, CompetenceCertified):
        days["competence_valid_until"] = event.valid_until
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
    return changed(row, attendance=sums, sessions_held=held(sums), sessions_attended=attended(sums))


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
    within_stream=True,
)
