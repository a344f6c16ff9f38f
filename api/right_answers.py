"""Rights of integration as answers: from when each is open, every condition, every document."""

from datetime import date

from pydantic import BaseModel, Field

from api.answers import FORBID
from application.open_rights import CaseRights, Openness, Standing
from domain.kernel import Json
from domain.law.criteria import Criterion
from domain.law.facts import Right
from domain.law.integration_rules import Paper


class ConditionAnswer(BaseModel):
    """One condition, with a sentence to be read aloud; ``event`` is the fact that told it."""

    model_config = FORBID

    code: str
    met: bool
    value: str | None
    needed: str | None
    article: str
    because: str
    event: str | None
    day: date | None
    from_day: date | None


class DocumentAnswer(BaseModel):
    """One document of the checklist, and the fact of the case that shows it."""

    model_config = FORBID

    paper: Paper
    title: str
    present: bool
    event: str | None
    day: date | None


class RightAnswer(BaseModel):
    """One right. `from` is the day on which it is open, `part_day` that of the share by count.

    `moved_on` is the day of the remisi that brought the share there; `longest_days` how long the
    right lasts at the most. Where nothing can be said at all (life, death, no sentence yet),
    `applicable` is false and the one condition says why.
    """

    model_config = FORBID

    right: Right
    openness: Openness
    applicable: bool
    possible: bool
    from_: date | None = Field(alias="from")
    until: date | None
    part_day: date | None
    moved_on: date | None
    longest_days: int | None
    criteria: list[ConditionAnswer]
    documents: list[DocumentAnswer]
    rule_sets: list[str]
    policies: dict[str, str]


class CaseRightsAnswer(BaseModel):
    """The rights of one case on a day."""

    model_config = FORBID

    case_id: str
    on: date
    rights: list[RightAnswer]


class OpenRightLine(BaseModel):
    """One right that somebody may have now or soon; `because` says what is still in the way."""

    model_config = FORBID

    case_id: str
    right: Right
    openness: Openness
    from_: date = Field(alias="from")
    until: date
    missing: list[Paper]
    because: list[str]


class OpenRightsAnswer(BaseModel):
    """Who in a unit may have which right, the earliest first; `cases` were looked at."""

    model_config = FORBID

    unit: str
    on: date
    soon: int
    cases: int
    items: list[OpenRightLine]


def case_rights_answer(found: CaseRights, on: date, language: int) -> Json:
    """Return the rights of a case, in the order in which a sentence is lived."""
    return {
        "case_id": found.case,
        "on": on.isoformat(),
        "rights": [right_answer(one, language) for one in found.standings.values()],
    }


def right_answer(standing: Standing, language: int) -> Json:
    """Return one right with every condition; ``language`` is 0 for Indonesian, 1 for English."""
    found = standing.finding
    return {
        "right": found.right.value,
        "openness": standing.openness.value,
        "applicable": found.applicable,
        "possible": found.possible,
        "from": _day(found.from_day),
        "until": _day(found.until),
        "part_day": _day(found.part_day),
        "moved_on": _day(found.moved_on),
        "longest_days": found.longest_days,
        "criteria": [_condition(one, language) for one in found.criteria],
        "documents": [
            {
                "paper": one.paper.value,
                "title": (one.title_id, one.title_en)[language],
                "present": bool(one.present),
                "event": one.by.event if one.by else None,
                "day": _day(one.by.day) if one.by else None,
            }
            for one in standing.documents
        ],
        "rule_sets": list(found.explanation.rule_sets),
        "policies": {one.name: one.chosen for one in found.explanation.policies},
    }


def open_right_line(case: str, standing: Standing, language: int) -> Json:
    """Return one line of the list of a unit."""
    found = standing.finding
    waiting = [one for one in found.criteria if not one.met]
    return {
        "case_id": case,
        "right": found.right.value,
        "openness": standing.openness.value,
        "from": _day(found.from_day),
        "until": _day(found.until),
        "missing": [one.paper.value for one in standing.missing],
        "because": [(one.because_id, one.because_en)[language] for one in waiting],
    }


def _condition(one: Criterion, language: int) -> Json:
    return {
        "code": one.code,
        "met": one.met,
        "value": one.value,
        "needed": one.needed,
        "article": one.article,
        "because": (one.because_id, one.because_en)[language],
        "event": one.by.event if one.by else None,
        "day": _day(one.by.day) if one.by else None,
        "from_day": _day(one.from_day),
    }


def _day(day: date | None) -> str | None:
    return day.isoformat() if day else None
