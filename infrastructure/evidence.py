"""Documents in PostgreSQL: sealed, inserted and read, and never changed."""

import hashlib
from collections.abc import Collection, Sequence
from typing import Final

from psycopg_pool import ConnectionPool

from application.evidence import Deposit, Document
from domain.forgetting import ONCE
from domain.kernel import DataClass, Refused, SubjectForgotten, Words
from domain.record import Actor, StreamId
from infrastructure.connections import acknowledged
from infrastructure.key_store import KeyStore
from infrastructure.sealing import owner, seal, unseal

CLASS: Final = DataClass.SPECIFIC
"""A document may hold anything, so it is protected like the most sensitive of it."""
FORGOTTEN: Final[Words] = (
    "dokumen ini sudah dimusnahkan bersama data yang disebutnya",
    "this document was destroyed, with the data that it was about",
)
NAMED_ELSEWHERE: Final = (
    "SELECT sha256 FROM unnest(%s::text[]) AS sha256 WHERE EXISTS (SELECT FROM ledger.event AS e"
    """ WHERE position(convert_to('"sha256":"' || sha256 || '"', 'UTF8') IN e.page) > 0"""
    " AND e.stream <> ALL(%s::text[]))"
)
"""Reads the whole ledger: somebody is forgotten rarely, and an index would cost every append."""


class PostgresEvidenceStore:
    """An `application.evidence.EvidenceStore`. Each document has a key of its own."""

    def __init__(self, pool: ConnectionPool, keys: KeyStore, store: str) -> None:
        self._pool, self._keys, self._store = pool, keys, store

    def put(self, content: bytes, media_type: str, actor: Actor) -> str:
        """Keep a document and who brought it; a document that is there is not written again.

        Raises `Refused` for one that was destroyed.
        """
        digest = hashlib.sha256(content)
        sha256 = digest.hexdigest()
        subject = owner(subject_of(sha256), CLASS)
        try:
            key = self._keys.of([subject])[subject]
        except SubjectForgotten:
            raise Refused("evidence.forgotten", article=ONCE, because=FORGOTTEN) from None
        with acknowledged(self._pool) as connection:
            connection.execute(
                "INSERT INTO evidence.document (sha256, media_type, size, key_id, sealed)"
                " VALUES (%s, %s, %s, %s, %b) ON CONFLICT DO NOTHING",
                (
                    digest.digest(),
                    media_type,
                    len(content),
                    key.key_id,
                    seal(key.secret, content, self._place(sha256)),
                ),
            )
            connection.execute(
                "INSERT INTO evidence.deposit (sha256, actor, unit) VALUES (%s, %s, %s)"
                " ON CONFLICT DO NOTHING",
                (digest.digest(), actor.id, actor.unit),
            )
        return sha256

    def deposits(self, sha256: str) -> Sequence[Deposit]:
        """Return who brought a document, in the order in which they did."""
        with self._pool.connection() as connection:
            rows = connection.execute(
                "SELECT actor, unit FROM evidence.deposit WHERE sha256 = %s ORDER BY number",
                (bytes.fromhex(sha256),),
            ).fetchall()
        return [Deposit(actor=actor, unit=unit) for actor, unit in rows]

    def named_elsewhere(
        self, documents: Collection[str], streams: Collection[StreamId]
    ) -> frozenset[str]:
        """Return those of these documents that a page of any other stream names as evidence."""
        with self._pool.connection() as connection:
            rows = connection.execute(
                NAMED_ELSEWHERE, (sorted(documents), sorted(map(str, streams)))
            ).fetchall()
        return frozenset(sha256 for (sha256,) in rows)

    def get(self, sha256: str) -> Document:
        """Return a document; raise `LookupError` where there is none, or no more."""
        with self._pool.connection() as connection:
            row = connection.execute(
                "SELECT media_type, key_id::text, sealed FROM evidence.document WHERE sha256 = %s",
                (bytes.fromhex(sha256),),
            ).fetchone()
        if row is None:
            raise LookupError(sha256)
        media_type, key_id, sealed = row
        key = self._keys.by_id({key_id: subject_of(sha256)})[key_id]
        if key is None:
            raise LookupError(sha256)
        content = unseal(key.secret, bytes(sealed), self._place(sha256))
        return Document(sha256=sha256, media_type=media_type, content=content)

    def _place(self, sha256: str) -> str:
        return f"{self._store}|evidence|{sha256}"


def subject_of(sha256: str) -> str:
    """Return as whom a document is sealed: as itself, so that it can be forgotten alone."""
    return f"evidence/{sha256}"
