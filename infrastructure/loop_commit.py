"""Group commit for coroutines: their event loop writes by itself, and does other things meanwhile.

It sends a group, and hears the answer as it hears its clients. So no thread is woken for an append,
which takes longer than the write itself, and none waits for another to hand the interpreter over.
All is done on the loop's own thread, over a line that nobody else writes by: so there is nothing to
lock, and a loop that hangs or has ended keeps nobody else waiting.
"""

import asyncio
from collections.abc import Callable, Hashable, Iterable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from enum import Enum, auto
from typing import Any, Generic, Protocol, TypeVar

from application.ledger import OutcomeUnknown
from infrastructure.calls import MOST, WAITING, Line, apart_from_none, each_of
from infrastructure.pace import Pace

T = TypeVar("T")
R = TypeVar("R")
T_contra = TypeVar("T_contra", contravariant=True)
R_co = TypeVar("R_co", covariant=True)


class HasFileno(Protocol):
    """What an event loop can listen by."""

    def fileno(self) -> int:
        """Return its descriptor."""
        ...


class MustWait(Exception):
    """What was begun is to be gone on with by ``write``, which may wait."""


class Writing(Protocol[T_contra, R_co]):
    """A line by which a group is written at a time: begun and ended without waiting, or at once."""

    def begin(self, items: Sequence[T_contra]) -> HasFileno:
        """Send items; return what can be read once there is an answer.

        It is kept, and so open, for as long as the loop listens by it. Raises `MustWait`. Any other
        exception is the outcome of all items.
        """
        ...

    def end(self, items: Sequence[T_contra]) -> Sequence[R_co | Exception] | None:
        """Return one outcome per item, or `None` where the answer is not all there yet.

        Raises as `begin` does.
        """
        ...

    def write(self, items: Sequence[T_contra]) -> Sequence[R_co | Exception]:
        """Go on with what was begun of the same items, or begin it; return one outcome per item."""
        ...

    def close(self) -> None:
        """Close the line."""
        ...


class _State(Enum):
    """What becomes of whom."""

    IDLE = auto()
    """Nobody stands in line, and nothing is under way."""
    DUE = auto()
    """Some stand in line, and are written as soon as the loop comes to it."""
    SENT = auto()
    """A group is under way, and the loop listens for the answer."""
    LEFT = auto()
    """A group was left to the hand, a thread that may wait."""


class LoopCommit(Generic[T, R]):
    """The group commit of one event loop; each future gets the outcome of its own item.

    ``IDLE`` -> ``DUE`` -> ``SENT`` and back, by ``LEFT`` where something would have to be waited
    for. Items that have a key of ``apart`` in common never share a group.
    """

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        writing: Writing[T, R],
        *,
        apart: Callable[[T], Iterable[Hashable]] = apart_from_none,
        most: int = MOST,
        waiting: int = WAITING,
    ) -> None:
        self._loop, self._writing, self._apart = loop, writing, apart
        self._line: Line[_Awaited[T, R]] = Line(most, waiting)
        self._pace = Pace(most)
        self._state = _State.IDLE
        self._soon: asyncio.Handle | None = None  # by which what is due is begun
        self._group: Sequence[_Awaited[T, R]] = ()
        self._items: Sequence[T] = ()
        self._ear: HasFileno | None = None
        self._hand = _a_hand()
        self._left: Future[Sequence[R | Exception]] | None = None

    def submit(self, item: T) -> "asyncio.Future[R]":
        """Have an item written with whatever else is handed in; return what can be awaited.

        Whoever cancels it does not hear what became of the item, and changes nothing of it. Raises
        `Overloaded`.
        """
        future: asyncio.Future[R] = self._loop.create_future()
        self._line.join(_Awaited(item, frozenset(self._apart(item)), future))
        if self._state is _State.IDLE:
            self._be_due()
        if len(self._line) >= self._pace.enough:
            if self._state is _State.DUE:
                self._begin()
            elif self._state is _State.SENT:
                self._hear()
        return future

    def close(self) -> None:
        """Write what stands in line, and wait for it. Whoever comes now hears: it is full.

        For the loop's own thread, or any where the loop does not run any more.
        """
        self._line.closed = True
        if self._soon:
            self._soon.cancel()
        self._hand.shutdown()
        if not self._loop.is_closed():
            self._listen_no_more()
        if self._left:
            self._ended(_outcomes_of(self._left))
        if self._group:
            self._ended(self._written())
        while self._line:
            self._take_group()
            self._ended(self._written())
        self._writing.close()

    def _be_due(self) -> None:
        """Begin soon: whoever is about to hand in as well shall share it."""
        self._state = _State.DUE
        self._soon = self._loop.call_soon(self._begin)

    def _begin(self) -> None:
        """Send what stands in line."""
        if self._soon:
            self._soon.cancel()
        self._state = _State.SENT
        self._take_group()
        try:
            ear = self._writing.begin(self._items)
        except MustWait:
            self._leave()
        except BaseException as error:  # noqa: BLE001  # each caller of the group raises it
            self._ended(error)
        else:
            self._listen(ear)

    def _hear(self) -> None:
        """Hear what became of the group, if the answer is there, and go on with the next."""
        if self._state is not _State.SENT:  # it was hung up, which whoever begins next finds out
            self._listen_no_more()
            return
        try:
            outcomes = self._writing.end(self._items)
        except MustWait:
            self._leave()
        except BaseException as error:  # noqa: BLE001  # as above
            self._ended(error)
        else:
            if outcomes is None:
                return
            self._pace.heard()
            if len(self._line) >= self._pace.enough:  # under way, while these are told
                told = self._group
                self._begin()
                self._tell(told, outcomes)
            else:
                self._ended(outcomes)

    def _ended(self, outcomes: Sequence[R | BaseException] | BaseException) -> None:
        """Tell the group what became of it; whoever stands in line is next.

        They go before those who are told come again: else all would stand in line at once, and
        nobody make anything while they are written. Where all go together, they wait for them.
        """
        told, self._group, self._left = self._group, (), None
        self._state = _State.IDLE
        if not self._pace.gathers:
            self._go_on()
        self._tell(told, outcomes)
        if self._state is _State.IDLE:
            self._go_on()

    def _go_on(self) -> None:
        if self._line and not self._line.closed:
            self._be_due()

    def _leave(self) -> None:
        """Have the hand write the group, or go on with what was begun of it."""
        self._listen_no_more()
        self._state = _State.LEFT
        try:
            self._left = self._hand.submit(self._writing.write, self._items)
        except RuntimeError:  # no thread can be started
            self._hand = _a_hand()  # that one still has it, and would write it whenever one can
            self._ended(OutcomeUnknown())
        else:
            self._left.add_done_callback(self._come_back)

    def _come_back(self, left: "Future[Sequence[R | Exception]]") -> None:
        """Have the loop hear of what was left to the hand; on the hand's thread."""
        with suppress(RuntimeError):  # the loop has ended, and nobody is there to hear
            self._loop.call_soon_threadsafe(self._hear_of, left)

    def _hear_of(self, left: "Future[Sequence[R | Exception]]") -> None:
        if self._left is left:  # and was not closed meanwhile
            self._ended(_outcomes_of(left))

    def _listen(self, ear: HasFileno) -> None:
        """Listen for the answer: by one ear for all groups, for as long as the line is open."""
        if self._ear is ear:
            return
        self._listen_no_more()
        try:
            self._loop.add_reader(ear, self._hear)
        except Exception:  # noqa: BLE001  # it is sent: what became of it is to be heard all the same
            self._leave()
        else:
            self._ear = ear

    def _listen_no_more(self) -> None:
        if self._ear:
            self._loop.remove_reader(self._ear)
            self._ear = None

    def _take_group(self) -> None:
        self._group = self._line.group()
        self._items = [call.item for call in self._group]
        self._pace.sent(len(self._group))

    def _written(self) -> Sequence[R | Exception] | BaseException:
        """Return what became of the group, and wait for it."""
        try:
            return self._writing.write(self._items)
        except BaseException as error:  # noqa: BLE001  # as above
            return error

    def _tell(
        self,
        group: Sequence["_Awaited[T, R]"],
        outcomes: Sequence[R | BaseException] | BaseException,
    ) -> None:
        """Tell coroutines; whoever was cancelled is not there any more."""
        if self._loop.is_closed():
            return
        for call, outcome in zip(group, each_of(len(group), outcomes), strict=True):
            if call.future.done():
                continue
            if isinstance(outcome, BaseException):
                call.future.set_exception(outcome)
            else:
                call.future.set_result(outcome)


class _Awaited(Generic[T, R]):
    """A coroutine's item, and the future by which it hears what became of it."""

    __slots__ = ("future", "item", "keys")

    def __init__(self, item: T, keys: frozenset[Hashable], future: "asyncio.Future[R]") -> None:
        self.item, self.keys, self.future = item, keys, future


def _a_hand() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(1, thread_name_prefix="loop-commit")


def _outcomes_of(left: "Future[Sequence[Any]]") -> Sequence[Any] | BaseException:
    return left.exception() or left.result()
