"""The clock of a detention: how many days are left, who is held past the last one, and why.

A day after the last lawful day somebody is out by operation of law (keluar demi hukum). Being held
beyond it has a cause that the unit can do something about: an extension that was not made, a copy
of the verdict or minutes of its execution that never came. What is pressing is told 10 and 3 days
before (Kepdirjen PAS-170, V), on the day before and on the day itself.
"""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from enum import Enum
from typing import Final

from domain.detention import DetentionStatus
from domain.kernel import Value, Words
from domain.law.aloud import spoken_day
from domain.law.detention import ONE_DAY, Term
from domain.law.detention_rules import DETENTION_NOTICES
from domain.law.rule_set import Law


class Cause(Enum):
    """Why somebody is held although nothing holds them any more."""

    EXTENSION_MISSING = "extension_missing"
    NEXT_ORDER_MISSING = "next_order_missing"
    LIMIT_REACHED = "limit_reached"
    VERDICT_COPY_MISSING = "verdict_copy_missing"
    EXECUTION_MISSING = "execution_missing"
    ACQUITTED_NOT_RELEASED = "acquitted_not_released"
    DETENTION_OVER_NOT_RELEASED = "detention_over_not_released"
    SENTENCE_EXPIRED_NOT_RELEASED = "sentence_expired_not_released"


class Level(Enum):
    """How pressing it is."""

    OVERDUE = "overdue"
    LAST_DAYS = "last_days"
    SOON = "soon"
    IN_TIME = "in_time"
    STANDS_STILL = "stands_still"
    NO_ORDER = "no_order"


PRESSING: Final = (Level.OVERDUE, Level.LAST_DAYS, Level.SOON)
OUT_BY_LAW: Final = "KUHAP (UU 8/1981 art. 24-29; UU 20/2025 art. 102-107)"
ARTICLES: Final[Mapping[Cause, str]] = {
    Cause.EXTENSION_MISSING: OUT_BY_LAW,
    Cause.NEXT_ORDER_MISSING: OUT_BY_LAW,
    Cause.LIMIT_REACHED: OUT_BY_LAW,
    Cause.VERDICT_COPY_MISSING: "Kepdirjen PAS-170.PK.01.01.02/2015 (surat permintaan vonis)",
    Cause.EXECUTION_MISSING: "KUHAP (pelaksanaan putusan yang berkekuatan hukum tetap)",
    Cause.ACQUITTED_NOT_RELEASED: "KUHAP (putusan tanpa pidana penjara)",
    Cause.DETENTION_OVER_NOT_RELEASED: OUT_BY_LAW,
    Cause.SENTENCE_EXPIRED_NOT_RELEASED: "UU 22/2022 (bebas karena habis masa pidana)",
}
CAUSES: Final[Mapping[Cause, Words]] = {
    Cause.EXTENSION_MISSING: (
        "perpanjangan yang dimungkinkan undang-undang belum tercatat",
        "an extension that the law made possible is not on record",
    ),
    Cause.NEXT_ORDER_MISSING: (
        "putusan sudah dijatuhkan, dan perintah penahanan tingkat berikutnya belum ada",
        "a verdict was pronounced, and there is no order of detention of the next instance",
    ),
    Cause.LIMIT_REACHED: (
        "batas waktu pada tahap ini sudah habis dan tidak dapat diperpanjang lagi",
        "the limit of this stage is used up and cannot be extended any more",
    ),
    Cause.VERDICT_COPY_MISSING: (
        "salinan putusan belum diterima oleh unit",
        "the unit has not received the copy of the verdict",
    ),
    Cause.EXECUTION_MISSING: (
        "putusan sudah tetap, tetapi berita acara pelaksanaannya dari jaksa belum ada",
        "the verdict is final, but the prosecutor's minutes of its execution are missing",
    ),
    Cause.ACQUITTED_NOT_RELEASED: (
        "putusan terakhir tidak menjatuhkan pidana penjara",
        "the last verdict imposes no imprisonment",
    ),
    Cause.DETENTION_OVER_NOT_RELEASED: (
        "penahanan sudah ditangguhkan atau diakhiri, tetapi belum dikeluarkan",
        "detention was suspended or ended, but the person is still inside",
    ),
    Cause.SENTENCE_EXPIRED_NOT_RELEASED: (
        "masa pidana sudah habis",
        "the sentence is over",
    ),
}


class Court(Value):
    """What the courts have said: of the last verdict, and of whether it was executed.

    ``convicted`` is whether it imposes imprisonment; `None` where nothing was pronounced, or what
    was is forgotten. A fine or a measure (tindakan) alone holds nobody.
    """

    pronounced_on: date | None
    convicted: bool | None
    copy_missing: bool
    final_on: date | None
    executed_on: date | None


class Standing(Value):
    """How somebody's detention stands at the end of a day.

    ``held`` is being in custody, ``serving`` being a convict whose verdict was executed; ``expiry``
    is the day of release of such a one. ``since`` and ``last_day`` are of the last order, by law,
    and ``stopped_on`` the day on which detention was suspended or ended.
    """

    held: bool
    serving: bool
    status: DetentionStatus
    since: date | None
    last_day: date | None
    extendable_until: date | None
    in_hospital: bool
    stopped_on: date | None
    court: Court
    expiry: date | None


class Overdue(Value):
    """Held too long: why, which was the first day too many, and how many there are by now."""

    cause: Cause
    since: date
    days: int


class Alert(Value):
    """A notice that is to be given so many days before the last one, and whether it is due."""

    days: int
    day: date
    due: bool


def overdue(standing: Standing, on: date) -> Overdue | None:
    """Return why somebody is held too long, or nothing."""
    found = _out_since(standing) if standing.held else None
    if found is None or found[1] > on:
        return None
    return Overdue(cause=found[0], since=found[1], days=(on - found[1]).days + 1)


def aloud(over: Overdue) -> Words:
    """Return what is said to somebody who is held too long."""
    since, words = spoken_day(over.since), CAUSES[over.cause]
    return (
        f"Sejak {since[0]} tidak ada lagi dasar untuk menahan Anda ({over.days} hari): {words[0]}.",
        f"Since {since[1]} nothing holds you any more ({over.days} days): {words[1]}.",
    )


def _out_since(standing: Standing) -> tuple[Cause, date] | None:
    """Return since when nothing holds somebody, and what is missing; nothing for who has no end."""
    court, last = standing.court, standing.last_day
    if court.convicted is False and court.pronounced_on and not _ordered_since(standing):
        return Cause.ACQUITTED_NOT_RELEASED, court.pronounced_on + ONE_DAY
    if standing.serving:
        cause = Cause.SENTENCE_EXPIRED_NOT_RELEASED
        return (cause, standing.expiry + ONE_DAY) if standing.expiry else None
    over = standing.status in (DetentionStatus.SUSPENDED, DetentionStatus.ENDED)
    if over and standing.stopped_on:
        last = standing.stopped_on
    if last is None:
        return None
    if court.final_on and court.convicted:
        return Cause.EXECUTION_MISSING, last + ONE_DAY
    if over:
        return Cause.DETENTION_OVER_NOT_RELEASED, last + ONE_DAY
    return _missing(standing, last), last + ONE_DAY


def _ordered_since(standing: Standing) -> bool:
    """Return whether somebody was ordered to be held after the last verdict: on appeal, say."""
    since, said = standing.since, standing.court.pronounced_on
    return since is not None and said is not None and since > said


def _missing(standing: Standing, last: date) -> Cause:
    court, since = standing.court, standing.since
    if court.pronounced_on and since and court.pronounced_on >= since:
        return Cause.VERDICT_COPY_MISSING if court.copy_missing else Cause.NEXT_ORDER_MISSING
    if standing.extendable_until and standing.extendable_until > last:
        return Cause.EXTENSION_MISSING
    return Cause.LIMIT_REACHED


def notices(law: Law, on: date) -> tuple[int, ...]:
    """Return how many days before the last one notice is to be given, the earliest first."""
    return law.on(DETENTION_NOTICES, on).values.days


def alerts(last_day: date, on: date, days: Sequence[int]) -> tuple[Alert, ...]:
    """Return the notices before a last day, and which of them are due."""
    told = [(count, last_day - timedelta(days=count)) for count in days]
    return tuple(Alert(days=count, day=day, due=day <= on) for count, day in told)


def alert(last_day: date | None, on: date, days: Sequence[int]) -> int | None:
    """Return the notice that is due by now: of several, the last."""
    if last_day is None:
        return None
    left = (last_day - on).days
    return min((count for count in days if left <= count), default=None)


def level(standing: Standing, over: Overdue | None, on: date, days: Sequence[int]) -> Level:
    """Return how pressing a detention is. ``days`` are those of the notices."""
    if over:
        return Level.OVERDUE
    if standing.last_day is None or standing.status is not DetentionStatus.RUNNING:
        return Level.NO_ORDER
    if standing.in_hospital:
        return Level.STANDS_STILL
    told = alert(standing.last_day, on, days)
    if told is None:
        return Level.IN_TIME
    return Level.SOON if told == max(days) else Level.LAST_DAYS


def stopped_on(stops: Sequence[date], terms: Sequence[Term]) -> date | None:
    """Return the day on which the last order was suspended or ended, where it was."""
    after = [day for day in stops if not terms or day >= terms[-1].order.starts]
    return after[-1] if after else None


def shifted(last_day: date, since: date | None, on: date) -> date:
    """Return a last day later by the days of a hospital stay that still goes on.

    ``last_day`` is as if the stay had taken no day yet; one that began after it shifts nothing.
    """
    if since is None or since > last_day:
        return last_day
    return last_day + timedelta(days=max((on - since).days + 1, 0))
