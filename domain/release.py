"""Release: by what somebody leaves custody, and which release can be revoked.

The kinds are those of Surat Bebas (Kepdirjenpas PAS-170.PK.01.01.02/2015, V) and of the integration
rights (UU 22/2022 art. 10). Conditional release may be revoked (KUHP 2023 art. 73), and so may cuti
bersyarat, cuti menjelang bebas and penangguhan (K+): the same case then goes on inside. These two
events belong to the custody chapter.
"""

from collections.abc import Mapping
from enum import Enum
from typing import Final

from domain.fields import Line, UnitCode
from domain.kernel import Event, Open, Personal, ensure

ONE_JOURNEY: Final = "Kaidah Jejak: satu perkara, satu perjalanan"


class ReleaseKind(Enum):
    """By what somebody leaves custody."""

    BEBAS_MURNI = "bebas_murni"
    BEBAS_DEMI_HUKUM = "bebas_demi_hukum"
    PUTUSAN_BEBAS = "putusan_bebas"
    PUTUSAN_LEPAS = "putusan_lepas"
    REMISI = "remisi"
    PEMBEBASAN_BERSYARAT = "pembebasan_bersyarat"
    CUTI_BERSYARAT = "cuti_bersyarat"
    CUTI_MENJELANG_BEBAS = "cuti_menjelang_bebas"
    GRASI = "grasi"
    AMNESTI = "amnesti"
    ABOLISI = "abolisi"
    DENDA_DIBAYAR = "denda_dibayar"
    PENANGGUHAN = "penangguhan"


class ReadmissionReason(Enum):
    """Which conditional release was revoked, so that the same case goes on inside."""

    PB_DICABUT = "pb_dicabut"
    CB_DICABUT = "cb_dicabut"
    CMB_DICABUT = "cmb_dicabut"
    PENANGGUHAN_DICABUT = "penangguhan_dicabut"


class Released(Event, stored_as="custody.released"):
    """The person left custody."""

    kind: Open[ReleaseKind]
    document: Personal[Line]


class Readmitted(Event, stored_as="custody.readmitted"):
    """A conditional release was revoked, and the person is inside again in the same case."""

    unit: Open[UnitCode]
    reason: Open[ReadmissionReason]


REVOKED: Final[Mapping[ReadmissionReason, ReleaseKind]] = {
    ReadmissionReason.PB_DICABUT: ReleaseKind.PEMBEBASAN_BERSYARAT,
    ReadmissionReason.CB_DICABUT: ReleaseKind.CUTI_BERSYARAT,
    ReadmissionReason.CMB_DICABUT: ReleaseKind.CUTI_MENJELANG_BEBAS,
    ReadmissionReason.PENANGGUHAN_DICABUT: ReleaseKind.PENANGGUHAN,
}
"""Which release each reason of readmission undoes."""


def ensure_revoked(release: ReleaseKind | None, proposed: Readmitted) -> None:
    """Refuse to go on inside unless the release recorded is the one that was revoked."""
    ensure(
        release in REVOKED.values(),
        "custody.release_is_final",
        article=ONE_JOURNEY,
        because=(
            "pembebasan ini tidak bersyarat; orang yang masuk lagi dicatat sebagai perkara baru",
            "this release had no condition; a person who comes back is a new case",
        ),
    )
    ensure(
        release is REVOKED[proposed.reason],
        "custody.another_release",
        article=ONE_JOURNEY,
        because=(
            "yang dicabut bukan jenis pembebasan yang tercatat dalam perkara ini",
            "what was revoked is not the kind of release that this case records",
        ),
    )
