"""Many who ask the same at one moment get one answer, and never one begun before they asked."""

import time
from concurrent.futures import Future, ThreadPoolExecutor
from threading import Event

import pytest

from infrastructure import together
from infrastructure.together import Together

PATIENCE = 10


class Desk:
    """Answers with the number of the answer, as soon as it may."""

    def __init__(self) -> None:
        self.together, self.given = Together(), 0
        self.begun, self.go_on = Event(), Event()

    def ask(self):
        return self.together("how far?", self.answer)

    def answer(self):
        self.given += 1
        mine = self.given
        self.begun.set()
        assert self.go_on.wait(PATIENCE)
        if mine == 3:
            raise LookupError
        return mine


@pytest.fixture
def waiting(monkeypatch):
    """Who waits for an answer, or for its turn to give one."""
    seen = []

    class Seen(Future):
        def result(self, timeout=None):
            seen.append(self)
            return super().result(timeout)

        def exception(self, timeout=None):
            seen.append(self)
            return super().exception(timeout)

    monkeypatch.setattr(together, "Future", Seen)
    return seen


def test_those_who_ask_meanwhile_share_the_next_answer_and_its_error(waiting):
    desk = Desk()
    with ThreadPoolExecutor(6) as threads:
        first = threads.submit(desk.ask)
        assert desk.begun.wait(PATIENCE)
        others = [threads.submit(desk.ask) for _ in range(5)]
        until = time.monotonic() + PATIENCE
        while len(waiting) < 5:
            assert time.monotonic() < until
        desk.go_on.set()
        assert first.result(PATIENCE) == 1
        assert [one.result(PATIENCE) for one in others] == [2] * 5
    with pytest.raises(LookupError):
        desk.ask()
    assert desk.ask() == 4, "nothing is kept"
