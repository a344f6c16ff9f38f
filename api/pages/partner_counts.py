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
BY: Final[Mapping[str, Words]] = {
    "unit": ("menurut unit", "by unit"),
    "domicile": ("menurut domisili", "by domicile"),
    "age_band": ("menurut umur", "by age"),
    "sex": ("menurut jenis kelamin", "by sex"),
    "programme": ("menurut program", "by programme"),
}
UNKNOWN: Final[Words] = ("tidak diketahui", "unknown")
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


def line_of(line: Any, tongue: Tongue, names: Names) -> tuple[str, bool, str]:
    """Return what a line counts, whether it is a part of one above, and what is told of it."""
    figure, by, count = line["figure"], line.get("by"), line.get("count")
    label = tongue.words(FIGURES.get(figure) or (labels.spaced(figure),) * 2)
    if by:
        part = part_of(line.get("title") or line.get("value") or "", tongue, names)
        label = f"{tongue.words(BY.get(by) or (by, by))}: {part}"
    return label, bool(by), tongue.words(HIDDEN) if count is None else tongue.number(count)


def part_of(part: str, tongue: Tongue, names: Names) -> str:
    """Return what a part is called: a unit, a region, or a word of a list."""
    if part == "unknown":
        return tongue.words(UNKNOWN)
    named = names.of(part)
    return named if named != part else tongue.words(labels.VALUES.get(part) or (part, part))
