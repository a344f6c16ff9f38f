"""The ladder of schooling: what a person has finished, and which Paket and grade comes next.

Paket A equals SD, B equals SMP and C equals SMA (certainty V); their grades are those of the
schools they equal, of the phases A to F of Kurikulum Merdeka (K~). Screening and placement are
events of the chapter `domain.kejar_paket`.
"""

from collections.abc import Collection, Mapping
from enum import Enum
from typing import Annotated, Final

from domain.fields import Count
from domain.kernel import Event, Open, Range, Refused, ensure

Grade = Annotated[int, Range(least=1, most=12)]


class Schooling(Enum):
    """The last schooling, finished or not."""

    TIDAK_SEKOLAH = "tidak_sekolah"
    SD_TIDAK_TAMAT = "sd_tidak_tamat"
    SD = "sd"
    SMP_TIDAK_TAMAT = "smp_tidak_tamat"
    SMP = "smp"
    SMA_TIDAK_TAMAT = "sma_tidak_tamat"
    SMA = "sma"


class PaketLevel(Enum):
    """Paket A equals SD, B equals SMP, C equals SMA."""

    A = "A"
    B = "B"
    C = "C"


class Proof(Enum):
    """What bears the last schooling out."""

    IJAZAH = "ijazah"
    RAPOR = "rapor"
    SURAT_KETERANGAN = "surat_keterangan"
    TES_PENEMPATAN = "tes_penempatan"
    PERNYATAAN = "pernyataan"


class PauseReason(Enum):
    """Why learning is interrupted."""

    PINDAH = "pindah"
    SIDANG = "sidang"
    SAKIT = "sakit"
    ISOLASI = "isolasi"
    LAIN = "lain"


class Screened(Event, stored_as="kejar_paket.screened"):
    """The last schooling was found out. A later screening replaces it."""

    last_schooling: Open[Schooling]
    proof: Open[Proof]


class Placed(Event, stored_as="kejar_paket.placed"):
    """The person was placed in a level and a grade; ``credits_recognised`` in SKK."""

    level: Open[PaketLevel]
    grade: Open[Grade]
    credits_recognised: Open[Count]


EQUAL: Final = "UU 20/2003 art. 26(6)"
ORDER: Final = "Kaidah Jejak: urutan Kejar Paket"

LEVELS: Final = tuple(PaketLevel)
GRADES: Final[Mapping[PaketLevel, range]] = {
    PaketLevel.A: range(1, 7),
    PaketLevel.B: range(7, 10),
    PaketLevel.C: range(10, 13),
}
FINISHED: Final[Mapping[Schooling, int]] = {
    Schooling.TIDAK_SEKOLAH: 0,
    Schooling.SD_TIDAK_TAMAT: 0,
    Schooling.SD: 1,
    Schooling.SMP_TIDAK_TAMAT: 1,
    Schooling.SMP: 2,
    Schooling.SMA_TIDAK_TAMAT: 2,
    Schooling.SMA: 3,
}
"""How many of the three levels somebody has behind them."""


def level_due(schooling: Schooling, passed: Collection[PaketLevel]) -> PaketLevel | None:
    """Return the level that follows what was finished; none after the last."""
    behind = max([FINISHED[schooling], *(LEVELS.index(level) + 1 for level in passed)])
    return LEVELS[behind] if behind < len(LEVELS) else None


def ensure_placement(
    screened: Screened | None, passed: Collection[PaketLevel], proposed: Placed
) -> None:
    """Refuse a grade that the level has not, and a level that does not follow the schooling."""
    grades = GRADES[proposed.level]
    ensure(
        proposed.grade in grades,
        "kejar_paket.grade_not_of_level",
        article=EQUAL,
        because=(
            f"Paket {proposed.level.value} adalah kelas {grades[0]} sampai {grades[-1]}",
            f"Paket {proposed.level.value} is grades {grades[0]} to {grades[-1]}",
        ),
        field="grade",
    )
    due = level_due(screening_of(screened).last_schooling, passed)
    ensure(
        proposed.level is due,
        "kejar_paket.level_does_not_follow_schooling",
        article=EQUAL,
        because=(
            f"menurut pendidikan terakhir, jenjang berikutnya: {said(due, 'tidak ada')}",
            f"by the last schooling, the next level is: {said(due, 'none')}",
        ),
    )


def said(level: PaketLevel | None, nothing: str) -> str:
    """Say a level in a sentence."""
    return f"Paket {level.value}" if level else nothing


def screening_of(screened: Screened | None) -> Screened:
    """Return the screening; refuse where the last schooling is not known."""
    if screened is None:
        raise Refused(
            "kejar_paket.not_screened",
            article=ORDER,
            because=("pendidikan terakhir belum didata", "the last schooling is not recorded yet"),
        )
    return screened
