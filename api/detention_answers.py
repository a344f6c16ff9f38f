"""The clock of one case as an answer: how long it holds, order by order, in sentences."""

from datetime import date

from pydantic import BaseModel, Field

from api.answers import FORBID
from api.calculation_answers import CriterionAnswer, PolicyUsedAnswer, policy_used
from api.case_dates_answers import SpokenOfCase, ToldBy
from domain.detention import DetentionStage, DetentionStatus
from domain.kernel import Json
from domain.law.detention import Term
from domain.law.detention_case import CaseClock
from domain.law.detention_clock import ARTICLES, Cause, Level, Overdue, aloud
from domain.law.detention_words import FLAGS
from domain.law.facts import CaseType


class AlertAnswer(BaseModel):
    """A notice that is to be given so many days before the last one."""

    model_config = FORBID

    days: int
    day: date
    due: bool


class OverdueAnswer(BaseModel):
    """Held too long: why, since which day, for how many days by now."""

    model_config = FORBID

    cause: Cause
    since: date
    days: int
    article: str
    because: str


class FlagAnswer(BaseModel):
    """What is not right with an order."""

    model_config = FORBID

    code: str
    because: str


class TermAnswer(BaseModel):
    """One order: what it claims, what the law allows, and what of its stage is still to be had.

    `lawful_until` counts the days in hospital; `uncovered_days` are those before it without any
    order that was good.
    """

    model_config = FORBID

    stage: DetentionStage
    extends: bool
    exceptional: bool
    starts: date
    until: date
    claimed_days: int
    allowed_days: int
    lawful_until: date
    hospital_days: int
    uncovered_days: int
    extendable_until: date
    exceptional_until: date
    flags: list[FlagAnswer]
    article: str
    rule_set: str
    event: ToldBy | None


class DetentionClockAnswer(BaseModel):
    """The clock of a case at the end of a day; `out_on` is when it is over, or since when.

    `lawful_until` is `null` where no order is running, `days_left` below zero where it ran out.
    """

    model_config = FORBID

    case_id: str
    version: int
    valid_at: str | None
    known_at: str | None
    on: date
    level: Level
    status: DetentionStatus
    child: bool
    case_type: CaseType
    lawful_until: date | None = Field(examples=["2026-01-01"])
    days_left: int | None
    out_on: date | None
    overdue: OverdueAnswer | None
    alerts: list[AlertAnswer]
    orders: list[TermAnswer]
    criteria: list[CriterionAnswer]
    rule_sets: list[str]
    policies: list[PolicyUsedAnswer]


class SpokenOfDetention(SpokenOfCase):
    """Answers in one language, with the events of one case."""

    def clock(self, found: CaseClock) -> Json:
        """Return the clock of a case, without which case and which moment."""
        last, over = found.last_day, found.overdue
        return {
            "on": found.on,
            "level": found.level,
            "status": found.status,
            "child": found.who.child,
            "case_type": found.who.case_type,
            "lawful_until": last,
            "days_left": (last - found.on).days if last else None,
            "out_on": found.out_on,
            "overdue": over and self.overdue(over),
            "alerts": [{"days": one.days, "day": one.day, "due": one.due} for one in found.alerts],
            "orders": [self.term(one) for one in found.terms],
            "criteria": [self.criterion(one) for one in found.criteria],
            "rule_sets": list(found.explanation.rule_sets),
            "policies": [policy_used(one) for one in found.explanation.policies],
        }

    def overdue(self, over: Overdue) -> Json:
        """Return why somebody is held too long."""
        return {
            "cause": over.cause,
            "since": over.since,
            "days": over.days,
            "article": ARTICLES[over.cause],
            "because": self.said(aloud(over)),
        }

    def term(self, one: Term) -> Json:
        """Return one order as the law sees it."""
        order = one.order
        return {
            "stage": order.stage,
            "extends": order.extends,
            "exceptional": order.exceptional,
            "starts": order.starts,
            "until": order.until,
            "claimed_days": one.claimed,
            "allowed_days": one.allowed,
            "lawful_until": one.last_day,
            "hospital_days": one.hospital_days,
            "uncovered_days": one.not_covered,
            "extendable_until": one.extendable_until,
            "exceptional_until": one.exceptional_until,
            "flags": [
                {"code": flag.value, "because": self.said(FLAGS[flag])} for flag in one.flags
            ],
            "article": one.article,
            "rule_set": one.rule_set,
            "event": order.by and self.told(order.by),
        }
