"""The book of reads that a benchmark fills is one that the service could have written itself."""

from dataclasses import replace

import psycopg
import pytest

from application.access import Asked
from benchmarks import reads
from benchmarks.book_of_reads import INDEXES, Stands, Unlike, agreement, ensure_alike, fill
from benchmarks.place import Place
from benchmarks.result import TINY
from infrastructure.access_ledger import PostgresAccessLedger
from infrastructure.postgres_tenant import wheel_binaries

OFTEN, SELDOM = (f"case:01980f5c-7a00-7000-8000-00000000000{n}" for n in (1, 2))
ALL = Asked(
    subjects=None, units=None, actor=None, agency=None, since=None, before=None, limit=1_000
)


def test_a_filled_book_is_read_and_written_on_like_any_other(database, pool):
    with psycopg.connect(database) as owner:
        before = set(owner.execute(INDEXES).fetchall())
    fill(database, 400, {OFTEN: Stands(10, 0), SELDOM: Stands(100, 1, 201)})
    with psycopg.connect(database) as owner:
        assert set(owner.execute(INDEXES).fetchall()) == before
    with PostgresAccessLedger(pool) as access:
        often = access.ask(replace(ALL, subjects=frozenset([OFTEN])))
        assert [one.number for one in often] == list(range(400, 0, -10))
        assert [len(one.subjects) for one in often[:2]] == [101, 21]
        seldom = access.ask(replace(ALL, subjects=frozenset([SELDOM])))
        assert [(one.number, one.rows) for one in seldom] == [(201, 2), (101, 2), (1, 2)]
        [feed] = access.ask(replace(ALL, agreement=agreement(3)))
        assert (feed.number, feed.actor.agency, feed.actor.unit) == (300, "DINAS-3", None)
        access.record(replace(seldom[0], number=0))
        assert access.ask(replace(ALL, limit=1))[0].number == 401


def test_a_book_that_no_service_would_have_written_is_found_out(database):
    fill(database, 100, {})
    with psycopg.connect(database) as owner:
        owner.execute("ALTER TABLE ledger.access DISABLE TRIGGER ALL")
        owner.execute("UPDATE ledger.access SET body = body || ' '::bytea WHERE number = 7")
        with pytest.raises(Unlike, match="7"):
            ensure_alike(owner, 100)


@pytest.mark.long
def test_a_large_book_is_measured_from_one_end_to_the_other(postgres, tmp_path):
    place = Place(postgres=postgres, cache=tmp_path, binaries=wheel_binaries(), installs=False)
    found = reads.run(TINY, place).rows
    assert all(row.value > 0 for row in found)
    assert sum("access_places" in row.note for row in found) >= 3
