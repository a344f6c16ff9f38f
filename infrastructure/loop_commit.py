"""Group commit for coroutines: their event loop writes by itself, and does other things meanwhile.

It sends a group, and hears the answer as it hears its clients. So no thread is woken for an append,
which takes longer than the write itself, and none waits for another to hand the interpreter over.
All is done on the loop's own thread, over lines that nobody else writes by: so there is nothing to
lock, and a loop that hangs or has ended keeps nobody else waiting.
"""

import asyncio
from collections.abc import Callable, Collection, Hashable, Iterable, Sequence
from typing import Generic, TypeVar

from infrastructure.calls import MOST, WAITING, Line, apart_from_none
from infrastructure.lane import Awaited, Lane, Writing, tell
from infrastructure.pace import Pace

T = TypeVar("T")
R = TypeVar("R")


class LoopCommit(Generic[T, R]):
    """The group commit of one event loop; each future gets the outcome of its own item.

    Whoever stands in line is written as soon as the loop comes to it, where nothing is under way;
    else once enough do, over a lane that is free: so the database has the next group when it is
    done with one, before the loop has heard of that. Items that have a key of ``apart`` in common
    are never under way together.
    """

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        writings: Iterable[Writing[T, R]],
        *,
        apart: Callable[[T], Collection[Hashable]] = apart_from_none,
        most: int = MOST,
        waiting: int = WAITING,
    ) -> None:
        self._loop, self._apart = loop, apart
        self._line: Line[Awaited[T, R]] = Line(most, waiting)
        self._pace = Pace(most)
        self._soon: asyncio.Handle | None = None  # by which what is due is begun
        self._free = [Lane(loop, writing, self._ended) for writing in writings]
        self._busy: list[Lane[T, R]] = []  # in the order in which their groups were sent
        self._kept_back = False

    def submit(self, item: T) -> "asyncio.Future[R]":
        """Have an item written with whatever else is handed in; return what can be awaited.

        Whoever cancels it does not hear what became of the item, and changes nothing of it. Raises
        `Overloaded`.
        """
        future: asyncio.Future[R] = self._loop.create_future()
        self._line.join(Awaited(item, self._apart(item), future))
        if len(self._line) >= self._pace.enough:
            self._go_now()
        elif not self._soon:
            self._go_soon()
        return future

    def close(self) -> None:
        """Write what stands in line, and wait for it. Whoever comes now hears: it is full.

        For the loop's own thread, or any where the loop does not run any more.
        """
        self._line.closed = True
        if self._soon:
            self._soon.cancel()
        for lane in [*self._busy, *self._free]:
            lane.finish()
        while self._line:
            self._free[0].write(self._line.group())
        for lane in self._free:
            lane.close()

    def _go_now(self) -> None:
        """Send those who are enough: over the lane that was answered by now, or over another."""
        if self._busy:
            self._busy[0].hear()
        if len(self._line) >= self._pace.enough:
            self._begin()

    def _go_soon(self) -> None:
        """Begin soon, where nothing is under way: whoever is about to hand in shall share it."""
        if self._line and not (self._busy or self._soon or self._line.closed):
            self._soon = self._loop.call_soon(self._begin)

    def _begin(self) -> None:
        """Send who stands in line, where a lane is free and nobody in line waits for another."""
        if self._soon:
            self._soon.cancel()
            self._soon = None
        if not self._free or (self._busy and self._kept_back):
            return
        group = self._line.group({key for lane in self._busy for key in lane.reserved()})
        self._kept_back = bool(self._line)
        if group:
            lane = self._free.pop()
            self._busy.append(lane)
            lane.since = self._pace.sent(len(group))
            lane.begin(group)

    def _ended(
        self,
        lane: Lane[T, R],
        group: Sequence[Awaited[T, R]],
        outcomes: Sequence[R | BaseException] | BaseException,
        *,
        heard: bool,
    ) -> None:
        """Tell a group what became of it; whoever stands in line is next.

        They go before those who are told come again: else all would stand in line at once, and
        nobody make anything while they are written. Where all go together, they wait for them.
        """
        if lane in self._busy:
            self._busy.remove(lane)
            self._free.append(lane)
        self._kept_back = False
        if heard:
            self._pace.heard(lane.since)
            if len(self._line) >= self._pace.enough and not self._line.closed:
                self._begin()
        if not self._pace.gathers:
            self._go_soon()
        tell(self._loop, group, outcomes)
        self._go_soon()
