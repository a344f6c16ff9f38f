"""KUHAP (UU 20/2025), enacted 17 December 2025, in force 2 January 2026 (V1).

Read in one source, which gives the MA 30 days where the old text gave 50: that is to be confirmed,
and which of the two is taken is a policy (`ma_first_term`).
"""

from datetime import date
from typing import Final

from domain.detention import DetentionStage
from domain.law.detention_rules import DETENTION_LIMITS, DetentionRules, Exceptional, StageLimits
from domain.law.rule_set import Certainty, RuleSet

RULE_SETS: Final = (
    RuleSet(
        id="kuhap-2025",
        topic=DETENTION_LIMITS,
        title=("KUHAP baru", "the new KUHAP"),
        legal_basis="UU 20/2025 art. 102-107",
        source="domain/2 section 1.3",
        certainty=Certainty.READ_ONCE,
        promulgated=date(2025, 12, 17),
        valid_from=date(2026, 1, 2),
        valid_until=None,
        values=DetentionRules(
            stages={
                DetentionStage.PENYIDIK: StageLimits(
                    terms=(20, 40), doubted=None, article="UU 20/2025 art. 102"
                ),
                DetentionStage.PENUNTUT_UMUM: StageLimits(
                    terms=(20, 30), doubted=None, article="UU 20/2025 art. 103"
                ),
                DetentionStage.HAKIM_PN: StageLimits(
                    terms=(30, 60), doubted=None, article="UU 20/2025 art. 104"
                ),
                DetentionStage.HAKIM_PT: StageLimits(
                    terms=(30, 60), doubted=None, article="UU 20/2025 art. 105"
                ),
                DetentionStage.HAKIM_MA: StageLimits(
                    terms=(30, 60), doubted=(50, 60), article="UU 20/2025 art. 106"
                ),
            },
            exceptional=Exceptional(
                days=30, times=2, threat_years=9, article="UU 20/2025 art. 107"
            ),
        ),
    ),
)
