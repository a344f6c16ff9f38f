"""Who is to be released, as people read it: held past the day, on it, and in the days to come.

Whoever should have gone free already stands first, with what is in the way and what to say to them.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any, Final

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response
from pydantic import Field

from api.lists import as_json, table, together, written
from api.other_times import Times
from api.pages.detention import SHOWN, address, cases_of, day_asked, read
from api.pages.names import Names, units_and_agencies
from api.pages.rendering import language_asked, page
from api.pages.tongue import Tongue
from api.pages.two_times import NOT_A_TIME, TwoTimes
from api.pages.visits import PageRoute, Visitor
from api.problems import Problem
from api.readings import Reading, WithReading, of_rows
from api.routes.read_models import columns_of
from api.tokens import Caller
from domain.kernel import Refused, Words
from projections.due_for_release import (
    AHEAD,
    DUE_FOR_RELEASE,
    FURTHEST,
    DueLevel,
    DueLine,
)

router: Final = APIRouter(route_class=PageRoute, include_in_schema=False)
PATH: Final = "/bebas"
ROWS: Final = 50
DATES: Final = ("release", "official_release")
"""The sealed columns of the report that the list shows."""
LEVELS: Final[Mapping[DueLevel, Words]] = {
    DueLevel.UNKNOWN: ("Tidak dapat dihitung", "Cannot be reckoned"),
    DueLevel.OVERDUE: ("Lewat hari bebas", "Past the day"),
    DueLevel.TODAY: ("Bebas hari ini", "Free today"),
    DueLevel.COMING: ("Segera bebas", "Free soon"),
}
LIGHTS: Final[Mapping[DueLevel, str]] = {
    DueLevel.UNKNOWN: "soon",
    DueLevel.OVERDUE: "overdue",
    DueLevel.TODAY: "last_days",
    DueLevel.COMING: "in_time",
}


class Asked(TwoTimes):
    """Which leaf of the list, and how many days are looked ahead; without a level, all of it."""

    level: str = Field("", max_length=16, pattern=r"^[a-z_]*$")
    unit: str = Field("", max_length=32, pattern=r"^[A-Za-z0-9._-]*$")
    days: int = Field(AHEAD, ge=0, le=FURTHEST)
    skip: int = Field(0, ge=0, le=1_000_000)


@dataclass(frozen=True, slots=True)
class Due:
    """Who in a caller's sight is held and free by a day, the longest overdue first."""

    on: date
    found: Sequence[DueLine]
    times: Times
    position: int


@router.get(PATH)
def due(
    request: Request, caller: Visitor, reading: WithReading, asked: Annotated[Asked, Query()]
) -> Response:
    """Show who is to be released, of one level or of all, and how many there are of each."""
    tongue, trouble = Tongue(language_asked(request)), None
    try:
        listed = due_at(reading, caller, asked)
    except (ValueError, Refused) as error:
        trouble = error.because if isinstance(error, Refused) else NOT_A_TIME
        asked = asked.model_copy(update={"valid_at": "", "known_at": ""})
        listed = due_at(reading, caller, asked)
    counts = Counter(one.level for one in listed.found)
    found = of_level(listed, asked.level)
    shown = found[asked.skip : asked.skip + ROWS]
    cases = cases_of(reading, caller, listed.times, [line.case for line in shown])
    whom, dates = of_rows(DUE_FOR_RELEASE, shown, DATES)
    reading(whom, dates | set(SHOWN if cases else ()), len(shown))
    names = Names(units_and_agencies(reading.services, caller.access))
    said = asked.model_dump(exclude={"skip", "level"})
    content = {
        "asked": asked,
        "trouble": trouble,
        "on": listed.on,
        "furthest": FURTHEST,
        "levels": [
            (tongue(*words), counts[level], level.value, LIGHTS[level], here(said, level.value))
            for level, words in LEVELS.items()
        ],
        "title": tongue(*LEVELS[DueLevel(asked.level)]) if asked.level else None,
        "all": here(said),
        "file": address(said, PATH + ".csv", level=asked.level),
        "lines": [told_of(line, cases.get(line.case), tongue, names) for line in shown],
        "later": len(found) > asked.skip + ROWS and here(said, asked.level, asked.skip + ROWS),
        "first": asked.skip and here(said, asked.level),
    }
    return page(request, "due.html", caller, content, 422 if trouble else 200)


@router.get(PATH + ".csv")
def due_file(caller: Visitor, reading: WithReading, asked: Annotated[Asked, Query()]) -> Response:
    """Return the list as a table to keep, all of its lines."""
    try:
        listed = due_at(reading, caller, asked)
    except ValueError:
        raise Problem(422, "time.unreadable", NOT_A_TIME) from None
    lines = of_level(listed, asked.level)
    columns = columns_of(DUE_FOR_RELEASE)
    reading(*of_rows(DUE_FOR_RELEASE, lines, columns), len(lines))
    cells = written("csv", columns, (as_json(line, columns) for line in lines))
    return table("csv", together(cells), DUE_FOR_RELEASE.name, listed.position, listed.times)


def due_at(reading: Reading, caller: Caller, asked: Asked) -> Due:
    """Return the list within the caller's scope; raise `ValueError` where a time is unreadable."""
    on, times = day_asked(reading, asked)
    asking = {"on": on.isoformat(), "days": str(asked.days), "unit": asked.unit}
    rows, position = read(reading, caller, DUE_FOR_RELEASE, asking, times)
    return Due(on, DUE_FOR_RELEASE.count(rows, asking), times, position)


def of_level(listed: Due, word: str) -> Sequence[DueLine]:
    """Return who is of a level, everybody where none is named."""
    if word and word not in {level.value for level in DueLevel}:
        raise Problem(404)
    return [one for one in listed.found if not word or one.level.value == word]


def told_of(line: DueLine, case: Any, tongue: Tongue, names: Names) -> dict[str, Any]:
    """Return one line as the page shows it."""
    official = line.official_release
    return {
        "case": line.case,
        "name": case and case.name,
        "number": case and case.register_text,
        "unit": names.of(line.unit),
        "light": LIGHTS[line.level],
        "word": tongue(*LEVELS[line.level]),
        "left": _left(line.days_left, tongue),
        "release": line.release,
        "official": official if official != line.release else None,
        "said": tongue(line.because_id, line.because_en),
    }


def _left(days: int | None, tongue: Tongue) -> str | None:
    """Return how many days are left, or how many there are too many."""
    if days is None:
        return None
    if days < 0:
        return tongue(f"lewat {-days} hari", f"{-days} days too long")
    return tongue(f"{days} hari lagi", f"{days} days left") if days else tongue("hari ini", "today")


def here(said: Mapping[str, Any], level: str = "", skip: int = 0) -> str:
    """Return an address of the list; no name is in it."""
    return address(said, PATH, level=level, skip=skip)
