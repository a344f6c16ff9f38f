"""The line by which a process writes: one statement, one commit, and the truth of how it ended."""

import os
import socket
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from math import inf
from select import POLLIN, poll
from threading import Event, Thread
from time import monotonic
from typing import Any, Final

import psycopg
from psycopg import Connection, OperationalError, errors

from application.ledger import OutcomeUnknown
from infrastructure.columns import Column, ColumnDumper
from infrastructure.standing_connection import DURABLE, REACH, STEP_DOWN

CAREFUL: Final = f"SET statement_timeout = '10s'; {DURABLE}"
"""The server gives up before we do, and says so: then the outcome is known."""
OPENING: Final = f"{STEP_DOWN}; {CAREFUL}"
RETURNED: Final[Mapping[str, Any]] = {**REACH, "tcp_user_timeout": 10_000}
"""A commit that is under way is given longer than a reader's question before it is unknown."""


class WritingLine:
    """The one connection by which a process writes to one book: opened when first needed.

    It is not of the pool, so that readers never keep writers waiting, and so that after a fail-over
    it is there as soon as the server is. For one thread at a time.
    """

    ANSWER_SECONDS: Final = 15.0
    """How long a commit may go without an answer before its outcome is called unknown."""

    def __init__(self, conninfo: str, opening: str = OPENING) -> None:
        self._conninfo, self._opening = conninfo, opening
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
        if self._watch.is_alive():
            self._watch.join()

    def commit(self, query: bytes, values: Sequence[Any]) -> list[tuple[Any, ...]]:
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

    @property
    def open(self) -> bool:
        """Say whether there is a connection, and nothing is known of its end."""
        connection = self._connection
        return connection is not None and not (connection.closed or _hung_up(connection))

    def _open(self) -> Connection[Any]:
        """Return the connection, or a new one where the server has closed it in the meantime."""
        if self._connection:
            if self.open:
                return self._connection
            self._connection.close()
        if not self._watch.is_alive():  # first: no line is without it
            self._watch.start()
        connection = psycopg.connect(self._conninfo, autocommit=True, **RETURNED)
        self._connection, self._asked_at = connection, monotonic()
        try:
            connection.execute(self._opening)
        except BaseException:  # what is not set up writes nothing
            connection.close()
            raise
        finally:
            self._asked_at = inf
        connection.adapters.register_dumper(Column, ColumnDumper)
        connection.add_notice_handler(noted(self._warnings))
        self._cursor = connection.cursor(binary=True)  # one for all: it keeps what it learned
        return connection

    def _watch_over(self) -> None:
        """Break a connection that does not answer, so that those who wait hear something."""
        while not self._closing.wait(1.0):
            if monotonic() - self._asked_at > self.ANSWER_SECONDS and self._connection:
                _cut(self._connection)


def noted(warnings: list[str]) -> Callable[[errors.Diagnostic], None]:
    """Return what notes the code of each warning: a COMMIT that brings one is not confirmed."""

    def notice(diagnostic: errors.Diagnostic) -> None:
        if diagnostic.severity_nonlocalized == "WARNING":
            warnings.append(diagnostic.sqlstate or "")

    return notice


def _hung_up(connection: Connection[Any]) -> bool:
    """Say whether an idle connection has something to tell: that it was closed, as a rule."""
    ear = poll()  # not select: a busy process has more descriptors than that can name
    ear.register(connection.fileno(), POLLIN)
    return bool(ear.poll(0))


def _cut(connection: Connection[Any]) -> None:
    """Break a connection from this side. Never a cancel: it would turn a commit into a warning."""
    with suppress(OSError, OperationalError), _own_end(connection) as end:
        end.shutdown(socket.SHUT_RDWR)


def _own_end(connection: Connection[Any]) -> socket.socket:
    """Return a connection's socket under a descriptor of our own, which may be closed."""
    return socket.socket(fileno=os.dup(connection.fileno()))
