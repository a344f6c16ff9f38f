"""The door for coroutines to the line of a group commit."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from threading import Event, Lock

import pytest
from anyio.from_thread import start_blocking_portal

from application.ledger import Overloaded
from infrastructure.group_commit import GroupCommit


class Slow:
    """A store that keeps what it is given, and holds its first write until it is let go."""

    def __init__(self) -> None:
        self.groups: list[list] = []
        self.begun, self.go = Event(), Event()

    def __call__(self, items) -> list:
        self.groups.append(list(items))
        self.begun.set()
        assert self.go.wait(10)
        return [KeyError(item) if item == 13 else item * 10 for item in items]


@pytest.fixture
def store():
    return Slow()


@pytest.fixture
def commit(store):
    commit = GroupCommit(store, waiting=4)
    yield commit
    store.go.set()
    commit.close()


@pytest.fixture
def on_loop():
    with start_blocking_portal() as portal:
        yield portal.call


async def begun(store) -> None:
    assert await asyncio.to_thread(store.begun.wait, 10)


def test_each_coroutine_hears_of_its_own_item_and_a_group_is_one_waking(commit, store, on_loop):
    async def handed_in():
        wakings = count_wakings()
        first = commit.submit(1)
        await begun(store)
        later = [commit.submit(number) for number in (2, 13, 4)]
        before = len(wakings)
        store.go.set()
        answers = await asyncio.gather(first, *later, return_exceptions=True)
        return answers, len(wakings) - before

    answers, wakings = on_loop(handed_in)
    assert [*answers[:2], answers[3]] == [10, 20, 40]
    assert isinstance(answers[2], KeyError)
    assert store.groups == [[1], [2, 13, 4]]
    assert wakings == 2, "a waking for each of two groups"


def count_wakings() -> list:
    """Return what the running loop is woken with from now on."""
    loop = asyncio.get_running_loop()
    wakings, wake = [], loop.call_soon_threadsafe

    def counted(*args, **kwargs):
        wakings.append(args)
        return wake(*args, **kwargs)

    loop.call_soon_threadsafe = counted
    return wakings


def test_whoever_is_cancelled_does_not_hear_and_what_was_handed_in_is_written(
    commit, store, on_loop
):
    async def cancelled():
        first = asyncio.ensure_future(commit.submit(1))
        await begun(store)
        second, third = commit.submit(2), commit.submit(3)
        first.cancel()
        second.cancel()
        store.go.set()
        return await third

    assert on_loop(cancelled) == 30
    assert store.groups == [[1], [2, 3]]


def test_threads_and_coroutines_stand_in_one_line(commit, store, on_loop):
    async def handed_in():
        with ThreadPoolExecutor() as people:
            first = people.submit(commit, 1)
            await begun(store)
            second = commit.submit(2)
            third = people.submit(commit, 3)
            while len(commit._line) < 2:  # noqa: ASYNC110, SLF001  # there is no other sign of it
                await asyncio.sleep(0)
            store.go.set()
            return first.result(10), await second, third.result(10)

    assert on_loop(handed_in) == (10, 20, 30)
    assert store.groups == [[1], [2, 3]]


def test_a_coroutine_that_finds_the_line_full_hears_so_at_once(commit, store, on_loop):
    async def one_too_many():
        first = commit.submit(1)
        await begun(store)
        waiting = [commit.submit(number) for number in range(2, 6)]
        with pytest.raises(Overloaded):
            commit.submit(6)
        store.go.set()
        return await asyncio.gather(first, *waiting)

    assert on_loop(one_too_many) == [10, 20, 30, 40, 50]


def test_a_write_that_fails_as_a_whole_fails_for_each_coroutine_and_the_next_goes_on(on_loop):
    def write(items):
        if 13 in items:
            raise ConnectionError
        return items

    commit = GroupCommit(write)

    async def handed_in():
        both = commit.submit(13), commit.submit(13)
        heard = await asyncio.gather(*both, return_exceptions=True)
        return heard, await commit.submit(14)

    heard, after = on_loop(handed_in)
    assert [type(one) for one in heard] == [ConnectionError] * 2
    assert after == 14
    commit.close()


def test_closing_writes_what_waits_and_lets_nobody_in_any_more(commit, store, on_loop):
    async def closed():
        waiting = [commit.submit(1)]
        await begun(store)
        waiting.append(commit.submit(2))
        closing = asyncio.ensure_future(asyncio.to_thread(commit.close))
        while not commit._closed:  # noqa: ASYNC110, SLF001  # it says so nowhere else
            await asyncio.sleep(0)
        with pytest.raises(Overloaded):
            commit.submit(3)
        store.go.set()
        await closing
        return await asyncio.gather(*waiting)

    assert on_loop(closed) == [10, 20]
    assert store.groups == [[1], [2]]


def test_a_loop_that_is_gone_keeps_nobody_waiting(commit, store):
    async def hand_in():
        commit.submit(1)
        await begun(store)

    with start_blocking_portal() as portal:
        portal.call(hand_in)
    store.go.set()
    assert commit(2) == 20


def test_no_item_is_lost_or_written_twice_whoever_hands_it_in_and_whoever_is_cancelled(on_loop):
    written: list[int] = []
    alone = Lock()

    def write(items):
        assert alone.acquire(blocking=False), "two groups at once"
        written.extend(items)
        alone.release()
        return items

    commit = GroupCommit(write, most=5, apart=lambda item: {item % 11})

    async def hand_in(start: int) -> None:
        for item in range(start, start + 100):
            future = commit.submit(item)
            if item % 7:
                assert await future == item
            else:
                future.cancel()

    async def all_of_them() -> None:
        with ThreadPoolExecutor(8) as people:
            threads = [people.submit(commit, item) for item in range(3_000, 3_500)]
            await asyncio.gather(*(hand_in(start) for start in range(0, 3_000, 100)))
            assert [one.result(30) for one in threads] == list(range(3_000, 3_500))

    on_loop(all_of_them)
    commit.close()
    assert sorted(written) == list(range(3_500))
