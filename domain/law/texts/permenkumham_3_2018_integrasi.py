"""Permenkumham 3/2018 on asimilasi, CMK, PB, CMB and CB, and what held before it.

Of 2018 (BN 2018/282): CB up to 1 year 6 months of sentence and for 6 months at the most, as the
ministry explained the published case of January 2019 (V); CMK by art. 67 (V1), not for special
offences (V1); PB by art. 82 (V), of narcotics by art. 85 (V1). Of asimilasi no article was read: a
half is the page's (K~), so are two thirds and 9 months for special offences (K~). CMK asks of the
text for good conduct in the running year (V1); 6 months are taken for it (K~).

That PB of every special offence asked for half of the remaining time in asimilasi is of PP 99/2012
(V1). That corruption had to pay its fine for a right was not read of this time: it is a policy.
Special offences ask for a letter of justice collaborator until the Mahkamah Agung struck it down on
28 October 2021 (28P/HUM/2021, V).

Before it Permenkumham 21/2013 gave CB up to 1 year 3 months, for 4 months (V1), which 21/2016
raised to 1 year 6 months (V1; the length is taken to be 6 months since, K~). Their days in force
are of the shape (K~): the year is sure, the day is not.
"""

from dataclasses import replace
from datetime import date
from fractions import Fraction
from typing import Any, Final

from domain.law.facts import CaseType, Right
from domain.law.integration_rules import INTEGRATION, Except, IntegrationRules, Paper, RightRules
from domain.law.rule_set import Certainty, RuleSet
from domain.law.span import MONTH_DAYS

NINE_MONTHS: Final = 9 * MONTH_DAYS
HALF: Final = Fraction(1, 2)
TWO_THIRDS: Final = Fraction(2, 3)
SPECIAL: Final = {
    CaseType.NARKOTIKA: 60 * MONTH_DAYS,
    CaseType.KORUPSI: 0,
    CaseType.TERORISME: 0,
    CaseType.KEAMANAN_NEGARA: 0,
    CaseType.HAM_BERAT: 0,
    CaseType.TRANSNASIONAL: 0,
}
"""Narcotics count from five years of sentence, the others always (PP 99/2012 art. 34A, 43A, V)."""
OF_THE_RECORD: Final = (
    Paper.KUTIPAN_PUTUSAN,
    Paper.BA_PELAKSANAAN,
    Paper.REGISTER_F,
    Paper.DAFTAR_PERUBAHAN,
    Paper.LAPORAN_PEMBINAAN,
    Paper.LITMAS,
)
OF_A_KLIEN: Final = (
    *OF_THE_RECORD,
    Paper.PEMBERITAHUAN_KEJARI,
    Paper.PERNYATAAN,
    Paper.SURAT_JAMINAN,
)

PB: Final = RightRules(
    article="Permenkumham 3/2018 art. 82",
    special_article="Permenkumham 3/2018 art. 85",
    share=TWO_THIRDS,
    special_share=TWO_THIRDS,
    least_part_days=NINE_MONTHS,
    special_least_part_days=NINE_MONTHS,
    least_sentence_days=0,
    most_sentence_days=None,
    longest_days=None,
    as_last_remission=False,
    every_months=None,
    conduct_months=9,
    special_conduct_months=9,
    conduct_now=False,
    excepted=frozenset(),
    asimilasi_first=frozenset(SPECIAL),
    papers=OF_A_KLIEN,
)
CMB: Final = replace(
    PB,
    article="Permenkumham 3/2018",
    special_article="Permenkumham 3/2018",
    longest_days=6 * MONTH_DAYS,
    as_last_remission=True,
    asimilasi_first=frozenset(),
)
CB: Final = replace(
    PB,
    article="Permenkumham 3/2018",
    special_article="Permenkumham 3/2018",
    least_part_days=0,
    special_least_part_days=0,
    most_sentence_days=18 * MONTH_DAYS,
    longest_days=6 * MONTH_DAYS,
    conduct_months=6,
    asimilasi_first=frozenset(),
)
ASIMILASI: Final = replace(
    PB,
    article="Permenkumham 3/2018",
    special_article="Permenkumham 3/2018",
    share=HALF,
    least_part_days=0,
    conduct_months=6,
    conduct_now=True,
    asimilasi_first=frozenset(),
    papers=(*OF_THE_RECORD, Paper.PERNYATAAN, Paper.SURAT_JAMINAN),
)
CMK: Final = replace(
    ASIMILASI,
    article="Permenkumham 3/2018 art. 67",
    special_article="Permenkumham 3/2018 art. 67",
    special_share=HALF,
    special_least_part_days=0,
    least_sentence_days=12 * MONTH_DAYS,
    longest_days=2,
    every_months=3,
    special_conduct_months=6,
    excepted=frozenset(Except),
    papers=(
        *OF_THE_RECORD,
        Paper.PERMINTAAN_KELUARGA,
        Paper.SURAT_JAMINAN,
        Paper.TIDAK_PERKARA_LAIN,
    ),
)

PERMENKUMHAM_3_2018: Final = IntegrationRules(
    rights={
        Right.ASIMILASI: ASIMILASI,
        Right.CMK: CMK,
        Right.CB: CB,
        Right.CMB: CMB,
        Right.PB: PB,
    },
    special=SPECIAL,
    fine=frozenset((CaseType.KORUPSI,)),
    fine_rights=frozenset(),
    pledge=frozenset((CaseType.TERORISME,)),
    special_papers={
        CaseType.NARKOTIKA: (Paper.JUSTICE_COLLABORATOR,),
        CaseType.KORUPSI: (Paper.JUSTICE_COLLABORATOR, Paper.BUKTI_BAYAR),
        CaseType.TERORISME: (Paper.JUSTICE_COLLABORATOR, Paper.IKRAR_NKRI),
    },
    foreign_papers=(Paper.JAMINAN_PERWAKILAN, Paper.KETERANGAN_IMIGRASI),
)
WITHOUT_LETTER: Final = replace(
    PERMENKUMHAM_3_2018,
    special_papers={
        CaseType.KORUPSI: (Paper.BUKTI_BAYAR,),
        CaseType.TERORISME: (Paper.IKRAR_NKRI,),
    },
)


def _earlier(number: str, *, most_sentence_days: int, longest_days: int) -> IntegrationRules:
    """Return the rules as they were under a regulation before that of 2018: CB was another."""
    rights = {
        right: replace(rules, article=number, special_article=number)
        for right, rules in PERMENKUMHAM_3_2018.rights.items()
    }
    cb = replace(rights[Right.CB], most_sentence_days=most_sentence_days, longest_days=longest_days)
    return replace(PERMENKUMHAM_3_2018, rights=rights | {Right.CB: cb})


ARTICLES_2018: Final = (
    "art. 82: kompas.tv 2022 and beritaeditorial.com 2023 (V); art. 85: kompas.tv 2022 (V1);"
    " art. 67: Rutan Pelaihari on kompasiana.com 2023 (V1); no CMK for special offences:"
    " kompas.com 2018 (V1); asimilasi, and conduct of 6 months for CMK: K~"
)
PP_99: Final = "PB of special offences after asimilasi: republika.co.id on PP 99/2012 (V1)"

RULE_SETS: Final[tuple[RuleSet[Any], ...]] = (
    RuleSet(
        id="permenkumham-21-2013-integrasi",
        topic=INTEGRATION,
        title=("hak integrasi menurut aturan 2013", "integration by the regulation of 2013"),
        legal_basis="Permenkumham 21/2013; PP 99/2012",
        source=f"domain/3 section 3.3; CB: page of Lapas Sarolangun (V1); {PP_99}",
        certainty=Certainty.LIKELY,
        promulgated=date(2013, 8, 19),
        valid_from=date(2013, 8, 19),
        valid_until=None,
        values=_earlier(
            "Permenkumham 21/2013", most_sentence_days=15 * MONTH_DAYS, longest_days=4 * MONTH_DAYS
        ),
    ),
    RuleSet(
        id="permenkumham-21-2016-integrasi",
        topic=INTEGRATION,
        title=("hak integrasi menurut aturan 2016", "integration by the regulation of 2016"),
        legal_basis="Permenkumham 21/2013 sebagaimana diubah dengan 21/2016; PP 99/2012",
        source=f"CB: answer of BPHN's legal counsel, 8 December 2017 (V1); {PP_99}",
        certainty=Certainty.LIKELY,
        promulgated=date(2016, 6, 20),
        valid_from=date(2016, 6, 20),
        valid_until=None,
        values=_earlier(
            "Permenkumham 21/2016", most_sentence_days=18 * MONTH_DAYS, longest_days=6 * MONTH_DAYS
        ),
    ),
    RuleSet(
        id="permenkumham-3-2018-integrasi",
        topic=INTEGRATION,
        title=("hak integrasi menurut aturan 2018", "integration by the regulation of 2018"),
        legal_basis="Permenkumham 3/2018; PP 99/2012",
        source=f"domain/3 section 3.3; {ARTICLES_2018}; {PP_99}",
        certainty=Certainty.LIKELY,
        promulgated=date(2018, 2, 15),
        valid_from=date(2018, 2, 15),
        valid_until=None,
        values=PERMENKUMHAM_3_2018,
    ),
    RuleSet(
        id="ma-28p-hum-2021-integrasi",
        topic=INTEGRATION,
        title=(
            "hak integrasi tanpa surat justice collaborator",
            "integration without a letter of justice collaborator",
        ),
        legal_basis="Permenkumham 3/2018; PP 99/2012; putusan MA 28P/HUM/2021",
        source=f"domain/3 section 2.1 (the ruling: V); {ARTICLES_2018}; {PP_99}",
        certainty=Certainty.LIKELY,
        promulgated=date(2021, 10, 28),
        valid_from=date(2021, 10, 28),
        valid_until=None,
        values=WITHOUT_LETTER,
    ),
)
