"""The clock of detention as people read it: who has how many days left, who is held too long.

What presses stands first, each with what is missing and what to say to the person.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Annotated, Any, Final
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response
from pydantic import Field

from api.lists import as_json, table, together, written
from api.other_times import Times
from api.pages.counting import EVERY_ROW
from api.pages.names import Names, units_and_agencies
from api.pages.rendering import language_asked, page
from api.pages.tongue import Tongue
from api.pages.two_times import NOT_A_TIME, TwoTimes
from api.pages.visits import PageRoute, Visitor
from api.problems import Problem
from api.readings import Reading, WithReading, of_rows
from api.report_rows import pages_of, rows_of
from api.routes.read_models import CLOCK, columns_of
from api.tokens import Caller
from domain.kernel import Refused, Words
from domain.law.detention import Flag
from domain.law.detention_clock import PRESSING, Level, Overdue, aloud
from domain.law.detention_words import FLAGS
from projections.case_summary import CASE_SUMMARY
from projections.detention_clock import (
    DETENTION_CLOCK,
    DetentionClockLine,
    Pressing,
    line_of,
    pressing,
)
from projections.kernel import Report, Rows

router: Final = APIRouter(route_class=PageRoute, include_in_schema=False)
PATH: Final = "/penahanan"
ROWS: Final = 50
SHOWN: Final = ("name", "register_text")
"""The sealed columns of a case that the list shows."""
LEVELS: Final[Mapping[Level, Words]] = {
    Level.OVERDUE: ("Lewat waktu", "Held too long"),
    Level.LAST_DAYS: ("Tinggal beberapa hari", "Last days"),
    Level.SOON: ("Segera habis", "Ends soon"),
    Level.IN_TIME: ("Masih lama", "In time"),
    Level.STANDS_STILL: ("Dibantarkan", "In hospital"),
    Level.NO_ORDER: ("Tanpa perintah tercatat", "No order on record"),
}


class Asked(TwoTimes):
    """Which leaf of the clock; without a level, what presses. ``skip`` are lines shown before."""

    level: str = Field("", max_length=16, pattern=r"^[a-z_]*$")
    unit: str = Field("", max_length=32, pattern=r"^[A-Za-z0-9._-]*$")
    skip: int = Field(0, ge=0, le=1_000_000)


@dataclass(frozen=True, slots=True)
class Clock:
    """Who is held in a caller's sight on a day, the most pressing first."""

    on: date
    found: Sequence[Pressing]
    times: Times
    position: int


@router.get(PATH)
def detention(
    request: Request, caller: Visitor, reading: WithReading, asked: Annotated[Asked, Query()]
) -> Response:
    """Show one level of the clock, what presses at first, and how many there are of each."""
    tongue, trouble = Tongue(language_asked(request)), None
    try:
        clock = clock_at(reading, caller, asked)
    except (ValueError, Refused) as error:
        trouble = error.because if isinstance(error, Refused) else NOT_A_TIME
        asked = asked.model_copy(update={"valid_at": "", "known_at": ""})
        clock = clock_at(reading, caller, asked)
    counts = Counter(one.level for one in clock.found)
    wanted = levels_of(asked.level)
    found = [one for one in clock.found if one.level in wanted]
    shown = [line_of(one, clock.on) for one in found[asked.skip : asked.skip + ROWS]]
    cases = cases_of(reading, caller, clock.times, [line.case for line in shown])
    whom, _ = of_rows(DETENTION_CLOCK, shown, ())
    reading(whom, SHOWN if cases else (), len(shown))
    names = Names(units_and_agencies(reading.services, caller.access))
    said = asked.model_dump(exclude={"skip", "level"})
    content = {
        "asked": asked,
        "trouble": trouble,
        "on": clock.on,
        "levels": [
            (tongue(*words), counts[level], level.value, address(said, level=level.value))
            for level, words in LEVELS.items()
        ],
        "title": tongue(*LEVELS[Level(asked.level)]) if asked.level else None,
        "pressing": address(said),
        "file": address(said, PATH + ".csv", level=asked.level),
        "lines": [told_of(line, clock.on, cases.get(line.case), tongue, names) for line in shown],
        "later": len(found) > asked.skip + ROWS
        and address(said, level=asked.level, skip=asked.skip + ROWS),
        "first": asked.skip and address(said, level=asked.level),
    }
    return page(request, "detention.html", caller, content, 422 if trouble else 200)


@router.get(PATH + ".csv")
def detention_file(
    caller: Visitor, reading: WithReading, asked: Annotated[Asked, Query()]
) -> Response:
    """Return a level of the clock as a table to keep, all of its lines."""
    try:
        clock = clock_at(reading, caller, asked)
    except ValueError:
        raise Problem(422, "time.unreadable", NOT_A_TIME) from None
    wanted = levels_of(asked.level) if asked.level else set(Level)
    lines = [line_of(one, clock.on) for one in clock.found if one.level in wanted]
    columns = columns_of(DETENTION_CLOCK)
    reading(*of_rows(DETENTION_CLOCK, lines, columns), len(lines))
    cells = written("csv", columns, (as_json(line, columns) for line in lines))
    return table("csv", together(cells), DETENTION_CLOCK.name, clock.position, clock.times)


def clock_at(reading: Reading, caller: Caller, asked: Asked) -> Clock:
    """Count the clock within the caller's scope; raise `ValueError` where a time cannot be read."""
    on, times = day_asked(reading, asked)
    rows, position = read(reading, caller, DETENTION_CLOCK, {"on": on.isoformat()}, times)
    return Clock(on, pressing(rows, on, asked.unit or None), times, position)


def day_asked(reading: Reading, asked: TwoTimes) -> tuple[date, Times]:
    """Return the day that is asked about, today where none is named, and the times asked for."""
    moment = asked.moment(CLOCK)
    times = Times(valid_at=moment.valid_at, known_at=moment.known_at)
    today = reading.services.now().astimezone(CLOCK.offset).date()
    return date.fromisoformat(times.day) if times.day else today, times


def read(
    reading: Reading, caller: Caller, report: Report[Any], asking: Mapping[str, str], times: Times
) -> tuple[Rows, int]:
    """Return what a report counts in the caller's scope, and up to which position it is true."""
    services = reading.services
    then = times.then(services, report.over)
    pages = pages_of(services.read_models, report, asking, caller.access, then)
    return rows_of(pages), min(page.position for page in pages.values())


def levels_of(word: str) -> set[Level]:
    """Return the level that is asked for, or those that press."""
    if word and word not in {level.value for level in Level}:
        raise Problem(404)
    return {Level(word)} if word else set(PRESSING)


def cases_of(
    reading: Reading, caller: Caller, times: Times, cases: Sequence[str]
) -> Mapping[str, Any]:
    """Return some cases as they were at the time that is asked for, by their ids."""
    if not cases:
        return {}
    where = {"case": tuple(cases)}
    then = times.then(reading.services, [CASE_SUMMARY])
    question = replace(EVERY_ROW, where=where, then=then)
    found = reading.services.read_models.ask(CASE_SUMMARY.name, question, caller.access)
    return {row.case: row for _, row in found.rows}


def told_of(
    line: DetentionClockLine, on: date, case: Any, tongue: Tongue, names: Names
) -> dict[str, Any]:
    """Return one line as the page shows it."""
    reach = None if line.cause else line.extendable_until
    return {
        "case": line.case,
        "name": case and case.name,
        "number": case and case.register_text,
        "unit": names.of(line.unit),
        "level": line.level.value,
        "word": tongue(*LEVELS[line.level]),
        "stage": line.stage and tongue.value(line.stage),
        "child": line.child,
        "until": line.lawful_until,
        "out_on": line.out_on,
        "left": _left(line, on, tongue),
        "said": _aloud(line, on, tongue),
        "notice": _notice(line.alert, tongue) if line.alert and not line.cause else None,
        "reach": reach if reach != line.lawful_until else None,
        "flags": [tongue(*FLAGS[Flag(flag)]) for flag in line.flags.split(",") if flag],
    }


def _left(line: DetentionClockLine, on: date, tongue: Tongue) -> str | None:
    """Return how many days are left, or how many there are too many."""
    if line.cause and line.out_on:
        days = (on - line.out_on).days + 1
        return tongue(f"lewat {days} hari", f"{days} days too long")
    if line.days_left is None:
        return None
    if line.days_left == 0:
        return tongue("hari terakhir", "the last day")
    return tongue(f"{line.days_left} hari lagi", f"{line.days_left} days left")


def _aloud(line: DetentionClockLine, on: date, tongue: Tongue) -> str | None:
    """Return what is said to whoever is held too long."""
    if line.cause is None or line.out_on is None:
        return None
    days = (on - line.out_on).days + 1
    return tongue(*aloud(Overdue(cause=line.cause, since=line.out_on, days=days)))


def _notice(days: int, tongue: Tongue) -> str:
    return tongue(f"pemberitahuan {days} hari jatuh tempo", f"the notice of {days} days is due")


def address(said: Mapping[str, Any], path: str = PATH, **more: Any) -> str:
    """Return an address of the clock; no name is in it."""
    query = urlencode({name: value for name, value in {**said, **more}.items() if value})
    return f"{path}?{query}" if query else path
