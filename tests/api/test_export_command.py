"""`jejak export`: what goes out can come in again, and lies in no spreadsheet as a formula."""

import csv
import json
import re
import shlex
from pathlib import Path

import pytest
from import_files import MEDAN, SAMPLE, Jejak, assessed, line, taken_over, unit_named
from uuid_utils import uuid7

from api.cli_export import PAGE_COLUMNS
from api.import_cells import COLUMNS
from application.exporting import pages
from domain.record import StreamId

pytestmark = pytest.mark.long

HOUSE = Path(__file__).parents[2]
OF_THE_STORE = {
    "event_id",
    "recorded_at",
    "actor",
    "correlation_id",
    "causation_id",
    "idempotency_key",
    "prev_hash",
    "hash",
}
"""What the ledger adds anew when a page is imported."""
EAST = "LAPAS-JAYAPURA"


@pytest.fixture
def jejak(database, tmp_path, monkeypatch):
    monkeypatch.setenv("JEJAK_DATABASE_URL", database)
    monkeypatch.setenv("JEJAK_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("JEJAK_MASTER_KEY", (b"k" * 32).hex())
    monkeypatch.delenv("JEJAK_LANGUAGE", raising=False)
    return Jejak(tmp_path)


def busy_store():
    """A class of one seat and a queue, in the east of the country."""
    programme = f"programme:{uuid7()}"
    key = programme.partition(":")[2]
    opened = line(
        programme,
        "programme.opened",
        "2025-02-01",
        kind="pelatihan_keterampilan",
        title="Barbershop",
        unit=EAST,
        provider="LPK Fiktif",
        provider_kind="umkm",
        certified=True,
        capacity=1,
        starts="2025-03-01",
        eligible_domiciles=[],
    )
    return [unit_named(EAST, "91.71"), opened, *busy_class(programme, key)]


def busy_class(programme, key):
    asked = [
        line(f"case:BI-{number}", "skill_training.applied", "2025-02-10", programme=key)
        for number in (1, 2)
    ]
    held = line(
        programme,
        "programme.session_held",
        "2025-03-03",
        session="1",
        hours=4,
        marks=[{"case": "BI-1", "presence": "hadir"}],
    )
    left = line(
        "case:BI-1", "skill_training.withdrawn", "2025-03-10", programme=key, reason="bebas"
    )
    closed = line(
        programme,
        "programme.period_closed",
        "2025-04-01",
        from_day="2025-03-01",
        until_day="2025-03-31",
    )
    late = {**assessed(2, 1), "effective": "2025-02-04T09:30:00+09:00", "reason": "Terlambat"}
    people = [taken_over(number, unit=EAST) for number in (1, 2)]
    return [*people, *asked, held, left, closed, late]


def exported(jejak, *words):
    lines = jejak("export", *words).splitlines()
    return [json.loads(one) for one in lines]


def told(lines):
    return [{key: one[key] for key in one.keys() - OF_THE_STORE} for one in lines]


@pytest.mark.long
def test_what_is_exported_can_be_imported_into_an_empty_store(
    jejak, empty_database, monkeypatch, tmp_path
):
    jejak("import", jejak.file(*busy_store()))
    first, copy = exported(jejak), tmp_path / "copy.ndjson"
    assert {"skill_training.wait_listed", "person.custody_began"} <= {one["type"] for one in first}
    jejak("export", "--output", copy)
    monkeypatch.setenv("JEJAK_DATABASE_URL", empty_database)
    monkeypatch.setenv("JEJAK_MASTER_KEY", (b"e" * 32).hex())
    report = jejak.report(copy)
    assert not report["rows"]
    assert told(exported(jejak)) == told(first)
    assert jejak.report(copy)["counts"]["recorded"] == 0


@pytest.mark.long
def test_an_export_adds_nothing_to_its_own_store_in_either_form(jejak, ledger):
    jejak("import", jejak.file(*busy_store()))
    before = ledger.position()
    for form in ("ndjson", "csv"):
        copy = jejak.folder / f"copy.{form}"
        jejak("export", "--format", form, "--output", copy)
        assert jejak.report(copy)["counts"]["already_recorded"] == before
    assert ledger.position() == before


def test_an_import_knows_every_column_that_an_export_writes(jejak):
    jejak("import", SAMPLE)
    assert set(exported(jejak)[0]) == set(PAGE_COLUMNS) <= COLUMNS


def test_some_kinds_or_some_streams_are_exported(jejak, ledger):
    jejak("import", SAMPLE)
    assert {one["stream"].partition(":")[0] for one in exported(jejak, "--kind", "person")} == {
        "person"
    }
    case = next(str(page.stream) for page in ledger.walk() if page.stream.kind == "case")
    unit = "registry:unit/RUTAN-CONTOH"
    lines = exported(jejak, "--stream", case, "--stream", unit)
    assert {one["stream"] for one in lines} == {case, unit}
    assert [one["position"] for one in lines] == sorted(one["position"] for one in lines)
    assert list(pages(ledger, frozenset(), [StreamId(kind="case", key="nobody")])) == []


def test_no_cell_is_a_formula_and_the_text_comes_back_as_it_was(jejak, ledger):
    danger = '=HYPERLINK("http://x")'
    jejak("import", jejak.file(unit_named(), {**taken_over(1), "reason": danger}))
    copy = jejak.folder / "copy.csv"
    jejak("export", "--format", "csv", "--output", copy)
    with copy.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert rows[1]["reason"] == f"'{danger}"
    assert not [cell for row in rows for cell in row.values() if cell[:1] in set("=+-@")]
    assert jejak.report(copy)["counts"]["already_recorded"] == ledger.position()


def test_a_read_model_is_exported_in_both_forms(jejak):
    jejak("import", SAMPLE)
    lines = exported(jejak, "--read-model", "case_summary")
    assert {one["unit"] for one in lines} == {"RUTAN-CONTOH"}
    (header, *rows) = csv.reader(
        jejak("export", "--read-model", "case_summary", "--format", "csv").splitlines()
    )
    assert list(lines[0]) == header
    assert len(rows) == len(lines) == 2


@pytest.mark.parametrize(
    "words",
    [
        ("--read-model", "nobody"),
        ("--kind", "nobody"),
        ("--stream", "nobody"),
        ("--stream", "nobody:1"),
        ("--read-model", "case_summary", "--kind", "case"),
        ("--output", "/nowhere/at/all.ndjson"),
        ("--format", "pdf"),
    ],
)
def test_what_is_not_there_cannot_be_exported(jejak, words):
    jejak("export", *words, status=2)


def test_an_exported_file_is_its_owners_alone(jejak):
    jejak("import", jejak.file(unit_named(MEDAN)))
    copy = jejak.folder / "copy.ndjson"
    jejak("export", "--output", copy)
    assert copy.stat().st_mode & 0o777 == 0o600


def test_every_command_of_the_page_on_imports_runs_as_it_says(jejak, ledger, monkeypatch):
    page = (HOUSE / "docs/import.md").read_text(encoding="utf-8")
    (block,) = re.findall(r"```sh\n(.*?)```", page, re.DOTALL)
    monkeypatch.chdir(jejak.folder)
    (jejak.folder / "docs").symlink_to(HOUSE / "docs")
    said = [jejak(*shlex.split(command)[1:]) for command in block.splitlines()]
    assert "7 dapat dicatat" in said[0]
    assert "7 tercatat" in said[1]
    assert "7 sudah tercatat" in said[2]
    assert f"{ledger.position()} sudah tercatat" in said[4]
    assert (jejak.folder / "kasus.csv").read_text(encoding="utf-8-sig").startswith("case,")
