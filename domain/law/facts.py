"""The facts from which the law reckons: what a case, or whoever asks what if, says of a person.

The shape is the contract's (`docs`: the calculation). Days of detention are all included, the first
and the last. What a case knows beyond the contract (`executed`, `programmes_good`, `rights`, ...)
is `None` where nobody says, and then counts as met, with a warning.
"""

from datetime import date
from enum import Enum
from typing import Final

from domain.admission import Religion
from domain.kernel import Value
from domain.law.criteria import Trace
from domain.law.span import Span


class SubjectKind(Enum):
    """Whom the question is about."""

    NARAPIDANA = "narapidana"
    ANAK_BINAAN = "anak_binaan"
    TAHANAN = "tahanan"


class CaseType(Enum):
    """The kinds of offence for which the law has conditions of their own (PP 99/2012, V)."""

    UMUM = "umum"
    NARKOTIKA = "narkotika"
    KORUPSI = "korupsi"
    TERORISME = "terorisme"
    KEAMANAN_NEGARA = "keamanan_negara"
    HAM_BERAT = "ham_berat"
    TRANSNASIONAL = "transnasional"


class HeldForm(Enum):
    """Where somebody is held; in hospital (pembantaran) no day of detention counts."""

    RUTAN = "rutan"
    RUMAH = "rumah"
    KOTA = "kota"
    PEMBANTARAN = "pembantaran"


class RemisiKind(Enum):
    """The kinds of remisi, and PMP for an anak binaan."""

    UMUM = "umum"
    KHUSUS = "khusus"
    TAMBAHAN = "tambahan"
    DASAWARSA = "dasawarsa"
    KEMANUSIAAN = "kemanusiaan"
    SUSULAN = "susulan"
    PMP = "pmp"


YEARLY: Final = (RemisiKind.UMUM, RemisiKind.KHUSUS)
MADE_UP_FOR: Final = frozenset(
    {RemisiKind.UMUM, RemisiKind.KHUSUS, RemisiKind.DASAWARSA, RemisiKind.PMP}
)
"""What a susulan can be for: whatever has an award day of its own (K~)."""


class RemisiGround(Enum):
    """For what a remisi tambahan or kemanusiaan is given."""

    PEMUKA = "pemuka"
    JASA = "jasa"
    JUSTICE_COLLABORATOR = "justice_collaborator"
    PIDANA_SINGKAT = "pidana_singkat"
    LANJUT_USIA = "lanjut_usia"
    SAKIT_BERKEPANJANGAN = "sakit_berkepanjangan"


class Right(Enum):
    """The rights of integration, in the regulation's spelling."""

    ASIMILASI = "asimilasi"
    CMK = "cmk"
    CB = "cb"
    CMB = "cmb"
    PB = "pb"


class Held(Value):
    """Days held without interruption in one form, ``to`` included; `None` while it goes on."""

    from_day: date
    to: date | None
    form: HeldForm
    by: Trace | None


class Sentence(Value):
    """One sentence: its length, or life, or death (then the length is nothing)."""

    span: Span
    life: bool
    death: bool


class Substitute(Value):
    """Imprisonment in place of a fine (subsider), served after the sentence unless it is paid."""

    span: Span
    paid: bool


class Missed(Value):
    """The award that a remisi susulan makes up for."""

    kind: RemisiKind
    on: date

    def is_one_with(self, other: "Missed") -> bool:
        """Return whether both are one award: of a PMP there is one on a day, else in a year."""
        by_year = self.kind is not RemisiKind.PMP and other.on.year == self.on.year
        return self.kind is other.kind and (by_year or self.on == other.on)


class Granted(Value):
    """A remisi that was given, in days.

    ``missed`` is the award that a susulan made up for, ``ground`` that of a tambahan; `None` where
    nobody says, as of most that were given before this record begins.
    """

    kind: RemisiKind
    on: date
    days: int
    by: Trace | None
    missed: Missed | None = None
    ground: RemisiGround | None = None

    @property
    def award(self) -> Missed:
        """Return the award that it is: of a susulan the one that was missed."""
        return self.missed or Missed(kind=self.kind, on=self.on)


class Breach(Value):
    """A disciplinary measure, by the day on which it was entered in Register F; until it ended."""

    on: date
    until: date | None
    by: Trace | None


class RightLived(Value):
    """A right of integration that was begun; ``to`` is its last day, `None` while it runs."""

    right: Right
    from_day: date
    to: date | None
    by: Trace | None


class Wanted(Value):
    """A remisi that is asked for on an award day."""

    kind: RemisiKind
    on: date
    ground: RemisiGround | None
    missed: Missed | None


class Facts(Value):
    """What is known of one person.

    ``religion`` is the one first recorded. ``verdict_final_on`` of `None` is final from the start
    for a convict, and never for a tahanan. ``executed`` is whether the verdict was executed (BA
    pelaksanaan), ``programmes_good`` whether programmes were taken part in with predikat baik,
    ``conduct_risk_declined`` whether the SPPN score shows a lower risk, ``deradicalised`` whether
    deradicalisation and the pledge to NKRI are done; the ``_by`` say which fact told.
    """

    kind: SubjectKind
    religion: Religion
    verdict_final_on: date | None
    detention: tuple[Held, ...]
    sentences: tuple[Sentence, ...]
    substitute: Substitute | None
    remissions: tuple[Granted, ...]
    discipline: tuple[Breach, ...]
    conduct_risk_declined: bool | None
    birth_date: date | None
    case_type: CaseType
    recidivist: bool | None
    nationality: str
    executed: bool | None
    programmes_good: bool | None
    deradicalised: bool | None
    fine_paid: bool | None
    rights: tuple[RightLived, ...]
    verdict_final_by: Trace | None
    conduct_by: Trace | None
    programmes_by: Trace | None
