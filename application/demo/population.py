"""Who is held: people with sex, age, religion, home and legal status, and the dates behind it.

They stand still on the day on which the source counted them: whoever is tahanan on it was taken in
shortly before, and whoever is narapidana is serving for longer than the demo tells.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date, timedelta
from random import Random
from typing import Final

from application.demo.names import full_name, nik
from application.demo.steps import Desk, Script
from domain.admission import Religion
from domain.kernel import Value
from domain.person import Sex, Verification
from domain.region import region

STILL_HELD: Final = date(2027, 3, 1)
"""Whoever is to stay held is sentenced to beyond this day."""
FEBRUARY: Final = 2
MONTH: Final = 30
"""Days of a month of a sentence (see the law's arithmetic; a year is a calendar year)."""


class Sentence(Value):
    """A prison sentence and its days: pronounced, final, executed."""

    years: int
    months: int
    offence: str
    pronounced: date
    final: date
    executed: date


class Person(Value):
    """Somebody invented, with the case that the demo tells of them.

    ``number`` counts the person within the unit, ``register`` in the book that the latest entry
    stands in. Without a sentence the person is tahanan.
    """

    number: int
    register: int
    person: str
    case: str
    full_name: str
    sex: Sex
    birth_date: date
    birth_place: str
    religion: Religion
    domicile: str
    nik: str | None
    verification: Verification
    admitted_on: date
    sentence: Sentence | None

    @property
    def entered_on(self) -> date:
        """Return the day of the latest register entry."""
        return self.sentence.executed if self.sentence else self.admitted_on

    @property
    def expires_on(self) -> date:
        """Return the end of the sentence without remisi; of a tahanan, the admission."""
        years, months = (self.sentence.years, self.sentence.months) if self.sentence else (0, 0)
        return years_after(self.admitted_on, years) + timedelta(days=months * MONTH)


class Fate(Value):
    """How old somebody is on the day of counting, since when held, and sentenced to what."""

    age: int
    admitted_on: date
    sentence: Sentence | None


class Crowd(Value):
    """What a group of people is like: weights for beliefs, and shares from 0 to 1.

    ``counted_on`` is the day on which a source counted them.
    """

    desk: Desk
    counted_on: date
    religions: Mapping[Religion, int]
    convicted: float
    women: float
    young: float


OFFENCES: Final = ("Pencurian", "Penggelapan", "Penipuan", "Narkotika", "Penganiayaan", "Perjudian")
VERIFICATIONS: Final = {
    Verification.MATCHED: 50,
    Verification.SEEN: 25,
    Verification.CLAIMED: 12,
    Verification.MISSING: 13,
}


def people(
    script: Script, crowd: Crowd, domicile: str, count: int, serving: int = 0
) -> Iterator[Person]:
    """Return so many people of a crowd who are at home in one region.

    The share of the young (21 to 40 on the day of counting) is met to the head. The first
    ``serving`` have been held for about a year by then, and long enough for any course.
    """
    for index in range(max(count, serving)):
        dice = script.chance("person", crowd.desk.unit, domicile, index)
        young = (index + 1) * crowd.young // 1 > index * crowd.young // 1
        convicted = index < serving or dice.random() < crowd.convicted
        longest = (360, 800) if index < serving else (200, 800) if convicted else (10, 150)
        admitted = crowd.counted_on - timedelta(days=dice.randint(*longest))
        fate = Fate(
            age=dice.randint(21, 40) if young else dice.randint(41, 64),
            admitted_on=admitted,
            sentence=_sentence(dice, admitted) if convicted else None,
        )
        yield somebody(script, crowd, (domicile, index), fate)


def somebody(script: Script, crowd: Crowd, about: tuple[str, object], fate: Fate) -> Person:
    """Return one invented person at home in the region that ``about`` begins with."""
    domicile, unit, admitted = about[0], crowd.desk.unit, fate.admitted_on
    dice = script.chance("somebody", unit, *about)
    born = years_after(crowd.counted_on, -fate.age) - timedelta(days=dice.randint(0, 364))
    sex = Sex.FEMALE if dice.random() < crowd.women else Sex.MALE
    verification = dice.choices(list(VERIFICATIONS), list(VERIFICATIONS.values()))[0]
    missing = verification is Verification.MISSING
    return Person(
        number=0,
        register=0,
        person=script.key(admitted, "person", unit, *about),
        case=script.key(admitted, "case", unit, *about),
        full_name=full_name(dice, sex),
        sex=sex,
        birth_date=born,
        birth_place=region(domicile).name,
        religion=dice.choices(list(crowd.religions), list(crowd.religions.values()))[0],
        domicile=domicile,
        nik=None if missing else nik(dice, domicile, sex, born),
        verification=verification,
        admitted_on=admitted,
        sentence=fate.sentence,
    )


def years_after(day: date, years: int) -> date:
    """Return the same day in another year; of 29 February, the 28th."""
    return date(day.year + years, day.month, min(day.day, 28) if day.month == FEBRUARY else day.day)


def _sentence(dice: Random, admitted: date) -> Sentence:
    """Return a verdict some months after admission, for longer than the demo tells."""
    months = (STILL_HELD - admitted).days // MONTH + dice.randint(0, 30)
    pronounced = admitted + timedelta(days=dice.randint(80, 170))
    return sentenced(pronounced, months, dice.choice(OFFENCES))


def sentenced(pronounced: date, months: int, offence: str) -> Sentence:
    """Return a sentence against which nobody appealed: final and executed within weeks."""
    return Sentence(
        years=months // 12,
        months=months % 12,
        offence=offence,
        pronounced=pronounced,
        final=pronounced + timedelta(days=8),
        executed=pronounced + timedelta(days=15),
    )


def numbered(crowd: list[Person]) -> list[Person]:
    """Return people of one unit with their numbers: of admission, and in their register."""
    counts: dict[object, int] = {}
    registers: dict[str, int] = {}
    for one in sorted(crowd, key=lambda one: (one.entered_on, one.case)):
        book = (one.sentence is None, one.entered_on.year)
        registers[one.case] = counts[book] = counts.get(book, 0) + 1
    by_admission = sorted(crowd, key=lambda one: (one.admitted_on, one.case))
    numbers = {one.case: number for number, one in enumerate(by_admission, start=1)}
    return [replace(one, number=numbers[one.case], register=registers[one.case]) for one in crowd]
