"""Permenkumham 7/2022 on asimilasi, CMK, PB, CMB and CB, as amended by 16/2023 in other parts.

Art. 45: special offences ask two thirds for asimilasi, no shorter than 9 months, and 9 months of
conduct; corruption the fine or uang pengganti paid in full; terrorism deradicalisation and the
pledge (V1). Art. 85: PB of narcotics from 5 years of sentence asks half of the remaining time in
asimilasi (V1). They name art. 44 and 82 as those of everyone (V1). The other special offences are
no longer asked for it (K~). Corruption pays for PB too (V); for CB and CMB it is a policy. It was
published at the end of January 2022 (V1); the day is not sure (K~).
"""

from dataclasses import replace
from datetime import date
from typing import Final

from domain.law.facts import CaseType, Right
from domain.law.integration_rules import INTEGRATION, IntegrationRules, RightRules
from domain.law.rule_set import Certainty, RuleSet
from domain.law.texts.permenkumham_3_2018_integrasi import (
    ASIMILASI,
    CB,
    CMB,
    CMK,
    PB,
    WITHOUT_LETTER,
)


def _now(rules: RightRules, article: str, special_article: str) -> RightRules:
    return replace(rules, article=article, special_article=special_article)


CHANGED: Final = "Permenkumham 7/2022"
PERMENKUMHAM_7_2022: Final[IntegrationRules] = replace(
    WITHOUT_LETTER,
    rights={
        Right.ASIMILASI: _now(ASIMILASI, f"{CHANGED} art. 44", f"{CHANGED} art. 45"),
        Right.CMK: CMK,
        Right.CB: _now(CB, CHANGED, CHANGED),
        Right.CMB: _now(CMB, CHANGED, CHANGED),
        Right.PB: replace(
            _now(PB, f"{CHANGED} art. 82", f"{CHANGED} art. 85"),
            asimilasi_first=frozenset((CaseType.NARKOTIKA,)),
        ),
    },
    fine_rights=frozenset((Right.ASIMILASI, Right.PB)),
)

RULE_SETS: Final = (
    RuleSet(
        id="permenkumham-7-2022-integrasi",
        topic=INTEGRATION,
        title=("hak integrasi menurut aturan 2022", "integration by the regulation of 2022"),
        legal_basis="Permenkumham 3/2018 sebagaimana diubah dengan 7/2022 dan 16/2023",
        source=(
            "domain/3 sections 2.4 and 3.3; pasal.id: art. 45 and 85, which name 44 and 82 (V1);"
            " CMK: as in 2018 (V1, conduct K~)"
        ),
        certainty=Certainty.LIKELY,
        promulgated=date(2022, 1, 27),
        valid_from=date(2022, 1, 27),
        valid_until=None,
        values=PERMENKUMHAM_7_2022,
    ),
)
