"""Group commit: calls that come while a write is under way share the next one.

The first to come writes at once; whoever comes meanwhile stands in line, and what stands there is
the next group. So a lone caller waits for nobody, and under load a commit is paid once for many.
(DeWitt et al., "Implementation Techniques for Main Memory Database Systems", 1984.)

There are two doors to the one line, and one pen. A thread calls and waits, and where nobody writes
it does so itself. A coroutine submits and awaits: where the write can be begun and its answer be
heard (`Ahead`), its event loop has the pen and does something else meanwhile; no thread is woken
for it, which takes longer than the write itself. One thread writes whatever is left: for callers
who wait, what cannot be begun without waiting, and what an event loop had in hand that has ended
or hangs.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Hashable, Iterable, Sequence
from contextlib import suppress
from enum import Enum, auto
from queue import Empty, SimpleQueue
from threading import Condition, Lock, Thread
from time import monotonic
from typing import Final, Generic, Protocol, TypeVar
from weakref import WeakKeyDictionary

from application.ledger import Overloaded
from infrastructure.calls import Call, tell_all

T = TypeVar("T")
R = TypeVar("R")
T_contra = TypeVar("T_contra", contravariant=True)
R_co = TypeVar("R_co", covariant=True)

MOST: Final = 512
"""Items in one group: enough to pay a commit many times over, and still a few milliseconds."""
WAITING: Final = 4_096
"""Calls that may stand in line. Whoever comes then hears at once that the house is full."""
OVERDUE_SECONDS: Final = 0.5
"""How long an event loop may have the pen before somebody looks whether it still runs."""
CLOSING_SECONDS: Final = 30.0
"""How long the last group is waited for: twice what `infrastructure.writing_line` gives a write."""


class HasFileno(Protocol):
    """What an event loop can listen by."""

    def fileno(self) -> int:
        """Return its descriptor."""
        ...


class LeftToWriter(Exception):
    """What was begun is to be gone on with by ``write``, which may wait."""


class Ahead(Protocol[T_contra, R_co]):
    """A write that is begun, and ended when its answer is there. It never waits."""

    def begin(self, items: Sequence[T_contra]) -> HasFileno:
        """Send items; return what can be read once there is an answer.

        It is kept, and so open, for as long as an event loop listens by it. Raises `LeftToWriter`.
        Any other exception is the outcome of all items.
        """
        ...

    def end(self, items: Sequence[T_contra]) -> Sequence[R_co | Exception] | None:
        """Return one outcome per item, or `None` where the answer is not all there yet.

        Raises as `begin` does.
        """
        ...


class _Holder(Enum):
    """Who has the pen, if it is not a `_Turn` of an event loop."""

    NOBODY = auto()
    CALLER = auto()
    WRITER = auto()


def apart_from_none(item: object) -> Iterable[Hashable]:
    """Return no keys: such items may always share a write."""
    return ()


class GroupCommit(Generic[T, R]):
    """Hands items to ``write`` in groups; each call gets the outcome of its own item.

    ``write`` returns one result or exception per item, in their order; what it raises is raised to
    all of the group. It goes on with what was begun of the same items by ``ahead``. Items that have
    a key of ``apart`` in common never share a group: the later one waits for the next.
    """

    def __init__(
        self,
        write: Callable[[Sequence[T]], Sequence[R | Exception]],
        *,
        ahead: Ahead[T, R] | None = None,
        apart: Callable[[T], Iterable[Hashable]] = apart_from_none,
        most: int = MOST,
        waiting: int = WAITING,
    ) -> None:
        self._write, self._ahead, self._apart = write, ahead, apart
        self._most, self._waiting = most, waiting
        self._line: deque[Call[T, R]] = deque()
        self._door = Lock()  # for the line, and for who has the pen
        self._idle = Condition(self._door)
        self._holder: _Holder | _Turn[T, R] = _Holder.NOBODY
        self._left: Sequence[Call[T, R]] = ()  # a group that the writer is to go on with
        self._desk = Lock()  # kept while a loop's turn is at work, so that nobody takes it over
        self._ears: WeakKeyDictionary[asyncio.AbstractEventLoop, _Turn[T, R]] = WeakKeyDictionary()
        self._enough, self._last = most, 0
        self._closed = False
        self._bell: SimpleQueue[None] = SimpleQueue()
        # From the beginning: where no thread can be started later, nobody would write what stands.
        self._writer: Thread | None = Thread(target=self._run, name="group-commit", daemon=True)
        self._writer.start()

    def __call__(self, item: T) -> R:
        """Write an item with whatever else waits, and return its result.

        Raises `Overloaded` where too many stand in line, and what became of the item.
        """
        call: Call[T, R] = Call(item, frozenset(self._apart(item)))
        if self._enter(call):
            try:
                self._write_group()
            finally:
                self._pass_on()
        else:
            self._await(call)
        return call.outcome()

    def submit(self, item: T) -> "asyncio.Future[R]":
        """Have an item written as a call does, and return at once what a coroutine can await.

        Whoever cancels it does not hear what became of the item, and changes nothing of it.
        """
        loop = asyncio.get_running_loop()
        future: asyncio.Future[R] = loop.create_future()
        first = self._enter(Call(item, frozenset(self._apart(item)), future), loop)
        turn = self._holder
        if not isinstance(turn, _Turn):
            if first:
                self._bell.put(None)
        elif turn.loop is loop:
            if first:  # whoever is about to hand in as well shall share it
                loop.call_soon(self._begin, turn)
            if len(self._line) >= self._enough:
                self._work(turn, self._heard if turn.begun else self._begun)
        return future

    def close(self) -> None:
        """Write what stands in line. Whoever comes now hears that the house is full."""
        with self._door:
            self._closed = True
        self._take_over()
        with self._door:
            idle = self._idle.wait_for(lambda: self._holder is _Holder.NOBODY, CLOSING_SECONDS)
        if self._writer and idle:
            self._bell.put(None)
            self._writer.join()
            self._writer = None

    def _enter(self, call: Call[T, R], loop: asyncio.AbstractEventLoop | None = None) -> bool:
        """Stand in line, and take the pen where nobody has it; say whether that was so."""
        with self._door:
            if self._closed or len(self._line) >= self._waiting:
                raise Overloaded
            self._line.append(call)
            if self._holder is not _Holder.NOBODY:
                return False
            if loop is None:
                self._holder = _Holder.CALLER
            else:
                self._holder = _Turn(loop) if self._ahead else _Holder.WRITER
            return True

    def _await(self, call: Call[T, R]) -> None:
        """Wait for the outcome. Whoever is called away in line leaves it, and writes nothing."""
        try:
            call.turn.acquire()
        except BaseException:
            with self._door, suppress(ValueError):
                self._line.remove(call)
            raise

    def _pass_on(self, here: asyncio.AbstractEventLoop | None = None) -> None:
        """Give the pen to whoever is to write what stands first in line, if anybody does.

        ``here`` writes at once where enough stand there, else after those who are about to come.
        """
        with self._door:
            holder = self._holder = self._next()
            if holder is _Holder.NOBODY:
                self._idle.notify_all()
                return
        if not isinstance(holder, _Turn):
            self._bell.put(None)
        elif holder.loop is here and len(self._line) >= self._enough:
            self._begin(holder)
        elif holder.loop is here:
            here.call_soon(self._begin, holder)
        else:
            try:
                holder.loop.call_soon_threadsafe(self._begin, holder)
            except RuntimeError:  # it was closed; what it handed in is written nevertheless
                self._take_over()

    def _next(self) -> "_Holder | _Turn[T, R]":
        if not self._line:
            return _Holder.NOBODY
        first = self._line[0].future
        if first is None or self._ahead is None or self._closed:
            return _Holder.WRITER
        return _Turn(first.get_loop())

    def _begin(self, turn: "_Turn[T, R]") -> None:
        """Begin to write what stands in line, on the event loop whose turn it is."""
        self._work(turn, self._begun)

    def _hear(self, turn: "_Turn[T, R]") -> None:
        """Hear what became of a turn, on its event loop."""
        self._work(turn, self._heard)

    def _begun(self, turn: "_Turn[T, R]") -> Sequence[R | Exception] | None:
        if turn.begun or self._ahead is None:
            return None
        turn.begun, turn.since, turn.group = True, monotonic(), self._group()
        # Half of those who come and go: while these are written the others make theirs.
        self._enough = (self._last + len(turn.group) + 1) // 2
        self._last = len(turn.group)
        if not turn.group:
            return ()
        turn.ear = self._ahead.begin([call.item for call in turn.group])
        if before := self._ears.get(turn.loop):  # it was taken over just now
            self._listen_no_more(before)
        self._ears[turn.loop] = turn
        try:
            turn.loop.add_reader(turn.ear, self._hear, turn)
        except Exception as error:  # it is sent already: what became of it is to be heard
            raise LeftToWriter from error
        return None

    def _heard(self, turn: "_Turn[T, R]") -> Sequence[R | Exception] | None:
        if self._ahead is None:
            return None
        return self._ahead.end([call.item for call in turn.group])

    def _work(
        self,
        turn: "_Turn[T, R]",
        step: Callable[["_Turn[T, R]"], Sequence[R | Exception] | None],
    ) -> None:
        """Do a step of an event loop's turn, and where that was the last give the pen on.

        All is done at the desk, so that until then nobody else takes the turn over.
        """
        if not self._desk.acquire(blocking=False):  # just now somebody looks whether it is overdue
            if not turn.begun:
                turn.loop.call_soon(self._begin, turn)
            return
        if self._holder is not turn:  # it was taken over
            self._desk.release()
            self._listen_no_more(turn)
            return
        outcomes: Sequence[R | BaseException] | BaseException | None = None
        try:
            outcomes = step(turn)
        except LeftToWriter:
            self._leave(turn)
        except BaseException as error:  # noqa: BLE001  # each caller of the group raises it
            outcomes = error
        finally:
            if outcomes is not None:
                self._holder = _Holder.CALLER
            self._desk.release()
        if outcomes is not None:
            try:
                self._listen_no_more(turn)
            finally:
                try:  # before these are told: so the next is under way meanwhile
                    self._pass_on(turn.loop if turn.ear else None)
                finally:
                    tell_all(turn.group, outcomes, turn.loop)

    def _listen_no_more(self, turn: "_Turn[T, R]") -> None:
        """Have an event loop listen no more for a turn, on that loop."""
        if self._ears.get(turn.loop) is turn:
            del self._ears[turn.loop]
            if turn.ear:
                turn.loop.remove_reader(turn.ear)

    def _leave(self, turn: "_Turn[T, R]") -> None:
        """Have the writer go on with a turn; for whoever is at the desk."""
        self._left, self._holder = turn.group, _Holder.WRITER
        try:
            turn.loop.call_soon_threadsafe(self._listen_no_more, turn)
        except RuntimeError:  # closed: it listens no more
            self._ears.pop(turn.loop, None)
        self._bell.put(None)

    def _take_over(self) -> None:
        """Have the writer go on, where an event loop has the pen."""
        with self._desk:
            if isinstance(self._holder, _Turn):
                self._leave(self._holder)

    def _run(self) -> None:
        """Write whatever is left to the writer, and look after the turns of event loops."""
        while True:
            with suppress(Empty):
                self._bell.get(timeout=OVERDUE_SECONDS if self._ahead else None)
            holder = self._holder
            if isinstance(holder, _Turn):
                if holder.since + OVERDUE_SECONDS < monotonic():
                    self._take_over()
            elif holder is _Holder.WRITER:
                self._write_group()
                self._pass_on()
            elif self._closed and holder is _Holder.NOBODY:
                return

    def _write_group(self) -> None:
        """Write what may be written together, and tell each caller what became of it."""
        group, self._left = self._left or self._group(), ()
        outcomes: Sequence[R | BaseException] | BaseException = ()
        try:
            if group:
                outcomes = self._write([call.item for call in group])
        except BaseException as error:  # noqa: BLE001  # each caller of the group raises it
            outcomes = error
        tell_all(group, outcomes)

    def _group(self) -> list[Call[T, R]]:
        """Take from the line, in order, what may be written together."""
        with self._door:
            group: list[Call[T, R]] = []
            taken: set[Hashable] = set()
            kept: list[Call[T, R]] = []
            while self._line and len(group) < self._most:
                call = self._line.popleft()
                (kept if call.keys & taken else group).append(call)
                taken |= call.keys
            self._line.extendleft(reversed(kept))
            return group


class _Turn(Generic[T, R]):
    """An event loop that has the pen, and the group that it writes once that is begun."""

    __slots__ = ("begun", "ear", "group", "loop", "since")

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self.loop, self.since, self.begun = loop, monotonic(), False
        self.group: Sequence[Call[T, R]] = ()
        self.ear: HasFileno | None = None
