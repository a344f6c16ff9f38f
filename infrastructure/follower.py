"""What keeps read models up to date: one reader per database, who folds every page once.

Rows and the position they are true at are written in one transaction per projection and batch. A
page that a projection cannot fold stops that key, visibly, and nothing else.
"""

from collections.abc import Mapping, Sequence
from itertools import groupby
from threading import Condition, Event, Thread
from time import monotonic
from typing import Any, Final

import structlog
from psycopg import Connection
from psycopg_pool import ConnectionPool

from domain.record import Recorded
from infrastructure.connections import transaction
from infrastructure.ledger import EventsourcingLedger
from infrastructure.row_table import RowSeals, RowTable
from projections.kernel import Projection

LOCK: Final = 7316400918
"""Advisory lock of the one follower; another process stands by until it is free."""
BATCH: Final = 1_000
IDLE_SECONDS: Final = 0.03
STANDBY_SECONDS: Final = 1.0

log = structlog.get_logger()


class Follower:
    """Follows the ledger with every projection, in a thread of its own, until it is closed."""

    def __init__(
        self,
        ledger: EventsourcingLedger,
        pool: ConnectionPool,
        seals: RowSeals,
        projections: Sequence[Projection[Any]],
    ) -> None:
        self._ledger, self._pool, self._seals = ledger, pool, seals
        self.tables = {projection.name: RowTable(projection, seals) for projection in projections}
        self.moved = Condition()
        self._resting: dict[str, float] = {}
        self._closing = Event()
        self._thread = Thread(target=self._run, name="follower", daemon=True)

    def start(self) -> None:
        """Begin to follow."""
        self._thread.start()

    def close(self) -> None:
        """Stop after the batch that is under way."""
        self._closing.set()
        self._thread.join()

    def prepare(self) -> None:
        """Create the tables that are missing; whoever comes second finds them."""
        with transaction(self._pool) as connection:
            connection.execute("SELECT pg_advisory_xact_lock(%s)", (LOCK + 1,))
            connection.execute(
                "CREATE TABLE IF NOT EXISTS read_model.progress (projection text PRIMARY KEY,"
                " position bigint NOT NULL,"
                " updated_at timestamptz NOT NULL DEFAULT clock_timestamp())"
            )
            connection.execute(
                "CREATE TABLE IF NOT EXISTS read_model.stopped_key (projection text, key text,"
                " position bigint NOT NULL, error text NOT NULL, PRIMARY KEY (projection, key))"
            )
            for table in self.tables.values():
                if not table.exists(connection):
                    table.create(connection)
                    restart(connection, table, 0)

    def advance(self) -> int:
        """Fold the next batch into every projection; return how many pages were folded.

        A projection that fails as a whole stays where it is, and does not hold up the others.
        """
        with self._pool.connection() as connection:
            rows = connection.execute(
                "SELECT position, projection FROM read_model.progress ORDER BY 1"
            ).fetchall()
        ours = {table.name: table for table in self.tables.values()}
        folded = 0
        for position, group in groupby(rows, key=lambda row: row[0]):
            tables = [ours[name] for _, name in group if name in ours and not self._rests(name)]
            pages = self._ledger.read_after(position, BATCH) if tables else ()
            for table in tables if pages else ():
                try:
                    self._fold(table, pages, position)
                    folded = max(folded, len(pages))
                except Exception as error:  # noqa: BLE001  # its lag shows, and it is tried again
                    failed = type(error).__name__
                    log.warning("projection_failed", projection=table.name, error=failed)
                    self._resting[table.name] = monotonic() + STANDBY_SECONDS
        if folded:
            with self.moved:
                self.moved.notify_all()
        return folded

    def _rests(self, table: str) -> bool:
        """Say whether a projection that failed is not yet to be tried again."""
        return self._resting.get(table, 0.0) > monotonic()

    def _fold(self, table: RowTable, pages: Sequence[Recorded], read_from: int) -> None:
        """Fold pages into a table that still stands where they were read from."""
        with transaction(self._pool) as connection:
            connection.execute("SET LOCAL synchronous_commit = off")  # it can be rebuilt
            found = connection.execute(
                "SELECT position FROM read_model.progress WHERE projection = %s FOR UPDATE",
                (table.name,),
            ).fetchone()
            if found == (read_from,):
                fold(connection, table, pages)
                restart(connection, table, pages[-1].position)

    def _run(self) -> None:
        while not self._closing.is_set():
            try:
                self._lead()
            except Exception as error:  # noqa: BLE001  # the thread must not end while we serve
                log.warning("follower_interrupted", error=type(error).__name__)
                self._closing.wait(STANDBY_SECONDS)

    def _lead(self) -> None:
        """Follow for as long as this process is the one that does."""
        with self._pool.connection() as leadership:
            try:
                while not self._closing.is_set():
                    held = leadership.execute("SELECT pg_try_advisory_lock(%s)", (LOCK,))
                    if held.fetchone() == (True,):
                        self.prepare()
                        self._follow(leadership)
                    self._closing.wait(STANDBY_SECONDS)
            finally:
                if not leadership.closed:
                    leadership.execute("SELECT pg_advisory_unlock_all()")

    def _follow(self, leadership: Connection[Any]) -> None:
        while not self._closing.is_set():
            if not self.advance():
                leadership.execute("SELECT")  # a lost connection is a lost lock
                self._closing.wait(IDLE_SECONDS)


def fold(connection: Connection[Any], table: RowTable, pages: Sequence[Recorded]) -> None:
    """Fold pages, in order, into the rows that they are about."""
    projection = table.projection
    ours = [page for page in pages if isinstance(page.event, projection.events)]
    concerned = [(key, page) for page in ours if (key := projection.key(page)) is not None]
    if not concerned:
        return
    stopped = stopped_keys(connection, table.name)
    before = table.load(connection, sorted({key for key, _ in concerned}))
    rows: dict[str, Any] = dict(before)
    for key, page in concerned:
        if key in stopped:
            continue
        try:
            rows[key] = projection.evolve(rows.get(key), page)
        except Exception as error:  # noqa: BLE001  # a poison page stops its key, whatever it raises
            log.warning("key_stopped", projection=table.name, position=page.position)
            stop_key(connection, table.name, key, page.position, error)
            stopped.add(key)
    changed = {key: row for key, row in rows.items() if row != before.get(key)}
    table.write(connection, changed)


def restart(connection: Connection[Any], table: RowTable, position: int) -> None:
    """Say from where a table is read on."""
    connection.execute(
        "INSERT INTO read_model.progress (projection, position) VALUES (%s, %s)"
        " ON CONFLICT (projection) DO UPDATE SET position = EXCLUDED.position,"
        " updated_at = clock_timestamp()",
        (table.name, position),
    )


def stopped_keys(connection: Connection[Any], table: str) -> set[str]:
    """Return the keys that a poison page has stopped."""
    query = "SELECT key FROM read_model.stopped_key WHERE projection = %s"
    return {key for (key,) in connection.execute(query, (table,))}


def stop_key(
    connection: Connection[Any], table: str, key: str, position: int, error: Exception
) -> None:
    """Note that a key went no further, and at which page; the error's class, never its words."""
    connection.execute(
        "INSERT INTO read_model.stopped_key (projection, key, position, error)"
        " VALUES (%s, %s, %s, %s) ON CONFLICT DO NOTHING",
        (table, key, position, type(error).__name__),
    )


def positions(connection: Connection[Any]) -> Mapping[str, int]:
    """Return how far each table has read."""
    return dict(
        connection.execute("SELECT projection, position FROM read_model.progress").fetchall()
    )
