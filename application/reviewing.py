"""Finding what no longer stands once the past is known to have been otherwise.

Each later fact is decided again on the history that it stands in now. What was refused already
before is nobody's news; what is refused now and was not before is to be looked at.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from application.standing import standing
from application.timeline import by_effect
from domain.kernel import Journey, Refused, Stream, is_forgotten
from domain.record import Draft


def newly_unsupported(
    kind: Stream, before: Sequence[Draft], after: Sequence[Draft], since: datetime
) -> tuple[Mapping[str, Refused], Collection[str]]:
    """Return what a stream's history speaks against that it did not, and all that it does now.

    By the events' ids. ``since`` is when the past of ``after`` begins to differ from ``before``.
    """
    then, now = by_effect(standing(before)), by_effect(standing(after))
    same = sum(_is_before(fact, since) for fact in now)
    start = kind.fold(fact.event for fact in now[:same])
    late = [one for one in then if not _is_before(one, since)]
    refused_then = _refused(kind, start, late, opened=_is_opened(kind, then))
    refused_now = _refused(kind, start, now[same:], opened=_is_opened(kind, now))
    told_now = {fact.event_id for fact in after} - {fact.event_id for fact in before}
    fresh = refused_now.keys() - refused_then.keys() - told_now
    return {event: refused_now[event] for event in refused_now if event in fresh}, refused_now


def _is_opened(kind: Stream, facts: Sequence[Draft]) -> bool:
    """Say whether an opening stands; what came before it in time may be told too."""
    return any(isinstance(fact.event, kind.openings) for fact in facts)


def _is_before(fact: Draft, since: datetime) -> bool:
    return fact.event.effective.instant < since


def _refused(
    kind: Stream, journey: Journey, facts: Sequence[Draft], *, opened: bool
) -> Mapping[str, Refused]:
    """Return the facts that would be refused where they stand; never one with gaps in it."""
    found: dict[str, Refused] = {}
    for fact in facts:
        if not is_forgotten(fact.event):
            try:
                if not opened:
                    kind.ensure_opening(fact.event, ())
                kind.chapter_of[type(fact.event)].decide(fact.event, journey)
            except Refused as refused:
                found[fact.event_id] = refused
        journey = kind.evolve(journey, [fact.event])
    return found
