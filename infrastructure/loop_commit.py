"""Group commit for coroutines: their event loop writes by itself, and does other things meanwhile.

It sends a group, and hears the answer as it hears its clients. So no thread is woken for an append,
which takes longer than the write itself, and none waits for another to hand the interpreter over.
All is done on the loop's own thread, over lines that nobody else writes by: so there is nothing to
lock, and a loop that hangs or has ended keeps nobody else waiting.
"""

import asyncio
from collections.abc import Callable, Collection, Hashable, Iterable, Sequence
from typing import Final, Generic, TypeVar

from infrastructure.calls import MOST, WAITING, Line, apart_from_none
from infrastructure.lane import Awaited, Lane, Writing, tell
from infrastructure.pace import Pace

T = TypeVar("T")
R = TypeVar("R")

PATIENCE_SECONDS: Final = 0.1
"""How long fewer than are enough wait for an answer while another line is free. It comes in a few
milliseconds, or the line hangs, and may for `WritingLine.ANSWER_SECONDS`."""


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
        self._busy: dict[Lane[T, R], float] = {}  # in the order in which they were sent, and when

    def submit(self, item: T) -> "asyncio.Future[R]":
        """Have an item written with whatever else is handed in; return what can be awaited.

        Whoever cancels it does not hear what became of the item, and changes nothing of it. Raises
        `Overloaded`.
        """
        future: asyncio.Future[R] = self._loop.create_future()
        self._line.join(Awaited(item, self._apart(item), future))
        if self._line.ready >= self._pace.enough:
            self._go_now()
        elif not self._soon:
            self._go_soon()
        return future

    def close(self) -> None:
        """Write what stands in line, and wait for it. Whoever comes now hears: it is full.

        For the loop's own thread, or any where the loop does not run any more.
        """
        self._line.closed = True
        self._be_soon_no_more()
        for lane in [*self._busy, *self._free]:
            lane.finish()
        while self._line:
            self._free[0].write(self._line.group())
        for lane in self._free:
            lane.close()

    def _go_now(self) -> None:
        """Send those who are enough: over the lane that was answered by now, or over another."""
        if self._busy:
            next(iter(self._busy)).hear()
        if self._line.ready >= self._pace.enough:
            self._begin()

    def _go_soon(self) -> None:
        """Begin soon, where nothing is under way: whoever is about to hand in shall share it."""
        if self._soon or self._line.closed or not self._line:
            return
        if not self._busy:
            self._soon = self._loop.call_soon(self._begin)
        elif self._free:
            self._soon = self._loop.call_later(PATIENCE_SECONDS, self._begin)

    def _begin(self) -> None:
        """Send who stands in line and is kept apart from nobody, where a lane is free."""
        self._be_soon_no_more()
        if not self._free:
            return
        group = self._line.group(key for lane in self._busy for key in lane.reserved())
        if group:
            lane = self._free.pop()
            self._busy[lane] = self._pace.sent(len(group))
            lane.begin(group)

    def _be_soon_no_more(self) -> None:
        if self._soon:
            self._soon.cancel()
            self._soon = None

    def _ended(
        self,
        lane: Lane[T, R],
        group: Sequence[Awaited[T, R]],
        outcomes: Sequence[R | BaseException] | BaseException,
        *,
        answered: bool,
    ) -> None:
        """Tell a group what became of it; whoever stands in line is next.

        They go before those who are told come again: else all would stand in line at once, and
        nobody make anything while they are written. Where all go together, they wait for them.
        """
        sent_at = self._busy.pop(lane, None)
        if sent_at is not None:
            self._free.append(lane)
        self._line.let_back()
        self._be_soon_no_more()  # it may have been later
        if answered and sent_at is not None:
            self._pace.heard(sent_at)
            if self._line.ready >= self._pace.enough and not self._line.closed:
                self._begin()
        if not self._pace.gathers:
            self._go_soon()
        tell(self._loop, group, outcomes)
        self._go_soon()
