"""Reading the log over the ledger: checkpoints, tiles and proofs, each for a few rows."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from psycopg import Connection, sql
from psycopg_pool import ConnectionPool

from application.transparency import Checkpoint, Inclusion, Kind, Leaf, LogKey
from infrastructure.log_succession import announced, named_in
from infrastructure.merkle import HASH, TILE_WIDTH, Tile, TiledTree, width_of

SCAN: Final = 4_096
"""Leaves read at a time when many are wanted."""
LEAVES: Final = sql.SQL(
    "(SELECT %s::text AS kind) AS wanted CROSS JOIN LATERAL"
    " (SELECT * FROM ledger.leaf WHERE index >= %s AND index < %s OFFSET 0) AS leaf"
)
"""Leaves of a kind (``wanted.kind``) and a range; OFFSET keeps a new table's planner off a scan."""
Source = Mapping[str, sql.Composable]
SOURCES: Final[Mapping[Kind, Source]] = {
    "event": {
        "leaves": LEAVES,
        "table": sql.SQL("ledger.event"),
        "number": sql.SQL("position"),
    },
    "access": {
        "leaves": LEAVES,
        "table": sql.SQL("ledger.access"),
        "number": sql.SQL("number"),
    },
}
"""Where the leaves of each kind come from, and what numbers them there."""
ENTRIES: Final = sql.SQL(
    "SELECT leaf.index, ledger.leaf_data(leaf.kind, leaf.number, it.hash, it.recorded_at)"
    " FROM {leaves} JOIN {table} AS it ON it.{number} = leaf.number WHERE leaf.kind = wanted.kind"
)
CHECKPOINT: Final = (
    "SELECT size, root, note || coalesce((SELECT string_agg(line, '' ORDER BY received_at, vkey)"
    " FROM ledger.cosignature AS c WHERE c.size = k.size), '') FROM ledger.checkpoint AS k"
)

WITNESSED: Final = (
    "SELECT size FROM (SELECT size, received_at, first_value(received_at) OVER newest AS latest"
    " FROM ledger.cosignature WHERE size > %s WINDOW newest AS (ORDER BY size DESC)"
    " ORDER BY size DESC LIMIT 1000) AS lately"
    " WHERE received_at > latest - interval '1 hour'"
    " GROUP BY size ORDER BY count(*) DESC, size DESC LIMIT 1"
)
"""Lately: within an hour of the newest, and of 1,000 cosignatures, an hour of two witnesses."""


class Log:
    """A `application.transparency.Transparency` over the tables that the sealer fills."""

    def __init__(self, pool: ConnectionPool) -> None:
        self._pool = pool

    @property
    def vkey(self) -> str:
        """Return the key that the newest checkpoint is signed with; empty before the first.

        It is what the database says: whom to trust, a verifier is told by another way.
        """
        row = self._one("SELECT vkey FROM ledger.checkpoint ORDER BY size DESC LIMIT 1")
        return row[0] if row else ""

    def log_keys(self) -> Sequence[LogKey]:
        """Return the keys that the log was signed with, and what announced each but the first."""
        first = self._one("SELECT vkey FROM ledger.checkpoint ORDER BY size LIMIT 1")
        if first is None:
            return []
        with self._pool.connection() as connection:
            later = announced(connection)
        return [
            LogKey(vkey=first[0], since=0, announcement=None),
            *(LogKey(vkey=named_in(it.note), since=it.size, announcement=it.note) for it in later),
        ]

    def announcements(self, beyond: int = 0) -> Sequence[Checkpoint]:
        """Return the checkpoints of more leaves that announce a key, without cosignatures."""
        with self._pool.connection() as connection:
            return announced(connection, beyond)

    @property
    def origin(self) -> str:
        """Return the name of this log."""
        row = self._one("SELECT id::text FROM ledger.store")
        return origin_of(row[0]) if row else ""

    def checkpoint(self) -> Checkpoint | None:
        """Return the newest checkpoint; None before the first event is sealed."""
        row = self._one(f"{CHECKPOINT} ORDER BY size DESC LIMIT 1")
        return Checkpoint(*row) if row else None

    def witnessed(self, beyond: int = 0) -> Checkpoint | None:
        """Return the checkpoint of more leaves that most witnesses have cosigned lately.

        Of several the newest. Witnesses come one after the other, and whoever holds a proof may
        want to see all of them in it.
        """
        row = self._one(f"{CHECKPOINT} WHERE size = ({WITNESSED})", beyond)
        return Checkpoint(*row) if row else None

    def inclusion(self, kind: Kind, number: int) -> Inclusion | None:
        """Prove a leaf under the best `witnessed` checkpoint that covers it, or the newest."""
        query = "SELECT index, kind, number, hash FROM ledger.leaf WHERE kind = %s AND number = %s"
        row = self._one(query, kind, number)
        if row is None:
            return None
        leaf = Leaf(*row)
        checkpoint = self.witnessed(leaf.index) or self.checkpoint()
        if checkpoint is None or checkpoint.size <= leaf.index:
            return None
        [data] = self.entries(leaf.index, leaf.index + 1)
        proof = self._tree().inclusion(leaf.index, checkpoint.size)
        return Inclusion(leaf, data, proof, checkpoint)

    def consistency(self, old: int, new: int) -> Sequence[bytes]:
        """Prove that the tree of ``new`` leaves grew out of that of ``old``."""
        return self._tree().consistency(old, new)

    def tile(self, level: int, number: int, width: int) -> bytes:
        """Return the first hashes of a tile; raise `LookupError` where not all are there."""
        newest = self.checkpoint()
        if not newest or not 0 < width <= width_of(Tile(level, number), newest.size):
            raise LookupError
        tile = Tile(level, number)
        with self._pool.connection() as connection:
            content = read_tiles(connection, [tile])[tile][: width * HASH]
        if len(content) != width * HASH:  # a caller keeps what we answer for ever
            raise LookupError
        return content

    def entries(self, start: int, stop: int) -> Sequence[bytes]:
        """Return the data of leaves, as their sources have it; raise `LookupError` beyond them."""
        found: dict[int, bytes] = {}
        with self._pool.connection() as connection:
            for kind, source in sources(connection).items():
                rows = connection.execute(ENTRIES.format(**source), (kind, start, stop))
                found |= dict(rows.fetchall())
        if len(found) != stop - start:
            raise LookupError
        return [found[index] for index in sorted(found)]

    def leaves(self, start: int, stop: int) -> Iterator[Leaf]:
        """Yield leaves in order, as many of those asked for as there are."""
        query = (
            "SELECT index, kind, number, hash FROM ledger.leaf"
            " WHERE index >= %s AND index < %s ORDER BY index"
        )
        for at in range(start, stop, SCAN):
            with self._pool.connection() as connection:
                rows = connection.execute(query, (at, min(at + SCAN, stop)), binary=True).fetchall()
            yield from (Leaf(*row) for row in rows)
            if len(rows) < min(SCAN, stop - at):
                return

    def _tree(self) -> TiledTree:
        def read(tiles: Sequence[Tile]) -> Mapping[Tile, bytes]:
            with self._pool.connection() as connection:
                return read_tiles(connection, tiles)

        return TiledTree(read)

    def _one(self, query: str, *values: Any) -> tuple[Any, ...] | None:
        with self._pool.connection() as connection:
            return connection.execute(query.encode(), values).fetchone()


def read_tiles(connection: Connection[Any], tiles: Sequence[Tile]) -> Mapping[Tile, bytes]:
    """Return the hashes of tiles: of full ones as they are stored, of others what there is."""
    stored = connection.execute(
        "SELECT level, number, hashes FROM ledger.tile JOIN unnest(%s::smallint[], %s::bigint[])"
        " AS wanted (level, number) USING (level, number)",
        ([tile.level for tile in tiles], [tile.number for tile in tiles]),
        binary=True,
    )
    found = {Tile(level, number): hashes for level, number, hashes in stored}
    for tile in tiles:
        if tile not in found:
            first = tile.number * TILE_WIDTH
            found[tile] = hashes_at(connection, tile.level, first, first + TILE_WIDTH)
    return found


def hashes_at(connection: Connection[Any], level: int, start: int, stop: int) -> bytes:
    """Return the hashes start to stop of a level of tiles: leaves, or roots of full tiles."""
    query = (
        "SELECT string_agg(root, ''::bytea ORDER BY number) FROM ledger.tile"
        " WHERE level = %s - 1 AND number >= %s AND number < %s"
    )
    if level == 0:
        query = (
            "SELECT string_agg(hash, ''::bytea ORDER BY index) FROM ledger.leaf"
            " WHERE %s = 0 AND index >= %s AND index < %s"
        )
    row = connection.execute(query, (level, start, stop), binary=True).fetchone()
    return (row and row[0]) or b""


def sources(connection: Connection[Any]) -> Mapping[Kind, Source]:
    """Return the sources that this database has."""
    there = connection.execute("SELECT to_regclass('ledger.access') IS NOT NULL").fetchone()
    return SOURCES if there == (True,) else {"event": SOURCES["event"]}


def origin_of(store: str) -> str:
    """Return the name of the log over a ledger: the first line of its checkpoints."""
    return f"jejak/{store}"
