"""What the law finds is written down beside what is proposed, and anew when the past has changed.

It is worked out at the end of a deliberation, from the case as it then stands: for what was
proposed or applied just now, and, where a fact was told late or corrected, for all that came after.
What would read the same is not written again. Where the law comes to find something else than it
did, the proposal is to be looked at, until it finds the same again or the proposal is gone.
"""

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from application.holidays import law_for
from application.standing import review_of, standing
from application.timeline import by_effect
from domain.catalogue import CASE
from domain.kernel import is_forgotten
from domain.record import Draft
from domain.remisi import REMISI, RemisiApplied, RemisiProposed
from domain.remisi_assessment import (
    ASSESSED_OTHERWISE,
    REMISI_ASSESSMENT,
    RemisiAssessed,
    assessed_otherwise,
    essence,
    remisi_assessed,
)
from domain.review import ReviewOutcome

if TYPE_CHECKING:
    from application.deliberation import Deliberation, Strand

STEPS: Final = (RemisiProposed, RemisiApplied)


def assess(deliberation: "Deliberation") -> None:
    """Write what the law finds on every case in which something was added."""
    for strand in list(deliberation.strands.values()):
        if strand.stream.kind == CASE.name and strand.added:
            for fact in list(_due(strand)):
                _assess(deliberation, strand, fact)


def _due(strand: "Strand") -> Iterator[Draft]:
    """Yield the steps of proposals on which the law is asked, in the order of their effect."""
    added = {page.event_id for page in strand.added}
    if strand.disturbed is None and not any(isinstance(one.event, STEPS) for one in strand.added):
        return
    for fact in by_effect(standing(strand.pages)):
        if not isinstance(fact.event, STEPS) or is_forgotten(fact.event):
            continue
        late = strand.disturbed and fact.event.effective.instant >= strand.disturbed
        if late or fact.event_id in added:
            yield fact


def _assess(deliberation: "Deliberation", strand: "Strand", fact: Draft) -> None:
    step = fact.event
    assert isinstance(step, RemisiProposed | RemisiApplied)  # noqa: S101  # so `_due` gives them
    journey = strand.timeline.until(step).journey
    proposal = journey[REMISI].proposals.get(step.proposal)
    if proposal is None or proposal.asked is None:
        return
    try:
        law = law_for(deliberation, journey, proposal.asked)
        now = remisi_assessed(proposal.asked, step, journey, law)
    except OverflowError:
        return  # a sentence beyond the end of the calendar: nothing is found on it
    found = _found(strand, now)
    if found is None or replace(found, effective=now.effective) != now:
        deliberation.tell(strand.stream, now, cause=fact.event_id)
    _watch(deliberation, strand, fact, now)


def _found(strand: "Strand", now: RemisiAssessed) -> RemisiAssessed | None:
    """Return the finding at this step as it stands so far."""
    told = strand.timeline.journey[REMISI_ASSESSMENT]
    return told.of(now.at).get(now.proposal)


def _watch(
    deliberation: "Deliberation", strand: "Strand", fact: Draft, now: RemisiAssessed
) -> None:
    """Have somebody look at a proposal on which the law finds something else than at first."""
    first = next(
        page.event
        for page in strand.pages
        if isinstance(page.event, RemisiAssessed)
        and (page.event.proposal, page.event.at) == (now.proposal, now.at)
    )
    assert isinstance(first, RemisiAssessed)  # noqa: S101  # just filtered
    proposal = strand.timeline.journey[REMISI].proposals[now.proposal]
    over = proposal.cancelled is not None or proposal.turned_down
    superseded = proposal.applied is not None and isinstance(fact.event, RemisiProposed)
    item = review_of(strand.pages).open_on(fact.event_id)
    if essence(first) != essence(now) and not (over or superseded):
        if item is None:
            refused = assessed_otherwise(first, now)
            deliberation.raise_item(strand, fact.event_id, refused, strand.added[-1].event_id)
    elif item is not None and item.raised.code == ASSESSED_OTHERWISE:
        cause = strand.added[-1].event_id
        key = item.raised.item
        deliberation.resolve_item(strand, key, ReviewOutcome.STANDS_AGAIN, cause)
