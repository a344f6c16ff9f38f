"""What is printed and what is opened in Excel: whole, guarded, and nothing read as a command."""

import io
import json
import re
import subprocess
from datetime import date

import pytest
import typst
from python_calamine import CalamineWorkbook

from api.letters import printing
from api.letters.printing import Template, Unprintable, pdf
from api.problems import Problem
from api.sheets import xlsx

NOBODY_HAS_THESE_LETTERS = "\U0001f600\ua9a7"
SAID = {
    "title": "Daftar Usulan Remisi",
    "unit": "Rutan Medan",
    "foot": "Dicetak oleh Jejak",
    "place": "Medan,",
    "facts": [["Hari pemberian", "17 Agustus 2025"]],
    "sums": [["Remisi Umum I", "1", "60"]],
    "on_heading": "Diusulkan",
    "off_heading": "Tidak diusulkan",
    "on": [["1", "Budi Fiktif", "BI 1/2025", "Remisi Umum I", "60 hari", "-"]],
    "off": [],
}
LETTER = {
    "title": "Petikan Keputusan",
    "by": "Nomor PAS-1",
    "facts": [["Nama", "Budi Fiktif"]],
    "sentences": ["Kepada Anda diberikan remisi."],
    "reasons": ["Anda sudah menjalani 188 hari; yang diperlukan 180 hari."],
}


def named(name):
    return SAID | {"on": [["1", name, "", "", "", ""]]}


def read(sheet):
    return CalamineWorkbook.from_filelike(io.BytesIO(sheet)).get_sheet_by_index(0).to_python()


def pages(letter):
    return len(re.findall(rb"/Type */Page\b", letter))


def is_archival(letter):
    return b"<pdfaid:part>2" in letter and b"<pdfaid:conformance>A" in letter


def test_a_sheet_says_what_it_was_given_days_as_days_and_numbers_as_numbers():
    sheet = xlsx(
        "Daftar", ["nama", "hari", "pada", "ya", "kosong"], [["Budi", 60, DAY, True, None]]
    )
    assert read(sheet) == [
        ["nama", "hari", "pada", "ya", "kosong"],
        ["Budi", 60, DAY, True, ""],
    ]


DAY = date(2025, 8, 17)
FORMULA = '=HYPERLINK("http://jahat")'


@pytest.mark.parametrize("name", [FORMULA, "+1", "@SUM(A1)", " =1", "-2", "a; =1"])
def test_a_text_that_would_be_a_formula_stays_a_text_also_in_a_csv_made_of_the_sheet(name):
    (_, (kept,)) = read(xlsx("Daftar", ["nama"], [[name]]))
    assert kept.replace("'", "") == name
    assert not kept.lstrip(" ").startswith(("=", "+", "-", "@"))
    assert "; =" not in kept


def test_a_list_is_a_pdf_a_to_be_kept_and_no_name_in_it_is_a_command():
    plain = pdf(Template.LIST, SAID)
    assert plain.startswith(b"%PDF-")
    assert is_archival(plain)
    assert pages(pdf(Template.LIST, named("#panic() *tebal* $x$ <label> \\ //"))) == pages(plain)


def glyphs(template, said):
    """Return how many letters stand on each page, its foot among them."""
    folder = printing.HERE
    inputs = {"said": json.dumps(said)}
    drawn = typst.compile(folder / template.value, root=folder, sys_inputs=inputs, format="svg")
    return [page.count(b"<use") for page in (drawn if isinstance(drawn, list) else [drawn])]


def test_nobody_signs_a_page_that_says_nothing():
    why = "x" * 60
    broken = 0
    for lines in range(4, 9):
        off = [[str(n), "", "", "", why] for n in range(lines)]
        *before, last = glyphs(Template.LIST, SAID | {"off": off})
        broken += bool(before)
        assert last > 2 * len(why)
    assert broken, "some of them take a second page"
    longer = [LETTER | {"reasons": [why] * reasons} for reasons in range(26, 36)]
    leaves = glyphs(Template.AWARD, SAID | {"letters": longer})
    assert len(leaves) > len(longer)
    assert min(leaves) > len(why) + len(SAID["foot"])


def test_each_person_has_a_page_of_their_own():
    letters = SAID | {"letters": [LETTER] * 3}
    assert pages(pdf(Template.AWARD, letters)) == 3


def test_a_name_that_no_font_can_write_keeps_nobody_from_a_letter():
    letter = pdf(Template.LIST, named(NOBODY_HAS_THESE_LETTERS))
    assert letter.startswith(b"%PDF-")


def test_a_template_that_is_wrong_tells_nothing_of_what_was_in_the_letter():
    with pytest.raises(Unprintable) as wrong:
        pdf(Template.LIST, {"title": "Budi Fiktif"})
    assert "Budi" not in str(wrong.value)


def test_who_sets_letters_is_told_no_secret_of_the_service(monkeypatch):
    seen = []
    run = subprocess.run

    def watched(*words, **how):
        seen.append((words, how))
        return run(*words, **how)

    monkeypatch.setattr(subprocess, "run", watched)
    monkeypatch.setenv("JEJAK_MASTER_KEY", "x" * 64)
    pdf(Template.LIST, SAID)
    (((command,), how),) = seen
    assert how["env"] == {}
    assert "Budi" not in str(command), "a command line is for everybody on the machine to read"


def test_when_too_many_are_printed_at_once_whoever_comes_next_is_asked_to_wait(monkeypatch):
    monkeypatch.setattr(printing, "WAIT_SECONDS", 0.01)
    for _ in range(printing.AT_ONCE):
        assert printing.turns.acquire(timeout=10)
    try:
        with pytest.raises(Problem) as busy:
            pdf(Template.LIST, SAID)
    finally:
        for _ in range(printing.AT_ONCE):
            printing.turns.release()
    assert busy.value.status == 503
    assert pdf(Template.LIST, SAID), "and it is theirs when another is done"
