"""A stream as it was at one time, as it was known at another: the fold of what was recorded."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from application.ledger import Ledger
from application.standing import standing
from application.timeline import by_effect
from domain.catalogue import STREAMS
from domain.kernel import Event, Journey, Refused, Value
from domain.record import Recorded, StreamId


class Moment(Value):
    """When something was so, and by when we knew it; `None` is now, with what is still to come.

    ``valid_at`` is an instant, or a day to its end in the zone of the unit that each event names.
    """

    valid_at: date | datetime | None
    known_at: datetime | None


NOW = Moment(valid_at=None, known_at=None)


class History(Value):
    """The facts of one stream that hold at a moment, in the order in which they took effect.

    ``known`` are all pages known by then, in the order of their versions; ``version`` and
    ``position`` are those of the last one, 0 where there is none.
    """

    stream: StreamId
    pages: tuple[Recorded, ...]
    known: tuple[Recorded, ...]
    version: int
    position: int

    @property
    def journey(self) -> Journey:
        """Return the states of all chapters."""
        return STREAMS[self.stream.kind].fold(page.event for page in self.pages)


@dataclass(frozen=True, slots=True)
class Journeys:
    """Reads streams back at two times. ``now`` gives an aware instant."""

    ledger: Ledger
    now: Callable[[], datetime]

    def __call__(self, stream: StreamId, moment: Moment = NOW) -> History:
        """Return a stream's history; raise `Refused` where ``known_at`` lies in the future."""
        last = self.position(moment.known_at)
        known = [page for page in self.ledger.read(stream) if last is None or page.position <= last]
        return History(
            stream=stream,
            pages=tuple(in_effect(standing(known), moment.valid_at)),
            known=tuple(known),
            version=known[-1].version if known else 0,
            position=known[-1].position if known else 0,
        )

    def position(self, known_at: datetime | None) -> int | None:
        """Return the last position that was known by then; `None` is all of them.

        Raises `Refused` for an instant in the future.
        """
        if known_at is None:
            return None
        if known_at > self.now():
            raise Refused(
                "journey.known_at_in_future",
                article="Kaidah Jejak: dua waktu",
                because=(
                    "apa yang akan diketahui nanti belum dapat ditanyakan",
                    "what will be known later cannot be asked yet",
                ),
                field="known_at",
            )
        return self.ledger.position_at(known_at)


def in_effect(facts: Sequence[Recorded], valid_at: date | datetime | None) -> Sequence[Recorded]:
    """Return the facts in effect by then, in the order in which they took effect."""
    ordered = by_effect(facts)
    return [page for page in ordered if valid_at is None or holds(page.event, valid_at)]


def holds(event: Event, valid_at: date | datetime) -> bool:
    """Say whether a fact had taken effect by an instant, or by the end of a day in its own zone."""
    if isinstance(valid_at, datetime):
        return event.effective.instant <= valid_at
    return event.effective.day <= valid_at
