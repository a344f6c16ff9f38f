"""Lengths of punishment, and the day on which they end.

A year is a calendar year, a month 30 days (KUHP 1946 art. 97: Hari is 24 hours, Bulan 30 days, V1;
KUHP 2023 writes both as defined terms, K~). Twelve months are one year, thirty days one month. The
rule is inferred, and reproduces published cases to the day (INF).
"""

from collections.abc import Iterable
from datetime import date, timedelta
from fractions import Fraction
from math import ceil, floor
from typing import Final, Literal

from domain.kernel import Value

MONTH_DAYS: Final = 30
YEAR_MONTHS: Final = 12
YEAR_DAYS: Final = MONTH_DAYS * YEAR_MONTHS
"""Of a year that is counted in parts; a year that is added is a calendar year."""


LeapDay = Literal["28_february", "1_march"]
"""Which day stands for 29 February in a year that has none."""
Rounding = Literal["up", "down"]
"""Which day a part of a day becomes: up is the later one."""


class Span(Value):
    """So many years, months and days."""

    years: int
    months: int
    days: int

    @property
    def total_days(self) -> int:
        """Return the length in days, a year being 360 and a month 30."""
        return self.years * YEAR_DAYS + self.months * MONTH_DAYS + self.days

    @property
    def normal(self) -> "Span":
        """Return the same length with months below 12 and days below 30."""
        return of_days(self.total_days)

    def part(self, share: Fraction, rounding: Rounding = "up") -> "Span":
        """Return a share of the length; a part of a day is a day, unless it is rounded down."""
        days = share * self.total_days
        return of_days(ceil(days) if rounding == "up" else floor(days))

    def after(self, start: date, leap_day: LeapDay = "28_february") -> date:
        """Return the day of release: as many calendar years later, and then months and days.

        Raises `OverflowError` past the end of the calendar.
        """
        whole = self.normal
        try:
            there = years_later(start, whole.years, leap_day)
        except ValueError:
            raise OverflowError from None
        return there + timedelta(days=whole.months * MONTH_DAYS + whole.days)


def of_days(total: int) -> Span:
    """Return a length in days written as years of 360, months of 30, and days."""
    months, days = divmod(total, MONTH_DAYS)
    years, months = divmod(months, YEAR_MONTHS)
    return Span(years=years, months=months, days=days)


def summed(spans: Iterable[Span]) -> Span:
    """Return several sentences as one: those to be served after each other are summed first."""
    return of_days(sum(span.total_days for span in spans))


def years_later(day: date, years: int, leap_day: LeapDay = "28_february") -> date:
    """Return the same day of another year; ``leap_day`` for a 29 February that is not there."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        if (day.month, day.day) != (2, 29):
            raise
    instead = date(day.year + years, 2, 28)
    return instead if leap_day == "28_february" else instead + timedelta(days=1)


def months_later(day: date, months: int) -> date:
    """Return the same day of another calendar month, or its last where it has none such."""
    years, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    for last in (day.day, 30, 29, 28):
        try:
            return date(years, month + 1, min(day.day, last))
        except ValueError:
            continue
    raise OverflowError
