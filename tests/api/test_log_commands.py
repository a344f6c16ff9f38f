"""`jejak log` and `jejak seal`: how far the log is, for a person and for a program."""

import json
import subprocess

import pytest
from import_files import Jejak
from log_facts import record
from running import JEJAK

from infrastructure.sealer import seal_once
from infrastructure.signed_note import COSIGNATURE, Signer

WITNESS = Signer("saksi.example/1", b"w" * 32, COSIGNATURE).key


@pytest.fixture
def jejak(database, tmp_path, monkeypatch):
    monkeypatch.setenv("JEJAK_DATABASE_URL", database)
    monkeypatch.setenv("JEJAK_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("JEJAK_WITNESSES", f"http://127.0.0.1:1 {WITNESS}")
    return Jejak(tmp_path)


def test_the_log_tells_what_is_signed_what_waits_and_who_is_behind(jejak, database, tmp_path):
    record(database, 3)
    seal_once(database, tmp_path)
    record(database, 2)
    said = json.loads(jejak("log", "--json"))
    assert (said["size"], said["waiting"]) == (3, 2)
    assert said["vkey"].startswith(said["origin"])
    [witness] = said["witnesses"]
    assert (witness["name"], witness["size"], witness["behind"]) == ("saksi.example/1", 0, 3)
    assert "tertinggal / behind 3" in jejak("log")


def test_seal_is_a_program_of_its_own_with_its_own_status(jejak, database):
    record(database, 1)
    sealed = subprocess.run([JEJAK, "seal", "--once"], capture_output=True, text=True, check=False)
    assert (sealed.returncode, "1 leaves signed" in sealed.stdout) == (0, True)
