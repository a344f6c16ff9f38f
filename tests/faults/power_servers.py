"""Stories in which PostgreSQL takes part: it keeps what it was told, and we what lies beside it.

Its own files are out of their scope; each check works on a copy of the database as it stood at the
cut, so that none hears of another.
"""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from uuid import uuid4

import psycopg
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from domain.kernel import DataClass
from infrastructure import key_dump
from infrastructure.backup import Source, take
from infrastructure.backup_series import base_backups
from infrastructure.embedded_postgres import EmbeddedPostgres
from infrastructure.key_copy import copy_keys, copy_of
from infrastructure.key_opening import store_of
from infrastructure.key_store import KeyStore
from infrastructure.log import read_tiles
from infrastructure.log_key import make_next_log_key
from infrastructure.master_key import KeptInFile
from infrastructure.merkle import TiledTree
from infrastructure.migrations import KEYS, LEDGER, migrate
from infrastructure.postgres_programs import Programs
from infrastructure.restore import Target, Workbench, restore
from infrastructure.rotation import opened, rotate
from infrastructure.sealer import seal_once, sealer_pool
from infrastructure.sealing import owner
from infrastructure.servers import create_unless_there
from infrastructure.signed_note import Note, TreeHead
from infrastructure.wrapping import keeper_pool
from tests.faults.power_stories import Story, Told
from tests.log_facts import record

COPY = sql.SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY file_copy")
DROP = sql.SQL("DROP DATABASE {} WITH (FORCE)")
SUBJECTS = ("budi", "tono", "sari")


class Server:
    """A PostgreSQL with databases to be had; `dsn` is the one of the life that is being lived."""

    def __init__(self, postgres: str, at: Path, source: Source) -> None:
        self._postgres, self.at, self._source = postgres, at, source
        self._made: list[str] = []
        create_unless_there(postgres, "template_of_stories")
        self.dsn = make_conninfo(postgres, dbname="template_of_stories")
        for package in (LEDGER, KEYS):
            migrate(self.dsn, package)
        self.store = store_of(self.dsn)

    def fresh(self, _at: Path) -> None:
        """Begin a life with a database of its own."""
        with psycopg.connect(self._postgres, autocommit=True) as connection:
            while self._made:
                connection.execute(DROP.format(sql.Identifier(self._made.pop())))
        self.dsn = self._copied("template_of_stories")

    def copied(self) -> str:
        """Return a copy of the database as it is."""
        return self._copied(str(conninfo_to_dict(self.dsn)["dbname"]))

    def _copied(self, source: str) -> str:
        name = f"story_{uuid4().hex}"
        with psycopg.connect(self._postgres, autocommit=True) as connection:
            connection.execute(COPY.format(*map(sql.Identifier, (name, source))))
        self._made.append(name)
        return make_conninfo(self._postgres, dbname=name)

    @contextmanager
    def keys(self, dsn: str, at: Path) -> Iterator[tuple[KeyStore, KeptInFile]]:
        """Open the key store with the master key of a data directory."""
        place = KeptInFile(at / "data")
        with keeper_pool(dsn) as pool:
            yield opened(pool, place, self.store, None), place

    def rotated(self, at: Path, told: Told) -> None:
        with self.keys(self.dsn, at) as (keys, place):
            for subject in SUBJECTS:
                told += keys.of([owner(subject, DataClass.PERSONAL)]).items()
                rotate(keys, place, heard_seconds=0)

    def every_key_opens(self, at: Path, told: Told) -> None:
        with self.keys(self.copied(), at) as (keys, place):
            for _ in range(2):
                for whose, key in told:
                    found = keys.by_id({key.key_id: whose[0]})
                    assert found[key.key_id] == key, "a wrapped key that nothing opens"
                rotate(keys, place, heard_seconds=0)

    def sealed(self, at: Path, told: Told) -> None:
        for announces in (False, True, False):
            record(self.dsn, 2)
            if announces:
                make_next_log_key(at / "data")
            if checkpoint := seal_once(self.dsn, at / "data"):
                told.append(checkpoint)

    def the_log_goes_on(self, at: Path, told: Told) -> None:
        dsn = self.copied()
        record(dsn, 1)
        checkpoint = seal_once(dsn, at / "data")
        assert checkpoint is not None, "nothing is signed any more"
        Note.of(checkpoint.note)
        with sealer_pool(dsn) as pool, pool.connection() as connection:
            tree = TiledTree(lambda tiles: read_tiles(connection, tiles))
            for one in told:
                head = TreeHead.of(Note.of(one.note).text)
                assert tree.root(head.size) == head.root, "two roots for one size"
        second = seal_once(dsn, at / "data")
        assert second is None, "signed twice"

    def keys_copied(self, at: Path, told: Told) -> None:
        with self.keys(self.dsn, at) as (keys, _):
            for subject in SUBJECTS:
                keys.of([owner(subject, DataClass.PERSONAL)])
                told.append(copy_keys(self.dsn, at / "copies"))

    def the_copy_restores(self, at: Path, told: Told) -> None:
        copy = copy_of(at / "copies", self.store)
        assert copy.exists() or not told, "told, and there is no copy"
        if copy.exists():
            empty = self._copied("template0")
            assert key_dump.restore(empty, copy) >= max(told, default=0), "an older copy"

    def restored(self, at: Path, told: Told) -> None:
        restore(self.at / "place", at / "into", Target(), Workbench(fsync=False))
        told.append("restored")

    def base_taken(self, at: Path, told: Told) -> None:
        told.append(take(self._source, at / "place", keep=1).path.name)

    def stories(self) -> dict[str, Story]:
        """Return the stories of this server. The base backup that is restored is taken first."""
        return {
            "key_store_rotated": Story(self.rotated, self.every_key_opens, self.fresh),
            "log_sealed": Story(self.sealed, self.the_log_goes_on, self.fresh),
            "key_copies": Story(self.keys_copied, self.the_copy_restores, self._with_copies),
            "base_taken": Story(
                self.base_taken, the_base_is_whole, empty_place, of_postgres, killable=False
            ),
            "first_start": Story(
                first_started, the_cluster_has_its_name, sealed=of_postgres, killable=False
            ),
            "restore": Story(
                self.restored, the_restored_is_whole, sealed=of_postgres, killable=False
            ),
        }

    def _with_copies(self, at: Path) -> None:
        self.fresh(at)
        (at / "copies").mkdir()


def empty_place(at: Path) -> None:
    (at / "place").mkdir()


def the_base_is_whole(at: Path, told: Told) -> None:
    bases = base_backups(at / "place")
    assert set(told) <= {it.path.name for it in bases}, "taken, and not there"
    assert all(it.cluster.exists() for it in bases), "half a backup is taken for a whole one"


def of_postgres(path: Path) -> bool:
    return path.name.startswith("cluster") or path.name == "run"


def first_started(at: Path, told: Told) -> None:
    postgres = EmbeddedPostgres(at / "data/postgres", fsync=False)
    try:
        postgres.start()
        told.append("recorded")
    finally:
        postgres.stop()


def the_cluster_has_its_name(at: Path, told: Told) -> None:
    cluster = at / "data/postgres/cluster"
    assert cluster.exists() or not told, "recorded, and the next start begins an empty ledger"


def the_restored_is_whole(at: Path, told: Told) -> None:
    ledger = at / "into/postgres"
    assert ledger.exists() or not told, "restored, and not there"
    if ledger.exists():
        assert (ledger / "cluster").exists(), "half a restore is taken for a ledger"


@contextmanager
def a_server(at: Path) -> Iterator[Server]:
    """Run PostgreSQL in a folder, with a base backup of a small ledger beside it."""
    (at / "place").mkdir()
    with ExitStack() as running:
        postgres = EmbeddedPostgres(at / "ledger", initdb=("--wal-segsize=1",), fsync=False)
        running.enter_context(postgres)
        create_unless_there(postgres.conninfo(), "jejak")
        ledger = postgres.conninfo("jejak")
        migrate(ledger)
        record(ledger, 3)
        source = Source(directory=at / "ledger", conninfo=ledger, programs=Programs(), fsync=False)
        take(source, at / "place", keep=None)
        yield Server(postgres.conninfo(), at, source)
