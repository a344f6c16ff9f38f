"""KUHP (UU 1/1946) art. 15 on PB (V1), with a probation of the remaining time and one year (K+).

That it could be revoked until three months after is of the code of 2023 (V), and taken to have been
so before (K~).
"""

from datetime import date
from typing import Final

from domain.law.guidance import PROBATION, ProbationRules
from domain.law.rule_set import Certainty, RuleSet

RULE_SETS: Final = (
    RuleSet(
        id="kuhp-1946-pb",
        topic=PROBATION,
        title=("masa percobaan menurut KUHP lama", "probation by the old KUHP"),
        legal_basis="UU 1/1946 art. 15",
        source="art. 15 is on PB: tirto.id (V1); one year: K+; three months: K~",
        certainty=Certainty.LIKELY,
        promulgated=date(1946, 2, 26),
        valid_from=date(1946, 2, 26),
        valid_until=date(2026, 1, 1),
        values=ProbationRules(
            article="UU 1/1946 art. 15",
            years=1,
            revocation_article="UU 1/1946",
            revocable_months=3,
        ),
    ),
)
