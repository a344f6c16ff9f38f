"""Dates that somebody official has stated, held against those that the law gives.

A claim is never overwritten and never overwrites: where the two differ, both are shown, and a human
finds out which facts are missing. Published cases contradict themselves (G7 by a day, G8 by four
weeks between two texts of one ministry).
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from enum import Enum
from itertools import combinations
from typing import Final

from domain.fields import Line
from domain.kernel import Value, Words
from domain.law.aloud import spoken_day


class ClaimedDay(Enum):
    """Which of the days of a punishment somebody has stated."""

    EXPIRY = "expiry"
    RELEASE = "release"
    ONE_THIRD = "one_third"
    ONE_HALF = "one_half"
    TWO_THIRDS = "two_thirds"
    PROBATION_END = "probation_end"


class Claim(Value):
    """A day as a document states it; ``source`` is the document's number, and no person's name."""

    about: ClaimedDay
    on: date
    source: Line


class Flag(Value):
    """A claim that differs: ``difference`` is in days, more than none where it is the later one.

    ``computed`` and ``difference`` are `None` where the law gives no such day. Where two documents
    contradict each other, ``other`` is the second.
    """

    code: str
    claim: Claim
    other: Claim | None
    computed: date | None
    difference: int | None
    because: Words


TITLES: Final[Mapping[ClaimedDay, Words]] = {
    ClaimedDay.EXPIRY: ("tanggal ekspirasi", "the expiry"),
    ClaimedDay.RELEASE: ("tanggal bebas", "the day of release"),
    ClaimedDay.ONE_THIRD: ("tanggal 1/3 pidana", "the day of one third"),
    ClaimedDay.ONE_HALF: ("tanggal 1/2 pidana", "the day of one half"),
    ClaimedDay.TWO_THIRDS: ("tanggal 2/3 pidana", "the day of two thirds"),
    ClaimedDay.PROBATION_END: ("akhir masa percobaan", "the end of probation"),
}


def flags(claims: Sequence[Claim], computed: Mapping[ClaimedDay, date | None]) -> Iterator[Flag]:
    """Go through the claims that differ from the law's days, and those that contradict others."""
    for claim in claims:
        day = computed[claim.about]
        if day != claim.on:
            yield _differs(claim, day)
    for claim, other in combinations(claims, 2):
        if claim.about is other.about and claim.on != other.on:
            yield _contradicts(claim, other, computed[claim.about])


def _differs(claim: Claim, computed: date | None) -> Flag:
    title, said = TITLES[claim.about], spoken_day(claim.on)
    stated = (
        f"Menurut {claim.source}, {title[0]} Anda {said[0]};",
        f"By {claim.source}, {title[1]} is {said[1]};",
    )
    if computed is None:
        words = f"{stated[0]} hitungan tidak memberi tanggal.", f"{stated[1]} none is computed."
    else:
        law = spoken_day(computed)
        words = f"{stated[0]} menurut hitungan {law[0]}.", f"{stated[1]} computed is {law[1]}."
    return Flag(
        code="claim.differs" if computed else "claim.without_computed",
        claim=claim,
        other=None,
        computed=computed,
        difference=(claim.on - computed).days if computed else None,
        because=words,
    )


def _contradicts(claim: Claim, other: Claim, computed: date | None) -> Flag:
    title, one, two = TITLES[claim.about], spoken_day(claim.on), spoken_day(other.on)
    indonesian = (
        f"Dua dokumen bertentangan tentang {title[0]}: {claim.source} menyebut {one[0]},"
        f" {other.source} menyebut {two[0]}."
    )
    english = (
        f"Two documents contradict each other on {title[1]}: {claim.source} says {one[1]},"
        f" {other.source} says {two[1]}."
    )
    return Flag(
        code="claims.contradict",
        claim=claim,
        other=other,
        computed=computed,
        difference=(claim.on - other.on).days,
        because=(indonesian, english),
    )
