"""What keeps read models up to date: one reader per database, who folds every page once.

Rows and the position they are true at are written in one transaction per projection and batch. A
page that a projection cannot fold stops that key, visibly, and nothing else.
"""

from collections.abc import Mapping, Sequence
from itertools import groupby
from threading import Condition, Event, Thread
from typing import Any, Final

import psycopg
import structlog
from psycopg import Connection
from psycopg_pool import ConnectionPool, PoolTimeout

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
                " version integer NOT NULL, position bigint NOT NULL,"
                " updated_at timestamptz NOT NULL DEFAULT clock_timestamp())"
            )
            connection.execute(
                "CREATE TABLE IF NOT EXISTS read_model.stopped_key (projection text, key text,"
                " position bigint NOT NULL, error text NOT NULL, PRIMARY KEY (projection, key))"
            )
            for name, table in self.tables.items():
                if not table.exists(connection):
                    table.create(connection)
                    restart(connection, name, table.projection.version, 0)

    def advance(self) -> int:
        """Fold the next batch into every projection; return how many pages were read."""
        with self._pool.connection() as connection:
            rows = connection.execute(
                "SELECT position, projection FROM read_model.progress ORDER BY 1"
            ).fetchall()
        read = 0
        for position, group in groupby(rows, key=lambda row: row[0]):
            names = [name for _, name in group if name in self.tables]
            pages = self._ledger.read_after(position, BATCH) if names else ()
            read += len(pages)
            for name in names if pages else ():
                self._fold(name, pages)
        if read:
            with self.moved:
                self.moved.notify_all()
        return read

    def _fold(self, name: str, pages: Sequence[Recorded]) -> None:
        with transaction(self._pool) as connection:
            connection.execute("SET LOCAL synchronous_commit = off")  # it can be rebuilt
            found = connection.execute(
                "SELECT position FROM read_model.progress WHERE projection = %s FOR UPDATE", (name,)
            ).fetchone()
            position: int = found[0] if found else 0
            fold(connection, self.tables[name], [p for p in pages if p.position > position])
            connection.execute(
                "UPDATE read_model.progress SET position = %s, updated_at = clock_timestamp()"
                " WHERE projection = %s AND position < %s",
                (pages[-1].position, name, pages[-1].position),
            )

    def _run(self) -> None:
        while not self._closing.is_set():
            try:
                self._lead()
            except (psycopg.Error, PoolTimeout) as error:
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
    concerned = [
        (key, page)
        for page in pages
        if isinstance(page.event, projection.events) and (key := projection.key(page)) is not None
    ]
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
            rows[key] = before.get(key)
    changed = {key: row for key, row in rows.items() if row != before.get(key)}
    table.write(connection, changed)


def restart(connection: Connection[Any], name: str, version: int, position: int) -> None:
    """Say from where a projection is read on."""
    connection.execute(
        "INSERT INTO read_model.progress (projection, version, position) VALUES (%s, %s, %s)"
        " ON CONFLICT (projection) DO UPDATE SET version = EXCLUDED.version,"
        " position = EXCLUDED.position, updated_at = clock_timestamp()",
        (name, version, position),
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
    """Return how far each projection has read."""
    return dict(
        connection.execute("SELECT projection, position FROM read_model.progress").fetchall()
    )
