"""Who is to be released: in the next days, today, or days ago and is held all the same.

Nothing is written when a day passes: the day of release is compared with the day of asking, and of
somebody of whom something was told for a later day it is reckoned again.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from enum import Enum
from typing import Final, NamedTuple

from domain.admission import LegalStatus
from domain.custody import HELD
from domain.kernel import Open, Refused, Specific, Value, Words
from domain.law.aloud import spoken_day
from domain.remisi import RemisiApplied
from projections.case_summary import CASE_SUMMARY
from projections.counting import day_from
from projections.detention_clock import CUSTODY, custody_on
from projections.kernel import AsItStands, Report, Rows, values
from projections.sentence_dates import (
    SENTENCE_DATES,
    Reckoned,
    Reckoning,
    SentenceDatesLine,
    reckoned_on,
)
from projections.sentence_steps import SentenceStep, official_release

ONE_DAY: Final = timedelta(days=1)
AHEAD: Final = 30
"""Days that are looked ahead where none are named."""
FURTHEST: Final = 3_660
DIGITS: Final = re.compile("[0-9]{1,4}")


class DueLevel(Enum):
    """How a day of release stands to the day of asking; `UNKNOWN` where nobody can reckon it."""

    UNKNOWN = "unknown"
    OVERDUE = "overdue"
    TODAY = "today"
    COMING = "coming"


class OverdueCause(Enum):
    """Why somebody may still be held whose day of release has passed, or is not known."""

    EXECUTION_MISSING = "execution_missing"
    REMISI_RELEASED = "remisi_released"
    DOCUMENT_SAYS_LATER = "document_says_later"
    NOT_RELEASED = "not_released"
    NO_IMPRISONMENT = "no_imprisonment"
    CANNOT_BE_RECKONED = "cannot_be_reckoned"


CAUSES: Final[Mapping[OverdueCause, Words]] = {
    OverdueCause.CANNOT_BE_RECKONED: (
        "tidak dapat dihitung dari yang tercatat; petugas harus memeriksa perkaranya hari ini",
        "cannot be reckoned from what is on record; an officer has to look at the case today",
    ),
    OverdueCause.EXECUTION_MISSING: (
        "putusan belum dilaksanakan jaksa, dan pidananya sudah habis dijalani",
        "the prosecutor has not executed the verdict, and its sentence has been served",
    ),
    OverdueCause.REMISI_RELEASED: (
        "remisi mengakhiri pidana pada hari itu, dan pembebasannya belum tercatat",
        "a remisi ended the sentence on that day, and no release is recorded",
    ),
    OverdueCause.DOCUMENT_SAYS_LATER: (
        "dokumen resmi menyebut hari yang lebih lambat; periksa hitungannya",
        "an official document names a later day; look at how it is reckoned",
    ),
    OverdueCause.NO_IMPRISONMENT: (
        "putusan terakhir tidak menjatuhkan pidana penjara",
        "the last verdict imposes no imprisonment",
    ),
    OverdueCause.NOT_RELEASED: (
        "pidana sudah habis, dan pembebasannya belum tercatat",
        "the sentence is over, and no release is recorded",
    ),
}


class DueLine(Value):
    """One case that is held. ``days_left`` is less than nothing where the day has passed.

    Where nobody can reckon the day of release there is neither.

    ``official_release`` is what the latest document names. ``because_id`` and ``because_en`` are
    sentences to be read aloud.
    """

    case: Open[str]
    unit: Open[str | None]
    level: Open[DueLevel]
    days_left: Open[int | None]
    release: Specific[date | None]
    expiry: Specific[date | None]
    official_release: Specific[date | None]
    cause: Open[OverdueCause | None]
    because_id: Open[str]
    because_en: Open[str]
    rule_set: Open[str | None]


class Dates(NamedTuple):
    """What a row comes to on a day, of somebody who has a day of release or ought to."""

    release: date | None
    expiry: date | None
    rule_set: str | None
    official_release: date | None


class Held(NamedTuple):
    """By which unit somebody was held on a day, and what the law called them."""

    unit: str
    legal_status: LegalStatus | None


def due(rows: Rows, parameters: Mapping[str, str | None]) -> Sequence[DueLine]:
    """Return who is held on the day ``on`` and free within ``days``, the longest overdue first.

    Before them come those of whom nobody can say when they are free, whatever ``days`` are: they
    may be overdue. In transit somebody is of the unit where the journey began.
    """
    on, days = _day(parameters), _days(parameters.get("days"))
    return sorted(_lines(rows, on, days, parameters.get("unit")), key=_order)


def _order(line: DueLine) -> tuple[bool, int, str]:
    return line.days_left is not None, line.days_left or 0, line.case


def _lines(rows: Rows, on: date, days: int, unit: str | None) -> Iterator[DueLine]:
    """Yield the lines: who is meant is looked at only of those whose day has come near."""
    until = _ahead(on, days)
    near = {
        row.case: (row, dates)
        for row in rows[SENTENCE_DATES.name]
        if (dates := _dates_on(row, on, until))
    }
    for summary in rows[CASE_SUMMARY.name]:
        if summary.case in near:
            held_by, status = custody_on(summary, on)
            if held_by is not None and unit in (None, "", held_by):
                yield _line(*near[summary.case], Held(held_by, status), on)


def _line(row: SentenceDatesLine, dates: Dates, person: Held, on: date) -> DueLine:
    left = (dates.release - on).days if dates.release else None
    cause = _cause(row, dates, person) if left is None or left < 0 else None
    because = _aloud(dates.release, left or 0, cause)
    return DueLine(
        case=row.case,
        unit=person.unit,
        level=_level(left),
        days_left=left,
        release=dates.release,
        expiry=dates.expiry,
        official_release=dates.official_release,
        cause=cause,
        because_id=because[0],
        because_en=because[1],
        rule_set=dates.rule_set,
    )


def _level(left: int | None) -> DueLevel:
    if left is None:
        return DueLevel.UNKNOWN
    return DueLevel.COMING if left > 0 else DueLevel.OVERDUE if left else DueLevel.TODAY


def _dates_on(row: SentenceDatesLine, on: date, until: date) -> Dates | None:
    """Return the dates of a day, of whoever is free by another: as the row says, or anew."""
    if _as_it_stands(row, on) and not row.moves:
        if not _near(row, until):
            return None
        return Dates(row.release, row.expiry, row.rule_set, row.official_release)
    steps = [step for step in row.steps or () if step.day <= on]
    found = reckoned_on(steps, on)
    if not _near(found, until):
        return None
    return Dates(found.release, found.expiry, found.rule_set, official_release(steps))


def unclear(rows: Rows, parameters: Mapping[str, str | None]) -> Mapping[str, Iterable[str]]:
    """Return the cases of which more is to be read: of all that are held they are few.

    Whoever may be free by the day is looked up in custody. Their steps, most of a row, are read
    only where they move the dates or tell why somebody is overdue.
    """
    on = _day(parameters)
    until = _ahead(on, _days(parameters.get("days")))
    near, unread = [], []
    for row in rows[SENTENCE_DATES.name]:
        stands = _as_it_stands(row, on)
        if stands and not row.moves and not _near(row, until):
            continue
        near.append(row.case)
        late = row.release is not None and row.release < on
        if stands and row.steps is None and (row.moves or late):
            unread.append(row.case)
    return {CASE_SUMMARY.name: near, SENTENCE_DATES.name: unread}


def _as_it_stands(row: SentenceDatesLine, on: date) -> bool:
    return row.last_effective_day + ONE_DAY <= on


def _near(found: Reckoned | SentenceDatesLine, until: date) -> bool:
    """Say whether a day of release has come near, or ought to be there and is not."""
    if found.release is None:
        return found.reckoning is Reckoning.IMPOSSIBLE
    return found.release <= until


def _cause(row: SentenceDatesLine, dates: Dates, person: Held) -> OverdueCause:
    release, expiry, named = dates.release, dates.expiry, dates.official_release
    if release is None:
        return OverdueCause.CANNOT_BE_RECKONED
    if expiry is None:
        return OverdueCause.NO_IMPRISONMENT
    if person.legal_status in (LegalStatus.TAHANAN, LegalStatus.ANAK):
        return OverdueCause.EXECUTION_MISSING
    if expiry and expiry <= release and _awarded(row.steps or (), release):
        return OverdueCause.REMISI_RELEASED
    if named and named > release:
        return OverdueCause.DOCUMENT_SAYS_LATER
    return OverdueCause.NOT_RELEASED


def _awarded(steps: Sequence[SentenceStep], day: date) -> bool:
    return any(step.fact == RemisiApplied.stored_as and step.day == day for step in steps)


def _aloud(release: date | None, left: int, cause: OverdueCause | None) -> Words:
    if release is None:
        why = CAUSES[OverdueCause.CANNOT_BE_RECKONED]
        return f"Tanggal bebas Anda {why[0]}.", f"Your day of release {why[1]}."
    said = spoken_day(release)
    if cause is None:
        when = (f"{left} hari lagi", f"in {left} days") if left else ("hari ini", "today")
        return f"Anda bebas pada {said[0]}, {when[0]}.", f"You go free on {said[1]}, {when[1]}."
    why = CAUSES[cause]
    return (
        f"Anda seharusnya bebas pada {said[0]}, {-left} hari yang lalu: {why[0]}.",
        f"You should have gone free on {said[1]}, {-left} days ago: {why[1]}.",
    )


def _day(parameters: Mapping[str, str | None]) -> date:
    on = day_from("on", parameters.get("on"))
    if on is None:
        raise Refused(
            "report.no_day",
            article=HOUSE,
            because=("sebut harinya", "say on which day"),
            field="on",
        )
    return on


def _ahead(on: date, days: int) -> date:
    """Return the day up to which is looked ahead: the calendar's last where it would be past it."""
    return on + timedelta(days=min(days, (date.max - on).days))


def _days(text: str | None) -> int:
    """Read how many days are looked ahead."""
    if not text:
        return AHEAD
    if not (DIGITS.fullmatch(text) and int(text) <= FURTHEST):
        raise Refused(
            "report.days",
            article=HOUSE,
            because=(
                f"sebut jumlah hari dari 0 sampai {FURTHEST}",
                f"say a number of days from 0 to {FURTHEST}",
            ),
            field="days",
        )
    return int(text)


HOUSE: Final = "Kaidah Jejak: daftar yang akan bebas"
OF_HELD: Final = AsItStands(
    only={"reckoning": values((Reckoning.DATED, Reckoning.IMPOSSIBLE))},
    unread=frozenset({"steps"}),
    case={"presence": values(HELD)},
)
DUE_FOR_RELEASE: Final = Report(
    name="due_for_release",
    row=DueLine,
    over=(SENTENCE_DATES, CASE_SUMMARY),
    parameters=("on", "days", "unit"),
    count=due,
    counted={
        CASE_SUMMARY.name: CUSTODY,
        SENTENCE_DATES.name: frozenset(
            {"case", "person", "release", "expiry", "official_release", "rule_set"}
            | {"reckoning", "moves", "last_effective_day", "steps"}
        ),
    },
    daily=True,
    stands={
        SENTENCE_DATES.name: OF_HELD,
        CASE_SUMMARY.name: AsItStands(afterwards=True),
    },
    again=unclear,
)
