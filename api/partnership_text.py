"""One partnership's report as a person reads it on a screen of letters: how many, and of what."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from itertools import groupby
from typing import Final

from api.pages import labels
from api.pages.names import Names
from api.pages.tongue import Tongue
from domain.kernel import Words
from projections.partnership import Basis, PartnershipLine, Section

SECTIONS: Final[Mapping[Section, Words]] = {
    Section.AGREEMENT: ("Perjanjian", "Agreement"),
    Section.POPULATION: ("Penghuni unit", "Held in the units"),
    Section.PROGRAMMES: ("Program", "Programmes"),
    Section.PARTICIPANTS: ("Peserta", "Participants"),
    Section.EDUCATION: ("Kejar Paket", "Kejar Paket"),
    Section.CERTIFICATES: ("Sertifikat", "Certificates"),
    Section.PLACEMENTS: ("Pekerjaan", "Work"),
    Section.REMISI: ("Remisi di unit", "Remisi in the units"),
    Section.REFERRALS: ("Remaja yang dirujuk", "Youths referred"),
    Section.PLANS: ("Rencana, bukan hasil", "Plans, no results"),
    Section.CLAIMS: ("Klaim, bukan hasil", "Claims, no results"),
}
FIGURES: Final[Mapping[str, Words]] = {
    "held": ("orang", "people"),
    "of_domicile": ("berdomisili di", "at home in"),
    "of_domicile_by_age": ("di antaranya berumur", "of these, aged"),
    "certified": ("bersertifikat:", "certified:"),
    "uncertified": ("tanpa sertifikat:", "uncertified:"),
    "persons": ("orang", "people"),
    "enrolled": ("belajar Paket", "learning Paket"),
    "competence_certified": ("sertifikat kompetensi", "certified competent"),
    "attendance_certified": ("sertifikat kehadiran", "certified attendance"),
    "placed": ("mendapat pekerjaan", "placed in work"),
    "employed_1_months": ("masih bekerja sesudah 1 bulan", "still working after 1 month"),
    "employed_3_months": ("masih bekerja sesudah 3 bulan", "still working after 3 months"),
    "employed_6_months": ("masih bekerja sesudah 6 bulan", "still working after 6 months"),
    "employed_12_months": ("masih bekerja sesudah 12 bulan", "still working after 12 months"),
    "awarded": ("diberi remisi pada", "awarded remisi on"),
    "awarded_and_released": ("langsung bebas pada", "and released on"),
    "received": ("diterima", "received"),
    "accepted": ("didampingi", "accepted"),
    "joined": ("ikut kegiatan", "took part"),
    "finished": ("selesai", "finished"),
    "parties": ("pihak:", "parties:"),
}
OUT_OF: Final[Words] = ("dari", "of")
BESIDE: Final[Words] = ("(di luar kerja sama ini)", "(beside this agreement)")


def sections(
    lines: Iterable[PartnershipLine], tongue: Tongue, names: Names
) -> Iterator[tuple[str, list[tuple[str, str]]]]:
    """Yield the title of each section, and of each of its lines a number and what it counts."""
    for section, told_of in groupby(lines, key=lambda line: line.section):
        rows = [(_number(line, tongue), _words(line, tongue, names)) for line in told_of]
        yield tongue.words(SECTIONS[section]), rows


def _number(line: PartnershipLine, tongue: Tongue) -> str:
    count = line.stated if line.count is None else line.count
    return "" if count is None else tongue.number(count)


def _words(line: PartnershipLine, tongue: Tongue, names: Names) -> str:
    """Return what a line counts, or what was stated and by whom."""
    if line.basis is Basis.STATED:
        return " · ".join(filter(None, (line.text, line.source)))
    figure = FIGURES.get(line.figure)  # a kind, a status and a programme are their own words
    told = (tongue.words(figure) if figure else "", _about(line, tongue, names))
    said = " ".join(filter(None, told))
    if line.out_of is not None:
        said += f", {tongue.words(OUT_OF)} {tongue.number(line.out_of)}"
    return f"{said} {tongue.words(BESIDE)}" if line.basis is Basis.BESIDE else said


def _about(line: PartnershipLine, tongue: Tongue, names: Names) -> str:
    """Return what a figure is broken down by, or whom and what it names."""
    if line.section is Section.REMISI and line.value:
        return tongue.day(date.fromisoformat(line.value))
    if line.figure in {"of_domicile", "parties"}:
        return ", ".join(map(names.of, (line.value or line.text or "").split(", ")))
    if line.text or line.value is None:
        return line.text or ""
    return tongue.words(labels.VALUES.get(line.value) or (labels.spaced(line.value),) * 2)
