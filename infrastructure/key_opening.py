"""The key store of a house, ready for use: brought up to date, and opened with the master key."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import psycopg
import structlog

from infrastructure.database import Database
from infrastructure.key_store import KeyStore
from infrastructure.key_traces import move_keys
from infrastructure.master_key import master_place
from infrastructure.migrations import KEYS, migrate
from infrastructure.rotation import opened
from infrastructure.tombstones import TOMBSTONES, TombstoneFile
from infrastructure.wrapping import keeper_pool

MOVED: Final = (
    "kunci dipindahkan ke gudang kunci; cadangan buku yang lama masih memuatnya"
    " / keys were moved to the key store; backups of the ledger from before still hold them"
)

log = structlog.get_logger()


@contextmanager
def open_key_store(database: Database, data_dir: Path) -> Iterator[KeyStore]:
    """Open the keys of the ledger in `database`, which is migrated already.

    Raises `MasterKeyUnreadable`, `TombstonesUnreadable` or another `Trouble`.
    """
    migrate(database.keys_dsn, KEYS)
    if move_keys(database.dsn, database.keys_dsn):
        log.warning(MOVED)
    with keeper_pool(database.keys_dsn) as pool:
        yield opened(pool, master_place(data_dir), store_of(database.dsn), tombstones_in(data_dir))


def tombstones_in(data_dir: Path) -> TombstoneFile:
    """Return the file of tombstones, which lies beside the master key."""
    return TombstoneFile(data_dir / TOMBSTONES)


def store_of(ledger_dsn: str) -> str:
    """Return the id of a ledger: what every seal is bound to."""
    with psycopg.connect(ledger_dsn) as connection:
        row = connection.execute("SELECT id::text FROM ledger.store").fetchone()
    return row[0] if row else ""
