"""Several event loops and threads over one ledger: each loop writes what was handed in on it."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from random import Random
from threading import Event, Lock, Thread, get_ident

import pytest
from anyio.from_thread import start_blocking_portal
from begun_store import Store

from application.ledger import Overloaded
from infrastructure.calls import apart_from_none
from infrastructure.loops import LoopCommits

SEED = 7
SECONDS = 20


class Stores:
    """Opens a store for each loop, and knows what all of them wrote."""

    def __init__(self, *, prompt: bool = True) -> None:
        self.opened: list[Store] = []
        self.prompt = prompt
        self.seen = Event()
        self.alone = Lock()

    def __call__(self) -> Store:
        with self.alone:
            self.opened.append(Store(prompt=self.prompt))
        self.seen.set()
        return self.opened[-1]

    def written(self) -> list[int]:
        return sorted(item for store in self.opened for item in store.written)


@pytest.fixture
def stores():
    stores = Stores()
    yield stores
    for store in stores.opened:
        store.dispose()


@pytest.fixture
def commits(stores):
    with closing(LoopCommits(stores, apart_from_none, lanes=1)) as commits:
        yield commits


async def handed_in(commits, *items):
    async with asyncio.timeout(SECONDS):
        return await asyncio.gather(*(commits.submit(item) for item in items))


def test_each_loop_writes_by_a_line_of_its_own_and_a_loop_always_by_the_same(commits, stores):
    with start_blocking_portal() as one, start_blocking_portal() as other:
        assert one.call(handed_in, commits, 1, 2) == [10, 20]
        assert other.call(handed_in, commits, 3) == [30]
        assert one.call(handed_in, commits, 4) == [40]
        assert [store.written for store in stores.opened] == [[1, 2, 4], [3]]
        commits.close()


def test_a_loop_that_hangs_keeps_no_other_waiting(commits, stores):
    let_go, hangs = Event(), Event()

    async def hang():
        future = commits.submit(1)
        await asyncio.sleep(0)
        hangs.set()
        assert let_go.wait(SECONDS)
        return await future

    with start_blocking_portal() as one, start_blocking_portal() as other:
        hanging = one.start_task_soon(hang)
        assert hangs.wait(SECONDS)
        assert other.call(handed_in, commits, 2) == [20]
        let_go.set()
        assert hanging.result(SECONDS) == 10
        commits.close()


def leave_on_a_loop_that_ends(commits, turns: int, items: int = 1) -> None:
    """Hand items in on a loop, which ends after so many turns, and somebody waits on it."""
    loop = asyncio.new_event_loop()
    for item in range(1, items + 1):
        loop.call_soon(lambda item=item: commits.submit(item).add_done_callback(print))
    for _ in range(turns):
        loop.call_soon(loop.stop)
        loop.run_forever()
    loop.close()


@pytest.mark.parametrize("turns", [1, 2], ids=["before it began", "under way"])
@pytest.mark.parametrize("by", ["closing", "another loop"])
def test_what_a_loop_had_in_hand_when_it_ended_is_written_once(commits, stores, turns, by):
    stores.prompt = False
    with ThreadPoolExecutor() as people:
        people.submit(leave_on_a_loop_that_ends, commits, turns).result(SECONDS)
    (left,) = stores.opened
    assert len(left.begun) == turns - 1
    assert left.written == []
    stores.prompt = True
    if by == "closing":
        commits.close()
    else:
        with start_blocking_portal() as other:
            assert other.call(handed_in, commits, 2) == [20]
            assert left.closed == 1
            commits.close()
    assert left.written == [1]
    assert left.closed == 1, "and its line is closed"


def test_a_loop_that_ended_may_leave_more_than_one_group(stores):
    commits = LoopCommits(stores, lambda _: ["one at a time"], lanes=1)
    with ThreadPoolExecutor() as people:
        people.submit(leave_on_a_loop_that_ends, commits, 1, 3).result(SECONDS)
    commits.close()
    assert stores.opened[0].whole == [[1], [2], [3]]


def test_what_the_hand_had_when_a_loop_ended_is_written_once(commits, stores):
    let_write = Event()

    def opened():
        store = stores()
        store.refuses_to_begin, store.let_write = {1}, let_write
        return store

    commits = LoopCommits(opened, apart_from_none, lanes=1)
    with ThreadPoolExecutor() as people:
        people.submit(leave_on_a_loop_that_ends, commits, 2).result(SECONDS)
        assert stores.opened[0].writes.wait(SECONDS)
        closing = people.submit(commits.close)
        let_write.set()
        closing.result(SECONDS)
    assert stores.written() == [1]


def test_closing_has_a_loop_that_runs_elsewhere_write_what_it_has(commits, stores):
    stores.prompt = False

    async def hand_in():
        first = commits.submit(1)
        while not stores.opened[0].begun:  # noqa: ASYNC110  # there is no other sign of it
            await asyncio.sleep(0)
        second = commits.submit(2)
        await asyncio.to_thread(commits.close)
        assert set(stores.opened[0].threads) == {get_ident()}, "it alone may"
        with pytest.raises(Overloaded):
            commits.submit(3)
        return await first, await second

    with start_blocking_portal() as portal:
        assert portal.call(hand_in) == (10, 20)
    assert stores.opened[0].closed == 1


def test_what_a_loop_had_that_ends_before_it_comes_to_closing_is_written(commits, stores):
    loop, handed_in, asked = asyncio.new_event_loop(), Event(), Event()
    wake = loop.call_soon_threadsafe

    def run():
        loop.call_soon(commits.submit, 1)
        loop.call_soon(lambda: (loop.stop(), handed_in.set(), asked.wait(SECONDS)))
        loop.run_forever()
        loop.close()

    with ThreadPoolExecutor() as people:
        running = people.submit(run)
        loop.call_soon_threadsafe = lambda do: (asked.set(), running.result(SECONDS), wake(do))
        assert handed_in.wait(SECONDS)
        commits.close()
    assert stores.written() == [1]
    assert stores.opened[0].closed == 1


def test_closing_from_the_loop_itself_does_not_wait_for_it(commits, stores):
    stores.prompt = False

    async def hand_in():
        first = commits.submit(1)
        commits.close()
        return await first

    with start_blocking_portal() as portal:
        assert portal.call(hand_in) == 10


def test_a_loop_that_comes_after_closing_hears_that_the_house_is_full(commits, stores):
    commits.close()
    with start_blocking_portal() as portal, pytest.raises(Overloaded):
        portal.call(handed_in, commits, 1)
    assert stores.opened == []


def test_no_item_is_lost_or_written_twice_whichever_loop_dies(stores):
    chance = Random(SEED)  # noqa: S311  # chance, no secret

    def opened():
        store = stores()
        store.refuses_to_begin = set(range(0, 4_000, 97))
        return store

    commits = LoopCommits(opened, lambda item: {item % 11})
    given: list[int] = []

    async def hand_in(start: int) -> None:
        for item in range(start, start + 50):
            future = commits.submit(item)
            given.append(item)
            if item % 7:
                assert await future == item * 10
            else:
                future.cancel()

    def on_a_loop_that_dies(start: int) -> None:
        loop = asyncio.new_event_loop()
        tasks = [loop.create_task(hand_in(start + 50 * one)) for one in range(4)]
        loop.call_later(chance.random() / 100, loop.stop)
        loop.run_forever()
        for task in tasks:
            task.cancel()
        loop.run_until_complete(asyncio.gather(*tasks, return_exceptions=True))
        loop.close()

    loops = [Thread(target=on_a_loop_that_dies, args=(start,)) for start in range(0, 2_000, 200)]
    for one in loops:
        one.start()
    for one in loops:
        one.join()
    commits.close()
    assert stores.written() == sorted(given)
