"""Who differs in which answer, and why, as JSON; and what the answers rest on otherwise."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from pydantic import BaseModel, Field

from api.answers import FORBID
from api.calculation_answers import CriterionAnswer, NoticeAnswer, Spoken
from application.cohort import CohortQuestion, Compared, Failure, Tally
from domain.kernel import Json
from domain.law.contrast import Basis, Contrast, Said, Turned
from domain.law.notice import Notice


class TurnedAnswer(BaseModel):
    """A condition that was found otherwise; `null` where one of the two does not ask for it."""

    model_config = FORBID

    code: str
    base: CriterionAnswer | None
    other: CriterionAnswer | None


class ContrastAnswer(BaseModel):
    """One answer that differs: `expiry`, `remisi/umum/2025-08-17/days`, `integration/pb/from`.

    `because` are the conditions behind it; where there are none, look at what the answers rest on.
    """

    model_config = FORBID

    answer: str
    base: bool | int | str | None = Field(description="A day is a text in ISO 8601.")
    other: bool | int | str | None
    because: list[TurnedAnswer]


class BasisAnswer(BaseModel):
    """Texts and policies, as chosen, on which only one of the two answers rests."""

    model_config = FORBID

    rule_sets: list[str]
    policies: list[str]


class ComparedAnswer(BaseModel):
    """One case that differs; a failure says why one of the two could not be reckoned."""

    model_config = FORBID

    case_id: str
    differs: list[ContrastAnswer]
    base_only: BasisAnswer
    other_only: BasisAnswer
    base_failure: NoticeAnswer | None
    other_failure: NoticeAnswer | None


class CohortAnswer(BaseModel):
    """Who differs among the cases that were looked at, and in which answers how many do."""

    model_config = FORBID

    unit: str
    on: date
    valid_at: str | None
    known_at: str | None
    held: int = Field(description="Cases that the unit holds at the moment.")
    cases: int = Field(description="Cases that this answer looked at.")
    failed: int = Field(description="Of these, those from which nothing could be reckoned.")
    differing: int
    answers: dict[str, int] = Field(description="In which answers how many differ.")
    items: list[ComparedAnswer]
    cursor: str | None = Field(description="After which the next cases come; `null` at the end.")


def cohort_answer(
    asked: CohortQuestion,
    tally: Tally,
    differing: Sequence[Compared],
    spoken: Spoken,
    **more: Any,
) -> Json:
    """Return what was found over some cases of a unit."""
    moment = asked.moment
    return {
        "unit": asked.unit,
        "on": asked.on,
        "valid_at": moment.valid_at and moment.valid_at.isoformat(),
        "known_at": moment.known_at and moment.known_at.isoformat(),
        "cases": tally.cases,
        "failed": tally.failed,
        "differing": tally.differing,
        "answers": dict(sorted(tally.answers.items())),
        "items": [compared(one, spoken) for one in differing],
        **more,
    }


def compared(one: Compared, spoken: Spoken) -> Json:
    """Return one case that differs."""
    return {
        "case_id": one.case,
        "differs": [_contrast(contrast, spoken) for contrast in one.differs],
        "base_only": _basis(one.base_only),
        "other_only": _basis(one.other_only),
        "base_failure": _failure(one.base_failure, spoken),
        "other_failure": _failure(one.other_failure, spoken),
    }


def _contrast(one: Contrast, spoken: Spoken) -> Json:
    return {
        "answer": one.answer,
        "base": said(one.base),
        "other": said(one.other),
        "because": [_turned(turned, spoken) for turned in one.because],
    }


def said(value: Said) -> Any:
    """Return an answer in JSON's types."""
    return value.isoformat() if isinstance(value, date) else value


def _turned(one: Turned, spoken: Spoken) -> Json:
    return {
        "code": one.code,
        "base": one.base and spoken.criterion(one.base),
        "other": one.other and spoken.criterion(one.other),
    }


def _basis(one: Basis) -> Json:
    return {"rule_sets": list(one.rule_sets), "policies": list(one.policies)}


def _failure(one: Failure | None, spoken: Spoken) -> Json | None:
    return spoken.notice(Notice(code=one.code, because=one.because)) if one else None
