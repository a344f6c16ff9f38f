"""The two times of a page's form: a day, and an hour by the clock of a unit."""

from datetime import date, datetime
from typing import Final

from pydantic import BaseModel, Field

from application.journeys import Moment
from domain.kernel import Words
from domain.time import Zone

NOT_A_TIME: Final[Words] = (
    "waktu ini tidak terbaca; tulis seperti 2025-08-17 atau 2025-08-17T09:30",
    "this time cannot be read; write it like 2025-08-17 or 2025-08-17T09:30",
)


class TwoTimes(BaseModel):
    """The form above what is shown; empty is now."""

    valid_at: str = Field("", max_length=32)
    known_at: str = Field("", max_length=32)

    def moment(self, zone: Zone) -> Moment:
        """Read the two times by the clock of a zone; raise `ValueError`."""
        valid = date.fromisoformat(self.valid_at) if self.valid_at else None
        known = datetime.fromisoformat(self.known_at) if self.known_at else None
        if known and known.tzinfo is None:
            known = known.replace(tzinfo=zone.offset)
        return Moment(valid_at=valid, known_at=known)
