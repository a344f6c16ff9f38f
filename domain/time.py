"""When a fact is true: a civil day in the zone of a unit, or an instant."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, timezone
from enum import Enum
from typing import Final

MIDNIGHT: Final = time()
HOURS: Final = {"Asia/Jakarta": 7, "Asia/Makassar": 8, "Asia/Jayapura": 9}
"""The distances of the zones from UTC."""


class Zone(Enum):
    """Indonesia's three zones (Keppres 41/1987), fixed offsets since 1 January 1988."""

    WIB = "Asia/Jakarta"
    WITA = "Asia/Makassar"
    WIT = "Asia/Jayapura"

    def __init__(self, name: str) -> None:
        self.offset: Final = timezone(timedelta(hours=HOURS[name]))


@dataclass(frozen=True, kw_only=True, slots=True)
class Effective:
    """When a fact took effect: on ``day`` in ``zone``, and at the instant ``at`` where it is known.

    A civil day counts from 00:00 in its zone, whatever zone the reader is in.
    """

    __pydantic_config__ = {"extra": "forbid"}  # noqa: RUF012  # read by codecs, as in `Value`

    day: date
    at: datetime | None
    zone: Zone

    @classmethod
    def on(cls, day: date, zone: Zone) -> "Effective":
        """Return the civil day as a time of effect."""
        return cls(day=day, at=None, zone=zone)

    @classmethod
    def since(cls, at: datetime, zone: Zone) -> "Effective":
        """Return the instant (with its offset) as a time of effect."""
        return cls(day=at.astimezone(zone.offset).date(), at=at, zone=zone)

    @property
    def instant(self) -> datetime:
        """Return the instant from which the fact holds: what a history is ordered by."""
        return self.at or datetime.combine(self.day, MIDNIGHT, self.zone.offset)
