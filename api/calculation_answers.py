"""The answer of a calculation, as the contract has it; what the contract does not name is beside.

Reasons are sentences in the language that was asked for, to be read aloud to the person.
"""

from datetime import date
from typing import Final

from pydantic import BaseModel, ConfigDict, Field

from api.answers import FORBID
from application.calculating import Answer
from domain.kernel import Json, Words
from domain.law.calculation import Calculation
from domain.law.claims import Flag
from domain.law.criteria import Criterion
from domain.law.guidance import GuidanceStage
from domain.law.integration import RightFinding
from domain.law.integration_papers import Document
from domain.law.notice import Notice
from domain.law.remisi import Almost, RemisiFinding
from domain.law.rule_set import PolicyUsed

BY_ALIAS: Final = ConfigDict(extra="forbid", serialize_by_alias=True)


class NoticeAnswer(BaseModel):
    """Something to know, or for a human to look at."""

    model_config = FORBID

    code: str
    because: str


class CriterionAnswer(BaseModel):
    """One condition; `from` is the day from which one that is a matter of time is met.

    `event` is the fact of a case that told; nobody has told anything of a what-if.
    """

    model_config = BY_ALIAS

    code: str
    met: bool
    value: str | None
    needed: str | None
    article: str
    because: str
    from_day: date | None = Field(alias="from")
    event: Json | None


class MissedAnswer(BaseModel):
    """The award that a remisi susulan makes up for."""

    model_config = FORBID

    kind: str
    on: date


class AlmostAnswer(BaseModel):
    """Not eligible yet, for want of time alone: what is missing, and from when it is not."""

    model_config = BY_ALIAS

    missing: list[str]
    from_day: date = Field(alias="from")
    next_award: date | None


class RemisiAnswer(BaseModel):
    """What the law finds on one remisi that was asked for."""

    model_config = FORBID

    kind: str
    on: date
    ground: str | None
    missed: MissedAnswer | None
    eligible: bool
    days: int
    days_served: int
    year_ordinal: int | None
    releases: bool
    expiry_after: date | None
    lost_days: int
    criteria: list[CriterionAnswer]
    almost: AlmostAnswer | None
    notices: list[NoticeAnswer]


class RightAnswer(BaseModel):
    """Whether a right can be had, since when and until when; `reasons` is what bars it for good."""

    model_config = BY_ALIAS

    possible: bool
    from_day: date | None = Field(alias="from")
    until: date | None
    reasons: list[CriterionAnswer]


class StageAnswer(BaseModel):
    """A stage of guidance by a Bapas, both days included."""

    model_config = BY_ALIAS

    number: int
    title: str
    from_day: date = Field(alias="from")
    until: date
    report_every_months: int


class DocumentAnswer(BaseModel):
    """A document that a proposal needs; `present` is `null` where there is no case to look into."""

    model_config = FORBID

    document: str
    title: str
    present: bool | None


class RightWhyAnswer(BaseModel):
    """Why: every condition of a right, its documents, and its guidance if it begins on its day.

    `part_day` is the day of the share by arithmetic; `moved_on` that of the remisi which brought it
    there, before which the right was not open.
    """

    model_config = FORBID

    applicable: bool
    part_day: date | None
    moved_on: date | None
    longest_days: int | None
    criteria: list[CriterionAnswer]
    checklist: list[DocumentAnswer]
    guidance_stages: list[StageAnswer]


class PolicyUsedAnswer(BaseModel):
    """What the texts leave open, and how it was answered here."""

    model_config = FORBID

    name: str
    chosen: str
    default: str
    certainty: str
    article: str


class FlagAnswer(BaseModel):
    """A day that a document states otherwise; both are shown, and neither is changed."""

    model_config = FORBID

    code: str
    about: str
    claimed: date
    source: str
    other: date | None
    other_source: str | None
    computed: date | None
    difference_days: int | None
    because: str


class CalculationAnswer(BaseModel):
    """Dates, remisi and rights of integration, and why.

    Where a punishment has no end, its days are `null` and `not_applicable` says why.
    """

    model_config = FORBID

    rule_sets: list[str]
    policies: list[PolicyUsedAnswer]
    counts_from: date | None
    expiry_without_remission: date | None
    expiry: date | None
    release: date | None
    one_third: date | None
    one_half: date | None
    two_thirds: date | None
    not_applicable: NoticeAnswer | None
    remissions: list[RemisiAnswer]
    integration: dict[str, RightAnswer]
    why: dict[str, RightWhyAnswer]
    probation_end: date | None
    guidance_stages: list[StageAnswer]
    warnings: list[NoticeAnswer]
    assumed: list[str] = Field(description="Facts that nobody told, and that count as met.")
    flags: list[FlagAnswer]


DAYS: Final = (
    "counts_from",
    "expiry_without_remission",
    "expiry",
    "release",
    "one_third",
    "one_half",
    "two_thirds",
)


class Spoken:
    """Answers in one language: 0 is Bahasa Indonesia, 1 English."""

    def __init__(self, tongue: int) -> None:
        self.tongue = tongue

    def answer(self, said: Answer) -> Json:
        """Return a calculation with the claims that differ from it."""
        flags = [self.flag(one) for one in said.flags]
        return {**self.calculation(said.calculation), "flags": flags}

    def calculation(self, found: Calculation) -> Json:
        """Return what the law finds, without claims."""
        none, integration = found.not_applicable, found.integration
        return {
            "rule_sets": list(found.rule_sets),
            "policies": [policy_used(one) for one in found.policies],
            **{name: getattr(found.days, name, None) for name in DAYS},
            "not_applicable": none and self.notice(Notice(code=none.code, because=none.because)),
            "remissions": [self.remisi(one) for one in found.remissions],
            "integration": {right.value: self.right(one) for right, one in integration.items()},
            "why": {right.value: self.why(one, found) for right, one in integration.items()},
            "probation_end": found.probation_end,
            "guidance_stages": [self.stage(one) for one in found.guidance_stages],
            "warnings": [self.notice(one) for one in found.warnings],
            "assumed": list(found.assumed),
        }

    def remisi(self, found: RemisiFinding) -> Json:
        """Return what is found on one remisi."""
        missed = found.missed
        return {
            "kind": found.kind.value,
            "on": found.on,
            "ground": found.ground and found.ground.value,
            "missed": missed and {"kind": missed.kind.value, "on": missed.on},
            "eligible": found.eligible,
            "days": found.days,
            "days_served": found.days_served,
            "year_ordinal": found.year_ordinal,
            "releases": found.releases,
            "expiry_after": found.expiry_after,
            "lost_days": found.lost_days,
            "criteria": [self.criterion(one) for one in found.criteria],
            "almost": found.almost and almost(found.almost),
            "notices": [self.notice(one) for one in found.notices],
        }

    def right(self, found: RightFinding) -> Json:
        """Return whether a right can be had."""
        return {
            "possible": found.possible,
            "from": found.from_day,
            "until": found.until,
            "reasons": [self.criterion(one) for one in found.reasons],
        }

    def why(self, found: RightFinding, whole: Calculation) -> Json:
        """Return what the answer on a right rests on."""
        stages = whole.planned.get(found.right, ())
        return {
            "applicable": found.applicable,
            "part_day": found.part_day,
            "moved_on": found.moved_on,
            "longest_days": found.longest_days,
            "criteria": [self.criterion(one) for one in found.criteria],
            "checklist": [self.document(one) for one in found.checklist],
            "guidance_stages": [self.stage(one) for one in stages],
        }

    def criterion(self, one: Criterion) -> Json:
        """Return a condition with the sentence to be read aloud."""
        return {
            "code": one.code,
            "met": one.met,
            "value": one.value,
            "needed": one.needed,
            "article": one.article,
            "because": self.said((one.because_id, one.because_en)),
            "from": one.from_day,
            "event": one.by and {"type": one.by.event, "day": one.by.day.isoformat()},
        }

    def document(self, one: Document) -> Json:
        """Return a line of a checklist."""
        title = self.said((one.title_id, one.title_en))
        return {"document": one.paper.value, "title": title, "present": one.present}

    def stage(self, one: GuidanceStage) -> Json:
        """Return a stage of guidance."""
        return {
            "number": one.number,
            "title": self.said((one.title_id, one.title_en)),
            "from": one.from_day,
            "until": one.until,
            "report_every_months": one.report_every_months,
        }

    def notice(self, one: Notice) -> Json:
        """Return a notice."""
        return {"code": one.code, "because": self.said(one.because)}

    def flag(self, one: Flag) -> Json:
        """Return a claim that differs, with both days."""
        claim, other = one.claim, one.other
        return {
            "code": one.code,
            "about": claim.about.value,
            "claimed": claim.on,
            "source": claim.source,
            "other": other and other.on,
            "other_source": other and other.source,
            "computed": one.computed,
            "difference_days": one.difference,
            "because": self.said(one.because),
        }

    def said(self, words: Words) -> str:
        """Return the words of this language."""
        return words[self.tongue]


def policy_used(one: PolicyUsed) -> Json:
    """Return a policy that an answer rests on."""
    return {
        "name": one.name,
        "chosen": one.chosen,
        "default": one.default,
        "certainty": one.certainty,
        "article": one.article,
    }


def almost(one: Almost) -> Json:
    """Return what is missing of somebody who is nearly eligible."""
    return {"missing": list(one.missing), "from": one.from_day, "next_award": one.next_award}
