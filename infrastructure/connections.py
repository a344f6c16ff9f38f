"""Connections of the service: as the role that may INSERT and SELECT, and nothing more.

A statement stands alone, in one round trip, unless it is run within `transaction`.
"""

import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from math import inf
from select import select
from threading import Event, Thread
from time import monotonic
from typing import Any, Final

import psycopg
from psycopg import Connection, OperationalError, errors
from psycopg_pool import ConnectionPool, PoolTimeout

from application.ledger import OutcomeUnknown
from infrastructure.columns import Column, ColumnDumper

CONNECTIONS_MAX: Final = 12
WAIT_SECONDS: Final = 10
"""How long a request waits for a connection before it hears that the house is full."""


FULL: Final = (PoolTimeout, OperationalError)
"""By which the store says that it has no connection free, or cannot be reached."""


def service_pool(dsn: str, most: int = CONNECTIONS_MAX) -> ConnectionPool:
    """Return an open pool on the owner's database, each connection stepped down to the service."""
    return ConnectionPool(
        dsn,
        min_size=1,
        max_size=most,
        timeout=WAIT_SECONDS,
        kwargs={"autocommit": True},
        configure=_step_down,
        open=True,
    )


@contextmanager
def transaction(pool: ConnectionPool) -> Iterator[Connection[Any]]:
    """Give a connection on which all statements stand or fall together."""
    with pool.connection() as connection, connection.transaction():
        yield connection


def _step_down(connection: Connection[Any]) -> None:
    connection.execute("SET ROLE jejak_service")
    connection.execute("SET TIME ZONE 'UTC'")


class WritingLine:
    """The one connection by which a process writes to the ledger: opened when first needed.

    It is not of the pool, so that readers never keep writers waiting, and so that after a fail-over
    it is there as soon as the server is (the pool's back-off takes half a minute).
    """

    ANSWER_SECONDS: Final = 15.0
    """How long a commit may go without an answer before its outcome is called unknown."""
    OPENING: Final = "SET ROLE jejak_service; SET TIME ZONE 'UTC'; SET statement_timeout = '10s'"
    """The server gives up before we do, and says so: then the outcome is known."""

    def __init__(self, conninfo: str) -> None:
        self._conninfo = conninfo
        self._connection: Connection[Any] | None = None
        self._warnings: list[str] = []
        self._asked_at = inf
        self._closing = Event()
        self._watch = Thread(target=self._watch_over, name="writing-line", daemon=True)

    def close(self) -> None:
        """Close the connection, if there is one."""
        self._closing.set()
        if self._connection:
            self._connection.close()
            self._watch.join()

    def commit(self, query: bytes, values: Any) -> list[tuple[Any, ...]]:
        """Run one statement as a transaction of its own, and return its rows once it is durable.

        Raises `OutcomeUnknown` where a COMMIT came back with a warning (01000: its wait for a
        standby was cancelled) or not at all; any other exception means that nothing was written.
        """
        connection = self._open()
        self._warnings.clear()
        self._asked_at = monotonic()
        try:
            rows = self._cursor.execute(query, values, prepare=True).fetchall()
        except OperationalError as error:
            if connection.closed:
                raise OutcomeUnknown from error
            raise
        finally:
            self._asked_at = inf
        if self._warnings:
            raise OutcomeUnknown(*self._warnings)
        return rows

    def _open(self) -> Connection[Any]:
        """Return the connection, or a new one where the server has closed it in the meantime."""
        if self._connection and not self._connection.closed and not _hung_up(self._connection):
            return self._connection
        if self._connection:
            self._connection.close()
        else:
            self._watch.start()
        self._connection = psycopg.connect(
            self._conninfo,
            autocommit=True,
            connect_timeout=3,
            target_session_attrs="read-write",
            tcp_user_timeout=10_000,
        )
        self._connection.adapters.register_dumper(Column, ColumnDumper)
        self._connection.add_notice_handler(self._noticed)
        self._connection.execute(self.OPENING)
        self._cursor = self._connection.cursor(binary=True)  # one for all: it keeps what it learned
        return self._connection

    def _watch_over(self) -> None:
        """Break a connection that does not answer, so that those who wait hear something."""
        while not self._closing.wait(1.0):
            if monotonic() - self._asked_at > self.ANSWER_SECONDS and self._connection:
                _cut(self._connection)

    def _noticed(self, diagnostic: errors.Diagnostic) -> None:
        if diagnostic.severity_nonlocalized == "WARNING":
            self._warnings.append(diagnostic.sqlstate or "")


def _hung_up(connection: Connection[Any]) -> bool:
    """Say whether an idle connection has something to tell: that it was closed, as a rule."""
    readable, _, _ = select([connection.fileno()], [], [], 0)
    return bool(readable)


def _cut(connection: Connection[Any]) -> None:
    """Break a connection from this side. Never a cancel: it would turn a commit into a warning."""
    with suppress(OSError, OperationalError), socket.socket(fileno=connection.fileno()) as own:
        own.shutdown(socket.SHUT_RDWR)
        own.detach()


@contextmanager
def acknowledged(pool: ConnectionPool) -> Iterator[Connection[Any]]:
    """Give a transaction whose end is either known to be durable or said to be unknown.

    A COMMIT that comes back with a warning was not confirmed by whom it waited for, and a
    connection that breaks during COMMIT says nothing: both raise `OutcomeUnknown`.
    """
    with pool.connection() as connection:
        warnings: list[str] = []

        def notice(diagnostic: errors.Diagnostic) -> None:
            if diagnostic.severity_nonlocalized == "WARNING":
                warnings.append(diagnostic.sqlstate or "")

        connection.add_notice_handler(notice)
        connection.autocommit = False
        try:
            yield connection
            try:
                connection.commit()
            except OperationalError as error:
                raise OutcomeUnknown from error
            if warnings:
                raise OutcomeUnknown(*warnings)
        finally:
            connection.remove_notice_handler(notice)
            if not connection.closed:
                connection.rollback()  # of nothing, after a commit
                connection.autocommit = True
