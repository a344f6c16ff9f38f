"""The whole answer to what somebody's facts mean: dates, remisi, rights of integration, and why.

Nothing is stored and nobody is looked up: the same facts, law and day give the same answer.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from fractions import Fraction
from typing import Final

from domain.kernel import Value, replace
from domain.law.claims import ClaimedDay
from domain.law.criteria import Explanation
from domain.law.facts import Facts, Granted, Right, Wanted
from domain.law.guidance import (
    OUTSIDE,
    GuidanceStage,
    guidance_end,
    guidance_stages,
    probation_end,
)
from domain.law.integration import RightFinding, rights
from domain.law.notice import Notice
from domain.law.possible import ensure_possible
from domain.law.remarks import remarks
from domain.law.remisi import RemisiFinding, findings
from domain.law.remisi_criteria import UNTOLD
from domain.law.rule_set import Law, PolicyUsed
from domain.law.sentence import Dates, Endless, closed, dates, rules_of, used

THIRD: Final = Fraction(1, 3)
HALF: Final = Fraction(1, 2)
TWO_THIRDS: Final = Fraction(2, 3)
ASSUMED: Final = "assumed_"
"""How the code of a notice begins that only says what nobody told."""
OF_RIGHTS: Final = (("fine_paid", "fine_paid"), ("not_recidivist", "recidivist"))
"""Criteria that rights have and remisi has not, and the facts that tell them."""


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

    ``remissions`` are in the order in which they are decided, ``integration`` is reckoned with
    those that would be given. ``probation_end`` is of PB, `None` where none runs or can be;
    ``guidance_stages`` are those of a right that runs, ``planned`` those of each right if it begins
    on its first day. ``assumed`` names the facts that nobody told and that count as met.
    """

    rule_sets: tuple[str, ...]
    policies: tuple[PolicyUsed, ...]
    days: SentenceDates | None
    not_applicable: Endless | None
    remissions: tuple[RemisiFinding, ...]
    integration: Mapping[Right, RightFinding]
    probation_end: date | None
    guidance_stages: tuple[GuidanceStage, ...]
    planned: Mapping[Right, tuple[GuidanceStage, ...]]
    warnings: tuple[Notice, ...]
    assumed: tuple[str, ...]

    @property
    def claimable(self) -> Mapping[ClaimedDay, date | None]:
        """Return the days that a document may state otherwise (`domain.law.claims`)."""
        told = {one: getattr(self.days, one.value, None) for one in ClaimedDay}
        return told | {ClaimedDay.PROBATION_END: self.probation_end}


def calculate(
    facts: Facts, wanted: Sequence[Wanted], on: date | None, law: Law, *, lived: bool = False
) -> Calculation:
    """Return the answer for facts, the remisi asked for, and the day of the question.

    Remisi that would be given are deducted, and rights reckoned with them. ``lived`` are the facts
    of a case: what was given there is remarked on, where others are refused. Raises
    `ImpossibleFacts` with all that cannot be, and `Refused` where no text holds on a day.
    """
    ensure_possible(facts, wanted, on, law, lived=lived)
    told = closed(facts, on)
    remissions = findings(told, wanted, law)
    given = tuple(one.as_granted() for one in remissions if one.eligible)
    awarded = replace(told, remissions=(*told.remissions, *given))
    course = dates(awarded, law)
    days = None if isinstance(course, Endless) else sentence_dates(awarded, course)
    integration = rights(awarded, on, law)
    explained = [one.explanation for one in remissions]
    explained += [one.explanation for one in integration.values()]
    runs = any(one.right is Right.PB and one.to is None for one in awarded.rights)
    pb = runs or integration[Right.PB].possible
    return Calculation(
        rule_sets=_texts(awarded, days, explained, law),
        policies=_policies(awarded, explained, law),
        days=days,
        not_applicable=course if isinstance(course, Endless) else None,
        remissions=remissions,
        integration=integration,
        probation_end=probation_end(days.expiry, law) if pb and days else None,
        guidance_stages=_running(awarded, days, law),
        planned=_planned(integration, days, law),
        warnings=tuple(_warnings(facts, course, days, remissions, on)),
        assumed=tuple(_assumed(facts, remissions, integration.values())),
    )


def _texts(
    facts: Facts, days: SentenceDates | None, explained: Sequence[Explanation], law: Law
) -> tuple[str, ...]:
    counted = (rules_of(facts, law).id,) if days else ()
    others = (text for one in explained for text in one.rule_sets)
    return tuple(dict.fromkeys((*counted, *others)))


def _policies(facts: Facts, explained: Sequence[Explanation], law: Law) -> tuple[PolicyUsed, ...]:
    others = (policy for one in explained for policy in one.policies)
    return tuple(dict.fromkeys((*used(law, facts), *others)))


def _running(facts: Facts, days: SentenceDates | None, law: Law) -> tuple[GuidanceStage, ...]:
    """Return the stages of the right that runs; where none does, none."""
    runs = [one for one in facts.rights if one.to is None and one.right in OUTSIDE]
    if not runs or days is None:
        return ()
    last = max(runs, key=lambda one: one.from_day)
    return guidance_stages(last.from_day, guidance_end(last.right, days.expiry, law), law)


def _planned(
    integration: Mapping[Right, RightFinding], days: SentenceDates | None, law: Law
) -> Mapping[Right, tuple[GuidanceStage, ...]]:
    """Return the stages of each right that can be had, begun on its first day."""
    return {
        right: guidance_stages(found.from_day, guidance_end(right, days.expiry, law), law)
        for right in OUTSIDE
        if days and (found := integration[right]).from_day
    }


def _warnings(
    facts: Facts,
    course: Dates | Endless,
    days: SentenceDates | None,
    remissions: Sequence[RemisiFinding],
    on: date | None,
) -> Iterator[Notice]:
    """Go through what a human has to look at, in the dates and in each remisi, once each."""
    of_dates = tuple(remarks(facts, course, days.release if days else None, on))
    of_remisi = (
        notice
        for one in remissions
        for notice in one.notices
        if not notice.code.startswith(ASSUMED)
    )
    yield from dict.fromkeys((*of_dates, *of_remisi))


def sentence_dates(facts: Facts, course: Dates) -> SentenceDates:
    """Return the days that a sentence comes to: of whom only a substitute is served, that one."""
    free = release(facts, course)
    if facts.substitute and not course.length.total_days:
        less = sum(one.days for one in course.later)
        course = replace(course, length=facts.substitute.span, remitted=less)
    return SentenceDates(
        counts_from=course.counts_from,
        expiry_without_remission=course.without_remission,
        expiry=course.expiry,
        release=free,
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


def over_after(facts: Facts, given: Sequence[Granted], law: Law) -> date | None:
    """Return the end of what the last of some awards is deducted of, those before it given too.

    That is the sentence; where it is over by then, the substitute that is served after it. It may
    lie before the award's own day: those days are lost. `None` where there is no end.
    """
    *before, last = given
    course = dates(replace(facts, remissions=(*facts.remissions, *before)), law)
    if isinstance(course, Endless):
        return None
    ends, substitute = course.expiry, facts.substitute
    if substitute and not substitute.paid and course.freed <= last.on:
        less = sum(one.days for one in course.later)
        ends = substitute.span.after(course.freed, course.leap_day) - timedelta(days=less)
    return ends - timedelta(days=last.days)


def _assumed(
    facts: Facts, remissions: Sequence[RemisiFinding], integration: Iterable[RightFinding]
) -> Iterator[str]:
    """Go through the facts that a condition asked for and nobody told."""
    asked = {one.code for found in remissions for one in found.criteria if one.met}
    asked |= {one.code for found in integration for one in found.criteria if one.met}
    for code, fact in (*UNTOLD, *OF_RIGHTS):
        if code in asked and getattr(facts, fact) is None:
            yield fact
