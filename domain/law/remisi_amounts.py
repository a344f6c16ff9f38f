"""How many days a remisi is (Keppres 174/1999, Keppres 120/1955; V).

Umum and khusus are read off a table by the ordinal of the year; a tambahan is a share of the year's
remisi umum; a dasawarsa a twelfth of the sentence, three months at most, also of what is served in
place of a fine.
"""

from collections.abc import Sequence
from datetime import date
from fractions import Fraction
from math import ceil, floor
from typing import Final

from domain.kernel import Value
from domain.law.facts import RemisiKind
from domain.law.remisi_asked import Asked
from domain.law.remisi_grounds import umum_of
from domain.law.remisi_humane import KEMANUSIAAN_AMOUNT
from domain.law.remisi_ordinal import Ordinal, ordinal
from domain.law.remisi_rules import (
    REMISI_AMOUNTS,
    REMISI_DASAWARSA,
    REMISI_TAMBAHAN,
    Step,
)
from domain.law.rule_set import Certainty, Law, Policy
from domain.law.span import summed

AMOUNT_ROUNDING: Final = Policy(
    name="remisi_rounding",
    question=(
        (
            "Bagaimana pecahan hari dari seperduabelas pidana, atau dari setengah dan"
            " sepertiga remisi umum, dibulatkan?"
        ),
        (
            "How is a fraction of a day of a twelfth of the sentence, or of a half or a"
            " third of the remisi umum, rounded?"
        ),
    ),
    options=("down", "up"),
    default="down",
    article="Keppres 120/1955",
    certainty=Certainty.UNSURE,
)
"""Down is the later day of release, as fractions are rounded elsewhere."""
PMP_FIRST: Final = Policy(
    name="pmp_first_amount",
    question=(
        "Anak binaan yang menjalani tiga sampai enam bulan: PMP sebesar tahun pertama, atau belum?",
        "An anak binaan who has served three to six months: a PMP as of the first year, or none?",
    ),
    options=("first_year", "none"),
    default="first_year",
    article="UU 22/2022 art. 10",
    certainty=Certainty.UNSURE,
)


class Amount(Value):
    """So many days; by which ordinal of the year, where it is counted by one."""

    days: int
    ordinal: Ordinal | None


NOTHING: Final = Amount(days=0, ordinal=None)


def amount(asked: Asked) -> Amount:
    """Return how much is given when every condition is met."""
    match asked.kind:
        case RemisiKind.UMUM | RemisiKind.KHUSUS:
            return _by_the_table(asked, asked.kind)
        case RemisiKind.KEMANUSIAAN if asked.law.use(KEMANUSIAAN_AMOUNT).chosen == "as_umum":
            return _by_the_table(asked, RemisiKind.UMUM)
        case RemisiKind.TAMBAHAN:
            umum, ground = umum_of(asked), asked.wanted.ground
            shares = asked.law.on(REMISI_TAMBAHAN, asked.under).values.shares
            if umum is None or ground is None or ground not in shares:
                return NOTHING
            return Amount(days=_whole(asked, shares[ground] * umum.days), ordinal=None)
        case RemisiKind.DASAWARSA:
            return Amount(days=_of_the_decade(asked), ordinal=None)
        case _:
            return NOTHING


def greatest(kind: RemisiKind, under: date, law: Law) -> int:
    """Return the most days that anybody is given by a kind of which there are unit's lists."""
    if kind is RemisiKind.DASAWARSA:
        return law.on(REMISI_DASAWARSA, under).values.most.total_days
    rules = law.on(REMISI_AMOUNTS, under).values
    tables = {RemisiKind.UMUM: rules.umum, RemisiKind.KHUSUS: rules.khusus}
    steps = tables.get(kind, (*rules.umum, *rules.khusus))
    return max(step.amount.total_days for step in steps)


def _by_the_table(asked: Asked, kind: RemisiKind) -> Amount:
    law, rules = asked.law, asked.law.on(REMISI_AMOUNTS, asked.under).values
    which = ordinal(asked, kind)
    steps = rules.umum if kind is RemisiKind.UMUM else rules.khusus
    served = asked.served
    if asked.child and law.use(PMP_FIRST).chosen == "first_year":
        served = max(served, steps[0].served_days)
    step = _step(steps, which.number, served)
    return Amount(days=step.amount.total_days if step else 0, ordinal=which)


def _step(steps: Sequence[Step], number: int, served: int) -> Step | None:
    reached = [
        one
        for one in steps
        if one.ordinal < number or (one.ordinal == number and one.served_days <= served)
    ]
    return max(reached, key=lambda one: (one.ordinal, one.served_days), default=None)


def _of_the_decade(asked: Asked) -> int:
    rules = asked.law.on(REMISI_DASAWARSA, asked.under).values
    total = summed(one.span for one in asked.facts.sentences).total_days
    if asked.serves_substitute and asked.facts.substitute:
        total = asked.facts.substitute.span.total_days
    return min(_whole(asked, rules.share * total), rules.most.total_days)


def _whole(asked: Asked, days: Fraction) -> int:
    return floor(days) if asked.law.use(AMOUNT_ROUNDING).chosen == "down" else ceil(days)
