"""What comes due by the clock is done by one process at a time, and at once by another if it dies.

The holder says every second that it lives; one that has not said so for `LEASE_SECONDS` (by the
database's clock) is replaced, whether it was killed, hangs or cannot reach the database. The lease
only spares work: one that wakes up late finds on record what the next one did (ADR 22).

What is due is asked for at the beginning, when somebody says so, when its time has come, and every
`LOOK_SECONDS`, for what another process has recorded. It is due when both clocks say so, this
machine's and the database's: one that goes ahead does nothing early.
"""

import os
import socket
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import datetime
from threading import Event, Thread
from time import monotonic
from typing import Any, Final
from uuid import uuid4

import psycopg
import structlog
from psycopg import Connection
from psycopg.rows import class_row
from psycopg_pool import ConnectionPool

from application.clock import Due, Looked, Round
from infrastructure.standing_connection import StandingConnection

BEAT_SECONDS: Final = 1.0
LEASE_SECONDS: Final = 5.0
LOOK_SECONDS: Final = 10.0
LEAST_SECONDS: Final = 0.02
BEAT: Final = (
    "INSERT INTO read_model.clock AS clock (name, holder, label, beat_at)"
    " VALUES (%(name)s, %(me)s, %(label)s, clock_timestamp())"
    " ON CONFLICT (name) DO UPDATE SET holder = EXCLUDED.holder, label = EXCLUDED.label,"
    " beat_at = EXCLUDED.beat_at WHERE clock.holder IS NULL OR clock.holder = EXCLUDED.holder"
    " OR clock.beat_at < clock_timestamp() - make_interval(secs => %(lease)s)"
    " RETURNING clock_timestamp()"
)
NOTE: Final = (
    "UPDATE read_model.clock SET looked_at = clock_timestamp(), recorded = %(recorded)s,"
    " left_over = %(left)s, next_at = %(next_at)s, error = %(error)s"
    " WHERE name = %(name)s AND holder = %(me)s"
)
FAILED: Final = (
    "UPDATE read_model.clock SET looked_at = clock_timestamp(), recorded = 0, error = %(error)s"
    " WHERE name = %(name)s AND holder = %(me)s"
)
RELEASE: Final = (
    "UPDATE read_model.clock SET holder = NULL WHERE name = %(name)s AND holder = %(me)s"
)
LOOKED: Final = (
    "SELECT name, CASE WHEN holder IS NOT NULL"
    " AND beat_at > clock_timestamp() - make_interval(secs => %s) THEN label END AS holder,"
    " looked_at, recorded, left_over AS left, next_at, error FROM read_model.clock ORDER BY name"
)

log = structlog.get_logger()


class Ticker:
    """Does one kind of work when it is due. ``now`` is this machine's clock."""

    def __init__(
        self, pool: ConnectionPool, due: Due, now: Callable[[], datetime], name: str
    ) -> None:
        self._pool, self._due, self._now = pool, due, now
        self._own = StandingConnection(str(pool.conninfo))
        self._who = {
            "name": name,
            "me": str(uuid4()),
            "label": f"{socket.gethostname()}/{os.getpid()}",
            "lease": LEASE_SECONDS,
        }
        self._beat_at = self._look_at = 0.0
        self._rest = 0.0
        self._next_at: datetime | None = None
        self._failed: str | None = None
        self._told, self._closing = Event(), Event()
        self._thread = Thread(target=self._run, name="ticker", daemon=True)

    def start(self) -> None:
        """Begin to look."""
        self._thread.start()

    def close(self) -> None:
        """Stop after the piece of work that is under way, and let another process take over."""
        self._closing.set()
        self._told.set()
        if self._thread.ident:
            self._thread.join()
        with suppress(psycopg.Error), self._own.connection() as connection:
            connection.execute(RELEASE, self._who)
        self._own.close()

    def hint(self) -> None:
        """Say that something may be due now."""
        self._look_at = 0.0
        self._told.set()

    def looked(self) -> Sequence[Looked]:
        """Return the last look, whichever process it was."""
        with self._pool.connection() as connection:
            cursor = connection.cursor(row_factory=class_row(Looked))
            return cursor.execute(LOOKED, (LEASE_SECONDS,)).fetchall()

    def turn(self, *, must_look: bool = True) -> Round | None:
        """Say that we live, and do what is due where that is ours; `None` where nobody looked."""
        with self._own.connection() as connection:
            there = self._beat(connection)
            if there is None:
                self._look_at, self._rest = 0.0, BEAT_SECONDS  # whoever takes over looks at once
                return None
            now = min(there, self._now())
            arrived = self._next_at is not None and self._next_at <= now
            found = None
            if must_look or arrived or self._look_at <= monotonic():
                found = self._look(connection, now)
            self._rest = self._until(now)
            return found

    def _until(self, now: datetime) -> float:
        """Return the seconds until there is something to do, or the next beat."""
        until = min(BEAT_SECONDS, self._look_at - monotonic())
        if self._next_at is not None:
            until = min(until, (self._next_at - now).total_seconds())
        return max(until, LEAST_SECONDS)

    def _look(self, connection: Connection[Any], now: datetime) -> Round:
        self._look_at = monotonic() + LOOK_SECONDS
        try:
            found = self._due(now, lambda: self._goes_on(connection))
        except Exception as error:
            self._next_at = None
            connection.execute(FAILED, self._who | {"error": type(error).__name__})
            raise
        self._next_at = found.next_at
        if found.recorded and found.left:  # some of it: go on without waiting
            self._look_at = 0.0
        if found.recorded:
            log.info("clock_did", size=found.recorded)
        if found.failed and found.failed != self._failed:  # told once, however often it is tried
            log.warning("clock_left_something", error=found.failed)
        self._failed = found.failed
        said = {"recorded": found.recorded, "left": found.left, "next_at": found.next_at}
        connection.execute(NOTE, self._who | said | {"error": found.failed})
        return found

    def _goes_on(self, connection: Connection[Any]) -> bool:
        """Say that we live still, in the middle of work; and whether the work is still ours."""
        if self._closing.is_set():
            return False
        return monotonic() < self._beat_at + BEAT_SECONDS or self._beat(connection) is not None

    def _beat(self, connection: Connection[Any]) -> datetime | None:
        """Take the clock or keep it; return the database's time, `None` where another holds it."""
        self._beat_at = monotonic()
        row = connection.execute(BEAT, self._who).fetchone()
        return row[0] if row else None

    def _run(self) -> None:
        away = False  # what keeps going wrong is told of once
        while not self._closing.is_set():
            self._told.clear()
            try:
                self.turn(must_look=False)
                away = False
            except Exception as error:  # noqa: BLE001  # the clock must not stop while we serve
                if not away:
                    log.warning("clock_interrupted", error=type(error).__name__)
                away, self._rest = True, BEAT_SECONDS
            self._told.wait(self._rest)
