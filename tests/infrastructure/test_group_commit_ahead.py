"""A group commit whose event loop begins the writes and hears how they ended."""

import asyncio
import os
from concurrent.futures import ThreadPoolExecutor
from random import Random
from threading import Event, Thread, get_ident
from time import sleep

import pytest
from anyio.from_thread import start_blocking_portal
from begun_store import Store

from application.ledger import Overloaded
from infrastructure import group_commit
from infrastructure.group_commit import GroupCommit

SEED = 7
SECONDS = 20
"""How long anything is waited for that is to come."""


@pytest.fixture(autouse=True)
def _never_overdue(monkeypatch):
    """What is not handed over properly is not to be found after a while, all the same."""
    monkeypatch.setattr(group_commit, "OVERDUE_SECONDS", 3 * SECONDS)


@pytest.fixture
def soon_overdue(monkeypatch, _never_overdue):
    monkeypatch.setattr(group_commit, "OVERDUE_SECONDS", 0.05)


@pytest.fixture
def store():
    store = Store()
    yield store
    os.close(store.hears_by)
    os.close(store.voice)


@pytest.fixture
def commit(store):
    commit = GroupCommit(store.write, ahead=store, waiting=4)
    yield commit
    commit.close()


@pytest.fixture
def on_loop():
    with start_blocking_portal() as portal:
        yield lambda told: portal.call(in_time, told)


async def in_time(told):
    async with asyncio.timeout(SECONDS):
        return await told()


async def until(condition) -> None:
    async with asyncio.timeout(SECONDS):
        while not condition():  # noqa: ASYNC110  # there is no other sign of it
            await asyncio.sleep(0)


def test_what_is_handed_in_together_is_one_group_and_its_own_thread_writes_it(
    commit, store, on_loop
):
    async def handed_in():
        loop, wakings = asyncio.get_running_loop(), []
        wake, loop.call_soon_threadsafe = loop.call_soon_threadsafe, wakings.append
        waiting = [commit.submit(number) for number in (1, 2, 3)]
        await until(lambda: store.begun)
        store.answer()
        answers = await asyncio.gather(*waiting)
        loop.call_soon_threadsafe = wake
        return answers, get_ident(), wakings

    answers, here, wakings = on_loop(handed_in)
    assert answers == [10, 20, 30]
    assert store.begun == [[1, 2, 3]]
    assert set(store.threads) == {here}
    assert wakings == [], "nobody wakes a loop that hears by itself"


def test_those_who_come_while_a_write_is_under_way_share_the_next_one(commit, store, on_loop):
    async def handed_in():
        first = commit.submit(1)
        await until(lambda: store.begun)
        later = [commit.submit(number) for number in (2, 3)]
        store.answer()
        assert await first == 10
        assert store.begun == [[1], [2, 3]], "the next is under way when this one is told"
        store.answer()
        return await asyncio.gather(*later)

    assert on_loop(handed_in) == [20, 30]


def test_half_of_as_many_as_last_are_written_while_the_other_half_is_made(commit, store, on_loop):
    async def handed_in():
        store.prompt = True
        await asyncio.gather(*(commit.submit(number) for number in (1, 2, 3, 4)))
        waiting = [commit.submit(number) for number in (5, 6, 7)]
        begun = [*store.begun]
        return await asyncio.gather(*waiting), begun

    assert on_loop(handed_in) == ([50, 60, 70], [[1, 2, 3, 4], [5, 6]])
    assert store.begun[2:] == [[7]]


def test_whoever_hands_in_half_as_many_as_come_and_go_looks_whether_the_answer_is_there(
    commit, store, on_loop
):
    async def handed_in():
        first = commit.submit(1)
        await until(lambda: store.begun)
        store.answer()
        later = [commit.submit(number) for number in (2, 3)]
        begun = [*store.begun]
        store.prompt = True
        store.answer()
        return await asyncio.gather(first, *later), begun

    answers, begun = on_loop(handed_in)
    assert answers == [10, 20, 30]
    assert begun == [[1], [2, 3]], "and before the loop listened again"


def test_threads_stand_in_the_same_line(commit, store, on_loop):
    async def handed_in():
        first = commit.submit(1)
        await until(lambda: store.begun)
        with ThreadPoolExecutor() as people:
            second = people.submit(commit, 2)
            await until(lambda: commit._line)  # noqa: SLF001
            third = commit.submit(3)
            store.answer()
            return await first, await asyncio.to_thread(second.result, SECONDS), await third

    assert on_loop(handed_in) == (10, 20, 30)
    assert store.begun == [[1]]
    assert store.whole == [[2, 3]], "a thread stood first in line, so the writer wrote"


def test_another_loop_that_hands_in_does_not_hear_for_the_one_that_writes(commit, store, on_loop):
    async def first():
        one = commit.submit(1)
        await until(lambda: store.begun)
        return await one

    async def second():
        two = [commit.submit(number) for number in (2, 3, 4)]
        store.answer()
        return await asyncio.gather(*two)

    with start_blocking_portal() as other, ThreadPoolExecutor() as people:
        commit._enough = 1  # noqa: SLF001  # as after a lone writer
        one = people.submit(on_loop, first)
        assert store.seen.wait(SECONDS)
        store.prompt = True
        assert other.call(in_time, second) == [20, 30, 40]
        assert one.result(SECONDS) == 10
    assert store.whole == [], "and nothing was left to the writer"


def test_what_cannot_be_begun_without_waiting_is_left_to_the_writer(commit, store, on_loop):
    store.refuses_to_begin = {1}

    async def handed_in():
        both = commit.submit(1), commit.submit(2)
        return await asyncio.gather(*both), get_ident()

    answers, here = on_loop(handed_in)
    assert answers == [10, 20]
    assert store.whole == [[1, 2]]
    assert store.threads[-1] != here


def test_a_refusal_is_told_apart_by_the_writer_and_never_fails_its_neighbours(
    commit, store, on_loop
):
    store.cannot_stand, store.prompt = {2}, True

    async def handed_in():
        waiting = [commit.submit(number) for number in (1, 2, 3)]
        return await asyncio.gather(*waiting, return_exceptions=True)

    first, second, third = on_loop(handed_in)
    assert (first, third) == (10, 30)
    assert isinstance(second, KeyError)
    assert (store.begun, store.whole) == ([[1, 2, 3]], [[1, 2, 3]])


def test_what_fails_as_a_whole_fails_for_each_and_the_next_goes_on(commit, store, on_loop):
    store.prompt, store.fails = True, {13}

    async def handed_in():
        both = commit.submit(13), commit.submit(14)
        heard = await asyncio.gather(*both, return_exceptions=True)
        return heard, await commit.submit(15)

    heard, after = on_loop(handed_in)
    assert [type(one) for one in heard] == [ConnectionError] * 2
    assert after == 150


def test_whoever_finds_the_line_full_hears_so_at_once(commit, store, on_loop):
    async def one_too_many():
        waiting = [commit.submit(1)]
        await until(lambda: store.begun)
        waiting += [commit.submit(number) for number in (2, 3, 4, 5)]
        with pytest.raises(Overloaded):
            commit.submit(6)
        store.prompt = True
        store.answer()
        return await asyncio.gather(*waiting)

    assert on_loop(one_too_many) == [10, 20, 30, 40, 50]


def test_what_no_loop_can_listen_by_is_heard_by_the_writer(commit, store, on_loop, tmp_path):
    with (tmp_path / "a file").open("w") as file:
        store.ear = file
        assert on_loop(lambda: commit.submit(1)) == 10
    assert (store.begun, store.whole) == ([[1]], [[1]])


def test_what_was_heard_is_not_taken_over_while_it_is_passed_on(
    soon_overdue, commit, store, on_loop
):
    store.prompt = True

    async def handed_in():
        loop = asyncio.get_running_loop()
        silent = loop.remove_reader

        def slow(ear):
            sleep(0.2)  # and meanwhile somebody looks whether it is overdue
            return silent(ear)

        loop.remove_reader = slow
        answers = await asyncio.gather(*(commit.submit(number) for number in (1, 2, 3)))
        loop.remove_reader = silent
        return answers, await commit.submit(4)

    assert on_loop(handed_in) == ([10, 20, 30], 40)
    assert store.whole == []
    assert store.written == [1, 2, 3, 4]


def test_a_loop_that_is_gone_before_its_turn_comes_has_its_items_written(commit, store):
    going_on = Event()
    write = store.write

    def slow(items):
        assert going_on.wait(SECONDS)
        return write(items)

    commit._write = slow  # noqa: SLF001
    with ThreadPoolExecutor() as people:
        first = people.submit(commit, 1)
        while not first.running():
            sleep(0.001)
        people.submit(on_a_loop_that_ends, commit).result(SECONDS)
        going_on.set()
        assert first.result(SECONDS) == 10
        assert people.submit(commit, 3).result(SECONDS) == 30
    assert sorted(store.written) == [1, 1, 3]


@pytest.mark.parametrize("begun", [True, False], ids=["under way", "before it began"])
def test_a_loop_that_is_gone_keeps_nobody_waiting_and_what_it_had_is_written(
    soon_overdue, commit, store, begun
):
    with ThreadPoolExecutor() as people:
        people.submit(on_a_loop_that_ends, commit, begun and store).result(SECONDS)
        assert people.submit(commit, 2).result(SECONDS) == 20
    assert store.written == [1, 2]
    assert store.whole == ([[1], [2]] if begun else [[1, 2]])


def on_a_loop_that_ends(commit, store=None) -> None:
    """Hand in, and end once that is under way; without a store, before anything that is due."""

    async def hand_in():
        commit.submit(1)
        if store:
            await until(lambda: store.begun)

    loop = asyncio.new_event_loop()
    task = loop.create_task(hand_in())
    if store:
        loop.run_until_complete(task)
    else:
        loop.call_soon(loop.stop)
        loop.run_forever()
    assert task.done()
    loop.close()


def test_a_loop_that_hangs_keeps_no_thread_waiting_and_goes_on_afterwards(
    soon_overdue, commit, store, on_loop
):
    let_go = Event()

    async def hang():
        first = commit.submit(1)
        await until(lambda: store.begun)
        assert let_go.wait(SECONDS)
        assert await first == 10
        second = commit.submit(3)
        await until(lambda: len(store.begun) == 2)
        store.answer()
        return await second

    with ThreadPoolExecutor() as people:
        hanging = people.submit(on_loop, hang)
        assert store.seen.wait(SECONDS)
        assert people.submit(commit, 2).result(SECONDS) == 20
        let_go.set()
        assert hanging.result(SECONDS) == 30
    assert store.written == [1, 2, 3]


def test_closing_from_the_loop_itself_writes_what_is_under_way_and_what_waits(store, on_loop):
    commit = GroupCommit(store.write, ahead=store)

    async def closed():
        first = commit.submit(1)
        await until(lambda: store.begun)
        second = commit.submit(2)
        commit.close()
        with pytest.raises(Overloaded):
            commit.submit(3)
        return await first, await second

    assert on_loop(closed) == (10, 20)
    assert store.written == [1, 2]


def test_no_item_is_lost_or_written_twice_whoever_hands_it_in_and_whichever_loop_dies(
    soon_overdue,
):
    store, chance = Store(prompt=True), Random(SEED)  # noqa: S311  # chance, no secret
    store.refuses_to_begin = set(range(0, 4_000, 97))
    commit = GroupCommit(store.write, ahead=store, most=5, apart=lambda item: {item % 11})
    handed_in: list[int] = []

    async def hand_in(start: int) -> None:
        for item in range(start, start + 50):
            future = commit.submit(item)
            handed_in.append(item)
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
    with ThreadPoolExecutor(8) as people:
        threads = [people.submit(commit, item) for item in range(3_000, 3_300)]
        for one in loops:
            one.start()
        for one in loops:
            one.join()
        assert [one.result(60) for one in threads] == [n * 10 for n in range(3_000, 3_300)]
    commit.close()
    assert sorted(store.written) == sorted([*handed_in, *range(3_000, 3_300)])
