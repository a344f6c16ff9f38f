"""What the demo prints of a partnership: numbers, and in words what each of them counts."""

import pytest

from api.pages.names import Names
from api.pages.tongue import Tongue
from api.partnership_text import SECTIONS, sections
from projections.partnership import Basis, PartnershipLine, Section

NAMES = Names({"PEMKO-12.71": "Pemerintah Kota Medan"})


def line(section, figure, basis=Basis.UNDER, **said):
    unsaid = dict.fromkeys(("value", "count", "out_of", "stated", "text", "source"))
    fields = {"agreement": "a", "section": section, "figure": figure, "basis": basis}
    return PartnershipLine(**fields | unsaid | said)


LINES = (
    (
        line(Section.AGREEMENT, "status", value="running"),
        ("", "berjalan"),
        ("", "running"),
    ),
    (
        line(Section.AGREEMENT, "parties", count=1, text="PEMKO-12.71"),
        ("1", "pihak: Pemerintah Kota Medan"),
        ("1", "parties: Pemerintah Kota Medan"),
    ),
    (
        line(
            Section.POPULATION, "of_domicile", Basis.IN_UNITS, value="12.71", count=9, out_of=1200
        ),
        ("9", "berdomisili di Kota Medan, dari 1.200"),
        ("9", "at home in Kota Medan, of 1,200"),
    ),
    (
        line(Section.EDUCATION, "enrolled", Basis.BESIDE, value="A", count=3),
        ("3", "belajar Paket A (di luar kerja sama ini)"),
        ("3", "learning Paket A (beside this agreement)"),
    ),
    (
        line(Section.REMISI, "awarded", Basis.IN_UNITS, value="2025-08-17", count=190),
        ("190", "diberi remisi pada 17 Agu 2025"),
        ("190", "awarded remisi on 17 Aug 2025"),
    ),
    (
        line(Section.CLAIMS, "x", Basis.STATED, stated=2340, text="akan dilatih", source="Berita"),
        ("2.340", "akan dilatih · Berita"),
        ("2,340", "akan dilatih · Berita"),
    ),
)


@pytest.mark.parametrize(("one", "indonesian", "english"), LINES)
def test_a_line_says_in_words_what_it_counts(one, indonesian, english):
    assert [*sections([one], Tongue("id"), NAMES)] == [(SECTIONS[one.section][0], [indonesian])]
    assert [*sections([one], Tongue("en"), NAMES)] == [(SECTIONS[one.section][1], [english])]


def test_every_section_has_a_title():
    assert SECTIONS.keys() == set(Section)
