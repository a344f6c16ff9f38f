"""The stages of guidance by a Bapas: 1/4, 1/2, 1/4 of the time; a report each 1, 2, 3 months.

The frequencies and one boundary are published (V); the quarters are inferred from it (INF): of
18 August 2024 to 27 March 2032 the last stage begins on 3 May 2030. PP 31/1999 art. 33 has the
three stages (V1), and says nothing of their length.
"""

from datetime import date
from fractions import Fraction
from typing import Final

from domain.law.guidance import GUIDANCE, GuidanceRules, StageRules
from domain.law.rule_set import Certainty, RuleSet

RULE_SETS: Final = (
    RuleSet(
        id="bimbingan-bapas",
        topic=GUIDANCE,
        title=("tahap bimbingan Bapas", "stages of guidance by a Bapas"),
        legal_basis="PP 31/1999 art. 33",
        source="domain/3 section 3.3; art. 33, the stages: artikel100kata.com (V1); quarters: INF",
        certainty=Certainty.INFERRED,
        promulgated=date(1999, 5, 19),
        valid_from=date(1999, 5, 19),
        valid_until=None,
        values=GuidanceRules(
            article="PP 31/1999 art. 33",
            stages=(
                StageRules(title=("awal", "first"), share=Fraction(1, 4), report_every=1),
                StageRules(title=("lanjutan", "second"), share=Fraction(1, 2), report_every=2),
                StageRules(title=("akhir", "last"), share=Fraction(1, 4), report_every=3),
            ),
        ),
    ),
)
