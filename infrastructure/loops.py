"""A group commit for each event loop that hands something in."""

import asyncio
from collections.abc import Callable, Collection, Hashable
from concurrent.futures import Future
from contextlib import suppress
from threading import Lock
from typing import Any, Final, Generic, TypeVar

from application.ledger import Overloaded
from infrastructure.lane import Writing
from infrastructure.loop_commit import LoopCommit

T = TypeVar("T")
R = TypeVar("R")

LANES: Final = 2
"""Lines of one event loop, each opened when it is first needed: while the database writes a group
that came by one, the next is there by the other. A third would only stand behind both."""
CLOSING_SECONDS: Final = 30.0
"""How long a loop that runs elsewhere may take to write what it has."""


class LoopCommits(Generic[T, R]):
    """Opens what writes for an event loop when it first hands something in."""

    def __init__(
        self,
        open_writing: Callable[[], Writing[T, R]],
        apart: Callable[[T], Collection[Hashable]],
        lanes: int = LANES,
    ) -> None:
        self._open_writing, self._apart, self._lanes = open_writing, apart, lanes
        self._commits: dict[asyncio.AbstractEventLoop, LoopCommit[T, R]] = {}
        self._door = Lock()  # for whoever comes first, and for who closes
        self._closed = False

    def submit(self, item: T) -> "asyncio.Future[R]":
        """Have the running loop write an item (`LoopCommit.submit`)."""
        loop = asyncio.get_running_loop()
        commit = self._commits.get(loop)
        return (commit or self._opened(loop)).submit(item)

    def close(self) -> None:
        """Write what any loop has in hand. Whoever comes now hears that the house is full."""
        with self._door:
            self._closed = True
            for loop, commit in self._commits.items():
                _close(loop, commit)

    def _opened(self, loop: asyncio.AbstractEventLoop) -> LoopCommit[T, R]:
        with self._door:
            if self._closed:
                raise Overloaded
            for ended in [one for one in self._commits if one.is_closed()]:
                self._commits.pop(ended).close()
            writings = [self._open_writing() for _ in range(self._lanes)]
            commit = LoopCommit(loop, writings, apart=self._apart)
            self._commits[loop] = commit
            return commit


def _close(loop: asyncio.AbstractEventLoop, commit: LoopCommit[Any, Any]) -> None:
    """Have a loop that runs in another thread close its own; it alone may."""
    here = None
    with suppress(RuntimeError):
        here = asyncio.get_running_loop()
    if loop is here or not loop.is_running():
        commit.close()
        return
    closed: Future[None] = Future()

    def close() -> None:
        commit.close()
        closed.set_result(None)

    with suppress(RuntimeError, TimeoutError):
        loop.call_soon_threadsafe(close)
        closed.result(CLOSING_SECONDS)
    if loop.is_closed():  # before it came to that
        commit.close()
