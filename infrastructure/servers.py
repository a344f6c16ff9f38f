"""PostgreSQL servers that are there already: whether they answer, and a database in them."""

import psycopg
from psycopg import sql

from infrastructure.trouble import Trouble


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


def create_unless_there(maintenance: str, name: str) -> None:
    """Create the database `name` over a connection to another one."""
    with psycopg.connect(maintenance, autocommit=True) as connection:
        if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).rowcount:
            connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
