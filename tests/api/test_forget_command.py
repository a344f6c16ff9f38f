"""`jejak forget`: a refusal leaves nothing behind, not even the document of the decision."""

import json
from hashlib import sha256

import psycopg
import pytest
from import_files import Jejak, line, taken_over, unit_named

pytestmark = pytest.mark.long


@pytest.fixture
def jejak(database, tmp_path, monkeypatch):
    monkeypatch.setenv("JEJAK_DATABASE_URL", database)
    monkeypatch.setenv("JEJAK_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("JEJAK_MASTER_KEY", (b"k" * 32).hex())
    return Jejak(tmp_path)


def documents(database):
    with psycopg.connect(database) as owner:
        rows = owner.execute("SELECT encode(sha256, 'hex') FROM evidence.document").fetchall()
        (deposits,) = owner.execute("SELECT count(*) FROM evidence.deposit").fetchone()
    assert deposits == len(rows)
    return [digest for (digest,) in rows]


def freed(number):
    said = {"kind": "bebas_murni", "document": "SB-1"}
    return line(f"case:BI-{number}", "custody.released", "2025-06-01", **said)


def test_the_document_of_a_decision_is_stored_only_where_somebody_is_forgotten(jejak, database):
    jejak("import", jejak.file(unit_named(), taken_over(1)))
    decision = jejak.folder / "keputusan.pdf"
    decision.write_bytes(b"%PDF keputusan")
    case = json.loads(jejak("export", "--kind", "case").splitlines()[0])
    words = ("--reason", "requested", "--by", "kanwil-7", "--decision", "W2.PK.01/12", "--yes")
    words = (*words, "--evidence", decision)
    person = case["data"]["person"]
    for who in (person, "0198f5c0-7a00-7000-8000-00000000dead", "referral:nobody"):
        jejak("forget", who, *words, status=1)
        assert documents(database) == []
    jejak("import", jejak.file(unit_named(), taken_over(1), freed(1)))
    jejak("forget", person, *words)
    assert documents(database) == [sha256(decision.read_bytes()).hexdigest()]
