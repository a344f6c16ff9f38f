"""What the law finds about a right that is proposed, recorded beside the proposal.

Conditions of a right refuse nothing: a unit may propose what the law finds not to be open, and the
reasons stand next to it (UU 22/2022 art. 10 leaves the decision to the minister). The finding is
made from the case as it stood on the proposal's day, by the texts known and in force on that day,
and stays under them when the law changes afterwards. Nobody tells one: it is worked out, and anew
when the past of the case has changed (`application.assessing`).
"""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Final

from domain.conduct import CONDUCT
from domain.fields import Days, Line, Ref
from domain.integration import INTEGRATION, IntegrationProposed
from domain.kernel import Chapter, Event, Journey, Open, Refused, Specific, Value, Words, replace
from domain.law.book import LAW
from domain.law.case_facts import facts_of
from domain.law.criteria import Trace
from domain.law.facts import Facts, Right
from domain.law.guidance import probation_end
from domain.law.integration import RightFinding, rights
from domain.law.integration_rules import Paper
from domain.law.rule_set import Law
from domain.law.sentence import Endless, dates
from domain.remisi_assessment import CriterionSaid, said
from domain.verdict import VERDICT, VerdictExecuted, VerdictPronounced
from domain.worked_out import found_otherwise, told_by_hand

ASSESSED_OTHERWISE: Final = "integration_assessment.otherwise"


class IntegrationAssessed(Event, stored_as="integration_assessment.made"):
    """The law found this about a proposed right, on the day of its proposal.

    ``open_now`` is whether it could be had on that very day; ``possible`` whether there is a day.
    ``policies`` are written as name=option.
    """

    proposal: Open[Ref]
    right: Open[Right]
    rule_sets: Open[tuple[Line, ...]]
    policies: Open[tuple[Line, ...]]
    possible: Open[bool]
    open_now: Open[bool]
    from_day: Specific[date | None]
    until: Specific[date | None]
    part_day: Specific[date | None]
    moved_on: Open[date | None]
    longest_days: Open[Days | None]
    probation_end: Specific[date | None]
    criteria: Specific[tuple[CriterionSaid, ...]]
    missing: Specific[tuple[Paper, ...]]


class Assessments(Value):
    """The latest finding on each proposal."""

    findings: dict[str, IntegrationAssessed]


def assessed(
    proposed: IntegrationProposed, journey: Journey, *, nationality: str
) -> IntegrationAssessed:
    """Return what the law finds about a proposal, on its day and by the texts known then.

    ``journey`` is the case as of that day; the ``nationality`` is the person's. Raises
    `OverflowError` for a sentence beyond the end of the calendar.
    """
    day = proposed.effective.day
    known = LAW.as_known(day)
    facts = replace(facts_of(journey), nationality=nationality)
    papers = papers_of(journey, proposed.right)
    found = rights(facts, day, known, under=day, papers=papers)[proposed.right]
    return IntegrationAssessed(
        effective=proposed.effective,
        proposal=proposed.proposal,
        right=proposed.right,
        rule_sets=found.explanation.rule_sets,
        policies=tuple(f"{one.name}={one.chosen}" for one in found.explanation.policies),
        possible=found.possible,
        open_now=found.open_on(day),
        from_day=found.from_day,
        until=found.until,
        part_day=found.part_day,
        moved_on=found.moved_on,
        longest_days=found.longest_days,
        probation_end=_probation_end(found, facts, known),
        criteria=tuple(map(said, found.criteria)),
        missing=_missing(found),
    )


def papers_of(journey: Journey, right: Right) -> Mapping[Paper, Trace]:
    """Return the documents that a case shows for a right: received, or facts of its own."""
    shown: dict[Paper, Trace] = {}
    verdicts = journey[VERDICT]
    if verdicts.final_on:
        day = verdicts.final_on[0]
        shown[Paper.KUTIPAN_PUTUSAN] = Trace(event=VerdictPronounced.stored_as, day=day)
    if verdicts.executed_on:
        day = verdicts.executed_on[0]
        shown[Paper.BA_PELAKSANAAN] = Trace(event=VerdictExecuted.stored_as, day=day)
    assessments = journey[CONDUCT].assessments
    if assessments:
        latest = assessments[max(assessments)]
        shown[Paper.ASESMEN_RISIKO] = Trace(event=latest.stored_as, day=latest.effective.day)
    for (of, paper), received in journey[INTEGRATION].papers.items():
        if of is right and isinstance(paper, Paper):
            shown[paper] = Trace(event=received.stored_as, day=received.effective.day)
    return shown


def _probation_end(found: RightFinding, facts: Facts, known: Law) -> date | None:
    ends = dates(facts, known)
    if found.right is not Right.PB or not found.possible or isinstance(ends, Endless):
        return None
    return probation_end(ends.expiry, known, under=known.known_on)


def _missing(found: RightFinding) -> tuple[Paper, ...]:
    return tuple(one.paper for one in found.checklist if one.present is False)


def essence(found: IntegrationAssessed) -> tuple[object, ...]:
    """Return what decides: whether the right can be had, and from which day."""
    return found.possible, found.from_day


def assessed_otherwise(first: IntegrationAssessed, now: IntegrationAssessed) -> Refused:
    """Return what is said of a proposal about which the law finds something else than it did."""
    return found_otherwise(ASSESSED_OTHERWISE, first, now, _in_words)


def _in_words(one: IntegrationAssessed) -> Words:
    if one.possible:
        return f"terbuka mulai {one.from_day}", f"open from {one.from_day}"
    return "tidak terbuka", "not open"


def decide(proposed: IntegrationAssessed, _: Journey) -> Sequence[Event]:
    """Refuse it of anybody who tells it: it is worked out."""
    raise told_by_hand("integration_assessment", proposed.proposal)


def evolve(assessments: Assessments, event: IntegrationAssessed) -> Assessments:
    """Put a finding in the place of the one before it."""
    return Assessments(findings=assessments.findings | {event.proposal: event})


INTEGRATION_ASSESSMENT: Final[Chapter[Assessments, IntegrationAssessed]] = Chapter(
    name="integration_assessment",
    events=(IntegrationAssessed,),
    initial=Assessments(findings={}),
    decide=decide,
    evolve=evolve,
)
