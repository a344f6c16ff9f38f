"""The database's shape, as plain SQL files applied once each, in the order of their names."""

import hashlib
from importlib import resources
from importlib.resources.abc import Traversable
from typing import Final

import psycopg

from infrastructure.trouble import Trouble

LOCK: Final = 7316400916
"""Advisory lock under which one process migrates while the others wait."""
READS: Final = 7316400922
"""Advisory lock of whoever records a read (migration 5)."""


class MigrationChanged(Trouble):
    """A file that was applied is no longer what it was. Write a new one instead."""


LEDGER: Final = __name__
KEYS: Final = "infrastructure.key_migrations"
"""The packages that hold files: the ledger's database, and the key store's."""


def migrated(conninfo: str, package: str = LEDGER) -> bool:
    """Say whether a database has seen all the files that there are. Changes nothing."""
    with psycopg.connect(conninfo) as connection:
        there = connection.execute("SELECT to_regclass('public.jejak_migration') IS NOT NULL")
        if there.fetchone() != (True,):
            return False
        rows = connection.execute("SELECT name FROM public.jejak_migration").fetchall()
    return {file.name for file in _files(package)} <= {name for (name,) in rows}


def migrate(conninfo: str, package: str = LEDGER) -> None:
    """Apply, as the owner, the files that the database has not seen; all in one transaction.

    The names of files are told apart in one database, so that one may be ledger and key store.
    An older service that still records reads waits before it has looked at their table: it would
    wait for us there, and we for it.
    """
    files = sorted((file.name, file.read_text(encoding="utf-8")) for file in _files(package))
    with psycopg.connect(conninfo) as connection:
        connection.execute("SELECT pg_advisory_xact_lock(%s)", (LOCK,))
        connection.execute(
            "CREATE TABLE IF NOT EXISTS public.jejak_migration"
            " (name text PRIMARY KEY, checksum text NOT NULL,"
            " applied_at timestamptz NOT NULL DEFAULT clock_timestamp())"
        )
        applied: dict[str, str] = dict(
            connection.execute("SELECT name, checksum FROM public.jejak_migration").fetchall()
        )
        if package == LEDGER and not {name for name, _ in files} <= applied.keys():
            connection.execute("SELECT pg_advisory_xact_lock(%s)", (READS,))
        for name, sql in files:
            checksum = hashlib.sha256(sql.encode()).hexdigest()
            if applied.get(name, checksum) != checksum:
                raise MigrationChanged(
                    f"berkas migrasi {name} sudah berubah sejak diterapkan; pakai edisi aslinya\n"
                    f"migration {name} has changed since it was applied; use the original edition"
                )
            if name not in applied:
                connection.execute(sql.encode())
                connection.execute(
                    "INSERT INTO public.jejak_migration (name, checksum) VALUES (%s, %s)",
                    (name, checksum),
                )


def _files(package: str) -> list[Traversable]:
    return [it for it in resources.files(package).iterdir() if it.name.endswith(".sql")]
