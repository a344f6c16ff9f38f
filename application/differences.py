"""What differs between two states, field by field, and what each page of a stream changed.

A place in a state is a JSON pointer (RFC 6901) into it as an answer shows it. States are compared
as the values that they are: what two of them share is the same object and is not looked into, so
that the steps of a long history cost what they changed and not what there was.
"""

from bisect import bisect_right
from collections import defaultdict, deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime
from enum import Enum
from itertools import pairwise, zip_longest
from typing import Any, Final

from application.journeys import in_effect
from application.standing import standing
from domain.catalogue import ANNOTATIONS, STREAMS
from domain.correction import CorrectionApproved
from domain.kernel import FORGOTTEN, Journey, Stream, Value
from domain.record import Recorded

Plain = Callable[[Any], Any]
"""Turns a value into what JSON has for it: texts, numbers, lists, objects."""

ABSENT: Final = object()
ANY: Final = "*"
"""Stands in a path for any place of a list: places shift, what they hold does not."""
NATURAL: Final = (
    "id",
    "event_id",
    "case",
    "programme",
    "session",
    "level",
    "kind",
    "instance",
    "order_number",
    "number",
    "from_day",
    "until_day",
)
"""Fields by which an element of a list is known as the same one, those of them that it has."""


class FieldChange(Value):
    """One field that differs; `None` also where it is not there.

    ``pointer`` is its place afterwards, or that which it had before where it is gone; ``path`` the
    same in parts, with `ANY` for places in lists.
    """

    pointer: str
    path: tuple[str, ...]
    before: Any
    after: Any


class Step(Value):
    """A page, and what it changed."""

    page: Recorded
    changes: tuple[FieldChange, ...]


_Touch = tuple[int, Step, FieldChange]
"""A change, and which step it is of."""


class Axis(Enum):
    """Along which time a history is gone through.

    By the time of effect, each fact that stands is a step, as it stands. By the time of telling,
    each page is, as it was told; and a correction changes the state where it was approved.
    """

    VALID = "valid"
    KNOWN = "known"


def states(journey: Journey) -> dict[str, Any]:
    """Return the states of all chapters by their names, as an answer shows them."""
    return {chapter.name: state for chapter, state in journey.states.items()}


def differences(before: Any, after: Any, plain: Plain) -> list[FieldChange]:
    """Return what differs, to the last field: of values, or of JSON with the identity for it.

    Elements of lists are compared with what they were elsewhere in the list; a list in which they
    have only changed places differs as a whole.
    """
    return list(_Walk(plain).changes(before, after, _Place()))


def steps(
    pages: Sequence[Recorded],
    valid_at: date | datetime | None,
    axis: Axis,
    plain: Plain,
    *,
    since: int = 0,
) -> Iterator[Step]:
    """Yield each step of a stream up to ``valid_at``, with what it changed.

    ``pages`` are all that were known by then, in the order of their versions. ``since`` is a
    position: by the time of telling, only what was told after it is a step.
    """
    if axis is Axis.KNOWN:
        told = (number for number, page in enumerate(pages, 1) if page.position > since)
        yield from steps_told(pages, told, valid_at, plain)
    elif pages:
        line = _Line(STREAMS[pages[0].stream.kind])
        for fact in in_effect(standing(pages), valid_at):
            before = line.journey
            line.tell(fact)
            yield _step(fact, before, line.journey, plain)


def steps_told(
    pages: Sequence[Recorded],
    versions: Iterable[int],
    valid_at: date | datetime | None,
    plain: Plain,
) -> Iterator[Step]:
    """Yield the steps of some versions, which ascend, by the time of telling.

    The stream is gone through once for all of them: what stands before each is folded on from
    where it differs from what stood after the one before, whatever was corrected in between.
    """
    if not pages:
        return
    line, last = _Line(STREAMS[pages[0].stream.kind]), 0
    for version in versions:
        page = pages[version - 1]
        line.stand(_told_on(line.facts, pages, last, version - 1, valid_at))
        before = line.journey
        if isinstance(page.event, CorrectionApproved):
            line.stand(in_effect(standing(pages[:version]), valid_at))
        elif not isinstance(page.event, ANNOTATIONS):
            for fact in in_effect([page], valid_at):
                line.tell(fact)
        yield _step(page, before, line.journey, plain)
        last = version


def _told_on(
    facts: Sequence[Recorded],
    pages: Sequence[Recorded],
    last: int,
    upto: int,
    valid_at: date | datetime | None,
) -> Sequence[Recorded]:
    """Return what stands after ``upto`` pages; ``facts`` stood after the ``last`` ones of them."""
    between = pages[last:upto]
    if any(isinstance(page.event, CorrectionApproved) for page in between):
        return in_effect(standing(pages[:upto]), valid_at)
    new = [page for page in between if not isinstance(page.event, ANNOTATIONS)]
    return in_effect([*facts, *new], valid_at) if new else facts


class Trail:
    """What steps changed, by places: to be asked which of them are behind what differs."""

    def __init__(self, gone_through: Iterable[Step]) -> None:
        self._at: dict[tuple[str, ...], list[_Touch]] = defaultdict(list)
        self._below: dict[tuple[str, ...], list[_Touch]] = defaultdict(list)
        for number, step in enumerate(gone_through):
            for one in step.changes:
                touch = number, step, one
                self._at[one.path].append(touch)
                for depth in range(len(one.path)):
                    self._below[one.path[:depth]].append(touch)

    def behind(self, change: FieldChange) -> list[Step]:
        """Return the steps that made a field differ, in their order.

        Of a list's elements, those steps are meant that led from or to what it holds.
        """
        path = change.path
        touched = list(self._below.get(path, ()))
        for depth in range(len(path) + 1):
            touched += self._at.get(path[:depth], ())
        if ANY in path:
            touched = [touch for touch in touched if _leads(change, touch[2])] or touched
        found = {number: step for number, step, _ in touched}
        return [found[number] for number in sorted(found)]


def _leads(change: FieldChange, one: FieldChange) -> bool:
    to, origin = change.after, change.before
    return (to is not None and one.after == to) or (origin is not None and one.before == origin)


def _step(page: Recorded, before: Journey, after: Journey, plain: Plain) -> Step:
    changes = differences(states(before), states(after), plain)
    return Step(page=page, changes=tuple(changes))


class _Line:
    """Facts in the order of their effect, and the journey after each of them."""

    def __init__(self, kind: Stream) -> None:
        self.kind = kind
        self.facts: list[Recorded] = []
        self.journeys = [kind.begin()]

    @property
    def journey(self) -> Journey:
        """Return where it all leads to."""
        return self.journeys[-1]

    def tell(self, fact: Recorded) -> None:
        """Put a fact into its place; what took effect after it is folded anew."""
        place = bisect_right(self.facts, _instant(fact), key=_instant)
        self._go_on(place, [fact, *self.facts[place:]])

    def stand(self, facts: Sequence[Recorded]) -> None:
        """Have these facts, in this order, stand instead; from the first other one on."""
        if facts is self.facts:
            return
        pairs = zip(self.facts, facts, strict=False)
        same = next((n for n, pair in enumerate(pairs) if not _one_fact(*pair)), None)
        place = min(len(self.facts), len(facts)) if same is None else same
        self._go_on(place, facts[place:])

    def _go_on(self, place: int, facts: Sequence[Recorded]) -> None:
        del self.facts[place:], self.journeys[place + 1 :]
        for fact in facts:
            self.facts.append(fact)
            self.journeys.append(self.kind.evolve(self.journey, [fact.event]))


def _one_fact(one: Recorded, other: Recorded) -> bool:
    """Say whether two are the same: a corrected fact is made anew each time it is asked for."""
    return one is other or (one.event is other.event and one.position == other.position)


def _instant(fact: Recorded) -> datetime:
    return fact.event.effective.instant


@dataclass(frozen=True, slots=True)
class _Place:
    """Where one is: by the keys of the state before, by those of the state after, and the path."""

    old: tuple[str, ...] = ()
    new: tuple[str, ...] = ()
    path: tuple[str, ...] = ()

    def field(self, key: str) -> "_Place":
        return _Place((*self.old, key), (*self.new, key), (*self.path, key))

    def element(self, old: int | None, new: int | None) -> "_Place":
        before, after = str(new if old is None else old), str(old if new is None else new)
        return _Place((*self.old, before), (*self.new, after), (*self.path, ANY))


class _Walk:
    """Goes through two values side by side."""

    def __init__(self, plain: Plain) -> None:
        self.plain = plain

    def changes(self, before: Any, after: Any, place: _Place) -> Iterator[FieldChange]:
        """Yield what differs at a place and under it."""
        if before is after:
            return
        old, new = _parts(before), _parts(after)
        if isinstance(old, Mapping) and isinstance(new, Mapping):
            yield from self._of_fields(old, new, place)
        elif isinstance(old, Sequence) and isinstance(new, Sequence):
            yield from self._of_list(old, new, place)
        elif old is None and new is None:
            if not _equal(before, after):
                yield from self._whole(before, after, place)
        else:
            yield from self._come_or_gone(before, after, place)

    def _come_or_gone(self, before: Any, after: Any, place: _Place) -> Iterator[FieldChange]:
        """Yield the fields of what was not there before, or is not any more, one by one."""
        within: list[FieldChange] = []
        if _nothing(before) or _nothing(after):
            there = _parts(after if _nothing(before) else before)
            empty: Any = {} if isinstance(there, Mapping) else []
            old = empty if _nothing(before) else before
            new = empty if _nothing(after) else after
            within = [one for one in self.changes(old, new, place) if one.path != place.path]
        yield from within or self._whole(before, after, place)

    def _whole(self, before: Any, after: Any, place: _Place) -> Iterator[FieldChange]:
        old, new = (None if one is ABSENT else self.plain(one) for one in (before, after))
        if repr(old) != repr(new):
            keys = place.old if new is None else place.new
            yield FieldChange(pointer=_pointer(keys), path=place.path, before=old, after=new)

    def _of_fields(
        self, old: Mapping[Any, Any], new: Mapping[Any, Any], place: _Place
    ) -> Iterator[FieldChange]:
        for key in [*old, *(key for key in new if key not in old)]:
            was, now = old.get(key, ABSENT), new.get(key, ABSENT)
            if was is not now:
                (name,) = self.plain({key: None})  # a key is no value: JSON names it otherwise
                yield from self.changes(was, now, place.field(str(name)))

    def _of_list(
        self, old: Sequence[Any], new: Sequence[Any], place: _Place
    ) -> Iterator[FieldChange]:
        pairs = _aligned(old, new)
        if pairs is None:
            yield from self._whole(old, new, place)
            return
        for before, after in pairs:
            was = ABSENT if before is None else old[before]
            now = ABSENT if after is None else new[after]
            yield from self.changes(was, now, place.element(before, after))


def _pointer(keys: Iterable[str]) -> str:
    return "".join(f"/{key.replace('~', '~0').replace('/', '~1')}" for key in keys)


def _nothing(value: Any) -> bool:
    return value is None or value is ABSENT


def _parts(value: Any) -> Mapping[Any, Any] | Sequence[Any] | None:
    """Return what a value is made of: fields, or elements; `None` for what is one thing.

    What was forgotten is one thing, and so is a time of effect.
    """
    if value is FORGOTTEN or isinstance(value, str | bytes):
        return None
    if isinstance(value, Value):
        return {field.name: getattr(value, field.name) for field in fields(value)}
    return value if isinstance(value, Mapping | Sequence) else None


Pair = tuple[int | None, int | None]
"""Places of the same element before and after; `None` where it is not there."""


def _aligned(old: Sequence[Any], new: Sequence[Any]) -> list[Pair] | None:
    """Return which element became which; `None` where some changed places, or are nothing."""
    alike = 0
    while alike < min(len(old), len(new)) and _equal(old[alike], new[alike]):
        alike += 1
    if any(one is None for one in (*old[alike:], *new[alike:])):
        return None
    before: dict[str, deque[int]] = defaultdict(deque)
    for place in range(alike, len(old)):
        before[_identity(old[place])].append(place)
    met = [
        (found.popleft(), place)
        for place in range(alike, len(new))
        if (found := before[_identity(new[place])])
    ]
    if any(one > other for (one, _), (other, _) in pairwise(met)):
        return None
    pairs: list[Pair] = []
    left, right = alike, alike
    for i, j in [*met, (len(old), len(new))]:
        pairs += zip_longest(range(left, i), range(right, j))
        if i < len(old):
            pairs.append((i, j))
        left, right = i + 1, j + 1
    return pairs


def _equal(one: Any, other: Any) -> bool:
    return one is other or (type(one) is type(other) and bool(one == other))


def _identity(element: Any) -> str:
    """Return by what an element is known: its natural key, or else all of it."""
    parts = _parts(element)
    if isinstance(parts, Mapping):
        key = [(name, parts[name]) for name in NATURAL if name in parts]
        return repr(key or element)
    return repr(element)
