"""A store whose writes are begun by an event loop, and answered when a test says so."""

import os
from contextlib import suppress
from threading import Event, Lock, get_ident

from infrastructure.lane import MustWait
from infrastructure.prepared_line import Ear


class Store:
    """Writes what is begun when it is told to, and is read from a pipe until then."""

    def __init__(self, *, prompt: bool = False) -> None:
        self.hears_by, self.voice = os.pipe()
        os.set_blocking(self.hears_by, False)
        self.ear, self.heard = Ear(self.hears_by), 0
        self.prompt = prompt
        self.begun: list[list[int]] = []
        self.written: list[int] = []
        self.whole: list[list[int]] = []
        self.threads: list[int] = []
        self.refuses_to_begin: set[int] = set()
        self.cannot_stand: set[int] = set()
        self.fails: set[int] = set()
        self.under_way: list[int] = []
        self.let_write, self.writes = Event(), Event()
        self.let_write.set()
        self.closed = 0
        self.alone = Lock()

    def begin(self, items) -> Ear:
        with self.alone:
            self.threads.append(get_ident())
            if self.refuses_to_begin & {*items}:
                raise MustWait
            if self.fails & {*items}:
                raise ConnectionError
            assert not self.under_way, "two groups at once"
            self.begun.append(items)
            self.under_way = items
        if self.prompt:
            self.answer()
        return self.ear

    def answer(self) -> None:
        os.write(self.voice, b"ab")

    def hang_up(self) -> None:
        """Have something to say that nobody asked for."""
        os.write(self.voice, b"c")

    def end(self, items):
        with self.alone:
            assert self.under_way == items
            if not self._heard_all():
                return None
            self.under_way = []
            if self.cannot_stand & {*items}:
                raise MustWait
            self.written += items
        return [item * 10 for item in items]

    def _heard_all(self) -> bool:
        """Hear one of the two words of an answer, if there is one; say whether it was the last."""
        with suppress(BlockingIOError):
            self.heard += len(os.read(self.hears_by, 1))
        whole = self.heard == 2
        self.heard %= 2
        return whole

    def write(self, items):
        """Do all that waits: go on with what is under way, or begin and end it."""
        self.writes.set()
        assert self.let_write.wait(20)
        with self.alone:
            assert self.under_way in ([], items)
            if self.under_way:
                self._heard_all()
                self.under_way, self.heard = [], 0
            if self.fails & {*items}:
                raise ConnectionError
            self.whole.append(items)
            self.threads.append(get_ident())
            stand = [item for item in items if item not in self.cannot_stand]
            self.written += stand
        return [item * 10 if item in stand else KeyError(item) for item in items]

    def close(self) -> None:
        with self.alone:
            assert not self.under_way, "closed in the middle of a group"
            self.closed += 1

    def dispose(self) -> None:
        """Give its descriptors back."""
        os.close(self.hears_by)
        os.close(self.voice)
