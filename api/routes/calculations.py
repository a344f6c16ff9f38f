"""``POST /v1/calculations/sentence-dates``: what if. Nothing is stored, nobody's record is read."""

from typing import Final

from fastapi import APIRouter, Request

from api.calculation_answers import CalculationAnswer, Spoken
from api.calculation_forms import CalculationBody, question_in
from api.callers import Known
from api.dependencies import WithServices
from api.problems import Problem, language_of
from api.routes.collections import STRICT
from application.calculating import answered
from application.holidays import law_with_feasts
from domain.kernel import Json, Refused, Words
from domain.law.book import LAW
from domain.law.impossible import ImpossibleFacts

router = APIRouter()

CANNOT_BE: Final[Words] = (
    "fakta ini mustahil, jadi tidak dihitung; lihat errors",
    "these facts cannot be, and nothing is reckoned from them; see errors",
)


@router.post(
    "/v1/calculations/sentence-dates", response_model=CalculationAnswer, dependencies=STRICT
)
def sentence_dates(
    request: Request, services: WithServices, caller: Known, body: CalculationBody
) -> Json:
    """Say what the law gives for facts: dates, remisi, rights of integration, each with its why.

    Whoever has a token may ask: the facts are the caller's own, and nothing is kept of them. The
    feasts are those that the registry knows now.
    """
    law = law_with_feasts(services.ledger, None) if body.propose else LAW
    try:
        found = answered(question_in(body), law)
    except Refused as refused:
        raise problem_of(refused) from None
    return Spoken(0 if language_of(request) == "id" else 1).answer(found)


def problem_of(refused: Refused) -> Problem:
    """Return why nothing is reckoned, with every place in the request that is wrong."""
    if isinstance(refused, ImpossibleFacts):
        errors = [(one.pointer, one.code, one.because) for one in refused.problems]
        code, article = "calculation.impossible", refused.article
        return Problem(422, code, CANNOT_BE, article=article, errors=errors)
    place = f"/{refused.field}" if refused.field else ""
    errors = [(place, refused.code, refused.because)]
    return Problem(422, refused.code, refused.because, article=refused.article, errors=errors)
