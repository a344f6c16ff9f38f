"""One connection that a thread keeps for itself, outside of the pool, made anew when it is lost.

The pool waits longer after each failure (28 to 42 seconds were measured at a fail-over); whoever
follows the ledger tries again at once, with a short deadline, and only a server that takes writes.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import Any, Final

import psycopg
from psycopg import Connection
from psycopg.sql import SQL, Identifier

STEP_DOWN: Final = "SET ROLE jejak_service; SET TIME ZONE 'UTC'; SET jit = off"
"""From the owner's login to the service: its role, times as it writes them, and no query compiled.
To compile "who has seen my data" took 90 ms where it was answered in 1 (Debian's PostgreSQL 15)."""
DURABLE: Final = (
    "SELECT set_config('synchronous_commit', 'on', false)"
    " WHERE current_setting('synchronous_commit') = 'off'"
)
"""However the server is set, what is acknowledged is on its disk."""
REACH: Final[Mapping[str, Any]] = {
    "connect_timeout": 2,
    "target_session_attrs": "read-write",
    "keepalives_idle": 2,
    "keepalives_interval": 1,
    "keepalives_count": 3,
    "tcp_user_timeout": 3000,
    "application_name": "jejak",
}
"""Seconds, and milliseconds for ``tcp_user_timeout``: a server that is gone is noticed in 5 s."""
SESSION: Final[Mapping[str, str]] = {
    "synchronous_commit": "off",
    "statement_timeout": "30s",
}
"""What is written here can be rebuilt, so a commit need not wait for the disk."""


class StandingConnection:
    """Gives its connection as a pool does; for one thread at a time."""

    def __init__(self, conninfo: str, **session: str) -> None:
        self.conninfo = conninfo
        self._session = {**SESSION, **session}
        self._kept: Connection[Any] | None = None

    @contextmanager
    def connection(self) -> Iterator[Connection[Any]]:
        """Give the connection, in autocommit; raise `psycopg.OperationalError` at once."""
        kept = self._kept
        if kept is None or kept.closed or kept.broken:
            kept = self._kept = self._connect()
        try:
            yield kept
        except psycopg.OperationalError:
            self.close()  # whatever state it is in, the next one is a new one
            raise

    def close(self) -> None:
        """Let the connection go."""
        kept, self._kept = self._kept, None
        if kept is not None:
            with suppress(psycopg.Error):
                kept.close()

    def _connect(self) -> Connection[Any]:
        connection = psycopg.connect(self.conninfo, autocommit=True, **REACH)
        try:
            connection.execute(STEP_DOWN)
            for name, value in self._session.items():
                connection.execute(SQL("SET {} TO {}").format(Identifier(name), value))
        except psycopg.Error:
            connection.close()
            raise
        return connection
