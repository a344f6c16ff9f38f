"""The key store's own backup: one file, apart from the ledger's, and of no use without the master.

Keys lie in it as they lie in the key store, wrapped. It holds the tombstones too, and on restoring
them come first, with those of the file beside the master key: nobody who was forgotten since the
backup was taken has a key again at any moment.
"""

import fcntl
import hashlib
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO, Final

import psycopg
from psycopg import Connection
from psycopg.types.json import Jsonb

from infrastructure.durable import sync_folder
from infrastructure.migrations import KEYS, migrate
from infrastructure.tombstones import TombstoneFile
from infrastructure.trouble import Trouble

FORMAT: Final = 1
TABLES: Final = {
    "master": ("generation", "store::text", "digest"),
    "handover": ("generation", "sealed"),
    "tombstone": ("subject", "event_id::text", "stream", "told", "key_ids::text[]"),
    "secret": ("purpose", "generation", "wrapped"),
    "sealing_key": ("key_id::text", "subject", "data_class", "generation", "wrapped"),
}
"""In the order in which they are written and read back: tombstones before keys."""
BATCH: Final = 5_000


class KeyDumpRefused(Trouble):
    """The file is not a whole backup of a key store, or the key store is in use already."""


def dump(dsn: str, path: Path) -> int:
    """Write the key store at ``dsn`` to a new file, whole or not at all; return how many keys.

    It is one consistent state. Take it after the ledger's backup, never before: so it holds every
    key that a page of that backup is sealed under.
    """
    digest, count = hashlib.sha256(), 0
    with psycopg.connect(dsn) as connection, _draft_of(path) as (draft, file):
        connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        for line in _lines(connection):
            digest.update(line)
            file.write(line)
            count += line.startswith(b'["sealing_key"')
        file.write(json.dumps(["end", digest.hexdigest()]).encode() + b"\n")
        file.flush()
        os.fsync(file.fileno())
        draft.replace(path)
    sync_folder(path.parent)
    return count


@contextmanager
def _draft_of(path: Path) -> Iterator[tuple[Path, BinaryIO]]:
    """Give an empty draft that nobody else writes; unless it was moved away, it is removed.

    It always has the same name, so that what somebody left who was killed is written over: keys
    do not stay where nobody looks for them.
    """
    draft = path.with_name(f".{path.name}.draft")
    while True:
        with os.fdopen(os.open(draft, os.O_RDWR | os.O_CREAT, 0o600), "r+b") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            if not _is_still(draft, file):  # whoever had it has moved it away, or removed it
                continue
            file.truncate()
            try:
                yield draft, file
            finally:
                if _is_still(draft, file):
                    draft.unlink()
            return


def _is_still(draft: Path, file: BinaryIO) -> bool:
    try:
        return os.path.samestat(draft.stat(), os.fstat(file.fileno()))
    except FileNotFoundError:
        return False


def restore(dsn: str, path: Path, tombstones: TombstoneFile | None = None) -> int:
    """Bring a backup into the empty key store at ``dsn``; return how many keys are there then.

    All of it in one transaction, tombstones first, those of the file ``tombstones`` included.
    Raises `KeyDumpRefused`.
    """
    _ensure_whole(path)
    migrate(dsn, KEYS)
    with psycopg.connect(dsn) as connection:
        if connection.execute("SELECT FROM keys.master").rowcount:
            raise KeyDumpRefused(
                "gudang kunci ini sudah berisi; pulihkan ke yang kosong\n"
                "this key store is in use; restore into an empty one"
            )
        for destruction in tombstones.read() if tombstones else ():
            for subject in destruction.subjects:
                connection.execute(
                    "INSERT INTO keys.tombstone (subject, event_id, stream, told, key_ids)"
                    " VALUES (%s, %s, %s, %s, '{}') ON CONFLICT DO NOTHING",
                    (subject, destruction.event_id, destruction.stream, Jsonb(destruction.told)),
                )
        _fill(connection, path)
        kept = connection.execute("SELECT count(*) FROM keys.sealing_key").fetchone()
    return kept[0] if kept else 0


def _lines(connection: Connection[Any]) -> Iterator[bytes]:
    yield json.dumps(["jejak_keys", FORMAT]).encode() + b"\n"
    for table, columns in TABLES.items():
        query = f"SELECT {', '.join(columns)} FROM keys.{table}"  # noqa: S608  # constants only
        with connection.cursor(f"dump_{table}") as cursor:
            cursor.itersize = BATCH
            for row in cursor.execute(query.encode()):
                yield json.dumps([table, *map(_plain, row)]).encode() + b"\n"


def _plain(value: Any) -> Any:
    return {"hex": value.hex()} if isinstance(value, bytes) else value


def _stored(value: Any) -> Any:
    match value:
        case {"hex": str(digits), **rest} if not rest:
            return bytes.fromhex(digits)
        case dict():
            return Jsonb(value)
        case _:
            return value


def _ensure_whole(path: Path) -> None:
    digest, last = hashlib.sha256(), b""
    with path.open("rb") as file:
        for line in file:
            digest.update(last)
            last = line
    try:
        end: Any = json.loads(last or b"null")
    except ValueError:
        end = None
    if end != ["end", digest.hexdigest()]:
        raise KeyDumpRefused(
            f"{path} bukan cadangan gudang kunci yang utuh\n"
            f"{path} is not a whole backup of a key store"
        )


def _fill(connection: Connection[Any], path: Path) -> None:
    with path.open("rb") as file, connection.cursor() as cursor:
        batch: dict[str, list[list[Any]]] = {table: [] for table in TABLES}
        for line in file:
            table, *values = json.loads(line)
            if table in batch:
                batch[table].append([_stored(value) for value in values])
                if len(batch[table]) == BATCH:
                    _insert_all(cursor, batch)
        _insert_all(cursor, batch)


def _insert_all(cursor: psycopg.Cursor[Any], batch: dict[str, list[list[Any]]]) -> None:
    """Insert what was read so far, in the order of the tables: no key goes before a tombstone."""
    for table, rows in batch.items():
        if rows:
            _insert(cursor, table, rows)


def _insert(cursor: psycopg.Cursor[Any], table: str, rows: list[list[Any]]) -> None:
    names = [column.partition("::")[0] for column in TABLES[table]]
    marks = ["%s::uuid[]" if name == "key_ids" else "%s" for name in names]
    query = (
        f"INSERT INTO keys.{table} ({', '.join(names)}) VALUES ({', '.join(marks)})"  # noqa: S608  # constants only
        " ON CONFLICT DO NOTHING"
    )
    cursor.executemany(query.encode(), rows)
    rows.clear()
