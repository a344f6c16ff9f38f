"""The database of the service: the operator's own, or the embedded one."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import psycopg
from psycopg import sql

from infrastructure.settings import Settings
from infrastructure.trouble import Trouble

NAME = "jejak"


@dataclass(frozen=True, kw_only=True)
class Database:
    """Where the ledger is kept: `dsn` is for its owner, who may also migrate."""

    dsn: str = field(repr=False)  # it may hold a password


@contextmanager
def open_database(settings: Settings, *, as_guest: bool = False) -> Iterator[Database]:
    """Give the database that the operator named, or run our own for as long as it is needed.

    A guest (a command beside a running service) uses the service's own where one is running.
    """
    if settings.database_url:
        yield Database(dsn=reachable(settings.database_url))
        return
    # Only here, so that nothing embedded is loaded where a server is given.
    from infrastructure.embedded_postgres import EmbeddedPostgres  # noqa: PLC0415
    from infrastructure.wal_archive import archiving  # noqa: PLC0415

    settings.data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    postgres = EmbeddedPostgres(settings.data_dir / "postgres")
    if as_guest and answers(postgres.conninfo(NAME)):
        yield Database(dsn=postgres.conninfo(NAME))
        return
    with archiving(postgres, settings.data_dir / "postgres", settings.backup_dir):
        create_unless_there(postgres.conninfo(), NAME)
        yield Database(dsn=postgres.conninfo(NAME))


class DatabaseUnreachable(Trouble):
    """The server that the operator named does not answer, or refuses us."""


def reachable(conninfo: str) -> str:
    """Return a conninfo that a server answers to; raise `DatabaseUnreachable`."""
    try:
        psycopg.connect(conninfo, connect_timeout=10).close()
    except (psycopg.OperationalError, psycopg.ProgrammingError) as error:
        raise DatabaseUnreachable(
            "PostgreSQL pada JEJAK_DATABASE_URL tidak menjawab; periksa alamat, peran, sandi\n"
            "the PostgreSQL of JEJAK_DATABASE_URL does not answer; check address, role and password"
        ) from error
    return conninfo


def answers(conninfo: str) -> bool:
    """Say whether a server is there and ready."""
    try:
        psycopg.connect(conninfo, connect_timeout=2).close()
    except psycopg.OperationalError:
        return False
    return True


def create_unless_there(maintenance: str, name: str) -> None:
    """Create the database `name` over a connection to another one."""
    with psycopg.connect(maintenance, autocommit=True) as connection:
        if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).rowcount:
            connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
