"""Holiday: the great feast of a religion in a year, as the government fixed it.

One stream per religion and civil year: `holiday/islam-2027`. Lunar dates are fixed shortly before
(SKB of three ministers, K~), and may be moved: fixing again moves the feast from then on, so that
what was known before stays known of before. Where a feast falls twice in a year (Idul Fitri in
2033) both days are said at once. The event belongs to the registry's chapter.
"""

from datetime import date
from typing import Annotated, Final

from domain.admission import Religion
from domain.fields import Line
from domain.kernel import Event, Open, Range, ensure
from domain.law.feasts import ARTICLE, CHRISTMAS

Year = Annotated[int, Range(least=1945, most=2199)]
"""A civil year."""

NATAL: Final = (12, 25)


class HolidayFixed(Event, stored_as="registry.holiday_fixed"):
    """The feast of a religion in a year is on this day, or on these two, by this decree."""

    religion: Open[Religion]
    year: Open[Year]
    day: Open[date]
    second_day: Open[date | None]
    decree: Open[Line]

    @property
    def days(self) -> tuple[date, ...]:
        """Return the days of the feast."""
        return (self.day, self.second_day) if self.second_day else (self.day,)


def holiday_key(religion: Religion, year: int) -> str:
    """Return the key of a feast's stream in the registry."""
    return f"holiday/{religion.value}-{year}"


def ensure_possible(fixed: HolidayFixed) -> None:
    """Refuse a day of another year, a second one before the first, a religion that is none."""
    ensure(
        fixed.religion is not Religion.TIDAK_DIKETAHUI,
        "registry.no_religion",
        article=ARTICLE,
        because=(
            "hari raya ditetapkan untuk suatu agama atau kepercayaan",
            "a feast is fixed for a religion or belief",
        ),
        field="religion",
    )
    ensure(
        fixed.day.year == fixed.year,
        "registry.holiday_of_another_year",
        article=ARTICLE,
        because=(
            f"hari raya tahun {fixed.year} jatuh pada tahun itu",
            f"the feast of {fixed.year} falls in that year",
        ),
        field="day",
    )
    ensure(
        fixed.religion not in CHRISTMAS or (fixed.day.month, fixed.day.day) == NATAL,
        "registry.natal_is_fixed",
        article=ARTICLE,
        because=("Natal jatuh pada 25 Desember", "Natal is on 25 December"),
        field="day",
    )
    _ensure_second_day(fixed)


def _ensure_second_day(fixed: HolidayFixed) -> None:
    second = fixed.second_day
    ensure(
        second is None
        or (fixed.religion not in CHRISTMAS and second > fixed.day and second.year == fixed.year),
        "registry.second_day_of_holiday",
        article=ARTICLE,
        because=(
            "hari raya kedua jatuh sesudah yang pertama, pada tahun yang sama",
            "the second feast falls after the first, in the same year",
        ),
        field="second_day",
    )
