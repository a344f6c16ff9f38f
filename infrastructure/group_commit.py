"""Group commit: calls that come while a write is under way share the next one.

The first to come writes at once; whoever comes meanwhile stands in line, and what stands there is
the next group. So a lone caller waits for nobody, and under load a commit is paid once for many.
(DeWitt et al., "Implementation Techniques for Main Memory Database Systems", 1984.)

This is the one for threads, which call and wait. Coroutines have `infrastructure.loop_commit`.
"""

from collections.abc import Callable, Collection, Hashable, Sequence
from queue import SimpleQueue
from threading import Lock, Thread, get_ident, main_thread
from typing import Final, Generic, TypeVar

from infrastructure.calls import MOST, WAITING, Line, apart_from_none, each_of

T = TypeVar("T")
R = TypeVar("R")

CLOSING_SECONDS: Final = 30.0
"""How long the last group is waited for: twice what `infrastructure.writing_line` gives a write."""


class GroupCommit(Generic[T, R]):
    """Hands items to ``write`` in groups; each call gets the outcome of its own item.

    ``write`` returns one result or exception per item, in their order; what it raises is raised to
    all of the group. Items that have a key of ``apart`` in common never share a group: the later
    one waits for the next.

    There is one pen. Whoever comes while it lies there takes it, and writes a group; then it lies
    there again, and where somebody stands in line the bell is rung for the writer, a thread that
    does nothing else. The main thread takes no pen, it rings: an interrupt may come to it anywhere,
    and never finds it with what others wait for.
    """

    def __init__(
        self,
        write: Callable[[Sequence[T]], Sequence[R | Exception]],
        *,
        apart: Callable[[T], Collection[Hashable]] = apart_from_none,
        most: int = MOST,
        waiting: int = WAITING,
    ) -> None:
        self._write, self._apart = write, apart
        self._line: Line[_Waiting[T, R]] = Line(most, waiting)
        self._door = Lock()  # for the line and the pen
        self._pen_is_taken = False
        self._bell: SimpleQueue[None] = SimpleQueue()
        # From the beginning: where no thread can be started later, nobody would write what stands.
        self._writer = Thread(target=self._run, name="group-commit", daemon=True)
        self._writer.start()

    def __call__(self, item: T) -> R:
        """Write an item with whatever else waits, and return its result.

        Raises `Overloaded` where too many stand in line, and what became of the item.
        """
        call: _Waiting[T, R] = _Waiting(item, self._apart(item))
        if group := self._enter(call):
            self._write_group(group)
        try:
            call.told.acquire()
        except BaseException:  # called away: whoever still stands in line leaves it
            with self._door:
                self._line.leave(call)
            raise
        return call.outcome()

    def close(self) -> None:
        """Write what stands in line. Whoever comes now hears that the house is full."""
        with self._door:
            self._line.closed = True
            self._bell.put(None)
        self._writer.join(CLOSING_SECONDS)

    def _enter(self, call: "_Waiting[T, R]") -> "Sequence[_Waiting[T, R]]":
        """Stand in line; return what the caller is to write at once."""
        with self._door:
            self._line.join(call)
            if get_ident() != main_thread().ident:
                return self._take()
            if not self._pen_is_taken:
                self._bell.put(None)
            return ()

    def _take(self) -> "Sequence[_Waiting[T, R]]":
        """Take the pen if it lies there, and whoever may be written together; behind the door."""
        if self._pen_is_taken:
            return ()
        group = self._line.group()
        self._pen_is_taken = bool(group)
        return group

    def _write_group(self, group: "Sequence[_Waiting[T, R]]") -> None:
        """Write a group, tell each what became of it, and lay the pen down."""
        try:
            outcomes = each_of(len(group), self._write([call.item for call in group]))
        except BaseException as error:  # noqa: BLE001  # each caller of the group raises it
            outcomes = each_of(len(group), error)
        for call, outcome in zip(group, outcomes, strict=True):
            call.result = outcome
            call.told.release()
        with self._door:
            self._pen_is_taken = False
            if self._line or self._line.closed:
                self._bell.put(None)

    def _run(self) -> None:
        """Write whenever the bell is rung and nobody else does, until all is done."""
        while not self._is_through():
            self._bell.get()
            with self._door:
                group = self._take()
            if group:
                self._write_group(group)

    def _is_through(self) -> bool:
        with self._door:
            return self._line.closed and not (self._line or self._pen_is_taken)


class _Waiting(Generic[T, R]):
    """A thread's item, and what became of it once it was told."""

    __slots__ = ("item", "keys", "result", "told")

    def __init__(self, item: T, keys: Collection[Hashable]) -> None:
        self.item, self.keys = item, keys
        self.result: R | BaseException | None = None
        self.told = Lock()  # let go of once
        self.told.acquire()

    def outcome(self) -> R:
        """Return the result, or raise it."""
        if isinstance(self.result, BaseException):
            raise self.result
        return self.result  # type: ignore[return-value]  # it is written, and no exception
