"""Where benchmarks run: one PostgreSQL for Jejak and all its peers, and a folder for the peers.

The server is the embedded one, started as `jejak serve` starts it (fsync and synchronous_commit
on), with its data in the user's cache: on a disk, where /tmp may be memory.
"""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from uuid import uuid4

import psycopg
from psycopg import sql
from psycopg.conninfo import make_conninfo

from infrastructure.embedded_postgres import EmbeddedPostgres
from infrastructure.logging import configure_logging
from infrastructure.migrations import KEYS, LEDGER, migrate
from infrastructure.postgres_tenant import wheel_binaries


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A superuser's conninfo on the server, and the folder in which peers stay installed.

    Where nothing ``installs``, peers that are not in the folder already are left out.
    """

    postgres: str = field(repr=False)
    cache: Path
    binaries: Path
    installs: bool = True

    @contextmanager
    def database(self, *, migrated: bool = True) -> Iterator[str]:
        """Give the owner's conninfo of a database of one's own, dropped afterwards."""
        name = f"jejak_bench_{uuid4().hex}"
        self._maintain("CREATE DATABASE {} TEMPLATE template0", name)
        try:
            dsn = make_conninfo(self.postgres, dbname=name)
            if migrated:
                for package in (LEDGER, KEYS):
                    migrate(dsn, package)
            yield dsn
        finally:
            self._maintain("DROP DATABASE IF EXISTS {} WITH (FORCE)", name)

    def _maintain(self, statement: str, name: str) -> None:
        with psycopg.connect(self.postgres, autocommit=True) as connection:
            connection.execute(sql.SQL(statement).format(sql.Identifier(name)))


def cache_directory() -> Path:
    """Return `jejak/bench` in the user's cache (XDG_CACHE_HOME, or ~/.cache)."""
    home = Path(os.environ.get("XDG_CACHE_HOME", ""))
    if not home.is_absolute():  # the standard says that such a value is to be ignored
        home = Path("~/.cache").expanduser()
    return home / "jejak" / "bench"


@contextmanager
def open_place() -> Iterator[Place]:
    """Start a PostgreSQL of one's own in the cache; stop it and remove its data afterwards."""
    configure_logging()
    cache = cache_directory()
    cache.mkdir(mode=0o700, parents=True, exist_ok=True)
    data = Path(tempfile.mkdtemp(prefix="postgres-", dir=cache))
    try:
        with EmbeddedPostgres(data) as server:
            yield Place(postgres=server.conninfo(), cache=cache, binaries=wheel_binaries())
    finally:
        shutil.rmtree(data, ignore_errors=True)
