"""Permenkumham 16/2023: remisi for humanity's sake (art. 29, V): for whom, and when.

How much it is was not found (K?). The days of the two occasions are K+. On which day the text came
into force was not found either: it is taken to be the last of its year.
"""

from datetime import date
from typing import Final

from domain.law.facts import RemisiGround
from domain.law.remisi_rules import REMISI_KEMANUSIAAN, KemanusiaanRules
from domain.law.rule_set import Certainty, RuleSet
from domain.law.span import Span

RULE_SETS: Final = (
    RuleSet(
        id="permenkumham-16-2023",
        topic=REMISI_KEMANUSIAAN,
        title=("Remisi atas dasar kemanusiaan", "Remisi for humanity's sake"),
        legal_basis="Permenkumham 16/2023 art. 29",
        source="domain/3 section 2.2: art. 29 (V), its days (K+); in force since: K~",
        certainty=Certainty.LIKELY,
        promulgated=date(2023, 12, 31),
        valid_from=date(2023, 12, 31),
        valid_until=None,
        values=KemanusiaanRules(
            most_sentence=Span(years=1, months=0, days=0),
            over_age=70,
            given_on={
                RemisiGround.LANJUT_USIA: (5, 29),  # Hari Lanjut Usia Nasional
                RemisiGround.SAKIT_BERKEPANJANGAN: (4, 7),  # Hari Kesehatan Dunia
            },
        ),
    ),
)
