"""Activity participation: who took part in literacy, farming, counselling, and how often."""

from datetime import date

from domain.activity import (
    ACTIVITY,
    ActivityFinished,
    ActivityJoined,
    ActivityKind,
    ActivityLeft,
    AttendanceSummarised,
)
from domain.kernel import Open
from domain.record import Recorded
from projections.attendance import Attended, attended, held, summed
from projections.dated import Dated, amended, when
from projections.kernel import Projection, Scope, changed


class ActivityParticipation(Dated):
    """One person in one activity, which bears its programme's id where it has one."""

    case: Open[str]
    activity: Open[str]
    kind: Open[ActivityKind | None]
    title: Open[str | None]
    programme: Open[str | None]
    agreement: Open[str | None]
    provider: Open[str | None]
    joined_on: Open[date | None]
    sessions_held: Open[int]
    sessions_attended: Open[int]
    finished_on: Open[date | None]
    left_on: Open[date | None]
    attendance: Open[tuple[Attended, ...]]


Step = ActivityJoined | AttendanceSummarised | ActivityFinished | ActivityLeft


def _blank(case: str, activity: str) -> ActivityParticipation:
    return ActivityParticipation(
        told=(),
        case=case,
        activity=activity,
        kind=None,
        title=None,
        programme=None,
        agreement=None,
        provider=None,
        joined_on=None,
        sessions_held=0,
        sessions_attended=0,
        finished_on=None,
        left_on=None,
        attendance=(),
    )


def _attended(
    row: ActivityParticipation, page: Recorded, event: AttendanceSummarised
) -> ActivityParticipation:
    newest = Attended(
        **when(page),
        programme=None,
        from_day=event.from_day,
        until_day=event.until_day,
        held=event.sessions_held,
        attended=event.sessions_attended,
    )
    sums = summed(row.attendance, newest)
    return changed(row, attendance=sums, sessions_held=held(sums), sessions_attended=attended(sums))


def key(page: Recorded) -> str | None:
    """Return which case and activity a page is about."""
    return f"{page.stream.key}/{page.event.activity}" if isinstance(page.event, Step) else None


def evolve(row: ActivityParticipation | None, page: Recorded) -> ActivityParticipation | None:
    """Write that the person joined, attended, finished or left."""
    if not isinstance(page.event, Step):
        return row
    row = row or _blank(page.stream.key, page.event.activity)
    match page.event:
        case ActivityJoined() as event:
            row = amended(
                row,
                page,
                "joined",
                joined_on=event.effective.day,
                kind=event.kind,
                title=event.title,
                programme=event.programme,
                agreement=event.agreement,
                provider=event.provider,
            )
            return amended(row, page, "end", finished_on=None, left_on=None)
        case AttendanceSummarised() as event:
            return _attended(row, page, event)
        case ActivityFinished() as event:
            return amended(row, page, "end", finished_on=event.effective.day, left_on=None)
        case ActivityLeft() as event:
            return amended(row, page, "end", finished_on=None, left_on=event.effective.day)


ACTIVITY_PARTICIPATION = Projection(
    name="activity_participation",
    version=1,
    row=ActivityParticipation,
    events=ACTIVITY.events,
    key=key,
    evolve=evolve,
    scope=Scope.CASE,
    within_stream=True,
)
