"""UU 22/2022 art. 10 on conditions of all rights, UU 12/1995 before it, UU 11/2012 for children.

Art. 10(2) asks for good conduct, taking part in programmes, and a risk that has declined (V). The
law of 1995 knew no measured risk (K~). UU 11/2012 gives a child PB after half of the time in the
LPKA (K+).
"""

from datetime import date
from fractions import Fraction
from typing import Any, Final

from domain.law.facts import Right
from domain.law.integration_rules import CHILD_RIGHTS, RIGHTS, ChildRules, GeneralConditions
from domain.law.rule_set import Certainty, RuleSet

RULE_SETS: Final[tuple[RuleSet[Any], ...]] = (
    RuleSet(
        id="uu-12-1995-hak",
        topic=RIGHTS,
        title=("hak narapidana menurut UU 1995", "rights by the law of 1995"),
        legal_basis="UU 12/1995; PP 32/1999",
        source="own knowledge; the rights without their number: ICJR briefing paper 2, 2012 (V1)",
        certainty=Certainty.LIKELY,
        promulgated=date(1995, 12, 30),
        valid_from=date(1995, 12, 30),
        valid_until=date(2022, 8, 2),
        values=GeneralConditions(article="UU 12/1995", programmes=True, risk_declined=False),
    ),
    RuleSet(
        id="uu-22-2022-hak",
        topic=RIGHTS,
        title=("hak bersyarat menurut UU 2022", "rights with conditions by the law of 2022"),
        legal_basis="UU 22/2022 art. 10",
        source="domain/2 section 1.1",
        certainty=Certainty.READ,
        promulgated=date(2022, 8, 3),
        valid_from=date(2022, 8, 3),
        valid_until=None,
        values=GeneralConditions(
            article="UU 22/2022 art. 10(2)", programmes=True, risk_declined=True
        ),
    ),
    RuleSet(
        id="uu-11-2012-pb",
        topic=CHILD_RIGHTS,
        title=("PB anak setelah seperdua", "parole of a child after half"),
        legal_basis="UU 11/2012",
        source="own knowledge; half of the time: LPKA Palu on sultengraya.com, 2024 (V1)",
        certainty=Certainty.KNOWN,
        promulgated=date(2012, 7, 30),
        valid_from=date(2014, 7, 30),
        valid_until=None,
        values=ChildRules(article="UU 11/2012", share={Right.PB: Fraction(1, 2)}),
    ),
)
