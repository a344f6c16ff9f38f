"""Who is held too long, before a verdict is executed and after it: since when, and what is missing.

Before it, detention ran out; after it, the sentence did. Whoever is both is told of once, by what
their detention lacks.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Final

from domain.detention import DetentionStage
from domain.kernel import Open, Specific, Value
from domain.law.detention import ONE_DAY
from domain.law.detention_clock import ARTICLES, Cause, Overdue, aloud, overdue
from projections.case_summary import CASE_SUMMARY
from projections.detention import DETENTIONS
from projections.detention_clock import (
    COLUMNS,
    CUSTODY_STEPS,
    OF_WAITING,
    WAITING,
    Seat,
    day_of,
    seats,
)
from projections.due_for_release import (
    DUE_FOR_RELEASE,
    OF_HELD,
    DueLevel,
    DueLine,
    OverdueCause,
    due,
    unclear,
)
from projections.kernel import AsItStands, Report, Rows, changed
from projections.sentence_dates import SENTENCE_DATES


class OverstayLine(Value):
    """One case that is held too long: why, since which day, and how that is said to the person.

    Of a sentence that is over, the day tells its length.
    """

    case: Open[str]
    unit: Open[str | None]
    cause: Open[Cause]
    since: Specific[date]
    days: Specific[int]
    stage: Open[DetentionStage | None]
    article: Open[str]
    because_id: Specific[str]
    because_en: Specific[str]
    rule_set: Open[str | None]


def overstays(rows: Rows, parameters: Mapping[str, str | None]) -> Sequence[OverstayLine]:
    """Return who was held too long at the end of the day ``on``, the longest first."""
    on, unit = day_of(parameters), parameters.get("unit")
    found = {line.case: line for line in _before(rows, on, unit)}
    for line in due(rows, {"on": on.isoformat(), "unit": unit, "days": "0"}):
        if line.level is DueLevel.OVERDUE and line.release:
            found.setdefault(line.case, _after(line, line.release + ONE_DAY, on))
    return sorted(found.values(), key=lambda line: (line.since, line.case))


def _before(rows: Rows, on: date, unit: str | None) -> Iterator[OverstayLine]:
    """Yield those whose verdict is not executed."""
    for seat in seats(rows, on, unit):
        over = overdue(seat.standing, on)
        if over:
            yield _line(seat, over)


def _line(seat: Seat, over: Overdue) -> OverstayLine:
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
        rule_set=seat.detained.rule_set if seat.detained else None,
    )


def _after(line: DueLine, since: date, on: date) -> OverstayLine:
    """Return one whose sentence is over: free on the day itself, too long from the day after."""
    none_imposed = line.cause is OverdueCause.NO_IMPRISONMENT
    cause = Cause.ACQUITTED_NOT_RELEASED if none_imposed else Cause.SENTENCE_EXPIRED_NOT_RELEASED
    return OverstayLine(
        case=line.case,
        unit=line.unit,
        cause=cause,
        since=since,
        days=(on - since + ONE_DAY).days,
        stage=None,
        article=ARTICLES[cause],
        because_id=line.because_id,
        because_en=line.because_en,
        rule_set=line.rule_set,
    )


OF_OVERDUE: Final = frozenset({"expiry", "official_release", "rule_set"})
"""What is looked at of a sentence that is over, besides its steps; of most people it is not."""
OVERSTAYS: Final = Report(
    name="overstays",
    row=OverstayLine,
    over=(DETENTIONS, CASE_SUMMARY, SENTENCE_DATES),
    parameters=("on", "unit"),
    count=overstays,
    counted={
        **DUE_FOR_RELEASE.counted,
        **COLUMNS,
    },
    daily=True,
    stands={
        CASE_SUMMARY.name: AsItStands(only=WAITING, unread=CUSTODY_STEPS),
        DETENTIONS.name: OF_WAITING,
        SENTENCE_DATES.name: changed(OF_HELD, unread=OF_HELD.unread | OF_OVERDUE),
    },
    again=lambda rows, parameters: unclear(rows, {**parameters, "days": "0"}),
)
