"""Read models built anew from the ledger: beside the live table, or to be compared with it.

Where the rows of a stream's pages are its own (`Projection.within_stream`), the ledger is read
stream by stream: a stream is folded whole in memory, and each row is written once, by COPY, into a
table that has no index yet. So the work is parted among processes by the hash of the stream, and
takes no more memory for a long ledger than for a short one. Other projections are folded in the
order of positions, batch by batch, as the live ones are.
"""

import gc
import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from multiprocessing import get_context
from threading import Lock
from typing import Any, Final, NamedTuple, cast

from psycopg import Connection
from psycopg.sql import SQL, Identifier
from psycopg_pool import ConnectionPool

from infrastructure import dead_letters
from infrastructure.changed_streams import learn
from infrastructure.connections import transaction
from infrastructure.folding import fold_batch
from infrastructure.histories import CORRECTING, Told, by_stream, concerning
from infrastructure.ledger import EventsourcingLedger
from infrastructure.page_reader import StoredPage
from infrastructure.row_table import RowSeals, RowTable
from infrastructure.tail import BATCH, Batch, Kept, Woken, wake_all
from infrastructure.work import folded, work_of
from projections.catalogue import PROJECTIONS

WORTH_PROCESSES: Final = 40_000
"""Pages below which a process takes longer to start than to do its part."""
PROCESSES_MAX: Final = 4
GARBAGE: Final = 200_000
"""Objects after which a process that only builds looks for garbage."""
ROWS: Final = 1_000
"""Rows of one table that are written together."""
BY_STREAM: Final = (
    "SELECT stream, name, page, encode(prev_hash, 'hex'), encode(hash, 'hex'), recorded_at,"
    " position FROM ledger.event"
    " WHERE position <= %s AND name = ANY(%s)"
    " AND (hashtextextended(stream, 0) & 1023) %% %s = %s ORDER BY stream, version"
)


@dataclass(frozen=True, slots=True)
class Workshop:
    """What is needed to build tables: the ledger to read, a pool to write by, seals for rows."""

    ledger: EventsourcingLedger
    pool: ConnectionPool
    seals: RowSeals


Opening = Callable[[], AbstractContextManager[Workshop]]
"""Opens a workshop in another process: a function of some module, with arguments to pickle."""


@dataclass(frozen=True, slots=True)
class Part:
    """The part of one process: streams whose hash leaves ``number`` when divided by ``of``."""

    projections: tuple[str, ...]
    suffix: str
    upto: int
    number: int
    of: int


def tables_of(shop: Workshop, part: Part) -> list[RowTable]:
    """Return the tables that a part is about, found by the names of their projections."""
    known = {projection.name: projection for projection in PROJECTIONS}
    return [RowTable(known[name], shop.seals, part.suffix) for name in part.projections]


def fill_part(opening: Opening, part: Part) -> int:
    """Fill one part of some tables, in a process of its own; return how many pages were read."""
    gc.freeze()  # of what was imported nothing is garbage, and pages make no cycles:
    gc.set_threshold(GARBAGE)  # looking for some took a third of the time
    with opening() as shop:
        return fill_by_stream(shop, tables_of(shop, part), part)


def fill_by_stream(shop: Workshop, tables: Sequence[RowTable], part: Part) -> int:
    """Fold the streams of a part whole, one after the other, and write each row once."""
    names = sorted(CORRECTING.union(*(table.event_names for table in tables)))
    count = 0
    with transaction(shop.pool) as connection:
        connection.execute("SET LOCAL synchronous_commit = off")
        pending = [Pending(connection, table) for table in tables]
        for stream in by_stream(_read(shop, part, names)):
            count += len(stream)
            told = Told.of([(k.page, k.woken) for k in stream if k.woken])
            for one in pending:
                one.take(concerning(one.table, told))
        for one in pending:
            one.write()
    return count


class Pending:
    """Rows of one table that wait to be written together."""

    def __init__(self, connection: Connection[Any], table: RowTable) -> None:
        self._connection, self.table = connection, table
        self._rows: dict[str, Any] = {}
        self._last: dict[str, int] = {}

    def take(self, pages: Sequence[Woken]) -> None:
        """Fold a whole stream."""
        if not pages:
            return
        work = work_of(self.table, pages)
        self._rows |= {key: row for key, row in folded(work, {}).items() if row is not None}
        self._last |= {key: page.position for key, page in work.pages}
        dead_letters.send(self._connection, work.letters)
        if len(self._rows) >= ROWS:
            self.write()

    def write(self) -> None:
        """Write what waits; a row that cannot be written stops its key and nothing else."""
        rows, last = self._rows, self._last
        self._rows, self._last = {}, {}
        if not self._copied(rows):
            for key, row in rows.items():
                self._copied({key: row}, last[key])

    def _copied(self, rows: dict[str, Any], position: int = 0) -> bool:
        try:
            with self._connection.transaction():
                self.table.copy(self._connection, rows)
        except Exception as error:
            if dead_letters.is_ours(error):
                raise
            if position:
                (key,) = rows
                name = self.table.name
                letters = [dead_letters.letter(name, key, position, error)]
                dead_letters.send(self._connection, letters)
            return False
        return True


def _read(shop: Workshop, part: Part, names: Sequence[str]) -> Iterator[list[Kept]]:
    learn(shop.ledger, part.upto)
    values = (part.upto, list(names), part.of, part.number)
    with transaction(shop.pool) as reading, reading.cursor("pages") as cursor:
        reading.execute("SET LOCAL work_mem = '64MB'")  # the pages of a part are sorted
        cursor.execute(BY_STREAM, values)
        while rows := cursor.fetchmany(BATCH):
            kept = [Kept(cast(StoredPage, leaf)) for leaf in map(Leaf._make, rows)]
            wake_all(kept, shop.ledger.awake)
            yield kept


class Leaf(NamedTuple):
    """What is needed of a stored page to wake it: made in a tenth of the time of a `StoredPage`."""

    originator_id: str
    topic: str
    state: bytes
    prev_hash: str
    hash: str
    recorded_at: datetime
    id: int


class Rebuilding:
    """Fills tables of their own with what the ledger says up to a position."""

    def __init__(self, shop: Workshop, opening: Opening | None, processes: int | None) -> None:
        self._shop, self._opening = shop, opening
        self._processes = processes or min(os.cpu_count() or 1, PROCESSES_MAX)

    def fill(self, tables: Sequence[RowTable], upto: int) -> None:
        """Make tables, and fill them with the rows that the pages up to a position lead to."""
        learn(self._shop.ledger, upto)
        with transaction(self._shop.pool) as connection:
            for table in tables:
                drop(connection, table)
                table.create_bare(connection)
        whole = [table for table in tables if table.projection.within_stream]
        others = [table for table in tables if not table.projection.within_stream]
        if whole:
            self._fill_whole(whole, upto)
        with transaction(self._shop.pool) as connection:
            for table in tables:
                table.add_indexes(connection)
        self.fold_on(others, 0, upto)

    def fold_on(self, tables: Sequence[RowTable], after: int, upto: int) -> None:
        """Fold the pages after one position up to another into tables, in their order."""
        while tables and after < upto:
            with transaction(self._shop.pool) as connection:
                connection.execute("SET LOCAL synchronous_commit = off")
                after = self.fold_next(connection, tables, after, upto)

    def fold_next(
        self, connection: Connection[Any], tables: Sequence[RowTable], after: int, upto: int
    ) -> int:
        """Fold the next batch within the caller's transaction; return how far it went."""
        pages = self._shop.ledger.recorder.select_notifications(
            after, BATCH, stop=upto, inclusive_of_start=False
        )
        kept = [Kept(page) for page in pages if isinstance(page, StoredPage)]
        batch = Batch(after, kept, self._shop.ledger.awake, Lock())
        try:
            with connection.transaction():
                fold_batch(connection, tables, batch)
        except Exception as error:
            if dead_letters.is_ours(error):
                raise
            fold_batch(connection, tables, batch, carefully=True)
        return batch.upto if kept else upto

    def _fill_whole(self, tables: Sequence[RowTable], upto: int) -> None:
        """Part the streams among processes, where there is enough to do; else do it here."""
        known = {id(projection) for projection in PROJECTIONS}
        findable = all(id(table.projection) in known for table in tables)
        suffix = tables[0].name.removeprefix(tables[0].projection.table)
        names = tuple(table.projection.name for table in tables)
        if self._opening and findable and self._processes > 1 and upto >= WORTH_PROCESSES:
            parts = [Part(names, suffix, upto, n, self._processes) for n in range(self._processes)]
            with ProcessPoolExecutor(self._processes, mp_context=get_context("spawn")) as hands:
                list(hands.map(fill_part, [self._opening] * len(parts), parts))
        else:
            fill_by_stream(self._shop, tables, Part(names, suffix, upto, 0, 1))


def drop(connection: Connection[Any], table: RowTable) -> None:
    """Remove a table that was made to be filled, and what it was stopped by."""
    connection.execute(SQL("DROP TABLE IF EXISTS {}").format(table.table))
    dead_letters.forget(connection, table.name)


def take_place(connection: Connection[Any], fresh: RowTable, live: RowTable) -> None:
    """Put a table in the place of the live one, with what stopped it."""
    connection.execute(SQL("DROP TABLE {}").format(live.table))
    connection.execute(
        SQL("ALTER TABLE {} RENAME TO {}").format(fresh.table, Identifier(live.name))
    )
    dead_letters.forget(connection, live.name)
    dead_letters.hand_over(connection, fresh.name, live.name)
