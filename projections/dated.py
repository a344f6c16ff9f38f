"""What is true now, told in any order: the fact that took effect later wins, ties by position.

Facts are told late, so that the order of the ledger is not that of the world. A row remembers with
each of its values when it took effect (`amended`), and keeps lines in the order of their effect
(`entered`, `restated`); whatever order the same facts are told in, the same row comes of them.
"""

from bisect import bisect_left
from collections.abc import Callable
from datetime import UTC, date, datetime
from functools import lru_cache
from operator import attrgetter
from typing import Any, Final, TypeVar

from domain.kernel import Open, Value
from domain.record import Recorded
from domain.time import Effective, Zone
from projections.kernel import changed

EARLIEST: Final = datetime(1, 1, 2, tzinfo=UTC)
LATEST: Final = datetime(9999, 12, 30, tzinfo=UTC)
"""Beyond these an instant could not be said in every zone."""
DAYS_KEPT: Final = 4_096
"""Eleven years of days, about a megabyte."""


ABOUT: Final = attrgetter("about")


class Moment(Value):
    """When a fact took effect, and at which position it was told."""

    day: date
    at: datetime
    position: int


class Told(Value):
    """When the values that a row has about something took effect, and where they were told."""

    about: str
    at: datetime
    position: int


class Dated(Value):
    """A row that remembers since when its values hold."""

    told: Open[tuple[Told, ...]]


M = TypeVar("M", bound=Moment)
D = TypeVar("D", bound=Dated)


def when(page: Recorded) -> dict[str, Any]:
    """Return the fields of the moment that a page tells of."""
    return {"day": page.event.effective.day, "at": instant(page), "position": page.position}


def instant(page: Recorded) -> datetime:
    """Return when a page's fact took effect, in UTC."""
    effective = page.event.effective
    return _beginning(effective.day, effective.zone) if effective.at is None else _utc(effective.at)


@lru_cache(maxsize=DAYS_KEPT)
def _beginning(day: date, zone: Zone) -> datetime:
    """Return when a civil day begins; each table that folds a page asks, and asks again."""
    return _utc(Effective.on(day, zone).instant)


def _utc(at: datetime) -> datetime:
    return min(max(at, EARLIEST), LATEST).astimezone(UTC)


def order(line: Moment | Told) -> tuple[datetime, int]:
    """Return what facts are ordered by: when they took effect, then where they were told."""
    return line.at, line.position


def amended(row: D, page: Recorded, about: str, **columns: Any) -> D:
    """Set columns, unless what the row says about it took effect later than what the page tells."""
    new = Told(about=about, at=instant(page), position=page.position)
    told = row.told
    place = bisect_left(told, about, key=ABOUT)
    follows = place
    if place < len(told) and told[place].about == about:
        if order(told[place]) > order(new):
            return row
        follows += 1
    return changed(row, **columns, told=(*told[:place], new, *told[follows:]))


def entered(log: tuple[M, ...], line: M) -> tuple[M, ...]:
    """Return the lines with one more, in the order in which they took effect."""
    return tuple(sorted((*log, line), key=order))


def restated(log: tuple[M, ...], line: M, same: Callable[[M], Any]) -> tuple[M, ...]:
    """Return the lines with this one in the place of an earlier one about the same."""
    kept = tuple(other for other in log if same(other) != same(line))
    rivals = [other for other in log if same(other) == same(line)]
    return entered(kept, max((*rivals, line), key=order))
