"""/v1/cases/{case_id}/sentence-dates: what a case's own facts come to, at two times."""

from datetime import date, datetime
from typing import Annotated

from fastapi import APIRouter, Path, Request

from api.callers import Reader
from api.case_dates_answers import CaseDatesAnswer, SpokenOfCase
from api.dependencies import Services, WithServices
from api.problems import language_of, not_found
from api.readings import WithReading, of_pages
from api.routes.collections import STRICT, Moments, seen
from api.routes.streams import CASES
from application.case_facts import CaseFacts
from application.journeys import History, Moment
from application.sentence_dates import CaseDates, DatesOfCase
from domain.fields import EXAMPLE_ID
from domain.kernel import Json
from domain.law.book import LAW
from domain.time import Zone

router = APIRouter()


@router.get(
    "/v1/cases/{case_id}/sentence-dates", response_model=CaseDatesAnswer, dependencies=STRICT
)
def read_sentence_dates(  # noqa: PLR0913, PLR0917  # what the framework hands in, each by its type
    request: Request,
    services: WithServices,
    caller: Reader,
    reading: WithReading,
    moment: Moments,
    case_id: Annotated[str, Path(min_length=1, max_length=100, examples=[EXAMPLE_ID])],
) -> Json:
    """Return the dates of a case, the steps to them, and the dates that documents name instead.

    Asked on the day of `valid_at`, or today; with the texts of law that were known at `known_at`.
    """
    history, unit = seen(services, CASES, case_id, caller, moment)
    if not history.known:  # nothing of it was known then: there was no such case
        raise not_found()
    found = dates_at(services, history, moment)
    reading(*of_pages(history.pages, envelope=False), 1, unit)
    spoken = SpokenOfCase(0 if language_of(request) == "id" else 1, history.pages)
    return {
        "case_id": case_id,
        "version": history.version,
        "valid_at": moment.valid_at and moment.valid_at.isoformat(),
        "known_at": moment.known_at and moment.known_at.isoformat(),
        **spoken.dates(found),
    }


def dates_at(services: Services, history: History, moment: Moment) -> CaseDates:
    """Reckon a case at a moment, by the law that was known then."""
    zone = history.pages[-1].event.effective.zone if history.pages else Zone.WIB
    law = LAW.as_known(moment.known_at.astimezone(zone.offset).date()) if moment.known_at else LAW
    facts = CaseFacts(ledger=services.ledger, read_models=services.read_models)
    return DatesOfCase(facts=facts, law=law)(history, day_of(services, moment, zone))


def day_of(services: Services, moment: Moment, zone: Zone) -> date:
    """Return the day on which a moment asks: today, where it does not say."""
    at = services.now() if moment.valid_at is None else moment.valid_at
    return at.astimezone(zone.offset).date() if isinstance(at, datetime) else at
