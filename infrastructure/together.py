"""One answer for all who ask the same thing at one moment, begun after the last of them asked."""

from collections.abc import Callable, Hashable
from concurrent.futures import Future
from threading import Lock
from typing import Generic, TypeVar

T = TypeVar("T")


class Together(Generic[T]):
    """Answers questions, and at most one at a time of each. For any number of threads."""

    def __init__(self) -> None:
        self._door = Lock()
        self._under_way: dict[Hashable, Future[T]] = {}
        self._next: dict[Hashable, Future[T]] = {}

    def __call__(self, question: Hashable, answer: Callable[[], T]) -> T:
        """Return an answer that is begun after this was asked; raise what it raises."""
        with self._door:
            before = self._under_way.get(question)
            mine: Future[T] | None = None
            if before is None:
                mine = self._under_way[question] = Future()
            elif question not in self._next:
                mine = self._next[question] = Future()
            shared = mine or self._next[question]
        if mine is None:
            return shared.result()
        if before is not None:
            before.exception()  # it ends, one way or the other
            self._begin(question)
        self._answer(question, shared, answer)
        return shared.result()

    def _begin(self, question: Hashable) -> None:
        """Let nobody else wait for the answer that is begun now."""
        with self._door:
            self._under_way[question] = self._next.pop(question)

    def _answer(self, question: Hashable, mine: "Future[T]", answer: Callable[[], T]) -> None:
        try:
            found = answer()
        except BaseException as error:  # noqa: BLE001  # raised in every thread that waits for it
            self._end(question, mine)
            mine.set_exception(error)
        else:
            self._end(question, mine)
            mine.set_result(found)

    def _end(self, question: Hashable, mine: "Future[T]") -> None:
        with self._door:
            if self._under_way.get(question) is mine:
                del self._under_way[question]
