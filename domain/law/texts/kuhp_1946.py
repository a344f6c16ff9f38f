"""KUHP (UU 1/1946), until 1 January 2026, with KUHAP 1981 art. 22(5) on what a day counts for.

Art. 97: Hari is 24 hours, Bulan 30 days (V1); that a year is a calendar year, and that release is
on the day itself, is inferred from published cases (INF). Tahanan rumah counts a third, tahanan
kota a fifth (K+).
"""

from datetime import date
from fractions import Fraction
from typing import Any, Final

from domain.law.facts import HeldForm
from domain.law.punishment import LONGEST_TERM, LongestTerm
from domain.law.rule_set import Certainty, RuleSet
from domain.law.sentence import SENTENCE, SentenceRules

CREDIT: Final = {
    HeldForm.RUTAN: Fraction(1),
    HeldForm.RUMAH: Fraction(1, 3),
    HeldForm.KOTA: Fraction(1, 5),
    HeldForm.PEMBANTARAN: Fraction(0),
}

RULE_SETS: Final[tuple[RuleSet[Any], ...]] = (
    RuleSet(
        id="kuhp-1946-lamanya",
        topic=LONGEST_TERM,
        title=("penjara paling lama menurut KUHP lama", "longest imprisonment by the old KUHP"),
        legal_basis="UU 1/1946 art. 12",
        source="beritadiy.pikiran-rakyat.com, 21 March 2023, which quotes art. 12",
        certainty=Certainty.READ_ONCE,
        promulgated=date(1946, 2, 26),
        valid_from=date(1946, 2, 26),
        valid_until=date(2026, 1, 1),
        values=LongestTerm(article="UU 1/1946 art. 12", most_years=20),
    ),
    RuleSet(
        id="kuhp-1946",
        topic=SENTENCE,
        title=("KUHP lama", "the old KUHP"),
        legal_basis="UU 1/1946 art. 97; UU 8/1981 art. 22(5)",
        source="domain/3 section 3.1, tested against published cases",
        certainty=Certainty.INFERRED,
        promulgated=date(1946, 2, 26),
        valid_from=date(1946, 2, 26),
        valid_until=date(2026, 1, 1),
        values=SentenceRules(credit=CREDIT),
    ),
)
