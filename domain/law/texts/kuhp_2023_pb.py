"""KUHP (UU 1/2023) art. 72 and 73 on the probation of PB and its revocation, since 2 January 2026.

The remaining time and one year; time detained for another case does not count; no revocation later
than 3 months after its end, unless prosecuted for an offence during it (V).
"""

from datetime import date
from typing import Final

from domain.law.guidance import PROBATION, ProbationRules
from domain.law.rule_set import Certainty, RuleSet

RULE_SETS: Final = (
    RuleSet(
        id="kuhp-2023-pb",
        topic=PROBATION,
        title=("masa percobaan menurut KUHP baru", "probation by the new KUHP"),
        legal_basis="UU 1/2023 art. 72, 73",
        source="domain/2 section 1.4",
        certainty=Certainty.READ,
        promulgated=date(2023, 1, 2),
        valid_from=date(2026, 1, 2),
        valid_until=None,
        values=ProbationRules(
            article="UU 1/2023 art. 72",
            years=1,
            revocation_article="UU 1/2023 art. 73",
            revocable_months=3,
        ),
    ),
)
