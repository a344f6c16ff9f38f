"""/v1/law: the book by which everything is reckoned, and what it leaves open."""

from typing import Annotated

from fastapi import APIRouter, Query

from api.callers import Known
from api.law_answers import Day, LawAnswer, law_answer
from api.routes.collections import STRICT
from domain.kernel import Json
from domain.law.book import LAW

router = APIRouter()


@router.get("/v1/law", response_model=LawAnswer, dependencies=STRICT)
def read_law(
    caller: Known,
    on: Annotated[
        Day | None, Query(description="Say which rule set of each topic is taken on this day.")
    ] = None,
    as_known: Annotated[
        Day | None, Query(description="Without the texts that were promulgated later.")
    ] = None,
) -> Json:
    """Return every rule set by topic and every policy, each with its certainty and its article."""
    return law_answer(LAW.as_known(as_known) if as_known else LAW, on)
