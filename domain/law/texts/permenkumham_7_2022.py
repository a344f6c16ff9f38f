"""Permenkumham 7/2022: a remisi tambahan for whoever worked with justice (art. 35A, V1).

With a letter of LPSK it is a half of that year's remisi umum, on the same day.
"""

from datetime import date
from fractions import Fraction
from typing import Final

from domain.law.facts import RemisiGround
from domain.law.remisi_rules import REMISI_TAMBAHAN, TambahanRules
from domain.law.rule_set import Certainty, RuleSet
from domain.law.texts.keppres_174_1999 import SHARES

RULE_SETS: Final = (
    RuleSet(
        id="permenkumham-7-2022",
        topic=REMISI_TAMBAHAN,
        title=("Remisi tambahan, juga saksi pelaku", "Remisi tambahan, also for cooperation"),
        legal_basis="Keppres 174/1999; Permenkumham 7/2022 art. 35A",
        source="domain/3 section 2.2; issued in January 2022, its day K~",
        certainty=Certainty.READ_ONCE,
        promulgated=date(2022, 1, 27),
        valid_from=date(2022, 1, 27),
        valid_until=None,
        values=TambahanRules(shares=SHARES | {RemisiGround.JUSTICE_COLLABORATOR: Fraction(1, 2)}),
    ),
)
