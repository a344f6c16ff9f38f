"""Read models built by several processes, each from some ranges of streams, are what one builds."""

from contextlib import closing
from functools import partial
from itertools import pairwise

import pytest
from pages import assessed, began, draft, stream, write

from benchmarks.rebuild import opened
from infrastructure.connections import transaction
from infrastructure.read_models import digest
from infrastructure.rebuilding import LAST, WHOLE, Rebuilding, drop, fill_by_stream, parts_of
from infrastructure.row_table import RowTable
from projections.changes import CHANGES
from projections.timeline import TIMELINE

CASES = 40
PAGES = 3 * CASES


@pytest.fixture
def shop(database):
    with opened(database) as shop:
        for case in range(CASES):
            to = stream(f"{case:03}")
            write(
                shop.ledger,
                draft(assessed(), to=to),
                draft(assessed("2025-08"), to=to, version=2),
                draft(began(), to=to, version=3),
            )
        yield shop


def tables(shop, suffix):
    return [RowTable(projection, shop.seals, suffix) for projection in (TIMELINE, CHANGES)]


def digests(shop, found):
    with transaction(shop.pool) as connection:
        return [digest(connection, table) for table in found]


@pytest.fixture
def whole(shop):
    made = tables(shop, "_whole")
    Rebuilding(shop, None, 1).fill(made, PAGES)
    yield digests(shop, made)
    with transaction(shop.pool) as connection:
        for table in made:
            drop(connection, table)


def test_every_stream_is_in_one_part(shop):
    with shop.pool.connection() as connection:
        parts = parts_of(connection, PAGES, processes=2)
    assert len(parts) == 2 * 8
    assert (parts[0].first, parts[-1].end) == ("", LAST)
    assert all(one.end == following.first for one, following in pairwise(parts))
    assert all(one.first < one.end for one in parts)
    with shop.pool.connection() as connection:
        for upto in 0, 1, 2:  # a ledger that has hardly begun
            few = parts_of(connection, upto, processes=4)
            assert (few[0].first, few[-1].end) == WHOLE


def test_parts_are_about_as_large_whatever_the_rhythm_of_the_ledger(shop):
    with shop.pool.connection() as connection:
        parts = parts_of(connection, PAGES, processes=2)
        pages = [
            connection.execute(
                "SELECT count(*) FROM ledger.event WHERE stream >= %s AND stream < %s", part
            ).fetchone()[0]
            for part in parts
        ]
    assert sum(pages) == PAGES
    assert max(pages) <= 2 * PAGES / len(parts)


def test_rows_folded_part_by_part_are_those_of_the_whole(shop, whole):
    made = tables(shop, "_parted")
    with transaction(shop.pool) as connection:
        parts = parts_of(connection, PAGES, processes=1)
        for table in made:
            table.create(connection)
    assert fill_by_stream(shop, made, PAGES, parts) == PAGES
    assert digests(shop, made) == whole
    assert [count for count, _ in whole] == [PAGES, PAGES]


@pytest.mark.long
def test_several_processes_build_what_one_does(shop, database, whole):
    made = tables(shop, "_together")
    Rebuilding(shop, partial(opened, database), 3, worth=1).fill(made, PAGES)
    assert digests(shop, made) == whole


@pytest.mark.long
def test_what_one_of_the_processes_cannot_do_is_raised(shop, database):
    building = Rebuilding(shop, partial(closing, database), 3, worth=1)  # it opens no workshop
    with pytest.raises(AttributeError):
        building.fill(tables(shop, "_together"), PAGES)
