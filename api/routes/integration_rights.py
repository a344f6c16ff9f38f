"""What rights of integration are open: of one case with every condition, and over a unit."""

from dataclasses import dataclass
from datetime import date
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Path, Query, Request

from api.callers import Reader
from api.dependencies import Services, WithServices
from api.problems import language_of, not_found
from api.readings import WithReading, of_pages
from api.right_answers import (
    CaseRightsAnswer,
    OpenRightsAnswer,
    case_rights_answer,
    open_right_line,
)
from api.routes.calculations import problem_of
from api.routes.case_dates import day_of
from api.routes.collections import STRICT, Moments, seen
from api.routes.streams import CASES
from application.case_facts import CaseFacts
from application.journeys import NOW, Moment
from application.open_rights import Near, OpenRights
from domain.fields import EXAMPLE_ID
from domain.kernel import Json, Refused
from domain.law.book import LAW
from domain.law.facts import Right
from domain.time import Zone

router = APIRouter()

SOON: Final = 90
"""Days that are looked ahead where none are named."""


@dataclass(frozen=True, slots=True)
class AskedOfUnit:
    """Whose rights, on which day (today), and how far ahead in days; of one right or of all."""

    unit: str
    on: date | None
    soon: int
    right: Right | None


def asked_of_unit(
    unit: Annotated[str, Query(min_length=1, max_length=32, examples=["RUTAN-MEDAN"])],
    on: date | None = None,
    soon: Annotated[int, Query(ge=0, le=3_660, description="How far ahead, in days.")] = SOON,
    right: Right | None = None,
) -> AskedOfUnit:
    """Return what is asked of a unit."""
    return AskedOfUnit(unit=unit, on=on, soon=soon, right=right)


@router.get(
    "/v1/cases/{case_id}/integration-rights", response_model=CaseRightsAnswer, dependencies=STRICT
)
def read_integration_rights(  # noqa: PLR0913, PLR0917  # what the framework hands in, each by its type
    request: Request,
    services: WithServices,
    caller: Reader,
    reading: WithReading,
    moment: Moments,
    case_id: Annotated[str, Path(min_length=1, max_length=100, examples=[EXAMPLE_ID])],
) -> Json:
    """Return every right of a case on the day of `valid_at`, or today, with all conditions.

    The texts of law are those known at `known_at`.
    """
    history, unit = seen(services, CASES, case_id, caller, moment)
    zone = history.pages[-1].event.effective.zone if history.pages else Zone.WIB
    on = day_of(services, moment, zone)
    asking = open_rights(services, on, SOON, moment)
    try:
        found = asking.of(asking.cases.of_history(history))
    except Refused as refused:
        raise problem_of(refused) from None
    reading(*of_pages(history.pages, envelope=False), 1, unit)
    return case_rights_answer(found, on, 0 if language_of(request) == "id" else 1)


@router.get("/v1/integration-rights", response_model=OpenRightsAnswer, dependencies=STRICT)
def read_open_rights(
    request: Request,
    services: WithServices,
    caller: Reader,
    reading: WithReading,
    asked: Annotated[AskedOfUnit, Depends(asked_of_unit)],
) -> Json:
    """Return who in a unit may have a right of integration now or soon, the earliest first."""
    zone = services.units.zone_of(asked.unit)
    if zone is None or not (caller.access.everywhere or asked.unit in caller.access.units):
        raise not_found()
    on = asked.on or services.now().astimezone(zone.offset).date()
    found = near(services, asked.unit, on, asked.soon)
    shown = [(case, one) for case, one in found.found if asked.right in {None, one.finding.right}]
    pages = (page for case, _ in shown for page in case.pages)
    reading(*of_pages(pages, envelope=False), len(shown), asked.unit)
    language = 0 if language_of(request) == "id" else 1
    lines = [open_right_line(case.case, one, language) for case, one in shown]
    return {
        "unit": asked.unit,
        "on": on.isoformat(),
        "soon": asked.soon,
        "cases": found.cases,
        "items": sorted(lines, key=lambda one: (one["from"], one["case_id"], one["right"])),
    }


def near(services: Services, unit: str, on: date, soon: int) -> Near:
    """Return the rights that are open on a day or soon, of every case that a unit holds now."""
    return open_rights(services, on, soon, NOW).near(unit)


def open_rights(services: Services, on: date, soon: int, moment: Moment) -> OpenRights:
    """Return what puts cases before the law, as it was known at a moment."""
    known = moment.known_at
    law = LAW.as_known(known.astimezone(Zone.WIB.offset).date()) if known else LAW
    cases = CaseFacts(ledger=services.ledger, read_models=services.read_models)
    return OpenRights(cases=cases, law=law, on=on, soon=soon)
