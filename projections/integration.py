"""The register of rights of integration: one line per proposal, from what the law finds to its end.

Beside what was asked, granted and lived stand the days that the law makes of it: from when the
right was open, when guidance and probation end, in which stage guidance is, and when the klien is
to report next. How many days are left is for the clock (`projections.klien`).
"""

from datetime import date
from enum import Enum
from typing import Any

from domain.integration import (
    INTEGRATION,
    OUTSIDE,
    IntegrationDeclined,
    IntegrationEnded,
    IntegrationGranted,
    IntegrationGuided,
    IntegrationProposed,
    IntegrationRevoked,
    IntegrationStarted,
    ReportWay,
    Right,
)
from domain.integration_assessment import IntegrationAssessed
from domain.kernel import Event, Open, Refused, Specific, Value
from domain.law.book import LAW
from domain.law.guidance import GuidanceStage, guidance_stages, next_report, revocable_until
from domain.record import Recorded
from projections.dated import Dated, Moment, amended, entered, when
from projections.kernel import Projection, Scope, changed


class RightStatus(Enum):
    """How far a proposal of a right has come."""

    PROPOSED = "proposed"
    DECLINED = "declined"
    GRANTED = "granted"
    RUNNING = "running"
    REVOKED = "revoked"
    ENDED = "ended"


class ReportMade(Moment):
    """One report of a klien."""

    stage: int
    way: ReportWay


class Stage(Value):
    """One stage of guidance, both days included."""

    number: int
    from_day: date
    until: date
    report_every_months: int


class IntegrationLine(Dated):
    """One proposal. ``possible`` and the days after it are what the law found on its day.

    ``open_from`` is since when the right could be had, ``part_day`` the day of the share by count,
    ``free_on`` when the sentence is over; ``papers_missing`` how many documents there were not.
    ``guidance_until`` is the last day of guidance, ``next_report`` the first that no report met.
    """

    case: Open[str]
    person: Open[str]
    proposal: Open[str]
    right: Open[Right | None]
    status: Open[RightStatus]
    proposed_on: Open[date | None]
    rule_set: Open[str | None]
    assessed_by: Open[tuple[str, ...]]
    possible: Open[bool | None]
    open_now: Open[bool | None]
    open_from: Specific[date | None]
    part_day: Specific[date | None]
    moved_on: Open[date | None]
    free_on: Specific[date | None]
    papers_missing: Specific[int | None]
    declined_on: Open[date | None]
    sk_number: Open[str | None]
    sk_date: Open[date | None]
    starts: Open[date | None]
    until: Open[date | None]
    started_on: Open[date | None]
    bapas: Open[str | None]
    reports: Open[tuple[ReportMade, ...]]
    last_report: Open[date | None]
    next_report: Specific[date | None]
    stages: Specific[tuple[Stage, ...] | None]
    guidance_until: Specific[date | None]
    probation_end: Specific[date | None]
    revocable_until: Specific[date | None]
    revoked_on: Open[date | None]
    ended_on: Open[date | None]


Step = (
    IntegrationProposed
    | IntegrationAssessed
    | IntegrationGranted
    | IntegrationDeclined
    | IntegrationStarted
    | IntegrationGuided
    | IntegrationRevoked
    | IntegrationEnded
)


def _blank(page: Recorded, proposal: str) -> IntegrationLine:
    return IntegrationLine(
        told=(),
        case=page.stream.key,
        person=page.subject,
        proposal=proposal,
        right=None,
        status=RightStatus.PROPOSED,
        proposed_on=None,
        rule_set=None,
        assessed_by=(),
        possible=None,
        open_now=None,
        open_from=None,
        part_day=None,
        moved_on=None,
        free_on=None,
        papers_missing=None,
        declined_on=None,
        sk_number=None,
        sk_date=None,
        starts=None,
        until=None,
        started_on=None,
        bapas=None,
        reports=(),
        last_report=None,
        next_report=None,
        stages=None,
        guidance_until=None,
        probation_end=None,
        revocable_until=None,
        revoked_on=None,
        ended_on=None,
    )


def _told(line: IntegrationLine, page: Recorded) -> IntegrationLine:
    if isinstance(page.event, IntegrationGuided):
        made = ReportMade(**when(page), stage=page.event.stage, way=page.event.way)
        return changed(line, reports=entered(line.reports, made))
    about, said = _said(page.event, page.event.effective.day)
    return amended(line, page, about, **said)


def _said(event: Event, day: date) -> tuple[str, dict[str, Any]]:
    """Return what a fact is about, and the columns that it sets."""
    about: str = type(event).stored_as
    said: dict[str, Any] = {}
    match event:
        case IntegrationProposed():
            said = {"right": event.right, "rule_set": event.rule_set, "proposed_on": day}
        case IntegrationAssessed():
            said = _found(event)
        case IntegrationDeclined():
            said = {"declined_on": day}
        case IntegrationGranted():
            said = {"sk_number": event.sk_number, "sk_date": event.sk_date}
            said |= {"starts": event.starts, "until": event.until}
        case IntegrationStarted():
            said = {"started_on": day, "bapas": event.bapas}
        case IntegrationRevoked():
            said = {"revoked_on": day}
        case IntegrationEnded():
            said = {"ended_on": day}
    return about, said


def _found(event: IntegrationAssessed) -> dict[str, Any]:
    """Return what the law found; of somebody who was forgotten, no day."""
    return {
        "assessed_by": event.rule_sets,
        "possible": event.possible,
        "open_now": event.open_now,
        "open_from": event.from_day or None,
        "part_day": event.part_day or None,
        "moved_on": event.moved_on,
        "free_on": event.until or None,
        "probation_end": event.probation_end or None,
        "papers_missing": len(tuple(event.missing)),
    }


def _status(line: IntegrationLine) -> RightStatus:
    reached = (
        (RightStatus.REVOKED, line.revoked_on),
        (RightStatus.ENDED, line.ended_on),
        (RightStatus.RUNNING, line.started_on),
        (RightStatus.GRANTED, line.sk_date),
        (RightStatus.DECLINED, line.declined_on),
    )
    return next((status for status, day in reached if day), RightStatus.PROPOSED)


def _guided(line: IntegrationLine) -> IntegrationLine:
    """Return the line with the stages of its guidance, and when the klien is to report next."""
    end = _guidance_end(line)
    last = line.reports[-1].day if line.reports else None
    stages = stages_of(line.started_on, end)
    runs = line.status is RightStatus.RUNNING
    return changed(
        line,
        guidance_until=end,
        stages=tuple(map(_stage, stages)) or None,
        last_report=last,
        next_report=next_report(stages, last) if runs else None,
        revocable_until=_revocable(line),
    )


def _guidance_end(line: IntegrationLine) -> date | None:
    if line.right not in OUTSIDE:
        return None
    if line.right is Right.PB and line.probation_end:
        return line.probation_end
    return line.until or line.free_on


def _revocable(line: IntegrationLine) -> date | None:
    if line.probation_end is None:
        return None
    try:
        return revocable_until(line.probation_end, LAW, under=line.proposed_on)
    except (Refused, OverflowError):  # no text of that day, or no such day: nothing is said
        return None


def stages_of(since: date | None, until: date | None) -> tuple[GuidanceStage, ...]:
    """Return the stages of guidance between two days, where both are known."""
    if since is None or until is None:
        return ()
    try:
        return guidance_stages(since, until, LAW.as_known(since))
    except (Refused, OverflowError):
        return ()


def _stage(stage: GuidanceStage) -> Stage:
    return Stage(
        number=stage.number,
        from_day=stage.from_day,
        until=stage.until,
        report_every_months=stage.report_every_months,
    )


def key(page: Recorded) -> str | None:
    """Return which line a page is about."""
    return f"{page.stream.key}/{page.event.proposal}" if isinstance(page.event, Step) else None


def evolve(line: IntegrationLine | None, page: Recorded) -> IntegrationLine | None:
    """Write or amend the line."""
    if not isinstance(page.event, Step):
        return line
    line = _told(line or _blank(page, page.event.proposal), page)
    return _guided(changed(line, status=_status(line)))


INTEGRATION_REGISTER = Projection(
    name="integration",
    version=1,
    row=IntegrationLine,
    events=(*INTEGRATION.events, IntegrationAssessed),
    key=key,
    evolve=evolve,
    scope=Scope.CASE,
    within_stream=True,
    subject="person",
)
