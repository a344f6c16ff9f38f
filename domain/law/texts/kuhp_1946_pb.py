"""KUHP (UU 1/1946) art. 15 on the probation of PB: the remaining time and one year (K+)."""

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
        source="domain/3 section 3.1 and 3.3",
        certainty=Certainty.KNOWN,
        promulgated=date(1946, 2, 26),
        valid_from=date(1946, 2, 26),
        valid_until=date(2026, 1, 1),
        values=ProbationRules(
            article="UU 1/1946 art. 15",
            years=1,
            revocation_article="UU 1/1946 art. 15",
            revocable_months=3,
        ),
    ),
)
