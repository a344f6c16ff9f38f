"""The clock of everybody who is held before their verdict is executed.

A last day is compared with the day of asking: nothing is written when a day passes. A case of which
something was told for a later day is gone through again, so that the answer is of the day itself.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from typing import Final, NamedTuple

from domain.custody import HELD, LegalStatus
from domain.detention import DetentionForm, DetentionStage, DetentionStatus
from domain.kernel import Open, Refused, Value
from domain.law.book import LAW
from domain.law.detention import ONE_DAY, Who
from domain.law.detention_clock import (
    Cause,
    Court,
    Level,
    Overdue,
    Standing,
    alert,
    level,
    notices,
    overdue,
    shifted,
)
from domain.law.facts import CaseType
from projections.case_summary import CASE_SUMMARY, CaseSummary
from projections.counting import day_from
from projections.detention import DETENTIONS, DetentionLine, walked
from projections.detention_limits import SILENT, chain_of, court_of, limits_of
from projections.kernel import AsItStands, Report, Rows, values
from projections.legal_standing import status_on
from projections.whereabouts import whereabouts

NO_TIME: Final = timedelta()
BEFORE_VERDICT: Final = (LegalStatus.TAHANAN, LegalStatus.ANAK)
ORDER: Final = tuple(Level)
"""The most pressing first."""


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


class Detained(Value):
    """A detention as it stood at the end of an earlier day, by the names that its row has now."""

    stage: DetentionStage | None
    form: DetentionForm | None
    status: DetentionStatus
    child: bool
    case_type: CaseType
    since: date | None
    until: date | None
    in_hospital_since: date | None
    lawful_until: date | None
    extendable_until: date | None
    exceptional_until: date | None
    uncovered_days: int
    flags: str
    rule_set: str | None
    policies: str
    stopped_on: date | None
    pronounced_on: date | None
    convicted: bool | None
    copy_missing: bool
    final_on: date | None
    executed_on: date | None


class Seat(NamedTuple):
    """One case in custody before its verdict is executed, and how its detention stood.

    ``still`` are the days that the law's last days move on, by a stay in hospital under way.
    """

    case: str
    unit: str | None
    detained: DetentionLine | Detained | None
    standing: Standing
    still: timedelta


class Pressing(NamedTuple):
    """One case in custody, why it is held too long if it is, and how pressing that makes it.

    ``days`` are those of the notices.
    """

    seat: Seat
    over: Overdue | None
    level: Level
    days: Sequence[int]


def seats(rows: Rows, on: date, unit: str | None) -> Iterator[Seat]:
    """Yield who was held at the end of a day before any verdict was executed."""
    detentions = {row.case: row for row in rows[DETENTIONS.name]}
    for summary in rows[CASE_SUMMARY.name]:
        held_by, status = custody_on(summary, on)
        if held_by is None or status not in BEFORE_VERDICT or unit not in (None, "", held_by):
            continue
        row: DetentionLine | None = detentions.get(summary.case)
        detained = row if row is None or told_by(row, on) else _then(row, on)
        still = stood_still(detained, on) if detained else NO_TIME
        yield Seat(
            case=summary.case,
            unit=held_by,
            detained=detained,
            standing=standing_of(detained, still) if detained else NOTHING_KNOWN,
            still=still,
        )


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


def stood_still(row: DetentionLine | Detained, on: date) -> timedelta:
    """Return by how many days a stay in hospital that still goes on has moved the last day."""
    since, last = row.in_hospital_since, row.lawful_until
    if since is None or last is None:
        return NO_TIME
    return shifted(last, max(since, row.since or since), on) - last


def later(day: date | None, more: timedelta) -> date | None:
    """Return a day that much later."""
    return day + more if day and more else day


def _then(row: DetentionLine, on: date) -> Detained | None:
    """Return what had been told to take effect by the day, gone through again."""
    steps = [step for step in row.steps if step.day <= on]
    if not steps:
        return None
    now = walked(steps)
    who = Who(child=row.child, case_type=row.case_type, maximum_years=None)
    limits = limits_of(chain_of(steps), who)
    court = court_of([step for step in row.court_steps or () if step.day <= on])
    return Detained(
        stage=now.term.stage if now.term else None,
        form=now.form,
        status=now.status,
        child=row.child,
        case_type=row.case_type,
        since=now.term.starts if now.term else None,
        until=now.term.until if now.term else None,
        in_hospital_since=now.in_hospital_since,
        lawful_until=limits.lawful_until,
        extendable_until=limits.extendable_until,
        exceptional_until=limits.exceptional_until,
        uncovered_days=limits.uncovered_days,
        flags=limits.flags,
        rule_set=limits.rule_set,
        policies=limits.policies,
        stopped_on=limits.stopped_on,
        pronounced_on=court.pronounced_on,
        convicted=court.convicted,
        copy_missing=court.copy_missing,
        final_on=court.final_on,
        executed_on=court.executed_on,
    )


def standing_of(row: DetentionLine | Detained, still: timedelta) -> Standing:
    """Return what the clock looks at, of somebody in custody."""
    return Standing(
        held=True,
        serving=False,
        status=row.status,
        since=row.since,
        last_day=later(row.lawful_until, still),
        extendable_until=later(row.extendable_until, still),
        in_hospital=row.in_hospital_since is not None,
        stopped_on=row.stopped_on,
        court=SILENT
        if row.pronounced_on is None
        else Court(
            pronounced_on=row.pronounced_on,
            convicted=row.convicted,
            copy_missing=row.copy_missing,
            final_on=row.final_on,
            executed_on=row.executed_on,
        ),
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


def pressing(rows: Rows, on: date, unit: str | None) -> Sequence[Pressing]:
    """Return who was held at the end of a day, and how pressing it was; the most pressing first."""
    days = notices(LAW, on)
    found = []
    for seat in seats(rows, on, unit):
        over = overdue(seat.standing, on)
        found.append(
            Pressing(seat=seat, over=over, level=level(seat.standing, over, on, days), days=days)
        )
    return sorted(found, key=_order)


def _order(one: Pressing) -> tuple[int, date, str]:
    return ORDER.index(one.level), out_on(one) or date.max, one.seat.case


def running_until(one: Pressing) -> date | None:
    """Return the last lawful day of the term that is running."""
    standing = one.seat.standing
    return standing.last_day if standing.status is DetentionStatus.RUNNING else None


def out_on(one: Pressing) -> date | None:
    """Return the day on which nothing holds somebody any more, or since when."""
    if one.over:
        return one.over.since
    last = running_until(one)
    return last and last + ONE_DAY


def clock(rows: Rows, parameters: Mapping[str, str | None]) -> Sequence[DetentionClockLine]:
    """Return the clock of everybody held on the day ``on`` in the unit, or in all in sight.

    The most pressing come first. ``level`` names one, or several with commas between.
    """
    on, levels = day_of(parameters), levels_of(parameters.get("level"))
    found = pressing(rows, on, parameters.get("unit"))
    return [line_of(one, on) for one in found if one.level in levels]


def line_of(pressed: Pressing, on: date) -> DetentionClockLine:
    """Return the line of one case."""
    seat, over, last = pressed.seat, pressed.over, running_until(pressed)
    one, standing = seat.detained, seat.standing
    return DetentionClockLine(
        case=seat.case,
        unit=seat.unit,
        level=pressed.level,
        cause=over.cause if over else None,
        days_left=(last - on).days if last else None,
        alert=alert(last, on, pressed.days),
        out_on=out_on(pressed),
        stage=one.stage if one else None,
        form=one.form if one else None,
        status=standing.status,
        child=bool(one and one.child),
        case_type=one.case_type if one else None,
        since=standing.since,
        until=one.until if one else None,
        lawful_until=standing.last_day,
        extendable_until=standing.extendable_until,
        exceptional_until=later(one.exceptional_until, seat.still) if one else None,
        in_hospital_since=one.in_hospital_since if one else None,
        uncovered_days=one.uncovered_days if one else 0,
        flags=one.flags if one else "",
        rule_set=one.rule_set if one else None,
        policies=one.policies if one else "",
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


CUSTODY_STEPS: Final = frozenset({"opened_as", "movements", "verdicts"})
CUSTODY: Final = CUSTODY_STEPS | {
    *("case", "person", "presence", "unit", "legal_status", "last_effective_day")
}
"""What `custody_on` looks at; the steps only of whom something was told of for a later day."""
COLUMNS: Final = {
    CASE_SUMMARY.name: CUSTODY,
    DETENTIONS.name: frozenset(
        {"case", "person", "stage", "form", "status", "child", "case_type", "since", "until"}
        | {"in_hospital_since", "lawful_until", "extendable_until", "rule_set"}
        | {"exceptional_until", "uncovered_days", "flags", "policies", "stopped_on", "convicted"}
        | {"pronounced_on", "copy_missing", "final_on", "executed_on", "last_effective_day"}
        | {"steps", "court_steps"}
    ),
}
WAITING: Final = {"presence": values(HELD), "legal_status": values(BEFORE_VERDICT)}
OF_WAITING: Final = AsItStands(unread=frozenset({"steps", "court_steps"}), case=WAITING)
DETENTION_CLOCK: Final = Report(
    name="detention_clock",
    row=DetentionClockLine,
    over=(DETENTIONS, CASE_SUMMARY),
    parameters=("on", "unit", "level"),
    count=clock,
    counted=COLUMNS,
    daily=True,
    stands={
        CASE_SUMMARY.name: AsItStands(
            only=WAITING,
            unread=CUSTODY_STEPS,
        ),
        DETENTIONS.name: OF_WAITING,
    },
)
