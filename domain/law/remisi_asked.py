"""One remisi that is asked for, with everything that its conditions are held against."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TypedDict, Unpack

from domain.kernel import Words, replace
from domain.law.aloud import assumed
from domain.law.child import kind_on
from domain.law.criteria import Criterion, Trace
from domain.law.facts import (
    Facts,
    Granted,
    Missed,
    RemisiKind,
    Right,
    RightLived,
    SubjectKind,
    Wanted,
)
from domain.law.remisi_rules import REMISI_AMOUNTS, REMISI_CONDITIONS, Conditions
from domain.law.remisi_served import Stretch, days_served, stretch
from domain.law.rule_set import Law, RuleSet
from domain.law.sentence import Dates, Endless, dates


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What is asked for, and how things stand on its day.

    ``kind`` is the kind by which it is counted: of a susulan the one that was missed, of a PMP the
    one of its day; ``counted_on`` the award day by which it is counted. ``dates`` are those that
    the remisi given before have left. ``told_on`` is the day on which it is told: what it says of
    later days is yet to come.
    """

    facts: Facts
    wanted: Wanted
    law: Law
    under: date
    told_on: date
    kind: RemisiKind
    counted_on: date
    rules: RuleSet[Conditions]
    stretch: Stretch | None
    served: int
    dates: Dates | Endless

    @property
    def on(self) -> date:
        """Return the award day."""
        return self.wanted.on

    @property
    def child(self) -> bool:
        """Return whether it is a PMP, of an anak binaan."""
        return kind_on(self.facts, self.on, self.law) is SubjectKind.ANAK_BINAAN

    @property
    def needed(self) -> int:
        """Return how many days must have been served."""
        values = self.rules.values
        return values.served_days_child if self.child else values.served_days

    @property
    def serves_substitute(self) -> bool:
        """Return whether the sentence is over and the one in place of a fine is being served."""
        return bool(self.substitute_ends and self.substitute_ends > self.on and self.sentence_over)

    @property
    def sentence_over(self) -> bool:
        """Return whether nothing is left of the sentence itself on the day."""
        return isinstance(self.dates, Dates) and self.dates.freed <= self.on

    @property
    def released_today(self) -> bool:
        """Return whether another remisi of the same day has ended the sentence already."""
        return self.sentence_over and any(one.on == self.on for one in self.facts.remissions)

    @property
    def substitute_ends(self) -> date | None:
        """Return the last day's morrow of an unpaid substitute; `None` where there is none."""
        unpaid = self.facts.substitute
        if unpaid is None or unpaid.paid or not isinstance(self.dates, Dates):
            return None
        less = sum(one.days for one in self.dates.later)
        ends = unpaid.span.after(self.dates.freed, self.dates.leap_day)
        return ends - timedelta(days=less)

    def counts_as(self, given: Granted) -> Missed:
        """Return the award by which a remisi that was given is counted, as `kind` is."""
        return counted(given.award, self.law, self.under)

    def living(self, *rights: Right) -> RightLived | None:
        """Return a right of integration that runs on the award day."""
        for one in self.facts.rights:
            if one.right in rights and one.from_day <= self.on <= (one.to or date.max):
                return one
        return None


def ask(facts: Facts, wanted: Wanted, law: Law, under: date, told_on: date) -> Asked:
    """Return what is asked for with how things stand on its day."""
    award = counted(wanted.missed or Missed(kind=wanted.kind, on=wanted.on), law, under)
    before = tuple(one for one in facts.remissions if one.on <= wanted.on)
    return Asked(
        facts=facts,
        wanted=wanted,
        law=law,
        under=under,
        told_on=told_on,
        kind=award.kind,
        counted_on=award.on,
        rules=law.on(REMISI_CONDITIONS, under),
        stretch=stretch(facts.detention, award.on),
        served=days_served(facts, award.on, law),
        dates=dates(replace(facts, remissions=before), law),
    )


def counted(award: Missed, law: Law, under: date) -> Missed:
    """Return an award by the kind as which it counts: a PMP is an umum or a khusus by its day."""
    if award.kind is not RemisiKind.PMP:
        return award
    umum_on = law.on(REMISI_AMOUNTS, under).values.umum_on
    of_umum = (award.on.month, award.on.day) == umum_on
    return replace(award, kind=RemisiKind.UMUM if of_umum else RemisiKind.KHUSUS)


class Told(TypedDict, total=False):
    """What there is to say of a criterion besides its words."""

    value: object
    needed: object
    by: Trace | None
    from_day: date | None


def said(asked: Asked, code: str, met: bool, words: Words, **told: Unpack[Told]) -> Criterion:
    """Return a criterion with the article that asks for it."""
    value, needed = told.get("value"), told.get("needed")
    return Criterion(
        code=code,
        met=met,
        value=None if value is None else str(value),
        needed=None if needed is None else str(needed),
        article=asked.rules.values.article(code),
        because_id=words[0],
        because_en=words[1],
        by=told.get("by"),
        from_day=None if met else told.get("from_day"),
    )


def told(fact: bool | None, yes: Words, no: Words) -> Words:
    """Return what is said of a fact; of one that nobody tells, that it is taken to be so."""
    if fact is None:
        return assumed(yes)
    return yes if fact else no
