"""The key store of a house, ready for use: brought up to date, and opened with the master key."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import psycopg
import structlog

from infrastructure.database import Database, bring_up_to_date
from infrastructure.key_store import KeyStore
from infrastructure.key_traces import move_keys
from infrastructure.master_key import KeptInFile, MasterKeyUnreadable, master_place
from infrastructure.rotation import opened
from infrastructure.tombstones import TOMBSTONES, TombstoneFile
from infrastructure.wrapping import keeper_pool

MOVED: Final = (
    "kunci dipindahkan ke gudang kunci; cadangan buku yang lama masih memuatnya"
    " / keys were moved to the key store; backups of the ledger from before still hold them"
)

log = structlog.get_logger()


@contextmanager
def open_key_store(
    database: Database, data_dir: Path, *, as_guest: bool = False
) -> Iterator[KeyStore]:
    """Open the keys of the ledger in `database`, which is migrated already.

    What an older edition kept with the ledger is moved first, though not by a guest. Raises
    `MasterKeyUnreadable`, `TombstonesUnreadable` or another `Trouble`.
    """
    bring_up_to_date(database, as_guest=as_guest)
    if not as_guest and move_keys(database.dsn, database.keys_dsn):
        log.warning(MOVED)
    _ensure_master_is_here(database.keys_dsn, data_dir)
    with keeper_pool(database.keeper) as pool:
        yield opened(pool, master_place(data_dir), store_of(database.dsn), tombstones_in(data_dir))


def _ensure_master_is_here(keys_dsn: str, data_dir: Path) -> None:
    """Raise where a master key is in use and not here, before another one is made in its place."""
    place = master_place(data_dir)
    if not isinstance(place, KeptInFile) or place.path.exists():
        return
    with psycopg.connect(keys_dsn) as connection:
        if connection.execute("SELECT FROM keys.master LIMIT 1").rowcount:
            raise MasterKeyUnreadable(
                f"{place.path} tidak ada, padahal gudang kunci sudah dibungkus kunci induk;"
                " kembalikan, atau pakai JEJAK_DATA_DIR miliknya\n"
                f"{place.path} is missing, though a master key wraps this key store; put it back,"
                " or name the JEJAK_DATA_DIR that has it"
            )


def tombstones_in(data_dir: Path) -> TombstoneFile:
    """Return the file of tombstones, which lies beside the master key."""
    return TombstoneFile(data_dir / TOMBSTONES)


def store_of(ledger_dsn: str) -> str:
    """Return the id of a ledger: what every seal is bound to."""
    with psycopg.connect(ledger_dsn) as connection:
        row = connection.execute("SELECT id::text FROM ledger.store").fetchone()
    return row[0] if row else ""
