"""Numbers, days and words as the reader's language writes them."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import Enum
from typing import Final

from api.field_errors import Language
from api.pages import labels
from domain.kernel import Words
from domain.time import Zone

MONTHS: Final[tuple[Words, ...]] = (
    ("Jan", "Jan"),
    ("Feb", "Feb"),
    ("Mar", "Mar"),
    ("Apr", "Apr"),
    ("Mei", "May"),
    ("Jun", "Jun"),
    ("Jul", "Jul"),
    ("Agu", "Aug"),
    ("Sep", "Sep"),
    ("Okt", "Oct"),
    ("Nov", "Nov"),
    ("Des", "Dec"),
)
SPANS: Final = (
    (86_400, ("hari", "days")),
    (3_600, ("jam", "hours")),
    (60, ("menit", "minutes")),
    (1, ("detik", "seconds")),
)
"""Spans in seconds, the longest first."""


def sentence(text: str) -> str:
    """Begin a text with a capital letter; names and days in it keep theirs."""
    return text[:1].upper() + text[1:]


@dataclass(frozen=True, slots=True)
class Tongue:
    """One language; templates call it with a text in both and get the one that is read."""

    language: Language

    def __call__(self, indonesian: str, english: str) -> str:
        """Return the text in this language."""
        return indonesian if self.language == "id" else english

    def words(self, words: Words) -> str:
        """Return the text in this language."""
        return self(*words)

    def value(self, value: Enum) -> str:
        """Return the label of a stored value."""
        return self(*labels.of_value(value))

    def number(self, number: int) -> str:
        """Return a whole number with its thousands apart: 3.290, or 3,290."""
        return f"{number:,}".replace(",", self(".", ","))

    def percent(self, part: int, whole: int) -> str:
        """Return a share: with one decimal where it is small, and nothing of nothing."""
        if not whole:
            return "-"
        share = 100 * part / whole
        text = f"{share:.1f}" if 0 < share < 10 or 99 < share < 100 else f"{share:.0f}"  # noqa: PLR2004
        return text.replace(".", self(",", ".")) + self(" %", "%")

    def day(self, day: date) -> str:
        """Return a civil day: 17 Agu 2025."""
        return f"{day.day} {self.month(day)}"

    def month(self, day: date) -> str:
        """Return the month of a day: Agu 2025."""
        return f"{self(*MONTHS[day.month - 1])} {day.year}"

    def stamp(self, at: datetime, zone: Zone) -> str:
        """Return an instant by the clock of a zone: 17 Agu 2025 09.00 WIB."""
        there = at.astimezone(zone.offset)
        return f"{self.day(there)} {self.clock(at, zone)}"

    def clock(self, at: datetime, zone: Zone) -> str:
        """Return the hour of an instant in a zone: 09.00 WIB."""
        there = at.astimezone(zone.offset)
        return f"{there:%H}{self('.', ':')}{there:%M} {zone.name}"

    def ago(self, seconds: float) -> str:
        """Return how long ago something was: 3 detik lalu."""
        length, words = next((s for s in SPANS if seconds >= s[0]), SPANS[-1])
        count = int(max(seconds, 0) // length)
        if count == 0:
            return self("baru saja", "just now")
        unit = words[1].removesuffix("s") if count == 1 else words[1]
        return self(f"{count} {words[0]} lalu", f"{count} {unit} ago")
