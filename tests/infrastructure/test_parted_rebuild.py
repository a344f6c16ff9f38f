"""Read models built by several processes, each from some ranges of streams, are what one builds."""

import os
import signal
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import closing
from dataclasses import replace
from functools import partial
from itertools import pairwise
from pathlib import Path
from time import monotonic, sleep

import pytest
from pages import assessed, began, draft, stream, write

from benchmarks.rebuild import opened
from infrastructure.connections import transaction
from infrastructure.read_models import digest
from infrastructure.rebuild_hands import HandsGone, RebuildHands
from infrastructure.rebuilding import Rebuilding, Task, drop, fill_by_stream
from infrastructure.row_table import RowTable
from infrastructure.stream_pages import LAST, WHOLE, parts_of
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


@pytest.mark.long
def test_processes_that_end_before_they_have_answered_are_not_waited_for(database):
    with RebuildHands(partial(opened, database)) as hands:
        os.killpg(hands.pid, signal.SIGKILL)
        with pytest.raises(HandsGone):
            hands.done(lambda: None)
    with RebuildHands(partial(os._exit, 3)) as hands, pytest.raises(BrokenProcessPool):
        hands.done(lambda: (Task((), "", 0, (WHOLE,)), 2))


@pytest.mark.long
def test_what_is_under_way_ends_with_whoever_wanted_it(database):
    with RebuildHands(partial(sleep, 60)) as hands:
        group = hands.pid
        with ThreadPoolExecutor(1) as waiting:
            asked = waiting.submit(hands.done, lambda: (Task((), "", 0, (WHOLE,)), 2))
            while len(processes_of(group)) < 3:
                assert not asked.done()
                sleep(0.05)
            hands._process.stdin.close()  # noqa: SLF001  # as the kernel does if we are killed
            with pytest.raises(HandsGone):
                asked.result(20)
    assert not processes_of(group)


def processes_of(group):
    stats = (stat for stat in Path("/proc").glob("[0-9]*/stat"))
    return [stat for stat in stats if said(stat)[2:3] == [str(group)] and said(stat)[0] != "Z"]


def said(stat):
    """State, parent and group; nothing of a process that has gone meanwhile."""
    try:
        return stat.read_text().rpartition(")")[2].split()[:3]
    except OSError:
        return ["Z"]


@pytest.mark.long
def test_a_rebuild_that_fails_here_does_not_wait_for_the_others(shop):
    def unreachable(_):
        raise ConnectionError

    building = Rebuilding(shop, partial(sleep, 60), 3, worth=1)
    another = replace(TIMELINE, name="another", key=unreachable, within_stream=False)
    began = monotonic()
    with pytest.raises(ConnectionError):
        building.fill(
            [*tables(shop, "_together"), RowTable(another, shop.seals, "_together")], PAGES
        )
    assert monotonic() - began < 50
