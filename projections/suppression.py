"""What of counts of people may be told, so that no handful and no first person shows in them.

Every count is told rounded down to a multiple of five, and what rounds to nothing, nought too, as
fewer than five. So whatever is subtracted from whatever (a stage from the one before, a part from
the whole, today from yesterday) leaves nought or a multiple of five.

Sums would still tell: of 30 people, whose parts are told as 25 and as fewer than five, at least one
is in the second. So `published` tells of a whole no more than its parts have room for while any one
of them is empty, and of the largest parts no more than that whole. What comes out is the plain
rounding of some table in which any part told as fewer than five has nought, one, two, three or
four: nobody can say which. It makes a count too low by five here and there, and never one untrue:
there are at least so many. Five is the policy of this house (K~); no regulation that names a
number was found.
"""

from collections.abc import Mapping, Sequence
from typing import Final

from domain.kernel import Value

FEWEST: Final = 5
"""Fewer people than this are told as fewer, and no difference between told counts is less."""
LEFT: Final = FEWEST - 1
"""As many may be in a part above what is told of it."""
ENOUGH: Final = 2 * FEWEST
"""Where no part is as large, a breakdown is not told: none of its parts could be told lower."""
Told = Mapping[str, int | None]
"""Parts as they may be told; `None` is fewer than five. Empty where none may be told."""


class Breakdown(Value):
    """The same people by something. In a ``partition`` each of them is in one part only.

    A part that is ``rare`` is one that a reader may take to have nobody in it.
    """

    parts: Mapping[str, int]
    partition: bool
    rare: frozenset[str] = frozenset()


def rounded(count: int) -> int | None:
    """Return a count as it may be told by itself; `None` is fewer than five."""
    return _down(count) or None


def published(total: int, breakdowns: Sequence[Breakdown]) -> tuple[int | None, Sequence[Told]]:
    """Return a count and its breakdowns as they may be told together."""
    most, drafts = _down(total), [_Draft(one) for one in breakdowns]
    while (room := min([most, *(one.room(most) for one in drafts)])) < most:
        most = room
        for one in drafts:
            one.lower(most)
    return most or None, [one.told() for one in drafts]


class _Draft:
    """A breakdown about to be told. What it answers follows from what it tells alone."""

    def __init__(self, breakdown: Breakdown) -> None:
        self._breakdown = breakdown
        self._counts = {name: _down(count) for name, count in breakdown.parts.items()}

    def told(self) -> Told:
        if not self._open:
            return {}
        return {name: count or None for name, count in self._counts.items()}

    def room(self, most: int) -> int:
        """Return how much of so many may be told of the whole, for any one part to be empty."""
        counts = self._counts
        likely = sum(1 for name in counts if counts[name] or name not in self._breakdown.rare)
        if self._open:
            return sum(counts.values()) + _down(LEFT * (likely - 1))
        likely = len(counts.keys() - self._breakdown.rare)
        return _down((ENOUGH - 1) * max(likely - 1, 1)) if likely else most

    def lower(self, most: int) -> None:
        """Tell the largest parts lower, until they show no more than so many."""
        least = sum if self._breakdown.partition else max
        while least(self._counts.values()) > most:
            largest = max(self._counts, key=lambda name: self._counts[name])
            self._counts[largest] -= FEWEST

    @property
    def _open(self) -> bool:
        return max(self._counts.values(), default=0) >= ENOUGH


def _down(count: int) -> int:
    return count - count % FEWEST
