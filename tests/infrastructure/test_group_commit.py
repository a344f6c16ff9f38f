import sys
from concurrent.futures import ThreadPoolExecutor, wait
from dis import opname
from functools import partial
from linecache import getline
from threading import Barrier, Event, Lock, Thread, get_ident, main_thread
from typing import Any

import pytest

from application.ledger import OutcomeUnknown, Overloaded
from infrastructure import calls, group_commit
from infrastructure.group_commit import GroupCommit

SECONDS = 20
OURS = {calls.__file__, group_commit.__file__}


class Slow:
    """A store that keeps what it is given, and holds its first write until it is let go."""

    def __init__(self) -> None:
        self.groups: list[list] = []
        self.begun, self.go = Event(), Event()

    def __call__(self, items) -> list:
        self.groups.append(list(items))
        self.begun.set()
        assert self.go.wait(10)
        return [item * 10 for item in items]


def in_line(group: GroupCommit, count: int) -> None:
    while len(group._line) < count:  # noqa: SLF001  # there is no other sign of who waits
        pass


def test_those_who_come_while_a_write_is_under_way_share_the_next_one():
    store = Slow()
    commit = GroupCommit(store)
    with ThreadPoolExecutor() as people:
        first = people.submit(commit, 1)
        store.begun.wait(10)
        later = []
        for number in (2, 3, 4):
            later.append(people.submit(commit, number))
            in_line(commit, number - 1)
        store.go.set()
        assert [one.result(10) for one in (first, *later)] == [10, 20, 30, 40]
    assert store.groups == [[1], [2, 3, 4]]


def test_one_refusal_never_fails_its_neighbours():
    def write(items):
        return [KeyError(item) if item % 7 == 0 else item for item in items]

    commit = GroupCommit(write)

    def try_it(item):
        try:
            return commit(item)
        except KeyError as error:
            return error.args

    with ThreadPoolExecutor(16) as people:
        answers = list(people.map(try_it, range(500)))
    assert answers == [(item,) if item % 7 == 0 else item for item in range(500)]


def test_a_write_that_fails_as_a_whole_fails_for_each_and_the_next_goes_on():
    def write(items):
        if 13 in items:
            raise ConnectionError
        return items

    commit = GroupCommit(write)
    with pytest.raises(ConnectionError):
        commit(13)
    assert commit(14) == 14


def test_a_write_that_answers_for_too_few_leaves_nobody_waiting():
    commit = GroupCommit(lambda items: items[1:])
    with pytest.raises(OutcomeUnknown):
        commit(1)
    with pytest.raises(OutcomeUnknown):
        commit(2)


def test_items_with_a_key_in_common_are_written_one_after_the_other_in_their_order():
    store = Slow()
    commit = GroupCommit(store, apart=lambda item: {item % 2})
    with ThreadPoolExecutor() as people:
        calls = [people.submit(commit, 1)]
        store.begun.wait(10)
        for number in (2, 4, 3, 5):
            calls.append(people.submit(commit, number))
            in_line(commit, len(calls) - 1)
        store.go.set()
        for one in calls:
            one.result(10)
    assert store.groups == [[1], [2, 3], [4, 5]]


def test_who_comes_when_the_line_is_full_hears_so_at_once():
    store = Slow()
    commit = GroupCommit(store, waiting=2)
    with ThreadPoolExecutor() as people:
        calls = [people.submit(commit, 1)]
        store.begun.wait(10)
        for number in (2, 3):
            calls.append(people.submit(commit, number))
            in_line(commit, number - 1)
        with pytest.raises(Overloaded):
            commit(4)
        store.go.set()
        assert [one.result(10) for one in calls] == [10, 20, 30]


def test_no_call_is_lost_or_written_twice_however_many_come_at_once():
    written: list[int] = []
    alone = Lock()

    def write(items):
        assert alone.acquire(blocking=False), "two groups at once"
        written.extend(items)
        alone.release()
        return items

    commit = GroupCommit(write, most=5, apart=lambda item: {item % 11})
    ready = Barrier(32)

    def hand_in(start: int) -> None:
        ready.wait()
        for item in range(start, start + 100):
            assert commit(item) == item

    people = [Thread(target=hand_in, args=(start * 100,)) for start in range(32)]
    for one in people:
        one.start()
    for one in people:
        one.join(30)
    assert sorted(written) == list(range(3200))


def test_a_caller_who_finds_nobody_writing_writes_by_itself_and_the_main_thread_never_does():
    threads = []
    commit = GroupCommit(lambda items: [threads.append(get_ident()) for _ in items])
    with ThreadPoolExecutor(1) as people:
        me = people.submit(get_ident).result()
        people.submit(commit, 1).result(SECONDS)
        commit(2)
    assert threads[0] == me
    assert threads[1] not in {me, main_thread().ident}


class Interrupts:
    """Interrupts the main thread in our code at the first place where CPython looks for signals.

    That is after a call, and where a function begins. Or at the second, and so on.
    """

    def __init__(self, at: int) -> None:
        self.left, self.last = at, ""

    def __call__(self, frame, event, argument) -> Any:  # more is told than is asked
        if frame.f_code.co_filename not in OURS:
            return None
        frame.f_trace_opcodes = True
        if event == "opcode":
            last, self.last = self.last, opname[frame.f_code.co_code[frame.f_lasti]]
            self.left -= last in {"CALL", "RESUME"}
            if self.left == 0:
                raise KeyboardInterrupt
        return self


def traced(trace, do) -> bool:
    """Do something, and say whether it was interrupted."""
    before = sys.gettrace()
    sys.settrace(trace)
    try:
        do()
    except KeyboardInterrupt:
        return True
    finally:
        sys.settrace(before)
    return False


def test_wherever_an_interrupt_comes_to_the_main_thread_nobody_else_waits_for_it():
    written = []
    commit = GroupCommit(lambda items: [written.append(item) for item in items])
    with ThreadPoolExecutor() as people:
        at = 1
        while traced(Interrupts(at), partial(commit, -at)):
            people.submit(commit, at).result(SECONDS)
            at += 1
        commit.close()
    assert at > 10, "there are places in our code"
    assert [item for item in written if item > 0] == list(range(1, at))
    assert len(set(written)) == len(written)


def test_whoever_is_called_away_while_in_line_leaves_it_and_is_not_written():
    store = Slow()
    commit = GroupCommit(store)
    with ThreadPoolExecutor() as people:
        first = people.submit(commit, 1)
        store.begun.wait(SECONDS)

        assert traced(away_from(commit), partial(commit, 2))
        last = people.submit(commit, 4)
        in_line(commit, 1)
        store.go.set()
        assert (first.result(SECONDS), last.result(SECONDS)) == (10, 40)
    assert store.groups == [[1], [4]]


def away_from(commit):
    """Interrupt whoever is about to wait, once its item stands in line."""

    def trace(frame, event, argument):
        path = frame.f_code.co_filename
        if path not in OURS:
            return None
        waits = "told.acquire()" in getline(path, frame.f_lineno)
        if event == "line" and waits and commit._line:  # noqa: SLF001
            raise KeyboardInterrupt
        return trace

    return trace


def test_closing_writes_what_stands_in_line_and_lets_nobody_in_any_more():
    store = Slow()
    commit = GroupCommit(store)
    with ThreadPoolExecutor() as people:
        waiting = [people.submit(commit, 1)]
        store.begun.wait(SECONDS)
        waiting.append(people.submit(commit, 2))
        in_line(commit, 1)
        closing = people.submit(commit.close)
        while not commit._line.closed:  # noqa: SLF001  # it says so nowhere else
            pass
        with pytest.raises(Overloaded):
            commit(3)
        store.go.set()
        closing.result(SECONDS)
        assert [one.result(SECONDS) for one in waiting] == [10, 20]
    commit.close()
    assert store.groups == [[1], [2]]
    assert not commit._writer.is_alive()  # noqa: SLF001  # and its thread has ended


def test_closing_waits_for_a_caller_who_writes_by_itself():
    store = Slow()
    commit = GroupCommit(store)
    with ThreadPoolExecutor() as people:
        writing = people.submit(commit, 1)
        store.begun.wait(SECONDS)
        closing = people.submit(commit.close)
        assert not wait([closing], 0.05).done
        store.go.set()
        closing.result(SECONDS)
        assert writing.result(SECONDS) == 10


def test_what_interrupts_a_write_is_for_one_and_the_others_hear_that_nobody_knows():
    store = Slow()
    commit = GroupCommit(lambda items: ended() if 2 in items else store(items))

    def ended():
        raise SystemExit

    with ThreadPoolExecutor() as people:
        first = people.submit(commit, 1)
        store.begun.wait(SECONDS)
        later = []
        for number in (2, 3):
            later.append(people.submit(commit, number))
            in_line(commit, number - 1)
        store.go.set()
        assert first.result(SECONDS) == 10
        assert [type(one.exception(SECONDS)) for one in later] == [SystemExit, OutcomeUnknown]
        assert people.submit(commit, 4).result(SECONDS) == 40
