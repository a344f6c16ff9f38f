"""A line by which an event loop writes, a group at a time: sent and heard without waiting."""

import asyncio
from collections.abc import Collection, Hashable, Iterable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from enum import Enum, auto
from typing import Any, Generic, Protocol, TypeVar

from application.ledger import OutcomeUnknown
from infrastructure.calls import each_of

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


class Awaited(Generic[T, R]):
    """A coroutine's item, and the future by which it hears what became of it."""

    __slots__ = ("future", "item", "keys")

    def __init__(self, item: T, keys: Collection[Hashable], future: "asyncio.Future[R]") -> None:
        self.item, self.keys, self.future = item, keys, future


class Ended(Protocol[T, R]):
    """Whoever is told what became of a lane's group."""

    def __call__(
        self,
        lane: "Lane[T, R]",
        group: Sequence[Awaited[T, R]],
        outcomes: Sequence[R | BaseException] | BaseException,
        *,
        answered: bool,
    ) -> None:
        """Have the group told. The lane is free; ``answered`` is what needed no hand."""
        ...


class _State(Enum):
    """What becomes of a lane's group."""

    FREE = auto()
    """There is none."""
    SENT = auto()
    """It is under way, and the loop listens for the answer."""
    LEFT = auto()
    """It was left to the hand, a thread that may wait."""


class Lane(Generic[T, R]):
    """Writes a group at a time: ``FREE`` -> ``SENT`` and back, by ``LEFT`` where it has to wait.

    For the loop's own thread, which nothing here keeps waiting but `write` and `finish`.
    """

    def __init__(
        self, loop: asyncio.AbstractEventLoop, writing: Writing[T, R], ended: Ended[T, R]
    ) -> None:
        self._loop, self._writing, self._ended = loop, writing, ended
        self._state = _State.FREE
        self.group: Sequence[Awaited[T, R]] = ()
        self._items: Sequence[T] = ()
        self._ear: HasFileno | None = None
        self._hand = _a_hand()
        self._left: Future[Sequence[R | Exception]] | None = None

    def reserved(self) -> Iterable[Hashable]:
        """Return the keys of its group, which no other that is under way may have."""
        return (key for call in self.group for key in call.keys)

    def begin(self, group: Sequence[Awaited[T, R]]) -> None:
        """Send a group."""
        self._take(group)
        self._state = _State.SENT
        try:
            ear = self._writing.begin(self._items)
        except MustWait:
            self._leave()
        except BaseException as error:  # noqa: BLE001  # each caller of the group raises it
            self._end(error)
        else:
            self._listen(ear)

    def hear(self) -> None:
        """Hear what became of the group, if the answer is there."""
        if self._state is not _State.SENT:  # heard already, or hung up: who begins next finds out
            self._listen_no_more()
            return
        try:
            outcomes = self._writing.end(self._items)
        except MustWait:
            self._leave()
        except BaseException as error:  # noqa: BLE001  # as above
            self._end(error)
        else:
            if outcomes is not None:
                self._end(outcomes, answered=True)

    def write(self, group: Sequence[Awaited[T, R]]) -> None:
        """Write a group, or go on with it, and wait for what becomes of it."""
        self._take(group)
        outcomes: Sequence[R | BaseException] | BaseException
        try:
            outcomes = self._writing.write(self._items)
        except BaseException as error:  # noqa: BLE001  # as above
            outcomes = error
        self._end(outcomes)

    def finish(self) -> None:
        """Wait for what is under way. From then on only `write` is of use."""
        self._hand.shutdown()
        if not self._loop.is_closed():
            self._listen_no_more()
        if self._left:
            self._end(_outcomes_of(self._left))
        if self.group:
            self.write(self.group)

    def close(self) -> None:
        """Close the line, after `finish`."""
        self._writing.close()

    def _take(self, group: Sequence[Awaited[T, R]]) -> None:
        if group is not self.group:
            self.group, self._items = group, [call.item for call in group]

    def _end(
        self, outcomes: Sequence[R | BaseException] | BaseException, *, answered: bool = False
    ) -> None:
        group, self.group, self._left = self.group, (), None
        self._state = _State.FREE
        self._ended(self, group, outcomes, answered=answered)

    def _leave(self) -> None:
        """Have the hand write the group, or go on with what was begun of it."""
        self._listen_no_more()
        self._state = _State.LEFT
        try:
            self._left = self._hand.submit(self._writing.write, self._items)
        except RuntimeError:  # no thread can be started
            self._hand = _a_hand()  # that one still has it, and would write it whenever one can
            self._end(OutcomeUnknown())
        else:
            self._left.add_done_callback(self._come_back)

    def _come_back(self, left: "Future[Sequence[R | Exception]]") -> None:
        """Have the loop hear of what was left to the hand; on the hand's thread."""
        with suppress(RuntimeError):  # the loop has ended, and nobody is there to hear
            self._loop.call_soon_threadsafe(self._hear_of, left)

    def _hear_of(self, left: "Future[Sequence[R | Exception]]") -> None:
        if self._left is left:  # and was not closed meanwhile
            self._end(_outcomes_of(left))

    def _listen(self, ear: HasFileno) -> None:
        """Listen for the answer: by one ear for all groups, for as long as the line is open."""
        if self._ear is ear:
            return
        self._listen_no_more()
        try:
            self._loop.add_reader(ear, self.hear)
        except Exception:  # noqa: BLE001  # it is sent: what became of it is to be heard all the same
            self._leave()
        else:
            self._ear = ear

    def _listen_no_more(self) -> None:
        if self._ear:
            self._loop.remove_reader(self._ear)
            self._ear = None


def tell(
    loop: asyncio.AbstractEventLoop,
    group: Sequence[Awaited[Any, R]],
    outcomes: Sequence[R | BaseException] | BaseException,
) -> None:
    """Tell coroutines what became of their items; whoever was cancelled is not there any more."""
    if loop.is_closed():
        return
    for call, outcome in zip(group, each_of(len(group), outcomes), strict=True):
        if call.future.done():
            continue
        if isinstance(outcome, BaseException):
            call.future.set_exception(outcome)
        else:
            call.future.set_result(outcome)


def _a_hand() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(1, thread_name_prefix="loop-commit")


def _outcomes_of(left: "Future[Sequence[Any]]") -> Sequence[Any] | BaseException:
    return left.exception() or left.result()
