"""Databases on the tests' server, each of them for one test or one file of tests."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

import psycopg
from memory_disk import MEMORY
from psycopg import Connection, sql
from psycopg.conninfo import make_conninfo


@contextmanager
def own_database(postgres: str, template: str) -> Iterator[str]:
    """The owner's conninfo of a copy of another database, for as long as it is needed."""
    name = f"jejak_test_{uuid4().hex}"
    with psycopg.connect(postgres, autocommit=True) as owner:
        create_database(owner, name, template)
        yield make_conninfo(postgres, dbname=name)
        drop_database(owner, name)


def database_exists(owner: Connection, name: str) -> bool:
    found = owner.execute("SELECT FROM pg_database WHERE datname = %s", [name])
    return found.rowcount > 0


def create_database(owner: Connection, name: str, template: str) -> None:
    """Copy a database the way that is cheaper: in memory its files, and on a disk page by page."""
    (at,) = owner.execute("SHOW data_directory").fetchone()
    strategy = "file_copy" if MEMORY in Path(at).parents else "wal_log"
    copy = "CREATE DATABASE {} TEMPLATE {} STRATEGY {}"
    owner.execute(sql.SQL(copy).format(*map(sql.Identifier, (name, template, strategy))))


def rename_database(owner: Connection, name: str, new: str) -> None:
    statement = sql.SQL("ALTER DATABASE {} RENAME TO {}")
    owner.execute(statement.format(sql.Identifier(name), sql.Identifier(new)))


def drop_database(owner: Connection, name: str) -> None:
    statement = sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)")
    owner.execute(statement.format(sql.Identifier(name)))
