"""A stream as it took effect: its events in order, and the journey that they lead to."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final, TypeVar

from application.recent import Recent
from application.standing import standing
from domain.catalogue import ANNOTATIONS, STREAMS
from domain.kernel import Event, Journey, Stream
from domain.record import Draft, Recorded, StreamId

D = TypeVar("D", bound=Draft)

EVENTS_KEPT: Final = 50_000
"""Events whose streams' journeys are kept, about 30 MB: a case is not folded anew each time."""


@dataclass(frozen=True, slots=True)
class Timeline:
    """Events in the order of their effect (then of version), and the states they lead to.

    What comes last in time moves the journey on; what comes late folds it anew.
    """

    kind: Stream
    events: tuple[Event, ...]
    journey: Journey

    @classmethod
    def of(cls, kind: Stream, history: Sequence[Draft]) -> "Timeline":
        """Return the timeline of a stream, from its pages in the order of their versions."""
        events = tuple(in_order(history))
        return cls(kind, events, kind.fold(events))

    def until(self, proposed: Event) -> "Timeline":
        """Return what had taken effect when the proposed event did: what it is decided on."""
        instant = proposed.effective.instant
        if not self.events or self.events[-1].effective.instant <= instant:
            return self
        events = tuple(event for event in self.events if event.effective.instant <= instant)
        return Timeline(self.kind, events, self.kind.fold(events))

    def followed_by(self, event: Event) -> "Timeline":
        """Return the timeline with one event more, which was told last."""
        past = self.until(event)
        since = (event, *self.events[len(past.events) :])
        journey = self.kind.evolve(past.journey, since)
        return Timeline(self.kind, (*past.events, *since), journey)


def in_order(history: Sequence[Draft]) -> list[Event]:
    """Return the facts of a stream that stand, in the order in which they took effect."""
    return [page.event for page in by_effect(standing(history))]


def by_effect(facts: Iterable[D]) -> list[D]:
    """Return facts in the order in which they took effect, then of version."""
    return sorted(facts, key=lambda page: page.event.effective.instant)


class Known:
    """Timelines of streams by the hash of the page up to which they go."""

    def __init__(self) -> None:
        self._kept: Recent[StreamId, tuple[int, str, Timeline]] = Recent(
            EVENTS_KEPT, weight=lambda kept: kept[0]
        )

    def timeline(self, stream: StreamId, pages: Sequence[Recorded]) -> Timeline:
        """Return the timeline of these pages, going on from what is known of them."""
        if not pages:
            return Timeline.of(STREAMS[stream.kind], ())
        known, now = self._kept.get(stream), (len(pages), pages[-1].hash)
        if known and known[0] <= len(pages) and pages[known[0] - 1].hash == known[1]:
            version, _, timeline = known
        else:
            version, timeline = len(pages), Timeline.of(STREAMS[stream.kind], pages)
        if any(isinstance(page.event, ANNOTATIONS) for page in pages[version:]):
            timeline = Timeline.of(STREAMS[stream.kind], pages)
        else:
            for page in pages[version:]:
                timeline = timeline.followed_by(page.event)
        if known is None or known[:2] != now:
            self._kept.keep(stream, (*now, timeline))
        return timeline

    def clear(self) -> None:
        """Let go of everything."""
        self._kept.clear()
