"""Fines: what was paid of a fine, so that no imprisonment takes its place.

A fine that is not paid is served as imprisonment (UU 1/2023, V), after
the sentence. Once all of it is paid there is none to be served. What a part that was paid takes off
the imprisonment is not known here (K?): the whole of it stands until the whole is paid. This event
belongs to the verdict chapter.
"""

from typing import Final

from domain.fields import Line, Rupiah
from domain.kernel import Event, Specific, ensure

FINE: Final = "UU 1/2023"


class FinePaid(Event, stored_as="verdict.fine_paid"):
    """A fine, or a part of it, was paid; ``receipt`` is the prosecutor's."""

    amount: Specific[Rupiah]
    receipt: Specific[Line]


def ensure_owed(proposed: FinePaid, owed: int) -> None:
    """Refuse to pay nothing, or more than is still owed by the last verdict."""
    ensure(
        proposed.amount > 0,
        "verdict.nothing_paid",
        article=FINE,
        because=("jumlah yang dibayar lebih dari nol", "the amount paid is more than nothing"),
        field="amount",
    )
    ensure(
        proposed.amount <= owed,
        "verdict.more_than_the_fine",
        article=FINE,
        because=(
            f"denda menurut putusan terakhir yang belum dibayar: Rp{owed}",
            f"what the last verdict leaves to be paid is Rp{owed}",
        ),
    )
