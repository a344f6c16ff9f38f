"""PP 32/1999 and 28/2006: who may be given remisi; more than six months served, good conduct (V).

That six months are 180 days is Keppres 174/1999 art. 7(4) (V).
"""

from datetime import date
from typing import Final

from domain.law.remisi_rules import REMISI_CONDITIONS, Conditions
from domain.law.rule_set import Certainty, RuleSet
from domain.law.span import Span

ARTICLES: Final = {
    "served_6_months": "Keppres 174/1999 art. 7",
    "served_3_months": "Keppres 174/1999 art. 7",
    "own_feast": "Keppres 174/1999",
    "once_a_year": "Keppres 174/1999",
    "not_life_or_death": "Keppres 174/1999",
    "sentence_6_months": "Keppres 174/1999",
    "umum_of_the_year": "Keppres 174/1999",
    "ground": "Keppres 174/1999",
}
GENERAL: Final = Conditions(
    served_days=180,
    served_days_child=90,
    conduct_months=6,
    conduct_months_child=3,
    least_sentence=Span(years=0, months=6, days=0),
    programmes=True,
    risk_declined=False,
    assessed_every_months=None,
    cooperation={},
    deradicalised=(),
    general="PP 32/1999",
    articles=ARTICLES,
)

RULE_SETS: Final = (
    RuleSet(
        id="pp-32-1999",
        topic=REMISI_CONDITIONS,
        title=("Syarat remisi", "Conditions of remisi"),
        legal_basis="PP 32/1999; PP 28/2006; Keppres 174/1999",
        source="domain/3 sections 2.1, 2.3, 2.4",
        certainty=Certainty.LIKELY,
        promulgated=date(1999, 5, 19),
        valid_from=date(1999, 5, 19),
        valid_until=None,
        values=GENERAL,
    ),
)
