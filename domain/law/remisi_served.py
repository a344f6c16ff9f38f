"""What somebody has served on an award day.

Counted from the first day of detention, of the last one where it was interrupted, up to the award
day; six months are 180 days (Keppres 174/1999 art. 7(1) to (4), V).
"""

from collections.abc import Sequence
from datetime import date, timedelta
from math import floor
from typing import Final

from domain.kernel import Value
from domain.law.facts import Facts, Held, HeldForm, RemisiKind
from domain.law.feasts import Feast, feasts
from domain.law.remisi_rules import REMISI_AMOUNTS, REMISI_DASAWARSA
from domain.law.rule_set import Certainty, Law, Policy
from domain.law.sentence import joined, rules_of

ARTICLE: Final = "Keppres 174/1999 art. 7"

SIX_MONTHS_STRICT: Final = Policy(
    name="six_months_strict",
    question=(
        "Enam bulan: sekurang-kurangnya 180 hari, atau lebih dari 180 hari?",
        "Six months: 180 days at the least, or more than 180 days?",
    ),
    options=("at_least", "more_than"),
    default="at_least",
    article=ARTICLE,
    certainty=Certainty.UNSURE,
)
SERVED_FORMS: Final = Policy(
    name="remisi_served_forms",
    question=(
        (
            "Untuk masa menjalani remisi, hari tahanan rumah dan kota dihitung penuh atau menurut"
            " nilainya?"
        ),
        "For remisi, do days of house and city detention count in full or as they are credited?",
    ),
    options=("in_full", "as_credited"),
    default="in_full",
    article=ARTICLE,
    certainty=Certainty.UNSURE,
)


class Stretch(Value):
    """The detention that counts: unbroken, in whatever forms, up to a day."""

    stays: tuple[Held, ...]
    until: date

    @property
    def since(self) -> date:
        """Return its first day."""
        return self.stays[0].from_day

    @property
    def goes_on(self) -> bool:
        """Return whether the person is held on the day, or was until the day before."""
        last = self.stays[-1].to
        return last is None or last >= self.until - timedelta(days=1)

    @property
    def lesser(self) -> bool:
        """Return whether some of it was at home or within the town."""
        return any(stay.form in (HeldForm.RUMAH, HeldForm.KOTA) for stay in self.stays)


def stretch(detention: Sequence[Held], until: date) -> Stretch | None:
    """Return the last unbroken detention that began before a day; `None` where there is none."""
    stays = [stay for stay in joined(detention) if stay.from_day < until]
    if not stays:
        return None
    first = len(stays) - 1
    while first and _follows(stays[first - 1], stays[first]):
        first -= 1
    return Stretch(stays=tuple(stays[first:]), until=until)


def _follows(before: Held, stay: Held) -> bool:
    return before.to is None or stay.from_day <= before.to + timedelta(days=1)


def days_served(facts: Facts, until: date, law: Law) -> int:
    """Return the days from the first one held up to a day; days in hospital are none (K+)."""
    counted = stretch(facts.detention, until)
    if counted is None:
        return 0
    credit = rules_of(facts, law).values.credit if counted.lesser else {}
    in_full = law.use(SERVED_FORMS).chosen == "in_full"
    total = 0
    for stay in counted.stays:
        end = min(stay.to + timedelta(days=1), until) if stay.to else until
        days = (end - stay.from_day).days
        if stay.form is HeldForm.PEMBANTARAN:
            days = 0
        elif stay.form is not HeldForm.RUTAN and not in_full:
            days = floor(credit[stay.form] * days)
        total += days
    return total


def long_enough(served: int, needed: int, law: Law) -> bool:
    """Return whether enough was served."""
    return served > needed if law.use(SIX_MONTHS_STRICT).chosen == "more_than" else served >= needed


def award_days(kind: RemisiKind, facts: Facts, year: int, law: Law, under: date) -> Sequence[Feast]:
    """Return the award days of a kind in a year, for this person; none where none is known."""
    match kind:
        case RemisiKind.UMUM | RemisiKind.TAMBAHAN:
            month, day = law.on(REMISI_AMOUNTS, under).values.umum_on
            return (Feast(day=date(year, month, day), certainty=Certainty.READ),)
        case RemisiKind.DASAWARSA:
            rules = law.on(REMISI_DASAWARSA, under).values
            if year < rules.first_year or (year - rules.first_year) % rules.every_years:
                return ()
            return (Feast(day=date(year, *rules.on), certainty=Certainty.READ),)
        case RemisiKind.KHUSUS:
            return feasts(facts.religion, year, law.feasts)
        case _:
            return ()
