"""The whole answer to what somebody's facts mean: dates, remisi, rights of integration, and why.

Nothing is stored and nobody is looked up: the same facts, law and day give the same answer.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from fractions import Fraction
from typing import Any, Final

from domain.kernel import Value
from domain.law.claims import ClaimedDay
from domain.law.facts import Facts, Right, Wanted
from domain.law.notice import Notice
from domain.law.possible import ensure_possible
from domain.law.remarks import remarks
from domain.law.rule_set import Law, PolicyUsed
from domain.law.sentence import Dates, Endless, closed, dates, rules_of, used

THIRD: Final = Fraction(1, 3)
HALF: Final = Fraction(1, 2)
TWO_THIRDS: Final = Fraction(2, 3)


class SentenceDates(Value):
    """The days of one punishment.

    ``expiry`` has every remisi deducted that was given or would be; ``release`` is when the person
    goes free if nothing changes: after a substitute that is unpaid, and on the award day where a
    remisi releases.
    """

    counts_from: date
    expiry_without_remission: date
    expiry: date
    release: date
    one_third: date
    one_half: date
    two_thirds: date


class Calculation(Value):
    """The answer. Where there are no ``days``, ``not_applicable`` says why.

    ``assumed`` names the facts that nobody told and that count as met.
    """

    rule_sets: tuple[str, ...]
    policies: tuple[PolicyUsed, ...]
    days: SentenceDates | None
    not_applicable: Endless | None
    remissions: tuple[Any, ...]
    integration: Mapping[Right, Any]
    probation_end: date | None
    guidance_stages: tuple[Any, ...]
    warnings: tuple[Notice, ...]
    assumed: tuple[str, ...]

    @property
    def claimable(self) -> Mapping[ClaimedDay, date | None]:
        """Return the days that a document may state otherwise (`domain.law.claims`)."""
        days = self.days
        return {
            ClaimedDay.EXPIRY: days and days.expiry,
            ClaimedDay.RELEASE: days and days.release,
            ClaimedDay.ONE_THIRD: days and days.one_third,
            ClaimedDay.ONE_HALF: days and days.one_half,
            ClaimedDay.TWO_THIRDS: days and days.two_thirds,
            ClaimedDay.PROBATION_END: self.probation_end,
        }


def calculate(facts: Facts, wanted: Sequence[Wanted], on: date | None, law: Law) -> Calculation:
    """Return the answer for facts, the remisi asked for, and the day of the question.

    Remisi that would be given are deducted, and rights reckoned with them. Raises `ImpossibleFacts`
    with all that cannot be, and `Refused` where no text holds on a day.
    """
    ensure_possible(facts, wanted, on, law)
    told = closed(facts, on)
    course = dates(told, law)
    days = None if isinstance(course, Endless) else sentence_dates(told, course)
    release = days.release if days else None
    return Calculation(
        rule_sets=(rules_of(told, law).id,) if days else (),
        policies=used(law, told),
        days=days,
        not_applicable=course if isinstance(course, Endless) else None,
        remissions=(),
        integration={},
        probation_end=None,
        guidance_stages=(),
        warnings=tuple(remarks(facts, course, release, on)),
        assumed=tuple(_assumed(facts)),
    )


def sentence_dates(facts: Facts, course: Dates) -> SentenceDates:
    """Return the days that a sentence comes to."""
    return SentenceDates(
        counts_from=course.counts_from,
        expiry_without_remission=course.without_remission,
        expiry=course.expiry,
        release=release(facts, course),
        one_third=course.part(THIRD),
        one_half=course.part(HALF),
        two_thirds=course.part(TWO_THIRDS),
    )


def release(facts: Facts, course: Dates) -> date:
    """Return the day of going free: the sentence's end, or that of a substitute served after it.

    Remisi that is given while a substitute is served is deducted of it (dasawarsa of a penjara
    pengganti denda, V); where that ends it, release is on the award day.
    """
    substitute = facts.substitute
    if substitute is None or substitute.paid:
        return course.freed
    whole = substitute.span.after(course.freed, course.leap_day)
    free, days = whole, 0
    for one in course.later:
        days += one.days
        free = max(whole - timedelta(days=days), one.on)
    return free


def _assumed(facts: Facts) -> Iterator[str]:
    names = ("conduct_risk_declined", "executed", "programmes_good")
    yield from (name for name in names if getattr(facts, name) is None)
