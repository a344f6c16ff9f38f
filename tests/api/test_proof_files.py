"""`.tlog-proof` files as the service gives them, read by `jejak verify --proof`."""

import json

import psycopg
import pytest
from archives import WITNESSES
from facts import open_case
from import_files import Jejak

from infrastructure.log import Log
from infrastructure.log_key import make_next_log_key
from infrastructure.sealer import seal_once

pytestmark = pytest.mark.long

SEEN = [word for it in WITNESSES for word in ("--witness", it.vkey)]


@pytest.fixture
def jejak(tmp_path, monkeypatch):
    """The command line of whoever has neither the database nor the data directory."""
    for name in ("JEJAK_DATABASE_URL", "JEJAK_DATA_DIR"):
        monkeypatch.delenv(name, raising=False)
    return Jejak(tmp_path)


@pytest.fixture
def sealed(service, medan, database, tmp_path, pool):
    """A client, the key of the log over a few events that both witnesses saw, and their pages."""
    open_case(medan)
    checkpoint = seal_once(database, tmp_path)
    text = checkpoint.note.partition("\n\n")[0] + "\n"
    with psycopg.connect(database) as owner:
        for witness in WITNESSES:
            owner.execute(
                "INSERT INTO ledger.cosignature (size, vkey, line) VALUES (%s, %s, %s)",
                (checkpoint.size, witness.vkey, witness.line(text)),
            )
        pages = dict(owner.execute("SELECT position, page FROM ledger.event"))
    return medan, Log(pool).vkey, pages


def fetched(client, folder, position):
    path = folder / f"{position}.tlog-proof"
    path.write_bytes(client.get(f"/v1/ledger/proofs/events/{path.name}").content)
    return path


def test_a_file_of_the_service_proves_each_page_and_no_other(sealed, jejak):
    client, key, pages = sealed
    page = jejak.folder / "page.json"
    for position, content in pages.items():
        page.write_bytes(content)
        words = ("--proof", fetched(client, jejak.folder, position), "--key", key, *SEEN)
        said = json.loads(jejak("verify", *words, "--leaf", page, "--json"))["proven"]
        assert (said["kind"], said["number"], said["size"]) == ("event", position, len(pages))
        assert all(it["time"] for it in said["witnesses"])
        page.write_bytes(content.replace(b"pembinaan", b"lain") + b" ")
        found = json.loads(jejak("verify", *words, "--leaf", page, "--json", status=1))["fault"]
        assert (found["code"], found["number"]) == ("proof.handed", position)
    assert "PROVEN: event" in jejak("verify", *words)


def test_a_file_after_the_key_was_replaced_is_proven_by_the_first_key(
    sealed, jejak, database, tmp_path
):
    client, key, pages = sealed
    make_next_log_key(tmp_path)
    open_case(client)
    seal_once(database, tmp_path)
    open_case(client)
    seal_once(database, tmp_path)
    _, following = client.get("/v1/ledger/keys").json()["keys"]
    announced = tmp_path / "announced.txt"
    announced.write_text(following["announcement"], encoding="utf-8")
    newest = client.get("/v1/ledger/checkpoint").text.split("\n")[1]
    words = ("--proof", fetched(client, tmp_path, newest), "--key", key)
    found = json.loads(jejak("verify", *words, "--json", status=1))["fault"]
    assert (found["code"], int(newest) > len(pages)) == ("proof.signature", True)
    said = json.loads(jejak("verify", *words, "--checkpoint", announced, "--json"))["proven"]
    assert said["key"] == following["vkey"]


def test_what_cannot_be_asked_together_is_misuse_and_no_database_is_asked(jejak):
    jejak("verify", "x.ndjson", "--proof", "y.tlog-proof", status=2)
    jejak("verify", "--leaf", "y.json", status=2)
    jejak("verify", "--proof", "nowhere.tlog-proof", "--key", WITNESSES[0].vkey, status=2)
