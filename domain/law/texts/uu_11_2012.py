"""UU 11/2012 on the justice of children, in force two years after 30 July 2012: 110 days (K+).

Extensions for special grounds, as KUHAP has them, there are none (K~).
"""

from datetime import date
from typing import Final

from domain.detention import DetentionStage
from domain.law.detention_rules import DETENTION_LIMITS_CHILD, DetentionRules, StageLimits
from domain.law.rule_set import Certainty, RuleSet

RULE_SETS: Final = (
    RuleSet(
        id="uu-11-2012",
        topic=DETENTION_LIMITS_CHILD,
        title=("Sistem Peradilan Pidana Anak", "the justice of children"),
        legal_basis="UU 11/2012",
        source="domain/2 section 1.3",
        certainty=Certainty.KNOWN,
        promulgated=date(2012, 7, 30),
        valid_from=date(2014, 7, 30),
        valid_until=None,
        values=DetentionRules(
            stages={
                DetentionStage.PENYIDIK: StageLimits(
                    terms=(7, 8), doubted=None, article="UU 11/2012"
                ),
                DetentionStage.PENUNTUT_UMUM: StageLimits(
                    terms=(5, 5), doubted=None, article="UU 11/2012"
                ),
                DetentionStage.HAKIM_PN: StageLimits(
                    terms=(10, 15), doubted=None, article="UU 11/2012"
                ),
                DetentionStage.HAKIM_PT: StageLimits(
                    terms=(10, 15), doubted=None, article="UU 11/2012"
                ),
                DetentionStage.HAKIM_MA: StageLimits(
                    terms=(15, 20), doubted=None, article="UU 11/2012"
                ),
            },
            exceptional=None,
        ),
    ),
)
