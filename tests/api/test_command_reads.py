"""Commands that print people record whom, before they print; what cannot be recorded is not."""

import json
import os

import psycopg
import pytest
from import_files import Jejak, taken_over, unit_named

pytestmark = pytest.mark.long

NAME = "Budi Rahasia"


@pytest.fixture
def jejak(database, tmp_path, monkeypatch):
    monkeypatch.setenv("JEJAK_DATABASE_URL", database)
    monkeypatch.setenv("JEJAK_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("JEJAK_MASTER_KEY", (b"k" * 32).hex())
    jejak = Jejak(tmp_path)
    jejak("import", jejak.file(unit_named(), taken_over(1), taken_over(2)))
    return jejak


def kept(database):
    with psycopg.connect(database) as owner:
        rows = owner.execute("SELECT body FROM ledger.access ORDER BY number").fetchall()
    return [json.loads(body) for (body,) in rows]


def test_whom_an_export_or_a_replay_shows_is_recorded(jejak, database):
    jejak("export", "--kind", "registry")
    assert kept(database) == [], "a unit is nobody"
    pages = [json.loads(line) for line in jejak("export", "--kind", "case").splitlines()]
    cases = sorted({page["stream"] for page in pages})
    assert NAME in pages[0]["data"]["full_name"]
    [whole] = kept(database)
    assert (whole["route"], whole["subjects"], whole["rows"]) == ("jejak export", cases, 2)
    assert "full_name" in whole["fields"]
    assert whole["actor"] == {
        "id": "operator",
        "role": "operator",
        "unit": None,
        "agency": None,
        "on_behalf_of": f"uid-{os.getuid()}",
    }
    assert whole["purpose"] == "operasi"
    jejak("export", "--read-model", "case_summary", "--output", jejak.folder / "out.ndjson")
    jejak("replay", cases[0].removeprefix("case:"))
    _, rows, steps = kept(database)
    assert (rows["subjects"], rows["rows"]) == (cases, 2)
    assert (steps["route"], steps["subjects"]) == ("jejak replay", cases[:1])
    assert "full_name" in steps["fields"], "what it changed in the state is told by value"


def test_what_cannot_be_recorded_is_not_printed(jejak, database):
    case = json.loads(jejak("export", "--kind", "case").splitlines()[0])["stream"]
    with psycopg.connect(database) as owner:
        owner.execute("REVOKE EXECUTE ON FUNCTION ledger.record_access FROM jejak_service")
    output = jejak.folder / "out.ndjson"
    for words in (
        ("export",),
        ("export", "--output", output),
        ("export", "--read-model", "persons"),
        ("replay", case.removeprefix("case:")),
    ):
        assert jejak(*words, status=1) == ""
    assert not output.exists()
