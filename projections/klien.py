"""Who is guided by a Bapas: in which stage, when they report next, and until when.

A day of a report is compared with the day of asking: nothing is written when a day passes. What was
told to take effect after the day of asking is left out.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from enum import Enum
from typing import Final

from domain.integration import OUTSIDE, Right
from domain.kernel import Open, Refused, Specific, Value
from domain.law.guidance import GuidanceStage, next_report, stage_on
from projections.case_summary import CASE_SUMMARY
from projections.counting import day_from
from projections.integration import INTEGRATION_REGISTER, IntegrationLine, stages_of
from projections.kernel import Report, Rows

SOON: Final = 7
"""Days before a report is due in which it is shown as coming."""


class ReportDue(Enum):
    """How the next report stands to the day of asking."""

    OVERDUE = "overdue"
    TODAY = "today"
    SOON = "soon"
    LATER = "later"
    NONE = "none"


ORDER: Final = tuple(ReportDue)


class KlienLine(Value):
    """One klien. ``days_left`` is less than nothing where a report has not been made in time.

    ``unit`` is the one that answers for the case; ``guidance_over`` whether guidance should have
    ended by then.
    """

    case: Open[str]
    unit: Open[str | None]
    bapas: Open[str | None]
    proposal: Open[str]
    right: Open[Right]
    started_on: Open[date]
    stage: Specific[int | None]
    report_every_months: Specific[int | None]
    last_report: Open[date | None]
    next_report: Specific[date | None]
    due: Open[ReportDue]
    days_left: Open[int | None]
    guidance_until: Specific[date | None]
    guidance_over: Open[bool]
    probation_end: Specific[date | None]
    revocable_until: Specific[date | None]


def klien(rows: Rows, parameters: Mapping[str, str | None]) -> Sequence[KlienLine]:
    """Return who was guided on the day ``on``, whose report is longest overdue first."""
    on = day_from("on", parameters.get("on"))
    if on is None:
        raise Refused(
            "report.no_day",
            article="Kaidah Jejak: daftar klien",
            because=("sebut harinya", "say on which day"),
            field="on",
        )
    found = _lines(rows, on, parameters.get("unit"), parameters.get("bapas"))
    return sorted(found, key=lambda one: (one.next_report or date.max, one.case, one.proposal))


def _lines(rows: Rows, on: date, unit: str | None, bapas: str | None) -> Iterator[KlienLine]:
    units = {summary.case: summary.unit for summary in rows[CASE_SUMMARY.name]}
    for row in rows[INTEGRATION_REGISTER.name]:
        if unit and units.get(row.case) != unit:
            continue
        if bapas and row.bapas != bapas:
            continue
        line = _line(row, units.get(row.case), on)
        if line:
            yield line


def _line(row: IntegrationLine, unit: str | None, on: date) -> KlienLine | None:
    if row.right not in OUTSIDE or row.started_on is None or row.started_on > on:
        return None
    if any(day and day <= on for day in (row.revoked_on, row.ended_on)):
        return None
    stages = stages_of(row.started_on, row.guidance_until)
    made = [one.day for one in row.reports if one.day <= on]
    last = max(made, default=None)
    coming = next_report(stages, last)
    stage = stage_on(stages, on)
    return KlienLine(
        case=row.case,
        unit=unit,
        bapas=row.bapas,
        proposal=row.proposal,
        right=row.right,
        started_on=row.started_on,
        stage=stage.number if stage else None,
        report_every_months=_every(stage),
        last_report=last,
        next_report=coming,
        due=_due(coming, on),
        days_left=(coming - on).days if coming else None,
        guidance_until=row.guidance_until,
        guidance_over=row.guidance_until is not None and row.guidance_until < on,
        probation_end=row.probation_end,
        revocable_until=row.revocable_until,
    )


def _every(stage: GuidanceStage | None) -> int | None:
    return stage.report_every_months if stage else None


def _due(coming: date | None, on: date) -> ReportDue:
    if coming is None:
        return ReportDue.NONE
    left = (coming - on).days
    if left < 0:
        return ReportDue.OVERDUE
    if left == 0:
        return ReportDue.TODAY
    return ReportDue.SOON if left <= SOON else ReportDue.LATER


KLIEN: Final = Report(
    name="klien",
    row=KlienLine,
    over=(INTEGRATION_REGISTER, CASE_SUMMARY),
    parameters=("on", "unit", "bapas"),
    count=klien,
    counted={
        CASE_SUMMARY.name: frozenset({"case", "unit"}),
        INTEGRATION_REGISTER.name: frozenset(
            {"case", "person", "proposal", "right", "bapas", "started_on", "reports"}
            | {"revoked_on", "ended_on", "guidance_until", "probation_end", "revocable_until"}
        ),
    },
    daily=True,
)
