"""The key store's backup: whole or not at all, and nobody comes back through it."""

import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psycopg
import pytest
from psycopg import errors
from uuid_utils import uuid7

from domain.kernel import DataClass, SubjectForgotten
from infrastructure.key_dump import KeyDumpRefused, dump, restore
from infrastructure.key_store import KeyStore
from infrastructure.master_key import MasterKey
from infrastructure.sealing import owner
from infrastructure.tombstones import Destruction, TombstoneFile
from infrastructure.wrapping import keeper_pool

MASTER = MasterKey(b"k" * 32)
BUDI, TONO = owner("budi", DataClass.PERSONAL), owner("tono", DataClass.SPECIFIC)
ROOT = Path(__file__).parents[2]
DUMPING = """
import sys, pathlib
from infrastructure.key_dump import dump
dump(sys.argv[1], pathlib.Path(sys.argv[2]))
"""


@pytest.fixture
def restored(empty_database, store):
    """What opens the key store that was restored into the empty database."""
    with keeper_pool(empty_database) as pool:

        def opened():
            keys = KeyStore(pool, MASTER)
            keys.ensure_master(store)
            return keys

        yield opened


def test_a_backup_of_the_keys_is_no_use_without_the_master_and_comes_back_whole(
    keys, database, empty_database, tmp_path, restored
):
    made = keys.of([BUDI, TONO])
    path = tmp_path / "keys.jsonl"
    assert dump(database, path) == 2
    assert made[BUDI].secret.hex() not in path.read_text()
    assert restore(empty_database, path) == 2
    with pytest.raises(KeyDumpRefused, match="in use"):
        restore(empty_database, path)
    assert restored().of([BUDI, TONO]) == made


def test_a_backup_of_the_keys_that_was_killed_leaves_nothing_once_another_is_made(
    keys, database, tmp_path
):
    keys.of([BUDI, TONO])
    path = tmp_path / "keys.jsonl"
    with psycopg.connect(database) as owner:
        owner.execute("LOCK TABLE keys.sealing_key")  # the copy is half written, and waits
        killed = subprocess.Popen([sys.executable, "-c", DUMPING, database, path], cwd=ROOT)
        until(lambda: waiting_for_a_lock(owner))
        killed.kill()
        killed.wait()
    assert [found.name for found in tmp_path.iterdir()] == [".keys.jsonl.draft"]
    dump(database, path)
    assert list(tmp_path.iterdir()) == [path]


def test_a_backup_of_the_keys_that_fails_leaves_nothing(keys, database, tmp_path):
    with psycopg.connect(database) as owner:
        owner.execute("ALTER TABLE keys.sealing_key RENAME TO gone")
    with pytest.raises(errors.UndefinedTable):
        dump(database, tmp_path / "keys.jsonl")
    assert list(tmp_path.iterdir()) == []


def test_backups_of_the_keys_to_one_file_take_turns(keys, database, tmp_path):
    keys.of([BUDI, TONO])
    path = tmp_path / "keys.jsonl"
    with ThreadPoolExecutor(4) as hands:
        assert list(hands.map(lambda _: dump(database, path), range(8))) == [2] * 8
    assert list(tmp_path.iterdir()) == [path]


def test_whoever_was_forgotten_since_a_backup_of_the_keys_stays_so(
    keys, database, empty_database, tmp_path, restored
):
    keys.of([BUDI, TONO])
    dump(database, tmp_path / "keys.jsonl")
    tombstones = TombstoneFile(tmp_path / "forgotten.jsonl")
    tombstones.add(
        Destruction(subjects=("budi",), event_id=str(uuid7()), stream="person:budi", told={})
    )
    assert restore(empty_database, tmp_path / "keys.jsonl", tombstones) == 1
    with pytest.raises(SubjectForgotten):
        restored().of([BUDI])


@pytest.mark.parametrize("cut", [2, 20])
def test_a_backup_of_the_keys_that_is_not_whole_is_refused(
    keys, database, empty_database, tmp_path, cut
):
    keys.of([BUDI])
    path = tmp_path / "keys.jsonl"
    dump(database, path)
    path.write_bytes(path.read_bytes()[:-cut])
    with pytest.raises(KeyDumpRefused, match="not a whole backup"):
        restore(empty_database, path)


def until(condition):
    deadline = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < deadline, "it did not come to pass"
        time.sleep(0.01)


def waiting_for_a_lock(connection):
    waiting = "SELECT FROM pg_locks WHERE NOT granted AND relation = 'keys.sealing_key'::regclass"
    return connection.execute(waiting).rowcount
