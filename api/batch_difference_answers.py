"""What differs from a list since it was drafted, as an answer: how, what is behind it, what to do.

The sentences are for whoever keeps the list; the criteria are those that are read to the person.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Final

from pydantic import BaseModel

from api.answers import FORBID
from api.calculation_answers import CriterionAnswer, Spoken
from api.letters.reasons import reason
from application.batch_differences import Change, Difference, Remedy
from domain.batch_list import Candidate
from domain.batch_standing import BatchStatus
from domain.kernel import Json, Words
from domain.law.facts import RemisiKind

HOW: Final[Mapping[Change, Words]] = {
    Change.NO_LONGER_ELIGIBLE: (
        "saat disusun memenuhi syarat, sekarang tidak",
        "eligible when drafted, not any more",
    ),
    Change.NOW_ELIGIBLE: (
        "saat disusun belum memenuhi syarat, sekarang memenuhi",
        "not eligible when drafted, eligible now",
    ),
    Change.OTHER_DAYS: ("jumlah harinya lain", "another number of days"),
    Change.OTHER_RELEASE: (
        "langsung bebas atau tidaknya berubah",
        "whether it releases has changed",
    ),
    Change.NEW_IN_UNIT: (
        "ada di unit ini sesudah daftar disusun",
        "in the unit since the list was drafted",
    ),
    Change.LEFT_UNIT: ("tidak ada lagi di unit ini", "not in the unit any more"),
}
TO_DO: Final[Mapping[Remedy, Words]] = {
    Remedy.WITHDRAW_LINE: ("tarik barisnya", "withdraw the line"),
    Remedy.CHANGE_LINE: (
        "ubah barisnya sebelum TPP bersidang, atau susun ulang daftarnya",
        "change the line before the TPP meets, or draft the list anew",
    ),
    Remedy.DRAFT_ANEW: (
        "susun ulang daftarnya, atau usulkan tersendiri pada perkaranya",
        "draft the list anew, or propose it by itself in the case",
    ),
    Remedy.NEXT_YEAR: (
        "SK sudah terbit: pelanggaran ini diperhitungkan pada remisi tahun berikutnya",
        "the SK is issued: the breach counts for the next year's remisi",
    ),
    Remedy.BY_ITSELF: (
        "SK sudah terbit: selesaikan tersendiri pada perkaranya",
        "the SK is issued: settle it by itself in the case",
    ),
    Remedy.NONE: ("tidak perlu apa-apa pada daftar ini", "nothing is to be done on this list"),
}
WHEN_GONE: Final[Words] = (
    "tarik barisnya bila sudah bebas; bila dipindahkan, remisinya tetap berjalan di perkaranya",
    "withdraw the line of whoever was released; of whoever was moved, the remisi goes on",
)
RELEASE_IS_OF_THE_DAY: Final[Words] = (
    "dihitung lagi pada hari pemberian",
    "worked out again on the award day",
)


class FoundAnswer(BaseModel):
    """What a draft finds for one line."""

    model_config = FORBID

    included: bool
    remission_days: int
    year_ordinal: int | None
    releases: bool
    reasons: list[str]
    why: list[str]


class DifferenceAnswer(BaseModel):
    """One line that would be drafted otherwise by now.

    ``drafted`` is null for whoever came since, ``now`` for whoever left. ``included`` and
    ``remission_days`` are how the line stands, after what was changed by hand. ``criteria`` are
    those that are not met now, or of whoever has become eligible those that were not.
    """

    model_config = FORBID

    case: str
    kind: RemisiKind
    change: Change
    how: str
    remedy: Remedy
    to_do: str
    included: bool | None
    remission_days: int | None
    drafted: FoundAnswer | None
    now: FoundAnswer | None
    criteria: list[CriterionAnswer]


class DifferencesAnswer(BaseModel):
    """A list held against what is known now. ``changed`` counts all lines, on every leaf."""

    model_config = FORBID

    remisi_batch_id: str
    version: int
    position: int
    unit: str
    award_day: date
    drafted_on: date
    status: BatchStatus
    total: int
    changed: dict[Change, int]
    items: list[DifferenceAnswer]


def difference_answer(one: Difference, spoken: Spoken) -> Json:
    """Return one line that differs."""
    line = one.line
    return {
        "case": one.case,
        "kind": one.kind.value,
        "change": one.change.value,
        "how": spoken.said(HOW[one.change]),
        "remedy": one.remedy.value,
        "to_do": spoken.said(to_do(one)),
        "included": line.included if line else None,
        "remission_days": line.remission_days if line else None,
        "drafted": _found(line.drafted, spoken) if line else None,
        "now": _found(one.now, spoken) if one.now else None,
        "criteria": [spoken.criterion(it) for it in one.criteria],
    }


def _found(said: Candidate, spoken: Spoken) -> Json:
    return {
        "included": said.included,
        "remission_days": said.remission_days,
        "year_ordinal": said.year_ordinal,
        "releases": said.releases,
        "reasons": list(said.reasons),
        "why": [spoken.said(reason(code)) for code in said.reasons],
    }


def to_do(one: Difference) -> Words:
    """Return what a person can do about a line, in words."""
    if one.change is Change.LEFT_UNIT:
        return WHEN_GONE
    return RELEASE_IS_OF_THE_DAY if one.change is Change.OTHER_RELEASE else TO_DO[one.remedy]


def changed(found: Sequence[Difference]) -> Mapping[str, int]:
    """Return how many lines differ in which way; a way in which none does is left out."""
    counts = Counter(one.change for one in found)
    return {change.value: counts[change] for change in Change if change in counts}
