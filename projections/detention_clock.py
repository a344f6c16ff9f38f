"""The clock of everybody who is held before their verdict is executed, and who is held too long.

A last day is compared with the day of asking: nothing is written when a day passes. A case of which
something was told for a later day is gone through again, so that the answer is of the day itself.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Final

from domain.custody import HELD, LegalStatus
from domain.detention import DetentionForm, DetentionStage, DetentionStatus
from domain.kernel import Open, Refused, Value
from domain.law.book import LAW
from domain.law.detention import ONE_DAY, Who
from domain.law.detention_clock import (
    ARTICLES,
    Cause,
    Court,
    Level,
    Overdue,
    Standing,
    alert,
    aloud,
    level,
    notices,
    overdue,
    shifted,
)
from domain.law.facts import CaseType
from projections.case_summary import CASE_SUMMARY, CaseSummary
from projections.counting import day_from
from projections.detention import DETENTIONS, DetentionLine, walked
from projections.detention_limits import (
    SILENT,
    UNLIMITED,
    Limits,
    chain_of,
    court_of,
    limits_of,
)
from projections.kernel import Report, Rows
from projections.legal_standing import status_on
from projections.whereabouts import whereabouts

BEFORE_VERDICT: Final = (LegalStatus.TAHANAN, LegalStatus.ANAK)
ORDER: Final = tuple(Level)


class DetentionClockLine(Value):
    """One case. ``until`` is what the last order says, ``lawful_until`` what the law makes of it.

    ``out_on`` is the day on which the person is out by operation of law, where nothing more is
    ordered; ``alert`` the notice that is due, in days before the last one.
    """

    case: Open[str]
    unit: Open[str | None]
    level: Open[Level]
    cause: Open[Cause | None]
    days_left: Open[int | None]
    alert: Open[int | None]
    out_on: Open[date | None]
    stage: Open[DetentionStage | None]
    form: Open[DetentionForm | None]
    status: Open[DetentionStatus]
    child: Open[bool]
    case_type: Open[CaseType | None]
    since: Open[date | None]
    until: Open[date | None]
    lawful_until: Open[date | None]
    extendable_until: Open[date | None]
    exceptional_until: Open[date | None]
    in_hospital_since: Open[date | None]
    uncovered_days: Open[int]
    flags: Open[str]
    rule_set: Open[str | None]
    policies: Open[str]


class OverstayLine(Value):
    """One case that is held too long: why, since which day, and how that is said to the person."""

    case: Open[str]
    unit: Open[str | None]
    cause: Open[Cause]
    since: Open[date]
    days: Open[int]
    stage: Open[DetentionStage | None]
    article: Open[str]
    because_id: Open[str]
    because_en: Open[str]
    rule_set: Open[str | None]


class Detained(Value):
    """A detention as it stood at the end of a day, a stay in hospital counted until then."""

    stage: DetentionStage | None
    form: DetentionForm | None
    status: DetentionStatus
    child: bool
    case_type: CaseType
    until: date | None
    in_hospital_since: date | None
    limits: Limits
    court: Court


class Seat(Value):
    """One case in custody before its verdict is executed, and how its detention stood."""

    case: str
    unit: str | None
    detained: Detained | None
    standing: Standing


def seats(rows: Rows, on: date, unit: str | None) -> Iterator[Seat]:
    """Yield who was held at the end of a day before any verdict was executed."""
    detentions = {row.case: row for row in rows[DETENTIONS.name]}
    for summary in rows[CASE_SUMMARY.name]:
        held_by, status = custody_on(summary, on)
        if held_by is None or status not in BEFORE_VERDICT or unit not in (None, "", held_by):
            continue
        row = detentions.get(summary.case)
        detained = detained_on(row, on) if row else None
        standing = standing_of(detained) if detained else NOTHING_KNOWN
        yield Seat(case=summary.case, unit=held_by, detained=detained, standing=standing)


def custody_on(row: CaseSummary, on: date) -> tuple[str | None, LegalStatus | None]:
    """Return who held somebody at the end of a day, if anybody, and what the law called them."""
    if told_by(row, on):
        return row.unit if row.presence in HELD else None, row.legal_status
    there = whereabouts(row.movements, on)
    status = status_on(row.opened_as, row.verdicts or (), on)
    return there.unit if there.held else None, status


def told_by(row: CaseSummary | DetentionLine, on: date) -> bool:
    """Say whether nothing took effect after a day; of two the earlier may be of a later zone."""
    return row.last_effective_day + ONE_DAY <= on


def detained_on(row: DetentionLine, on: date) -> Detained | None:
    """Return a detention at the end of a day; nothing where none was on record by then."""
    told = _now(row) if told_by(row, on) else _then(row, on)
    if told is None or told.limits.lawful_until is None:
        return told
    since, first = told.in_hospital_since, told.limits.since
    began = max(since, first) if since and first else since
    last = shifted(told.limits.lawful_until, began, on)
    more = last - told.limits.lawful_until
    limits = replace(
        told.limits,
        lawful_until=last,
        extendable_until=later(told.limits.extendable_until, more),
        exceptional_until=later(told.limits.exceptional_until, more),
    )
    return replace(told, limits=limits) if more else told


def later(day: date | None, more: timedelta) -> date | None:
    """Return a day that much later."""
    return day + more if day else None


def _now(row: DetentionLine) -> Detained:
    """Return what a row says: nothing has to be gone through again."""
    return Detained(
        stage=row.stage,
        form=row.form,
        status=row.status,
        child=row.child,
        case_type=row.case_type,
        until=row.until,
        in_hospital_since=row.in_hospital_since,
        limits=Limits(
            since=row.since,
            allowed_days=row.allowed_days,
            lawful_until=row.lawful_until,
            extendable_until=row.extendable_until,
            exceptional_until=row.exceptional_until,
            uncovered_days=row.uncovered_days,
            flags=row.flags,
            rule_set=row.rule_set,
            policies=row.policies,
            stopped_on=row.stopped_on,
        ),
        court=Court(
            pronounced_on=row.pronounced_on,
            convicted=row.convicted if row.pronounced_on else None,
            copy_missing=row.copy_missing,
            final_on=row.final_on,
            executed_on=row.executed_on,
        ),
    )


def _then(row: DetentionLine, on: date) -> Detained | None:
    """Return what had been told to take effect by the day, gone through again."""
    steps = [step for step in row.steps if step.day <= on]
    if not steps:
        return None
    now = walked(steps)
    who = Who(child=row.child, case_type=row.case_type, maximum_years=None)
    return Detained(
        stage=now.term.stage if now.term else None,
        form=now.form,
        status=now.status,
        child=row.child,
        case_type=row.case_type,
        until=now.term.until if now.term else None,
        in_hospital_since=now.in_hospital_since,
        limits=limits_of(chain_of(steps), who),
        court=court_of([step for step in row.court_steps or () if step.day <= on]),
    )


def standing_of(detained: Detained) -> Standing:
    """Return what the clock looks at, of somebody in custody."""
    limits = detained.limits
    return Standing(
        held=True,
        serving=False,
        status=detained.status,
        since=limits.since,
        last_day=limits.lawful_until,
        extendable_until=limits.extendable_until,
        in_hospital=detained.in_hospital_since is not None,
        stopped_on=limits.stopped_on,
        court=detained.court,
        expiry=None,
    )


NOTHING_KNOWN: Final = Standing(
    held=True,
    serving=False,
    status=DetentionStatus.NONE,
    since=None,
    last_day=None,
    extendable_until=None,
    in_hospital=False,
    stopped_on=None,
    court=SILENT,
    expiry=None,
)


def clock(rows: Rows, parameters: Mapping[str, str | None]) -> Sequence[DetentionClockLine]:
    """Return the clock of everybody held on the day ``on`` in the unit, or in all in sight.

    The most pressing come first. ``level`` names one, or several with commas between.
    """
    on, levels = day_of(parameters), levels_of(parameters.get("level"))
    days = notices(LAW, on)
    lines = (_line(seat, on, days) for seat in seats(rows, on, parameters.get("unit")))
    return sorted((line for line in lines if line.level in levels), key=_pressing)


def _pressing(line: DetentionClockLine) -> tuple[int, date, str]:
    return ORDER.index(line.level), line.out_on or date.max, line.case


def _line(seat: Seat, on: date, days: Sequence[int]) -> DetentionClockLine:
    one, standing = seat.detained, seat.standing
    running = standing.status is DetentionStatus.RUNNING
    last = standing.last_day if running else None
    over = overdue(standing, on)
    limits = one.limits if one else UNLIMITED
    return DetentionClockLine(
        case=seat.case,
        unit=seat.unit,
        level=level(standing, on, days),
        cause=over.cause if over else None,
        days_left=(last - on).days if last else None,
        alert=alert(last, on, days),
        out_on=over.since if over else last and last + ONE_DAY,
        stage=one.stage if one else None,
        form=one.form if one else None,
        status=standing.status,
        child=bool(one and one.child),
        case_type=one.case_type if one else None,
        since=limits.since,
        until=one.until if one else None,
        lawful_until=limits.lawful_until,
        extendable_until=limits.extendable_until,
        exceptional_until=limits.exceptional_until,
        in_hospital_since=one.in_hospital_since if one else None,
        uncovered_days=limits.uncovered_days,
        flags=limits.flags,
        rule_set=limits.rule_set,
        policies=limits.policies,
    )


def overstays(rows: Rows, parameters: Mapping[str, str | None]) -> Sequence[OverstayLine]:
    """Return who was held too long at the end of the day ``on``, the longest first."""
    on = day_of(parameters)
    found = (
        _overstay(seat, over)
        for seat in seats(rows, on, parameters.get("unit"))
        if (over := overdue(seat.standing, on))
    )
    return sorted(found, key=lambda line: (line.since, line.case))


def _overstay(seat: Seat, over: Overdue) -> OverstayLine:
    because = aloud(over)
    return OverstayLine(
        case=seat.case,
        unit=seat.unit,
        cause=over.cause,
        since=over.since,
        days=over.days,
        stage=seat.detained.stage if seat.detained else None,
        article=ARTICLES[over.cause],
        because_id=because[0],
        because_en=because[1],
        rule_set=seat.detained.limits.rule_set if seat.detained else None,
    )


def day_of(parameters: Mapping[str, str | None]) -> date:
    """Return the day of asking; refuse to reckon without one, since there is no clock here."""
    on = day_from("on", parameters.get("on"))
    if on is None:
        raise Refused(
            "report.no_day",
            article="Kaidah Jejak: jam penahanan",
            because=("sebut harinya", "say on which day"),
            field="on",
        )
    return on


def levels_of(text: str | None) -> frozenset[Level]:
    """Read which levels are wanted, all of them where none is named."""
    known = {level.value: level for level in Level}
    words = [word.strip() for word in text.split(",")] if text else list(known)
    if not known.keys() >= set(words):
        raise Refused(
            "report.unknown_level",
            article="Kaidah Jejak: jam penahanan",
            because=(f"pilih dari: {', '.join(known)}", f"choose from: {', '.join(known)}"),
            field="level",
        )
    return frozenset(known[word] for word in words)


COLUMNS: Final = {
    CASE_SUMMARY.name: frozenset(
        {"case", "person", "presence", "unit", "legal_status", "last_effective_day"}
        | {"opened_as", "movements", "verdicts"}
    ),
    DETENTIONS.name: frozenset(
        {"case", "person", "stage", "form", "status", "child", "case_type", "since", "until"}
        | {"in_hospital_since", "allowed_days", "lawful_until", "extendable_until", "rule_set"}
        | {"exceptional_until", "uncovered_days", "flags", "policies", "stopped_on", "convicted"}
        | {"pronounced_on", "copy_missing", "final_on", "executed_on", "last_effective_day"}
        | {"steps", "court_steps"}
    ),
}
DETENTION_CLOCK: Final = Report(
    name="detention_clock",
    row=DetentionClockLine,
    over=(CASE_SUMMARY, DETENTIONS),
    parameters=("on", "unit", "level"),
    count=clock,
    counted=COLUMNS,
    daily=True,
)
OVERSTAYS: Final = Report(
    name="overstays",
    row=OverstayLine,
    over=(CASE_SUMMARY, DETENTIONS),
    parameters=("on", "unit"),
    count=overstays,
    counted=COLUMNS,
    daily=True,
)
