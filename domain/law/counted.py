"""How the dates of a punishment were come by, step by step, to be read aloud to the person.

So a registrar can follow each day with a finger on the *Daftar Perubahan*; and where a document
states another day, this is one of the two calculations that stand side by side.
"""

from collections.abc import Collection, Iterator, Mapping
from datetime import date
from fractions import Fraction
from typing import Final

from domain.kernel import Value, Words
from domain.law.aloud import spoken_day, spoken_length
from domain.law.calculation import SentenceDates
from domain.law.criteria import Trace
from domain.law.facts import Facts, Granted, Held, HeldForm
from domain.law.rule_set import Law
from domain.law.sentence import (
    Credited,
    Dates,
    closed,
    credited,
    credited_outside,
    dates,
    joined,
    last_full,
)
from domain.law.span import summed


class CountedStep(Value):
    """One step: what it adds or takes off, the day that it leads to, and which fact told it."""

    code: str
    because: Words
    day: date | None
    days: int | None
    by: Trace | None


PLACES: Final = {
    HeldForm.RUTAN: ("di dalam Rutan atau Lapas", "in a Rutan or Lapas"),
    HeldForm.RUMAH: ("dalam tahanan rumah", "detained at home"),
    HeldForm.KOTA: ("dalam tahanan kota", "detained within the town"),
    HeldForm.PEMBANTARAN: ("di rumah sakit (pembantaran)", "in hospital (pembantaran)"),
}

SHARES: Final[Mapping[Fraction, Words]] = {
    Fraction(1, 2): ("setengahnya", "a half"),
    Fraction(1, 3): ("sepertiganya", "a third"),
    Fraction(1, 5): ("seperlimanya", "a fifth"),
}
"""Of another share the fraction itself is said."""


def counted(
    facts: Facts, days: SentenceDates | None, on: date | None, law: Law
) -> tuple[CountedStep, ...]:
    """Return the steps to the dates that were found on a day; none where there are no dates."""
    return tuple(_counted(facts, days, closed(facts, on), law)) if days else ()


def _counted(
    facts: Facts, days: SentenceDates, until_asked: Facts, law: Law
) -> Iterator[CountedStep]:
    yield _sentence(facts)
    for stay in joined(facts.detention):
        yield _held(stay)
    yield from _credited(until_asked, days.counts_from, law)
    whole_end = spoken_day(days.expiry_without_remission)
    yield _step(
        "expiry_without_remission",
        (
            f"Tanpa remisi, pidana Anda berakhir pada {whole_end[0]}.",
            f"Without remisi your sentence ends on {whole_end[1]}.",
        ),
        day=days.expiry_without_remission,
    )
    course = dates(until_asked, law)
    substitute = facts.substitute is not None and not facts.substitute.paid
    past = course.later if isinstance(course, Dates) and not substitute else ()
    yield from _remisi(facts, past, days.release)
    yield from _end(facts, days)


def _sentence(facts: Facts) -> CountedStep:
    whole = summed(one.span for one in facts.sentences).total_days
    if facts.substitute and not whole:
        length = spoken_length(facts.substitute.span.total_days)
        words = (
            f"Anda menjalani {length[0]} penjara pengganti, karena belum tercatat lunas.",
            f"You serve {length[1]} in place of a payment that is not on record as made.",
        )
        return _step("substitute", words, days=facts.substitute.span.total_days)
    length = spoken_length(whole)
    several = len(facts.sentences) > 1
    return _step(
        "sentence",
        (
            f"Pidana Anda {length[0]}{', semuanya dijumlahkan' if several else ''}.",
            f"Your sentence is {length[1]}{', all of them together' if several else ''}.",
        ),
        days=whole,
        by=facts.verdict_final_by,
    )


def _credited(facts: Facts, start: date, law: Law) -> Iterator[CountedStep]:
    """Yield what earlier days count for, one step for each form, and since when it all counts."""
    earlier, stays = credited(facts, law), joined(facts.detention)
    last = last_full(stays)
    for one in earlier:
        yield _credit(one)
    outside = (last - stays[0].from_day).days - sum(one.held for one in earlier)
    if outside > 0:
        yield _outside(outside, credited_outside(facts, law))
    day, back, total = spoken_day(start), spoken_day(last), (last - start).days
    words = (f"Pidana itu dihitung sejak {day[0]}.", f"It counts from {day[1]}.")
    if total:
        words = (
            f"Dari {back[0]} dihitung mundur {total} hari: pidana itu dihitung sejak {day[0]}.",
            f"From {back[1]} one counts back {total} days: it counts from {day[1]}.",
        )
    yield _step("counts_from", words, day=start)


def _credit(one: Credited) -> CountedStep:
    place, share = PLACES[one.form], SHARES.get(one.share, (str(one.share), str(one.share)))
    if one.share == 1:
        words = (
            f"Dari {one.held} hari {place[0]} sebelumnya, semua dihitung.",
            f"Of the {one.held} earlier days {place[1]} all count.",
        )
    elif not one.counted:
        words = (
            f"Dari {one.held} hari {place[0]}, tidak ada yang dihitung.",
            f"Of the {one.held} days {place[1]} none counts.",
        )
    else:
        words = (
            f"Dari {one.held} hari {place[0]}, {share[0]} dihitung: {one.counted} hari.",
            f"Of the {one.held} days {place[1]} {share[1]} counts: {one.counted} days.",
        )
    return _step("credited", words, days=one.counted)


def _outside(days: int, counting: int) -> CountedStep:
    words = (
        f"Dari {days} hari di luar tahanan, tidak ada yang dihitung.",
        f"Of the {days} days out of detention none counts.",
    )
    if counting:
        words = (
            f"Dari {days} hari di luar tahanan, {counting} hari dihitung.",
            f"Of the {days} days out of detention {counting} count.",
        )
    return _step("credited", words, days=counting)


def _held(stay: Held) -> CountedStep:
    first, place = spoken_day(stay.from_day), PLACES[stay.form]
    if stay.to is None:
        words = f"Sejak {first[0]} Anda {place[0]}.", f"Since {first[1]} you are {place[1]}."
        return _step("held", words, day=stay.from_day, by=stay.by)
    last, days = spoken_day(stay.to), (stay.to - stay.from_day).days + 1
    words = (
        f"Dari {first[0]} sampai {last[0]} Anda {place[0]}: {days} hari.",
        f"From {first[1]} to {last[1]} you were {place[1]}: {days} days.",
    )
    return _step("held", words, day=stay.from_day, days=days, by=stay.by)


def _remisi(facts: Facts, past: Collection[Granted], over: date) -> Iterator[CountedStep]:
    """Yield what each remisi takes off; one of ``past`` reduces nothing, the sentence was over."""
    for one in sorted(facts.remissions, key=lambda it: it.on):
        day, end = spoken_day(one.on), spoken_day(over)
        words = (
            f"Remisi {one.kind.value} pada {day[0]} mengurangi {one.days} hari.",
            f"The remisi {one.kind.value} of {day[1]} takes off {one.days} days.",
        )
        if one in past:
            words = (
                (
                    f"Remisi {one.kind.value} pada {day[0]} tidak dihitung: pidana Anda sudah"
                    f" berakhir pada {end[0]}."
                ),
                (
                    f"The remisi {one.kind.value} of {day[1]} does not count: your sentence was"
                    f" over on {end[1]}."
                ),
            )
        yield _step("remisi", words, day=one.on, days=0 if one in past else -one.days, by=one.by)


def _end(facts: Facts, days: SentenceDates) -> Iterator[CountedStep]:
    expiry, release = spoken_day(days.expiry), spoken_day(days.release)
    yield _step(
        "expiry",
        (f"Jadi pidana Anda berakhir pada {expiry[0]}.", f"So your sentence ends on {expiry[1]}."),
        day=days.expiry,
    )
    if facts.sentences and facts.substitute and not facts.substitute.paid:
        length = spoken_length(facts.substitute.span.total_days)
        words = (
            f"Denda belum dibayar seluruhnya; sesudahnya Anda menjalani {length[0]} penggantinya.",
            f"The fine is not paid in full; after that you serve {length[1]} in its place.",
        )
        if facts.fine_paid is not False:
            words = (
                (
                    f"Sesudahnya Anda menjalani {length[0]} penjara pengganti, karena belum"
                    " tercatat lunas."
                ),
                f"After that you serve {length[1]} in place of a payment that is not on record.",
            )
        yield _step("substitute", words, days=facts.substitute.span.total_days)
    words = f"Anda bebas pada {release[0]}.", f"You go free on {release[1]}."
    yield _step("release", words, day=days.release)
    if not facts.sentences:
        return
    two = spoken_day(days.two_thirds)
    words = (
        f"Dua pertiga pidana Anda jatuh pada {two[0]}.",
        f"Two thirds of your sentence are served on {two[1]}.",
    )
    yield _step("two_thirds", words, day=days.two_thirds)


def _step(
    code: str,
    because: Words,
    *,
    day: date | None = None,
    days: int | None = None,
    by: Trace | None = None,
) -> CountedStep:
    return CountedStep(code=code, because=because, day=day, days=days, by=by)
