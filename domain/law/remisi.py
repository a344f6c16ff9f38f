"""What the law finds on a remisi that is asked for: whether, how many days, and why.

The rule sets are those of the day on which it is proposed; where nobody proposes, of the award day.
Awards are decided in the order of their days, each on what the earlier ones left; on one day remisi
umum comes first. Days beyond the end of the sentence are lost: nobody is released before the award
day (V, K+).
"""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Final

from domain.kernel import Refused, Value, replace
from domain.law.criteria import Criterion, Explanation
from domain.law.facts import Facts, Granted, Missed, RemisiGround, RemisiKind, Wanted
from domain.law.notice import Notice
from domain.law.remisi_amounts import amount
from domain.law.remisi_asked import Asked, ask
from domain.law.remisi_criteria import conditions
from domain.law.remisi_grounds import of_the_kind
from domain.law.remisi_notices import explanation, notices
from domain.law.remisi_served import award_days, days_served
from domain.law.rule_set import Certainty, Law, Policy
from domain.law.sentence import Dates, dates

NO_RULE: Final = "law.no_rule_set"
YEARS_AHEAD: Final = 10
"""How far the next award day is looked for; a decade has each kind once."""

SAME_DAY_ORDER: Final = Policy(
    name="same_day_order",
    question=(
        "Beberapa remisi pada hari yang sama: mana yang lebih dulu?",
        "Several remisi on one day: which comes first?",
    ),
    options=("umum_first", "dasawarsa_first"),
    default="umum_first",
    article="Keppres 174/1999; Keppres 120/1955",
    certainty=Certainty.UNSURE,
)
_UMUM: Final = (RemisiKind.UMUM, RemisiKind.PMP, RemisiKind.TAMBAHAN)
ORDERS: Final = {
    "umum_first": (*_UMUM, RemisiKind.DASAWARSA),
    "dasawarsa_first": (RemisiKind.DASAWARSA, *_UMUM),
}
"""A PMP of the day is the umum of an anak binaan."""


class Almost(Value):
    """Not eligible yet, and only for want of time: what is missing, and from when it is not.

    ``next_award`` is the first award day of the kind from then on, if the sentence lasts so long;
    `None` where none is known.
    """

    missing: tuple[str, ...]
    from_day: date
    next_award: date | None


class RemisiFinding(Value):
    """What the law says of one remisi that is asked for.

    ``days`` are none where it is not eligible, and so is ``year_ordinal``; ``expiry_after`` is the
    end of the sentence with this remisi, or as it is without. ``lost_days`` lie between the end of
    the sentence and the award day that releases.
    """

    kind: RemisiKind
    on: date
    ground: RemisiGround | None
    missed: Missed | None
    eligible: bool
    days: int
    days_served: int
    year_ordinal: int | None
    releases: bool
    expiry_after: date | None
    lost_days: int
    criteria: tuple[Criterion, ...]
    explanation: Explanation
    almost: Almost | None
    notices: tuple[Notice, ...]

    def as_granted(self) -> Granted:
        """Return the remisi as it is once given."""
        return Granted(
            kind=self.kind,
            on=self.on,
            days=self.days,
            by=None,
            missed=self.missed,
            ground=self.ground,
        )


def findings(
    facts: Facts, wanted: Sequence[Wanted], law: Law, *, under: date | None = None
) -> tuple[RemisiFinding, ...]:
    """Return what the law finds on each, in the order in which they are decided.

    ``under`` is the day on which they are proposed.
    """
    chosen = law.use(SAME_DAY_ORDER)
    order = ORDERS[chosen.chosen]
    days = [one.on for one in wanted]
    found: list[RemisiFinding] = []
    for one in sorted(wanted, key=lambda it: (it.on, _rank(it.kind, order), it.kind.value)):
        result = finding(facts, one, law, under=under)
        if days.count(one.on) > 1:
            told = replace(result.explanation, policies=(*result.explanation.policies, chosen))
            result = replace(result, explanation=told)
        found.append(result)
        if result.eligible:
            facts = replace(facts, remissions=(*facts.remissions, result.as_granted()))
    return tuple(found)


def _rank(kind: RemisiKind, order: Sequence[RemisiKind]) -> int:
    return order.index(kind) if kind in order else len(order)


def finding(
    facts: Facts,
    wanted: Wanted,
    law: Law,
    *,
    under: date | None = None,
    told_on: date | None = None,
) -> RemisiFinding:
    """Return what the law finds on one; the remisi in ``facts`` are those given before.

    ``told_on`` is the day on which it is told, if not the day on which it is proposed.
    """
    if under and (law.known_on is None or under < law.known_on):
        law = law.as_known(under)
    try:
        return _found(ask(facts, wanted, law, under or wanted.on, told_on or under or wanted.on))
    except Refused as no:
        if no.code != NO_RULE:
            raise
        return _without_rule(facts, wanted, law, no)


def _found(asked: Asked) -> RemisiFinding:
    criteria = (*conditions(asked), *of_the_kind(asked))
    given = amount(asked)
    eligible = all(one.met for one in criteria) and given.days > 0
    days = given.days if eligible else 0
    expiry = _expiry_after(asked, days)
    releases = eligible and expiry is not None and expiry <= asked.on
    return RemisiFinding(
        kind=asked.wanted.kind,
        on=asked.on,
        ground=asked.wanted.ground,
        missed=asked.wanted.missed,
        eligible=eligible,
        days=days,
        days_served=asked.served,
        year_ordinal=given.ordinal.number if given.ordinal and eligible else None,
        releases=releases,
        expiry_after=expiry,
        lost_days=(asked.on - expiry).days if releases and expiry else 0,
        criteria=criteria,
        explanation=explanation(asked, given),
        almost=None if eligible else _almost(asked, criteria),
        notices=notices(asked, given, criteria),
    )


def _expiry_after(asked: Asked, days: int) -> date | None:
    if not isinstance(asked.dates, Dates):
        return None
    ends = asked.substitute_ends if asked.serves_substitute else asked.dates.expiry
    return ends - timedelta(days=days) if ends else None


def _almost(asked: Asked, criteria: Sequence[Criterion]) -> Almost | None:
    missing = [one for one in criteria if not one.met]
    days = [one.from_day for one in missing if one.from_day]
    if not missing or len(days) < len(missing):
        return None
    since = max(days)
    codes = tuple(one.code for one in missing)
    # One may be met for a while only: days served begin anew with another detention.
    then = ask(asked.facts, replace(asked.wanted, on=since), asked.law, asked.under, asked.told_on)
    if any(one.code in codes and not one.met for one in (*conditions(then), *of_the_kind(then))):
        return None
    return Almost(
        missing=codes,
        from_day=since,
        next_award=_next_award(asked, since),
    )


def _next_award(asked: Asked, since: date) -> date | None:
    ends = asked.dates.freed if isinstance(asked.dates, Dates) else date.max
    for year in range(since.year, min(since.year + YEARS_AHEAD, ends.year) + 1):
        for one in award_days(asked.kind, asked.facts, year, asked.law, asked.under):
            if since <= one.day < ends:
                return one.day
    return None


def _without_rule(facts: Facts, wanted: Wanted, law: Law, no: Refused) -> RemisiFinding:
    """Answer for a day on which no text is known to hold: not eligible, and said so."""
    try:
        so_far = dates(facts, law)
        served = days_served(facts, wanted.on, law)
    except Refused:
        so_far, served = None, 0
    rule = Criterion(
        code="rule_in_force",
        met=False,
        value=None,
        needed=None,
        article=no.article,
        because_id="Remisi ini belum dapat dihitung: tidak diketahui aturan yang berlaku untuknya.",
        because_en="This remisi cannot be counted: no rule is known to hold for it.",
        by=None,
        from_day=None,
    )
    return RemisiFinding(
        kind=wanted.kind,
        on=wanted.on,
        ground=wanted.ground,
        missed=wanted.missed,
        eligible=False,
        days=0,
        days_served=served,
        year_ordinal=None,
        releases=False,
        expiry_after=so_far.expiry if isinstance(so_far, Dates) else None,
        lost_days=0,
        criteria=(rule,),
        explanation=Explanation(rule_sets=(), policies=()),
        almost=None,
        notices=(),
    )
