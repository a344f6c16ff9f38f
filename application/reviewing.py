"""Finding what no longer stands once the past is known to have been otherwise.

Each later fact is decided again on the history that it stands in now, and what it brings about in
other streams is worked out again. What was so already before is nobody's news; what is refused now
and was not, or would bring about something else than it did, is to be looked at.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from application.standing import standing
from application.timeline import by_effect
from domain.assessment import WORKED_OUT
from domain.catalogue import STREAMS
from domain.consequences import Consequence, consequences
from domain.kernel import Event, Journey, Refused, is_forgotten
from domain.record import Draft
from domain.review import brings_about_otherwise


@dataclass(frozen=True, slots=True)
class Looked:
    """One fact as it is decided in its place: what speaks against it, and what it brings about."""

    event: Event
    refused: Refused | None
    brings: Sequence[Consequence]


def newly_unsupported(
    before: Sequence[Draft], after: Sequence[Draft], since: datetime, watched: Collection[str]
) -> tuple[Mapping[str, Refused], Collection[str]]:
    """Return what a stream's history speaks against that it did not, and all that it does now.

    By the events' ids. ``since`` is when the past of ``after`` begins to differ from ``before``;
    ``watched`` are facts on which an item is open.
    """
    then, now = _looked_at(before, since), _looked_at(after, since)
    told_now = {page.event_id for page in after} - {page.event_id for page in before}
    unsupported = {event: one.refused for event, one in now.items() if one.refused}
    for event, one in now.items():
        earlier = then.get(event)
        if earlier is None or one.refused or earlier.event != one.event:
            continue
        looked = event in watched or earlier.brings != one.brings
        if looked and one.brings != _brought(event, after, earlier):
            unsupported[event] = brings_about_otherwise()
    fresh = {
        event: refused
        for event, refused in unsupported.items()
        if event not in told_now and _is_news(then.get(event), refused, now[event])
    }
    return fresh, unsupported.keys()


def _is_news(then: Looked | None, refused: Refused, now: Looked) -> bool:
    """Say whether what speaks against a fact now did not do so before."""
    if then is None or now.refused:
        return then is None or then.refused is None
    return then.brings != now.brings


def _looked_at(pages: Sequence[Draft], since: datetime) -> Mapping[str, Looked]:
    """Return the facts that took effect since then as they would be decided where they stand.

    Nothing is asked of what has gaps in it, nor of what came before an opening that stands.
    """
    if not pages:
        return {}
    kind, found = STREAMS[pages[0].stream.kind], dict[str, Looked]()
    facts = by_effect(standing(pages))
    opened = any(isinstance(fact.event, kind.openings) for fact in facts)
    journey = kind.begin()
    for fact in facts:
        event = fact.event
        told = not isinstance(event, WORKED_OUT)
        if told and event.effective.instant >= since and not is_forgotten(event):
            refused = None
            try:
                if not opened:
                    kind.ensure_opening(event, ())
                kind.chapter_of[type(event)].decide(event, journey)
            except Refused as no:
                refused = no
            found[fact.event_id] = Looked(event, refused, _brings(fact, journey))
        journey = kind.evolve(journey, [event])
    return found


def _brings(fact: Draft, journey: Journey) -> Sequence[Consequence]:
    try:
        return tuple(consequences(fact.stream, fact.event, journey))
    except Refused:
        return ()


def _brought(event_id: str, pages: Sequence[Draft], earlier: Looked) -> Sequence[Consequence]:
    """Return what a fact brought about when it was told: by what was known and stood then.

    Of one that was corrected since, what it brought about before this write.
    """
    (told,) = [page for page in pages if page.event_id == event_id]
    if told.event != earlier.event:
        return earlier.brings
    known = standing([page for page in pages if page.version < told.version])
    instant = told.event.effective.instant
    past = [one.event for one in by_effect(known) if one.event.effective.instant <= instant]
    return _brings(told, STREAMS[told.stream.kind].fold(past))
