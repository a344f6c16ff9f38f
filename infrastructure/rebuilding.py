"""Read models built anew from the ledger: beside the live table, or to be compared with it.

Where the rows of a stream's pages are its own (`Projection.within_stream`), the ledger is read
stream by stream: a stream is folded whole in memory, and each row is written once, by COPY, into a
table that has no index yet. So the work is parted by ranges of streams, many for each process, and
takes no more memory for a long ledger than for a short one. Streams are named in the order in which
they began, so the pages of a range lie near each other. Other projections are folded in the order
of positions, batch by batch, as the live ones are, and meanwhile.
"""

import gc
import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import repeat
from multiprocessing import get_context, parent_process
from threading import Lock
from typing import Any, Final, NamedTuple, cast

from psycopg import Connection
from psycopg.sql import SQL, Identifier
from psycopg_pool import ConnectionPool

from infrastructure import dead_letters
from infrastructure.changed_streams import NAMES as FORGETTING_NAMES
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
MEANWHILE: Final = 15_000
"""Pages that are folded here while those processes start: half a second's work."""
GARBAGE: Final = 200_000
"""Objects after which a process that only builds looks for garbage."""
ROWS: Final = 1_000
"""Rows of one table that are written together."""
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
    "SELECT stream, name, page, encode(prev_hash, 'hex'), encode(hash, 'hex'), recorded_at,"
    " position FROM ledger.event"
    " WHERE position <= %s AND name = ANY(%s) AND stream >= %s AND stream < %s"
    " ORDER BY stream, version"
)


@dataclass(frozen=True, slots=True)
class Workshop:
    """What is needed to build tables: the ledger to read, a pool to write by, seals for rows."""

    ledger: EventsourcingLedger
    pool: ConnectionPool
    seals: RowSeals


Opening = Callable[[], AbstractContextManager[Workshop]]
"""Opens a workshop in another process: a function of some module, with arguments to pickle."""


class Part(NamedTuple):
    """Streams whose names are not before ``first``, and before ``end``."""

    first: str
    end: str


WHOLE: Final = Part("", LAST)


@dataclass(frozen=True, slots=True)
class Task:
    """Tables to be filled up to a position, known to other processes by their projections' names.

    ``parts`` are to be done one after the other.
    """

    projections: tuple[str, ...]
    suffix: str
    upto: int
    parts: tuple[Part, ...]

    def among(self, processes: int) -> list["Task"]:
        """Divide it: each process has some parts from all over the ledger."""
        return [replace(self, parts=self.parts[n::processes]) for n in range(processes)]


def parts_of(connection: Connection[Any], upto: int, processes: int) -> tuple[Part, ...]:
    """Part the streams so that about as many pages are in each part."""
    many = max(PARTS * processes, -(-upto // PART_PAGES))
    looked_at = [int(n * GOLDEN % 1 * upto) + 1 for n in range(many * SAMPLES)]
    rows = connection.execute(SAMPLE, (looked_at,)).fetchall()
    ends = dict.fromkeys(rows[len(rows) * n // many][0] for n in range(1, many) if rows)
    return tuple(map(Part, ["", *ends], [*ends, LAST]))


def tables_of(shop: Workshop, task: Task) -> list[RowTable]:
    """Return the tables that a task is about, found by the names of their projections."""
    known = {projection.name: projection for projection in PROJECTIONS}
    return [RowTable(known[name], shop.seals, task.suffix) for name in task.projections]


def fill_parted(opening: Opening, task: Task, processes: int) -> int:
    """Part a task among processes, from one that was started for this; return how many pages.

    It has one thread and so may fork, which a service must not: what takes most of a second to
    import, and what is imported takes up in memory, is then there once for all of them.
    """
    gc.freeze()  # of what was imported nothing is garbage, and pages make no cycles:
    gc.set_threshold(GARBAGE)  # looking for some took a third of the time
    with ProcessPoolExecutor(processes, mp_context=get_context("fork")) as hands:
        pages = sum(hands.map(fill_task, repeat(opening), task.among(processes)))
    if (parent := parent_process()) and not parent.is_alive():
        os._exit(1)  # it was killed: the pool would wait for a next task for ever
    return pages


def fill_task(opening: Opening, task: Task) -> int:
    """Do a task in a process of its own; return how many pages were read."""
    with opening() as shop:
        return fill_by_stream(shop, tables_of(shop, task), task.upto, task.parts)


def fill_by_stream(
    shop: Workshop, tables: Sequence[RowTable], upto: int, parts: Sequence[Part] = (WHOLE,)
) -> int:
    """Fold the streams of some parts whole, one after the other, and write each row once."""
    learn(shop.ledger, upto)
    names = sorted(CORRECTING.union(*(table.event_names for table in tables)))
    count = 0
    with transaction(shop.pool) as connection:
        connection.execute("SET LOCAL synchronous_commit = off")
        writing = Writing([Pending(connection, table) for table in tables])
        for part in parts:
            for stream in by_stream(_read(shop, part, upto, names)):
                count += len(stream)
                writing.take(stream)
        writing.end()
    return count


class Writing:
    """The tables that are filled, and which of them a page is for."""

    def __init__(self, pending: Sequence["Pending"]) -> None:
        self._all = pending
        self._by_name: dict[str, list[Pending]] = {name: [*pending] for name in CORRECTING}
        for one in pending:
            for name in one.table.event_names - CORRECTING:
                self._by_name.setdefault(name, []).append(one)

    def take(self, stream: Sequence[Kept]) -> None:
        """Fold a whole stream into the tables that fold any of its pages."""
        told = Told.of([(kept.page, kept.woken) for kept in stream if kept.woken])
        names = dict.fromkeys(kept.page.topic for kept in stream)
        for one in dict.fromkeys(one for name in names for one in self._by_name[name]):
            one.take(concerning(one.table, told))

    def end(self) -> None:
        """Write what still waits."""
        for one in self._all:
            one.write()


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
        for key, row in folded(work, {}).items():
            if row is not None:
                self._rows[key] = row
        for key, page in work.pages:
            self._last[key] = page.position
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


def _read(shop: Workshop, part: Part, upto: int, names: Sequence[str]) -> Iterator[list[Kept]]:
    with transaction(shop.pool) as reading, reading.cursor("pages") as cursor:
        # A part is a small one of many: to go through the whole table for each is never quickest.
        reading.execute("SET LOCAL enable_seqscan = off")
        reading.execute(f"SET LOCAL work_mem = '{WORK_MEMORY}'")
        # In binary form: a page in hex takes as long to read as the rest of its row twice over.
        cursor.execute(BY_STREAM, (upto, list(names), *part), binary=True)
        while rows := cursor.fetchmany(BATCH):
            kept = [Kept(cast(StoredPage, leaf)) for leaf in map(Leaf._make, rows)]
            wake_all(kept, shop.ledger.codec.recorded)  # each once: nothing of it is kept awake
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

    def __init__(
        self,
        shop: Workshop,
        opening: Opening | None,
        processes: int | None,
        worth: int = WORTH_PROCESSES,
    ) -> None:
        self._shop, self._opening, self._worth = shop, opening, worth
        self._processes = processes or min(os.cpu_count() or 1, PROCESSES_MAX)

    def fill(self, tables: Sequence[RowTable], upto: int) -> None:
        """Make tables, and fill them with the rows that the pages up to a position lead to."""
        whole = [table for table in tables if table.projection.within_stream]
        others = [table for table in tables if not table.projection.within_stream]
        with transaction(self._shop.pool) as connection:
            for table in tables:
                drop(connection, table)
                table.create_bare(connection)
            for table in others:
                table.add_indexes(connection)
        learn(self._shop.ledger, upto)
        with self._filling(whole, upto):
            self.fold_on(others, 0, upto)
        with ThreadPoolExecutor(self._processes) as hands:
            list(hands.map(self._add_indexes, whole))

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
        names = CORRECTING.union(FORGETTING_NAMES, *(table.event_names for table in tables))
        pages = self._shop.ledger.recorder.select_notifications(
            after, BATCH, stop=upto, topics=sorted(names), inclusive_of_start=False
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

    def _add_indexes(self, table: RowTable) -> None:
        with transaction(self._shop.pool) as connection:
            table.add_indexes(connection)

    @contextmanager
    def _filling(self, tables: Sequence[RowTable], upto: int) -> Iterator[None]:
        """Fill tables stream by stream: meanwhile, where there is enough to do for processes."""
        known = {id(projection) for projection in PROJECTIONS}
        findable = tables and all(id(table.projection) in known for table in tables)
        if self._opening and findable and self._processes > 1 and upto >= self._worth:
            with self._shop.pool.connection() as connection:
                parts = parts_of(connection, upto, self._processes)
            names = tuple(table.projection.name for table in tables)
            suffix = tables[0].name.removeprefix(tables[0].projection.table)
            ours = min(len(parts) * MEANWHILE // upto, len(parts) // 2)
            task = Task(names, suffix, upto, parts[ours:])
            with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as foreman:
                filling = foreman.submit(fill_parted, self._opening, task, self._processes)
                fill_by_stream(self._shop, tables, upto, parts[:ours])
                yield
                filling.result()
        else:
            yield
            if tables:
                fill_by_stream(self._shop, tables, upto)


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
