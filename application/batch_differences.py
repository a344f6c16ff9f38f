"""A list held against what is known by now: which of its lines would be drafted otherwise today.

A breach between the proposal and the day withdraws the proposal (V1), and a verdict, a release or a
correction may come as late. Everyone is reckoned again from what is known now, by the texts and the
policies of the list's own draft: another law is no difference, and a list is drafted anew by hand.
Nothing is changed here. Whoever left the unit is not reckoned: what is known of them since is
another unit's.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import Enum
from typing import Any

from application.batch_cases import ORDER, in_order
from application.batches import PROPOSED_ALREADY, DraftAsked, Drafting, Reckoned, once
from application.case_facts import CaseFacts, CaseKnown
from application.journeys import NOW
from domain.batch_due import proposal_key
from domain.batch_list import BatchDrafted, Candidate
from domain.batch_standing import ENDED, BatchLine, RemisiBatch
from domain.kernel import Value
from domain.law.choosing import policies
from domain.law.criteria import Criterion
from domain.law.facts import Facts, RemisiKind
from domain.law.rule_set import Law, RuleSet
from domain.remisi_assessment import BREACHES


class Change(Enum):
    """How a line would be drafted otherwise."""

    NO_LONGER_ELIGIBLE = "no_longer_eligible"
    NOW_ELIGIBLE = "now_eligible"
    OTHER_DAYS = "other_days"
    OTHER_RELEASE = "other_release"
    NEW_IN_UNIT = "new_in_unit"
    LEFT_UNIT = "left_unit"


class Remedy(Enum):
    """What a person can do about it; ``none`` where nothing is to be done on this list."""

    WITHDRAW_LINE = "withdraw_line"
    CHANGE_LINE = "change_line"
    DRAFT_ANEW = "draft_anew"
    NEXT_YEAR = "next_year"
    BY_ITSELF = "by_itself"
    NONE = "none"


class Difference(Value):
    """One line that would be drafted otherwise, or one that is not on the list.

    ``line`` is the line as it stands, `None` for whoever is new; ``now`` is the line as it would be
    drafted, `None` for whoever left. ``criteria`` are those behind it, as they are found now.
    """

    case: str
    kind: RemisiKind
    change: Change
    remedy: Remedy
    line: BatchLine | None
    now: Candidate | None
    criteria: tuple[Criterion, ...]


@dataclass(frozen=True, slots=True)
class Differences:
    """Holds one list against what is known now. ``law`` is with the feasts as known now."""

    cases: CaseFacts
    law: Law
    key: str
    batch: RemisiBatch

    def found(self) -> Iterator[Difference]:
        """Yield what differs by case, and of one case in the order of its awards.

        Of a list that has come to its end nothing does: what is told of its cases stands there.
        """
        draft = self.batch.draft
        if draft is None or self.batch.status in ENDED:
            return
        lines = _by_case(self.batch.lines.values())
        held = self.cases.held_by([draft.unit], NOW)
        there = set(held)
        differing: list[Sequence[Difference | None]] = [
            [_left(self.batch, line) for line in of_case]
            for case, of_case in lines.items()
            if case not in there
        ]
        drafting = Drafting(self.cases, law_of_draft(draft, self.law))
        differing += [
            self._of_case(one, lines.get(one.case, ()), draft, drafting)
            for one in self.cases.many(held, NOW)
        ]
        found = (one for part in differing for one in part if one is not None)
        yield from sorted(found, key=lambda one: (one.case, ORDER[one.kind]))

    def _of_case(
        self,
        known: CaseKnown,
        lines: Sequence[BatchLine],
        draft: BatchDrafted,
        drafting: Drafting,
    ) -> Sequence[Difference | None]:
        asked = DraftAsked(unit=draft.unit, award_day=draft.award_day, kinds=draft.kinds)
        facts = _without_own_awards(known.facts, lines, draft.award_day)
        on_the_list = {line.kind: line for line in lines}
        reckoned = drafting.reckon(known.case, facts, asked, draft.effective.day)
        own = {proposal_key(self.key, kind) for kind in draft.kinds}
        return [
            _differs(self.batch, on_the_list.get(one.line.kind), one)
            for one in once(known, reckoned, asked, own)
        ]


def law_of_draft(draft: BatchDrafted, law: Law) -> Law:
    """Return the law by which a list was drafted, of all that is in the book by now.

    A text that is in the book today and would go before one that the list names was not in it.
    """
    day, named = draft.effective.day, set(draft.rule_sets)
    taken = [one for one in law.book if one.id in named and one.holds_on(day)]
    book = tuple(
        one for one in law.book if one.id in named or not any(_goes_before(one, it) for it in taken)
    )
    chosen = dict(line.split("=", 1) for line in draft.policies if "=" in line)
    there = {name: option for name, option in chosen.items() if name in policies()}
    return replace(law, book=book, policies={**law.policies, **there})


def _goes_before(one: RuleSet[Any], named: RuleSet[Any]) -> bool:
    since, named_since = (one.valid_from, one.promulgated), (named.valid_from, named.promulgated)
    return one.topic is named.topic and since > named_since


def _by_case(lines: Iterable[BatchLine]) -> Mapping[str, Sequence[BatchLine]]:
    found: dict[str, list[BatchLine]] = {}
    for line in in_order(lines):
        found.setdefault(line.case, []).append(line)
    return found


def _without_own_awards(facts: Facts, lines: Sequence[BatchLine], award_day: date) -> Facts:
    """Leave out what this list itself has given, on a day on which some cases still wait."""
    own = {(line.kind, award_day) for line in lines if line.included}
    given = tuple(one for one in facts.remissions if (one.kind, one.on) not in own)
    return replace(facts, remissions=given)


def _left(batch: RemisiBatch, line: BatchLine) -> Difference | None:
    """Return that whoever is proposed is not in the unit any more; of the others it is no news."""
    if not batch.stands(line):
        return None
    return Difference(
        case=line.case,
        kind=line.kind,
        change=Change.LEFT_UNIT,
        remedy=Remedy.WITHDRAW_LINE,
        line=line,
        now=None,
        criteria=(),
    )


def _differs(batch: RemisiBatch, line: BatchLine | None, one: Reckoned) -> Difference | None:
    """Return how a line differs, unless it was put so by hand or is off the list already."""
    now = one.line
    change = _change(batch, line, now)
    if change is None:
        return None
    unmet = [it for it in one.finding.criteria if not it.met] if one.finding else []
    lacked = set(line.drafted.reasons) if line else set()
    met = [it for it in one.finding.criteria if it.code in lacked] if one.finding else []
    return Difference(
        case=now.case,
        kind=now.kind,
        change=change,
        remedy=_remedy(batch, change, now),
        line=line,
        now=now,
        criteria=tuple(met if change is Change.NOW_ELIGIBLE else unmet),
    )


def _change(batch: RemisiBatch, line: BatchLine | None, now: Candidate) -> Change | None:
    if line is None:  # whoever was moved with a proposal has what the list could give
        return None if PROPOSED_ALREADY in now.reasons else Change.NEW_IN_UNIT
    then = line.drafted
    taken_off = then.included and not batch.stands(line)
    put_so = line.remission_days != then.remission_days and line.included == now.included
    if taken_off or (put_so and line.remission_days == now.remission_days):
        return None
    if then.included != now.included:
        return Change.NOW_ELIGIBLE if now.included else Change.NO_LONGER_ELIGIBLE
    if then.remission_days != now.remission_days:
        return Change.OTHER_DAYS
    return Change.OTHER_RELEASE if then.releases != now.releases else None


def _remedy(batch: RemisiBatch, change: Change, now: Candidate) -> Remedy:
    """Return what is still open: by hand until the TPP meets, anew until the SK, then one by one.

    Whether an award releases is worked out again on its day, so nothing is to be done about that.
    """
    if change is Change.OTHER_RELEASE or (change is Change.NEW_IN_UNIT and not now.included):
        return Remedy.NONE
    if change is Change.NO_LONGER_ELIGIBLE:
        breach = batch.sk is not None and set(now.reasons) <= set(BREACHES)
        return Remedy.NEXT_YEAR if breach else Remedy.WITHDRAW_LINE
    if batch.sk:
        return Remedy.BY_ITSELF
    by_hand = change is not Change.NEW_IN_UNIT and not batch.steps
    return Remedy.CHANGE_LINE if by_hand else Remedy.DRAFT_ANEW
