"""What of counts of people may be published, so that no small group can be told from them.

Less than five are never told, and every other count is told rounded down to a multiple of five. So
whatever is subtracted from whatever (a stage from the one before, a part from the whole, today from
yesterday, one agreement from another) leaves nought or a multiple of five. Where a part of a whole
is not told, neither is the smallest of the others: a reader cannot say which of them is small.

Sums may still tell too much: of nine people in nine parts there is one in each. So `published` asks
of what it is about to tell what a reader who knows these rules could work out, and where that would
rule out one of the numbers 1 to 4 for a part that is not told, it tells of no part at all. Five is
the policy of this house (K~): no regulation that names a number was found.
"""

from collections.abc import Mapping, Sequence
from math import inf
from typing import Final

from domain.kernel import Value

FEWEST: Final = 5
"""Fewer people than this are never told, and no difference between told counts is less."""
MOST_UNTOLD: Final = FEWEST - 1
Span = tuple[float, float]
"""The least and the most that a reader knows a number to be."""
Told = Mapping[str, int | None]
"""Parts as they may be told; `None` is not told."""


class Breakdown(Value):
    """The same people by something. In a ``partition`` each of them is in one part only."""

    parts: Mapping[str, int]
    partition: bool


def rounded(count: int) -> int | None:
    """Return a count as it may be told by itself; `None` where it may not."""
    return None if 0 < count < FEWEST else count - count % FEWEST


def published(total: int, breakdowns: Sequence[Breakdown]) -> tuple[int | None, Sequence[Told]]:
    """Return a count and its breakdowns as they may be told together.

    No part is told of a count that is not told itself.
    """
    told = rounded(total)
    drafts = [_Draft(one) for one in breakdowns]
    for one in drafts:
        one.withheld = told is None
    while told is not None:
        whole = _both(_span(told), *(one.whole() for one in drafts))
        too_clear = [one for one in drafts if one.seen_through(whole)]
        if not too_clear:
            break
        for one in too_clear:
            one.withheld = True
    return told, [one.told() for one in drafts]


class _Draft:
    """A breakdown about to be told. What it answers follows from what it tells alone."""

    def __init__(self, breakdown: Breakdown) -> None:
        self.withheld = False
        self._partition = breakdown.partition
        self._draft = {name: rounded(count) for name, count in breakdown.parts.items()}
        sizes = [(count, name) for name, count in breakdown.parts.items() if count >= FEWEST]
        if sizes and self._hidden():
            self._draft[min(sizes)[1]] = None

    def told(self) -> Told:
        return dict.fromkeys(self._draft) if self.withheld else self._draft

    def whole(self) -> Span:
        """Return between what the parts show the whole to be."""
        if self.withheld:
            return 0, inf
        hidden = self._hidden()
        if not hidden:
            spans = [_span(count) for count in self._shown()]
            return (self._least(spans), sum(most for _, most in spans)) if spans else (0, inf)
        least, most = self._with_one_large(hidden)
        return (least if self._shown() else min(least, hidden) if self._partition else 1), most

    def seen_through(self, whole: Span) -> bool:
        """Say whether a number is ruled out for a part that is not told."""
        hidden = self._hidden()
        return (
            not self.withheld
            and hidden > 0
            and not all(self._possible(number, hidden, whole) for number in range(1, FEWEST))
        )

    def _possible(self, number: int, hidden: int, whole: Span) -> bool:
        """Say whether one part that is not told can be this large, by all that is told.

        Either another of them is the one that is large, or there is none, and all are small.
        """
        cases = []
        if hidden > 1:
            least, most = self._with_one_large(hidden - 1)
            cases.append((number + least, number + most))
        if not self._shown():
            cases.append((number + hidden - 1, number + MOST_UNTOLD * (hidden - 1)))
        least_whole = whole[0]
        most_whole = whole[1] if self._partition else inf
        return any(least <= most_whole and least_whole <= most for least, most in cases)

    def _with_one_large(self, hidden: int) -> Span:
        """Return what so many parts that are not told, one of them large, and the others sum to.

        The large one is less than every part that is told: it may be as large, but only in one
        order of their names, and that much is not counted on.
        """
        spans = [(max(low, FEWEST + 1), high) for low, high in map(_span, self._shown())]
        largest = min((most for _, most in spans), default=inf) - 1
        small = hidden - 1
        return (
            self._least([*spans, (FEWEST, largest), *[(1, MOST_UNTOLD)] * small]),
            sum(most for _, most in spans) + largest + MOST_UNTOLD * small,
        )

    def _least(self, spans: Sequence[Span]) -> float:
        lows = [low for low, _ in spans]
        return sum(lows) if self._partition else max(lows, default=0)

    def _hidden(self) -> int:
        return sum(count is None for count in self._draft.values())

    def _shown(self) -> Sequence[int]:
        return [count for count in self._draft.values() if count]


def _span(told: int) -> Span:
    return (told, told + FEWEST - 1) if told else (0, 0)


def _both(*spans: Span) -> Span:
    """Return what all of these leave."""
    return max(low for low, _ in spans), min(high for _, high in spans)
