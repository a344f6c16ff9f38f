"""An event loop that writes by two lines: the next group is under way before one is answered."""

import asyncio
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from anyio.from_thread import start_blocking_portal
from begun_store import Store

from infrastructure.loop_commit import LoopCommit

SECONDS = 20


class Lines:
    """Two stores, of which the first to be asked is ``one``."""

    def __init__(self) -> None:
        self.other, self.one = Store(prompt=True), Store(prompt=True)

    def be_asked(self, prompt: bool) -> None:
        """Have both answer at once, or when they are told to."""
        self.other.prompt = self.one.prompt = prompt

    def forget(self) -> None:
        """Begin to watch: what came before was to come and go two by two."""
        self.be_asked(prompt=False)
        for store in (self.other, self.one):
            store.begun.clear()
            store.written.clear()

    def __iter__(self) -> Iterator[Store]:
        return iter((self.other, self.one))


@pytest.fixture
def lines():
    lines = Lines()
    yield lines
    for store in lines:
        store.dispose()


@pytest.fixture
def on_loop(lines):
    """Call with the group commit of an event loop, for which two are enough."""

    async def opened(told, how):
        commit = LoopCommit(asyncio.get_running_loop(), lines, **how)
        try:
            async with asyncio.timeout(SECONDS):
                await two_are_enough(commit, lines)
                return await told(commit)
        finally:
            lines.be_asked(prompt=True)
            commit.close()

    with start_blocking_portal() as portal:
        yield lambda told, **how: portal.call(opened, told, how)


async def two_are_enough(commit, lines):
    commit._pace._held_up = -10.0  # noqa: SLF001  # answers are quick, whatever else runs here
    for count in (4, 2, 2):  # then two of four that come and go are enough
        await asyncio.gather(*hand_in(commit, *range(-count, 0)))
    lines.forget()


def hand_in(commit, *items):
    return [commit.submit(item) for item in items]


def test_the_next_group_goes_by_the_other_line_before_the_first_is_answered(lines, on_loop):
    async def handed_in(commit):
        first, second = hand_in(commit, 1, 2), hand_in(commit, 3, 4)
        assert (lines.one.begun, lines.other.begun) == ([[1, 2]], [[3, 4]])
        lines.other.answer()
        assert await asyncio.gather(*second) == [30, 40]
        assert not any(future.done() for future in first), "which is not answered yet"
        lines.one.answer()
        return await asyncio.gather(*first)

    assert on_loop(handed_in) == [10, 20]


def test_who_comes_while_both_are_under_way_waits_for_whichever_is_answered(lines, on_loop):
    async def handed_in(commit):
        waiting = hand_in(commit, 1, 2, 3, 4, 5, 6)
        assert (lines.one.begun, lines.other.begun) == ([[1, 2]], [[3, 4]])
        lines.other.answer()
        assert await asyncio.gather(*waiting[2:4]) == [30, 40]
        assert lines.other.begun == [[3, 4], [5, 6]]
        lines.be_asked(prompt=True)
        lines.one.answer()
        lines.other.answer()
        return await asyncio.gather(*waiting)

    assert on_loop(handed_in) == [10, 20, 30, 40, 50, 60]


def test_a_line_that_was_answered_by_now_goes_before_one_that_is_cold(lines, on_loop):
    async def handed_in(commit):
        first = hand_in(commit, 1, 2)
        lines.one.answer()
        next(iter(commit._busy)).hear()  # noqa: SLF001  # the first of two words
        second = hand_in(commit, 3, 4)
        begun = [*lines.one.begun], [*lines.other.begun]
        lines.one.answer()
        return await asyncio.gather(*first, *second), begun

    told, begun = on_loop(handed_in)
    assert told == [10, 20, 30, 40]
    assert begun == ([[1, 2], [3, 4]], [])


def test_fewer_than_are_enough_go_by_no_other_line_and_go_once_all_are_answered(
    lines, on_loop, monkeypatch
):
    monkeypatch.setattr("infrastructure.loop_commit.PATIENCE_SECONDS", 3 * SECONDS)

    async def handed_in(commit):
        first, third = hand_in(commit, 1, 2), hand_in(commit, 3)
        await asyncio.sleep(0)
        assert lines.other.begun == []
        lines.be_asked(prompt=True)
        lines.one.answer()
        return await asyncio.gather(*first, *third)

    assert on_loop(handed_in) == [10, 20, 30]
    assert lines.one.begun == [[1, 2], [3]]


def test_items_with_a_key_in_common_are_never_under_way_together(lines, on_loop):
    async def handed_in(commit):
        first, later = hand_in(commit, 1, 2), hand_in(commit, 11, 3)
        assert (lines.one.begun, lines.other.begun) == ([[1, 2]], [[3]])
        later += hand_in(commit, 4, 5)
        lines.other.answer()
        assert await later[1] == 30
        assert lines.other.begun == [[3], [4, 5]], "and nobody waits for the one who has to"
        lines.be_asked(prompt=True)
        lines.other.answer()
        lines.one.answer()
        return await asyncio.gather(*first, *later)

    assert on_loop(handed_in, apart=lambda item: {item % 10}) == [10, 20, 110, 30, 40, 50]
    assert lines.one.begun[1:] == [[11]]


def test_who_waits_for_an_item_under_way_keeps_nobody_else_from_a_free_line(lines, on_loop):
    async def handed_in(commit):
        first, waits = hand_in(commit, 1, 2), hand_in(commit, 11, 21)
        lines.be_asked(prompt=True)
        told = await asyncio.gather(*hand_in(commit, 3, 4, 5, 6))
        lines.one.answer()
        return told, await asyncio.gather(*first, *waits)

    told = on_loop(handed_in, apart=lambda item: {item % 10})
    assert told == ([30, 40, 50, 60], [10, 20, 110, 210])


def test_fewer_than_are_enough_do_not_wait_for_a_line_that_hangs(lines, on_loop):
    async def handed_in(commit):
        first = hand_in(commit, 1, 2)
        lines.be_asked(prompt=True)
        told = await asyncio.gather(*hand_in(commit, 3))
        assert not any(future.done() for future in first)
        lines.one.answer()
        return told, await asyncio.gather(*first)

    assert on_loop(handed_in) == ([30], [10, 20])


def test_who_was_kept_back_goes_when_that_is_answered_whatever_else_is_under_way(
    lines, on_loop, monkeypatch
):
    monkeypatch.setattr("infrastructure.loop_commit.PATIENCE_SECONDS", 3 * SECONDS)

    async def handed_in(commit):
        first, waits = hand_in(commit, 1, 2), hand_in(commit, 11, 12)
        others = hand_in(commit, 3, 4)
        assert (lines.one.begun, lines.other.begun) == ([[1, 2]], [[3, 4]])
        lines.one.answer()
        lines.one.prompt = True
        told = await asyncio.gather(*first, *waits)
        assert not any(future.done() for future in others)
        lines.other.answer()
        return told, await asyncio.gather(*others)

    told = on_loop(handed_in, apart=lambda item: {item % 10})
    assert told == ([10, 20, 110, 120], [30, 40])


def test_who_is_kept_back_is_not_looked_for_again_with_everybody_who_comes(lines, on_loop):
    async def handed_in(commit):
        waiting = hand_in(commit, 1, 2, 11, 21)
        assert lines.other.begun == []
        looked, commit._line.group = [], lambda *_: looked.append(1)  # noqa: SLF001
        waiting += hand_in(commit, 31)
        del commit._line.group  # noqa: SLF001
        lines.be_asked(prompt=True)
        lines.one.answer()
        return await asyncio.gather(*waiting), looked

    told, looked = on_loop(handed_in, apart=lambda item: {item % 10})
    assert told == [10, 20, 110, 210, 310]
    assert looked == []


def test_a_group_that_is_told_apart_by_the_hand_keeps_no_other_from_going_on(lines, on_loop):
    lines.one.cannot_stand = {1}

    async def handed_in(commit):
        lines.one.let_write.clear()
        first, second = hand_in(commit, 1, 2), hand_in(commit, 3, 4)
        lines.one.answer()
        while not lines.one.writes.is_set():  # noqa: ASYNC110  # there is no other sign of it
            await asyncio.sleep(0)
        lines.other.answer()
        told = await asyncio.gather(*second)
        lines.one.let_write.set()
        return told, await asyncio.gather(*first, return_exceptions=True)

    told, (refused, stands) = on_loop(handed_in)
    assert (told, stands) == ([30, 40], 20)
    assert isinstance(refused, KeyError)


def test_a_line_that_breaks_breaks_no_other(lines, on_loop):
    lines.other.fails = {3}

    async def handed_in(commit):
        first, second = hand_in(commit, 1, 2), hand_in(commit, 3, 4)
        lines.one.answer()
        return await asyncio.gather(*first, *second, return_exceptions=True)

    *written, third, fourth = on_loop(handed_in)
    assert written == [10, 20]
    assert [type(third), type(fourth)] == [ConnectionError, ConnectionError]


def test_closing_waits_for_both_and_then_writes_who_stands_in_line(lines, on_loop):
    async def closed(commit):
        waiting = hand_in(commit, 1, 2, 3, 4, 5)
        commit.close()
        return await asyncio.gather(*waiting)

    assert on_loop(closed) == [10, 20, 30, 40, 50]
    assert sorted(lines.one.written + lines.other.written) == [1, 2, 3, 4, 5]
    assert [store.closed for store in lines] == [2, 2], "here, and at the end of the test"


def test_closing_waits_for_one_that_was_sent_and_one_that_the_hand_has(lines, on_loop):
    async def closed(commit):
        waiting = with_the_hand(commit, lines)
        commit.close()
        return await asyncio.gather(*waiting)

    assert on_loop(closed) == [10, 20, 30, 40, 50]
    assert sorted(lines.one.written + lines.other.written) == [1, 2, 3, 4, 5]


def test_what_both_had_when_their_loop_ended_is_written_once(lines):
    async def left(loop):
        commit = LoopCommit(loop, lines)
        await two_are_enough(commit, lines)
        with_the_hand(commit, lines)
        return commit

    def on_a_loop_that_ends():
        loop = asyncio.new_event_loop()
        commit = loop.run_until_complete(left(loop))
        loop.close()
        return commit

    with ThreadPoolExecutor(1) as elsewhere:
        commit = elsewhere.submit(on_a_loop_that_ends).result(SECONDS)
    commit.close()
    assert sorted(lines.one.written + lines.other.written) == [1, 2, 3, 4, 5]
    assert [store.closed for store in lines] == [1, 1]


def with_the_hand(commit, lines):
    """Hand in, so that one line was sent a group, the hand has the other's, and one is in line."""
    lines.other.refuses_to_begin = {3}
    lines.other.let_write.clear()
    waiting = hand_in(commit, 1, 2, 3, 4, 5)
    assert (lines.one.begun, lines.other.begun) == ([[1, 2]], [])
    lines.other.let_write.set()
    return waiting
