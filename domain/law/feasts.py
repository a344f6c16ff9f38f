"""The great feast of each religion, year by year: the award day of remisi khusus.

Keppres 174/1999 art. 3: remisi khusus is given on the religious holiday most honoured by the
person's religion (V). The government fixes lunar dates shortly before, and may move them: these are
values of their year, with the source in their line, and a year that is not here is not judged. The
calendar that can change late is the registry's (not yet kept there).
"""

from collections.abc import Mapping
from datetime import date
from typing import Final

from domain.admission import Religion

ARTICLE: Final = "Keppres 174/1999 art. 3"

CHRISTMAS: Final = (Religion.KRISTEN, Religion.KATOLIK)
"""Natal is on 25 December in every year."""

MOVABLE: Final[Mapping[tuple[Religion, int], date]] = {
    (Religion.ISLAM, 2025): date(2025, 3, 31),  # Idul Fitri 1446 H, the government (V)
    (Religion.ISLAM, 2026): date(2026, 3, 21),  # Idul Fitri 1447 H (V)
    (Religion.HINDU, 2025): date(2025, 3, 29),  # Nyepi, Saka 1947 (V)
    (Religion.HINDU, 2026): date(2026, 3, 19),  # Nyepi, Saka 1948 (K+)
    (Religion.BUDDHA, 2025): date(2025, 5, 12),  # Waisak 2569 (K+)
    (Religion.BUDDHA, 2026): date(2026, 5, 31),  # Waisak 2570 (K+)
    (Religion.KONGHUCU, 2025): date(2025, 1, 29),  # Imlek 2576 (K+)
    (Religion.KONGHUCU, 2026): date(2026, 2, 17),  # Imlek 2577 (V)
}
"""2027 is announced only as likely (K~), and so is not here: nobody is refused by a guess."""


def feast_of(religion: Religion, year: int) -> date | None:
    """Return the day of a religion's great feast; `None` where it is not known for sure."""
    if religion in CHRISTMAS:
        return date(year, 12, 25)
    return MOVABLE.get((religion, year))
