"""Keppres 120/1955: the remisi of the decade, on 17 August of 1955, 1965, ..., 2025, 2035 (V)."""

from datetime import date
from fractions import Fraction
from typing import Final

from domain.law.remisi_rules import REMISI_DASAWARSA, DasawarsaRules
from domain.law.rule_set import Certainty, RuleSet
from domain.law.span import Span

RULE_SETS: Final = (
    RuleSet(
        id="keppres-120-1955",
        topic=REMISI_DASAWARSA,
        title=("Remisi dasawarsa", "Remisi of the decade"),
        legal_basis="Keppres 120/1955",
        source="domain/3 section 2.2",
        certainty=Certainty.READ,
        promulgated=date(1955, 8, 17),  # its own day was not found; it holds since the first decade
        valid_from=date(1955, 8, 17),
        valid_until=None,
        values=DasawarsaRules(
            first_year=1955,
            every_years=10,
            on=(8, 17),
            share=Fraction(1, 12),
            most=Span(years=0, months=3, days=0),
        ),
    ),
)
