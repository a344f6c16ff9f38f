"""Personal data at rest: AES-256-GCM under a key per page, wrapped by a key per person and class.

A seal is bound (as associated data) to its store, stream, version, field and key, so that no box
can be moved to another page. A box is 12 bytes of nonce and the ciphertext with its tag.
"""

import hmac
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from psycopg.sql import SQL
from psycopg_pool import ConnectionPool
from uuid_utils import uuid7

from domain.kernel import DataClass
from infrastructure.master_key import LENGTH, MasterKey, MasterKeyUnreadable

NONCE: Final = 12
Owner = tuple[str, str]
"""A subject and a data class: whose key it is, and for what."""


# Two statements in one: keys that were there already are read, the others are made.
FIND: Final = (
    "SELECT key_id::text, subject, data_class, wrapped FROM keys.subject_key"
    " WHERE (subject, data_class) IN (SELECT * FROM unnest(%s::text[], %s::text[]))"
)
MAKE: Final = SQL(
    "WITH made AS (INSERT INTO keys.subject_key (key_id, subject, data_class, wrapped)"
    " SELECT * FROM unnest(%s::uuid[], %s::text[], %s::text[], %s::bytea[])"
    " ON CONFLICT (subject, data_class) DO NOTHING"
    " RETURNING key_id::text, subject, data_class, wrapped) SELECT * FROM made UNION ALL {}"
).format(SQL(FIND))


class KeyMissing(Exception):
    """The key of a sealed field is not in the key store: what it sealed cannot be read."""


@dataclass(frozen=True, slots=True)
class SubjectKey:
    """The key of one person for one class of data."""

    key_id: str
    secret: bytes


def seal(secret: bytes, content: bytes, bound_to: str) -> bytes:
    """Encrypt, bound to a place."""
    nonce = os.urandom(NONCE)
    return nonce + AESGCM(secret).encrypt(nonce, content, bound_to.encode())


def unseal(secret: bytes, box: bytes, bound_to: str) -> bytes:
    """Decrypt; raise `cryptography.exceptions.InvalidTag` where the place or a byte differs."""
    return AESGCM(secret).decrypt(box[:NONCE], box[NONCE:], bound_to.encode())


class KeyStore:
    """Subjects' keys: made when first needed, kept wrapped in PostgreSQL, opened ones in memory."""

    def __init__(self, pool: ConnectionPool, master: MasterKey) -> None:
        self._pool = pool
        self._wrapping = master.derive("subject-keys")
        self._by_owner: dict[Owner, SubjectKey] = {}
        self._by_id: dict[str, SubjectKey] = {}

    def ensure_master(self, store: str) -> None:
        """Raise `MasterKeyUnreadable` unless this is the master key that the store began with."""
        digest = hmac.digest(self._wrapping, store.encode(), "sha256")
        with self._pool.connection() as connection:
            connection.execute(
                "INSERT INTO keys.master_check (digest) VALUES (%s) ON CONFLICT DO NOTHING",
                (digest,),
            )
            if connection.execute("SELECT digest FROM keys.master_check").fetchone() != (digest,):
                raise MasterKeyUnreadable(
                    "kunci induk bukan milik buku ini; kembalikan master.key atau JEJAK_MASTER_KEY"
                    " yang asli\nthis is not the ledger's master key; bring back the original"
                    " master.key or JEJAK_MASTER_KEY"
                )

    def of(self, owners: Iterable[Owner]) -> Mapping[Owner, SubjectKey]:
        """Return a key for each owner, making those that are missing in one round trip.

        They are durable before any page is sealed under them.
        """
        wanted = set(owners)
        missing = sorted(owner for owner in wanted if owner not in self._by_owner)
        if missing:  # in one order for all, so that two makers wait and do not deadlock
            self._make(missing)
        return {owner: self._by_owner[owner] for owner in wanted}

    def by_id(self, key_ids: Iterable[str]) -> Mapping[str, SubjectKey]:
        """Return keys by their ids, reading those not yet opened; raise `KeyMissing`."""
        wanted = set(key_ids)
        unread = [key_id for key_id in wanted if key_id not in self._by_id]
        if unread:
            with self._pool.connection() as connection:
                for row in connection.execute(
                    "SELECT key_id::text, subject, data_class, wrapped FROM keys.subject_key"
                    " WHERE key_id = ANY(%s::uuid[])",
                    (unread,),
                ):
                    self._open(*row)
        if gone := [key_id for key_id in wanted if key_id not in self._by_id]:
            raise KeyMissing(", ".join(sorted(gone)))
        return {key_id: self._by_id[key_id] for key_id in wanted}

    def _make(self, owners: list[Owner]) -> None:
        new = [
            (str(uuid7()), subject, data_class, os.urandom(LENGTH))
            for subject, data_class in owners
        ]
        rows = [
            (key_id, subject, data_class, seal(self._wrapping, secret, key_id))
            for key_id, subject, data_class, secret in new
        ]
        columns = [list(column) for column in zip(*rows, strict=True)]
        with self._pool.connection() as connection:
            for row in connection.execute(MAKE, [*columns, *columns[1:3]]).fetchall():
                self._open(*row)
            while missing := [owner for owner in owners if owner not in self._by_owner]:
                # Somebody else made them in the meantime, out of this statement's sight.
                subjects = [list(column) for column in zip(*missing, strict=True)]
                for row in connection.execute(FIND, subjects).fetchall():
                    self._open(*row)

    def _open(self, key_id: str, subject: str, data_class: str, wrapped: bytes) -> None:
        key = SubjectKey(key_id, unseal(self._wrapping, wrapped, key_id))
        self._by_id[key_id] = self._by_owner[subject, data_class] = key


def owner(subject: str, data_class: DataClass) -> Owner:
    """Return whose key seals a field of this class."""
    return subject, data_class.value
