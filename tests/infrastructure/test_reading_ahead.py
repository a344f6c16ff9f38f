"""The ledger is read through when its server starts, so that nobody waits for the disk later."""

import threading
from pathlib import Path

import psycopg
import pytest

from infrastructure.reading_ahead import AT_ONCE, files, read_through, reading_ahead


def names_of_threads():
    return [thread.name for thread in threading.enumerate()]


def named(database, path):
    """Return the relation that lies in a file."""
    with psycopg.connect(database) as owner:
        (name,) = owner.execute(
            "SELECT pg_filenode_relation(0, %s)::regclass::text", (path.name,)
        ).fetchone()
    return name


def test_the_pages_and_all_they_are_found_by_are_read_the_keys_first(database):
    found = [named(database, path) for path in files({database: Path()})]
    events = [name for name in found if name.startswith("ledger.event")]
    assert found == [*found[: -len(events)], *events]
    assert all(name.startswith("keys.sealing_key") for name in found[: -len(events)])
    assert {"ledger.event", "ledger.event_pkey", "ledger.event_stream_version_key"} < set(events)
    assert "keys.sealing_key" in found


def test_nobody_who_has_a_table_locked_is_waited_for(database):
    with psycopg.connect(database) as other:
        other.execute("LOCK TABLE ledger.event, keys.sealing_key IN ACCESS EXCLUSIVE MODE")
        waits = "options='-c lock_timeout=1s'"
        assert list(files({f"{database} {waits}": Path()}))


def test_a_database_without_a_ledger_has_nothing_to_read(empty_database, tmp_path):
    assert list(files({empty_database: tmp_path})) == []
    assert list(files({"host=/nowhere": tmp_path})) == []


def test_of_a_long_table_the_newest_is_read_first(database, tmp_path):
    parts = [path.name for path in files({database: tmp_path})]
    last = tmp_path / next(files({database: Path()}))
    last.parent.mkdir(parents=True)
    for end in ("", ".1", ".2", ".4"):
        last.with_name(last.name + end).touch()
    found = [path.name for path in files({database: tmp_path})]
    assert found == [f"{last.name}.2", f"{last.name}.1", *parts]


@pytest.fixture
def three(tmp_path):
    paths = [tmp_path / name for name in ("gone", "one", "other")]
    for path in paths[1:]:
        path.write_bytes(bytes(2 * AT_ONCE + 1))
    return paths


def test_what_is_there_is_read_to_its_end(three):
    assert read_through(three, 2**40, lambda: True) == 4 * AT_ONCE + 2


def test_no_more_is_read_than_memory_holds_nor_when_nobody_wants_it(three):
    assert read_through(three, AT_ONCE + 1, lambda: True) == 2 * AT_ONCE
    assert read_through(three, 2**40, lambda: False) == 0


def test_nothing_is_read_any_more_when_whoever_goes_on_has_ended(database, tmp_path):
    endless = next(files({database: tmp_path}))
    endless.parent.mkdir(parents=True)
    endless.symlink_to("/dev/zero")
    with reading_ahead({database: tmp_path}):
        assert "reading-ahead" in names_of_threads()
    assert "reading-ahead" not in names_of_threads()
