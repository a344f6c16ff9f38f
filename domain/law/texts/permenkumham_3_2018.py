"""Permenkumham 3/2018: how remisi is proposed, and its conditions in the ministry's words (V).

The conditions are those of PP 99/2012. Its first amendment, 18/2019, changed nothing of them that
was found.
"""

from dataclasses import replace
from datetime import date
from typing import Final

from domain.law.remisi_rules import REMISI_CONDITIONS
from domain.law.rule_set import Certainty, RuleSet
from domain.law.texts.pp_99_2012 import WITH_COOPERATION

RULE_SETS: Final = (
    RuleSet(
        id="permenkumham-3-2018",
        topic=REMISI_CONDITIONS,
        title=("Syarat dan tata cara remisi", "Conditions and procedure of remisi"),
        legal_basis="PP 99/2012; Permenkumham 3/2018; Permenkumham 18/2019",
        source="domain/3 section 2.1; enacted 15 February 2018 (V1, paralegal.id)",
        certainty=Certainty.LIKELY,
        promulgated=date(2018, 2, 15),
        valid_from=date(2018, 2, 15),
        valid_until=None,
        values=replace(WITH_COOPERATION, general="Permenkumham 3/2018"),
    ),
)
