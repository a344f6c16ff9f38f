"""/v1/cases/{case_id}/detention-clock: how long a case's orders hold, at two times."""

from typing import Annotated

from fastapi import APIRouter, Path, Request

from api.callers import Reader
from api.dependencies import WithServices
from api.detention_answers import DetentionClockAnswer, SpokenOfDetention
from api.problems import language_of
from api.readings import WithReading, of_pages
from api.routes.case_dates import dates_at, day_of
from api.routes.collections import STRICT, Moments, seen
from api.routes.streams import CASES
from domain.fields import EXAMPLE_ID
from domain.kernel import Json
from domain.law.book import LAW
from domain.law.detention_case import SERVING, clock_of
from domain.time import Zone
from domain.verdict import legal_status

router = APIRouter()


@router.get(
    "/v1/cases/{case_id}/detention-clock",
    response_model=DetentionClockAnswer,
    dependencies=STRICT,
)
def read_detention_clock(  # noqa: PLR0913, PLR0917  # what the framework hands in, each by its type
    request: Request,
    services: WithServices,
    caller: Reader,
    reading: WithReading,
    moment: Moments,
    case_id: Annotated[str, Path(min_length=1, max_length=100, examples=[EXAMPLE_ID])],
) -> Json:
    """Return until when each order holds by law, what is still to be had, and who is overdue.

    Asked on the day of `valid_at`, or today; with the texts of law that were known at `known_at`.
    """
    history, unit = seen(services, CASES, case_id, caller, moment)
    zone = history.pages[-1].event.effective.zone if history.pages else Zone.WIB
    known = moment.known_at
    law = LAW.as_known(known.astimezone(zone.offset).date()) if known else LAW
    release = None
    if legal_status(history.journey) in SERVING:
        dates = dates_at(services, history, moment).calculation
        release = dates.days.release if dates and dates.days else None
    found = clock_of(history.journey, day_of(services, moment, zone), law, release)
    reading(*of_pages(history.pages, envelope=False), 1, unit)
    spoken = SpokenOfDetention(0 if language_of(request) == "id" else 1, history.pages)
    return {
        "case_id": case_id,
        "version": history.version,
        "valid_at": moment.valid_at and moment.valid_at.isoformat(),
        "known_at": known and known.isoformat(),
        **spoken.clock(found),
    }
