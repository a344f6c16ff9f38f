"""The form of a what-if over a unit: whom, as of when, by which other law or with which facts."""

from datetime import date
from typing import Annotated, Any, Final

from pydantic import BaseModel, ConfigDict, Field, Strict

from api.answers import DayOrInstant, Instant
from api.calculation_forms import (
    FORM,
    MOST,
    Day,
    FactsBody,
    HeldBody,
    Name,
    SentenceBody,
    WantedBody,
    facts_in,
    wanted_in,
)
from application.cohort import CohortQuestion, Otherwise
from application.journeys import Moment
from domain.kernel import Json
from domain.law.facts import SubjectKind

PART: Final = 500
PART_MOST: Final = 1_000
"""Cases that one answer looks at: a part of a unit, so that nobody waits for thousands."""
TOLD_BY: Final = {
    "verdict_final_on": "verdict_final_by",
    "conduct_risk_declined": "conduct_by",
    "programmes_good": "programmes_by",
}
"""Facts whose trace is a field of its own: nobody told what a what-if puts in their place."""
EXAMPLE: Final[Json] = {
    "unit": "RUTAN-MEDAN",
    "on": "2025-08-18",
    "propose": [{"kind": "umum", "on": "2025-08-17"}],
    "policies": {"six_months_strict": "more_than"},
}


class FactsChange(FactsBody):
    """Facts that are put in the place of what the cases tell; what is left out stays as told."""

    kind: SubjectKind = SubjectKind.NARAPIDANA
    detention: list[HeldBody] = Field([], max_length=MOST)
    sentences: list[SentenceBody] = Field([], max_length=MOST)


class CohortBody(BaseModel):
    """Over all whom a unit holds: the law as it is, beside other rule sets, policies or facts.

    `on` is the day of the question, today where it is left out; `valid_at` and `known_at` say as of
    when the cases are read, now where they are left out. `promulgated_by` leaves out later texts.
    An answer looks at `limit` cases, and its `cursor` leads to the next ones. What was given
    already is not asked for again: to reckon an award anew, ask by `valid_at` of the day before.
    """

    model_config = FORM | ConfigDict(json_schema_extra={"examples": [EXAMPLE]})

    unit: Annotated[str, Strict(), Field(min_length=1, max_length=32, examples=["RUTAN-MEDAN"])]
    on: Day | None = None
    valid_at: DayOrInstant | None = None
    known_at: Instant | None = None
    propose: list[WantedBody] = Field([], max_length=MOST)
    rule_sets: dict[Name, Name] = Field({}, max_length=MOST)
    policies: dict[Name, Name] = Field({}, max_length=MOST)
    promulgated_by: Day | None = None
    change: FactsChange | None = None
    limit: Annotated[int, Strict(), Field(ge=1, le=PART_MOST)] = PART
    cursor: Annotated[str, Strict(), Field(min_length=1, max_length=100)] | None = None


def question_in(body: CohortBody, today: date) -> CohortQuestion:
    """Return the question that a form asks."""
    return CohortQuestion(
        unit=body.unit,
        moment=Moment(valid_at=body.valid_at, known_at=body.known_at),
        on=body.on or today,
        wanted=tuple(wanted_in(one) for one in body.propose),
        otherwise=otherwise_in(body),
    )


def otherwise_in(body: CohortBody) -> Otherwise:
    """Return how a form wants it reckoned otherwise."""
    return Otherwise(
        rule_sets=body.rule_sets,
        policies=body.policies,
        known_on=body.promulgated_by,
        facts=changed(body.change),
    )


def changed(change: FactsChange | None) -> dict[str, Any]:
    """Return the fields of the facts that a form puts in the place of what was told."""
    if change is None:
        return {}
    facts = facts_in(change)
    said: dict[str, Any] = {name: getattr(facts, name) for name in change.model_fields_set}
    return said | {TOLD_BY[name]: None for name in said if name in TOLD_BY}
