"""UU 11/2012 on the justice of children, in force two years after 30 July 2012: 110 days (K+).

Extensions for special grounds, as KUHAP has them, there are none (K~).
"""

from datetime import date
from typing import Any, Final

from domain.detention import DetentionStage
from domain.law.child import CHILD_AGE, ChildAge
from domain.law.detention_rules import DETENTION_LIMITS_CHILD, DetentionRules, StageLimits
from domain.law.rule_set import Certainty, RuleSet

RULE_SETS: Final[tuple[RuleSet[Any], ...]] = (
    RuleSet(
        id="kaidah-jejak-umur-anak",
        topic=CHILD_AGE,
        title=("Kaidah Jejak: umur anak", "rule of the house: the age of a child"),
        legal_basis="Kaidah Jejak: umur anak",
        source="what held before UU 11/2012 was not looked up, and is taken to be the same",
        certainty=Certainty.LIKELY,
        promulgated=date(1945, 8, 17),
        valid_from=date(1945, 8, 17),
        valid_until=date(2014, 7, 29),
        values=ChildAge(article="Kaidah Jejak: umur anak", under_age=18),
    ),
    RuleSet(
        id="uu-11-2012-umur",
        topic=CHILD_AGE,
        title=("Umur anak", "the age of a child"),
        legal_basis="UU 11/2012",
        source="domain/2 section 1.1: anak 12 to under 18 (V), anak binaan 14 to under 18 (K+)",
        certainty=Certainty.KNOWN,
        promulgated=date(2012, 7, 30),
        valid_from=date(2014, 7, 30),
        valid_until=None,
        values=ChildAge(article="UU 11/2012", under_age=18),
    ),
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
