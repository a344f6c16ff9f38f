"""`jejak export --format sealed` and `jejak verify`: what a superuser did is found and located."""

import json
import os
import subprocess
import sys

import psycopg
import pytest
from archives import WITNESSES
from import_files import SAMPLE, Jejak, assessed, unit_named

from infrastructure.log import Log
from infrastructure.sealer import seal_once
from tests.faults.superuser import Superuser

pytestmark = pytest.mark.long


@pytest.fixture
def empty(database, tmp_path, monkeypatch):
    """The command line over an empty store."""
    monkeypatch.setenv("JEJAK_DATABASE_URL", database)
    monkeypatch.setenv("JEJAK_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("JEJAK_MASTER_KEY", (b"k" * 32).hex())
    monkeypatch.delenv("JEJAK_LANGUAGE", raising=False)
    return Jejak(tmp_path)


@pytest.fixture
def jejak(empty):
    """The command line over a store with a few people in it."""
    empty("import", SAMPLE)
    return empty


@pytest.fixture
def witnessed(jejak, pool, database):
    """What an auditor has: an archive, its witnessed checkpoint, and the words to ask with."""
    jejak("export", "--format", "sealed", "--output", jejak.folder / "first.ndjson")
    checkpoint = Log(pool).checkpoint()
    text = checkpoint.note.partition("\n\n")[0] + "\n"
    with psycopg.connect(database) as owner:
        for witness in WITNESSES:
            owner.execute(
                "INSERT INTO ledger.cosignature (size, vkey, line) VALUES (%s, %s, %s)",
                (checkpoint.size, witness.vkey, witness.line(text)),
            )
    jejak("export", "--format", "sealed", "--output", jejak.folder / "kept.ndjson")
    (jejak.folder / "kept.txt").write_text(Log(pool).checkpoint().note, encoding="utf-8")
    witnesses = [word for it in WITNESSES for word in ("--witness", it.vkey)]
    return ["--key", Log(pool).vkey, *witnesses, "--checkpoint", jejak.folder / "kept.txt"]


@pytest.fixture
def lagging(jejak, pool, database, monkeypatch):
    """Sizes of the log: both witnesses cosigned the first, one the second, nobody the third."""
    monkeypatch.setenv("JEJAK_WITNESSES", ", ".join(f"http://x {it.vkey}" for it in WITNESSES))
    sizes = []
    for unit, signers in (("RUTAN-A", WITNESSES), ("RUTAN-B", WITNESSES[1:]), ("RUTAN-C", ())):
        jejak("import", jejak.file(unit_named(unit)))
        seal_once(database, jejak.folder / "data")
        checkpoint = Log(pool).checkpoint()
        sizes.append(checkpoint.size)
        with psycopg.connect(database) as owner:
            for witness in signers:
                owner.execute(
                    "INSERT INTO ledger.cosignature (size, vkey, line) VALUES (%s, %s, %s)",
                    (
                        checkpoint.size,
                        witness.vkey,
                        witness.line(checkpoint.note.partition("\n\n")[0] + "\n"),
                    ),
                )
    return sizes


@pytest.fixture
def superuser(database):
    """Somebody who switches the guards off."""

    def act(deed):
        with psycopg.connect(database) as connection:
            for table in ("event", "leaf", "checkpoint", "cosignature"):
                connection.execute(f"ALTER TABLE ledger.{table} DISABLE TRIGGER USER")
            deed(Superuser(connection, None))

    return act


def found(jejak, *words):
    return json.loads(jejak("verify", *words, "--json", status=1))["fault"]


def archived(jejak):
    path = jejak.folder / "now.ndjson"
    jejak("export", "--format", "sealed", "--output", path)
    return path


def test_an_archive_is_whole_says_nothing_of_anybody_and_is_its_owners_alone(jejak, witnessed):
    archive = jejak.folder / "kept.ndjson"
    assert "UTUH" in jejak("verify", archive, *witnessed)
    verdict = json.loads(jejak("verify", archive, *witnessed, "--json"))
    assert verdict["ok"]
    assert verdict["pinned"]
    assert len(verdict["witnesses"]) == 2
    assert archive.stat().st_mode & 0o777 == 0o600
    told = jejak("export").encode()
    names = [json.loads(line)["data"].get("full_name") for line in told.splitlines()]
    spoken = [name.encode() for name in names if name]
    assert spoken
    assert not [name for name in spoken if name in archive.read_bytes()]


def test_what_goes_to_standard_output_is_the_same_archive(jejak):
    archive = archived(jejak).read_bytes()
    assert jejak("export", "--format", "sealed").encode() == archive


def test_a_live_ledger_is_verified_whole_with_its_own_key(jejak, witnessed):
    verdict = json.loads(jejak("verify", "--json"))
    assert verdict["ok"]
    assert verdict["pinned"]
    assert verdict["key"] == witnessed[1]
    jejak("import", jejak.file(assessed(1, 3)), status=1)  # no such case: nothing is recorded
    assert json.loads(jejak("verify", *witnessed, "--json"))["size"] == verdict["size"]


def test_a_superusers_edit_of_one_page_is_located(jejak, witnessed, superuser):
    superuser(lambda hand: hand.change(2, purpose="lain"))
    kept = found(jejak, archived(jejak), *witnessed, "--against", jejak.folder / "kept.ndjson")
    live = found(jejak, *witnessed)
    for fault in (kept, live):
        assert fault["code"] == "leaf.differs"
        assert fault["number"] == 2
        assert fault["stream"]
        assert fault["version"]
    alone = found(jejak, archived(jejak), *witnessed)
    assert alone["code"] in {"stream.prev_hash", "older.root"}


def test_a_deleted_tail_is_located_against_a_witnessed_checkpoint(jejak, witnessed, superuser):
    size = json.loads(jejak("verify", "--json"))["size"]

    def cut(hand):
        hand.do("DELETE FROM ledger.cosignature")
        hand.do("DELETE FROM ledger.checkpoint")
        hand.do("DELETE FROM ledger.leaf WHERE index >= %s", size - 3)
        hand.do("DELETE FROM ledger.event WHERE position > %s", size - 3)
        early = json.loads((jejak.folder / "first.ndjson").read_bytes().splitlines()[-1])
        hand.do(
            "INSERT INTO ledger.checkpoint (size, root, note, vkey) VALUES (%s, %s, %s, %s)",
            size - 3,
            bytes(32),
            early["checkpoint"],
            witnessed[1],
        )

    superuser(cut)
    fault = found(jejak, archived(jejak), "--checkpoint", jejak.folder / "kept.txt")
    assert fault["code"] in {"older.size", "checkpoint.size"}
    assert fault["between"][1] == size


def test_a_rehashed_forgery_of_a_stream_is_located(jejak, witnessed, superuser):
    places = {}

    def forge(hand):
        stream, position = hand.one(
            "SELECT stream, min(position) FROM ledger.event GROUP BY stream HAVING count(*) > 1"
            " ORDER BY 2 LIMIT 1"
        )
        hand.change(position, purpose="lain")
        hand.rechain(stream)
        hand.redo_leaves()
        places.update(stream=stream, number=position, version=1)

    superuser(forge)
    archive = archived(jejak)
    against = found(jejak, archive, *witnessed, "--against", jejak.folder / "kept.ndjson")
    assert against["code"] == "leaf.differs"
    assert {key: against[key] for key in places} == places
    bounded = found(jejak, archive, *witnessed)
    assert bounded["code"] == "older.root"
    assert bounded["between"][0] <= against["index"] < bounded["between"][1]
    assert found(jejak, *witnessed)["code"] == "older.root"


def test_a_page_that_was_hidden_from_its_stream_is_located_in_the_live_ledger(jejak, superuser):
    jejak("verify")
    superuser(lambda hand: hand.do("UPDATE ledger.event SET stream = 'case:x' WHERE position = 2"))
    fault = found(jejak)
    assert (fault["code"], fault["number"], fault["stream"]) == ("columns.differ", 2, "case:x")


def test_an_archive_that_does_not_fit_is_said_in_words(jejak):
    jejak("verify")
    with open("/dev/full", "wb") as full:  # noqa: PTH123  # a descriptor for another process
        answer = subprocess.run(
            [sys.executable, "-c", "from api.cli import app; app()", *EXPORT],
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
    assert answer.returncode == 1
    assert "stdout: cannot be written: No space left on device" in answer.stderr
    assert "Traceback" not in answer.stderr
    assert "Exception" not in answer.stderr


EXPORT = ("export", "--format", "sealed")
MISUSE = [
    (*EXPORT, "--output", SAMPLE.parent),
    ("verify", SAMPLE, "--key", ""),
    ("verify", SAMPLE.parent),
    ("verify", SAMPLE, "--against", "/dev/null"),
    ("verify", SAMPLE, "--checkpoint", SAMPLE.parent),
    ("export", "--format", "sealed", "--kind", "case"),
    ("export", "--format", "sealed", "--read-model", "case_summary"),
    ("verify", "nowhere.ndjson"),
    ("verify", SAMPLE, "--key", "not a key"),
    ("verify", SAMPLE, "--witness", WITNESSES[0].vkey[:-1]),
    ("verify", SAMPLE, "--checkpoint", SAMPLE),
    ("verify", SAMPLE, "--against", "nowhere"),
]


def test_what_cannot_be_asked_is_said_to_be_misuse_before_any_database_is_asked(tmp_path):
    for words in MISUSE:
        Jejak(tmp_path)(*words, status=2)


def test_a_pipe_or_a_device_is_not_replaced_by_a_file(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    Jejak(tmp_path)(*EXPORT, "--output", tmp_path / "pipe", status=2)
    assert (tmp_path / "pipe").is_fifo()


def test_a_file_that_is_no_archive_is_not_whole(tmp_path):
    assert found(Jejak(tmp_path), SAMPLE)["code"] == "archive.header"


def test_a_ledger_with_nothing_in_it_is_said_to_have_no_events_yet(empty):
    for words in (("verify",), ("export", "--format", "sealed")):
        empty(*words, status=1)
        assert "there are no events yet" in empty.said


# ---- witnesses that lag behind


def test_what_witnesses_have_not_cosigned_is_left_out_of_an_archive_and_said(jejak, lagging):
    both, _, newest = lagging
    archive = archived(jejak)
    assert f"{both} of {newest} leaves only" in jejak.said
    words = [word for it in WITNESSES for word in ("--witness", it.vkey)]
    assert json.loads(jejak("verify", archive, *words, "--json"))["size"] == both
    jejak("export", "--format", "sealed", "--newest", "--output", archive)
    assert "leaves only" not in jejak.said
    assert json.loads(jejak("verify", archive, "--json"))["size"] == newest


def test_a_witness_that_is_no_longer_asked_holds_no_archive_back(jejak, lagging, monkeypatch):
    monkeypatch.delenv("JEJAK_WITNESSES")
    assert json.loads(jejak("verify", archived(jejak), "--json"))["size"] == lagging[-1]


def test_the_live_ledger_is_verified_up_to_where_all_who_are_asked_for_cosigned(jejak, lagging):
    both, one, newest = lagging
    for witnesses, size in ((WITNESSES, both), (WITNESSES[:1], both), (WITNESSES[1:], one)):
        words = [word for it in witnesses for word in ("--witness", it.vkey)]
        assert json.loads(jejak("verify", *words, "--json"))["size"] == size
        assert f"{size} of {newest} leaves only" in jejak.said
    assert json.loads(jejak("verify", "--json"))["size"] == newest


def test_from_another_data_directory_a_ledger_is_whole_and_no_key_is_made(
    jejak, lagging, tmp_path, monkeypatch
):
    other = tmp_path / "other"
    jejak("import", jejak.file(unit_named("RUTAN-D")))
    monkeypatch.setenv("JEJAK_DATA_DIR", str(other))
    verdict = json.loads(jejak("verify", "--json"))
    assert (verdict["ok"], verdict["pinned"], verdict["size"]) == (True, False, lagging[-1])
    assert "the log's key is not here" in jejak.said
    assert not (other / "log.key").exists()
