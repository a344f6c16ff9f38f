"""A stream as it took effect: its events in order, and the journey that they lead to."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Final, TypeVar

from application.recent import Recent
from application.standing import standing
from domain.catalogue import ANNOTATIONS, STREAMS
from domain.kernel import Event, Journey, Stream
from domain.record import Draft, Recorded, StreamId

D = TypeVar("D", bound=Draft)

EVENTS_KEPT: Final = 20_000
"""Events whose streams' journeys are kept, so that a case is not folded anew each time.

As many as pages are kept awake (`infrastructure.ledger`): they are those pages' own events, and
0.1 KB of each is what stands here besides. Without their pages they would be 0.5 KB, 10 MB."""


@dataclass(slots=True)
class Timeline:
    """Events in the order of their effect (then of version), and the states they lead to.

    What comes last in time moves the journey on; what comes late folds it anew. ``last_day`` is the
    latest civil day on which an event took effect, each in its own zone. ``ahead`` is how it was
    decided to go on: true once the page with that very event is there, which is not folded again.
    """

    kind: Stream
    events: tuple[Event, ...]
    journey: Journey
    last_day: date = date.min
    ahead: "Timeline | None" = field(default=None, compare=False, repr=False)

    @classmethod
    def of(cls, kind: Stream, history: Sequence[Draft]) -> "Timeline":
        """Return the timeline of a stream, from its pages in the order of their versions."""
        return cls._through(kind, tuple(in_order(history)))

    @classmethod
    def _through(cls, kind: Stream, events: tuple[Event, ...]) -> "Timeline":
        last_day = max((event.effective.day for event in events), default=date.min)
        return cls(kind, events, kind.fold(events), last_day)

    def until(self, proposed: Event) -> "Timeline":
        """Return what had taken effect when the proposed event did: what it is decided on."""
        instant = proposed.effective.instant
        if not self.events or self.events[-1].effective.instant <= instant:
            return self
        return self._through(
            self.kind,
            tuple(event for event in self.events if event.effective.instant <= instant),
        )

    def followed_by(self, event: Event) -> "Timeline":
        """Return the timeline with one event more, which was told last."""
        if self.ahead and self.ahead.ends(self, event):
            return self.ahead
        past = self.until(event)
        if past is self:
            return self.moved_on(event, self.kind.evolve(self.journey, (event,)))
        since = (event, *self.events[len(past.events) :])
        journey = self.kind.evolve(past.journey, since)
        last_day = max(self.last_day, event.effective.day)
        return Timeline(self.kind, (*past.events, *since), journey, last_day)

    def moved_on(self, event: Event, journey: Journey) -> "Timeline":
        """Return the timeline with an event that comes last, and the journey it leads to."""
        last_day = max(self.last_day, event.effective.day)
        return Timeline(self.kind, (*self.events, event), journey, last_day)

    def ends(self, before: "Timeline", event: Event) -> bool:
        """Say whether it is another with this very event after it, told once and told last."""
        return self.events[-1] is event and len(self.events) == len(before.events) + 1


def in_order(history: Sequence[Draft]) -> list[Event]:
    """Return the facts of a stream that stand, in the order in which they took effect."""
    return [page.event for page in by_effect(standing(history))]


def by_effect(facts: Iterable[D]) -> list[D]:
    """Return facts in the order in which they took effect, then of version."""
    return sorted(facts, key=lambda page: page.event.effective.instant)


@dataclass(slots=True)
class Upto:
    """A timeline, and the version and the page up to which it goes."""

    version: int
    last: Recorded
    timeline: Timeline

    def is_of(self, pages: Sequence[Recorded]) -> bool:
        """Say whether these pages begin with those that the timeline goes over."""
        return self.version <= len(pages) and pages[self.version - 1].hash == self.last.hash

    def anew(self, pages: Sequence[Recorded]) -> "Upto":
        """Return it with the events of these pages, if they were woken again since.

        Else the events of a stream would be kept twice: here, and with the pages. Where they say
        something else now, somebody was forgotten while this was folded, and it is folded again.
        """
        last = pages[self.version - 1]
        if last is self.last:
            return self
        upto, timeline = pages[: self.version], self.timeline
        events = tuple(in_order(upto))
        if events == timeline.events:
            timeline = replace(timeline, events=events)
        else:
            timeline = Timeline.of(timeline.kind, upto)
        return Upto(self.version, last, timeline)

    def going_on(self, pages: Sequence[Recorded]) -> Timeline:
        """Return the timeline of these pages, which begin with its own."""
        timeline = self.timeline
        for page in pages[self.version :]:
            if isinstance(page.event, ANNOTATIONS):
                return Timeline.of(timeline.kind, pages)
            timeline = timeline.followed_by(page.event)
        return timeline


class Known:
    """Timelines of streams by the page up to which they go: those of ``most`` events."""

    def __init__(self, most: int = EVENTS_KEPT) -> None:
        self._kept: Recent[StreamId, Upto] = Recent(most, weight=lambda kept: kept.version)

    def timeline(self, stream: StreamId, pages: Sequence[Recorded]) -> Timeline:
        """Return the timeline of these pages, going on from what is known of them."""
        known = self._kept.get(stream)
        if known and pages and known.last is pages[-1]:  # as a rule: nothing has come since
            return known.timeline
        if known and known.is_of(pages):
            timeline = known.anew(pages).going_on(pages)
            if timeline is known.timeline:
                return timeline
        else:
            timeline = Timeline.of(STREAMS[stream.kind], pages)
        if pages:
            self._kept.keep(stream, Upto(len(pages), pages[-1], timeline))
        return timeline

    def clear(self) -> None:
        """Let go of everything."""
        self._kept.clear()
