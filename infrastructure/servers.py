"""PostgreSQL servers that are there already: whether they answer, and a database in them."""

from typing import Final

import psycopg
from psycopg import sql

from infrastructure.trouble import Trouble

WEAK: Final = (
    "SELECT name FROM pg_settings WHERE setting = 'off' AND name IN"
    " ('fsync', 'full_page_writes', 'synchronous_commit', 'data_checksums')"
    " OR name = 'synchronous_commit' AND setting = 'local'"
    " AND current_setting('synchronous_standby_names') <> '' ORDER BY name"
)
"""As this session has them: a role, a database and PGOPTIONS may say otherwise than the server."""


class DatabaseUnreachable(Trouble):
    """The server that the operator named does not answer, or refuses us."""


def reachable(conninfo: str, variable: str) -> str:
    """Return a conninfo that a server answers to; raise `DatabaseUnreachable`."""
    try:
        psycopg.connect(conninfo, connect_timeout=10).close()
    except (psycopg.OperationalError, psycopg.ProgrammingError) as error:
        raise DatabaseUnreachable(
            f"PostgreSQL pada {variable} tidak menjawab; periksa alamat, peran, sandi\n"
            f"the PostgreSQL of {variable} does not answer; check address, role and password"
        ) from error
    return conninfo


def answers(conninfo: str) -> bool:
    """Say whether a server is there and ready."""
    try:
        psycopg.connect(conninfo, connect_timeout=2).close()
    except psycopg.OperationalError:
        return False
    return True


def weak_settings(conninfo: str) -> list[str]:
    """Return the settings by which this login may lose what was answered, or not see damage."""
    with psycopg.connect(conninfo, autocommit=True) as connection:
        return [name for (name,) in connection.execute(WEAK)]


def create_unless_there(maintenance: str, name: str) -> None:
    """Create the database `name` over a connection to another one."""
    with psycopg.connect(maintenance, autocommit=True) as connection:
        if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).rowcount:
            connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
