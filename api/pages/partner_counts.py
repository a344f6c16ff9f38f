"""Counts as a pemda reads them: what each counts, and a word where it is too small to tell."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from api.pages import labels
from api.pages.names import Names
from api.pages.partnerships import STEPS
from api.pages.tongue import Tongue
from domain.kernel import Json, Words
from domain.sharing.fields import SharedField

FIGURES: Final[Mapping[str, Words]] = {
    **STEPS,
    "population": ("Penghuni menurut perjanjian", "Held, as the agreement names them"),
    "learners": ("Peserta Kejar Paket", "Learners of Kejar Paket"),
    "in_activities": ("Peserta kegiatan", "In activities"),
    "placed_3_months_ago": ("Bekerja sejak 3 bulan lalu", "Placed 3 months ago"),
    "placed_6_months_ago": ("Bekerja sejak 6 bulan lalu", "Placed 6 months ago"),
    "placed_12_months_ago": ("Bekerja sejak 12 bulan lalu", "Placed 12 months ago"),
}
HIDDEN: Final[Words] = ("tidak disebut", "not told")


def counts_in(data: Json, tongue: Tongue, names: Names) -> Mapping[str, Any]:
    """Return the counts of one entry as lines, and how small ones are kept from being told."""
    counts: Any = data.get(SharedField.COUNTS.value) or {}
    lines: Sequence[Any] = counts.get("lines", ())
    fewest, step = counts.get("fewest"), counts.get("rounded_down_to")
    about = None
    if fewest and step:
        about = tongue(
            f"Kurang dari {fewest} tidak disebut, begitu pula yang dapat dihitung darinya;"
            f" lainnya dibulatkan ke bawah ke kelipatan {step}.",
            f"Fewer than {fewest} are not told, nor what they could be worked out from;"
            f" all else is rounded down to a multiple of {step}.",
        )
    return {"lines": [line_of(one, tongue, names) for one in lines], "about": about}


def line_of(line: Any, tongue: Tongue, names: Names) -> tuple[str, str]:
    """Return what a line counts, and its count or the word for one that is not told."""
    figure = tongue.words(FIGURES.get(line["figure"]) or (labels.spaced(line["figure"]),) * 2)
    part = line.get("title") or line.get("value")
    label = f"{figure} · {part_of(part, tongue, names)}" if part else figure
    count = line.get("count")
    return label, tongue.words(HIDDEN) if count is None else tongue.number(count)


def part_of(part: str, tongue: Tongue, names: Names) -> str:
    """Return what a part is called: a unit, a region, or a word of a list."""
    named = names.of(part)
    return named if named != part else tongue.words(labels.VALUES.get(part) or (part, part))
