"""Rights of integration as people read them: open now, open soon, and klien with their reports."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Annotated, Any, Final

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response
from pydantic import BaseModel, Field

from api.dependencies import Services, WithServices
from api.pages.counting import EVERY_ROW
from api.pages.names import Names, units_and_agencies
from api.pages.rendering import language_asked, page
from api.pages.sentence_dates import RIGHTS
from api.pages.tongue import Tongue
from api.pages.two_times import NOT_A_TIME
from api.pages.visits import PageRoute, Visitor
from api.problems import not_found
from api.readings import WithReading, of_pages, of_rows
from api.routes.integration_rights import SOON, near
from api.tokens import Caller
from application.open_rights import CaseRights, Openness, Standing
from domain.kernel import Words
from domain.time import Zone
from projections.case_summary import CASE_SUMMARY
from projections.integration import INTEGRATION_REGISTER
from projections.kernel import Projection
from projections.klien import KLIEN, KlienLine, ReportDue

router: Final = APIRouter(route_class=PageRoute, include_in_schema=False)
PATH: Final = "/integrasi"
MOST: Final = 200
"""Lines of one list; the rest are counted, and read from the API."""
DUE: Final[Mapping[ReportDue, Words]] = {
    ReportDue.OVERDUE: ("Terlambat lapor", "Report overdue"),
    ReportDue.TODAY: ("Lapor hari ini", "Reports today"),
    ReportDue.SOON: ("Segera lapor", "Reports soon"),
    ReportDue.LATER: ("Nanti", "Later"),
    ReportDue.NONE: ("Tidak ada lagi", "None any more"),
}


class Asked(BaseModel):
    """Which unit, and on which day; empty is the only one there is, and today."""

    unit: str = Field("", max_length=32, pattern=r"^[A-Za-z0-9._-]*$")
    on: str = Field("", max_length=10)


@router.get(PATH)
def integration(
    request: Request,
    caller: Visitor,
    services: WithServices,
    reading: WithReading,
    asked: Annotated[Asked, Query()],
) -> Response:
    """Show the rights that are open in a unit, and its klien; or which units there are."""
    tongue, trouble = Tongue(language_asked(request)), None
    names = Names(units_and_agencies(services, caller.access))
    units = units_of(services, caller, names)
    unit = asked.unit or (units[0] if len(units) == 1 else "")
    if unit and unit not in units:
        raise not_found()
    zone = (services.units.zone_of(unit) if unit else None) or Zone.WIB
    on = services.now().astimezone(zone.offset).date()
    try:
        on = date.fromisoformat(asked.on) if asked.on else on
    except ValueError:
        trouble = NOT_A_TIME
    if not unit:
        reading((), (), 0)
    content = {
        "asked": asked,
        "trouble": trouble,
        "on": on,
        "unit": unit,
        "title": names.of(unit) if unit else None,
        "units": [(code, names.of(code)) for code in units],
        "soon": SOON,
        **(shown_in(reading, caller, unit, on, tongue) if unit else {}),
    }
    return page(request, "integration.html", caller, content, 422 if trouble else 200)


def units_of(services: Services, caller: Caller, names: Names) -> list[str]:
    """Return the units in the caller's sight, by their codes in the order of their names."""
    known = {code for code in names.titles if services.units.zone_of(code)}
    mine = known if caller.access.everywhere else set(caller.access.units)
    return sorted(mine, key=names.of)


def shown_in(
    reading: WithReading, caller: Caller, unit: str, on: date, tongue: Tongue
) -> dict[str, Any]:
    """Return the lists of a unit, and keep who was shown."""
    services = reading.services
    found = sorted(
        near(services, unit, on, SOON).found,
        key=lambda one: (one[1].finding.from_day or date.max, one[0].case),
    )
    lists = {
        kind: [one for one in found if one[1].openness is kind]
        for kind in (Openness.OPEN, Openness.SOON)
    }
    guided = klien_of(services, caller, unit, on)
    shown = [one for lines in lists.values() for one in lines[:MOST]]
    people = people_of(
        services, caller, [*(one.case for one, _ in shown), *(k.case for k in guided)]
    )
    pages = (page for case, _ in shown for page in case.pages)
    whom, fields = of_pages(pages, envelope=False)
    more, _ = of_rows(KLIEN, guided, ())
    reading(whom | more, fields | ({"name"} if people else set()), len(shown) + len(guided), unit)
    return {
        "open": [line_of(case, one, people, tongue) for case, one in lists[Openness.OPEN][:MOST]],
        "coming": [line_of(case, one, people, tongue) for case, one in lists[Openness.SOON][:MOST]],
        "left_out": sum(max(len(lines) - MOST, 0) for lines in lists.values()),
        "klien": [klien_line(one, people, tongue) for one in guided],
    }


def klien_of(services: Services, caller: Caller, unit: str, on: date) -> Sequence[KlienLine]:
    """Return the klien of a unit whom the caller may see: few of all whom it holds."""

    def rows_of(projection: Projection[Any], **where: Any) -> list[Any]:
        question = replace(EVERY_ROW, where=where, counted=KLIEN.columns(projection))
        found = services.read_models.ask(projection.name, question, caller.access)
        return [row for _, row in found.rows]

    register = rows_of(INTEGRATION_REGISTER)
    cases = tuple(sorted({row.case for row in register}))
    rows = {
        INTEGRATION_REGISTER.name: register,
        CASE_SUMMARY.name: rows_of(CASE_SUMMARY, case=cases) if cases else [],
    }
    return KLIEN.count(rows, {"on": on.isoformat(), "unit": unit, "bapas": None})


def people_of(services: Services, caller: Caller, cases: Sequence[str]) -> Mapping[str, str]:
    """Return the names of cases."""
    if not cases:
        return {}
    question = replace(EVERY_ROW, where={"case": tuple(sorted(set(cases)))})
    found = services.read_models.ask(CASE_SUMMARY.name, question, caller.access)
    return {row.case: row.name for _, row in found.rows if row.name}


def line_of(
    case: CaseRights, standing: Standing, people: Mapping[str, str], tongue: Tongue
) -> dict[str, Any]:
    """Return one right of one case as the page shows it."""
    found = standing.finding
    return {
        "case": case.case,
        "name": people.get(case.case),
        "right": tongue(*RIGHTS[found.right]),
        "from": found.from_day,
        "until": found.until,
        "moved": found.part_day != found.from_day and found.part_day,
        "because": [
            tongue(one.because_id, one.because_en) for one in found.criteria if not one.met
        ],
        "missing": [tongue(one.title_id, one.title_en) for one in standing.missing],
    }


def klien_line(line: KlienLine, people: Mapping[str, str], tongue: Tongue) -> dict[str, Any]:
    """Return one klien as the page shows it."""
    return {
        "case": line.case,
        "name": people.get(line.case),
        "right": tongue(*RIGHTS[line.right]),
        "bapas": line.bapas or "-",
        "due": tongue(*DUE[line.due]),
        "level": line.due.value,
        "next": line.next_report,
        "last": line.last_report,
        "stage": line.stage,
        "every": line.report_every_months,
        "until": line.guidance_until,
        "over": line.guidance_over,
    }
