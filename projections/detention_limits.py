"""What the law says of a row of detention: until when it holds, and what the courts said meanwhile.

It is worked out when a fact is told, so that a list of thousands need only compare days. Of what
somebody is charged with only its kind is looked at, which lies open.
"""

from collections.abc import Iterable
from datetime import date
from typing import Final

from domain.detention import (
    DetentionEnded,
    DetentionExtended,
    DetentionForm,
    DetentionOrdered,
    DetentionStage,
    DetentionSuspended,
    HospitalStayBegan,
    HospitalStayEnded,
)
from domain.kernel import Refused, Value
from domain.law.book import BOOK, LAW
from domain.law.detention import Chain, Flag, Ordered, Pause, Term, Who, terms
from domain.law.detention_clock import Court, stopped_on
from domain.law.detention_rules import DETENTION_LIMITS, DETENTION_LIMITS_CHILD, SPECIAL
from domain.record import Recorded
from domain.verdict import (
    CopyReceived,
    VerdictBecameFinal,
    VerdictExecuted,
    VerdictPronounced,
    imprisons,
)
from projections.dated import Moment, when

TOPICS: Final = (DETENTION_LIMITS, DETENTION_LIMITS_CHILD, *SPECIAL.values())
TEXTS: Final = sum(one.topic in TOPICS for one in BOOK)
"""The texts that rows rest on: one more makes a new version of the table, and its rows anew."""
ORDERS: Final = (DetentionOrdered.stored_as, DetentionExtended.stored_as)
STOPS: Final = (DetentionSuspended.stored_as, DetentionEnded.stored_as)


class DetentionStep(Moment):
    """One fact of detention, by the stored name of its event, and what its order says."""

    fact: str
    form: DetentionForm | None
    stage: DetentionStage | None
    authority: str | None
    order_date: date | None
    starts: date | None
    until: date | None
    legal_basis: str | None
    exceptional: bool | None


class CourtStep(Moment):
    """What came of a verdict, by the stored name of its event.

    ``convicts`` is whether the verdict itself imprisons.
    """

    fact: str
    number: str | None
    convicts: bool | None


class Limits(Value):
    """What the law says of the last order, a stay in hospital that goes on not counted yet."""

    since: date | None
    allowed_days: int | None
    lawful_until: date | None
    extendable_until: date | None
    exceptional_until: date | None
    uncovered_days: int
    flags: str
    rule_set: str | None
    policies: str
    stopped_on: date | None


UNLIMITED: Final = Limits(
    since=None,
    allowed_days=None,
    lawful_until=None,
    extendable_until=None,
    exceptional_until=None,
    uncovered_days=0,
    flags="",
    rule_set=None,
    policies="",
    stopped_on=None,
)
SILENT: Final = Court(
    pronounced_on=None, convicted=None, copy_missing=False, final_on=None, executed_on=None
)


def chain_of(steps: Iterable[DetentionStep]) -> Chain:
    """Return the orders and breaks that steps tell of, in their order."""
    orders: list[Ordered] = []
    hospital: list[Pause] = []
    stops: list[date] = []
    for step in steps:
        inside = bool(hospital) and hospital[-1].until is None
        if step.fact in ORDERS and step.stage:
            orders.append(_ordered(step, step.stage))
        elif step.fact == HospitalStayBegan.stored_as:
            hospital.append(Pause(since=step.day, until=None))
        elif inside and step.fact in (HospitalStayEnded.stored_as, DetentionEnded.stored_as):
            hospital[-1] = Pause(since=hospital[-1].since, until=step.day)
        if step.fact in STOPS:
            stops.append(step.day)
    return Chain(orders=tuple(orders), hospital=tuple(hospital), stops=tuple(stops))


def _ordered(step: DetentionStep, stage: DetentionStage) -> Ordered:
    return Ordered(
        stage=stage,
        extends=step.fact == DetentionExtended.stored_as,
        exceptional=bool(step.exceptional),
        starts=step.starts or step.day,
        until=step.until or step.day,
        order_date=step.order_date,
        by=None,
    )


def limits_of(chain: Chain, who: Who) -> Limits:
    """Return what the law says of the last order. Of what it says nothing, nothing is said."""
    try:
        found = terms(chain, who, LAW)
    except (Refused, OverflowError):
        return UNLIMITED
    return _said(chain, found) if found else UNLIMITED


def _said(chain: Chain, found: tuple[Term, ...]) -> Limits:
    last = found[-1]
    used = {one.name: one.chosen for term in found for one in term.policies}
    return Limits(
        since=last.order.starts,
        allowed_days=last.allowed,
        lawful_until=last.last_day,
        extendable_until=last.extendable_until,
        exceptional_until=last.exceptional_until,
        uncovered_days=sum(term.not_covered for term in found),
        flags=",".join(flag.value for flag in Flag if any(flag in one.flags for one in found)),
        rule_set=last.rule_set,
        policies=",".join(f"{name}={chosen}" for name, chosen in sorted(used.items())),
        stopped_on=stopped_on(chain.stops, found),
    )


def court_step(page: Recorded) -> CourtStep | None:
    """Return what a page says of a verdict; nothing where it is about something else."""
    said: tuple[str | None, bool | None]
    match page.event:
        case VerdictPronounced() as event:
            said = event.number, imprisons(event)
        case CopyReceived() | VerdictBecameFinal() as event:
            said = event.number, None
        case VerdictExecuted():
            said = None, None
        case _:
            return None
    number, convicts = said
    fact = page.event.stored_as
    return CourtStep(**when(page), fact=fact, number=number, convicts=convicts)


def court_of(steps: Iterable[CourtStep]) -> Court:
    """Return how the last verdict stands after some steps, in their order."""
    last: CourtStep | None = None
    copies, final, executed = set[str | None](), dict[str | None, date](), dict[str | None, date]()
    newest: str | None = None
    for step in steps:
        match step.fact:
            case VerdictPronounced.stored_as:
                last = step
            case CopyReceived.stored_as:
                copies.add(step.number)
            case VerdictBecameFinal.stored_as:
                final[step.number], newest = step.day, step.number
            case _:
                executed[newest] = step.day
    if last is None:
        return SILENT
    return Court(
        pronounced_on=last.day,
        convicted=last.convicts,
        copy_missing=last.number not in copies,
        final_on=final.get(last.number),
        executed_on=executed.get(last.number),
    )
