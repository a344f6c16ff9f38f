"""``POST /v1/calculations/cohort``: what if, over all whom a unit holds. Nothing is stored."""

from typing import Final

from fastapi import APIRouter, Request

from api.calculation_answers import Spoken
from api.callers import Reader
from api.cohort_answers import CohortAnswer, cohort_answer
from api.cohort_forms import CohortBody, question_in
from api.dependencies import Services, WithServices
from api.problems import Problem, language_of, not_found
from api.readings import WithReading, of_pages
from api.routes.calculations import problem_of
from api.routes.collections import STRICT
from application.case_facts import CaseFacts
from application.cohort import Cohort, CohortQuestion, Tally, part
from application.holidays import law_with_feasts
from application.journeys import Journeys
from domain.kernel import Json, Refused, Words
from domain.law.book import LAW
from domain.time import Zone

router = APIRouter()

NOTHING_OTHERWISE: Final[Words] = (
    "sebutkan apa yang lain: rule_sets, policies, promulgated_by, atau change",
    "say what is to be otherwise: rule_sets, policies, promulgated_by, or change",
)


@router.post("/v1/calculations/cohort", response_model=CohortAnswer, dependencies=STRICT)
def compare_cohort(
    request: Request,
    caller: Reader,
    services: WithServices,
    reading: WithReading,
    body: CohortBody,
) -> Json:
    """Reckon every case of a unit twice, and say who differs in which answer, and why."""
    zone = services.units.zone_of(body.unit)
    if zone is None or not (caller.access.everywhere or body.unit in caller.access.units):
        raise not_found()
    asked = question_in(body, services.now().astimezone(zone.offset).date())
    if not asked.otherwise.anything:
        raise Problem(422, "cohort.nothing_otherwise", NOTHING_OTHERWISE)
    tally, cohort = Tally(), cohort_of(services, asked)
    try:
        held = cohort.held(asked)
        cases, cursor = part([one for one in held if one > (body.cursor or "")], body.limit)
        looked_at = (tally(one) for one in cohort.compared(cases, asked))
        differing = [one for one in looked_at if not one.same]
    except Refused as refused:
        raise problem_of(refused) from None
    pages = (page for one in differing for page in one.pages)
    reading(*of_pages(pages, envelope=False), len(differing), body.unit)
    spoken = Spoken(0 if language_of(request) == "id" else 1)
    return cohort_answer(asked, tally, differing, spoken, held=len(held), cursor=cursor)


def cohort_of(services: Services, asked: CohortQuestion) -> Cohort:
    """Return what reckons a unit's cases twice, by texts and feasts as they were known then.

    Raises `Refused` for a moment of knowledge that is still to come.
    """
    known_at = asked.moment.known_at
    Journeys(services.ledger, services.now).position(known_at)
    zone = services.units.zone_of(asked.unit) or Zone.WIB
    law = LAW.as_known(known_at.astimezone(zone.offset).date()) if known_at else LAW
    return Cohort(
        cases=CaseFacts(services.ledger, services.read_models),
        law=law_with_feasts(services.ledger, known_at, law),
    )
