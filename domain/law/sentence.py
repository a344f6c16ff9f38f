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
from typing import Final, cast

from domain.kernel import Value, Words, replace
from domain.law.facts import Facts, Granted, Held, HeldForm, RemisiKind, Sentence
from domain.law.guidance import OUTSIDE, REVOKED_TIME, counted_outside
from domain.law.leap_day import ARITHMETIC, LEAP_DAY, leap_day
from domain.law.rule_set import Certainty, Law, Policy, PolicyUsed, RuleSet, Topic
from domain.law.span import LeapDay, Rounding, Span, summed


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

PART_ROUNDING: Final = Policy(
    name="part_rounding",
    question=(
        "Bila sepertiga, setengah, atau dua pertiga pidana tidak genap sehari: hari yang mana?",
        "Where a third, half or two thirds of a sentence ends within a day: which day is it?",
    ),
    options=("up", "down"),
    default="up",
    article=ARITHMETIC,
    certainty=Certainty.UNSURE,
)
REMISI_IN_PARTS: Final = Policy(
    name="remisi_in_parts",
    question=(
        "Apakah remisi dikurangkan seluruhnya dari tanggal 2/3, atau hanya dua pertiganya?",
        "Is remisi deducted of the date of two thirds in full, or only two thirds of it?",
    ),
    options=("in_full", "in_proportion"),
    default="in_full",
    article="Keppres 174/1999",
    certainty=Certainty.INFERRED,
)
"""Texts of law blogs say in proportion; the parole that was published fits in full (INF)."""


class Dates(Value):
    """A sentence that has an end: since when it counts, its length, and the remisi deducted.

    Of whoever serves only what is in place of a fine the length is nothing, and all remisi later.

    ``freed`` is the day on which it is over in fact: the award day, where a remisi ends it on its
    own day. ``later`` is the remisi that was given after that, while a substitute was served.
    """

    counts_from: date
    length: Span
    remitted: int
    freed: date
    later: tuple[Granted, ...]
    leap_day: LeapDay
    rounding: Rounding
    in_full: bool

    @property
    def without_remission(self) -> date:
        """Return the day of release had there been no remisi."""
        return self.length.after(self.counts_from, self.leap_day)

    @property
    def expiry(self) -> date:
        """Return the day on which the sentence ends, every remisi deducted."""
        return self.without_remission - timedelta(days=self.remitted)

    def part(self, share: Fraction) -> date:
        """Return the day on which a share has been served, the remisi deducted (INF)."""
        deducted = self.remitted if self.in_full else floor(share * self.remitted)
        served = self.length.part(share, self.rounding).after(self.counts_from, self.leap_day)
        return served - timedelta(days=deducted)


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
    "sentence.none_imposed": (
        "putusan terakhir tidak menjatuhkan pidana penjara",
        "the last verdict imposes no imprisonment",
    ),
    "sentence.substitute_only": (
        "tidak berlaku: yang dijalani hanya penjara pengganti",
        "not applicable: what is served is only in place of a payment",
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
    whole = Dates(
        counts_from=counts_from(facts, law),
        length=summed(one.span for one in facts.sentences),
        remitted=0,
        freed=date.max,
        later=(),
        leap_day=leap_day(law),
        rounding=cast("Rounding", law.use(PART_ROUNDING).chosen),
        in_full=law.use(REMISI_IN_PARTS).chosen == "in_full",
    )
    unpaid = facts.substitute is not None and not facts.substitute.paid
    return remitted(whole, facts.remissions, substitute=unpaid)


def remitted(whole: Dates, given: Iterable[Granted], *, substitute: bool) -> Dates:
    """Return dates with remisi deducted in the order of award days, dasawarsa last of a day.

    What is given on a day after that on which the sentence was over is not of this sentence; nor is
    a dasawarsa of that very day, where a ``substitute`` begins on it (RD of a penjara pengganti
    denda, V).
    """
    end = freed = whole.without_remission
    days, later = 0, list[Granted]()
    for one in sorted(given, key=lambda one: (one.on, one.kind is RemisiKind.DASAWARSA)):
        of_substitute = substitute and one.kind is RemisiKind.DASAWARSA and one.on == freed
        if one.on > freed or of_substitute:
            later.append(one)
            continue
        days += one.days
        freed = max(end - timedelta(days=days), one.on)
    return replace(whole, remitted=days, freed=freed, later=tuple(later))


def _endless(facts: Facts) -> str | None:
    if any(one.death for one in facts.sentences):
        return "sentence.death"
    if any(one.life for one in facts.sentences):
        return "sentence.life"
    if not any(one.span.total_days for one in facts.sentences):
        if facts.substitute is None:
            return "sentence.none_imposed" if facts.verdict_final_on else "sentence.none"
        if facts.substitute.paid:
            return "sentence.none"
    if not facts.detention:
        return "sentence.not_held"
    return None


class Credited(Value):
    """Days held in one form before the last detention: so many were, and so many of them count."""

    form: HeldForm
    held: int
    share: Fraction
    counted: int


def counts_from(facts: Facts, law: Law) -> date:
    """Return the day from which a sentence counts: the last detention's, less what is credited."""
    stays = joined(closed(facts).detention)
    first = last_full(stays)
    if stays[0].from_day >= first:
        return first
    days = sum(one.counted for one in credited(facts, law)) + credited_outside(facts, law)
    return first - timedelta(days=days)


def credited(facts: Facts, law: Law) -> tuple[Credited, ...]:
    """Return what earlier detentions are credited for, each form once, in the order they began."""
    stays = joined(closed(facts).detention)
    first = last_full(stays)
    earlier: dict[HeldForm, int] = {}
    for stay in stays:
        if stay.from_day < first:
            earlier[stay.form] = earlier.get(stay.form, 0) + length(stay, first)
    if not earlier:
        return ()
    credit = rules_of(facts, law).values.credit
    rounding = floor if law.use(CREDIT_ROUNDING).chosen == "down" else ceil
    return tuple(
        Credited(form=form, held=days, share=credit[form], counted=rounding(credit[form] * days))
        for form, days in earlier.items()
    )


def credited_outside(facts: Facts, law: Law) -> int:
    """Return the days under a right lived outside, and revoked, that count as served."""
    stays = joined(closed(facts).detention)
    return counted_outside(facts.rights, stays, last_full(stays), law)


def rules_of(facts: Facts, law: Law) -> RuleSet[SentenceRules]:
    """Return the text by which the sentence is counted: that of the day on which it was final."""
    return law.on(SENTENCE, facts.verdict_final_on or min(it.from_day for it in facts.detention))


def closed(facts: Facts, on: date | None = None) -> Facts:
    """Return facts in which whoever is at home, within the town or in hospital is so until ``on``.

    Each day more would move the dates, so they are those of going inside on the day after. Without
    a day it is the last one that the facts speak of.
    """
    going_on = [one for one in facts.detention if one.to is None and one.form is not HeldForm.RUTAN]
    if not going_on:
        return facts
    until = max(on or _last_told(facts), going_on[0].from_day)
    stays = tuple(replace(it, to=until) if it in going_on else it for it in facts.detention)
    return replace(facts, detention=stays)


def _last_told(facts: Facts) -> date:
    told = [one.from_day for one in facts.detention] + [one.on for one in facts.remissions]
    return max([*told, facts.verdict_final_on or date.min])


def last_full(stays: Iterable[Held]) -> date:
    """Return the first day of the last detention in a Rutan, or the day after all others."""
    last = list(stays)[-1]
    if last.form is HeldForm.RUTAN or last.to is None:
        return last.from_day
    return last.to + timedelta(days=1)


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
    """Return the policies that the dates rest on: none that could not have changed them."""
    found = dates(facts, law)
    if isinstance(found, Endless):
        return ()
    lesser = any(stay.form in (HeldForm.RUMAH, HeldForm.KOTA) for stay in facts.detention)
    uneven = found.length.total_days % 6
    begins = found.counts_from
    asked = (
        (CREDIT_ROUNDING, lesser),
        (PART_ROUNDING, uneven),
        (LEAP_DAY, (begins.month, begins.day) == (2, 29)),
        (REMISI_IN_PARTS, found.remitted),
        (REVOKED_TIME, _held_after_leave(facts)),
    )
    return tuple(law.use(policy) for policy, matters in asked if matters)


def _held_after_leave(facts: Facts) -> bool:
    """Return whether a right that is lived outside was followed by detention: it was revoked."""
    last = max(one.from_day for one in facts.detention)
    return any(one.right in OUTSIDE and one.from_day < last for one in facts.rights)


def lives(sentences: Iterable[Sentence]) -> bool:
    """Return whether a sentence has no end."""
    return any(one.life or one.death for one in sentences)
