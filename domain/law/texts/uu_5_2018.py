"""UU 5/2018 on terrorism, art. 25: 120, 60 and 20 days for the penyidik, 60 and 30 for the PU.

Read in reports of 25 May 2018 on the bill as it was adopted (Kompas, Tribun), not in the text; the
day on which it came into force is 22 June 2018 (K~). The courts' stages are left to KUHAP.
"""

from datetime import date
from typing import Final

from domain.detention import DetentionStage
from domain.law.detention_rules import DETENTION_LIMITS_TERRORISM, DetentionRules, StageLimits
from domain.law.rule_set import Certainty, RuleSet

ARTICLE: Final = "UU 5/2018 art. 25"
RULE_SETS: Final = (
    RuleSet(
        id="uu-5-2018",
        topic=DETENTION_LIMITS_TERRORISM,
        title=("Pemberantasan terorisme", "terrorism"),
        legal_basis=ARTICLE,
        source="art. 25: nasional.kompas.com, 25 May 2018, on the bill (V1); in force since: K~",
        certainty=Certainty.LIKELY,
        promulgated=date(2018, 6, 22),
        valid_from=date(2018, 6, 22),
        valid_until=None,
        values=DetentionRules(
            stages={
                DetentionStage.PENYIDIK: StageLimits(
                    terms=(120, 60, 20), doubted=None, article=ARTICLE
                ),
                DetentionStage.PENUNTUT_UMUM: StageLimits(
                    terms=(60, 30), doubted=None, article=ARTICLE
                ),
            },
            exceptional=None,
        ),
    ),
)
