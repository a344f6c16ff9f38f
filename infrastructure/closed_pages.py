"""Pages of which only the envelope is read: no key is asked for, and nothing sealed is opened.

The event of such a page is of its type and has its time of effect; whoever looks for another field
of it, or for the evidence and the reason beside it, meets an `AttributeError`. That is all that a
line of a timeline needs, in a third of the time.
"""

from collections.abc import Sequence
from functools import lru_cache

import orjson

from domain.kernel import Event
from domain.record import Actor, Recorded, StreamId
from domain.time import Effective
from infrastructure.codec import FORMAT, KINDS, Asleep, Unreadable, placed
from infrastructure.event_form import SAME, moment_of

_stream = lru_cache(SAME)(StreamId.of)
_actor = lru_cache(SAME)(Actor)


def closed(page: Asleep) -> Recorded:
    """Return a page in its place, its event closed; raise `Unreadable` where that is unknown."""
    said = orjson.loads(page.state)
    name = said["name"]
    kind, moment = KINDS.get(name), moment_of(said["effective"])
    if kind is None or said["format"] != FORMAT or not isinstance(moment, Effective):
        raise Unreadable(name)
    event: Event = object.__new__(kind)
    vars(event)["effective"] = moment
    envelope = {
        "event": event,
        "stream": _stream(said["stream"]),
        "version": said["version"],
        "event_id": said["event_id"],
        "subject": said["subject"],
        "actor": _actor(**said["actor"]),
        "purpose": said["purpose"],
        "correlation_id": said["correlation_id"],
        "causation_id": said["causation_id"],
        "idempotency_key": said["idempotency_key"],
    }
    return placed(envelope, page)


def all_closed(pages: Sequence[Asleep]) -> list[Recorded]:
    """Return pages closed, as a tail has them woken."""
    return list(map(closed, pages))
