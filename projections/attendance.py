"""Attendance as a case has it: sums per period, of which the newest for a period stands."""

from collections.abc import Iterable
from datetime import date

from projections.dated import Moment, restated


class Attended(Moment):
    """What was held from a day until a day, and what the person attended of it."""

    programme: str | None
    from_day: date
    until_day: date
    held: int
    attended: int


Sums = tuple[Attended, ...]


def summed(sums: Sums, newest: Attended) -> Sums:
    """Return the sums with the newest in the place of the one for its programme and period."""
    return restated(sums, newest, same=lambda s: (s.programme, s.from_day, s.until_day))


def held(sums: Iterable[Attended]) -> int:
    """Return how much was held in all periods."""
    return sum(one.held for one in sums)


def attended(sums: Iterable[Attended]) -> int:
    """Return how much was attended in all periods."""
    return sum(one.attended for one in sums)
