"""Whether a database holds a whole ledger: no gap, no broken chain, nothing that ran ahead of it.

This finds what a disk or a copy did. What a person with a superuser's rights did is found by the
signed checkpoints of outside witnesses (`jejak verify`).
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from psycopg import Connection
from psycopg.sql import SQL

from infrastructure.log import read_tiles, sources
from infrastructure.merkle import TILE_WIDTH, TiledTree
from infrastructure.sealer import DIFFERS
from infrastructure.trouble import Trouble

COUNT: Final = SQL(
    "SELECT count(*), coalesce(max(position), 0), max(recorded_at) FROM ledger.event"
)
BROKEN: Final = SQL(
    "SELECT position, stream, version FROM ("
    " SELECT position, stream, version, prev_hash, hash,"
    " convert_from(page, 'UTF8')::jsonb AS body, sha256(page) AS again,"
    " lag(hash, 1, decode(repeat('00', 32), 'hex')) OVER w AS hash_before,"
    " lag(version, 1, 0) OVER w AS version_before"
    " FROM ledger.event WINDOW w AS (PARTITION BY stream ORDER BY version)) AS chained"
    " WHERE hash <> again OR prev_hash <> hash_before OR version <> version_before + 1"
    " OR body ->> 'prev_hash' <> encode(prev_hash, 'hex')"
    " OR body ->> 'stream' <> stream OR (body ->> 'version')::integer <> version"
    " ORDER BY position LIMIT 1"
)
AHEAD: Final = SQL(
    "SELECT projection FROM read_model.progress"
    " WHERE position > (SELECT coalesce(max(position), 0) FROM ledger.event) LIMIT 1"
)
ACCESS: Final = SQL(
    "SELECT count(*) = coalesce(max(number), 0), count(*) FILTER (WHERE hash <> sha256(body)) = 0"
    " FROM ledger.access"
)
LEAVES: Final = SQL("SELECT count(*), coalesce(max(index) + 1, 0) FROM ledger.leaf")
TILES: Final = SQL(
    "SELECT min(number) FROM ledger.tile AS t WHERE level = 0 AND hashes IS DISTINCT FROM"
    " (SELECT string_agg(hash, ''::bytea ORDER BY index) FROM ledger.leaf"
    " WHERE index >= t.number * %s AND index < (t.number + 1) * %s)"
)
SIGNED: Final = SQL("SELECT size, root FROM ledger.checkpoint ORDER BY size DESC LIMIT 1")


@dataclass(frozen=True, kw_only=True)
class Ledger:
    """A ledger that was found whole. `leaves` are those of the log over it."""

    store: str
    events: int
    recorded_at: datetime | None
    leaves: int


class LedgerDamaged(Trouble):
    """The ledger has a gap, a page that does not fit, or a read model that ran ahead of it."""


def ensure_whole(connection: Connection[Any]) -> Ledger:
    """Read everything once; raise `LedgerDamaged`, naming the first thing that is wrong."""
    row = connection.execute(COUNT).fetchone()
    events, position, recorded_at = row or (0, 0, None)
    if events != position:
        raise LedgerDamaged(
            f"Buku berlubang: {events} peristiwa, tetapi posisi terakhir {position}.\n"
            f"The ledger has gaps: {events} events, but the last position is {position}."
        )
    if broken := connection.execute(BROKEN).fetchone():
        at, stream, version = broken
        raise LedgerDamaged(
            f"Rantai putus pada posisi {at} ({stream}, versi {version}).\n"
            f"The chain breaks at position {at} ({stream}, version {version})."
        )
    if _is_there(connection, "read_model.progress") and (
        ahead := connection.execute(AHEAD).fetchone()
    ):
        raise LedgerDamaged(
            f"Model baca {ahead[0]} mendahului buku; hapus skema read_model lalu jalankan lagi.\n"
            f"The read model {ahead[0]} is ahead of the ledger; drop the schema read_model and"
            " start again."
        )
    _ensure_accesses_are_whole(connection)
    leaves = _ensure_log_is_whole(connection)
    [(store,)] = connection.execute("SELECT id::text FROM ledger.store")
    return Ledger(store=store, events=events, recorded_at=recorded_at, leaves=leaves)


def _ensure_accesses_are_whole(connection: Connection[Any]) -> None:
    if _is_there(connection, "ledger.access") and (
        connection.execute(ACCESS).fetchone() != (True, True)
    ):
        raise LedgerDamaged(
            "Buku akses berlubang atau isinya berubah.\n"
            "The ledger of accesses has a gap, or was changed."
        )


def _ensure_log_is_whole(connection: Connection[Any]) -> int:
    """Compare the log with what it was made of, and its newest signed head with it."""
    if not _is_there(connection, "ledger.leaf"):
        return 0
    [(count, size)] = connection.execute(LEAVES)
    odd = [] if count == size else [size]
    for kind, source in sources(connection).items():
        [(index,)] = connection.execute(DIFFERS.format(**source), (kind, 0, size))
        odd += [] if index is None else [index]
    [(tile,)] = connection.execute(TILES, (TILE_WIDTH, TILE_WIDTH))
    odd += [] if tile is None else [tile * TILE_WIDTH]
    signed = connection.execute(SIGNED, binary=True).fetchone()
    if not odd and signed:
        tree = TiledTree(lambda tiles: read_tiles(connection, tiles))
        whole = signed[0] <= size and tree.root(signed[0]) == signed[1]
        odd += [] if whole else [signed[0]]
    if odd:
        raise LedgerDamaged(
            f"Log bukti tidak cocok dengan buku, mulai daun {min(odd)}.\n"
            f"The log does not fit the ledger, from leaf {min(odd)} on."
        )
    return int(size)


def _is_there(connection: Connection[Any], table: str) -> bool:
    row = connection.execute("SELECT to_regclass(%s) IS NOT NULL", (table,)).fetchone()
    return bool(row and row[0])
