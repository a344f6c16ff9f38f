"""The ledger read stream by stream, in parts: streams whose names are next to each other.

Streams are named in the order in which they began, so the pages of a part lie near each other.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, NamedTuple, cast

from psycopg import Connection

from infrastructure.closed_pages import all_closed
from infrastructure.connections import transaction
from infrastructure.histories import CORRECTING, STREAM, by_stream
from infrastructure.page_reader import Lender, StoredPage
from infrastructure.row_table import RowTable
from infrastructure.tail import BATCH, Kept, Wake, wake_all

PART_PAGES: Final = 20_000
"""About as many pages are read and sorted together at most: 20 MB, within `WORK_MEMORY`."""
PARTS: Final = 8
"""At least so many parts for each process, that all have done about as much in the end. Twice as
many cost PostgreSQL a microsecond more for each page."""
SAMPLES: Final = 64
"""Pages that are looked at for each part, to find where it ends."""
GOLDEN: Final = (5**0.5 - 1) / 2
"""Of all steps through a range this one, taken again and again, falls in with no rhythm in it: by
even steps, every twelfth page, of cases of twelve, no page of a person may ever be looked at."""
WORK_MEMORY: Final = "64MB"
LAST: Final = chr(0x10FFFF)
"""Comes after the name of every stream."""
SAMPLE: Final = "SELECT stream FROM ledger.event WHERE position = ANY(%s) ORDER BY stream"
BY_STREAM: Final = (
    "SELECT stream, name, page, recorded_at, position FROM ledger.event"
    " WHERE position <= %s AND name = ANY(%s) AND stream >= %s AND stream < %s"
    " ORDER BY stream, version"
)


class Part(NamedTuple):
    """Streams whose names are not before ``first``, and before ``end``."""

    first: str
    end: str


WHOLE: Final = Part("", LAST)


class Leaf(NamedTuple):
    """What is needed of a stored page to wake it: made in a tenth of the time of a `StoredPage`.

    Its hashes are nobody's matter: a row says nothing of them.
    """

    originator_id: str
    topic: str
    state: bytes
    recorded_at: datetime
    id: int
    prev_hash: str = ""
    hash: str = ""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which pages tables fold, by their names, and which of these all leave closed."""

    names: frozenset[str]
    closed: frozenset[str]

    @classmethod
    def by(cls, tables: Iterable[RowTable]) -> "Wanted":
        """Return what some tables want together: their pages, and what corrects these."""
        opened, closed = set(CORRECTING), set[str]()
        for table in tables:
            opened |= table.event_names - table.closed_names
            closed |= table.closed_names
        return cls(frozenset(opened | closed), frozenset(closed - opened))


def parts_of(connection: Connection[Any], upto: int, processes: int) -> tuple[Part, ...]:
    """Part the streams so that about as many pages are in each part."""
    many = max(PARTS * processes, -(-upto // PART_PAGES))
    looked_at = [int(n * GOLDEN % 1 * upto) + 1 for n in range(many * SAMPLES)]
    rows = connection.execute(SAMPLE, (looked_at,)).fetchall()
    ends = dict.fromkeys(rows[len(rows) * n // many][0] for n in range(1, many) if rows)
    return tuple(map(Part, ["", *ends], [*ends, LAST]))


def streams_in(
    pool: Lender, wake: Wake, part: Part, upto: int, wanted: Wanted
) -> Iterator[list[Kept]]:
    """Yield the pages of each stream of a part, awake: those that all leave closed are closed."""
    for kept in _whole_streams(_read(pool, part, upto, wanted.names)):
        _wake(kept, wake, wanted.closed)  # each once: nothing of it is kept awake
        yield from by_stream([kept])


def _read(pool: Any, part: Part, upto: int, names: Collection[str]) -> Iterator[list[Kept]]:
    with transaction(pool) as reading, reading.cursor("pages") as cursor:
        # A part is a small one of many: to go through the whole table for each is never quickest.
        reading.execute("SET LOCAL enable_seqscan = off")
        reading.execute(f"SET LOCAL work_mem = '{WORK_MEMORY}'")
        # In binary form: a page in hex takes as long to read as the rest of its row twice over.
        cursor.execute(BY_STREAM, (upto, sorted(names), *part), binary=True)
        while rows := cursor.fetchmany(BATCH):
            yield [Kept(cast(StoredPage, Leaf(*row))) for row in rows]


def _whole_streams(batches: Iterable[list[Kept]]) -> Iterator[list[Kept]]:
    """Yield batches again, each cut where its last stream begins, which then is in the next."""
    last: list[Kept] = []
    for kept in batches:
        last += kept
        unfinished = STREAM(last[-1])
        cut = next((n for n in range(len(last), 0, -1) if STREAM(last[n - 1]) != unfinished), 0)
        if cut:
            yield last[:cut]
            last = last[cut:]
    if last:
        yield last


def _wake(kept: Sequence[Kept], wake: Wake, closed: Collection[str]) -> None:
    """Wake whole streams, some pages closed: none of a stream in which facts were corrected."""
    if not closed:
        wake_all(kept, wake)
        return
    corrected = {one.page.originator_id for one in kept if one.page.topic in CORRECTING}
    open_, shut = list[Kept](), list[Kept]()
    for one in kept:
        page = one.page
        left = page.topic in closed and page.originator_id not in corrected
        (shut if left else open_).append(one)
    wake_all(open_, wake)
    wake_all(shut, all_closed)
