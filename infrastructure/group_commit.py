"""Group commit: calls that come while a write is under way share the next one.

The first to come writes at once; whoever comes meanwhile stands in line, and one of them leads the
next group. So a lone caller waits for nobody, and under load a commit is paid once for many.
(DeWitt et al., "Implementation Techniques for Main Memory Database Systems", 1984.)
"""

from collections import deque
from collections.abc import Callable, Hashable, Iterable, Sequence
from threading import Lock
from typing import Final, Generic, TypeVar

from application.ledger import OutcomeUnknown, Overloaded

T = TypeVar("T")
R = TypeVar("R")

MOST: Final = 512
"""Items in one group: enough to pay a commit many times over, and still a few milliseconds."""
WAITING: Final = 4_096
"""Calls that may stand in line. Whoever comes then hears at once that the house is full."""


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
        self._writing = False

    def __call__(self, item: T) -> R:
        """Write an item with whatever else waits, and return its result.

        Raises `Overloaded` where too many stand in line, and what became of the item.
        """
        call: _Call[T, R] = _Call(item, frozenset(self._apart(item)))
        with self._door:
            if len(self._line) >= self._waiting:
                raise Overloaded
            self._line.append(call)
            leads, self._writing = not self._writing, True
        if not leads:
            self._await(call)
        if not call.done:
            self._lead()
        return call.outcome()

    def _await(self, call: "_Call[T, R]") -> None:
        """Stand in line; whoever is called away has somebody else lead in its place."""
        try:
            call.turn.acquire()
        except BaseException:
            with self._door:
                if call in self._line:
                    self._line.remove(call)
                    if call.leads:
                        self._pass_on()
            raise

    def _lead(self) -> None:
        """Write the group at the head of the line, then let the next in line lead."""
        group = self._group()
        outcomes: Sequence[R | BaseException]
        try:
            outcomes = self._write([call.item for call in group])
        except Exception as error:  # noqa: BLE001  # each caller of the group raises it
            outcomes = [error] * len(group)
        except BaseException as interrupt:  # noqa: BLE001  # meant for this thread alone
            outcomes = [interrupt, *[OutcomeUnknown()] * (len(group) - 1)]
        for call, outcome in zip(group, outcomes, strict=True):
            call.result, call.done = outcome, True
        for call in group[1:]:  # the first of the group is this thread's own
            call.turn.release()
        with self._door:
            self._pass_on()

    def _pass_on(self) -> None:
        """Have the next in line lead, if there is one."""
        self._writing = bool(self._line)
        if self._line:
            self._line[0].leads = True
            self._line[0].turn.release()

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

    __slots__ = ("done", "item", "keys", "leads", "result", "turn")

    def __init__(self, item: T, keys: frozenset[Hashable]) -> None:
        self.item, self.keys = item, keys
        self.done = self.leads = False
        self.result: R | BaseException | None = None
        self.turn = Lock()  # released once: when the item is written, or when it is to lead
        self.turn.acquire()

    def outcome(self) -> R:
        """Return the result, or raise it."""
        if isinstance(self.result, BaseException):
            raise self.result
        return self.result  # type: ignore[return-value]  # it is done, and no exception
