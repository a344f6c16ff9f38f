"""Sentence dates: when each punishment that a case tells of is over, kept as facts come in.

The dates are of what was told so far, by the law as the house reckons with it. A row keeps the
lines that lead to its dates, so that a fact told late changes them, and a day that is gone can be
asked about. Somebody whose days do not count day by day now (at home, within the town, in hospital)
has dates that move: they are reckoned again on the day of asking.
"""

from collections.abc import Iterable, Sequence
from datetime import date
from enum import Enum
from typing import Final

from domain.custody import CustodyAdmitted, CustodyTakenOver
from domain.kernel import Open, Refused, Specific, Value
from domain.law.book import LAW
from domain.law.calculation import sentence_dates
from domain.law.facts import Facts, HeldForm
from domain.law.possible import problems
from domain.law.sentence import Endless, closed, dates, rules_of
from domain.record import Recorded
from domain.remisi import RemisiApplied, RemisiProposed, RemisiSkIssued
from domain.verdict import VerdictPronounced
from projections.dated import Dated, amended, entered
from projections.kernel import Projection, Scope, changed
from projections.sentence_steps import KEPT, SentenceStep, facts_by, official_release, sentence_step


class Reckoning(Enum):
    """Whether there is a day of release. Who serves no end, or nothing yet, has `NONE`.

    Of `IMPOSSIBLE` the facts contradict each other, or no text of law reckons them: somebody has
    to look at the case, since nobody knows when they are free.
    """

    DATED = "dated"
    NONE = "none"
    IMPOSSIBLE = "impossible"


class Reckoned(Value):
    """What facts come to.

    ``why_none`` is a code where there are no dates; ``moves`` whether each day more moves them.
    """

    counts_from: date | None
    expiry_without_remission: date | None
    expiry: date | None
    release: date | None
    one_third: date | None
    one_half: date | None
    two_thirds: date | None
    rule_set: str | None
    reckoning: Reckoning
    why_none: str | None
    moves: bool


class SentenceDatesLine(Dated):
    """One case. Where its punishment has no dates, ``why_none`` says why, by a stable code.

    Where the last verdict imposes no imprisonment, ``release`` alone is there: the verdict's day.

    ``official_release`` is the day that the latest document names, which may be another one.
    """

    case: Open[str]
    person: Open[str]
    counts_from: Specific[date | None]
    expiry_without_remission: Specific[date | None]
    expiry: Specific[date | None]
    release: Specific[date | None]
    one_third: Specific[date | None]
    one_half: Specific[date | None]
    two_thirds: Specific[date | None]
    official_release: Specific[date | None]
    rule_set: Open[str | None]
    reckoning: Open[Reckoning]
    why_none: Specific[str | None]
    moves: Open[bool]
    last_effective_day: Open[date]
    steps: Specific[tuple[SentenceStep, ...] | None]


IMPOSSIBLE: Final = "facts.impossible"
NONE_IMPOSED: Final = "sentence.none_imposed"
NONE: Final = Reckoned(
    counts_from=None,
    expiry_without_remission=None,
    expiry=None,
    release=None,
    one_third=None,
    one_half=None,
    two_thirds=None,
    rule_set=None,
    reckoning=Reckoning.NONE,
    why_none=None,
    moves=False,
)
NEVER: Final = changed(NONE, reckoning=Reckoning.IMPOSSIBLE, why_none=IMPOSSIBLE)
UNDER_WAY: Final = (RemisiProposed, RemisiSkIssued)
"""These move no date before the remisi is applied."""


def reckoned(facts: Facts, on: date | None = None) -> Reckoned:
    """Return what facts come to, as of a day where the dates move; never raises.

    What is told of a person besides moves no date, and is not asked whether it can be.
    """
    facts = changed(facts, discipline=(), rights=(), birth_date=None)
    if problems(facts, (), on):
        return NEVER
    told = closed(facts, on)
    try:
        course = dates(told, LAW)
        if isinstance(course, Endless):
            return changed(NONE, why_none=course.code)
        days = sentence_dates(told, course)
    except OverflowError:
        return NEVER
    except Refused as refused:
        return changed(NEVER, why_none=refused.code)
    inside = all(one.to or one.form is HeldForm.RUTAN for one in facts.detention)
    return Reckoned(
        **vars(days),
        rule_set=rules_of(told, LAW).id,
        reckoning=Reckoning.DATED,
        why_none=None,
        moves=not inside,
    )


def reckoned_on(steps: Iterable[SentenceStep], on: date) -> Reckoned:
    """Return what the lines that took effect by the end of a day come to on it."""
    return reckoned_by([step for step in steps if step.day <= on], on)


def reckoned_by(steps: Sequence[SentenceStep], on: date | None = None) -> Reckoned:
    """Return what lines come to; whom the last verdict leaves nothing to serve is free on its day.

    Raises nothing.
    """
    found = reckoned(facts_by(steps), on)
    if found.why_none != NONE_IMPOSED:
        return found
    said = [step.day for step in steps if step.fact == VerdictPronounced.stored_as]
    return changed(found, reckoning=Reckoning.DATED, release=said[-1]) if said else found


def _blank(page: Recorded) -> SentenceDatesLine:
    return SentenceDatesLine(
        told=(),
        case=page.stream.key,
        person=page.subject,
        official_release=None,
        last_effective_day=page.event.effective.day,
        steps=None,
        **vars(NONE),
    )


def evolve(row: SentenceDatesLine | None, page: Recorded) -> SentenceDatesLine:
    """Enter the fact in its place, and reckon where it moves a date."""
    row = row or _blank(page)
    steps = entered(row.steps or (), sentence_step(page))
    row = changed(
        amended(row, page, "last", last_effective_day=page.event.effective.day), steps=steps
    )
    event = page.event
    if isinstance(event, CustodyAdmitted | CustodyTakenOver):
        row = amended(row, page, "opening", person=event.person)
    if isinstance(event, UNDER_WAY) and not _applied(steps, event.proposal):
        return row
    found = reckoned_by(steps)
    return changed(row, official_release=official_release(steps), **vars(found))


def _applied(steps: Iterable[SentenceStep], proposal: str) -> bool:
    return any(one.fact == RemisiApplied.stored_as and one.key == proposal for one in steps)


SENTENCE_DATES: Final = Projection(
    name="sentence_dates",
    version=3,
    row=SentenceDatesLine,
    events=tuple(KEPT),
    key=lambda page: page.stream.key,
    evolve=evolve,
    scope=Scope.CASE,
    within_stream=True,
    subject="person",
)
