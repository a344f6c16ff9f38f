"""What was used last, and no more of it than fits."""

from collections import OrderedDict
from collections.abc import Callable
from threading import Lock
from typing import Generic, TypeVar

K = TypeVar("K")
V = TypeVar("V")


class Recent(Generic[K, V]):
    """A bounded cache that lets go of what was not used for longest. For any number of threads.

    ``weight`` says how much of ``most`` a value takes up.
    """

    def __init__(self, most: int, weight: Callable[[V], int] | None = None) -> None:
        self._most, self._weight = most, weight
        self._kept: OrderedDict[K, V] = OrderedDict()
        self._held = 0
        self._door = Lock()

    def get(self, key: K) -> V | None:
        """Return what is kept under a key, and count it as used."""
        with self._door:
            value = self._kept.get(key)
            if value is not None:
                self._kept.move_to_end(key)
            return value

    def keep(self, key: K, value: V) -> None:
        """Keep a value, and let go of others until all that is kept fits."""
        with self._door:
            kept = self._kept
            before = kept.pop(key, None)
            kept[key] = value
            if self._weight is None:
                if len(kept) > self._most:
                    kept.popitem(last=False)
                return
            self._held += self._weight(value) - (self._weight(before) if before is not None else 0)
            while self._held > self._most:
                _, gone = self._kept.popitem(last=False)
                self._held -= self._weight(gone)

    def drop(self, key: K) -> None:
        """Let go of what is kept under a key, if anything is."""
        with self._door:
            gone = self._kept.pop(key, None)
            if gone is not None and self._weight is not None:
                self._held -= self._weight(gone)

    def clear(self) -> None:
        """Let go of everything."""
        with self._door:
            self._kept.clear()
            self._held = 0
