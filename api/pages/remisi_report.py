"""The report on remisi as people read it: an award day, its kinds, its units, and its sums."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Annotated, Any, Final

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response
from pydantic import BaseModel, Field

from api.dependencies import Services, WithServices
from api.letters.reasons import reason
from api.pages.counting import EVERY_ROW
from api.pages.names import Names, units_and_agencies
from api.pages.rendering import language_asked, page
from api.pages.tongue import Tongue
from api.pages.two_times import NOT_A_TIME
from api.pages.visits import PageRoute, Visitor
from api.tokens import Caller
from domain.kernel import Words
from domain.law.facts import RemisiKind
from projections.remisi_report import (
    REMISI_REPORT,
    Family,
    Figure,
    RemisiGrouping,
    RemisiReportLine,
    Tally,
    reported,
    shares,
)

router: Final = APIRouter(route_class=PageRoute, include_in_schema=False)

FAMILIES: Final[Mapping[Family, Words]] = {
    Family.REMISI: ("Remisi", "Remisi"),
    Family.PMP: ("Pengurangan masa pidana (PMP)", "Pengurangan masa pidana (PMP)"),
}
COLUMNS: Final[Sequence[tuple[Figure, Words]]] = (
    (Figure.I, ("I: berkurang", "I: shortened")),
    (Figure.II, ("II: langsung bebas", "II: freed that day")),
    (Figure.AWARDED, ("Diberikan", "Awarded")),
    (Figure.PENDING, ("Masih berjalan", "Under way")),
    (Figure.WITHDRAWN, ("Ditarik", "Withdrawn")),
    (Figure.TURNED_DOWN, ("Tidak disetujui", "Turned down")),
    (Figure.EXCLUDED, ("Tidak diusulkan", "Not proposed")),
    (Figure.UNACCOUNTED, ("Kini di unit lain", "Elsewhere now")),
    (Figure.POPULATION, ("Seluruhnya", "All of them")),
)
ALWAYS: Final = (Figure.I, Figure.II, Figure.AWARDED, Figure.POPULATION)
"""What is shown also where it is nought; of the others only what there is."""
NOTHING: Final = Tally(count=0, days=0)


class AwardDay(BaseModel):
    """Which award day is shown; empty is the list of them."""

    award_day: str = Field("", max_length=10)


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a table: what it is about, the figures that are shown, and its days."""

    title: str
    counts: list[str]
    days: str
    total: bool


@dataclass(frozen=True, slots=True)
class Table:
    """Lines under a title."""

    title: str
    lines: list[Line]


@router.get("/laporan/remisi")
def remisi_report(
    request: Request, caller: Visitor, services: WithServices, asked: Annotated[AwardDay, Query()]
) -> Response:
    """Show what came of one award day, or which there were."""
    tongue = Tongue(language_asked(request))
    day, trouble = None, None
    try:
        day = date.fromisoformat(asked.award_day) if asked.award_day else None
    except ValueError:
        trouble = NOT_A_TIME
    lines = counted(services, caller, day)
    names = Names(units_and_agencies(services, caller.access))
    reasons = [line for line in lines if line.reason]
    lines = [line for line in lines if not line.reason]
    columns = _columns(lines)
    content = {
        "asked": asked,
        "trouble": trouble,
        "day": day,
        "days": [] if day else _days(lines, tongue),
        "columns": [tongue(*words) for figure, words in COLUMNS if figure in columns],
        "tables": _tables(lines, columns, tongue, names) if day else [],
        "reasons": _reasons(reasons, tongue) if day else [],
        "sums": _sums(lines, tongue) if day else [],
    }
    return page(request, "remisi_report.html", caller, content, 422 if trouble else 200)


def counted(services: Services, caller: Caller, day: date | None) -> Sequence[RemisiReportLine]:
    """Count within the caller's scope; of one day, only its proposals are read."""
    rows: dict[str, Sequence[Any]] = {}
    narrow = REMISI_REPORT.narrow({"award_day": day.isoformat() if day else None})
    for one in REMISI_REPORT.over:
        where = narrow.get(one.name, {})
        question = replace(EVERY_ROW, where=where, counted=REMISI_REPORT.columns(one))
        asked = services.read_models.ask(one.name, question, caller.access)
        rows[one.name] = [row for _, row in asked.rows]
    found = shares(rows, lambda on, _: day in {None, on})
    by = list(RemisiGrouping) if day else [RemisiGrouping.TOTAL]
    return reported(found, by)


def _days(lines: Sequence[RemisiReportLine], tongue: Tongue) -> list[dict[str, Any]]:
    """Return the award days there are, the newest first, with what was given on each."""
    found: dict[date, Tally] = {}
    for line in lines:
        if line.kind is None and line.figure is Figure.AWARDED:
            given = Tally(count=line.count, days=line.days)
            found[line.award_day] = found.get(line.award_day, NOTHING) + given
        else:
            found.setdefault(line.award_day, NOTHING)
    return [
        {
            "iso": day.isoformat(),
            "title": tongue.day(day),
            "awarded": tongue.number(tally.count),
            "days": tongue.number(tally.days),
        }
        for day, tally in sorted(found.items(), reverse=True)
    ]


def _columns(lines: Sequence[RemisiReportLine]) -> Sequence[Figure]:
    """Return the figures that somebody stands under, and those that are always shown."""
    found = {line.figure for line in lines} | set(ALWAYS)
    return [figure for figure, _ in COLUMNS if figure in found]


def _tables(
    lines: Sequence[RemisiReportLine], columns: Sequence[Figure], tongue: Tongue, names: Names
) -> list[Table]:
    """Return the kinds, the provinces and the units of one day."""
    kinds: dict[tuple[Family, RemisiKind | None], dict[Figure, Tally]] = {}
    places: dict[RemisiGrouping, dict[str, dict[Figure, Tally]]] = {}
    for line in lines:
        tally = Tally(count=line.count, days=line.days)
        if line.by is RemisiGrouping.TOTAL:
            kinds.setdefault((line.family, line.kind), {})[line.figure] = tally
        elif line.kind is None:
            name = _place(line, names, tongue)
            sums = places.setdefault(line.by, {}).setdefault(name, {})
            sums[line.figure] = sums.get(line.figure, NOTHING) + tally
    titles = {
        RemisiGrouping.PROVINCE: tongue("Per provinsi", "By province"),
        RemisiGrouping.UNIT: tongue("Per unit", "By unit"),
    }
    by_kind = [
        _line(_kind(family, kind, tongue), figures, columns, tongue, total=kind is None)
        for (family, kind), figures in kinds.items()
    ]
    by_place = [
        Table(
            title, [_line(name, one, columns, tongue) for name, one in sorted(places[by].items())]
        )
        for by, title in titles.items()
        if by in places
    ]
    return [Table(tongue("Per jenis", "By kind"), by_kind), *by_place]


def _place(line: RemisiReportLine, names: Names, tongue: Tongue) -> str:
    return names.of(line.value) if line.value else tongue("tidak tercatat", "not recorded")


def _kind(family: Family, kind: RemisiKind | None, tongue: Tongue) -> str:
    words = FAMILIES[family]
    return f"{tongue(*words)}: {tongue.value(kind) if kind else tongue('semua jenis', 'all kinds')}"


def _line(
    title: str,
    figures: Mapping[Figure, Tally],
    columns: Sequence[Figure],
    tongue: Tongue,
    *,
    total: bool = False,
) -> Line:
    return Line(
        title=title,
        counts=[tongue.number(figures.get(one, NOTHING).count) for one in columns],
        days=tongue.number(figures.get(Figure.AWARDED, NOTHING).days),
        total=total,
    )


def _reasons(lines: Sequence[RemisiReportLine], tongue: Tongue) -> list[tuple[str, str, str]]:
    """Return what those who are not on a list lack, of each kind, what most of them lack first."""
    told = [line for line in lines if line.by is RemisiGrouping.TOTAL and line.kind]
    return [
        (
            _kind(line.family, line.kind, tongue),
            tongue(*reason(line.reason or "")),
            tongue.number(line.count),
        )
        for line in sorted(told, key=lambda one: -one.count)
    ]


def _sums(lines: Sequence[RemisiReportLine], tongue: Tongue) -> list[str]:
    """Return the sums as one would write them: 175.395 + 3.917 = 179.312."""
    figures: dict[tuple[Family, RemisiKind | None], dict[Figure, int]] = {}
    for line in lines:
        if line.by is RemisiGrouping.TOTAL:
            figures.setdefault((line.family, line.kind), {})[line.figure] = line.count
    return [
        f"{_kind(family, kind, tongue)}: {tongue.number(one.get(Figure.I, 0))} (I)"
        f" + {tongue.number(one.get(Figure.II, 0))} (II)"
        f" = {tongue.number(one.get(Figure.AWARDED, 0))}"
        for (family, kind), one in figures.items()
    ]
