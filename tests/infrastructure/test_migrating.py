"""Whoever comes first makes the tables; the others wait, and find them."""

from concurrent.futures import ThreadPoolExecutor
from importlib import resources
from time import monotonic, sleep

import psycopg
import pytest

from infrastructure.migrations import KEYS, LEDGER, READS, migrate, migrated


@pytest.mark.parametrize("package", [LEDGER, KEYS])
def test_those_who_start_at_once_on_an_empty_database_make_everything_once(empty_database, package):
    with ThreadPoolExecutor(4) as hands:
        started = [hands.submit(migrate, empty_database, package) for _ in range(4)]
        assert [one.result(30) for one in started] == [None] * 4
    assert migrated(empty_database, package)


def test_an_older_service_that_is_recording_a_read_and_who_migrates_do_not_wait_for_each_other(
    empty_database, monkeypatch
):
    older = [file for file in resources.files(LEDGER).iterdir() if "0001" <= file.name < "0013"]
    with monkeypatch.context() as before:
        before.setattr("infrastructure.migrations._files", lambda _: older)
        migrate(empty_database)
    with ThreadPoolExecutor(1) as hand:
        with psycopg.connect(empty_database) as reader:
            # What ledger.record_access does, one after the other.
            reader.execute("SELECT pg_advisory_xact_lock(%s)", (READS,))
            assert reader.execute("SELECT max(number) FROM ledger.access").fetchone() == (None,)
            migrating = hand.submit(migrate, empty_database)
            await_somebody_who_waits(empty_database)
            body = b'{"actor":{"id":"wali-7"},"subjects":["case:1"]}'
            written = "SELECT ledger.record_access(%b::bytea[])"
            assert reader.execute(written, ([body],)).fetchone() == (0,)
        migrating.result(10)
    with psycopg.connect(empty_database) as owner:
        places = owner.execute("SELECT ledger.places_of(number, body) FROM ledger.access")
        assert places.fetchall() == [(["0 case:1"],)]


def await_somebody_who_waits(database):
    until = monotonic() + 10
    with psycopg.connect(database, autocommit=True) as owner:
        while not owner.execute("SELECT FROM pg_locks WHERE NOT granted").rowcount:
            assert monotonic() < until, "nobody waits"
            sleep(0.005)
