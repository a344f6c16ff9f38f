"""How keys are wrapped: by the newest master key, and by the one before it while that is replaced.

A *generation* is a master key's turn. The key store knows each by a digest; while a rotation is
under way, the new wrapping key lies there under the one before it, so that whoever opened the
store earlier can read and make keys all the time.
"""

import hmac
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from io import BytesIO
from ssl import RAND_bytes
from typing import Any, Final

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from psycopg import Connection, errors
from psycopg_pool import ConnectionPool

from infrastructure.connections import GIVE_UP_SECONDS, acknowledged
from infrastructure.master_key import MasterKey, MasterKeyRetired, MasterKeyUnreadable
from infrastructure.sealing import NONCE, SubjectKey, opened_by, seal, sealed_by, unseal
from infrastructure.standing_connection import DURABLE, REACH

CONNECTIONS_MAX: Final = 4
WAIT_SECONDS: Final = 10.0
PURPOSES: Final = ("blind-index", "idempotency", "tokens", "import")
"""Whose secrets were derived from the master key before there was a rotation, and stay so."""
DOOR: Final = 7316400930
"""Advisory lock of the key store: shared by makers of keys, held alone by who destroys them."""


def keeper_pool(dsn: str) -> ConnectionPool:
    """Return an open pool on the key store's database, each connection stepped down."""

    def step_down(connection: Connection[Any]) -> None:
        connection.execute(f"SET ROLE jejak_keys; SET TIME ZONE 'UTC'; {DURABLE}")

    return ConnectionPool(
        dsn,
        min_size=1,
        max_size=CONNECTIONS_MAX,
        timeout=WAIT_SECONDS,
        reconnect_timeout=GIVE_UP_SECONDS,
        kwargs={"autocommit": True, **REACH},
        configure=step_down,
        open=True,
    )


@contextmanager
def keeping(pool: ConnectionPool) -> Iterator[Connection[Any]]:
    """Give a transaction as the keys' own role, whose end is durable or said to be unknown."""
    with acknowledged(pool) as connection:
        connection.execute("SET LOCAL ROLE jejak_keys")
        yield connection


class Wrapping:
    """Wraps and unwraps under the master keys that one process may know."""

    def __init__(self, pool: ConnectionPool, master: MasterKey) -> None:
        self._pool, self._master = pool, master
        self._own = master.derive("subject-keys")
        self._by_generation: dict[int, bytes] = {}
        self._ciphers: dict[int, AESGCM] = {}
        self.store = ""
        self.newest = 0

    def begin(self, store: str) -> None:
        """Take up the newest generation; in an empty key store, begin the first.

        Raises `MasterKeyUnreadable` unless the master key is one that is still in use here.
        """
        self.store = store
        with keeping(self._pool) as connection:
            connection.execute(
                "INSERT INTO keys.master (generation, store, digest)"
                " SELECT 1, %s, %s WHERE NOT EXISTS (SELECT FROM keys.master)"
                " ON CONFLICT DO NOTHING",
                (store, self.digest(self._own)),
            )
        self.learn()
        for purpose in PURPOSES:
            self.secret(purpose)

    def learn(self) -> None:
        """Read which generations there are, and open those that were handed over."""
        with keeping(self._pool) as connection:
            turns = connection.execute(
                "SELECT generation, store::text, digest FROM keys.master ORDER BY generation"
            ).fetchall()
            handed = connection.execute("SELECT generation, sealed FROM keys.handover").fetchall()
        if any(store != self.store for _, store, _ in turns):
            raise _of_another_ledger()
        own = self.digest(self._own)
        ours = [turn for turn, _, digest in turns if hmac.compare_digest(digest, own)]
        known = {ours[-1]: self._own} if ours else dict(self._by_generation)
        known |= self._by_generation
        for generation, sealed in sorted(handed):
            if generation - 1 in known:
                known.setdefault(
                    generation,
                    unseal(known[generation - 1], sealed, self._bound(generation)),
                )
        newest = turns[-1][0]
        if newest not in known:
            raise _retired() if ours else _not_this_one()
        self._ciphers = {generation: AESGCM(wrapping) for generation, wrapping in known.items()}
        self._by_generation, self.newest = known, newest

    def hand_over(self, connection: Connection[Any], following: MasterKey) -> int:
        """Begin the generation after the newest, and lay its key down for who is at work."""
        generation, wrapping = self.newest + 1, following.derive("subject-keys")
        connection.execute("SELECT pg_advisory_xact_lock(%s)", (DOOR,))
        connection.execute(
            "INSERT INTO keys.master (generation, store, digest) VALUES (%s, %s, %s)",
            (generation, self.store, self.digest(wrapping)),
        )
        sealed = seal(self._by_generation[self.newest], wrapping, self._bound(generation))
        connection.execute(
            "INSERT INTO keys.handover (generation, sealed) VALUES (%s, %s)", (generation, sealed)
        )
        return generation

    def ensure_newest(self, master: MasterKey) -> None:
        """Raise `MasterKeyUnreadable` unless this is the key that the newest generation is of."""
        if not hmac.compare_digest(self._by_generation[self.newest], master.derive("subject-keys")):
            raise MasterKeyUnreadable(
                "rotasi sudah dimulai dengan kunci induk baru yang lain; pakai yang itu\n"
                "a rotation has begun with another new master key; use that one"
            )

    def wrap(self, secret: bytes, bound_to: str) -> tuple[int, bytes]:
        """Return the newest generation and a secret wrapped under it."""
        newest = self.newest
        return newest, sealed_by(self._ciphers[newest], RAND_bytes(NONCE), secret, bound_to)

    def wrap_keys(self, keys: Sequence[SubjectKey]) -> tuple[int, list[bytes]]:
        """Return the newest generation and the secrets of keys wrapped under it."""
        newest = self.newest
        cipher = self._ciphers[newest]
        nonce = partial(BytesIO(RAND_bytes(NONCE * len(keys))).read, NONCE)
        return newest, [sealed_by(cipher, nonce(), key.secret, key.key_id) for key in keys]

    def unwrap(self, generation: int, wrapped: bytes, bound_to: str) -> bytes:
        """Return what was wrapped, learning of a newer generation where there is one."""
        if generation not in self._by_generation:
            self.learn()
        if generation not in self._by_generation:
            raise _retired()
        return opened_by(self._ciphers[generation], wrapped, bound_to)

    def secret(self, purpose: str) -> bytes:
        """Return the secret for a purpose: the master key's own when it was first asked for."""
        place = f"secret/{purpose}"
        for _ in range(2):
            with keeping(self._pool) as connection:
                query = "SELECT generation, wrapped FROM keys.secret WHERE purpose = %s"
                found = connection.execute(query, (purpose,)).fetchone()
            if found:
                return self.unwrap(found[0], found[1], place)
            generation, wrapped = self.wrap(self._master.derive(purpose), place)
            with keeping(self._pool) as connection:
                connection.execute(
                    "INSERT INTO keys.secret (purpose, generation, wrapped)"
                    " VALUES (%s, %s, %s) ON CONFLICT DO NOTHING",
                    (purpose, generation, wrapped),
                )
        raise errors.NoDataFound(purpose)

    def digest(self, wrapping: bytes) -> bytes:
        """Return what a generation's key is recognised by."""
        return hmac.digest(wrapping, self.store.encode(), "sha256")

    def _bound(self, generation: int) -> str:
        return f"{self.store}|master/{generation}"


def _not_this_one() -> MasterKeyUnreadable:
    return MasterKeyUnreadable(
        "kunci induk bukan milik buku ini; kembalikan master.key atau JEJAK_MASTER_KEY yang asli\n"
        "this is not the ledger's master key; bring back the original master.key or"
        " JEJAK_MASTER_KEY"
    )


def _retired() -> MasterKeyRetired:
    return MasterKeyRetired(
        "kunci induk ini sudah diganti dan tidak membuka apa pun lagi; pakai yang baru"
        " (`jejak keys status`)\n"
        "this master key was replaced and opens nothing any more; use the new one"
        " (`jejak keys status`)"
    )


def _of_another_ledger() -> MasterKeyUnreadable:
    return MasterKeyUnreadable(
        "gudang kunci ini milik buku lain; periksa JEJAK_KEYS_URL dan JEJAK_DATABASE_URL\n"
        "this key store belongs to another ledger; check JEJAK_KEYS_URL and JEJAK_DATABASE_URL"
    )
