"""Finding what no longer stands once the past is known to have been otherwise.

Each later fact is decided again on the history that it stands in now. What was refused already
before is nobody's news; what is refused now and was not before is to be looked at.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime

from application.standing import standing
from application.timeline import by_effect
from domain.kernel import Refused, Stream, is_forgotten
from domain.record import Draft


def unsupported(kind: Stream, pages: Sequence[Draft], since: datetime) -> Mapping[str, Refused]:
    """Return the facts of a stream that its own history speaks against, by their events' ids.

    Only those are decided again that took effect at ``since`` or later, and of which nothing was
    forgotten.
    """
    journey, found = kind.begin(), dict[str, Refused]()
    for page in by_effect(standing(pages)):
        event = page.event
        if event.effective.instant >= since and not is_forgotten(event):
            try:
                kind.chapter_of[type(event)].decide(event, journey)
            except Refused as refused:
                found[page.event_id] = refused
        journey = kind.evolve(journey, [event])
    return found
