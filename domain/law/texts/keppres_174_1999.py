"""Keppres 174/1999: the kinds of remisi, how long they are, and how they are counted (V).

It is still what decisions of 2024 to 2026 are based on. That a remisi tambahan is a half or a third
of that year's remisi umum is of the same text (V).
"""

from datetime import date
from fractions import Fraction
from typing import Final

from domain.law.facts import RemisiGround
from domain.law.remisi_rules import (
    REMISI_AMOUNTS,
    REMISI_TAMBAHAN,
    AmountRules,
    Step,
    TambahanRules,
)
from domain.law.rule_set import Certainty, RuleSet
from domain.law.span import Span

PROMULGATED: Final = date(1999, 12, 23)
SHARES: Final = {RemisiGround.JASA: Fraction(1, 2), RemisiGround.PEMUKA: Fraction(1, 3)}


def _step(ordinal: int, served_days: int, months: int, days: int = 0) -> Step:
    amount = Span(years=0, months=months, days=days)
    return Step(ordinal=ordinal, served_days=served_days, amount=amount)


RULE_SETS: Final = (
    RuleSet(
        id="keppres-174-1999",
        topic=REMISI_AMOUNTS,
        title=("Besarnya remisi umum dan khusus", "How long remisi umum and khusus are"),
        legal_basis="Keppres 174/1999",
        source="domain/3 section 2.2",
        certainty=Certainty.READ,
        promulgated=PROMULGATED,
        valid_from=PROMULGATED,
        valid_until=None,
        values=AmountRules(
            umum_on=(8, 17),
            umum=(
                _step(1, 180, 1),
                _step(1, 360, 2),
                _step(2, 0, 3),
                _step(3, 0, 4),
                _step(4, 0, 5),
                _step(6, 0, 6),
            ),
            khusus=(
                _step(1, 180, 0, 15),
                _step(1, 360, 1),
                _step(2, 0, 1),
                _step(4, 0, 1, 15),
                _step(6, 0, 2),
            ),
        ),
    ),
    RuleSet(
        id="keppres-174-1999-tambahan",
        topic=REMISI_TAMBAHAN,
        title=("Remisi tambahan", "Remisi tambahan"),
        legal_basis="Keppres 174/1999",
        source="domain/3 section 2.2",
        certainty=Certainty.READ,
        promulgated=PROMULGATED,
        valid_from=PROMULGATED,
        valid_until=None,
        values=TambahanRules(shares=SHARES),
    ),
)
