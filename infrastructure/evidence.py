"""Documents in PostgreSQL: sealed, inserted and read, and never changed."""

import hashlib
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Final

from psycopg_pool import ConnectionPool

from application.evidence import Deposit, Document
from domain.forgetting import ONCE
from domain.kernel import DataClass, Refused, SubjectForgotten, Words
from domain.record import Actor, StreamId
from infrastructure.codec import KINDS, PageAlone, PageCodec
from infrastructure.connections import acknowledged
from infrastructure.event_form import sealed_fields
from infrastructure.key_store import KeyStore
from infrastructure.sealing import KeyMissing, owner, seal, unseal

CLASS: Final = DataClass.SPECIFIC
"""A document may hold anything, so it is protected like the most sensitive of it."""
FORGOTTEN: Final[Words] = (
    "dokumen ini sudah dimusnahkan bersama data yang disebutnya",
    "this document was destroyed, with the data that it was about",
)
NAMED: Final = (
    "SELECT left(said, 64) FROM ledger.event AS e,"
    " string_to_table(convert_from(e.page, 'UTF8'), '\"{0}\":\"') AS said"
    " WHERE {1} AND left(said, 64) = ANY(%(documents)s)"
    " AND e.stream <> ALL(%(own)s) AND e.position < coalesce(%(before)s, e.position + 1)"
)
NAMED_ELSEWHERE: Final = " UNION ".join(
    (
        NAMED.format("sha256", """position('"sha256":"'::bytea IN e.page) > 0"""),
        NAMED.format("document", "e.name LIKE '%%.forgotten@%%'"),
    )
)
"""Reads the whole ledger, once: somebody is forgotten rarely, and an index would cost every append.

A decision to forget somebody else names the document that bears it out as ``document``.
"""
NAMING_SEALED: Final = tuple(
    sorted(name for name, kind in KINDS.items() if "sha256" in sealed_fields(kind))
)
"""Events that name a document where nobody sees it who has not the key."""
SEALED_ELSEWHERE: Final = (
    "SELECT page, position, recorded_at FROM ledger.event WHERE name = ANY(%s)"
    " AND stream <> ALL(%s) AND position < coalesce(%s, position + 1) ORDER BY position"
)


class PostgresEvidenceStore:
    """An `application.evidence.EvidenceStore`. Each document has a key of its own."""

    def __init__(self, pool: ConnectionPool, keys: KeyStore, store: str) -> None:
        self._pool, self._keys, self._store = pool, keys, store
        self._codec = PageCodec(store, keys)

    def put(self, content: bytes, media_type: str, actor: Actor) -> str:
        """Keep a document and who brought it; a document that is there is not written again.

        Raises `Refused` for one that was destroyed: by now, since another process may have done it
        while the key was opened here.
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
        if self._keys.tombstoned([subject_of(sha256)]):
            raise Refused("evidence.forgotten", article=ONCE, because=FORGOTTEN)
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
        self,
        documents: Collection[str],
        streams: Collection[StreamId],
        before: int | None = None,
    ) -> frozenset[str]:
        """Return those of these documents that a page of any other stream names.

        ``before`` is the position from which on pages do not count.
        """
        if not documents:
            return frozenset()
        own = sorted(map(str, streams))
        with self._pool.connection() as connection:
            asked = {"documents": sorted(documents), "own": own, "before": before}
            openly = connection.execute(NAMED_ELSEWHERE.encode(), asked)
            named = {sha256 for (sha256,) in openly}
            sealed = connection.execute(SEALED_ELSEWHERE, (list(NAMING_SEALED), own, before))
            named |= {sha256 for row in sealed if (sha256 := self._named_in(*row)) in documents}
        return frozenset(named)

    def _named_in(self, page: bytes, position: int, recorded_at: datetime) -> str | None:
        """Return what a page names in a sealed field; where its key is gone, nobody finds it."""
        try:
            [woken] = self._codec.recorded([PageAlone(page, position, recorded_at)])
        except KeyMissing:
            return None
        named: str | None = getattr(woken.event, "sha256", None) or None
        return named

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
