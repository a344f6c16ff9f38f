"""A what-if over all whom a unit holds: another law, or another fact, and who differs and why.

Each case is reckoned twice from what it tells at a moment: by the law as it is, and otherwise.
Nothing is stored. Cases come one by one as they are read, so that a unit of thousands needs no more
memory than one of ten.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any, Final

from application.case_facts import CaseFacts, CaseKnown
from application.journeys import Moment
from domain.kernel import Refused, Value
from domain.law.calculation import Calculation, calculate
from domain.law.choosing import choose
from domain.law.contrast import Basis, Contrast, basis, contrasts
from domain.law.facts import Facts, Wanted
from domain.law.rule_set import Law
from domain.record import Recorded


class Otherwise(Value):
    """How to reckon otherwise: rule sets by topic, options by policy, and facts put for others.

    ``known_on`` leaves out the texts that were promulgated later. ``facts`` are fields of `Facts`.
    """

    rule_sets: Mapping[str, str]
    policies: Mapping[str, str]
    known_on: date | None
    facts: Mapping[str, Any]

    @property
    def anything(self) -> bool:
        """Return whether anything is to be reckoned otherwise at all."""
        return bool(self.rule_sets or self.policies or self.known_on or self.facts)

    def law(self, law: Law) -> Law:
        """Return the law to reckon by; raise `Refused` for a choice that there is not."""
        known = law.as_known(self.known_on) if self.known_on else law
        return choose(known, rule_sets=self.rule_sets, options=self.policies)


class CohortQuestion(Value):
    """Whom a unit held at a moment, which remisi is asked for, on which day, and what otherwise.

    A remisi that was given by then is not asked for again: to reckon an award anew, the moment is
    the day before it.
    """

    unit: str
    moment: Moment
    on: date
    wanted: tuple[Wanted, ...]
    otherwise: Otherwise


class Failure(Value):
    """Nothing could be reckoned from a case: the stable code of why, and its words."""

    code: str
    because: tuple[str, str]


class Compared(Value):
    """One case reckoned twice: what differs, or why one of the two cannot be reckoned.

    ``base_only`` and ``other_only`` are the texts and policies on which only one of them rests.
    ``pages`` are the facts that the case tells.
    """

    case: str
    differs: tuple[Contrast, ...]
    base_only: Basis
    other_only: Basis
    base_failure: Failure | None
    other_failure: Failure | None
    pages: tuple[Recorded, ...]

    @property
    def same(self) -> bool:
        """Return whether both answers are the same, or fail alike."""
        return not self.differs and self.base_failure == self.other_failure


NO_BASIS: Final = Basis(rule_sets=(), policies=())


@dataclass(slots=True)
class Tally:
    """How many cases were reckoned, could not be, and differ; and in which answers how many do."""

    cases: int = 0
    failed: int = 0
    differing: int = 0
    answers: Counter[str] = field(default_factory=Counter)

    def __call__(self, one: Compared) -> Compared:
        """Count a case, and return it."""
        self.cases += 1
        self.failed += bool(one.base_failure or one.other_failure)
        self.differing += not one.same
        self.answers.update(contrast.answer for contrast in one.differs)
        return one


@dataclass(frozen=True, slots=True)
class Cohort:
    """Reckons cases twice, by a law and otherwise."""

    cases: CaseFacts
    law: Law

    def held(self, asked: CohortQuestion) -> Sequence[str]:
        """Return the cases that the unit holds at the moment, in the order of their ids."""
        return self.cases.held_by([asked.unit], asked.moment)

    def compared(self, cases: Iterable[str], asked: CohortQuestion) -> Iterator[Compared]:
        """Yield each case reckoned twice; raise `Refused` at once for a choice there is not."""
        other = asked.otherwise.law(self.law)
        return (self._compared(one, asked, other) for one in self.cases.many(cases, asked.moment))

    def _compared(self, known: CaseKnown, asked: CohortQuestion, other: Law) -> Compared:
        facts = known.facts
        was = _reckoned(facts, asked, self.law)
        now = _reckoned(replace(facts, **asked.otherwise.facts), asked, other)
        failed = [one if isinstance(one, Failure) else None for one in (was, now)]
        found = Compared(
            case=known.case,
            differs=(),
            base_only=NO_BASIS,
            other_only=NO_BASIS,
            base_failure=failed[0],
            other_failure=failed[1],
            pages=known.pages,
        )
        if isinstance(was, Failure) or isinstance(now, Failure):
            return found
        return replace(
            found,
            differs=contrasts(was, now),
            base_only=basis(was, now),
            other_only=basis(now, was),
        )


def _reckoned(facts: Facts, asked: CohortQuestion, law: Law) -> Calculation | Failure:
    try:
        wanted = tuple(_open_to(facts, asked.wanted))
        return calculate(facts, wanted, asked.on, law, lived=True)
    except Refused as refused:
        return Failure(code=refused.code, because=refused.because)


def _open_to(facts: Facts, wanted: Iterable[Wanted]) -> Iterator[Wanted]:
    """Yield what can be asked for one person: not given already, nor of a day before they came."""
    given = {(one.kind, one.on) for one in facts.remissions}
    first = min((one.from_day for one in facts.detention), default=date.max)
    return (one for one in wanted if one.on >= first and (one.kind, one.on) not in given)


def part(cases: Sequence[str], most: int) -> tuple[Sequence[str], str | None]:
    """Return the first cases, and after which one the next part begins; nothing after the last."""
    first = cases[:most]
    return first, first[-1] if len(cases) > most else None
