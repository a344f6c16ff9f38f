"""Numbers as bars: how long each is beside the longest, and what share it is of the one before."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from api.pages.tongue import Tongue

LONGEST: Final = 1_000
SHORTEST: Final = 4
"""Of a thousand: one person must be seen beside three thousand."""


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar: ``width`` of a thousand, ``share`` in words, ``tone`` a class of the stylesheet."""

    label: str
    count: int
    width: int
    share: str
    tone: str


def bar(label: str, count: int, *, widest: int, share: str, tone: str) -> Bar:
    """Return a bar; what is not nought can be seen."""
    width = max(round(LONGEST * count / widest), SHORTEST) if count and widest else 0
    return Bar(label, count, min(width, LONGEST), share, tone)


def by_size(counts: Mapping[str, int], tongue: Tongue) -> Sequence[Bar]:
    """Return bars from the largest to the smallest, each with its share of all."""
    widest, whole = max(counts.values(), default=0), sum(counts.values())
    ordered = sorted(counts.items(), key=lambda one: (-one[1], one[0]))
    return [
        bar(label, count, widest=widest, share=tongue.percent(count, whole), tone="people")
        for label, count in ordered
    ]
