"""The rights of integration: which are open to a person, from which day, and why not.

Asimilasi and CMK after half of the sentence; PB, CB and CMB after two thirds (UU 22/2022 art. 10;
Permenkumham 3/2018 as amended; KUHP 2023 art. 72). Each new remisi moves the day of a share into
the past, often to before it was given: then the right is open from the day of that remisi, and both
days are kept. Nothing here refuses: a right that is not open is found not to be, with every
condition.
"""

from collections.abc import Mapping
from datetime import date
from typing import Final

from domain.kernel import Refused, Value, replace
from domain.law.child import AFTER_18, grown_up, kind_on
from domain.law.criteria import Criterion, Explanation
from domain.law.facts import Facts, Right, SubjectKind
from domain.law.guidance import OUTSIDE
from domain.law.integration_asking import (
    ASIMILASI_REMAINING,
    CONDUCT_WINDOW,
    FINE_ELSEWHERE,
    LAST_REMISSION,
    SUBSTITUTE_AND_LEAVE,
    Asking,
    condition,
    reached,
)
from domain.law.integration_papers import Document, Papers, checklist
from domain.law.integration_record import of_the_record
from domain.law.integration_rules import CHILD_RIGHTS, INTEGRATION, RIGHTS
from domain.law.integration_time import last_remission, of_the_dates, time_left
from domain.law.leap_day import LEAP_DAY
from domain.law.remisi_conduct import MEASURE_WITHOUT_END
from domain.law.rule_set import Law, PolicyUsed
from domain.law.sentence import NOT_APPLICABLE, Dates, Endless, dates, rules_of, used

IN_ORDER: Final = (Right.ASIMILASI, Right.CMK, Right.CB, Right.CMB, Right.PB)
"""Asimilasi first: that of narcotics must be lived before PB."""


class RightFinding(Value):
    """What the law finds about one right.

    ``applicable`` is whether the question has an answer at all (not for life, death, or a tahanan);
    ``possible`` whether there is a day on which the right can be had. ``from_day`` is that day, on
    which every condition that is a matter of time is met; ``part_day`` the day of the share by
    arithmetic, and ``moved_on`` the day of the remisi that brought it there. ``until`` is the day
    on which the time under the right is over; ``longest_days`` how long it lasts at the most.
    """

    right: Right
    applicable: bool
    possible: bool
    from_day: date | None
    until: date | None
    part_day: date | None
    moved_on: date | None
    longest_days: int | None
    criteria: tuple[Criterion, ...]
    checklist: tuple[Document, ...]
    explanation: Explanation

    @property
    def reasons(self) -> tuple[Criterion, ...]:
        """Return what stands in the way for good: not met, and no waiting helps."""
        return tuple(one for one in self.criteria if not one.met and one.from_day is None)

    def open_on(self, day: date) -> bool:
        """Return whether the right can be had on a day."""
        return (
            self.possible
            and self.from_day is not None
            and self.until is not None
            and self.from_day <= day < self.until
        )


def rights(
    facts: Facts,
    on: date | None,
    law: Law,
    *,
    under: date | None = None,
    papers: Papers | None = None,
) -> Mapping[Right, RightFinding]:
    """Return what is found about each right, asked about on a day or whenever it comes.

    ``under`` is the day whose texts hold (a proposal's); otherwise the day asked about, otherwise
    each right's own day. ``papers`` are the documents that a case shows.
    """
    dated = dates(facts, law)
    if facts.kind is SubjectKind.TAHANAN:
        dated = NOT_CONVICTED
    elif isinstance(dated, Dates) and not dated.length.total_days:
        code = "sentence.substitute_only"
        dated = Endless(code=code, because=NOT_APPLICABLE[code])
    if isinstance(dated, Endless):
        return {right: _nothing(right, dated) for right in IN_ORDER}
    question = Question(facts=facts, dates=dated, on=on, law=law, under=under)
    found: dict[Right, RightFinding] = {}
    for right in IN_ORDER:
        try:
            asking, texts = question.about(right)
        except Refused as refusal:
            if refusal.code != "law.no_rule_set":
                raise
            found[right] = _nothing(right, Endless(code=refusal.code, because=refusal.because))
        else:
            found[right] = _found(asking, texts, found.get(Right.ASIMILASI), papers)
    return found | {Right.ASIMILASI: _until_leave(found)}


NOT_CONVICTED: Final = Endless(
    code="sentence.not_convicted",
    because=(
        "tidak berlaku: hak integrasi hanya untuk narapidana dan anak binaan",
        "not applicable: the rights of integration are for convicts only",
    ),
)


class Question(Value):
    """A question about all rights of one person."""

    facts: Facts
    dates: Dates
    on: date | None
    law: Law
    under: date | None

    def about(self, right: Right) -> tuple[Asking, tuple[str, ...]]:
        """Return the question about one right, and the texts that answer it.

        Raises `Refused` where no text holds on the day.
        """
        facts, law = self.facts, self.law
        day = self.under or self.on or self.own_day(right)
        regime, general = law.on(INTEGRATION, day), law.on(RIGHTS, day)
        texts = [rules_of(facts, law).id, regime.id, general.id]
        rules, case = regime.values.rights[right], facts.case_type
        from_sentence = regime.values.special.get(case)
        special = from_sentence is not None and self.dates.length.total_days >= from_sentence
        share = rules.special_share if special else rules.share
        least = rules.special_least_part_days if special else rules.least_part_days
        article = rules.special_article if special else rules.article
        if kind_on(facts, day, law) is SubjectKind.ANAK_BINAAN:
            child = law.on(CHILD_RIGHTS, day)
            if right in child.values.share:
                share, least, article = child.values.share[right], 0, child.values.article
                texts.append(child.id)
        later = _substitute_before(facts, right, law)
        asking = Asking(
            facts=facts,
            dates=self.dates,
            on=self.on,
            law=law,
            right=right,
            rules=rules,
            regime=regime.values,
            general=general.values,
            share=share,
            least_part=least,
            share_article=article,
            special=special,
            substitute_days=later,
            judged_on=day,
            reached=reached(self.dates, share, facts.remissions, later),
        )
        return asking, tuple(texts)

    def own_day(self, right: Right) -> date:
        """Return about when a right is asked for: when its share falls, by the latest text known.

        The latest is that of the end of the sentence.
        """
        latest = self.law.on(INTEGRATION, self.dates.expiry).values
        return self.dates.part(latest.rights[right].share)


def _found(
    asking: Asking, texts: tuple[str, ...], asimilasi: RightFinding | None, papers: Papers | None
) -> RightFinding:
    asimilasi_from = asimilasi.from_day if asimilasi else None
    conditions = [*of_the_dates(asking, asimilasi_from), *of_the_record(asking)]
    from_day = max(one.since for one in conditions if one.since)
    conditions.append(time_left(asking, from_day))
    possible = not any(one.bars for one in conditions)
    return RightFinding(
        right=asking.right,
        applicable=True,
        possible=possible,
        from_day=from_day if possible else None,
        until=asking.until if possible else None,
        part_day=asking.reached.part_day,
        moved_on=asking.reached.moved_on,
        longest_days=_longest(asking),
        criteria=tuple(one.criterion for one in conditions),
        checklist=checklist(asking, papers),
        explanation=Explanation(rule_sets=texts, policies=_policies(asking)),
    )


def _longest(asking: Asking) -> int | None:
    last = last_remission(asking) if asking.rules.as_last_remission else None
    longest = asking.rules.longest_days
    return min(last.days, longest) if last and longest else longest


def _nothing(right: Right, why: Endless) -> RightFinding:
    """Return the finding where the question has no answer, with the reason in place of dates."""
    indonesian, english = why.because
    because = condition(
        why.code.rpartition(".")[2],
        met=False,
        said=(f"{indonesian[0].upper()}{indonesian[1:]}.", f"{english[0].upper()}{english[1:]}."),
        article="UU 22/2022 art. 10",
    )
    return RightFinding(
        right=right,
        applicable=False,
        possible=False,
        from_day=None,
        until=None,
        part_day=None,
        moved_on=None,
        longest_days=None,
        criteria=(because.criterion,),
        checklist=(),
        explanation=Explanation(rule_sets=(), policies=()),
    )


def _until_leave(found: Mapping[Right, RightFinding]) -> RightFinding:
    """Return asimilasi with its end: the first leave or PB that can follow it, or freedom."""
    asimilasi = found[Right.ASIMILASI]
    if asimilasi.from_day is None:
        return asimilasi
    follows = [found[right].from_day for right in OUTSIDE if found[right].possible]
    later = [day for day in follows if day and day > asimilasi.from_day]
    return replace(asimilasi, until=min(later, default=asimilasi.until))


def _substitute_before(facts: Facts, right: Right, law: Law) -> int:
    """Return the days of an unpaid substitute that come before leave, by policy."""
    unpaid = facts.substitute if facts.substitute and not facts.substitute.paid else None
    if unpaid is None or right not in OUTSIDE:
        return 0
    before = law.use(SUBSTITUTE_AND_LEAVE).chosen == "before_leave"
    return unpaid.span.total_days if before else 0


def _policies(asking: Asking) -> tuple[PolicyUsed, ...]:
    facts, law, expiry = asking.facts, asking.law, asking.dates.expiry
    leave = asking.right in OUTSIDE
    asked = (
        (CONDUCT_WINDOW, bool(facts.discipline) and not asking.rules.conduct_now),
        (MEASURE_WITHOUT_END, any(one.until is None for one in facts.discipline)),
        (LEAP_DAY, asking.right is Right.PB and (expiry.month, expiry.day) == (2, 29)),
        (FINE_ELSEWHERE, asking.fine_unsaid),
        (AFTER_18, grown_up(facts, asking.judged_on, law)),
        (LAST_REMISSION, asking.rules.as_last_remission and bool(facts.remissions)),
        (ASIMILASI_REMAINING, asking.special and facts.case_type in asking.rules.asimilasi_first),
        (
            SUBSTITUTE_AND_LEAVE,
            leave and facts.substitute is not None and not facts.substitute.paid,
        ),
    )
    told = (*used(law, facts), *(law.use(policy) for policy, needed in asked if needed))
    return tuple(dict.fromkeys(told))
