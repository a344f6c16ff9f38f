"""Days and lengths as they are read aloud to a person, in both languages."""

from datetime import date
from typing import Final

from domain.kernel import Words
from domain.law.span import MONTH_DAYS, YEAR_DAYS, YEAR_MONTHS

MONTHS_ID: Final = (
    "Januari",
    "Februari",
    "Maret",
    "April",
    "Mei",
    "Juni",
    "Juli",
    "Agustus",
    "September",
    "Oktober",
    "November",
    "Desember",
)
MONTHS_EN: Final = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)


def spoken_day(day: date) -> Words:
    """Return a day as one says it: 27 November 2025."""
    return (
        f"{day.day} {MONTHS_ID[day.month - 1]} {day.year}",
        f"{day.day} {MONTHS_EN[day.month - 1]} {day.year}",
    )


def spoken_length(days: int) -> Words:
    """Return a length as one says it, a year being 360 days and a month 30: 1 tahun 6 bulan."""
    parts = (
        (days // YEAR_DAYS, "tahun", "year"),
        (days // MONTH_DAYS % YEAR_MONTHS, "bulan", "month"),
        (days % MONTH_DAYS, "hari", "day"),
    )
    said = [
        (f"{count} {indonesian}", f"{count} {english}{'' if count == 1 else 's'}")
        for count, indonesian, english in parts
        if count
    ] or [("0 hari", "0 days")]
    return " ".join(one for one, _ in said), " ".join(one for _, one in said)
