"""What of a destroyed key the disk still holds, and keys that an older edition kept elsewhere.

PostgreSQL leaves a deleted row's bytes in its file and in its log. A key's table is small, so it is
written anew without them, and the log is cut behind it. How far that has been done is on
record, for who dies before it. What lingers after that: blocks of deleted files until the file
system uses them again, and backups of the key store, which open with the
master key that was in use when they were taken.
"""

import time
from collections.abc import Callable
from enum import Enum
from typing import Any, Final

import psycopg
from psycopg import Connection, errors
from psycopg_pool import ConnectionPool

from infrastructure.trouble import Trouble
from infrastructure.wrapping import keeping

OLD_KEYS: Final = "SELECT key_id, subject, data_class, 1, wrapped FROM keys.subject_key"
TABLES: Final = ("sealing_key", "handover", "secret")
PATIENCE_SECONDS: Final = 1.0
LOOK_SECONDS: Final = 0.01
LOCK_TIMEOUT: Final = "1s"
SCRUBBING: Final = 7316400931
"""Advisory lock of the key store: one process scrubs at a time."""
# Tried again and again, not waited for: who waits looks at the state of when it began.
ALONE: Final = "SELECT pg_try_advisory_lock(%s)"
# How far destruction and rotation have come. Wrapped anew is not all while one is under way.
DONE: Final = (
    "SELECT (SELECT coalesce(max(number), 0) FROM keys.tombstone),"
    " (SELECT coalesce(max(generation), 1) FROM keys.master)"
    " - (SELECT count(*)::int FROM keys.handover)"
)
# A transaction of another database holds its rows back here only by its number, not by its view.
LOOKING_BACK: Final = (
    "SELECT count(*) FROM pg_stat_activity WHERE pid <> pg_backend_pid()"
    " AND (age(backend_xid) > age(%(before)s::xid) OR age(backend_xmin) > age(%(before)s::xid)"
    " AND coalesce(datname = current_database(), true))"
)
BEHIND: Final = (
    f"SELECT ROW(done.*) IS DISTINCT FROM ROW(last.*) FROM ({DONE}) AS done,"  # noqa: S608  # constants only
    " (SELECT coalesce(max(tombstone), 0), coalesce(max(generation), 1) FROM keys.scrubbed)"
    " AS last"
)


class KeysInTwoPlaces(Trouble):
    """The ledger's database and the key store hold different keys for the same people."""


class Traces(Enum):
    """What the disk holds of destroyed keys, and of keys under an older master key."""

    NONE = "none"
    IN_THE_LOG = "in_the_log"
    """On a server of somebody else's, and where the ledger is in the same database: its log is
    kept as its operator has it kept."""
    IN_THE_TABLES = "in_the_tables"
    """Somebody looks at a state from before, so that nothing could be removed."""


SAID: Final = {
    Traces.IN_THE_LOG: (
        "kunci lama tidak ada lagi di tabel; log server gudang kunci disimpan menurut pengaturan"
        " pemiliknya / old keys are no longer in the tables; the log of the key store's server is"
        " kept as its operator has set"
    ),
    Traces.IN_THE_TABLES: (
        "kunci lama masih ada di disk: transaksi lama masih membacanya; dicoba lagi"
        " / old keys are still on the disk: an older transaction looks at them; it is tried again"
    ),
}
"""What an operator is to know."""


def scrub(dsn: str, patience_seconds: float = PATIENCE_SECONDS) -> Traces:
    """Rewrite the tables of keys, as the owner, and cut the log behind them; say what is left.

    Whoever looks at a state from before, as a backup does, is waited for.
    """
    deadline = time.monotonic() + patience_seconds
    with psycopg.connect(dsn, autocommit=True) as connection:
        if not _within(deadline, lambda: _one(connection, ALONE, (SCRUBBING,))):
            return Traces.IN_THE_TABLES
        done = connection.execute(DONE).fetchone()
        (before,) = connection.execute("SELECT pg_current_xact_id()::xid::text").fetchone() or ()
        if not _within(deadline, lambda: not _one(connection, LOOKING_BACK, {"before": before})):
            return Traces.IN_THE_TABLES
        connection.execute("SELECT set_config('lock_timeout', %s, false)", (LOCK_TIMEOUT,))
        try:
            for table in TABLES:
                connection.execute(f"VACUUM (FULL) keys.{table}".encode())
        except errors.LockNotAvailable:  # who waits longer keeps every maker of keys waiting
            return Traces.IN_THE_TABLES
        left = Traces.NONE if _cut_log(connection) else Traces.IN_THE_LOG
        connection.execute(
            "INSERT INTO keys.scrubbed (tombstone, generation) VALUES (%s, %s)", done
        )
    return left


def behind(pool: ConnectionPool) -> bool:
    """Say whether keys were destroyed or wrapped anew since the tables were last rewritten."""
    with keeping(pool) as connection:
        return _one(connection, BEHIND, ())


def _cut_log(connection: Connection[Any]) -> bool:
    if connection.execute("SELECT to_regclass('ledger.event')").fetchone() != (None,):
        return False
    try:
        for _ in range(2):  # the first lets go of what is before it, the second of its own
            connection.execute("SELECT pg_switch_wal()")
            connection.execute("CHECKPOINT")
    except errors.InsufficientPrivilege:
        return False
    return True


def _within(deadline: float, condition: Callable[[], bool]) -> bool:
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(LOOK_SECONDS)
    return True


def _one(connection: Connection[Any], query: str, said: Any) -> bool:
    row = connection.execute(query.encode(), said).fetchone()
    return bool(row and row[0])


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
