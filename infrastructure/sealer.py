"""The sealer: gives events and access records their places in the log, and signs its tree heads.

It never signs a tree that did not grow out of the last one it signed, which it remembers outside
the database too: whatever was taken back or rewritten there, it stops and says so.
"""

from pathlib import Path
from random import randrange
from typing import Any, Final, Self

import structlog
from psycopg import Connection, sql
from psycopg_pool import ConnectionPool

from application.transparency import Checkpoint
from infrastructure.connections import acknowledged
from infrastructure.log import Source, hashes_at, origin_of, read_tiles, sources
from infrastructure.log_key import has_log_key, log_seed, replace_durably
from infrastructure.merkle import HASH, TILE_WIDTH, TiledTree, consistent, root_of
from infrastructure.signed_note import Note, NoteRefused, Signer, TreeHead
from infrastructure.trouble import Trouble

LOCK: Final = 7316400930
"""Advisory lock of the one who adds to the log."""
BATCH: Final = 16_384
"""Leaves in one transaction."""
PATROL: Final = 8
"""Full tiles read again, against what they were made of, each time before a tree is signed."""
MOST: Final = 4
"""Connections: for sealing, and for what witnesses say in the meantime."""
WAIT_SECONDS: Final = 5.0
NEXT: Final = sql.SQL(
    "INSERT INTO ledger.leaf (index, kind, number, hash)"
    " SELECT size + it.{number} - seen - 1, kind, it.{number},"
    " sha256('\\x00'::bytea || ledger.leaf_data(kind, it.{number}, it.hash, it.recorded_at))"
    " FROM {table} AS it, (SELECT %s::text AS kind, %s::bigint AS size, %s::bigint AS seen) AS tail"
    " WHERE it.{number} > seen AND it.{number} <= seen + %s ORDER BY it.{number}"
)
DIFFERS: Final = sql.SQL(
    "SELECT min(leaf.index) FROM {leaves} LEFT JOIN {table} AS it ON it.{number} = leaf.number"
    " WHERE leaf.kind = wanted.kind AND leaf.hash IS DISTINCT FROM"
    " sha256('\\x00'::bytea || ledger.leaf_data(leaf.kind, leaf.number, it.hash, it.recorded_at))"
)

log = structlog.get_logger()


class LogRefused(Trouble):
    """Why nothing is signed any more until somebody has looked."""


class LogWentBack(LogRefused):
    """The log is shorter than what was signed already: a restored copy, or a cut-off tail."""

    def __init__(self, signed: int, size: int) -> None:
        super().__init__(
            f"log bukti hanya {size} daun, padahal {signed} sudah ditandatangani: basis data ini"
            " salinan lama atau terpotong. Pulihkan cadangan yang lebih baru; lihat docs/log.md\n"
            f"the log has {size} leaves, but {signed} were signed already: this database is an old"
            " copy, or was cut off. Restore a newer backup; see docs/log.md"
        )


class LogForked(LogRefused):
    """The leaves are not those that were signed."""

    def __init__(self, signed: int) -> None:
        super().__init__(
            f"{signed} daun pertama log bukti bukan lagi yang ditandatangani; jangan ubah apa pun,"
            " jalankan jejak verify atas ekspor terakhir; lihat docs/log.md\n"
            f"the first {signed} leaves of the log are not those that were signed; change nothing,"
            " and run jejak verify over the last export; see docs/log.md"
        )


class LeafDiffers(LogRefused):
    """An event or access record is not what it was, or is gone."""

    def __init__(self, index: int) -> None:
        super().__init__(
            f"daun {index} log bukti tidak sama dengan catatannya: catatan itu diubah atau hilang;"
            " lihat docs/log.md\n"
            f"leaf {index} of the log is not that of its record, which was changed or is gone;"
            " see docs/log.md"
        )


class OtherKey(LogRefused):
    """What was signed last is not signed by our key."""

    def __init__(self) -> None:
        super().__init__(
            "log bukti ini ditandatangani kunci lain; kembalikan log.key (atau JEJAK_LOG_KEY) yang"
            " asli; lihat docs/log.md\n"
            "this log was signed by another key; put back the log.key (or JEJAK_LOG_KEY) that was;"
            " see docs/log.md"
        )


class KeyMissing(LogRefused):
    """The log was signed before, and the key that signed it is not here. No other one is made."""

    def __init__(self, directory: Path) -> None:
        super().__init__(
            f"kunci log tidak ada di sini ({directory}), padahal log sudah ditandatangani: yang"
            " baru tidak disegel. Kembalikan log.key (atau JEJAK_LOG_KEY), atau JEJAK_DATA_DIR"
            " yang benar\n"
            f"the log's key is not here ({directory}), though the log was signed: what is new is"
            " not sealed. Put back log.key (or JEJAK_LOG_KEY), or name its JEJAK_DATA_DIR"
        )


class HeadMissing(LogRefused):
    """Nobody here knows what was signed last: this database may be an old copy."""

    def __init__(self, memory: Path, size: int) -> None:
        super().__init__(
            f"{memory} tidak ada, padahal basis data ini memuat titik periksa {size} daun: mungkin"
            " sudah lebih banyak yang ditandatangani. Ambil titik periksa terbaru dari saksi atau"
            " salinan kunci, lalu `jejak seal --once --head BERKAS`; lihat docs/log.md\n"
            f"{memory} is missing, though this database holds a checkpoint of {size} leaves: more"
            " may have been signed. Fetch the newest checkpoint from a witness or the copy of the"
            " keys, then `jejak seal --once --head FILE`; see docs/log.md"
        )


class HeadUnreadable(LogRefused):
    """A file that should hold the last checkpoint holds none."""

    def __init__(self, path: Path) -> None:
        super().__init__(
            f"{path} tidak terbaca atau bukan titik periksa; pulihkan, atau singkirkan dan"
            " `jejak seal --once --head BERKAS` dengan yang terbaru; lihat docs/log.md\n"
            f"{path} cannot be read, or is no checkpoint; restore it, or move it away and"
            " `jejak seal --once --head FILE` with the newest; see docs/log.md"
        )


class Sealer:
    """Adds to the log of one ledger and signs for it. ``directory`` keeps what was signed last."""

    def __init__(self, pool: ConnectionPool, seed: bytes, directory: Path) -> None:
        self._pool = pool
        with pool.connection() as connection:
            row = connection.execute("SELECT id::text FROM ledger.store").fetchone()
        self.store: str = row[0] if row else ""
        self.signer = Signer(origin_of(self.store), seed)
        self.memory = directory / f"log.{self.store}.head"
        self._patrolled = randrange(2**31)  # noqa: S311  # where to begin, so that all get their turn

    @classmethod
    def of(cls, pool: ConnectionPool, directory: Path, head: Path | None = None) -> Self:
        """Return the sealer that goes on with a log, with the key of a data directory.

        The key is made only for a log that nobody has signed. ``head`` is a file with the newest
        checkpoint that was kept elsewhere, for a directory that lost its own. Raises `LogRefused`.
        """
        with pool.connection() as connection:
            signed = connection.execute("SELECT FROM ledger.checkpoint LIMIT 1").rowcount > 0
        if signed and not has_log_key(directory):
            raise KeyMissing(directory)
        sealer = cls(pool, log_seed(directory), directory)
        if head:
            sealer.resume(head)
        with pool.connection() as connection:
            sealer.last_signed(connection)
        return sealer

    def resume(self, kept: Path) -> None:
        """Take a checkpoint kept elsewhere for what was signed last, where we have lost our own.

        What we do remember stays: an older one takes its place never. Raises `LogRefused` where
        the log did not grow out of it.
        """
        head = self._kept_in(kept)
        with acknowledged(self._pool) as connection:
            _take_turn(connection)
            size = _size(connection)
            tree = TiledTree(lambda tiles: read_tiles(connection, tiles))
            _check_growth(tree, head, size, tree.root(size))
            if not self.memory.exists():
                replace_durably(self.memory, kept.read_text(encoding="utf-8"))

    def seal(self) -> Checkpoint | None:
        """Put all that is new into the log and sign; None where nothing was new.

        Raises `LogRefused` instead of signing what does not continue the log.
        """
        while self.sequence():
            pass
        return self.sign()

    def sequence(self, most: int = BATCH) -> int:
        """Put what is new, up to ``most`` of each kind, into the log; return how much it was."""
        with acknowledged(self._pool) as connection:
            _take_turn(connection)
            before = size = _size(connection)
            for kind, source in sources(connection).items():
                size += _append(connection, kind, source, size, most)
            if size > before:
                _complete_tiles(connection, size)
            else:
                connection.rollback()
        return size - before

    def sign(self) -> Checkpoint | None:
        """Look whether the log is still what was signed, and sign it if it grew since.

        What is signed is first kept outside the database, then in it: of all that ever left the
        house, the one outside is the newest.
        """
        with acknowledged(self._pool) as connection:
            _take_turn(connection)
            size = _size(connection)
            tree = TiledTree(lambda tiles: read_tiles(connection, tiles))
            root = tree.root(size)
            stored, remembered = self.last_signed(connection)
            for head in filter(None, [stored, remembered]):
                _check_growth(tree, head, size, root)
            self._patrol(connection, size)
            head = TreeHead(self.signer.key.name, size, root)
            if not size or stored == remembered == head:
                return None
            note = f"{head.text}\n{self.signer.sign(head.text)}"
            replace_durably(self.memory, note)
            connection.execute(
                "INSERT INTO ledger.checkpoint (size, root, note, vkey) VALUES (%s, %s, %s, %s)"
                " ON CONFLICT DO NOTHING",
                (size, root, note, str(self.signer.key)),
            )
        log.info("log_signed", size=size)
        return Checkpoint(size, root, note)

    def _stored(self, connection: Connection[Any]) -> TreeHead | None:
        """Return what the database says was signed last."""
        row = connection.execute(
            "SELECT note FROM ledger.checkpoint ORDER BY size DESC LIMIT 1"
        ).fetchone()
        return self._signed_by_us(row[0]) if row else None

    def last_signed(self, connection: Connection[Any]) -> tuple[TreeHead | None, TreeHead | None]:
        """Return what was signed last: as the database says, and as the file beside the key does.

        Raises `LogRefused` where the database knows of a checkpoint and we of none: an old copy of
        it would be signed as if it were the newest.
        """
        stored = self._stored(connection)
        remembered = self._kept_in(self.memory) if self.memory.exists() else None
        if stored and not remembered:
            raise HeadMissing(self.memory, stored.size)
        return stored, remembered

    def _kept_in(self, path: Path) -> TreeHead:
        """Return the tree that a file holds our signature of."""
        try:
            note = path.read_text(encoding="utf-8")
            TreeHead.of(Note.of(note).text)
        except (OSError, ValueError) as error:
            raise HeadUnreadable(path) from error
        return self._signed_by_us(note)

    def _signed_by_us(self, note: str) -> TreeHead:
        try:
            Note.of(note).verified([self.signer.key])
            return TreeHead.of(Note.of(note).text)
        except NoteRefused as error:
            raise OtherKey from error

    def _patrol(self, connection: Connection[Any], size: int) -> None:
        """Read the end of the log and some full tiles again, against what they were made of.

        All tiles get their turn, a few each time; a tail that was cut off shows at once.
        """
        full = size // TILE_WIDTH
        _check_leaves(connection, max(0, size - TILE_WIDTH), size)
        if full:
            first = self._patrolled % full
            last = min(first + PATROL, full)
            self._patrolled = last
            _check_leaves(connection, first * TILE_WIDTH, last * TILE_WIDTH)
            _check_tiles(connection, first, last)


def seal_once(dsn: str, directory: Path) -> Checkpoint | None:
    """Seal all that is new in a database and sign, with the key of a data directory.

    Returns None where nothing is new; raises `LogRefused`.
    """
    with sealer_pool(dsn) as pool:
        return Sealer.of(pool, directory).seal()


def sealer_pool(dsn: str) -> ConnectionPool:
    """Return connections that have stepped down to the sealer."""
    return ConnectionPool(
        dsn,
        min_size=1,
        max_size=MOST,
        timeout=WAIT_SECONDS,
        reconnect_timeout=WAIT_SECONDS,  # its back-off would go on for minutes; we ask again
        check=ConnectionPool.check_connection,
        kwargs={"autocommit": True, "connect_timeout": 3},
        configure=_step_down,
        open=True,
    )


def _step_down(connection: Connection[Any]) -> None:
    connection.execute("SET ROLE jejak_sealer")
    connection.execute("SET TIME ZONE 'UTC'")


def _take_turn(connection: Connection[Any]) -> None:
    connection.execute("SELECT pg_advisory_xact_lock(%s)", (LOCK,))


def _size(connection: Connection[Any]) -> int:
    row = connection.execute("SELECT coalesce(max(index) + 1, 0) FROM ledger.leaf").fetchone()
    return int(row[0]) if row else 0


def _append(connection: Connection[Any], kind: str, source: Source, size: int, most: int) -> int:
    """Add what is new of one kind in the order of its numbers, without a gap."""
    newest = "SELECT coalesce(max(number), 0) FROM ledger.leaf WHERE kind = %s"
    [(seen,)] = connection.execute(newest, (kind,))
    added = connection.execute(NEXT.format(**source), (kind, size, seen, most)).rowcount
    [(last,)] = connection.execute(newest, (kind,))
    if last - seen != added:
        raise LeafDiffers(size)
    return added


def _complete_tiles(connection: Connection[Any], size: int) -> None:
    """Store every tile that has become full, from the lowest level up."""
    level, hashes = 0, size
    while (full := hashes // TILE_WIDTH) > 0:
        [(stored,)] = connection.execute(
            "SELECT coalesce(max(number) + 1, 0) FROM ledger.tile WHERE level = %s", (level,)
        )
        row = hashes_at(connection, level, stored * TILE_WIDTH, full * TILE_WIDTH)
        wide = TILE_WIDTH * HASH
        tiles = [row[at : at + wide] for at in range(0, len(row), wide)]
        connection.execute(
            "INSERT INTO ledger.tile (level, number, root, hashes) SELECT %s::smallint, * FROM"
            " unnest(%b::bigint[], %b::bytea[], %b::bytea[])",
            (level, list(range(stored, full)), [root_of(tile) for tile in tiles], tiles),
        )
        level, hashes = level + 1, full


def _check_growth(tree: TiledTree, head: TreeHead, size: int, root: bytes) -> None:
    """Raise where the tree did not grow out of one that was signed."""
    if head.size > size:
        raise LogWentBack(head.size, size)
    proof = tree.consistency(head.size, size)
    if tree.root(head.size) != head.root or not consistent(head.size, head.root, size, root, proof):
        raise LogForked(head.size)


def _check_leaves(connection: Connection[Any], start: int, stop: int) -> None:
    """Raise where leaves are missing, or are not those of their events and access records."""
    [(count,)] = connection.execute(
        "SELECT count(*) FROM ledger.leaf WHERE index >= %s AND index < %s", (start, stop)
    )
    odd = [] if count == stop - start else [start]
    for kind, source in sources(connection).items():
        [(index,)] = connection.execute(DIFFERS.format(**source), (kind, start, stop))
        odd += [] if index is None else [index]
    if odd:
        raise LeafDiffers(min(odd))


def _check_tiles(connection: Connection[Any], first: int, last: int) -> None:
    """Raise where full tiles are not those of their leaves."""
    stored = connection.execute(
        "SELECT number, root, hashes FROM ledger.tile WHERE level = 0 AND number >= %s"
        " AND number < %s ORDER BY number",
        (first, last),
        binary=True,
    ).fetchall()
    for number, root, hashes in stored:
        start = number * TILE_WIDTH
        leaves = hashes_at(connection, 0, start, start + TILE_WIDTH)
        if hashes != leaves or root != root_of(hashes):
            raise LeafDiffers(start)
