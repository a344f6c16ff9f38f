"""Assessment: what the law finds on a proposal, written down beside it with every reason.

It is worked out from the case itself when something is proposed, and again when it is applied; and
anew when what the case knows of the past has changed. Nobody tells it, and it refuses nothing: who
proposes what the law does not find eligible hears so, and is recorded. The rule sets stay those of
the proposal's own day, whatever becomes law afterwards.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from enum import Enum
from typing import Final, assert_never

from domain.fields import Count, Days, Line, Note, Ref
from domain.kernel import FORGOTTEN, Chapter, Event, Journey, Open, Refused, Specific, Value, Words
from domain.law.case_facts import facts_of
from domain.law.criteria import Criterion
from domain.law.facts import Wanted
from domain.law.remisi import RemisiFinding, finding
from domain.law.rule_set import Law
from domain.remisi import REMISI, RemisiApplied, RemisiProposed
from domain.time import Effective
from domain.worked_out import found_otherwise, told_by_hand

ASSESSED_OTHERWISE: Final = "remisi_assessment.otherwise"
BREACHES: Final = (
    "no_discipline_6_months",
    "no_discipline_3_months",
    "not_under_discipline",
)
"""Criteria that a breach of discipline breaks; after the SK it counts for the next year (V1)."""


class AssessedAt(Enum):
    """At which step of a proposal."""

    PROPOSED = "proposed"
    APPLIED = "applied"


class CriterionSaid(Value):
    """One condition as it is told the person: met or not, what was found, what is needed, and why.

    ``by`` is the stored name of the event that met or broke it, on ``by_day``; ``from_day`` since
    when it will be met by time alone.
    """

    code: Line
    met: bool
    value: Line | None
    needed: Line | None
    article: Line
    because_id: Note
    because_en: Note
    by: Line | None
    by_day: date | None
    from_day: date | None


class RemisiAssessed(Event, stored_as="remisi_assessment.made"):
    """The law's finding on a proposal of remisi: so many days or none, and every condition.

    ``policies`` are written as name=option.
    """

    proposal: Open[Ref]
    at: Open[AssessedAt]
    rule_sets: Open[tuple[Line, ...]]
    policies: Open[tuple[Line, ...]]
    eligible: Open[bool]
    remission_days: Open[Days]
    days_served: Open[Days]
    year_ordinal: Open[Count | None]
    releases: Open[bool]
    lost_days: Open[Days]
    expiry_after: Specific[date | None]
    criteria: Specific[tuple[CriterionSaid, ...]]


AssessmentEvent = RemisiAssessed


class Assessments(Value):
    """The latest finding on each proposal, by the step at which it was made."""

    proposed: dict[str, RemisiAssessed]
    applied: dict[str, RemisiAssessed]

    def of(self, at: AssessedAt) -> dict[str, RemisiAssessed]:
        """Return the findings made at a step."""
        return self.proposed if at is AssessedAt.PROPOSED else self.applied


def essence(assessed: RemisiAssessed) -> tuple[object, ...]:
    """Return what decides: whether, how much, and whether it releases."""
    return assessed.eligible, assessed.remission_days, assessed.releases


def lost_on_the_way(
    first: RemisiAssessed, applied: RemisiAssessed, sk_effective: Effective | None
) -> bool:
    """Say whether an award was given that the law found when it was proposed, and no more.

    A breach after the SK is none of that: it counts for the next year (V1).
    """
    if not first.eligible or applied.eligible or applied.criteria is FORGOTTEN:
        return False
    unmet = [one for one in applied.criteria if not one.met]
    since = sk_effective.day if sk_effective else None
    return not (since and unmet and all(_broken_after(one, since) for one in unmet))


def _broken_after(criterion: CriterionSaid, day: date) -> bool:
    breach = criterion.code in BREACHES
    return breach and criterion.by_day is not None and criterion.by_day > day


def wanted(asked: RemisiProposed) -> Wanted:
    """Return what a proposal asks of the law."""
    return Wanted(
        kind=asked.kind,
        on=asked.award_day,
        ground=asked.ground or None,
        missed=asked.missed or None,
    )


def remisi_assessed(
    asked: RemisiProposed, step: RemisiProposed | RemisiApplied, journey: Journey, law: Law
) -> RemisiAssessed:
    """Return what the law finds on a proposal at a step of it.

    ``journey`` is the case as of that step. A feast that a decree fixed, as the proposal says, is
    the feast of that year. Raises `OverflowError` for a sentence beyond the end of the calendar.
    """
    facts = facts_of(_without(journey, asked.proposal))
    year = asked.award_day.year
    if asked.feast_fixed_by and (facts.religion, year) not in law.feasts:
        law = replace(law, feasts={**law.feasts, (facts.religion, year): (asked.award_day,)})
    proposed_on, told_on = asked.effective.day, step.effective.day
    found = finding(facts, wanted(asked), law, under=proposed_on, told_on=told_on)
    at = AssessedAt.PROPOSED if isinstance(step, RemisiProposed) else AssessedAt.APPLIED
    return _event(asked.proposal, at, step.effective, found)


def _event(
    proposal: str, at: AssessedAt, effective: Effective, found: RemisiFinding
) -> RemisiAssessed:
    used = found.explanation
    return RemisiAssessed(
        effective=effective,
        proposal=proposal,
        at=at,
        rule_sets=used.rule_sets,
        policies=tuple(f"{one.name}={one.chosen}" for one in used.policies),
        eligible=found.eligible,
        remission_days=found.days,
        days_served=found.days_served,
        year_ordinal=found.year_ordinal,
        releases=found.releases,
        lost_days=found.lost_days,
        expiry_after=found.expiry_after,
        criteria=tuple(map(said, found.criteria)),
    )


def said(criterion: Criterion) -> CriterionSaid:
    """Return a criterion as a page keeps it."""
    return CriterionSaid(
        code=criterion.code,
        met=criterion.met,
        value=criterion.value,
        needed=criterion.needed,
        article=criterion.article,
        because_id=criterion.because_id,
        because_en=criterion.because_en,
        by=criterion.by.event if criterion.by else None,
        by_day=criterion.by.day if criterion.by else None,
        from_day=criterion.from_day,
    )


def _without(journey: Journey, proposal: str) -> Journey:
    """Return a case in which a proposal has not been applied yet: it is not its own past."""
    remisi = journey[REMISI]
    own = remisi.proposals.get(proposal)
    if own is None or own.applied is None:
        return journey
    proposals = remisi.proposals | {proposal: replace(own, applied=None)}
    return Journey({**journey.states, REMISI: replace(remisi, proposals=proposals)})


def assessed_otherwise(first: RemisiAssessed, now: RemisiAssessed) -> Refused:
    """Return what is said of a proposal on which the law finds something else than it did."""
    return found_otherwise(ASSESSED_OTHERWISE, first, now, _in_words)


def _in_words(one: RemisiAssessed) -> Words:
    if one.eligible:
        return f"{one.remission_days} hari", f"{one.remission_days} days"
    return "tidak memenuhi syarat", "not eligible"


def decide(proposed: AssessmentEvent, _: Journey) -> Sequence[Event]:
    """Refuse it of anybody who tells it: it is worked out."""
    raise told_by_hand("remisi_assessment", proposed.proposal)


def evolve(assessments: Assessments, event: AssessmentEvent) -> Assessments:
    """Put a finding in the place of the one before it."""
    match event.at:
        case AssessedAt.PROPOSED:
            return replace(assessments, proposed=assessments.proposed | {event.proposal: event})
        case AssessedAt.APPLIED:
            return replace(assessments, applied=assessments.applied | {event.proposal: event})
        case _:
            assert_never(event.at)


REMISI_ASSESSMENT: Final[Chapter[Assessments, AssessmentEvent]] = Chapter(
    name="remisi_assessment",
    events=(RemisiAssessed,),
    initial=Assessments(proposed={}, applied={}),
    decide=decide,
    evolve=evolve,
)
