"""Sentence dates: when a punishment began to count, when it ends, and its third, half, two thirds.

The rule of counting is inferred and reproduces published cases to the day (INF). It begins with
the first day of the last detention, less the days that earlier ones are credited for: all of those
in a Rutan, a third of those at home, a fifth of those within the town (KUHAP 1981 art. 22(5), K+),
none in hospital (K+). Release is on the day that the sentence is over. Remisi is deducted in full,
of the end as of each part of it: not a third of the remisi of one third.
"""

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from fractions import Fraction
from math import ceil, floor
from typing import Final

from domain.kernel import Value, Words
from domain.law.facts import Facts, Held, HeldForm, Sentence
from domain.law.rule_set import Certainty, Law, Policy, PolicyUsed, RuleSet, Topic
from domain.law.span import Span, summed


class SentenceRules(Value):
    """What each day of a form of detention counts for, and the arithmetic of lengths."""

    credit: Mapping[HeldForm, Fraction]


SENTENCE: Final[Topic[SentenceRules]] = Topic("sentence")

CREDIT_ROUNDING: Final = Policy(
    name="credit_rounding",
    question=(
        "Bagaimana pecahan hari dari tahanan rumah atau kota dibulatkan?",
        "How is a fraction of a day of house or city detention rounded?",
    ),
    options=("down", "up"),
    default="down",
    article="UU 8/1981 art. 22(5)",
    certainty=Certainty.UNSURE,
)
"""The days of one form are summed before they are rounded, so that no splitting changes them."""


class Dates(Value):
    """A sentence that has an end: since when it counts, its length, and the remisi deducted."""

    counts_from: date
    length: Span
    remitted: int

    @property
    def without_remission(self) -> date:
        """Return the day of release had there been no remisi."""
        return self.length.after(self.counts_from)

    @property
    def expiry(self) -> date:
        """Return the day of release."""
        return self.without_remission - timedelta(days=self.remitted)

    def part(self, share: Fraction) -> date:
        """Return the day on which a share has been served, the whole remisi deducted (INF)."""
        served = self.length.part(share).after(self.counts_from)
        return served - timedelta(days=self.remitted)


class Endless(Value):
    """Why there are no dates: a sentence for life or to death, or none yet, or nobody held."""

    code: str
    because: Words


NOT_APPLICABLE: Final[Mapping[str, Words]] = {
    "sentence.death": (
        "tidak berlaku: pidana mati tidak memiliki tanggal bebas",
        "not applicable: a sentence to death has no day of release",
    ),
    "sentence.life": (
        "tidak berlaku: pidana seumur hidup tidak memiliki tanggal bebas",
        "not applicable: a sentence for life has no day of release",
    ),
    "sentence.none": (
        "belum ada pidana penjara yang tercatat",
        "no sentence of imprisonment is recorded yet",
    ),
    "sentence.not_held": (
        "belum ada hari penahanan yang tercatat",
        "no day of detention is recorded yet",
    ),
}


def dates(facts: Facts, law: Law) -> Dates | Endless:
    """Return the dates of all sentences as one, with the remisi that was given already."""
    none = _endless(facts)
    if none:
        return Endless(code=none, because=NOT_APPLICABLE[none])
    return Dates(
        counts_from=counts_from(facts, law),
        length=summed(one.span for one in facts.sentences),
        remitted=sum(one.days for one in facts.remissions),
    )


def _endless(facts: Facts) -> str | None:
    if any(one.death for one in facts.sentences):
        return "sentence.death"
    if any(one.life for one in facts.sentences):
        return "sentence.life"
    if not any(one.span.total_days for one in facts.sentences):
        return "sentence.none"
    if not facts.detention:
        return "sentence.not_held"
    return None


def counts_from(facts: Facts, law: Law) -> date:
    """Return the day from which a sentence counts: the last detention's, less what is credited."""
    stays = joined(facts.detention)
    first = last_full(stays)
    credit = rules_of(facts, law).values.credit
    rounding = floor if law.use(CREDIT_ROUNDING).chosen == "down" else ceil
    earlier = [stay for stay in stays if stay.from_day < first]
    days = sum(
        rounding(credit[form] * sum(length(stay, first) for stay in earlier if stay.form is form))
        for form in HeldForm
    )
    return first - timedelta(days=days)


def rules_of(facts: Facts, law: Law) -> RuleSet[SentenceRules]:
    """Return the text by which the sentence is counted: that of the day on which it was final."""
    return law.on(SENTENCE, facts.verdict_final_on or facts.detention[0].from_day)


def last_full(stays: Iterable[Held]) -> date:
    """Return the first day of the last detention that counts day by day, or that follows the last.

    Somebody who is at home, within the town or in hospital now goes on counting once inside: then
    what is recorded so far is credited to the day after it.
    """
    stays = list(stays)
    inside = [stay for stay in stays if stay.form is HeldForm.RUTAN]
    last = stays[-1]
    if last.form is HeldForm.RUTAN or not (inside or last.to):
        return last.from_day
    return last.to + timedelta(days=1) if last.to else inside[-1].from_day


def length(stay: Held, until: date) -> int:
    """Return the days of a stay, both ends included, and none from ``until`` on."""
    end = stay.to if stay.to and stay.to < until else until - timedelta(days=1)
    return max((end - stay.from_day).days + 1, 0)


def joined(stays: Iterable[Held]) -> tuple[Held, ...]:
    """Return stays in order, those of one form that follow on each other as one."""
    whole: list[Held] = []
    for stay in sorted(stays, key=lambda one: one.from_day):
        before = whole[-1] if whole else None
        if before and before.form is stay.form and _adjoins(before, stay):
            whole[-1] = Held(from_day=before.from_day, to=stay.to, form=stay.form, by=before.by)
        else:
            whole.append(stay)
    return tuple(whole)


def _adjoins(before: Held, stay: Held) -> bool:
    return before.to is not None and stay.from_day == before.to + timedelta(days=1)


def used(law: Law, facts: Facts) -> tuple[PolicyUsed, ...]:
    """Return the policies that the dates rest on."""
    lesser = any(stay.form in (HeldForm.RUMAH, HeldForm.KOTA) for stay in facts.detention)
    return (law.use(CREDIT_ROUNDING),) if lesser else ()


def lives(sentences: Iterable[Sentence]) -> bool:
    """Return whether a sentence has no end."""
    return any(one.life or one.death for one in sentences)
