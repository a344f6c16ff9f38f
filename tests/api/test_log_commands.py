"""`jejak log` and `jejak seal`: how far the log is, for a person and for a program."""

import json
import subprocess

import psycopg
import pytest
from import_files import Jejak
from log_facts import record
from pages import began, draft, stream, write
from running import JEJAK

from infrastructure.connections import service_pool
from infrastructure.key_store import KeyStore
from infrastructure.ledger import EventsourcingLedger
from infrastructure.master_key import MasterKey
from infrastructure.migrations import migrate
from infrastructure.sealer import seal_once
from infrastructure.signed_note import COSIGNATURE, Signer
from infrastructure.wrapping import keeper_pool

pytestmark = pytest.mark.long

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
    told = jejak("log")
    assert "tertinggal / behind 3" in told
    assert "menunggu / waiting      2\n" in told
    assert f"kunci publik / vkey     {said['vkey']}\n" in told


def test_the_help_says_how_often_it_is_sealed_where_nothing_is_chosen(jejak):
    words = jejak("seal", "--help").replace("│", " ").split()
    assert "(JEJAK_SEAL_EVERY, 5)" in " ".join(words).replace("( ", "(")


def test_the_key_is_replaced_and_the_new_one_told(jejak, database, tmp_path):
    record(database, 3)
    seal_once(database, tmp_path)
    waiting = json.loads(jejak("log", "rotate-key", "--json"))
    assert waiting["since"] is None
    assert (tmp_path / "log.key.next").exists()
    record(database, 1)
    assert waiting["vkey"] in jejak("log", "rotate-key"), "the same, until it is announced"
    said = json.loads(jejak("log", "--json"))
    assert (said["vkey"], said["size"]) == (waiting["vkey"], 4)
    assert not (tmp_path / "log.key.next").exists()


@pytest.fixture
def elsewhere(empty_database, database, tmp_path, monkeypatch):
    """The command line of somebody whose data directory is not that of the ledger it reaches."""
    migrate(empty_database)  # its keys are kept in another database
    with (
        service_pool(empty_database) as pool,
        keeper_pool(database) as keys,
        EventsourcingLedger(pool, KeyStore(keys, MasterKey(b"k" * 32), None)) as ledger,
    ):
        for key in "abc":
            write(ledger, draft(began(), to=stream(key)))
    seal_once(empty_database, tmp_path / "its-own")
    monkeypatch.setenv("JEJAK_DATABASE_URL", empty_database)
    monkeypatch.setenv("JEJAK_DATA_DIR", str(tmp_path / "another"))
    return Jejak(tmp_path)


def shape_of(dsn):
    with psycopg.connect(dsn) as owner:
        query = "SELECT name FROM public.jejak_migration UNION SELECT oid::regclass::text"
        return owner.execute(f"{query} FROM pg_class").fetchall()


def test_whoever_verifies_from_another_data_directory_finds_it_whole_and_leaves_nothing_behind(
    elsewhere, empty_database, tmp_path
):
    before = shape_of(empty_database)
    assert json.loads(elsewhere("verify", "--json"))["ok"]
    assert "log's key is not here" in elsewhere.said
    assert json.loads(elsewhere("log", "--json"))["size"] == 3
    assert elsewhere("export", "--format", "sealed").count("\n") == 5
    for words in (["export"], ["keys", "status"], ["token", "--unit", "A"]):
        elsewhere(*words, status=1)
        assert "JEJAK_KEYS_URL" in elsewhere.said
    assert sorted(shape_of(empty_database)) == sorted(before)
    assert not list(tmp_path.glob("another/*.key*"))


def test_a_ledger_of_an_older_edition_is_left_to_its_service(elsewhere, empty_database):
    with psycopg.connect(empty_database) as owner:
        owner.execute("DELETE FROM public.jejak_migration WHERE name LIKE '0007%'")
    for words in (["log"], ["export"]):
        elsewhere(*words, status=1)
        assert "jejak serve" in elsewhere.said


def test_seal_is_a_program_of_its_own_with_its_own_status(jejak, database):
    record(database, 1)
    sealed = subprocess.run([JEJAK, "seal", "--once"], capture_output=True, text=True, check=False)
    assert (sealed.returncode, "1 leaves signed" in sealed.stdout) == (0, True)
