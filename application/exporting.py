"""The ledger, or a part of it, page by page in the order in which it was told."""

from collections.abc import Iterator, Sequence
from heapq import merge
from typing import Protocol

from domain.record import Recorded, StreamId


class Book(Protocol):
    """A ledger that can be read from its first page to its last."""

    def read(self, stream: StreamId) -> Sequence[Recorded]:
        """Return every page of a stream in the order of its versions."""
        ...

    def walk(self, after: int = 0, upto: int | None = None) -> Iterator[Recorded]:
        """Yield every page from a position on, up to the last one there is, or ``upto``."""
        ...


def pages(book: Book, kinds: frozenset[str], streams: Sequence[StreamId]) -> Iterator[Recorded]:
    """Yield the pages of these streams, or else of these kinds, or else of all streams."""
    found = (
        merge(*(book.read(stream) for stream in streams), key=lambda page: page.position)
        if streams
        else book.walk()
    )
    return (page for page in found if not kinds or page.stream.kind in kinds)
