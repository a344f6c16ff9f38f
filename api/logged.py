"""What of the house goes into a log for process mining; whom it shows is recorded first."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Final

from api.dependencies import Services
from api.readings import by_operator, of_pages
from application.exporting import Book
from application.jurisdiction import jurisdiction
from application.process_mining import Course, Thing, course, streams_of
from domain.record import Recorded, StreamId

CHUNK: Final = 100
"""Streams that are read, and whose subjects are one record of the book of reads."""


@dataclass(frozen=True, slots=True)
class Logged:
    """Streams as a log tells them, all as they stood at one position of the ledger.

    Without ``streams`` it is all of these ``kinds``; with ``units``, only what those answer for.
    """

    services: Services
    book: Book
    position: int
    kinds: frozenset[str]
    streams: Sequence[StreamId]
    units: frozenset[str]

    def courses(self, *, again: bool = False) -> Iterator[Course]:
        """Yield each stream; ``again``, for the same log, what it shows is on record already."""
        found = iter(self.streams or streams_of(self.book, self.kinds, self.position))
        while chunk := list(islice(found, CHUNK)):
            told = {stream: self._pages(stream) for stream in chunk}
            shown = [stream for stream in chunk if self._wanted(stream, told[stream])]
            if not again:
                self._record([page for stream in shown for page in told[stream]])
            for stream in shown:
                if one := course(stream, told[stream], self._pseudonym):
                    yield one

    def unit(self, thing: Thing) -> Course | None:
        """Return what the registry knows of a unit."""
        stream = StreamId(kind="registry", key=thing.id.replace(":", "/", 1))
        return course(stream, self._pages(stream), self._pseudonym)

    def _pages(self, stream: StreamId) -> Sequence[Recorded]:
        return [page for page in self.book.read(stream) if page.position <= self.position]

    def _wanted(self, stream: StreamId, pages: Sequence[Recorded]) -> bool:
        if not self.units:
            return stream.kind in self.kinds
        of = jurisdiction(self.services.ledger, stream, pages)
        return stream.kind in self.kinds and not self.units.isdisjoint(of.owners)

    def _record(self, pages: Collection[Recorded]) -> None:
        by_operator(self.services, "export", *of_pages(pages, values=False), len(pages))

    def _pseudonym(self, name: str) -> str:
        """Return a keyed digest, 128 bits of it: it does not come from the name by itself."""
        return self.services.opaque(f"process-mining/{name}".encode())[:32]
