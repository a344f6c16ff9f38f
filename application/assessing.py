"""What the law finds is written down beside what is proposed, and anew when the past has changed.

It is worked out at the end of a deliberation, from the case as it then stands: for what was
proposed or applied just now, and, where a fact was told late or corrected, for all that came after.
What would read the same is not written again. Where the law comes to find something else than it
did, the proposal is to be looked at, until it finds the same again or the proposal is gone.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from application.holidays import law_for
from application.standing import review_of, standing
from application.timeline import by_effect
from domain import integration_assessment, remisi_assessment
from domain.assessment import OTHERWISE
from domain.catalogue import CASE
from domain.custody import CUSTODY
from domain.integration import INTEGRATION, IntegrationProposed
from domain.integration_assessment import INTEGRATION_ASSESSMENT, IntegrationAssessed
from domain.kernel import Event, Journey, Refused, is_forgotten
from domain.law.case_facts import UNTOLD_NATIONALITY
from domain.person import PERSON
from domain.record import Draft, StreamId
from domain.remisi import REMISI, RemisiApplied, RemisiProposed
from domain.remisi_assessment import REMISI_ASSESSMENT, AssessedAt, RemisiAssessed
from domain.review import ReviewOutcome

if TYPE_CHECKING:
    from application.deliberation import Deliberation, Strand

STEPS: Final = (RemisiProposed, RemisiApplied, IntegrationProposed)


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What the law finds at a step: ``told`` is what stands of it so far.

    ``otherwise`` is why the proposal is to be looked at, where it is not what it was at first.
    """

    now: Event
    told: Event | None
    otherwise: Refused | None


def assess(deliberation: "Deliberation") -> None:
    """Write what the law finds on every case in which something was added."""
    for strand in list(deliberation.strands.values()):
        if strand.stream.kind == CASE.name and strand.added:
            for fact in list(_due(strand)):
                _assess(deliberation, strand, fact)


def _due(strand: "Strand") -> Iterator[Draft]:
    """Yield the steps of proposals on which the law is asked, in the order of their effect."""
    if strand.disturbed is None and not any(isinstance(one.event, STEPS) for one in strand.added):
        return
    added = {page.event_id for page in strand.added}
    for fact in by_effect(standing(strand.pages)):
        if not isinstance(fact.event, STEPS) or is_forgotten(fact.event):
            continue
        late = strand.disturbed and fact.event.effective.instant >= strand.disturbed
        if late or fact.event_id in added:
            yield fact


def _assess(deliberation: "Deliberation", strand: "Strand", fact: Draft) -> None:
    journey = strand.timeline.until(fact.event).journey
    try:
        match fact.event:
            case RemisiProposed() | RemisiApplied() as step:
                found = _of_remisi(deliberation, strand, step, journey)
            case IntegrationProposed() as step:
                found = _of_integration(deliberation, strand, step, journey)
            case _:
                return
    except OverflowError:
        return  # a sentence beyond the end of the calendar: nothing is found on it
    if found is None:
        return
    if found.told is None or replace(found.told, effective=found.now.effective) != found.now:
        deliberation.tell(strand.stream, found.now, cause=fact.event_id)
    _watch(deliberation, strand, fact, found.otherwise)


def _of_remisi(
    deliberation: "Deliberation",
    strand: "Strand",
    step: RemisiProposed | RemisiApplied,
    journey: Journey,
) -> Finding | None:
    proposal = journey[REMISI].proposals.get(step.proposal)
    if proposal is None or proposal.asked is None:
        return None
    law = law_for(deliberation, journey, proposal.asked)
    now = remisi_assessment.remisi_assessed(proposal.asked, step, journey, law)
    first = _first_found(strand, now, now.at)
    today = strand.timeline.journey
    course = today[REMISI].proposals[now.proposal]
    over = course.cancelled is not None or course.turned_down
    superseded = course.applied is not None and isinstance(step, RemisiProposed)
    differs = remisi_assessment.essence(first) != remisi_assessment.essence(now)
    looked_at = differs and not (over or superseded)
    proposed = _first_found(strand, now, AssessedAt.PROPOSED)
    issued = course.sk.effective if course.sk else None
    if now.at is AssessedAt.APPLIED and remisi_assessment.lost_on_the_way(proposed, now, issued):
        first, looked_at = proposed, not over
    return Finding(
        now=now,
        told=today[REMISI_ASSESSMENT].of(now.at).get(now.proposal),
        otherwise=remisi_assessment.assessed_otherwise(first, now) if looked_at else None,
    )


def _first_found(strand: "Strand", now: RemisiAssessed, at: AssessedAt) -> RemisiAssessed:
    """Return what was found first on a proposal at a step; ``now`` where nothing was."""
    found = (page.event for page in strand.pages if isinstance(page.event, RemisiAssessed))
    of_it = (one for one in found if (one.proposal, one.at) == (now.proposal, at))
    return next(of_it, now)


def _of_integration(
    deliberation: "Deliberation", strand: "Strand", step: IntegrationProposed, journey: Journey
) -> Finding:
    nationality = _nationality(deliberation, journey)
    now = integration_assessment.assessed(step, journey, nationality=nationality)
    first = next(
        (
            page.event
            for page in strand.pages
            if isinstance(page.event, IntegrationAssessed) and page.event.proposal == now.proposal
        ),
        now,
    )
    today = strand.timeline.journey
    course = today[INTEGRATION].proposals[now.proposal]
    over = course.declined is not None or course.revoked is not None or course.ended is not None
    differs = integration_assessment.essence(first) != integration_assessment.essence(now)
    looked_at = differs and not over
    return Finding(
        now=now,
        told=today[INTEGRATION_ASSESSMENT].findings.get(now.proposal),
        otherwise=integration_assessment.assessed_otherwise(first, now) if looked_at else None,
    )


def _nationality(deliberation: "Deliberation", journey: Journey) -> str:
    """Return what the person's record says; of whom there is none, what the case takes for so."""
    person = journey[CUSTODY].person
    if person:
        record = deliberation.strand(StreamId(kind="person", key=person)).timeline.journey
        registered = record[PERSON].registered
        if registered:
            return registered.nationality
    return UNTOLD_NATIONALITY


def _watch(
    deliberation: "Deliberation", strand: "Strand", fact: Draft, otherwise: Refused | None
) -> None:
    """Have somebody look at a proposal on which the law finds something else than at first."""
    item = review_of(strand.pages).open_on(fact.event_id)
    cause = strand.added[-1].event_id
    if otherwise:
        if item is None:
            deliberation.raise_item(strand, fact.event_id, otherwise, cause)
    elif item is not None and item.raised.code in OTHERWISE:
        key = item.raised.item
        deliberation.resolve_item(strand, key, ReviewOutcome.STANDS_AGAIN, cause)
