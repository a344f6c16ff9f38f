"""What reports count: people as they were at the end of a day, each of them once.

Without a day it is as all that was told leaves it, and nobody has an age: that would take a clock.
"""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from enum import Enum
from typing import Final

from domain.custody import HELD, LegalStatus, Presence, ReleaseKind, Sex
from domain.kernel import Refused, Value
from projections.case_summary import CASE_SUMMARY, CaseSummary
from projections.legal_standing import status_on
from projections.whereabouts import whereabouts


class AgeBand(Enum):
    """Age in full years, both ends included. 20 to 40 is the partners' own band."""

    UNDER_18 = "0-17"
    FROM_18 = "18-19"
    FROM_20 = "20-40"
    FROM_41 = "41-59"
    FROM_60 = "60+"
    UNKNOWN = "unknown"


UNTIL: Final = {
    17: AgeBand.UNDER_18,
    19: AgeBand.FROM_18,
    40: AgeBand.FROM_20,
    59: AgeBand.FROM_41,
}
"""The last year of age of each band but the oldest."""
COUNTED: Final = {
    CASE_SUMMARY.name: frozenset(
        {"case", "person", "presence", "unit", "release_kind", "legal_status", "sex", "domicile"}
        | {"last_effective_day", "opened_as", "movements", "homes", "birth_date", "verdicts"}
    )
}
"""What `seen` looks at: the other columns need not be read, nor unsealed."""
HISTORY: Final = frozenset({"movements", "homes", "verdicts"})
"""The columns of it by which a case is gone through again, where something is told of it later."""
ONE_DAY: Final = timedelta(days=1)


class Seen(Value):
    """One case as it was at the end of a day, ``on``. ``row`` knows the day of birth."""

    case: str
    person: str
    held: bool
    unit: str | None
    presence: Presence
    release: ReleaseKind | None
    legal_status: LegalStatus | None
    sex: Sex | None
    domicile: str | None
    on: date | None
    row: CaseSummary

    @property
    def age_band(self) -> AgeBand:
        """Return the band of the age on the day; only here is the day of birth unsealed."""
        return age_band(self.row.birth_date, self.on) if self.on else AgeBand.UNKNOWN


def seen(row: CaseSummary, on: date | None) -> Seen:
    """Return a case as it was at the end of a day, or as all that was told leaves it."""
    return _now(row, on) if _told_by(row, on) else then(row, on)


def _told_by(row: CaseSummary, on: date | None) -> bool:
    """Say whether nothing took effect after a day.

    Of two facts the earlier one may be of the later day, in a zone further east.
    """
    return on is None or row.last_effective_day + ONE_DAY <= on


def _now(row: CaseSummary, on: date | None) -> Seen:
    """Return a case as its row says: nothing has to be gone through again."""
    return Seen(
        case=row.case,
        person=row.person,
        held=row.presence in HELD,
        unit=row.unit,
        presence=row.presence,
        release=row.release_kind,
        legal_status=row.legal_status,
        sex=row.sex,
        domicile=row.domicile,
        on=on,
        row=row,
    )


def then(row: CaseSummary, on: date | None) -> Seen:
    """Return a case as what had been told to take effect by the day leaves it."""
    there = whereabouts(row.movements, on)
    homes = [home.domicile for home in row.homes if on is None or home.day <= on]
    return Seen(
        case=row.case,
        person=row.person,
        held=there.held,
        unit=there.unit,
        presence=there.presence,
        release=there.release,
        legal_status=status_on(row.opened_as, row.verdicts or (), on),
        sex=row.sex,
        domicile=homes[-1] if homes else None,
        on=on,
        row=row,
    )


def age_band(born: date | None, on: date | None) -> AgeBand:
    """Return the band of the age in full years on a day."""
    if born is None or on is None or born > on:
        return AgeBand.UNKNOWN
    age = on.year - born.year - ((on.month, on.day) < (born.month, born.day))
    return next((band for last, band in UNTIL.items() if age <= last), AgeBand.FROM_60)


def lies_in(domicile: str | None, regions: Sequence[str]) -> bool:
    """Say whether a home is in one of these regions, or in part of one; anywhere where none is."""
    inside = domicile is not None and any(
        domicile == region or domicile.startswith(f"{region}.") for region in regions
    )
    return inside or not regions


def persons(cases: Iterable[Seen]) -> int:
    """Count people, each once however many cases they have."""
    return len({case.person for case in cases})


def by_then(day: date | None, on: date | None) -> bool:
    """Say whether something happened by the end of a day, or ever where no day is asked for."""
    return day is not None and (on is None or day <= on)


def day_from(parameter: str, text: str | None) -> date | None:
    """Read a parameter that is an ISO date; refuse what is none."""
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise Refused(
            "report.not_a_date",
            article="ISO 8601",
            because=(
                "tuliskan tanggal sebagai TTTT-BB-HH, misalnya 2025-08-17",
                "write the date as YYYY-MM-DD, as in 2025-08-17",
            ),
            field=parameter,
        ) from None
