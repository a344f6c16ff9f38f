"""Many streams in one walk: as many in a query as are woken together, all their keys fetched."""

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from itertools import groupby, islice
from operator import attrgetter
from typing import Final

from domain.record import Recorded, StreamId
from infrastructure.histories import CORRECTING
from infrastructure.page_reader import PageReader, StoredPage

TOGETHER: Final = 200
"""Streams in a query: a unit of 4,000 cases takes 20, and the memory of some thousand pages."""


def many_streams(
    reader: PageReader,
    wake: Callable[[Sequence[StoredPage]], Sequence[Recorded]],
    streams: Iterable[StreamId],
    names: Collection[str],
    upto: int | None,
) -> Iterator[tuple[StreamId, Sequence[Recorded]]]:
    """Yield streams as they are asked for, each with its pages awake."""
    wanted = sorted({*names, *CORRECTING}) if names else []
    rest = iter(streams)
    while part := list(islice(rest, TOGETHER)):
        asleep = reader.select_streams([str(stream) for stream in part], wanted, upto)
        found = {
            stream: tuple(pages)
            for stream, pages in groupby(wake(asleep), key=attrgetter("stream"))
        }
        for stream in part:
            yield stream, found.get(stream, ())
