"""What the texts say on the rights of integration: shares, lengths, conduct, papers, exceptions."""

from collections.abc import Mapping
from enum import Enum
from fractions import Fraction
from typing import Final

from domain.kernel import Value
from domain.law.facts import CaseType, Right
from domain.law.rule_set import Topic


class Paper(Enum):
    """The documents that a proposal of a right is made with."""

    KUTIPAN_PUTUSAN = "kutipan_putusan"
    BA_PELAKSANAAN = "ba_pelaksanaan"
    REGISTER_F = "register_f"
    DAFTAR_PERUBAHAN = "daftar_perubahan"
    LAPORAN_PEMBINAAN = "laporan_pembinaan"
    ASESMEN_RISIKO = "asesmen_risiko"
    LITMAS = "litmas"
    PEMBERITAHUAN_KEJARI = "pemberitahuan_kejari"
    SURAT_JAMINAN = "surat_jaminan"
    PERNYATAAN = "pernyataan"
    PERMINTAAN_KELUARGA = "permintaan_keluarga"
    TIDAK_PERKARA_LAIN = "tidak_perkara_lain"
    BUKTI_BAYAR = "bukti_bayar"
    IKRAR_NKRI = "ikrar_nkri"
    JUSTICE_COLLABORATOR = "justice_collaborator"
    JAMINAN_PERWAKILAN = "jaminan_perwakilan"
    KETERANGAN_IMIGRASI = "keterangan_imigrasi"


class Except(Enum):
    """Who is left out of a right."""

    FOREIGNER = "foreigner"
    RECIDIVIST = "recidivist"
    SPECIAL_CRIME = "special_crime"


class RightRules(Value):
    """What one right asks for. A month of these days is 30; months of conduct are the calendar's.

    ``share`` of the sentence must be served, and be no shorter than ``least_part_days``; the
    sentence no shorter than ``least_sentence_days``, and no longer than ``most_sentence_days``.
    ``longest_days`` is how long it may be lived, ``as_last_remission`` that it is no longer than
    the last remisi, ``every_months`` how many lie between two. The ``special_`` go for the offences
    that the text names. Conduct is looked at before the day of the share, or where ``conduct_now``,
    before the day asked about.
    """

    article: str
    special_article: str
    share: Fraction
    special_share: Fraction
    least_part_days: int
    special_least_part_days: int
    least_sentence_days: int
    most_sentence_days: int | None
    longest_days: int | None
    as_last_remission: bool
    every_months: int | None
    conduct_months: int
    special_conduct_months: int
    conduct_now: bool
    excepted: frozenset[Except]
    asimilasi_first: frozenset[CaseType]
    papers: tuple[Paper, ...]


class IntegrationRules(Value):
    """All rights, and which offences are special from which sentence on, in days.

    ``fine`` and ``pledge`` are the offences of which the fine must be paid, and a pledge made;
    ``fine_rights`` the rights for which the text asks for the fine.
    ``special_papers`` are asked for with those offences besides.
    """

    rights: Mapping[Right, RightRules]
    special: Mapping[CaseType, int]
    fine: frozenset[CaseType]
    fine_rights: frozenset[Right]
    pledge: frozenset[CaseType]
    special_papers: Mapping[CaseType, tuple[Paper, ...]]
    foreign_papers: tuple[Paper, ...]


class GeneralConditions(Value):
    """What the law asks of everyone who is to have a right: programmes, and a lower risk."""

    article: str
    programmes: bool
    risk_declined: bool


class ChildRules(Value):
    """Of which share of the time a child must have been in the LPKA for a right, where less."""

    article: str
    share: Mapping[Right, Fraction]


INTEGRATION: Final[Topic[IntegrationRules]] = Topic("integration")
RIGHTS: Final[Topic[GeneralConditions]] = Topic("rights")
CHILD_RIGHTS: Final[Topic[ChildRules]] = Topic("child_rights")
