"""Read models built anew from the ledger: beside the live table, or to be compared with it.

Where the rows of a stream's pages are its own (`Projection.within_stream`), the ledger is read
stream by stream: a stream is folded whole in memory, and each row is written once, by COPY, into a
table that has no index yet. So the work is parted by ranges of streams, many for each process, and
takes no more memory for a long ledger than for a short one. Streams are named in the order in which
they began, so the pages of a range lie near each other. Other projections are folded in the order
of positions, batch by batch, as the live ones are, and meanwhile.
"""

import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass, replace
from itertools import chain
from threading import Lock
from typing import Any, Final

from psycopg import Connection
from psycopg.sql import SQL, Composed, Identifier
from psycopg_pool import ConnectionPool

from infrastructure import dead_letters
from infrastructure.changed_streams import NAMES as FORGETTING_NAMES
from infrastructure.changed_streams import learn
from infrastructure.connections import transaction
from infrastructure.folding import fold_batch
from infrastructure.histories import CORRECTING, Told, concerning
from infrastructure.ledger import EventsourcingLedger
from infrastructure.page_reader import StoredPage
from infrastructure.rebuild_hands import RebuildHands
from infrastructure.row_table import RowSeals, RowTable
from infrastructure.stream_pages import WHOLE, Part, Wanted, parts_of, streams_in
from infrastructure.tail import BATCH, Batch, Kept, Woken
from infrastructure.work import folded, work_of
from projections.catalogue import PROJECTIONS

WORTH_PROCESSES: Final = 40_000
"""Pages below which a process takes longer to start than to do its part."""
PROCESSES_MAX: Final = 4
ROWS: Final = 1_000
"""Rows of one table that are written together."""


@dataclass(frozen=True, slots=True)
class Workshop:
    """What is needed to build tables: the ledger to read, a pool to write by, seals for rows."""

    ledger: EventsourcingLedger
    pool: ConnectionPool
    seals: RowSeals


Opening = Callable[[], AbstractContextManager[Workshop]]
"""Opens a workshop in another process: a function of some module, with arguments to pickle."""


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


def tables_of(shop: Workshop, task: Task) -> list[RowTable]:
    """Return the tables that a task is about, found by the names of their projections."""
    known = {projection.name: projection for projection in PROJECTIONS}
    return [RowTable(known[name], shop.seals, task.suffix) for name in task.projections]


def fill_task(opening: Opening, task: Task) -> int:
    """Do a task in a process of its own; return how many pages were read."""
    with opening() as shop:
        return fill_by_stream(shop, tables_of(shop, task), task.upto, task.parts)


def fill_by_stream(
    shop: Workshop, tables: Sequence[RowTable], upto: int, parts: Iterable[Part] = (WHOLE,)
) -> int:
    """Fold the streams of some parts whole, one after the other, and write each row once."""
    learn(shop.ledger, upto)
    wake, wanted, count = shop.ledger.codec.recorded, Wanted.by(tables), 0
    with transaction(shop.pool) as connection:
        connection.execute("SET LOCAL synchronous_commit = off")
        writing = Writing([Pending(connection, table) for table in tables])
        for part in parts:
            for stream in streams_in(shop.pool, wake, part, upto, wanted):
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
        if (opening := self._opening) and self._is_worth_parting(whole, upto):
            self._fill_parted(opening, whole, others, upto)
        else:
            self.fold_on(others, 0, upto)
            if whole:
                fill_by_stream(self._shop, whole, upto)
        self._add_indexes(whole)

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

    def _is_worth_parting(self, tables: Sequence[RowTable], upto: int) -> bool:
        """Say whether other processes find the tables by their names, and there is enough to do."""
        known = set(map(id, PROJECTIONS))
        findable = tables and all(id(table.projection) in known for table in tables)
        return bool(findable) and self._processes > 1 and upto >= self._worth

    def _add_indexes(self, tables: Sequence[RowTable]) -> None:
        """Index tables that are filled, as many at a time as there are processes.

        Their keys first, for which a table is locked; then those with the most indexes first.
        """
        others = sorted((table.indexes() for table in tables), key=len, reverse=True)
        self._execute_all([table.primary_key() for table in tables])
        self._execute_all(list(chain.from_iterable(others)))

    def _execute_all(self, statements: Sequence[Composed]) -> None:
        """Make indexes side by side; PostgreSQL parts one among workers only where few are made."""
        workers = self._processes // len(statements) if statements else 0

        def execute(statement: Composed) -> None:
            with transaction(self._shop.pool) as connection:
                connection.execute(f"SET LOCAL max_parallel_maintenance_workers = {workers}")
                connection.execute(statement)

        with ThreadPoolExecutor(self._processes) as hands:
            list(hands.map(execute, statements))

    def _fill_parted(
        self, opening: Opening, whole: Sequence[RowTable], others: Sequence[RowTable], upto: int
    ) -> None:
        """Fill tables part by part: here until processes are there to do what is left."""
        names = tuple(table.projection.name for table in whole)
        suffix = whole[0].name.removeprefix(whole[0].projection.table)
        with self._shop.pool.connection() as connection:
            parts = deque(parts_of(connection, upto, self._processes))

        def rest() -> tuple[Task, int]:
            left = tuple(taken(parts))
            return Task(names, suffix, upto, left), self._processes

        # In this order: if we fail, they are ended, and so is the wait for them.
        with ThreadPoolExecutor(1) as waiting, RebuildHands(opening) as hands:
            filling = waiting.submit(hands.done, rest)
            self.fold_on(others, 0, upto)
            fill_by_stream(self._shop, whole, upto, taken(parts))
            filling.result()


def taken(parts: deque[Part]) -> Iterator[Part]:
    """Take parts as long as there are any: somebody else may take them as well."""
    while parts:
        with suppress(IndexError):
            yield parts.popleft()


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
