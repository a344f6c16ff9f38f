"""The facts of a stream as they stand: its pages, less what was corrected away, in today's words.

Every fold begins here, of a journey or of a row, so that no chapter and no projection knows that
there are corrections. A corrected fact keeps its page's place, so that facts of one instant stay in
the order in which they were first told. What was worked out about a fact falls with it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import TypeVar

from domain.assessment import WORKED_OUT
from domain.catalogue import ANNOTATIONS
from domain.correction import (
    CORRECTION,
    CorrectionApproved,
    CorrectionProposed,
    Corrections,
    stands,
)
from domain.record import Draft
from domain.review import REVIEW, Review

D = TypeVar("D", bound=Draft)


def standing(pages: Sequence[D]) -> Sequence[D]:
    """Return the facts among a stream's pages, as far as these pages tell, in their order.

    To ask it again of what it returned changes nothing.
    """
    if not any(isinstance(page.event, ANNOTATIONS) for page in pages):
        return pages
    now = stands([page.event for page in pages if isinstance(page.event, CorrectionApproved)])
    contents = {
        page.event_id: page.event.content
        for page in pages
        if isinstance(page.event, CorrectionProposed)
    }
    facts = []
    for page in pages:
        if isinstance(page.event, ANNOTATIONS):
            continue
        by = now.get(page.event_id, page.event_id)
        if isinstance(page.event, WORKED_OUT) and now.get(page.causation_id or "", "") is None:
            continue
        if by == page.event_id:
            facts.append(page)
        elif by is not None:
            facts.append(replace(page, event=contents[by]))
    return facts


def corrections_of(pages: Iterable[Draft]) -> Corrections:
    """Return the corrections that a stream's pages tell of."""
    return CORRECTION.fold(page.event for page in pages)


def review_of(pages: Iterable[Draft]) -> Review:
    """Return what is to be looked at in a stream, and what was."""
    return REVIEW.fold(page.event for page in pages)
