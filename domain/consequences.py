"""What an event in one stream brings about in another, decided and written together with it."""

from collections.abc import Sequence

from domain.kernel import Event, Journey
from domain.record import StreamId


def consequences(
    stream: StreamId, event: Event, before: Journey
) -> Sequence[tuple[StreamId, Event]]:
    """Return proposals for other streams; ``before`` is the event's own journey without it."""
    return ()
