"""The last lawful day of each order of detention, and how far its stage can still be extended.

First and last day both count: the last day is the first plus the limit less one (V1). Days in
hospital do not count (pembantaran, K+): the day of going is none, that of coming back is one. The
clock begins anew at each stage. An order is good for as long as it says, and never for longer than
the law allows; what it claims beyond that is flagged. Nothing here refuses: an order that came too
late was given, and the days without one are told.
"""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from enum import Enum
from itertools import accumulate
from typing import Final

from domain.detention import DetentionStage
from domain.kernel import Refused, Value, replace
from domain.law.criteria import Trace
from domain.law.detention_rules import (
    DETENTION_LIMITS,
    DETENTION_LIMITS_CHILD,
    DETENTION_RESUMED,
    KUHAP_TRANSITION,
    MA_FIRST_TERM,
    SPECIAL,
    SPECIAL_DETENTION,
    DetentionRules,
    Exceptional,
)
from domain.law.facts import CaseType
from domain.law.rule_set import Law, PolicyUsed, RuleSet, Topic

ONE_DAY: Final = timedelta(days=1)


class Ordered(Value):
    """One order: the first of a stage or an extension of it, both days included, as it is written.

    ``by`` is the fact that told of it.
    """

    stage: DetentionStage
    extends: bool
    exceptional: bool
    starts: date
    until: date
    order_date: date | None
    by: Trace | None


class Pause(Value):
    """Days that do not count, from the first of them until the first that counts again."""

    since: date
    until: date | None


class Chain(Value):
    """What is on record of somebody's detention, orders and breaks in the order of their effect.

    ``stops`` are the last days on which an order was lived: detention was suspended, or ended.
    """

    orders: tuple[Ordered, ...]
    hospital: tuple[Pause, ...]
    stops: tuple[date, ...]


class Who(Value):
    """What of a person the limits depend on; ``maximum_years`` is the threat, where it is known."""

    child: bool
    case_type: CaseType
    maximum_years: int | None


class Flag(Enum):
    """What is not right with an order."""

    LONGER_THAN_LAW = "longer_than_law"
    NOT_COVERED = "not_covered"
    SIGNED_LATE = "signed_late"
    NO_EXCEPTION = "no_exception"
    EXCEPTION_NEEDS_ILLNESS = "exception_needs_illness"
    SPANS_TWO_LAWS = "spans_two_laws"
    SPECIAL_LAW_UNKNOWN = "special_law_unknown"


class Term(Value):
    """One order as the law sees it.

    ``claimed`` are the days that it is written for, ``allowed`` those that the law gives it, and
    ``last_day`` is the last on which it holds anybody: that of the order before where nothing was
    left to give. ``hospital_days`` of it did not count. ``not_covered`` are the days before it on
    which somebody was held without any order that was still good. ``extendable_until`` is the last
    day that further extensions of the stage could reach, ``exceptional_until`` the same with those
    on special grounds.
    """

    order: Ordered
    claimed: int
    allowed: int
    last_day: date
    hospital_days: int
    not_covered: int
    extendable_until: date
    exceptional_until: date
    flags: tuple[Flag, ...]
    article: str
    rule_set: str
    policies: tuple[PolicyUsed, ...]


class Pool(Enum):
    """Out of which days of a stage an order takes its own."""

    FIRST = "first"
    EXTENSION = "extension"
    EXCEPTION = "exception"


class Limits(Value):
    """The days of one stage by the rule set that holds for an order, and what was asked for it."""

    terms: tuple[int, ...]
    exceptional: Exceptional | None
    article: str
    rule_set: str
    policies: tuple[PolicyUsed, ...]
    special_unknown: bool

    def of(self, pool: Pool) -> int:
        """Return how many days a pool has."""
        match pool:
            case Pool.FIRST:
                return self.terms[0]
            case Pool.EXTENSION:
                return sum(self.terms[1:])
            case Pool.EXCEPTION:
                return self.exceptional.days * self.exceptional.times if self.exceptional else 0

    def at_once(self, pool: Pool, used: int) -> int:
        """Return what one order may take, of a pool of which so many days are used.

        Each extension has a length of its own, and often somebody else who gives it: the days of
        two are never one order.
        """
        left = max(self.of(pool) - used, 0)
        if pool is Pool.EXCEPTION and self.exceptional:
            return min(left, self.exceptional.days)
        if pool is Pool.EXTENSION:
            ends = accumulate(self.terms[1:])
            return next((end - used for end in ends if end > used), 0)
        return left


Used = dict[tuple[DetentionStage, Pool], int]


def terms(chain: Chain, who: Who, law: Law, on: date | None = None) -> tuple[Term, ...]:
    """Return every order as the law sees it at the end of a day.

    Somebody who is in hospital has stood still until that day; without one, not yet at all.
    Raises `Refused` where no text that is known limits an order, and `OverflowError` at the ends
    of the calendar.
    """
    used: Used = {}
    found: list[Term] = []
    for place, order in enumerate(chain.orders):
        following = chain.orders[place + 1].starts if place + 1 < len(chain.orders) else None
        before = found[-1] if found else None
        if before and _afresh(before.order, order, law):
            used = {key: days for key, days in used.items() if key[0] is not order.stage}
        limits = limits_of(chain.orders[: place + 1], who, law)
        term = _term(chain, order, limits, used, on)
        term = replace(
            term,
            last_day=_at_all(chain, before, term),
            not_covered=_not_covered(chain, before, order),
            flags=_flags(chain, before, term, limits, who),
            policies=(*limits.policies, *_resumed(before, order, law)),
        )
        lived = _lived(chain, term, following, on)
        key = (order.stage, pool_of(order))
        used[key] = used.get(key, 0) + lived
        found.append(term)
    return tuple(found)


def pool_of(order: Ordered) -> Pool:
    """Return out of which days of its stage an order takes its own."""
    if order.exceptional:
        return Pool.EXCEPTION
    return Pool.EXTENSION if order.extends else Pool.FIRST


def _term(chain: Chain, order: Ordered, limits: Limits, used: Used, on: date | None) -> Term:
    claimed = (order.until - order.starts).days + 1
    pool = pool_of(order)
    left = limits.at_once(pool, used.get((order.stage, pool), 0))
    days = max(min(claimed, left), 0)
    last = last_counted(chain.hospital, order.starts, days, on)
    extension = limits.of(Pool.EXTENSION) - used.get((order.stage, Pool.EXTENSION), 0)
    exception = limits.of(Pool.EXCEPTION) - used.get((order.stage, Pool.EXCEPTION), 0)
    extension -= days if pool is Pool.EXTENSION else 0
    exception -= days if pool is Pool.EXCEPTION else 0
    reach = last + timedelta(days=max(extension, 0) if pool is not Pool.EXCEPTION else 0)
    return Term(
        order=order,
        claimed=claimed,
        allowed=left,
        last_day=last,
        hospital_days=paused(chain.hospital, order.starts, last, on),
        not_covered=0,
        extendable_until=reach,
        exceptional_until=reach + timedelta(days=max(exception, 0)),
        flags=(),
        article=limits.exceptional.article
        if pool is Pool.EXCEPTION and limits.exceptional
        else limits.article,
        rule_set=limits.rule_set,
        policies=(),
    )


def last_counted(pauses: Iterable[Pause], first: date, days: int, on: date | None) -> date:
    """Return the day on which so many days have counted; the day before where there are none."""
    pauses = tuple(pauses)
    last = first + timedelta(days=days - 1)
    while True:
        later = first + timedelta(days=days - 1 + paused(pauses, first, last, on))
        if days == 0 or later == last:
            return last
        last = later


def paused(pauses: Iterable[Pause], first: date, last: date, on: date | None) -> int:
    """Return how many days from one to another do not count; an open pause lasts until ``on``."""
    days = 0
    for pause in pauses:
        end = pause.until or (on + ONE_DAY if on else pause.since)
        days += max((min(end, last + ONE_DAY) - max(pause.since, first)).days, 0)
    return days


def _at_all(chain: Chain, before: Term | None, term: Term) -> date:
    """Return the last day of an order; of one that the law gives no day, that of the one before."""
    order = term.order
    if term.allowed or before is None or _stopped(chain, before, order):
        return term.last_day
    return min(term.last_day, before.last_day)


def _stopped(chain: Chain, before: Term, order: Ordered) -> bool:
    return any(before.order.starts <= day < order.starts for day in chain.stops)


def _lived(chain: Chain, term: Term, following: date | None, on: date | None) -> int:
    """Return the days of an order that were lived under it: until the next one, or a stop."""
    first, last = term.order.starts, term.last_day
    if following is not None:
        last = min(last, following - ONE_DAY)
    ended = [day for day in chain.stops if first <= day < last]
    last = min([last, *ended])
    whole = max((last - first).days + 1, 0)
    return max(whole - paused(chain.hospital, first, last, on), 0)


def _not_covered(chain: Chain, before: Term | None, order: Ordered) -> int:
    """Return the days before an order on which the one before was not good any more."""
    if before is None or _stopped(chain, before, order):
        return 0
    first = max(before.last_day + ONE_DAY, before.order.starts)
    still = paused(chain.hospital, first, order.starts - ONE_DAY, order.starts)
    return max((order.starts - first).days - still, 0)


def _again(before: Term | None, order: Ordered) -> bool:
    return before is not None and not order.extends and before.order.stage is order.stage


def _afresh(before: Ordered, order: Ordered, law: Law) -> bool:
    again = not order.extends and before.stage is order.stage
    return again and law.use(DETENTION_RESUMED).chosen == "afresh"


def _resumed(before: Term | None, order: Ordered, law: Law) -> tuple[PolicyUsed, ...]:
    return (law.use(DETENTION_RESUMED),) if _again(before, order) else ()


def _flags(
    chain: Chain, before: Term | None, term: Term, limits: Limits, who: Who
) -> tuple[Flag, ...]:
    order, exceptional = term.order, limits.exceptional
    late = order.extends and before is not None and order.order_date is not None
    found = {
        Flag.LONGER_THAN_LAW: term.claimed > term.allowed,
        Flag.NOT_COVERED: _not_covered(chain, before, order) > 0,
        Flag.SIGNED_LATE: bool(
            late and before and order.order_date and order.order_date > before.last_day
        ),
        Flag.NO_EXCEPTION: order.exceptional and exceptional is None,
        Flag.EXCEPTION_NEEDS_ILLNESS: bool(
            order.exceptional
            and exceptional
            and who.maximum_years is not None
            and who.maximum_years < exceptional.threat_years
        ),
        Flag.SPANS_TWO_LAWS: before is not None and before.rule_set != term.rule_set,
        Flag.SPECIAL_LAW_UNKNOWN: limits.special_unknown,
    }
    return tuple(flag for flag, holds in found.items() if holds)


def limits_of(orders: Sequence[Ordered], who: Who, law: Law) -> Limits:
    """Return the limits of the last of some orders, by the rule set that holds for it."""
    stage = orders[-1].stage
    transition = law.use(KUHAP_TRANSITION)
    day = _ruling_day(orders, transition.chosen)
    rule_set, special_unknown = _ruling(stage, who, law, day)
    limits = rule_set.values.stages[stage]
    policies: list[PolicyUsed] = []
    if _changes(rule_set, orders, who, law):
        policies.append(transition)
    if who.case_type in SPECIAL and not who.child:
        policies.append(law.use(SPECIAL_DETENTION))
    days = limits.terms
    if limits.doubted is not None:
        doubt = law.use(MA_FIRST_TERM)
        policies.append(doubt)
        readings = {str(one[0]): one for one in (limits.terms, limits.doubted)}
        days = readings.get(doubt.chosen, days)
    return Limits(
        terms=days,
        exceptional=rule_set.values.exceptional,
        article=limits.article,
        rule_set=rule_set.id,
        policies=tuple(policies),
        special_unknown=special_unknown,
    )


def _ruling_day(orders: Sequence[Ordered], option: str) -> date:
    """Return the day whose law rules the last of some orders."""
    match option:
        case "by_start_of_stage":
            stage = orders[-1].stage
            return next(one.starts for one in orders if one.stage is stage)
        case "by_start_of_chain":
            return orders[0].starts
        case _:
            return orders[-1].starts


def _ruling(
    stage: DetentionStage, who: Who, law: Law, day: date
) -> tuple[RuleSet[DetentionRules], bool]:
    """Return the rule set of a stage: a child's, the special law's, or else the general one.

    Says besides whether the case has a special law whose limits nobody knows.
    """
    wanted: Topic[DetentionRules] | None = None
    special = False
    if who.child:
        wanted = DETENTION_LIMITS_CHILD
    elif who.case_type in SPECIAL and law.use(SPECIAL_DETENTION).chosen == "special_law":
        wanted, special = SPECIAL[who.case_type], True
    found = _known(wanted, law, day) if wanted else None
    if found and stage in found.values.stages:
        return found, False
    return law.on(DETENTION_LIMITS, day), special and found is None


def _known(topic: Topic[DetentionRules], law: Law, day: date) -> RuleSet[DetentionRules] | None:
    try:
        return law.on(topic, day)
    except Refused:
        return None


def _changes(
    rule_set: RuleSet[DetentionRules], orders: Sequence[Ordered], who: Who, law: Law
) -> bool:
    """Say whether another rule set holds somewhere between the first day and the last."""
    days = {orders[0].starts, orders[-1].starts, orders[-1].until}
    stage = orders[-1].stage
    return any(_ruling(stage, who, law, day)[0].id != rule_set.id for day in days)
