from concurrent.futures import ThreadPoolExecutor
from threading import Barrier, Event, Lock, Thread

import pytest

from application.ledger import OutcomeUnknown, Overloaded
from infrastructure.calls import Call
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


def test_whoever_is_called_away_while_in_line_is_not_waited_for():
    store = Slow()
    commit = GroupCommit(store)

    with ThreadPoolExecutor() as people:
        first = people.submit(commit, 1)
        store.begun.wait(10)
        for number in (2, 3):
            gone = Call(number, frozenset())
            with commit._door:  # noqa: SLF001
                commit._line.append(gone)  # noqa: SLF001
            gone.turn = Gone()
            with pytest.raises(KeyboardInterrupt):
                commit._await(gone)  # noqa: SLF001
        last = people.submit(commit, 4)
        in_line(commit, 1)
        store.go.set()
        assert (first.result(10), last.result(10)) == (10, 40)
    assert store.groups == [[1], [4]]


class Gone:
    """A turn that somebody stopped waiting for."""

    def acquire(self) -> bool:
        raise KeyboardInterrupt
