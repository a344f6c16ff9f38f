"""UU 22/2022 art. 10: remisi is a right with conditions, a lowered risk among them (V).

For an anak binaan it is Pengurangan Masa Pidana, after more than three months and three months of
good conduct (V).
"""

from dataclasses import replace
from datetime import date
from typing import Final

from domain.law.remisi_rules import REMISI_CONDITIONS
from domain.law.rule_set import Certainty, RuleSet
from domain.law.texts.pp_99_2012 import AFTER_THE_COURT

RIGHTS: Final = "UU 22/2022 art. 10"

RULE_SETS: Final = (
    RuleSet(
        id="uu-22-2022",
        topic=REMISI_CONDITIONS,
        title=("Syarat remisi sejak UU Pemasyarakatan", "Conditions since the Corrections Act"),
        legal_basis="UU 22/2022 art. 10; PP 99/2012; Permenkumham 3/2018; Keppres 174/1999",
        source="domain/2 section 1.1: art. 10 (V); domain/3 section 2.4; the rest as in 2012 (K~)",
        certainty=Certainty.LIKELY,
        promulgated=date(2022, 8, 3),
        valid_from=date(2022, 8, 3),
        valid_until=None,
        values=replace(
            AFTER_THE_COURT,
            risk_declined=True,
            assessed_every_months=1,
            general="Permenkumham 3/2018",
            articles={
                **AFTER_THE_COURT.articles,
                "no_discipline_6_months": RIGHTS,
                "no_discipline_3_months": RIGHTS,
                "programmes_good": RIGHTS,
                "risk_declined": RIGHTS,
                "not_life_or_death": RIGHTS,
            },
        ),
    ),
)
