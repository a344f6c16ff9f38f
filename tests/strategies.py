"""Events of every kind for the laws, made from the types that the chapters declare.

Two manners. The small one draws from pools of a few values, so that references meet, days collide
and chapters admit something; the wild one draws whatever a type allows. `histories` are what random
walks through `decide` arrived at: deep ones, so that a law is tried on more than beginnings.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import date, datetime, time, timedelta, timezone
from functools import cache, partial
from random import Random
from typing import Any, TypeVar

from hypothesis import strategies as st

from api.event_examples import example
from domain.batch_list import HAND
from domain.catalogue import EVENTS
from domain.kernel import Event, Pattern, Refused, Stream, Value
from domain.shape import (
    AnyEvent,
    Choice,
    Day,
    Flag,
    Listed,
    Many,
    Maybe,
    Part,
    Shape,
    Text,
    Whole,
    payload_shapes,
)
from domain.time import Effective, Zone

T = TypeVar("T")
Choose = Callable[[Sequence[T]], T]
"""Picks one of several: `Random.choice`, or a draw that Hypothesis can shrink."""
Drawn = Callable[[Choose[Any]], Any]

DAYS = tuple(
    date.fromisoformat(day)
    for day in (
        "2025-06-30",
        "2025-07-01",
        "2025-07-31",
        "2025-08-01",
        "2025-08-17",
        "2025-09-30",
        "2026-08-17",
    )
)
BORN = date(1990, 5, 17)
NUMBERS = (1, 2, 3, 6, 12, 30, 2025)
NOON = time(12)
STEPS = 20
TRIES = 800


@cache
def codes(pattern: Pattern) -> tuple[str, ...]:
    """The example of a pattern, and one that differs from it in the last sign.

    More of those who sign: each step of a batch is taken by other hands.
    """
    others = (pattern.example[:-1] + sign for sign in "23456789AB")
    fitting = (code for code in others if re.fullmatch(pattern.regex, code))
    return tuple(dict.fromkeys((pattern.example, *fitting)))[: 11 if pattern is HAND else 2]


@cache
def drawing(field: str, shape: Shape) -> Drawn:  # noqa: C901, PLR0911
    """What draws a value of this shape from small pools. Most that is drawn, a walk throws away."""
    match shape:
        case Text(pattern=Pattern() as pattern):
            return partial(of, codes(pattern))
        case Text():
            return partial(of, (example(field, shape), "Ñurul, S.Pd."))
        case Whole():
            fitting = [n for n in NUMBERS if shape.least <= n <= shape.most]
            return partial(of, (*fitting, shape.least))
        case Flag():
            return partial(of, (True, False))
        case Day():
            return partial(of, (*DAYS, BORN))
        case Choice():
            return partial(of, tuple(shape.kind))
        case Listed():
            return partial(of, shape.values)
        case Part():
            return lambda choose: shape.kind(**content(shape.kind, choose))
        case Many():
            least = shape.length.least if shape.length else 0
            lengths, item = (least, least + 1, least + 2), drawing(field, shape.of)
            return lambda choose: tuple([item(choose) for _ in range(choose(lengths))])
        case Maybe():
            inner = drawing(field, shape.of)
            return lambda choose: inner(choose) if choose((True, True, False)) else None
        case AnyEvent():
            return lambda choose: one(choose(EVENTS), choose)


def of(pool: Sequence[T], choose: Choose[T]) -> T:
    return choose(pool)


@cache
def drawings(value: type[Value]) -> tuple[tuple[str, Drawn], ...]:
    shapes = payload_shapes(value)
    return tuple((field, drawing(field, shape)) for field, shape in shapes.items())


def content(value: type[Value], choose: Choose[Any]) -> dict[str, Any]:
    return {field: drawn(choose) for field, drawn in drawings(value)}


def when(choose: Choose[Any], days: Sequence[date] = DAYS) -> Effective:
    day, zone = choose(days), choose((Zone.WIB, Zone.WIB, Zone.WITA))
    if choose((True, True, False)):
        return Effective.on(day, zone)
    return Effective.since(datetime.combine(day, NOON, zone.offset), zone)


def one(kind: type[Event], choose: Choose[Any], days: Sequence[date] = DAYS) -> Event:
    return kind(effective=when(choose, days), **content(kind, choose))


# Made once each: Hypothesis validates a new strategy at each draw, for longer than it draws.


@cache
def place_among(several: int) -> st.SearchStrategy[int]:
    return st.sampled_from(range(several))


@cache
def event(kind: type[Event]) -> st.SearchStrategy[Event]:
    """An event of one type, from small pools."""

    @st.composite
    def drawn(draw: st.DrawFn) -> Event:
        return one(kind, lambda several: several[draw(place_among(len(several)))])

    return drawn()


@cache
def events_of(stream: Stream) -> st.SearchStrategy[Event]:
    """An event of any type of a stream, from small pools."""
    return st.sampled_from(list(stream.chapter_of)).flatmap(event)


def answer(stream: Stream, history: Sequence[Event], proposed: Event) -> Sequence[Event]:
    """What a stream says to a proposal at its own time of effect."""
    instant = proposed.effective.instant
    past = [event for event in history if event.effective.instant <= instant]
    return stream.decide(proposed, past)


def recorded(history: Sequence[Event], events: Sequence[Event]) -> list[Event]:
    """A history with more events, in the order in which they took effect."""
    return sorted([*history, *events], key=lambda event: event.effective.instant)


class Walker:
    """Walks at random through a stream, and prefers what its walks have seldom met.

    A walk sets out where an earlier one met a rare type of event, and proposes events of the
    chapter of that type, of the stream's first chapter (where it begins) and of one more.
    """

    def __init__(self, stream: Stream) -> None:
        self.stream = stream
        self.random = Random(stream.name)  # noqa: S311  # the same walks in every run, no secret
        self.met: Counter[type[Event]] = Counter()
        self.arrivals: dict[type[Event], list[Event]] = {}
        self.refusals: dict[str, tuple[Refused, Event]] = {}

    def walk(self) -> list[Event]:
        history = self._start()
        journey = self.stream.fold(history)
        kinds = self._kinds(history)
        for _ in range(TRIES):
            proposed = self._proposed(kinds, history)
            try:
                # Most are refused here, which spares the fold of the past.
                self.stream.chapter_of[type(proposed)].decide(proposed, journey)
                admitted = answer(self.stream, history, proposed)
            except Refused as refusal:
                self.refusals.setdefault(refusal.code, (refusal, proposed))
                continue
            if admitted:
                history = recorded(history, admitted)
                journey = self.stream.fold(history)
                self._arrived(history, admitted)
            if len(history) > STEPS:
                break
        return history

    def _start(self) -> list[Event]:
        if not self.arrivals or self.random.random() < 0.3:
            return []
        return self.arrivals[self._seldom(list(self.arrivals))]

    def _kinds(self, history: Sequence[Event]) -> list[type[Event]]:
        first, *_ = chapters = self.stream.chapters
        seldom = self.stream.chapter_of[self._seldom(list(self.stream.chapter_of))]
        rare = [self.stream.chapter_of[type(event)] for event in history[-1:]]
        visited = dict.fromkeys([first, seldom, *rare, self.random.choice(chapters)])
        return [kind for chapter in visited for kind in chapter.events]

    def _proposed(self, kinds: Sequence[type[Event]], history: Sequence[Event]) -> Event:
        latest = history[-1].effective.day if history else DAYS[0]
        days = [day for day in DAYS if day >= latest][:2]
        if not days or self.random.random() < 0.1:
            days = list(DAYS)
        return one(self._seldom(kinds), self.random.choice, days)

    def _arrived(self, history: list[Event], admitted: Sequence[Event]) -> None:
        for kind in map(type, admitted):
            self.met[kind] += 1
            if len(history) < STEPS * 3 / 4:
                self.arrivals[kind] = history

    def _seldom(self, kinds: Sequence[type[Event]]) -> type[Event]:
        return self.random.choices(kinds, [(1 + self.met[kind]) ** -2 for kind in kinds])[0]


@cache
def travels(stream: Stream) -> tuple[tuple[list[Event], ...], dict[str, tuple[Refused, Event]]]:
    """The same random walks in every run; and by its code each refusal met, with its proposal."""
    walker = Walker(stream)
    walks = tuple(walker.walk() for _ in range(20 + 8 * len(stream.chapters)))
    return walks, walker.refusals


def walks(stream: Stream) -> tuple[list[Event], ...]:
    return travels(stream)[0]


@st.composite
def histories(draw: st.DrawFn, stream: Stream) -> list[Event]:
    """How far one of the walks had come."""
    arrived = draw(st.sampled_from(walks(stream)))
    return arrived[: draw(st.integers(0, len(arrived)))]


@cache
def wild(shape: Shape) -> st.SearchStrategy[Any]:  # noqa: C901, PLR0911
    """Whatever a shape allows and a form lets through unchanged."""
    match shape:
        case Text(pattern=Pattern() as pattern):
            return st.from_regex(re.compile(pattern.regex, re.ASCII), fullmatch=True)
        case Text():
            least, most = (shape.length.least, shape.length.most) if shape.length else (0, 200)
            return WORDS.filter(lambda words: least <= len(words) <= most)
        case Whole():
            return st.integers(shape.least, shape.most)
        case Flag():
            return st.booleans()
        case Day():
            return WILD_DAYS
        case Choice():
            return st.sampled_from(shape.kind)
        case Listed():
            return st.sampled_from(shape.values)
        case Part():
            return st.builds(shape.kind, **wild_content(shape.kind))
        case Many():
            least, most = (shape.length.least, shape.length.most) if shape.length else (0, 5)
            items = st.lists(wild(shape.of), min_size=least, max_size=min(most, least + 5))
            return items.map(tuple)
        case Maybe():
            return st.none() | wild(shape.of)
        case AnyEvent():
            return st.sampled_from(EVENTS).flatmap(wild_event)


def wild_content(value: type[Value]) -> dict[str, st.SearchStrategy[Any]]:
    return {field: wild(shape) for field, shape in payload_shapes(value).items()}


@cache
def wild_event(kind: type[Event]) -> st.SearchStrategy[Event]:
    """An event with whatever its types allow."""
    return st.builds(kind, effective=WILD_TIMES, **wild_content(kind))


WORDS = st.text(
    st.characters(exclude_categories=("Cc", "Cf", "Cs", "Zl", "Zp")), min_size=1, max_size=200
).map(lambda words: unicodedata.normalize("NFC", words).strip())
WILD_DAYS = st.dates(date(1900, 1, 1), date(2199, 12, 31))
WILD_TIMES = st.builds(Effective.on, WILD_DAYS, st.sampled_from(Zone)) | st.builds(
    Effective.since,
    st.datetimes(
        datetime(1901, 1, 1),  # noqa: DTZ001  # Hypothesis adds the offset
        datetime(2199, 1, 1),  # noqa: DTZ001
        timezones=st.integers(-12, 14).map(lambda hours: timezone(timedelta(hours=hours))),
    ),
    st.sampled_from(Zone),
)
