"""Those who stand in line for a group commit, and which of them may be written together."""

from collections import deque
from collections.abc import Collection, Hashable, Iterable, Sequence
from typing import Any, Final, Generic, Protocol, TypeVar

from application.ledger import OutcomeUnknown, Overloaded

R = TypeVar("R")

MOST: Final = 512
"""Items in one group: enough to pay a commit many times over, and still a few milliseconds."""
WAITING: Final = 4_096
"""Calls that may stand in line. Whoever comes then hears at once that the house is full."""


class Call(Protocol):
    """What a caller wants to have written."""

    item: Any
    keys: Collection[Hashable]
    """Of which two in one group must have none in common."""


C = TypeVar("C", bound=Call)


class Line(Generic[C]):
    """A line of calls, in their order. It knows of no thread: whoever shares it keeps a lock."""

    def __init__(self, most: int = MOST, waiting: int = WAITING) -> None:
        """Let so many wait, and write at most so many at once."""
        self._calls: deque[C] = deque()
        self._most, self._waiting = most, waiting
        self._kept_back = 0  # of whom somebody else's keys keep apart
        self.closed = False

    def __len__(self) -> int:
        return len(self._calls)

    @property
    def ready(self) -> int:
        """Return how many stand there whom nothing keeps back, as far as was looked."""
        return len(self._calls) - self._kept_back

    def let_back(self) -> None:
        """Have those who were kept back be ready: what they were kept apart from has ended."""
        self._kept_back = 0

    def join(self, call: C) -> None:
        """Stand at the end; raise `Overloaded` where too many do, or it was closed."""
        if self.closed or len(self._calls) >= self._waiting:
            raise Overloaded
        self._calls.append(call)

    def leave(self, call: C) -> None:
        """Stand there no more, for whoever still does."""
        if call in self._calls:
            self._calls.remove(call)

    def group(self, under_way: Iterable[Hashable] = ()) -> list[C]:
        """Take, in order, what may be written together, and beside what has such keys.

        The others keep their places.
        """
        group: list[C] = []
        taken = set(under_way)
        kept: list[C] = []
        while self._calls and len(group) < self._most:
            call = self._calls.popleft()
            (group if taken.isdisjoint(call.keys) else kept).append(call)
            taken.update(call.keys)
        self._calls.extendleft(reversed(kept))
        self._kept_back = len(kept)
        return group


def each_of(
    count: int, outcomes: Sequence[R | BaseException] | BaseException
) -> Sequence[R | BaseException]:
    """Return the outcome of each of a group.

    What is raised is everybody's; an interrupt is meant for one, and the others hear that nobody
    knows. So does everybody where the outcomes are not as many: whose is whose, nobody can tell.
    """
    if isinstance(outcomes, Exception):
        return [outcomes] * count
    if isinstance(outcomes, BaseException):
        return [outcomes, *[OutcomeUnknown()] * (count - 1)]
    if len(outcomes) != count:
        return [OutcomeUnknown()] * count
    return outcomes


def apart_from_none(item: object) -> Collection[Hashable]:
    """Return no keys: such items may always share a write."""
    return ()
