"""Taking part, whatever the programme: being within reach, and attendance summed per period.

Pembinaan is for warga binaan, klien under Bapas among them, and the partners' agreements name
former warga binaan too (UU 22/2022 art. 1): whoever was once admitted may take part, inside or
outside, but not while dead or in escape. Attendance is marked in the programme's own stream; a
case gets the sum per period, once per period and never for two that share a day. The same period
may be summed again, when a session was told of late: the newer sum then stands.
"""

from collections.abc import Iterable, Sequence
from datetime import date
from enum import Enum
from typing import Final

from domain.custody import CUSTODY, WORDS, Presence, ensure_admitted
from domain.kernel import Journey, Value, ensure
from domain.time import Effective

PERIODS: Final = "Kaidah Jejak: kehadiran dijumlahkan per periode"
REACH: Final = "UU 22/2022 art. 1"

Period = tuple[date, date]
"""First and last day, both included."""


class WithdrawalReason(Enum):
    """Why somebody leaves a programme before its end."""

    BEBAS = "bebas"
    PINDAH = "pindah"
    DISIPLIN = "disiplin"
    MENOLAK = "menolak"
    LAIN = "lain"


class AttendanceSum(Value):
    """What was held in a period and what the person attended of it: hours, or sessions."""

    programme: str | None
    from_day: date
    until_day: date
    held: int
    attended: int

    @property
    def period(self) -> Period:
        """Return the first and the last day."""
        return self.from_day, self.until_day


def restated(sums: Sequence[AttendanceSum], newest: AttendanceSum) -> tuple[AttendanceSum, ...]:
    """Return the sums with the newest in place of the one for its programme and period."""
    key = newest.programme, newest.period
    return (*(said for said in sums if (said.programme, said.period) != key), newest)


def ensure_within_reach(journey: Journey, chapter: str) -> None:
    """Refuse unless the person was once admitted in this case, and is neither dead nor at large."""
    ensure_admitted(journey, f"{chapter}.not_admitted")
    presence = journey[CUSTODY].presence
    ensure(
        presence is not Presence.ESCAPED,
        f"{chapter}.escaped",
        article=REACH,
        because=WORDS[presence],
    )


def ensure_period(
    chapter: str, period: Period, *, told: Effective, others: Iterable[Period]
) -> None:
    """Refuse a period that is turned round, not over, or that shares a day with another one."""
    first, last = period
    ensure(
        first <= last,
        f"{chapter}.period_reversed",
        article=PERIODS,
        because=(
            f"periode berakhir pada {last}, sebelum dimulai pada {first}",
            f"the period ends on {last}, before it begins on {first}",
        ),
        field="until_day",
    )
    ensure(
        last <= told.day,
        f"{chapter}.period_not_over",
        article=PERIODS,
        because=(
            f"periode sampai {last} belum selesai pada {told.day}",
            f"the period until {last} is not over on {told.day}",
        ),
        field="until_day",
    )
    for start, end in others:
        ensure(
            (start, end) == period or end < first or last < start,
            f"{chapter}.period_overlaps",
            article=PERIODS,
            because=(
                f"periode {start} sampai {end} sudah dijumlahkan dan tidak boleh tumpang tindih",
                f"the period {start} to {end} is summed already, and periods share no day",
            ),
        )


def ensure_attendance(
    chapter: str,
    said: AttendanceSum,
    *,
    told: Effective,
    before: Iterable[AttendanceSum],
    field: str,
) -> None:
    """Refuse a sum for an impossible period, and one with more attended than was held."""
    others = [earlier.period for earlier in before if earlier.programme == said.programme]
    ensure_period(chapter, said.period, told=told, others=others)
    ensure(
        said.attended <= said.held,
        f"{chapter}.attended_more_than_held",
        article=PERIODS,
        because=(
            f"dihadiri {said.attended}, padahal hanya {said.held} yang diselenggarakan",
            f"{said.attended} attended, but only {said.held} were held",
        ),
        field=field,
    )
