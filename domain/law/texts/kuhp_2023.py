"""KUHP (UU 1/2023), in force on 2 January 2026 together with UU 1/2026 and UU 20/2025 (V).

Hari and Bulan are defined terms, as in the old code (K~); what a day of house or city detention is
credited for is taken to be as before (K~).
"""

from datetime import date
from typing import Any, Final

from domain.law.punishment import LONGEST_TERM, LongestTerm
from domain.law.rule_set import Certainty, RuleSet
from domain.law.sentence import SENTENCE, SentenceRules
from domain.law.texts.kuhp_1946 import CREDIT

RULE_SETS: Final[tuple[RuleSet[Any], ...]] = (
    RuleSet(
        id="kuhp-2023-lamanya",
        topic=LONGEST_TERM,
        title=("penjara paling lama menurut KUHP baru", "longest imprisonment by the new KUHP"),
        legal_basis="UU 1/2023",
        source="own knowledge; kompas.com, 17 March 2023, says 20 years of both codes",
        certainty=Certainty.LIKELY,
        promulgated=date(2023, 1, 2),
        valid_from=date(2026, 1, 2),
        valid_until=None,
        values=LongestTerm(article="UU 1/2023", most_years=20),
    ),
    RuleSet(
        id="kuhp-2023",
        topic=SENTENCE,
        title=("KUHP baru", "the new KUHP"),
        legal_basis="UU 1/2023; UU 20/2025",
        source="domain/2 section 1.4",
        certainty=Certainty.LIKELY,
        promulgated=date(2023, 1, 2),
        valid_from=date(2026, 1, 2),
        valid_until=None,
        values=SentenceRules(credit=CREDIT),
    ),
)
