"""Connections of the service: as the role that may INSERT and SELECT, and nothing more.

A statement stands alone, in one round trip, unless it is run within `transaction`.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

from psycopg import Connection, OperationalError
from psycopg_pool import ConnectionPool, PoolTimeout

from application.ledger import OutcomeUnknown
from infrastructure.standing_connection import DURABLE, REACH, STEP_DOWN
from infrastructure.writing_line import noted

CONNECTIONS_MAX: Final = 12
WAIT_SECONDS: Final = 10
"""How long a request waits for a connection before it hears that the house is full."""

GIVE_UP_SECONDS: Final = 2
"""How long the pool waits for a lost connection, longer each time, before it begins anew: without
this it was still waiting 28 to 42 seconds after a fail-over."""

FULL: Final = (PoolTimeout, OperationalError)
"""By which the store says that it has no connection free, or cannot be reached."""


def service_pool(dsn: str, most: int = CONNECTIONS_MAX) -> ConnectionPool:
    """Return an open pool on the owner's database, each connection stepped down to the service."""
    return ConnectionPool(
        dsn,
        min_size=1,
        max_size=most,
        timeout=WAIT_SECONDS,
        reconnect_timeout=GIVE_UP_SECONDS,
        kwargs={"autocommit": True, **REACH},
        configure=_step_down,
        open=True,
    )


@contextmanager
def transaction(pool: ConnectionPool) -> Iterator[Connection[Any]]:
    """Give a connection on which all statements stand or fall together."""
    with pool.connection() as connection, connection.transaction():
        yield connection


def _step_down(connection: Connection[Any]) -> None:
    connection.execute(f"{STEP_DOWN}; {DURABLE}")


@contextmanager
def acknowledged(pool: ConnectionPool) -> Iterator[Connection[Any]]:
    """Give a transaction whose end is either known to be durable or said to be unknown.

    A COMMIT that comes back with a warning was not confirmed by whom it waited for, and a
    connection that breaks during COMMIT says nothing: both raise `OutcomeUnknown`.
    """
    with pool.connection() as connection:
        warnings: list[str] = []

        notice = noted(warnings)
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
