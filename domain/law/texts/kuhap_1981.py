"""KUHAP (UU 8/1981), until 1 January 2026: 400 days in all stages, 460 with art. 29 once (V)."""

from datetime import date
from typing import Final

from domain.detention import DetentionStage
from domain.law.detention_rules import DETENTION_LIMITS, DetentionRules, Exceptional, StageLimits
from domain.law.rule_set import Certainty, RuleSet

RULE_SETS: Final = (
    RuleSet(
        id="kuhap-1981",
        topic=DETENTION_LIMITS,
        title=("KUHAP lama", "the old KUHAP"),
        legal_basis="UU 8/1981 art. 24-29",
        source="domain/2 section 1.3",
        certainty=Certainty.READ,
        promulgated=date(1981, 12, 31),
        valid_from=date(1981, 12, 31),
        valid_until=date(2026, 1, 1),
        values=DetentionRules(
            stages={
                DetentionStage.PENYIDIK: StageLimits(
                    terms=(20, 40), doubted=None, article="UU 8/1981 art. 24"
                ),
                DetentionStage.PENUNTUT_UMUM: StageLimits(
                    terms=(20, 30), doubted=None, article="UU 8/1981 art. 25"
                ),
                DetentionStage.HAKIM_PN: StageLimits(
                    terms=(30, 60), doubted=None, article="UU 8/1981 art. 26"
                ),
                DetentionStage.HAKIM_PT: StageLimits(
                    terms=(30, 60), doubted=None, article="UU 8/1981 art. 27"
                ),
                DetentionStage.HAKIM_MA: StageLimits(
                    terms=(50, 60), doubted=None, article="UU 8/1981 art. 28"
                ),
            },
            exceptional=Exceptional(days=30, times=2, threat_years=9, article="UU 8/1981 art. 29"),
        ),
    ),
)
