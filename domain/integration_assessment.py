"""What the law finds about a right that is proposed, recorded beside the proposal.

Conditions of a right refuse nothing: a unit may propose what the law finds not to be open, and the
reasons stand next to it (UU 22/2022 art. 10 leaves the decision to the minister). The finding is
made from the case as it stood on the proposal's day, by the texts known and in force on that day,
and stays so when the law changes afterwards. Nobody writes one: it is brought about by the proposal
(`domain.consequences`), and one that is not what the law finds is refused. Where a fact before it
is corrected, it is no longer what the law finds, and a review item says so.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Final

from domain.conduct import CONDUCT
from domain.fields import Days, Line, Ref
from domain.integration import INTEGRATION, IntegrationProposed
from domain.kernel import Chapter, Event, Journey, Open, Refused, Specific, Value, is_forgotten
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
    from_day: Open[date | None]
    until: Open[date | None]
    part_day: Open[date | None]
    moved_on: Open[date | None]
    longest_days: Open[Days | None]
    probation_end: Open[date | None]
    criteria: Specific[tuple[CriterionSaid, ...]]
    missing: Specific[tuple[Paper, ...]]


class Assessments(Value):
    """What was found, by the proposal's key."""

    findings: dict[str, IntegrationAssessed]


def assessed(proposed: IntegrationProposed, journey: Journey) -> IntegrationAssessed | None:
    """Return what the law finds about a proposal, on its day and by the texts known then.

    `None` where a sentence ends beyond the calendar: then nothing is found.
    """
    try:
        return _assessed(proposed, journey)
    except OverflowError:
        return None


def _assessed(proposed: IntegrationProposed, journey: Journey) -> IntegrationAssessed:
    day = proposed.effective.day
    known = LAW.as_known(day)
    facts = facts_of(journey)
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


def decide(proposed: IntegrationAssessed, journey: Journey) -> Sequence[Event]:
    """Admit what the law finds about the proposal, and nothing else."""
    course = journey[INTEGRATION].proposals.get(proposed.proposal)
    asked = course.asked if course else None
    if asked is None or asked.effective != proposed.effective:
        raise Refused(
            "integration_assessment.of_nothing",
            article="Kaidah Jejak: urutan kejadian",
            because=(
                f"tidak ada usulan {proposed.proposal} pada hari itu",
                f"there is no proposal {proposed.proposal} of that day",
            ),
        )
    if not is_forgotten(proposed) and proposed != assessed(asked, journey):
        raise Refused(
            "integration_assessment.otherwise",
            article="Kaidah Jejak: hukum menurut tanggal",
            because=(
                "hukum menemukan hal lain menurut catatan perkara ini",
                "by the record of this case, the law finds something else",
            ),
        )
    return [proposed]


def evolve(assessments: Assessments, event: IntegrationAssessed) -> Assessments:
    """Keep the finding with its proposal."""
    return Assessments(findings=assessments.findings | {event.proposal: event})


INTEGRATION_ASSESSMENT: Final[Chapter[Assessments, IntegrationAssessed]] = Chapter(
    name="integration_assessment",
    events=(IntegrationAssessed,),
    initial=Assessments(findings={}),
    decide=decide,
    evolve=evolve,
)
