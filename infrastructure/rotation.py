"""Another master key for the whole key store: every key is wrapped anew, no page is touched.

Restartable at any moment, and nobody has to stop: the new wrapping key lies in the key store under
the old one until all is wrapped anew, so that services at work read and make keys all the time.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Final

from psycopg import Connection
from psycopg_pool import ConnectionPool

from domain.kernel import Value
from infrastructure.key_store import KeyStore
from infrastructure.master_key import MasterKey, MasterKeyRetired, MasterPlace
from infrastructure.tombstones import TombstoneFile
from infrastructure.trouble import Trouble
from infrastructure.wrapping import DOOR, Wrapping, keeping

BATCH: Final = 1_000
HEARD_SECONDS: Final = 3.0
"""Services look for a newer master key once a second; so long the old one still opens it."""
ROTATING: Final = 7316400932
"""Advisory lock of the key store: one rotation at a time."""
OLD_KEYS: Final = (
    "DELETE FROM keys.sealing_key WHERE key_id IN (SELECT key_id FROM keys.sealing_key"
    " WHERE generation < %s LIMIT %s)"
    " RETURNING key_id::text, subject, data_class, generation, wrapped"
)

Progress = Callable[[int], object]
"""Told how many keys were wrapped anew in one batch."""


class Rotated(Value):
    """What a rotation did: the generation in use now, and where the old master key is kept."""

    generation: int
    keys: int
    retired: str | None


class RotationUnderWay(Trouble):
    """Another process replaces the master key at this moment."""


def rotate(
    keys: KeyStore,
    place: MasterPlace,
    progress: Progress = lambda _: None,
    heard_seconds: float = HEARD_SECONDS,
) -> Rotated:
    """Wrap everything under the key that follows, and let that one take the master key's place.

    Raises `MasterKeyUnreadable` or `RotationUnderWay`. A rotation that was interrupted goes on
    where it stopped.
    """
    with _alone(keys.pool):
        keys.wrapping.learn()
        return _rotate(keys, place, progress, heard_seconds)


@contextmanager
def _alone(pool: ConnectionPool) -> Iterator[None]:
    """Hold the lock of rotations, for as long as the block runs and this process lives."""
    with pool.connection() as connection:
        free = connection.execute("SELECT pg_try_advisory_lock(%s)", (ROTATING,)).fetchone()
        if free != (True,):
            raise RotationUnderWay(
                "rotasi lain sedang berjalan; tunggu sampai selesai (`jejak keys status`)\n"
                "another rotation is under way; wait until it has ended (`jejak keys status`)"
            )
        try:
            yield
        finally:
            connection.execute("SELECT pg_advisory_unlock(%s)", (ROTATING,))


def _rotate(
    keys: KeyStore, place: MasterPlace, progress: Progress, heard_seconds: float
) -> Rotated:
    wrapping = keys.wrapping
    following = MasterKey(_next(place))
    began = time.monotonic()
    with keeping(keys.pool) as connection:
        if not connection.execute("SELECT FROM keys.handover").rowcount:
            wrapping.hand_over(connection, following)
    wrapping.learn()
    wrapping.ensure_newest(following)
    count = 0
    while moved := _batch(keys):
        count += moved
        progress(moved)
    _secrets(keys)
    time.sleep(max(0.0, heard_seconds - (time.monotonic() - began)))
    with keeping(keys.pool) as connection:
        connection.execute("SELECT pg_advisory_xact_lock(%s)", (DOOR,))
        connection.execute("DELETE FROM keys.handover")
    retired = place.promote(wrapping.newest - 1)
    return Rotated(
        generation=wrapping.newest, keys=count, retired=str(retired) if retired else None
    )


def opened(
    pool: ConnectionPool, place: MasterPlace, store: str, tombstones: TombstoneFile | None
) -> KeyStore:
    """Return the key store of a ledger, opened with the master key in use.

    Where a rotation ended just before the next key could take its place, it takes it now. Raises
    `MasterKeyUnreadable`.
    """
    keys = KeyStore(pool, MasterKey(place.read()), tombstones)
    try:
        keys.ensure_master(store)
    except MasterKeyRetired:
        following = place.next(make=False)
        if following is None:
            raise
        keys = KeyStore(pool, MasterKey(following), tombstones)
        keys.ensure_master(store)
        place.promote(keys.wrapping.newest - 1)
    return keys


def _next(place: MasterPlace) -> bytes:
    following = place.next(make=True)
    if following is None:
        raise AssertionError
    return following


def _batch(keys: KeyStore) -> int:
    """Wrap some keys anew, in one transaction; return how many."""
    with keeping(keys.pool) as connection:
        connection.execute("SELECT pg_advisory_xact_lock_shared(%s)", (DOOR,))
        newest = keys.wrapping.newest
        rows = connection.execute(OLD_KEYS, (newest, BATCH)).fetchall()
        anew = [
            (key_id, subject, data_class, *_anew(keys.wrapping, generation, wrapped, key_id))
            for key_id, subject, data_class, generation, wrapped in rows
        ]
        _put_back(connection, anew)
    return len(rows)


def _anew(wrapping: Wrapping, generation: int, wrapped: bytes, bound_to: str) -> tuple[int, bytes]:
    return wrapping.wrap(wrapping.unwrap(generation, wrapped, bound_to), bound_to)


def _put_back(connection: Connection[Any], rows: list[tuple[Any, ...]]) -> None:
    with connection.cursor() as cursor:
        cursor.executemany(
            "INSERT INTO keys.sealing_key (key_id, subject, data_class, generation, wrapped)"
            " VALUES (%s, %s, %s, %s, %s)",
            rows,
        )


def _secrets(keys: KeyStore) -> None:
    wrapping = keys.wrapping
    with keeping(keys.pool) as connection:
        rows = connection.execute(
            "DELETE FROM keys.secret WHERE generation < %s RETURNING purpose, generation, wrapped",
            (wrapping.newest,),
        ).fetchall()
        for purpose, generation, wrapped in rows:
            connection.execute(
                "INSERT INTO keys.secret (purpose, generation, wrapped) VALUES (%s, %s, %s)",
                (purpose, *_anew(wrapping, generation, wrapped, f"secret/{purpose}")),
            )
