"""`jejak import`: the path of every proposal, row by row, over a real ledger."""

import csv
import os
import subprocess
import sys
import time
from datetime import date

import pytest
import xlsxwriter
from import_files import MEDAN, SAMPLE, Jejak, assessed, line, taken_over, unit_named

from domain.catalogue import STREAMS
from domain.custody import CUSTODY, Presence

pytestmark = pytest.mark.long

SECRETS = ("Rahasia", "3375021508870004", "BI-1", "P-1")
PROGRAM = "from api.cli import app; app()"


@pytest.fixture
def jejak(database, tmp_path, monkeypatch):
    monkeypatch.setenv("JEJAK_DATABASE_URL", database)
    monkeypatch.setenv("JEJAK_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("JEJAK_MASTER_KEY", (b"k" * 32).hex())
    monkeypatch.delenv("JEJAK_LANGUAGE", raising=False)
    return Jejak(tmp_path)


def codes(report):
    return [(row["row"], row["column"], row["code"]) for row in report["rows"]]


def names(ledger):
    return [page.event.stored_as for page in ledger.walk()]


def test_the_sample_is_checked_recorded_and_not_recorded_again(jejak, ledger):
    assert jejak.report(SAMPLE, "--check")["counts"]["recorded"] == 7
    assert ledger.position() == 0
    assert jejak.report(SAMPLE)["counts"]["recorded"] == 7
    assert ledger.position() == 11  # two persons registered, two custodies begun
    again = jejak.report(SAMPLE)
    assert again["counts"]["already_recorded"] == 7
    assert ledger.position() == 11


def holiday(year, key=None):
    return line(
        f"registry:holiday/{key or f'islam-{year}'}",
        "registry.holiday_fixed",
        "2025-10-15",
        religion="islam",
        year=year,
        day=f"{year}-03-10",
        decree="SKB 3/2025",
    )


def test_feasts_come_from_a_file_each_in_its_own_record_and_no_finding_of_the_law_does(jejak):
    assert jejak.report(jejak.file(holiday(2027)))["counts"]["recorded"] == 1
    elsewhere = jejak.report(jejak.file(holiday(2027, "islam-2028")), status=1)
    assert [code for _, _, code in codes(elsewhere)] == ["registry.another_key"]
    finding = line("case:P-1", "remisi_assessment.made", "2025-10-15", proposal="ru")
    told = jejak.report(jejak.file(finding), status=1)
    assert codes(told) == [(1, "type", "unknown_type")]


def test_person_and_case_are_written_in_one(jejak, ledger):
    jejak("import", jejak.file(unit_named(), taken_over(1)))
    pages = list(ledger.walk(after=1))
    assert [page.event.stored_as for page in pages] == [
        "person.registered",
        "custody.taken_over",
        "person.custody_began",
    ]
    assert len({page.idempotency_key for page in pages}) == 1
    registered, opened, _ = pages
    assert opened.event.full_name == registered.event.full_name == "Budi Rahasia"
    assert opened.event.person == registered.stream.key == opened.subject
    assert registered.actor.unit == MEDAN


def test_an_xlsx_with_excels_own_types_says_the_same_as_the_csv(jejak, ledger, tmp_path):
    jejak("import", SAMPLE)
    with SAMPLE.open(encoding="utf-8", newline="") as file:
        header, *rows = csv.reader(file, delimiter=";")
    path = tmp_path / "sample.xlsx"
    with xlsxwriter.Workbook(path, {"default_date_format": "dd/mm/yyyy"}) as book:
        page = book.add_worksheet()
        page.write_row(0, 0, header)
        for index, row in enumerate(rows, start=1):
            for column, (name, cell) in enumerate(zip(header, row, strict=True)):
                page.write(index, column, as_excel_has_it(name, cell))
    assert jejak.report(path)["counts"]["already_recorded"] == 7
    assert ledger.position() == 11


def as_excel_has_it(name, cell):
    if cell and (name.endswith(("date", "effective")) or name == "data.admitted_on"):
        return date.fromisoformat(cell)
    if cell and name in {"data.number", "data.year", "data.score", "data.domicile", "data.cell"}:
        return float(cell)
    return {"true": True}.get(cell, cell or None)


def test_a_longer_file_adds_only_its_new_rows(jejak, ledger):
    rows = [unit_named(), taken_over(1), assessed(1, 1)]
    jejak("import", jejak.file(*rows))
    before = ledger.position()
    counts = jejak.report(jejak.file(*rows, assessed(1, 2), taken_over(2)))["counts"]
    assert (counts["recorded"], counts["already_recorded"]) == (2, 3)
    assert ledger.position() == before + 4


def test_a_killed_import_is_finished_by_running_it_again(jejak, ledger):
    cases = range(1, 401)
    rows = [row for n in cases for row in (taken_over(n), *(assessed(n, m) for m in range(1, 10)))]
    path = jejak.file(unit_named(), *rows)
    running = subprocess.Popen([sys.executable, "-c", PROGRAM, "import", path])
    while ledger.position() < 40 and running.poll() is None:
        time.sleep(0.01)
    running.kill()
    running.wait()
    reached = ledger.position()
    assert 40 <= reached < 1 + 400 * 12
    report = jejak.report(path)
    assert ledger.position() == 1 + 400 * 12
    assert not report["rows"]
    assert names(ledger).count("custody.taken_over") == names(ledger).count("person.registered")
    assert names(ledger).count("conduct.assessed") == 3_600


def test_a_check_tells_every_bad_row_and_writes_nothing(jejak, ledger):
    bad = assessed(1, 1)
    bad["data"] |= {"score": 101, "note": "x"}
    del bad["data"]["month"]
    report = jejak.report(
        jejak.file(
            unit_named(),
            taken_over(1, nik="12710112039000"),
            bad,
            line("case:BI-2", "conduct.asessed", "2025-02-03"),
            {**taken_over(3), "effective": "2025-02-30", "Budi Rahasia": 1},
            {**taken_over(4), "stream": "person:P-4"},
            "no object",
            {**assessed(5, 1), "stream": None},
        ),
        "--check",
        status=1,
    )
    assert codes(report) == [
        (2, "person.nik", "wrong_form"),
        (3, "data.month", "missing"),
        (3, "data.score", "too_large"),
        (3, "data.note", "unknown_field"),
        (4, "type", "unknown_type"),
        (5, "", "unknown_field"),
        (5, "effective", "impossible_date"),
        (6, "stream", "import.other_stream"),
        (7, "", "not_json"),
        (8, "stream", "import.no_stream"),
    ]
    assert "mungkin conduct.assessed" in report["rows"][4]["detail"]
    assert ledger.position() == 0


def test_nothing_is_written_while_a_row_is_bad_unless_the_good_ones_are_asked_for(jejak, ledger):
    path = jejak.file(unit_named(), taken_over(1, unit="RUTAN-X"), assessed(1, 1), taken_over(2))
    report = jejak.report(path, status=1)
    assert codes(report) == [(2, "data.unit", "registry.unknown_unit"), (3, "", "import.not_tried")]
    assert "tidak dicoba karena baris 2" in report["rows"][1]["detail"]
    assert ledger.position() == 0
    partly = jejak.report(path, "--partial", status=1)
    assert partly["written"]
    assert partly["counts"] == {
        "recorded": 2,
        "already_recorded": 0,
        "duplicate": 0,
        "bad": 1,
        "not_tried": 1,
    }
    assert names(ledger) == [
        "registry.unit_named",
        "person.registered",
        "custody.taken_over",
        "person.custody_began",
    ]


def test_what_the_record_refuses_is_refused_with_its_reason(jejak, ledger):
    released = line(
        "case:BI-1", "custody.released", "2025-03-01", kind="bebas_murni", document="SK/1"
    )
    twice = {**taken_over(2), "data": {**taken_over(2)["data"], "person": "P-1"}}
    stranger = {key: said for key, said in taken_over(3).items() if key != "person"}
    stranger["data"] |= {"full_name": "Budi", "sex": "male", "birth_date": None}
    report = jejak.report(
        jejak.file(
            unit_named(),
            taken_over(1),
            twice,
            stranger,
            assessed(4, 1),
            {**released, "effective": "2999-01-01"},
        ),
        status=1,
    )
    assert codes(report) == [
        (3, "", "person.already_in_custody"),
        (4, "data.person", "case.no_such_person"),
        (5, "", "stream.not_an_opening"),
        (6, "effective", "year_out_of_range"),
    ]
    assert ledger.position() == 0


def test_what_a_row_names_must_be_there_or_in_an_earlier_row(jejak):
    asks = line("case:BI-1", "skill_training.applied", "2025-02-10", programme="Barbershop")
    report = jejak.report(jejak.file(unit_named(), taken_over(1), asks), status=1)
    assert codes(report) == [(3, "data.programme", "programme.not_found")]


@pytest.mark.parametrize("person", ["\ud800", "\x00", "P 1\n", "", "a" * 300])
def test_a_person_that_can_be_no_key_is_a_fault_of_its_row(jejak, ledger, person):
    bad = taken_over(1)
    bad["data"]["person"] = person
    report = jejak.report(jejak.file(unit_named(), bad), status=1)
    assert (2, "data.person") in {(row, column) for row, column, _ in codes(report)}
    assert ledger.position() == 0


def test_no_report_repeats_what_a_cell_holds(jejak):
    rows = [
        unit_named(),
        taken_over(1, nik="3375021508870004"),
        {**taken_over(1), "effective": "Budi Rahasia"},
        {**taken_over(2, nik="337502150887000 4"), "reason": "\x00Rahasia"},
    ]
    for words in (("--check",), ("--check", "--json"), ("--check", "--language", "en")):
        said = jejak("import", jejak.file(*rows), *words, status=1)
        assert not [secret for secret in SECRETS if secret in said]


def test_rows_that_stand_twice_are_told_and_recorded_once(jejak, ledger):
    report = jejak.report(jejak.file(unit_named(), taken_over(1), unit_named(), taken_over(1)))
    assert codes(report) == [(3, "", "import.duplicate"), (4, "", "import.duplicate")]
    assert "baris 2" in report["rows"][1]["detail"]
    assert report["counts"]["recorded"] == 2
    assert ledger.position() == 4


def test_facts_may_come_late_and_in_any_order_that_time_allows(jejak, ledger):
    released = line(
        "case:BI-1", "custody.released", "2025-09-01", kind="bebas_murni", document="SK/1"
    )
    jejak("import", jejak.file(unit_named(), taken_over(1), released, assessed(1, 3)))
    assert names(ledger)[-1] == "conduct.assessed"
    out = {"purpose": "sidang", "destination": "PN Medan", "expected_back": None, "document": "B"}
    jejak("import", jejak.file(line("case:BI-1", "custody.went_out", "2025-08-01", **out)))
    after = line("case:BI-1", "custody.went_out", "2025-10-01", **out)
    report = jejak.report(jejak.file(after), status=1)
    assert report["rows"][0]["code"].startswith("custody.")


def test_a_bps_code_is_refused_with_the_code_that_is_meant(jejak):
    bad = jejak.report(
        jejak.file(unit_named(), taken_over(1, domicile="7309"), unit_named("RUTAN-B", "7309")),
        status=1,
    )
    assert codes(bad) == [
        (2, "data.domicile", "region.looks_like_bps"),
        (3, "data.region", "region.looks_like_bps"),
    ]
    assert "73.10" in bad["rows"][0]["detail"]
    assert bad["rows"][0]["article"].startswith("Kepmendagri")


def test_who_is_known_already_is_not_registered_again(jejak, ledger):
    gone = line("case:BI-1", "custody.released", "2025-03-01", kind="bebas_murni", document="SK/1")
    back = {**taken_over(2), "effective": "2025-06-01"}
    back["data"]["person"] = "P-1"
    jejak("import", jejak.file(unit_named(), taken_over(1), gone, back))
    assert names(ledger).count("person.registered") == 1
    other = {**taken_over(3, name="Orang Lain"), "effective": "2025-07-01"}
    other["data"]["person"] = "P-1"
    report = jejak.report(jejak.file(other), status=1)
    assert codes(report) == [(1, "", "person.already_opened")]


def test_the_same_own_key_names_the_same_record_in_the_next_file(jejak, ledger):
    jejak("import", jejak.file(unit_named(), taken_over(1)))
    jejak("import", jejak.file({**assessed(1, 1), "stream": {"kind": "case", "key": " BI-1 "}}))
    assessed_page, opened = list(ledger.walk())[-1], list(ledger.walk())[2]
    assert assessed_page.stream == opened.stream
    again = {**assessed(1, 2), "stream": f"case:{opened.stream.key.upper()}"}
    jejak("import", jejak.file(again))
    case = STREAMS["case"].fold(page.event for page in ledger.read(opened.stream))
    assert case[CUSTODY].presence is Presence.PRESENT
    assert list(ledger.walk())[-1].version == 3


def test_days_are_counted_in_the_zone_of_the_unit(jejak, ledger):
    east = taken_over(1, unit="LAPAS-JAYAPURA")
    jejak("import", jejak.file(unit_named("LAPAS-JAYAPURA", "91.71"), east, assessed(1, 1)))
    assert {page.event.effective.zone.name for page in ledger.walk()} == {"WIT"}
    wrong = jejak.report(jejak.file({**east, "zone": "WIB"}), status=1)
    assert codes(wrong) == [(1, "zone", "not_in_list")]


def test_the_unit_and_the_user_of_an_import_stand_in_its_envelopes(jejak, ledger):
    words = ("--unit", MEDAN, "--by", "ratna", "--purpose", "penelitian")
    jejak("import", jejak.file(unit_named(), taken_over(1)), *words)
    page = list(ledger.walk())[1]
    assert (page.actor.id, page.actor.unit, page.actor.on_behalf_of, page.purpose) == (
        "import",
        MEDAN,
        "ratna",
        "penelitian",
    )
    jejak("import", SAMPLE, "--by", "Ratna Dewi", status=2)


def test_the_report_speaks_both_languages_and_is_kept_as_csv(jejak, monkeypatch):
    path, kept = jejak.file(unit_named(), assessed(1, 1)), jejak.folder / "galat.csv"
    indonesian = jejak("import", path, "--report", kept, status=1)
    assert "baris 2: stream.not_an_opening: peristiwa pertama harus" in indonesian
    assert "Tidak ada yang ditulis" in indonesian
    with kept.open(encoding="utf-8-sig", newline="") as file:
        (row,) = csv.DictReader(file)
    assert (row["row"], row["code"]) == ("2", "stream.not_an_opening")
    monkeypatch.setenv("JEJAK_LANGUAGE", "en")
    assert "row 2: stream.not_an_opening: the first event must" in jejak("import", path, status=1)
    assert "baris 2" in jejak("import", path, "--language", "id", status=1)


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("a.csv", b"", "file.no_rows"),
        ("a.csv", b"case,type,effective\n", "file.no_rows"),
        ("a.csv", b"case,type,effective\n\n,,\n", "file.no_rows"),
        ("a.csv", b"name,nik\nBudi,1\n", "file.unknown_column"),
        ("a.csv", b"case,effective\nBudi,1\n", "file.missing_column"),
        ("a.csv", b'case,type,effective\n1,conduct.assessed,"2025', "file.torn"),
        ("a.csv", b"case,type,effective\n\xe9,b,c\n", "file.encoding"),
        ("a.xlsx", b"PK\3\4", "file.not_xlsx"),
        ("a.xlsx", b"case,type,effective\n", "file.not_xlsx"),
        ("a.ndjson", os.urandom(10_000) + b"\0", "file."),
        ("a.ndjson", b"\n\n", "file.no_rows"),
        ("a.pdf", b"%PDF", "file.unknown_format"),
        ("", b"", "file.not_found"),
    ],
)
def test_a_broken_file_is_refused_in_words_with_status_2(jejak, ledger, name, content, code):
    path = jejak.folder / (name or "missing.csv")
    if name:
        path.write_bytes(content)
    said = jejak("import", path, status=2)
    assert said.startswith(code)
    assert "Traceback" not in said
    assert ledger.position() == 0


def test_options_that_cannot_be_are_refused_before_anything_is_read(jejak):
    jejak("import", SAMPLE, "--report", "/nowhere/at/all.csv", status=2)
    jejak("import", SAMPLE, "--format", "pdf", status=2)
    jejak("import", SAMPLE, "--unit", "Rutan Medan", status=2)


def test_ten_megabytes_are_read_row_by_row(jejak, ledger):
    rows = [unit_named()]
    for number in range(1, 131):
        rows.append(taken_over(number))
        for month in range(1, 11):
            rows.append({**assessed(number, month), "reason": "z" * 4_000 + "\n" * 3_500})  # noqa: PERF401
    path = jejak.file(*rows, assessed(999, 1))
    assert path.stat().st_size > 10_000_000
    report = jejak.report(path, "--check", status=1)
    assert codes(report) == [(len(rows) + 1, "", "stream.not_an_opening")]
    assert report["counts"]["recorded"] == len(rows)
    assert ledger.position() == 0
