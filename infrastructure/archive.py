"""The sealed archive: every leaf of the log with the bytes it is made of, for an auditor.

No key is needed to write or to read it: pages stay as they are stored, sealed.
"""

import json
import os
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path
from typing import Any, Final

from psycopg_pool import ConnectionPool

from application.transparency import Checkpoint
from infrastructure.log import CHECKPOINT, Log
from infrastructure.log_key import log_seed
from infrastructure.signed_note import Signer
from infrastructure.trouble import Trouble
from infrastructure.witness_client import WitnessAddress
from verifier.archive import Asked, Verdict, verify
from verifier.faults import Fault, Place
from verifier.kept import Kept
from verifier.notes import Checkpoint as Head
from verifier.notes import Unreadable, VerifierKey

SCAN: Final = 2_000
"""Leaves read at a time: some 2 MB."""
HASH: Final = 32
OLDER_MOST: Final = 256
"""Older checkpoints that the live ledger is compared with: enough to say where, and soon read."""

BLOCK: Final = b"""
SELECT string_agg(line, ''::bytea ORDER BY index), string_agg(hash, ''::bytea ORDER BY index)
  FROM (
    SELECT leaf.index, leaf.hash, convert_to(
             '{"index":' || leaf.index || ',"kind":"event","position":' || leaf.number
             || ',"recorded_at":"' || to_char(it.recorded_at AT TIME ZONE 'UTC',
                                              'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')
             || '","page":', 'UTF8') || it.page || '\\x7d0a'::bytea AS line
      FROM ledger.leaf JOIN ledger.event AS it ON it.position = leaf.number
     WHERE leaf.kind = 'event' AND leaf.index >= %(start)s AND leaf.index < %(stop)s
    UNION ALL
    SELECT leaf.index, leaf.hash, convert_to(
             '{"index":' || leaf.index || ',"kind":"access","number":' || leaf.number
             || ',"recorded_at":"' || to_char(it.recorded_at AT TIME ZONE 'UTC',
                                              'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')
             || '","body":', 'UTF8') || it.body || '\\x7d0a'::bytea AS line
      FROM ledger.leaf JOIN ledger.access AS it ON it.number = leaf.number
     WHERE leaf.kind = 'access' AND leaf.index >= %(start)s AND leaf.index < %(stop)s
  ) AS lines
"""
BESIDE_THE_PAGE: Final = b"""
SELECT stream, version, position FROM ledger.event
 CROSS JOIN LATERAL (SELECT convert_from(page, 'UTF8')::jsonb AS body) AS read
 WHERE (body ->> 'stream', (body ->> 'version')::int, body ->> 'name',
        (body ->> 'event_id')::uuid, decode(body ->> 'prev_hash', 'hex'))
       IS DISTINCT FROM (stream, version, name, event_id, prev_hash)
   AND position <= %s
 ORDER BY position LIMIT 1
"""
COSIGNED: Final = """
SELECT size FROM ledger.cosignature WHERE vkey = ANY(%s)
 GROUP BY size HAVING count(*) >= %s ORDER BY size DESC LIMIT 1
"""
OLDER: Final = b"""
SELECT size, note FROM ledger.checkpoint WHERE size IN (
  SELECT max(size) FROM (
    SELECT size, ntile(%(most)s) OVER (ORDER BY size) AS part
      FROM ledger.checkpoint WHERE size < %(size)s
  ) AS parts GROUP BY part
) ORDER BY size
"""


class NothingSealed(Trouble):
    """There is no checkpoint yet, so there is nothing that an auditor could hold us to."""


@dataclass(frozen=True, slots=True)
class SealedArchive:
    """The log up to one checkpoint."""

    pool: ConnectionPool
    origin: str
    vkey: str
    checkpoint: Checkpoint
    successions: Sequence[Mapping[str, str]] = ()
    """Each key before, and the checkpoint that names the next."""

    @property
    def size(self) -> int:
        """Return the number of leaves."""
        return self.checkpoint.size

    def blocks(self, hashes: deque[bytes] | None = None) -> Iterator[bytes]:
        """Yield the archive in blocks of whole lines.

        Before each block, ``hashes`` gets what the log's own table holds of its leaves.
        """
        said = {"origin": self.origin, "public_key": self.vkey, "size": self.size}
        if self.successions:
            yield _line({"jejak_archive": 2, **said, "successions": self.successions})
        else:
            yield _line({"jejak_archive": 1, **said})
        for start in range(0, self.size, SCAN):
            bounds = {"start": start, "stop": min(start + SCAN, self.size)}
            with self.pool.connection() as connection:
                row = connection.execute(BLOCK, bounds, binary=True).fetchone()
            lines, stored = row or (None, None)
            if lines and hashes is not None:
                hashes.extend(stored[at : at + HASH] for at in range(0, len(stored), HASH))
            if lines:
                yield lines
        yield _line({"checkpoint": self.checkpoint.note})


class SealedArchives:
    """Makes archives of the log of one store.

    ``directory`` is the operator's, and ``witnesses`` those that are configured (`WitnessAddress`).
    """

    def __init__(self, pool: ConnectionPool, directory: Path, witnesses: str = "") -> None:
        self._pool, self._directory, self._witnesses = pool, directory, witnesses
        self._log = Log(pool)

    def newest(self) -> SealedArchive:
        """Return the archive of the newest checkpoint; raise `NothingSealed`."""
        return self._archive(self._log.checkpoint())

    def witnessed(self) -> SealedArchive:
        """Return that of the newest one that our witnesses cosigned, or else of the newest."""
        asked = WitnessAddress.all_of(self._witnesses)
        return self._archive(self._cosigned([str(it.key) for it in asked]))

    def verified(self, asked: Asked, note: Callable[[int], None] = lambda _: None) -> Verdict:
        """Verify the live ledger, with all that is at hand: ``note`` hears how many lines went by.

        At hand are our own key, the hashes of leaves and earlier checkpoints in the database, and
        the last one that the sealer remembers beside it. Raises `NothingSealed`.
        """
        archive = self._archive(self._cosigned([it.vkey for it in asked.witnesses]))
        hashes: deque[bytes] = deque()
        asked = replace(
            asked,
            key=asked.key or self.own_key(),
            older=(*asked.older, *self._older(archive)),
            kept=asked.kept or Kept(_passed(hashes)),
        )
        verdict = verify(_noted(archive.blocks(hashes), note), asked)
        beside = None if verdict.fault else self._beside_the_page(verdict.read.events)
        if beside:
            stream, version, position = beside
            place = Place(kind="event", number=position, stream=stream, version=version)
            verdict = replace(verdict, fault=Fault("columns.differ", place))
        return verdict

    def _older(self, archive: SealedArchive) -> list[Head]:
        """Return what was signed before: a selection, spread over all that there is.

        What the sealer remembers says nothing of an archive that ends before it on purpose; but
        where the newest checkpoint does, its tail is gone.
        """
        size = archive.size
        with self._pool.connection() as connection:
            rows = connection.execute(OLDER, {"size": size, "most": OLDER_MOST}).fetchall()
        found = [Head.as_found(size, note) for size, note in rows]
        memory = self._directory / f"log.{archive.origin.removeprefix('jejak/')}.head"
        if memory.exists():
            with suppress(Unreadable):  # the sealer is the one to say so
                found.append(Head.of(memory.read_text(encoding="utf-8")))
        newest = self.newest().size
        return [it for it in found if it.size <= size or it.size > newest]

    def own_key(self) -> VerifierKey | None:
        """Return the log's key that this machine holds, or None where it has none."""
        if not (os.environ.get("JEJAK_LOG_KEY") or (self._directory / "log.key").exists()):
            return None
        return VerifierKey.of(str(Signer(self._log.origin, log_seed(self._directory)).key))

    def _beside_the_page(self, upto: int) -> tuple[str, int, int] | None:
        """Return the first event whose columns do not say what its page says: where it stands.

        For pages that were verified: others may raise.
        """
        with self._pool.connection() as connection:
            row = connection.execute(BESIDE_THE_PAGE, (upto,)).fetchone()
        return (row[0], row[1], row[2]) if row else None

    def _cosigned(self, vkeys: Sequence[str]) -> Checkpoint | None:
        """Return the newest checkpoint that all of them cosigned, or else any, or else the newest.

        Witnesses come one after the other: the newest of one is often not yet the other's.
        """
        with self._pool.connection() as connection:
            for least in (len(vkeys), 1) if vkeys else ():
                row = connection.execute(COSIGNED, (list(vkeys), least)).fetchone()
                if row:
                    found = connection.execute(f"{CHECKPOINT} WHERE size = %s", row).fetchone()
                    return Checkpoint(*found) if found else None
        return self._log.checkpoint()

    def _archive(self, checkpoint: Checkpoint | None) -> SealedArchive:
        if checkpoint is None and self._is_empty():
            raise NothingSealed(
                "belum ada peristiwa, jadi belum ada yang disegel\n"
                "there are no events yet, so nothing is sealed"
            )
        if checkpoint is None:
            raise NothingSealed(
                "log bukti masih kosong; jalankan `jejak seal --once` dahulu\n"
                "the log is still empty; run `jejak seal --once` first"
            )
        keys = [key for key in self._log.log_keys() if key.since <= checkpoint.size]
        successions = [
            {"checkpoint": later.announcement or "", "public_key": key.vkey}
            for key, later in pairwise(keys)
        ]
        vkey = keys[-1].vkey
        return SealedArchive(self._pool, self._log.origin, vkey, checkpoint, successions)

    def _is_empty(self) -> bool:
        with self._pool.connection() as connection:
            return connection.execute("SELECT FROM ledger.event LIMIT 1").fetchone() is None


def _passed(hashes: deque[bytes]) -> Iterator[bytes]:
    """Yield what is in the queue, each time that there is something."""
    while hashes:
        yield hashes.popleft()


def _noted(blocks: Iterator[bytes], note: Callable[[int], None]) -> Iterator[bytes]:
    for block in blocks:
        yield block
        note(block.count(b"\n"))


def _line(said: dict[str, Any]) -> bytes:
    text = json.dumps(said, separators=(",", ":"), ensure_ascii=False)
    return text.encode() + b"\n"
