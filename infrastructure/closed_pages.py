"""Pages of which only the envelope is read: no key is asked for, and nothing sealed is opened.

The event of such a page is of its type and has its time of effect; whoever looks for another field
of it, or for the evidence and the reason beside it, meets an `AttributeError`. That is all that a
line of a timeline needs, in a third of the time.
"""

from collections.abc import Sequence

import orjson

from domain.kernel import Event
from domain.record import Recorded
from domain.time import Effective
from infrastructure.codec import FORMAT, KINDS, Asleep, Unreadable, envelope_of, placed
from infrastructure.event_form import moment_of


def closed(page: Asleep) -> Recorded:
    """Return a page in its place, its event closed; raise `Unreadable` where that is unknown."""
    said = orjson.loads(page.state)
    name = said["name"]
    kind, moment = KINDS.get(name), moment_of(said["effective"])
    if kind is None or said["format"] != FORMAT or not isinstance(moment, Effective):
        raise Unreadable(name)
    event: Event = object.__new__(kind)
    vars(event)["effective"] = moment
    return placed({**envelope_of(said), "event": event}, page)


def all_closed(pages: Sequence[Asleep]) -> list[Recorded]:
    """Return pages closed, as a tail has them woken."""
    return list(map(closed, pages))
