"""How many are enough for a group: half of those who come and go, or all where answers are slow."""

import pytest

from infrastructure.pace import Pace

MOST = 512
PAGE = 0.000_04
"""Seconds of work for one page."""


class Clock:
    """A time that passes when it is told to, and the work that was done in it."""

    def __init__(self) -> None:
        self.now = self.worked = 0.0
        self.pace = Pace(MOST, now=lambda: self.now, worked=lambda: self.worked)

    def make(self, pages: int) -> None:
        self.now += pages * PAGE
        self.worked += pages * PAGE

    def write(self, pages: int, answer: float) -> int:
        """Make and send so many, and hear the answer after a while; return how many are enough."""
        self.make(pages)
        sent_at = self.pace.sent(pages)
        self.now += answer
        self.pace.heard(sent_at)
        return self.pace.enough


@pytest.fixture
def clock():
    return Clock()


def test_the_first_group_is_of_all_who_are_there(clock):
    assert clock.pace.enough == MOST


def test_then_half_of_as_many_as_come_and_go_are_enough(clock):
    assert [clock.write(pages, 0.0001) for pages in (32, 16, 16, 9, 8)] == [16, 24, 16, 13, 9]


def test_a_lone_writer_waits_for_nobody(clock):
    assert [clock.write(1, 0.000_02) for _ in range(5)] == [1] * 5


def test_where_an_answer_takes_longer_than_all_pages_they_go_together(clock):
    told = [clock.write(4, 0.002) for _ in range(40)]
    assert told[-1] == MOST


def test_an_answer_that_takes_as_long_as_the_others_take_to_be_made_is_quick(clock):
    assert {clock.write(16, 16 * PAGE) for _ in range(40)} == {8, 16}


def test_a_group_that_stood_behind_another_was_begun_when_that_was_done(clock):
    """Else all would be found slow wherever two are under way, and go together."""
    clock.make(16)
    first = clock.pace.sent(16)
    for _ in range(40):
        clock.make(16)
        second = clock.pace.sent(16)
        clock.now += 20 * PAGE
        clock.pace.heard(first)
        first = second
    assert clock.pace.enough == 16


def test_what_the_disk_held_up_once_is_soon_made_up_for(clock):
    for _ in range(40):
        clock.write(16, 16 * PAGE)
    clock.write(16, 0.01)
    told = [clock.write(16, 16 * PAGE) for _ in range(40)]
    assert told[-1] == 16


def test_where_answers_are_quick_again_half_are_enough_again(clock):
    for _ in range(40):
        clock.write(4, 0.002)
    told = [clock.write(8, 0.0003) for _ in range(60)]
    assert told[-1] == 8, "of two halves"
    assert 4 in told, "and the first of them is half of those who went together"


def test_who_waited_for_the_clock_made_nothing_meanwhile(clock):
    """Where callers come from far away, it is their way that takes long, and not the answer."""
    for _ in range(40):
        clock.now += 1.0
        assert clock.write(4, 0.0001) < MOST
