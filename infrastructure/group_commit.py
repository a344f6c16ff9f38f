"""Group commit: calls that come while a write is under way share the next one.

The first to come writes at once; whoever comes meanwhile stands in line, and what stands there is
the next group. So a lone caller waits for nobody, and under load a commit is paid once for many.
(DeWitt et al., "Implementation Techniques for Main Memory Database Systems", 1984.)

There are two doors to the one line. A thread calls and waits, and where nobody writes it does so
itself. A coroutine submits and awaits: one thread writes for all of these, and wakes an event loop
once for a whole group. To wake thirty-two threads takes longer than the write that they wait for.
"""

import asyncio
from collections import defaultdict, deque
from collections.abc import Callable, Hashable, Iterable, Sequence
from contextlib import suppress
from threading import Condition, Lock, Thread
from typing import Any, Final, Generic, TypeVar

from application.ledger import OutcomeUnknown, Overloaded

T = TypeVar("T")
R = TypeVar("R")

MOST: Final = 512
"""Items in one group: enough to pay a commit many times over, and still a few milliseconds."""
WAITING: Final = 4_096
"""Calls that may stand in line. Whoever comes then hears at once that the house is full."""

CLOSING_SECONDS: Final = 30.0
"""How long the last group is waited for: twice what `infrastructure.writing_line` gives a write."""


def apart_from_none(item: object) -> Iterable[Hashable]:
    """Return no keys: such items may always share a write."""
    return ()


class GroupCommit(Generic[T, R]):
    """Hands items to ``write`` in groups; each call gets the outcome of its own item.

    ``write`` returns one result or exception per item, in their order; what it raises is raised to
    all of the group. Items that have a key of ``apart`` in common never share a group: the later
    one waits for the next.
    """

    def __init__(
        self,
        write: Callable[[Sequence[T]], Sequence[R | Exception]],
        *,
        apart: Callable[[T], Iterable[Hashable]] = apart_from_none,
        most: int = MOST,
        waiting: int = WAITING,
    ) -> None:
        self._write, self._apart, self._most, self._waiting = write, apart, most, waiting
        self._line: deque[_Call[T, R]] = deque()
        self._door = Lock()
        self._idle = Condition(self._door)
        self._writing = self._closed = False
        self._bell = Lock()  # let go of once for each time that the writer has something to do
        self._bell.acquire()
        # From the beginning: where no thread can be started later, nobody would write what stands.
        self._writer: Thread | None = Thread(target=self._run, name="group-commit", daemon=True)
        self._writer.start()

    def __call__(self, item: T) -> R:
        """Write an item with whatever else waits, and return its result.

        Raises `Overloaded` where too many stand in line, and what became of the item.
        """
        call: _Call[T, R] = _Call(item, frozenset(self._apart(item)))
        if self._enter(call):
            try:
                self._write_group()
            finally:
                if self._goes_on():
                    self._ring()
        else:
            self._await(call)
        return call.outcome()

    def submit(self, item: T) -> "asyncio.Future[R]":
        """Have an item written as a call does, and return at once what a coroutine can await.

        Whoever cancels it does not hear what became of the item, and changes nothing of it.
        """
        future: asyncio.Future[R] = asyncio.get_running_loop().create_future()
        if self._enter(_Call(item, frozenset(self._apart(item)), future)):
            self._ring()
        return future

    def close(self) -> None:
        """Write what stands in line. Whoever comes now hears that the house is full."""
        with self._door:
            self._closed = True
            idle = self._idle.wait_for(lambda: not self._writing, CLOSING_SECONDS)
        if self._writer and idle:
            self._bell.release()
            self._writer.join()
            self._writer = None

    def _enter(self, call: "_Call[T, R]") -> bool:
        """Stand in line; say whether nobody writes, so that whoever asks has to see to it."""
        with self._door:
            if self._closed or len(self._line) >= self._waiting:
                raise Overloaded
            self._line.append(call)
            idle, self._writing = not self._writing, True
            return idle

    def _await(self, call: "_Call[T, R]") -> None:
        """Wait for the outcome. Whoever is called away in line leaves it, and writes nothing."""
        try:
            call.turn.acquire()
        except BaseException:
            with self._door, suppress(ValueError):
                self._line.remove(call)
            raise

    def _ring(self) -> None:
        """Have the writer go on."""
        self._bell.release()

    def _run(self) -> None:
        """Write whenever the bell rings; a bell for nothing is the last."""
        while self._bell.acquire() and self._writing:
            self._write_group()
            while self._goes_on():
                self._write_group()

    def _goes_on(self) -> bool:
        """Say whether somebody stands in line. Otherwise nobody writes, until somebody comes."""
        with self._door:
            self._writing = bool(self._line)
            if not self._writing:
                self._idle.notify_all()
            return self._writing

    def _write_group(self) -> None:
        """Write what may be written together, and tell each caller what became of it."""
        group = self._group()
        outcomes: Sequence[R | BaseException]
        try:
            outcomes = self._write([call.item for call in group])
            if len(outcomes) != len(group):
                raise OutcomeUnknown  # noqa: TRY301  # whose is whose, nobody can tell
        except Exception as error:  # noqa: BLE001  # each caller of the group raises it
            outcomes = [error] * len(group)
        except BaseException as interrupt:  # noqa: BLE001  # meant for this thread alone
            outcomes = [interrupt, *[OutcomeUnknown()] * (len(group) - 1)]
        awaited: defaultdict[asyncio.AbstractEventLoop, list[_Call[T, R]]] = defaultdict(list)
        for call, outcome in zip(group, outcomes, strict=True):
            call.result = outcome
            if call.future:
                awaited[call.future.get_loop()].append(call)
            else:
                call.turn.release()
        for loop, calls in awaited.items():
            with suppress(RuntimeError):  # it was closed, and nobody is there to hear
                loop.call_soon_threadsafe(_tell, calls)

    def _group(self) -> list["_Call[T, R]"]:
        """Take from the line, in order, what may be written together."""
        with self._door:
            group: list[_Call[T, R]] = []
            taken: set[Hashable] = set()
            kept: list[_Call[T, R]] = []
            while self._line and len(group) < self._most:
                call = self._line.popleft()
                (kept if call.keys & taken else group).append(call)
                taken |= call.keys
            self._line.extendleft(reversed(kept))
            return group


class _Call(Generic[T, R]):
    """One caller's item, and what became of it."""

    __slots__ = ("future", "item", "keys", "result", "turn")

    def __init__(
        self, item: T, keys: frozenset[Hashable], future: "asyncio.Future[R] | None" = None
    ) -> None:
        self.item, self.keys, self.future = item, keys, future
        self.result: R | BaseException | None = None
        self.turn = Lock()  # let go of once, when the item is written; where there is no future
        self.turn.acquire()

    def outcome(self) -> R:
        """Return the result, or raise it."""
        if isinstance(self.result, BaseException):
            raise self.result
        return self.result  # type: ignore[return-value]  # it is written, and no exception


def _tell(calls: Sequence[_Call[Any, Any]]) -> None:
    """Tell coroutines on their own event loop; whoever was cancelled is not there any more."""
    for call in calls:
        if call.future is None or call.future.done():
            continue
        if isinstance(call.result, BaseException):
            call.future.set_exception(call.result)
        else:
            call.future.set_result(call.result)
