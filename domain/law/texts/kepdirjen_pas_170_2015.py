"""Kepdirjen PAS-170.PK.01.01.02/2015: notice 10 days, and again 3 days, before detention ends (V).

That the unit also looks on the day before the last, and on the last, is a rule of the house; before
2015 it is the only one.
"""

from datetime import date
from typing import Final

from domain.law.detention_rules import DETENTION_NOTICES, Notices
from domain.law.rule_set import Certainty, RuleSet

RULE_SETS: Final = (
    RuleSet(
        id="kaidah-jejak-penahanan",
        topic=DETENTION_NOTICES,
        title=("Kaidah Jejak: hari-hari terakhir", "rule of the house: the last days"),
        legal_basis="Kaidah Jejak: hari terakhir penahanan",
        source="issue 5",
        certainty=Certainty.KNOWN,
        promulgated=date(1981, 12, 31),
        valid_from=date(1981, 12, 31),
        valid_until=None,
        values=Notices(days=(1, 0), article="Kaidah Jejak: hari terakhir penahanan"),
    ),
    RuleSet(
        id="pas-170-2015",
        topic=DETENTION_NOTICES,
        title=("Pemberitahuan akan habisnya penahanan", "notice that detention is about to end"),
        legal_basis="Kepdirjen PAS-170.PK.01.01.02/2015",
        source="domain/2 section 1.2",
        certainty=Certainty.READ,
        promulgated=date(2015, 1, 1),
        valid_from=date(2015, 1, 1),
        valid_until=None,
        values=Notices(days=(10, 3, 1, 0), article="Kepdirjen PAS-170.PK.01.01.02/2015"),
    ),
)
