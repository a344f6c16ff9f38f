"""What a finding of the law refuses: to be told by anybody, and to have changed unseen."""

from collections.abc import Callable
from typing import TypeVar

from domain.kernel import Refused, Words

F = TypeVar("F")


def told_by_hand(chapter: str, proposal: str) -> Refused:
    """Return what is said to whoever tells a finding: it is worked out."""
    return Refused(
        f"{chapter}.is_worked_out",
        article="Kaidah Jejak: penilaian hukum dihitung, tidak dicatat orang",
        because=(
            f"penilaian atas usulan {proposal} dihitung dari perkaranya",
            f"the assessment of proposal {proposal} is worked out from its case",
        ),
    )


def found_otherwise(code: str, first: F, now: F, words: Callable[[F], Words]) -> Refused:
    """Return what is said of a proposal on which the law finds something else than at first."""
    was, is_now = words(first), words(now)
    return Refused(
        code,
        article="Kaidah Jejak: tidak ada yang berubah atau tetap diam-diam",
        because=(
            f"menurut catatan yang sekarang: {is_now[0]}; semula: {was[0]}",
            f"by what is recorded now: {is_now[1]}; it was: {was[1]}",
        ),
    )
