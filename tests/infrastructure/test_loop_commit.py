"""A group commit whose event loop begins the writes and hears how they ended."""

import asyncio
from threading import enumerate as enumerate_threads
from threading import get_ident

import pytest
from anyio.from_thread import start_blocking_portal
from begun_store import Store

from application.ledger import OutcomeUnknown, Overloaded
from infrastructure.loop_commit import LoopCommit

SECONDS = 20


@pytest.fixture
def store():
    store = Store()
    yield store
    store.dispose()


@pytest.fixture
def on_loop(store):
    """Call with the group commit of an event loop, on that loop."""

    async def opened(told, how):
        loop, unheard = asyncio.get_running_loop(), []
        loop.set_exception_handler(lambda _, context: unheard.append(context))
        commit = LoopCommit(loop, [store], **{"waiting": 4, **how})
        try:
            async with asyncio.timeout(SECONDS):
                return await told(commit)
        finally:
            commit.close()
            await asyncio.sleep(0)  # whatever was due by then
            assert unheard == [], "what nobody would have heard of"

    with start_blocking_portal() as portal:
        yield lambda told, **how: portal.call(opened, told, how)


async def until(condition) -> None:
    async with asyncio.timeout(SECONDS):
        while not condition():  # noqa: ASYNC110  # there is no other sign of it
            await asyncio.sleep(0)


async def under_way(commit, store, item=1):
    """Hand an item in, and return what is to be awaited once the item was sent."""
    future = commit.submit(item)
    await until(lambda: store.under_way)
    return future


def test_what_is_handed_in_together_is_one_group_and_its_own_thread_writes_it(store, on_loop):
    async def handed_in(commit):
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


def test_those_who_come_while_a_write_is_under_way_share_the_next_one(store, on_loop):
    async def handed_in(commit):
        first = await under_way(commit, store)
        later = [commit.submit(number) for number in (2, 3)]
        store.answer()
        assert await first == 10
        assert store.begun == [[1], [2, 3]], "the next is under way when this one is told"
        store.answer()
        return await asyncio.gather(*later)

    assert on_loop(handed_in) == [20, 30]


def test_half_of_as_many_as_last_are_written_while_the_other_half_is_made(store, on_loop):
    async def handed_in(commit):
        store.prompt = True
        await asyncio.gather(*(commit.submit(number) for number in (1, 2, 3, 4)))
        waiting = [commit.submit(number) for number in (5, 6, 7)]
        begun = [*store.begun]
        return await asyncio.gather(*waiting), begun

    assert on_loop(handed_in) == ([50, 60, 70], [[1, 2, 3, 4], [5, 6]])
    assert store.begun[2:] == [[7]]


def test_who_was_begun_at_once_is_not_begun_again_when_the_loop_comes_to_it(store, on_loop):
    async def handed_in(commit):
        store.prompt = True
        await asyncio.gather(commit.submit(1), commit.submit(2))
        third = commit.submit(3)
        assert store.begun[1:] == [[3]], "one is enough: it is begun before the loop comes to it"
        await third
        await asyncio.sleep(0)

    on_loop(handed_in)
    assert store.begun == [[1, 2], [3]]


def test_whoever_hands_in_half_as_many_as_come_and_go_looks_whether_the_answer_is_there(
    store, on_loop
):
    async def handed_in(commit):
        first = await under_way(commit, store)
        store.answer()
        later = [commit.submit(number) for number in (2, 3)]
        begun = [*store.begun]
        store.prompt = True
        store.answer()
        return await asyncio.gather(first, *later), begun

    answers, begun = on_loop(handed_in)
    assert answers == [10, 20, 30]
    assert begun == [[1], [2, 3]], "and before the loop listened again"


@pytest.mark.parametrize(
    ("slow", "sizes"), [(False, {2}), (True, {4})], ids=["two halves", "all together"]
)
def test_those_who_come_and_go_go_in_two_halves_and_all_together_where_answers_are_slow(
    store, on_loop, slow, sizes
):
    """Halves stay halves: who stands in line goes before those who are told come again."""

    async def hand_in(commit, items):
        for item in items:
            if not item % 10:
                commit._pace._held_up = 10.0 if slow else -10.0  # noqa: SLF001  # as was found
            await commit.submit(item)

    async def handed_in(commit):
        store.prompt = True
        shares = [range(first, first + 12) for first in (0, 12, 24, 36)]
        await asyncio.gather(*(hand_in(commit, share) for share in shares))

    on_loop(handed_in)
    assert {len(group) for group in store.begun[3:-3]} == sizes
    assert sorted(store.written) == list(range(48))


def test_one_ear_serves_all_groups_until_the_line_is_another(store, on_loop):
    async def handed_in(commit):
        loop, listened = asyncio.get_running_loop(), []
        listen, loop.add_reader = loop.add_reader, lambda *args: listened.append(listen(*args))
        store.prompt = True
        for number in (1, 2):
            await commit.submit(number)
        before, other = len(listened), Store(prompt=True)
        (lane,) = commit._free  # noqa: SLF001
        lane._writing = other  # noqa: SLF001  # as one that was opened anew
        assert await commit.submit(3) == 30
        loop.add_reader = listen
        lane._writing = store  # noqa: SLF001
        lane._listen_no_more()  # noqa: SLF001
        other.dispose()
        return before, len(listened)

    assert on_loop(handed_in) == (1, 2)


def test_what_is_said_unasked_is_listened_to_no_more_until_something_is_under_way(store, on_loop):
    async def handed_in(commit):
        store.prompt = True
        await commit.submit(1)
        loop, silenced = asyncio.get_running_loop(), []
        silence, loop.remove_reader = loop.remove_reader, lambda ear: silenced.append(silence(ear))
        store.hang_up()
        await until(lambda: silenced)
        for _ in range(5):
            await asyncio.sleep(0)  # and does not call again, all the time
        loop.remove_reader = silence
        store._heard_all()  # noqa: SLF001  # whoever opens the line anew hears it no more
        store.heard = 0
        return silenced, await commit.submit(2)

    assert on_loop(handed_in) == ([True], 20)


def test_what_cannot_be_begun_without_waiting_is_left_to_the_hand(store, on_loop):
    store.refuses_to_begin = {1}

    async def handed_in(commit):
        both = commit.submit(1), commit.submit(2)
        return await asyncio.gather(*both), get_ident()

    answers, here = on_loop(handed_in)
    assert answers == [10, 20]
    assert store.whole == [[1, 2]]
    assert store.threads[-1] != here


def test_those_who_come_while_the_hand_writes_share_the_next_group(store, on_loop):
    store.cannot_stand, store.prompt = {1}, True
    store.let_write.clear()

    async def handed_in(commit):
        first = commit.submit(1)
        await until(store.writes.is_set)
        store.begun.clear()
        later = [commit.submit(number) for number in (2, 3)]
        await asyncio.sleep(0)
        assert not store.begun, "nothing is begun beside the hand"
        assert [*commit._busy][0]._ear is None, "and nobody else listens"  # noqa: RUF015, SLF001
        store.let_write.set()
        return await asyncio.gather(first, *later, return_exceptions=True)

    first, *later = on_loop(handed_in)
    assert isinstance(first, KeyError)
    assert later == [20, 30]
    assert (store.whole, store.begun) == ([[1]], [[2, 3]])


def test_a_refusal_is_told_apart_by_the_hand_and_never_fails_its_neighbours(store, on_loop):
    store.cannot_stand, store.prompt = {2}, True

    async def handed_in(commit):
        waiting = [commit.submit(number) for number in (1, 2, 3)]
        return await asyncio.gather(*waiting, return_exceptions=True)

    first, second, third = on_loop(handed_in)
    assert (first, third) == (10, 30)
    assert isinstance(second, KeyError)
    assert (store.begun, store.whole) == ([[1, 2, 3]], [[1, 2, 3]])


@pytest.mark.parametrize("by_hand", [False, True], ids=["when begun", "by the hand"])
def test_what_fails_as_a_whole_fails_for_each_and_the_next_goes_on(store, on_loop, by_hand):
    store.prompt, store.fails = True, {13}
    store.refuses_to_begin = {13} if by_hand else set()

    async def handed_in(commit):
        both = commit.submit(13), commit.submit(14)
        heard = await asyncio.gather(*both, return_exceptions=True)
        return heard, await commit.submit(15)

    heard, after = on_loop(handed_in)
    assert [type(one) for one in heard] == [ConnectionError] * 2
    assert after == 150


def test_whoever_stands_behind_a_group_that_fails_is_next_however_many_fail(store, on_loop):
    store.fails = set(range(2_000))

    async def handed_in(commit):
        waiting = [commit.submit(number) for number in range(2_000)]
        return await asyncio.gather(*waiting, return_exceptions=True)

    failed = on_loop(handed_in, waiting=2_000, apart=lambda _: ["all"])
    assert {type(one) for one in failed} == {ConnectionError}


def test_without_a_thread_nobody_waits_and_nothing_is_written_later(store, on_loop, monkeypatch):
    def none_left(*_):
        raise RuntimeError("can't start new thread")

    store.refuses_to_begin = {1, 3}

    async def handed_in(commit):
        with monkeypatch.context() as patched:
            patched.setattr("threading.Thread.start", none_left)
            (told,) = await asyncio.gather(commit.submit(1), return_exceptions=True)
        store.prompt = True
        return told, await commit.submit(2), await commit.submit(3)

    told, *after = on_loop(handed_in)
    assert isinstance(told, OutcomeUnknown)
    assert after == [20, 30]
    assert store.written == [2, 3]


def test_what_no_loop_can_listen_by_is_heard_by_the_hand(store, on_loop, tmp_path):
    with (tmp_path / "a file").open("w") as file:
        store.ear = file
        assert on_loop(lambda commit: commit.submit(1)) == 10
    assert (store.begun, store.whole) == ([[1]], [[1]])


def test_items_with_a_key_in_common_are_written_one_after_the_other_in_their_order(store, on_loop):
    store.prompt = True

    async def handed_in(commit):
        return await asyncio.gather(*(commit.submit(number) for number in (1, 2, 4, 3)))

    assert on_loop(handed_in, apart=lambda item: {item % 2}) == [10, 20, 40, 30]
    assert store.begun == [[1, 2], [4, 3]]


def test_whoever_finds_the_line_full_hears_so_at_once(store, on_loop):
    async def one_too_many(commit):
        waiting = [await under_way(commit, store)]
        waiting += [commit.submit(number) for number in (2, 3, 4, 5)]
        with pytest.raises(Overloaded):
            commit.submit(6)
        store.prompt = True
        store.answer()
        return await asyncio.gather(*waiting)

    assert on_loop(one_too_many) == [10, 20, 30, 40, 50]


def test_whoever_is_cancelled_does_not_hear_and_what_was_handed_in_is_written(store, on_loop):
    async def cancelled(commit):
        first = await under_way(commit, store)
        second, third = commit.submit(2), commit.submit(3)
        first.cancel()
        second.cancel()
        store.prompt = True
        store.answer()
        return await third

    assert on_loop(cancelled) == 30
    assert store.written == [1, 2, 3]


def closed_when_idle(store):
    async def closed(commit):
        commit.close()
        commit.close()
        return []

    return closed, []


def closed_when_due(store):
    async def closed(commit):
        waiting = [commit.submit(1), commit.submit(2)]
        commit.close()
        return waiting

    return closed, [1, 2]


def closed_when_sent(store):
    async def closed(commit):
        waiting = [await under_way(commit, store), commit.submit(2)]
        commit.close()
        return waiting

    return closed, [1, 2]


def closed_when_left(store):
    store.refuses_to_begin = {1}
    store.let_write.clear()

    async def closed(commit):
        waiting = [commit.submit(1)]
        await until(store.writes.is_set)
        waiting.append(commit.submit(2))
        asyncio.get_running_loop().run_in_executor(None, store.let_write.set)
        commit.close()
        return waiting

    return closed, [1, 2]


@pytest.mark.parametrize(
    "in_state", [closed_when_idle, closed_when_due, closed_when_sent, closed_when_left]
)
def test_closing_writes_what_is_under_way_and_what_waits_and_lets_nobody_in(
    store, on_loop, in_state
):
    closed, items = in_state(store)

    async def told(commit):
        waiting = await closed(commit)
        with pytest.raises(Overloaded):
            commit.submit(3)
        return await asyncio.gather(*waiting)

    assert on_loop(told) == [item * 10 for item in items]
    assert store.written == items
    assert store.closed
    assert not [one for one in enumerate_threads() if one.name.startswith("loop-commit")]


def test_closing_tells_those_whose_write_fails(store, on_loop):
    store.fails = {2}

    async def told(commit):
        waiting = [await under_way(commit, store), commit.submit(2)]
        commit.close()
        return await asyncio.gather(*waiting, return_exceptions=True)

    first, second = on_loop(told)
    assert first == 10
    assert isinstance(second, ConnectionError)
