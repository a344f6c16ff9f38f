"""Counts as a pemda reads them: what each counts, or that it is fewer than five."""

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
NOBODYS: Final[Mapping[str, Words]] = {
    "unknown": ("tidak diketahui", "unknown"),
    "other": ("program lain", "other programmes"),
}
FEW: Final[Words] = ("kurang dari lima", "fewer than five")


def counts_in(data: Json, tongue: Tongue, names: Names) -> Mapping[str, Any]:
    """Return the counts of one entry as lines, and how small ones are kept from being told."""
    counts: Any = data.get(SharedField.COUNTS.value) or {}
    lines: Sequence[Any] = counts.get("lines", ())
    fewest, step = counts.get("fewest"), counts.get("rounded_down_to")
    about = None
    if fewest and step:
        about = tongue(
            f"Semua bilangan dibulatkan ke bawah ke kelipatan {step}, dan di sana-sini lebih rendah"
            f" lagi, agar tidak seorang pun terlihat dari jumlahnya: sedikitnya sebanyak"
            f" itu. Kurang dari {fewest} dapat berarti tidak seorang pun. Rincian tanpa bagian"
            f" sebesar {2 * step} tidak disebut.",
            f"All numbers are rounded down to a multiple of {step}, and here and there told lower"
            f" still, so that nobody shows in a sum: there are at least so many. Fewer than"
            f" {fewest} may be nobody. A breakdown without a part of {2 * step} is not told.",
        )
    return {"lines": [line_of(one, tongue, names) for one in lines], "about": about}


def line_of(line: Any, tongue: Tongue, names: Names) -> tuple[str, bool, str]:
    """Return what a line counts, whether it is a part of one above, and what is told of it."""
    figure, by, count = line["figure"], line.get("by"), line.get("count")
    label = tongue.words(FIGURES.get(figure) or (labels.spaced(figure),) * 2)
    if by:
        part = part_of(line.get("title") or line.get("value") or "", tongue, names)
        label = f"{tongue.words(BY.get(by) or (by, by))}: {part}"
    return label, bool(by), tongue.words(FEW) if count is None else tongue.number(count)


def part_of(part: str, tongue: Tongue, names: Names) -> str:
    """Return what a part is called: a unit, a region, or a word of a list."""
    if part in NOBODYS:
        return tongue.words(NOBODYS[part])
    named = names.of(part)
    return named if named != part else tongue.words(labels.VALUES.get(part) or (part, part))
