"""PP 99/2012 and what the Mahkamah Agung left of it.

From 12 November 2012 remisi for certain offences asked for a letter that somebody had worked with
justice (art. 34A(1)a and (3)), for narcotics from five years on (K~). Putusan MA 28P/HUM/2021 of 28
October 2021 took that away (V). Deradicalisation and the pledge to NKRI for terrorism stay (V).
"""

from dataclasses import replace
from datetime import date
from typing import Final

from domain.law.facts import CaseType
from domain.law.remisi_rules import REMISI_CONDITIONS
from domain.law.rule_set import Certainty, RuleSet
from domain.law.span import Span
from domain.law.texts.pp_32_1999 import ARTICLES, GENERAL

ANY_LENGTH: Final = Span(years=0, months=0, days=0)
WITH_COOPERATION: Final = replace(
    GENERAL,
    general="PP 99/2012",
    articles=ARTICLES | {"cooperated": "PP 99/2012 art. 34A"},
    cooperation={
        CaseType.NARKOTIKA: Span(years=5, months=0, days=0),
        CaseType.KORUPSI: ANY_LENGTH,
        CaseType.TERORISME: ANY_LENGTH,
        CaseType.KEAMANAN_NEGARA: ANY_LENGTH,
        CaseType.HAM_BERAT: ANY_LENGTH,
        CaseType.TRANSNASIONAL: ANY_LENGTH,
    },
    deradicalised=(CaseType.TERORISME,),
)
AFTER_THE_COURT: Final = replace(WITH_COOPERATION, cooperation={})

RULE_SETS: Final = (
    RuleSet(
        id="pp-99-2012",
        topic=REMISI_CONDITIONS,
        title=("Syarat remisi, dengan justice collaborator", "Conditions, with cooperation"),
        legal_basis="PP 99/2012 art. 34A",
        source="domain/3 section 2.1",
        certainty=Certainty.LIKELY,
        promulgated=date(2012, 11, 12),
        valid_from=date(2012, 11, 12),
        valid_until=None,
        values=WITH_COOPERATION,
    ),
    RuleSet(
        id="ma-28p-hum-2021",
        topic=REMISI_CONDITIONS,
        title=("Syarat remisi setelah putusan MA", "Conditions after the court's ruling"),
        legal_basis="PP 99/2012; Putusan MA 28P/HUM/2021",
        source="domain/3 section 2.1: the ruling (V), the other conditions as in 2012 (K~)",
        certainty=Certainty.LIKELY,
        promulgated=date(2021, 10, 28),
        valid_from=date(2021, 10, 28),
        valid_until=None,
        values=AFTER_THE_COURT,
    ),
)
