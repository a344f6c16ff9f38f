"""What of a destroyed key the disk still holds, and keys that an older edition kept elsewhere.

PostgreSQL leaves a deleted row's bytes in its file and in its log. A key's table is small, so it is
written anew without them, and the log is cut behind it. What lingers after that: blocks of deleted
files until the file system uses them again, and backups of the key store, which open with the
master key that was in use when they were taken.
"""

from typing import Any, Final

import psycopg
from psycopg import Connection, errors

from infrastructure.trouble import Trouble

OLD_KEYS: Final = "SELECT key_id, subject, data_class, 1, wrapped FROM keys.subject_key"


class KeysInTwoPlaces(Trouble):
    """The ledger's database and the key store hold different keys for the same people."""


def scrub(dsn: str) -> bool:
    """Rewrite the table of keys, as the owner, and cut the log behind it.

    Says whether the log could be cut: on a server of somebody else's, and where the ledger is in
    the same database, it is kept as its operator has it kept.
    """
    with psycopg.connect(dsn, autocommit=True) as connection:
        connection.execute("VACUUM (FULL) keys.sealing_key")
        connection.execute("VACUUM (FULL) keys.handover")
        if connection.execute("SELECT to_regclass('ledger.event')").fetchone() != (None,):
            return False
        try:
            for _ in range(2):  # the first lets go of what is before it, the second of its own
                connection.execute("SELECT pg_switch_wal()")
                connection.execute("CHECKPOINT")
        except errors.InsufficientPrivilege:
            return False
    return True


def move_keys(ledger_dsn: str, keys_dsn: str) -> int:
    """Move keys that an older edition kept with the ledger; return how many were moved.

    They are durable in the key store before they are deleted here. Backups of the ledger that were
    taken before still hold them: let them go, or keep them as the key store's are kept.
    """
    with psycopg.connect(ledger_dsn) as old:
        old.execute("LOCK TABLE keys.subject_key IN ACCESS EXCLUSIVE MODE")
        check = old.execute(
            "SELECT digest, (SELECT id FROM ledger.store) FROM keys.master_check"
        ).fetchone()
        if check is None:  # no service was ever opened on it, or all was moved
            return 0
        rows = old.execute(OLD_KEYS).fetchall()
        with psycopg.connect(keys_dsn) as new:
            _take_in(new, check, rows)
        old.execute("DELETE FROM keys.subject_key")
        old.execute("DELETE FROM keys.master_check")
    with psycopg.connect(ledger_dsn, autocommit=True) as old:
        old.execute("VACUUM (FULL) keys.subject_key")
    return len(rows)


def _take_in(new: Connection[Any], check: Any, rows: list[Any]) -> None:
    new.execute(
        "INSERT INTO keys.master (generation, store, digest)"
        " SELECT 1, %s, %s WHERE NOT EXISTS (SELECT FROM keys.master)",
        (check[1], check[0]),
    )
    with new.cursor() as cursor:
        cursor.executemany(
            "INSERT INTO keys.sealing_key (key_id, subject, data_class, generation, wrapped)"
            " VALUES (%s, %s, %s, %s, %s) ON CONFLICT DO NOTHING",
            rows,
        )
    arrived = new.execute(
        "SELECT count(*) FROM keys.sealing_key WHERE key_id = ANY(%s)", ([row[0] for row in rows],)
    ).fetchone()
    if arrived != (len(rows),):
        raise KeysInTwoPlaces(
            "kunci lama bertabrakan dengan isi gudang kunci; tidak ada yang dihapus\n"
            "the keys of before collide with what is in the key store; nothing was deleted"
        )
