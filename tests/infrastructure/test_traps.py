"""Traps of what we build on that nothing else would notice (`docs/guarantees.md`)."""

import re
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psycopg
import pytest
from lines import LINES
from pages import assessed, draft, stream, write
from tails import wait_until

import infrastructure
from domain.kernel import DataClass
from infrastructure import read_models as reading
from infrastructure import sealer
from infrastructure import tail as tailing
from infrastructure.master_key import MasterKey
from infrastructure.read_models import PostgresReadModels
from infrastructure.row_table import RowSeals
from infrastructure.sealing import owner
from infrastructure.wrapping import DOOR

NEVER = 600.0
"""For the time between two looks: whoever goes on then was told."""


def test_appends_go_on_while_the_tables_are_vacuumed_analysed_or_indexed(ledger, database):
    """`LOCK TABLE ... EXCLUSIVE`, the stock recorder's, waits for each of these to its end."""
    with psycopg.connect(database) as owner:
        owner.execute(
            "LOCK TABLE ledger.event, ledger.command IN SHARE UPDATE EXCLUSIVE MODE"
        )  # what VACUUM, ANALYZE and CREATE INDEX CONCURRENTLY take
        assert write(ledger, draft(assessed())).position == 1
        other = draft(assessed(), to=stream("2"))
        assert write(ledger, other).position == 2


def test_whoever_seals_the_log_keeps_nobody_from_making_keys(ledger, pool):
    """In one database, where the operator named one only: one number would be one lock."""
    with (
        ThreadPoolExecutor(1) as hand,
        pool.connection() as connection,
        connection.transaction(),
    ):
        sealer.take_turn(connection)
        made = hand.submit(ledger.keys.of, [owner("budi", DataClass.PERSONAL)])
        assert len(made.result(8)) == 1


def test_a_sealer_waits_for_one_of_an_edition_before(database):
    """That one has the key store's door alone, from before the two had numbers of their own."""
    with psycopg.connect(database) as before, psycopg.connect(database) as now:
        now.execute("SET lock_timeout = '50ms'")
        before.execute("SELECT pg_advisory_xact_lock(%s)", (DOOR,))
        with pytest.raises(psycopg.errors.LockNotAvailable):
            sealer.take_turn(now)


def test_every_advisory_lock_has_a_number_of_its_own():
    house = Path(next(iter(infrastructure.__path__)))
    numbers = re.compile(r"^(\w+): Final = (7316400\d{3})$", re.MULTILINE)
    found = [it for path in house.rglob("*.py") for it in numbers.findall(path.read_text("utf-8"))]
    assert len(found) >= 10
    assert [number for number, often in Counter(n for _, n in found).items() if often > 1] == []


def test_what_version_10_of_the_library_will_write_has_its_columns(database):
    with psycopg.connect(database) as owner:
        columns = owner.execute(
            "SELECT column_name, data_type, has_column_privilege('jejak_service', 'ledger.event',"
            " column_name, 'INSERT') FROM information_schema.columns WHERE table_schema = 'ledger'"
            " AND table_name = 'event' AND column_name IN ('event_id', 'metadata') ORDER BY 1"
        ).fetchall()
    assert columns == [("event_id", "uuid", True), ("metadata", "bytea", True)]


@pytest.mark.parametrize("elsewhere", [False, True])
def test_whoever_waits_for_a_read_model_is_told_and_does_not_look(
    ledger, pool, monkeypatch, elsewhere
):
    """The library's own wait sleeps for 100 to 800 ms and looks again."""
    monkeypatch.setattr(reading, "LOOK_SECONDS", NEVER)
    monkeypatch.setattr(tailing, "POLL_SECONDS", NEVER)
    folds = models(ledger, pool)
    folds.follower.start()
    waits = models(ledger, pool) if elsewhere else folds
    waits.tail.start()
    wait_until(lambda: folds.tail.listening and waits.tail.listening)
    with ThreadPoolExecutor(1) as hand:
        waiting = hand.submit(waits.wait, 1, 12)
        write(ledger, draft(assessed()))
        assert waiting.result(8)
    folds.follower.close()
    waits.tail.close()


def models(ledger, pool):
    """Read models as one process has them."""
    seals = RowSeals("store", ledger.keys, MasterKey(b"k" * 32))
    models = PostgresReadModels(ledger, pool, seals, [LINES])
    models.follower.prepare()
    return models
