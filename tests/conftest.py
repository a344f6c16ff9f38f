"""One PostgreSQL per run, one migrated template in it, and a fresh database for each test.

`JEJAK_TEST_BINARIES` is a directory of other PostgreSQL binaries to start (15 or later), and
`JEJAK_TEST_POSTGRES` the conninfo of a superuser on a server that is already there.
"""

import fcntl
import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest
from databases import (
    create_database,
    database_exists,
    drop_database,
    own_database,
    rename_database,
)
from memory_disk import memory_disk
from psycopg.conninfo import make_conninfo

from infrastructure.connections import service_pool, transaction
from infrastructure.embedded_postgres import EmbeddedPostgres
from infrastructure.follower import restart
from infrastructure.ledger import EventsourcingLedger
from infrastructure.master_key import MasterKey
from infrastructure.migrations import KEYS, LEDGER, migrate
from infrastructure.row_table import RowTable
from projections.catalogue import PROJECTIONS

ALONE, TOGETHER, NOW = fcntl.LOCK_EX, fcntl.LOCK_SH, fcntl.LOCK_NB
RUN = os.environ.get("PYTEST_XDIST_TESTRUNUID", uuid4().hex)[:8]


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what asks for the server, so that it can be chosen with ``-m storage``."""
    for item in items:
        if "postgres" in getattr(item, "fixturenames", ()):
            item.add_marker("storage")


@contextmanager
def locked(path: Path, how: int) -> Iterator[None]:
    with path.open("a") as file:
        fcntl.flock(file, how)
        yield


@pytest.fixture(scope="session")
def shared_directory(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The directory that all workers of this run see, and no other run."""
    own = tmp_path_factory.getbasetemp()
    return own.parent if "PYTEST_XDIST_WORKER" in os.environ else own


@pytest.fixture(scope="session")
def postgres(shared_directory: Path) -> Iterator[str]:
    """The conninfo of a superuser on the server that all workers share.

    Whoever needs it first starts it, and stops it when all the others have let it go.
    """
    if given := os.environ.get("JEJAK_TEST_POSTGRES"):
        yield given
        return
    address, door, users = (shared_directory / f"postgres.{it}" for it in ("at", "door", "users"))
    with ExitStack() as server:
        with ExitStack() as use:
            with locked(door, ALONE):
                first = not address.exists()
                if first:
                    address.write_text(server.enter_context(running_postgres(shared_directory)))
                use.enter_context(locked(users, TOGETHER))
            yield address.read_text()
        if first:
            with locked(door, ALONE), locked(users, ALONE):
                address.unlink()
                server.close()


@contextmanager
def running_postgres(otherwise: Path) -> Iterator[str]:
    chosen = os.environ.get("JEJAK_TEST_BINARIES")
    binaries = Path(chosen) if chosen else None
    with (
        memory_disk(otherwise) as directory,
        EmbeddedPostgres(directory / "postgres", binaries=binaries, fsync=False) as server,
    ):
        yield server.conninfo()


@pytest.fixture(scope="session")
def template(postgres: str, shared_directory: Path) -> Iterator[str]:
    """The name of a migrated database that stands still, to be copied."""
    with standing_still(postgres, shared_directory, "template", "template0", migrate_both) as name:
        yield name


@pytest.fixture(scope="session")
def followed_template(postgres: str, shared_directory: Path, template: str) -> Iterator[str]:
    """The name of one that has the empty table of every read model besides."""
    with standing_still(postgres, shared_directory, "followed", template, prepare) as name:
        yield name


@contextmanager
def standing_still(
    postgres: str, shared_directory: Path, what: str, source: str, fill: Callable[[str], None]
) -> Iterator[str]:
    """Make a database once for all workers, and drop it after the last of them."""
    name = f"jejak_{what}_{RUN}"
    door, users = (shared_directory / f"{what}.{it}" for it in ("door", "users"))
    with psycopg.connect(postgres, autocommit=True) as owner:
        with ExitStack() as use:
            with locked(door, ALONE):
                if not database_exists(owner, name):
                    draft = f"{name}_draft"  # so that half of it is never taken for the whole
                    drop_database(owner, draft)
                    create_database(owner, draft, source)
                    fill(make_conninfo(postgres, dbname=draft))
                    rename_database(owner, draft, name)
                use.enter_context(locked(users, TOGETHER))
            yield name
        with locked(door, ALONE), suppress(BlockingIOError), locked(users, ALONE | NOW):
            drop_database(owner, name)


def migrate_both(conninfo: str) -> None:
    """Bring a ledger and a key store up to date: in tests, one database is both."""
    for package in (LEDGER, KEYS):
        migrate(conninfo, package)


def prepare(conninfo: str) -> None:
    """Create the tables of all read models, which takes longer than most tests that use them."""
    with service_pool(conninfo) as pool, transaction(pool) as connection:
        for projection in PROJECTIONS:
            table = RowTable(projection, None)  # nothing is sealed in an empty table
            table.create(connection)
            restart(connection, table, 0)


@pytest.fixture
def database(postgres: str, template: str) -> Iterator[str]:
    """The owner's conninfo of a migrated database that only this test sees."""
    with own_database(postgres, template) as database:
        yield database


@pytest.fixture
def empty_database(postgres: str) -> Iterator[str]:
    """The owner's conninfo of a database without any table, for tests of migrations."""
    with own_database(postgres, "template0") as database:
        yield database


@pytest.fixture
def pool(database: str):
    """Connections of the service to this test's database."""
    with service_pool(database) as pool:
        yield pool


@pytest.fixture
def ledger(pool):
    """The ledger of this test's database."""
    with EventsourcingLedger(pool, MasterKey(b"k" * 32)) as ledger:
        yield ledger
