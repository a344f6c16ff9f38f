"""What keeps read models up to date: folds what the tail brings into the projections that are ours.

All projections that stand at one position are moved on together: their rows, and the position they
are true at, in one transaction. A page that a projection cannot fold stops that key, visibly, and
nothing else; a projection that fails as a whole rests, and holds up no other.
"""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from itertools import groupby
from threading import Condition, Event, Thread
from time import monotonic
from typing import Any, Final

import psycopg
import structlog
from psycopg import Connection
from psycopg_pool import ConnectionPool

from infrastructure.connections import transaction
from infrastructure.folding import fold_batch
from infrastructure.leases import Leases, taken
from infrastructure.messages import READ_MODELS
from infrastructure.page_reader import PageReader
from infrastructure.row_table import RowSeals, RowTable
from infrastructure.standing_connection import StandingConnection
from infrastructure.tail import BATCH, Batch, Tail
from projections.kernel import Projection

LOCK: Final = 7316400918
"""Advisory lock of whoever creates tables that are missing."""
BEHIND_BATCH: Final = 200
"""Pages at a time for a projection that is behind while others are not: they must not wait."""
RETRY_SECONDS: Final = 0.2
REST_SECONDS: Final = 1.0

log = structlog.get_logger()


class Follower:
    """Follows the ledger with its share of the projections, in a thread of its own."""

    def __init__(
        self,
        tail: Tail,
        pool: ConnectionPool,
        seals: RowSeals,
        projections: Sequence[Projection[Any]],
    ) -> None:
        self._tail, self._pool = tail, pool
        # A process that hangs within a transaction is thrown out of it, for the next to take over.
        self._own = StandingConnection(
            str(pool.conninfo), idle_in_transaction_session_timeout="2s", lock_timeout="5s"
        )
        self._reader = PageReader(self._own)
        self.tables = {projection.name: RowTable(projection, seals) for projection in projections}
        self._by_table = {table.name: table for table in self.tables.values()}
        self._leases = Leases(self._by_table)
        self.moved = Condition()
        self.moves = 0
        self._seen: dict[str, int] = {}
        self._resting: dict[str, float] = {}
        self._closing = Event()
        self._thread = Thread(target=self._run, name="follower", daemon=True)
        tail.on(READ_MODELS, self._others_moved)

    def start(self) -> None:
        """Begin to follow."""
        self._tail.start()
        self._thread.start()

    def close(self) -> None:
        """Stop after the batch that is under way, and let the others take over."""
        self._closing.set()
        self._tail.close()
        if self._thread.ident:
            self._thread.join()
        self._own.close()

    def prepare(self) -> None:
        """Create the tables that are missing; whoever comes second finds them."""
        with transaction(self._pool) as connection:
            connection.execute("SELECT pg_advisory_xact_lock(%s)", (LOCK,))
            for table in self.tables.values():
                if not table.exists(connection):
                    table.create(connection)
                    restart(connection, table, 0)

    def advance(self, most: int = BATCH) -> int:
        """Fold the next batch into every projection that is ours; return how many pages."""
        with self._pool.connection() as connection:
            return self._round(connection, None, most)

    def reached(self, position: int) -> bool:
        """Say whether all projections have seen a position, as far as is known here."""
        return all(self._seen.get(name, 0) >= position for name in self._by_table)

    def await_move(self, moves: int, seconds: float) -> None:
        """Wait until projections have moved on, here or elsewhere, since they had so often."""
        with self.moved:
            self.moved.wait_for(lambda: self.moves != moves, seconds)

    @property
    def alone(self) -> bool:
        """Say whether all projections are folded here, so that nobody else knows more of them."""
        return len(self._leases.held) == len(self._by_table)

    def learn(self, positions: Mapping[str, int]) -> None:
        """Hear how far projections are."""
        for name, position in positions.items():
            self._seen[name] = max(position, self._seen.get(name, 0))

    def _others_moved(self) -> None:
        with self.moved:
            self.moves += 1
            self.moved.notify_all()

    def _run(self) -> None:
        away = False  # an outage is told of once, however often it is tried
        while not self._closing.is_set():
            try:
                with self._own.connection() as connection:
                    while not self._closing.is_set():
                        folded = self._round(connection, self._reader)
                        away = False
                        if not folded:
                            self._rest()
            except Exception as error:  # noqa: BLE001  # the thread must not end while we serve
                if not away:
                    log.warning("follower_interrupted", error=type(error).__name__)
                away = True
                self._closing.wait(RETRY_SECONDS)
        with suppress(psycopg.Error), self._own.connection() as connection:
            self._leases.release(connection)

    def _rest(self) -> None:
        """Wait for a page that is new to a projection of ours, or for the next beat."""
        awake = [held.position for name, held in self._leases.held.items() if not self._rests(name)]
        if awake:
            self._tail.wait(min(awake), self._leases.due)
        else:
            self._closing.wait(self._leases.due)

    def _rests(self, table: str) -> bool:
        """Say whether a projection that failed is not yet to be tried again."""
        return self._resting.get(table, 0.0) > monotonic()

    def _round(
        self, connection: Connection[Any], reader: PageReader | None, most: int = BATCH
    ) -> int:
        """Fold one batch for each position at which projections of ours stand."""
        if not self._leases.due:
            self._leases.beat(connection)
            self.learn({name: held.position for name, held in self._leases.held.items()})
        standing = sorted(
            (held.position, name)
            for name, held in self._leases.held.items()
            if name in self._by_table and not self._rests(name)
        )
        folded = 0
        ahead = standing[-1][0] if standing else 0
        for position, group in groupby(standing, key=lambda one: one[0]):
            many = most if position == ahead else min(most, BEHIND_BATCH)
            batch = self._tail.after(position, most=many, reader=reader)
            if batch.kept:
                self._move(connection, [name for _, name in group], batch)
                folded = max(folded, len(batch.kept))
        return folded

    def _move(self, connection: Connection[Any], names: Sequence[str], batch: Batch) -> None:
        """Move projections on by a batch: together, and if that fails, each for itself."""
        try:
            self._fold(connection, names, batch)
        except psycopg.OperationalError:
            raise
        except Exception:  # noqa: BLE001  # which one it was is found out next
            for name in names:
                try:
                    self._fold(connection, [name], batch, carefully=True)
                except psycopg.OperationalError:
                    raise
                except Exception as error:  # noqa: BLE001  # its lag shows, and it is tried again
                    failed = type(error).__name__
                    log.warning("projection_failed", projection=name, error=failed)
                    self._resting[name] = monotonic() + REST_SECONDS
        with self.moved:
            self.moves += 1
            self.moved.notify_all()
        self._tail.tell(READ_MODELS)

    def _fold(
        self,
        connection: Connection[Any],
        names: Sequence[str],
        batch: Batch,
        *,
        carefully: bool = False,
    ) -> None:
        """Write the rows of projections, and their position, as far as they are still ours."""
        held = {name: self._leases.held[name] for name in names}
        with connection.transaction():
            ours = taken(connection, self._leases.process, held, batch.upto)
            tables = [self._by_table[name] for name in sorted(ours)]
            fold_batch(connection, tables, batch, carefully=carefully)
        for name in names:
            if name in ours:
                self._leases.held[name] = replace(held[name], position=batch.upto)
                self._seen[name] = batch.upto
            else:  # somebody else's by now, or moved by a rebuild: the next beat tells
                del self._leases.held[name]


def restart(connection: Connection[Any], table: RowTable, position: int) -> None:
    """Say from where a table is read on."""
    connection.execute(
        "INSERT INTO read_model.progress (projection, position) VALUES (%s, %s)"
        " ON CONFLICT (projection) DO UPDATE SET position = EXCLUDED.position,"
        " updated_at = clock_timestamp()",
        (table.name, position),
    )


def positions(connection: Connection[Any]) -> Mapping[str, int]:
    """Return how far each table has read."""
    return dict(
        connection.execute("SELECT projection, position FROM read_model.progress").fetchall()
    )
