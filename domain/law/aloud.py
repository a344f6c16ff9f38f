"""Days and lengths as they are read aloud to a person, in both languages."""

from collections.abc import Mapping
from datetime import date
from typing import Final

from domain.kernel import Words
from domain.law.facts import Right
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
SPOKEN_RIGHTS: Final[Mapping[Right, Words]] = {
    Right.ASIMILASI: ("asimilasi", "asimilasi"),
    Right.CMK: ("cuti mengunjungi keluarga (CMK)", "leave to see your family (CMK)"),
    Right.CB: ("cuti bersyarat (CB)", "conditional leave (CB)"),
    Right.CMB: ("cuti menjelang bebas (CMB)", "leave before release (CMB)"),
    Right.PB: ("pembebasan bersyarat (PB)", "parole (PB)"),
}


def spoken_day(day: date) -> Words:
    """Return a day as one says it: 27 November 2025."""
    return (
        f"{day.day} {MONTHS_ID[day.month - 1]} {day.year}",
        f"{day.day} {MONTHS_EN[day.month - 1]} {day.year}",
    )


def assumed(so: Words) -> Words:
    """Return what is said where nobody told that it is so, and it is only taken to be.

    ``so`` is the sentence that tells it, which begins with *Anda* or with a noun.
    """
    indonesian, english = (one.removesuffix(".") for one in so)
    if not indonesian.startswith("Anda "):
        indonesian = indonesian[0].lower() + indonesian[1:]
    english = english[0].lower() + english[1:]
    return (
        f"Dianggap {indonesian}; belum ada catatannya.",
        f"It is taken that {english}; nothing is on record of it yet.",
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
