"""Whether facts can be at all: everything that cannot is found before anything is reckoned.

Nothing here is law, but what no calendar and no punishment allows. A place is a JSON pointer into
the request of the calculation, whose shape the facts have.
"""

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Final

from domain.kernel import Words
from domain.law.facts import Facts, Held, Wanted
from domain.law.impossible import Impossible, ImpossibleFacts
from domain.law.possible_awards import (
    awards_that_cannot_be,
    given_for_another,
    more_than_the_sentence,
)
from domain.law.rule_set import Law
from domain.law.sentence import Endless, dates
from domain.law.span import YEAR_DAYS, Span

FIRST_DAY: Final = date(1950, 1, 1)
FIRST_BIRTH: Final = date(1900, 1, 1)
LAST_DAY: Final = date(2199, 12, 31)
"""Nobody held now was held, or born, before; what lies further out is a slip of the pen."""
LONGEST_YEARS: Final = 100
"""All sentences together: no sum of those that have an end comes near it."""


def ensure_possible(
    facts: Facts, wanted: Sequence[Wanted], on: date | None, law: Law, *, lived: bool
) -> None:
    """Raise `ImpossibleFacts` with everything that cannot be.

    What a case says was ``lived``: there a remisi past the sentence's end is no slip, but was given
    before a review made the sentence shorter.
    """
    found = problems(facts, wanted, on)
    if not lived:
        found = (*found, *given_for_another(facts), *more_than_the_sentence(facts))
        found = found or tuple(_after_the_end(facts, law))
    if found:
        raise ImpossibleFacts(found)


def problems(facts: Facts, wanted: Sequence[Wanted], on: date | None) -> tuple[Impossible, ...]:
    """Return everything that cannot be, lived or not, in the order of the facts."""
    return (
        *_days_far_out(facts, wanted, on),
        *_stays(facts.detention),
        *_sentences(facts),
        *_substitute(facts),
        *awards_that_cannot_be(facts, wanted),
        *_discipline(facts),
        *_birth(facts),
        *_rights(facts),
    )


def first_held(facts: Facts) -> date | None:
    """Return the first day of detention that is told."""
    return min((one.from_day for one in facts.detention), default=None)


def days_of(facts: Facts, wanted: Sequence[Wanted], on: date | None) -> Iterator[tuple[str, date]]:
    """Go through every day that is told, with its place; the day of birth apart."""
    told: list[tuple[str, date | None]] = [("/verdict_final_on", facts.verdict_final_on)]
    for i, held in enumerate(facts.detention):
        told += [(f"/detention/{i}/from", held.from_day), (f"/detention/{i}/to", held.to)]
    told += [(f"/remissions/{i}/on", one.on) for i, one in enumerate(facts.remissions)]
    for i, breach in enumerate(facts.discipline):
        told += [(f"/discipline/{i}/on", breach.on), (f"/discipline/{i}/until", breach.until)]
    for i, right in enumerate(facts.rights):
        told += [(f"/rights/{i}/from", right.from_day), (f"/rights/{i}/to", right.to)]
    for i, wish in enumerate(wanted):
        told += [(f"/propose/{i}/on", wish.on)]
        told += [(f"/propose/{i}/missed/on", wish.missed.on)] if wish.missed else []
    told += [("/on", on)]
    yield from ((place, day) for place, day in told if day is not None)


def _days_far_out(facts: Facts, wanted: Sequence[Wanted], on: date | None) -> Iterator[Impossible]:
    for place, day in days_of(facts, wanted, on):
        if not FIRST_DAY <= day <= LAST_DAY:
            yield Impossible(pointer=place, code="day.far_out", because=_outside(FIRST_DAY))
    if facts.birth_date and not FIRST_BIRTH <= facts.birth_date <= LAST_DAY:
        yield Impossible(pointer="/birth_date", code="day.far_out", because=_outside(FIRST_BIRTH))


def _outside(first: date) -> Words:
    return (
        f"hari ini di luar {first} sampai {LAST_DAY}",
        f"this day lies outside {first} to {LAST_DAY}",
    )


def _stays(stays: Sequence[Held]) -> Iterator[Impossible]:
    """Refuse an end before its beginning, two that go on, and days that were lived twice."""
    longest: Held | None = None
    for i, stay in sorted(enumerate(stays), key=lambda one: (one[1].from_day, one[0])):
        if stay.to and stay.to < stay.from_day:
            yield Impossible(
                pointer=f"/detention/{i}/to",
                code="detention.ends_before_it_begins",
                because=(
                    f"penahanan berakhir {stay.to}, sebelum dimulai {stay.from_day}",
                    f"the detention ends on {stay.to}, before it begins on {stay.from_day}",
                ),
            )
        if longest and stay.from_day <= _end(longest):
            yield _lived_twice(i, stay, longest)
        longest = max(longest or stay, stay, key=_end)


def _end(stay: Held) -> date:
    return stay.to or date.max


def _lived_twice(i: int, stay: Held, other: Held) -> Impossible:
    if stay.to is None and other.to is None:
        words = (
            "dua penahanan belum berakhir; hanya yang terakhir boleh tanpa tanggal akhir",
            "two detentions have not ended; only the last may be without an end",
        )
        return Impossible(pointer=f"/detention/{i}/to", code="detention.two_go_on", because=words)
    since = (
        f"penahanan lain baru berakhir {other.to}" if other.to else "penahanan lain masih berjalan",
        f"another ends on {other.to} only" if other.to else "another still goes on",
    )
    return Impossible(
        pointer=f"/detention/{i}/from",
        code="detention.overlaps",
        because=(
            f"mulai {stay.from_day}, padahal {since[0]}",
            f"begins on {stay.from_day}, while {since[1]}",
        ),
    )


def _sentences(facts: Facts) -> Iterator[Impossible]:
    for i, one in enumerate(facts.sentences):
        endless = one.life or one.death
        place = f"/sentences/{i}"
        yield from _negative(one.span, place)
        if endless and (one.span.total_days or (one.life and one.death)):
            yield Impossible(
                pointer=place,
                code="sentence.life_with_length",
                because=(
                    "pidana seumur hidup atau mati tidak mempunyai tahun, bulan, atau hari",
                    "a sentence for life or to death has no years, months or days",
                ),
            )
        elif not endless and one.span.total_days == 0:
            yield Impossible(
                pointer=place,
                code="sentence.zero",
                because=("pidana nol bukan pidana", "a sentence of nothing is no sentence"),
            )
    if sum(one.span.total_days for one in facts.sentences) > LONGEST_YEARS * YEAR_DAYS:
        yield Impossible(
            pointer="/sentences",
            code="sentence.too_long",
            because=(
                f"semua pidana bersama-sama lebih dari {LONGEST_YEARS} tahun",
                f"all sentences together are longer than {LONGEST_YEARS} years",
            ),
        )


def _substitute(facts: Facts) -> Iterator[Impossible]:
    if facts.substitute is None:
        return
    span = facts.substitute.span
    yield from _negative(span, "/substitute")
    if span.total_days == 0:
        yield Impossible(
            pointer="/substitute",
            code="substitute.zero",
            because=(
                "pidana pengganti nol bukan pidana; kosongkan bila tidak ada",
                "a substitute of nothing is none; leave it out where there is none",
            ),
        )
    elif span.total_days > LONGEST_YEARS * YEAR_DAYS:
        yield Impossible(
            pointer="/substitute",
            code="sentence.too_long",
            because=(
                f"pidana pengganti lebih dari {LONGEST_YEARS} tahun",
                f"the substitute is longer than {LONGEST_YEARS} years",
            ),
        )


def _negative(span: Span, place: str) -> Iterator[Impossible]:
    for name in ("years", "months", "days"):
        if getattr(span, name) < 0:
            yield Impossible(
                pointer=f"{place}/{name}",
                code="sentence.negative",
                because=(
                    "bagian pidana tidak boleh kurang dari nol",
                    "no part of a sentence is less than nothing",
                ),
            )


def _discipline(facts: Facts) -> Iterator[Impossible]:
    first = first_held(facts)
    for i, one in enumerate(facts.discipline):
        if first and one.on < first:
            yield Impossible(
                pointer=f"/discipline/{i}/on",
                code="discipline.before_detention",
                because=(
                    f"hukuman disiplin {one.on} mendahului hari pertama penahanan, {first}",
                    f"the measure of {one.on} is before the first day of detention, {first}",
                ),
            )
        if one.until and one.until < one.on:
            yield Impossible(
                pointer=f"/discipline/{i}/until",
                code="discipline.ends_before_it_begins",
                because=(
                    f"hukuman disiplin berakhir {one.until}, sebelum dimulai {one.on}",
                    f"the measure ends on {one.until}, before it begins on {one.on}",
                ),
            )


def _birth(facts: Facts) -> Iterator[Impossible]:
    first = first_held(facts)
    if first and facts.birth_date and facts.birth_date >= first:
        yield Impossible(
            pointer="/birth_date",
            code="birth.after_detention",
            because=(
                f"lahir {facts.birth_date}, padahal ditahan sejak {first}",
                f"born on {facts.birth_date}, but held since {first}",
            ),
        )


def _rights(facts: Facts) -> Iterator[Impossible]:
    first = first_held(facts)
    for i, one in enumerate(facts.rights):
        if one.to and one.to < one.from_day:
            yield Impossible(
                pointer=f"/rights/{i}/to",
                code="right.ends_before_it_begins",
                because=(
                    f"berakhir {one.to}, sebelum dimulai {one.from_day}",
                    f"ends on {one.to}, before it begins on {one.from_day}",
                ),
            )
        if first and one.from_day < first:
            yield Impossible(
                pointer=f"/rights/{i}/from",
                code="right.before_detention",
                because=(
                    f"dimulai {one.from_day}, sebelum hari pertama penahanan, {first}",
                    f"begins on {one.from_day}, before the first day of detention, {first}",
                ),
            )


def _after_the_end(facts: Facts, law: Law) -> Iterator[Impossible]:
    """Refuse a remisi of a sentence that was over; only of a substitute may some be given then."""
    found = dates(facts, law)
    if isinstance(found, Endless) or (facts.substitute and not facts.substitute.paid):
        return
    for one in found.later:
        yield Impossible(
            pointer=f"/remissions/{facts.remissions.index(one)}/on",
            code="remission.after_release",
            because=(
                f"pidana sudah selesai {found.freed}, sebelum remisi {one.on}",
                f"the sentence was over on {found.freed}, before the remisi of {one.on}",
            ),
        )
