"""Those who stand in line for a group commit, and how they hear what became of it."""

import asyncio
from collections import defaultdict
from collections.abc import Hashable, Sequence
from contextlib import suppress
from threading import Lock
from typing import Any, Generic, TypeVar

from application.ledger import OutcomeUnknown

T = TypeVar("T")
R = TypeVar("R")


class Call(Generic[T, R]):
    """One caller's item, and what became of it."""

    __slots__ = ("future", "item", "keys", "result", "turn")

    def __init__(
        self, item: T, keys: frozenset[Hashable], future: "asyncio.Future[R] | None" = None
    ) -> None:
        self.item, self.keys, self.future = item, keys, future
        self.result: R | BaseException | None = None
        if future is None:
            self.turn = Lock()  # let go of once, when the item is written
            self.turn.acquire()

    def outcome(self) -> R:
        """Return the result, or raise it."""
        if isinstance(self.result, BaseException):
            raise self.result
        return self.result  # type: ignore[return-value]  # it is written, and no exception


def tell_all(
    group: Sequence[Call[Any, Any]],
    outcomes: Sequence[Any] | BaseException,
    here: asyncio.AbstractEventLoop | None = None,
) -> None:
    """Tell each caller what became of its item, other event loops than this by one waking.

    What is raised is everybody's; an interrupt is meant for the first, as a rule the one who wrote.
    """
    if isinstance(outcomes, Exception):
        outcomes = [outcomes] * len(group)
    elif isinstance(outcomes, BaseException):
        outcomes = [outcomes, *[OutcomeUnknown()] * (len(group) - 1)]
    elif len(outcomes) != len(group):
        outcomes = [OutcomeUnknown()] * len(group)  # whose is whose, nobody can tell
    awaited: defaultdict[asyncio.AbstractEventLoop, list[Call[Any, Any]]] = defaultdict(list)
    for call, outcome in zip(group, outcomes, strict=False):
        call.result = outcome
        if call.future:
            awaited[call.future.get_loop()].append(call)
        else:
            call.turn.release()
    for loop, calls in awaited.items():
        if loop is here:
            _tell(calls)
        else:
            with suppress(RuntimeError):  # it was closed, and nobody is there to hear
                loop.call_soon_threadsafe(_tell, calls)


def _tell(calls: Sequence[Call[Any, Any]]) -> None:
    """Tell coroutines on their own event loop; whoever was cancelled is not there any more."""
    for call in calls:
        if call.future is None or call.future.done():
            continue
        if isinstance(call.result, BaseException):
            call.future.set_exception(call.result)
        else:
            call.future.set_result(call.result)
