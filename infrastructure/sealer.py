"""The sealer: gives events and access records their places in the log, and signs its tree heads.

It never signs a tree that did not grow out of the last one it signed, which it remembers outside
the database too: whatever was taken back or rewritten there, it stops and says so.
"""

from contextlib import suppress
from pathlib import Path
from random import randrange
from typing import Any, Final, Self

import structlog
from psycopg import Connection, sql
from psycopg_pool import ConnectionPool

from application.transparency import Checkpoint
from infrastructure.connections import acknowledged
from infrastructure.durable import replace_durably
from infrastructure.log import Source, hashes_at, origin_of, read_tiles, sources
from infrastructure.log_key import (
    has_log_key,
    log_seed,
    next_log_seed,
    take_next_log_key,
)
from infrastructure.log_refused import (
    HeadMissing,
    HeadUnreadable,
    KeyMissing,
    LeafDiffers,
    LogForked,
    LogWentBack,
    OtherKey,
)
from infrastructure.merkle import HASH, TILE_WIDTH, TiledTree, consistent, root_of
from infrastructure.signed_note import (
    Note,
    NoteRefused,
    Signer,
    TreeHead,
    VerifierKey,
    announcing,
    successor_in,
)
from infrastructure.standing_connection import DURABLE, REACH

LOCK: Final = 7316400919
"""Advisory lock of the one who adds to the log."""
TURN: Final = f"SELECT pg_advisory_xact_lock_shared(7316400930), pg_advisory_xact_lock({LOCK})"
"""An edition before this one took the first of them, alone: it is the door of the key store, too,
which whoever makes keys shares with us. Beside a sealer of that edition, one that did not wait for
it would see the log change under its hands, and say that it was altered."""
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


class Sealer:
    """Adds to the log of one ledger and signs for it. ``directory`` keeps what was signed last."""

    def __init__(self, pool: ConnectionPool, seed: bytes, directory: Path) -> None:
        self._pool, self._directory = pool, directory
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
        with acknowledged(pool) as connection:
            take_turn(connection)
            sealer._succeed(connection)
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
            take_turn(connection)
            size = _size(connection)
            tree = TiledTree(lambda tiles: read_tiles(connection, tiles))
            _check_growth(tree, head, size, tree.root(size))
            if not self.memory.exists():
                replace_durably(self.memory, kept.read_bytes())

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
            take_turn(connection)
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
        house, the one outside is the newest. Where another key is to follow, this says so, and both
        sign it.
        """
        with acknowledged(self._pool) as connection:
            take_turn(connection)
            size = _size(connection)
            tree = TiledTree(lambda tiles: read_tiles(connection, tiles))
            root = tree.root(size)
            self._succeed(connection)
            stored, remembered = self.last_signed(connection)
            for head in filter(None, [stored, remembered]):
                _check_growth(tree, head, size, root)
            self._patrol(connection, size)
            head = TreeHead(self.signer.key.name, size, root)
            if not size or stored == remembered == head:
                return None
            text, signers = head.text, [self.signer]
            if stored and size > stored.size and (following := self._following()):
                text, signers = announcing(text, following.key), [self.signer, following]
            note = f"{text}\n{''.join(one.sign(text) for one in signers)}"
            replace_durably(self.memory, note.encode())
            connection.execute(
                "INSERT INTO ledger.checkpoint (size, root, note, vkey) VALUES (%s, %s, %s, %s)"
                " ON CONFLICT DO NOTHING",
                (size, root, note, str(signers[-1].key)),
            )
        log.info("log_signed", size=size)
        self._go_over(signers[-1])
        return Checkpoint(size, root, note)

    def _following(self) -> Signer | None:
        """Return the signer that is to follow ours, where an operator has made another key."""
        seed = next_log_seed(self._directory)
        following = Signer(self.signer.key.name, seed) if seed else None
        return following if following and following.key != self.signer.key else None

    def _succeed(self, connection: Connection[Any]) -> None:
        """Sign from now on with the key that was announced, by whichever process that was.

        It is the one that the newest checkpoint announces, or else that signed it, if it is here.
        """
        note = _newest(connection)
        if note is None or not has_log_key(self._directory):
            return
        here = [Signer(self.signer.key.name, log_seed(self._directory)), self._following()]
        with suppress(NoteRefused):  # whoever looks at what was signed last says so
            announced = successor_in(Note.of(note))
            for one in filter(None, here):
                if one.key == announced or (not announced and _signed(note, one.key)):
                    self._go_over(one)

    def _go_over(self, signer: Signer) -> None:
        following = self._following()
        if following and following.key == signer.key:
            take_next_log_key(self._directory, self.signer.key.key_id.hex())
        self.signer = signer

    def _stored(self, connection: Connection[Any]) -> TreeHead | None:
        """Return what the database says was signed last."""
        note = _newest(connection)
        return self._signed_by_us(note) if note else None

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
        """Return the tree of a note that is signed by us, and does not say that another goes on."""
        following = self._following()
        try:
            Note.of(note).verified([self.signer.key])
            successor = successor_in(Note.of(note))
            if successor not in {None, self.signer.key, following and following.key}:
                raise OtherKey
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
        kwargs={"autocommit": True, **REACH},
        configure=_step_down,
        open=True,
    )


def _step_down(connection: Connection[Any]) -> None:
    connection.execute(f"SET ROLE jejak_sealer; SET TIME ZONE 'UTC'; {DURABLE}")


def take_turn(connection: Connection[Any]) -> None:
    """Be the only one who adds to the log, until the transaction ends."""
    connection.execute(TURN)


def _newest(connection: Connection[Any]) -> str | None:
    """Return the newest checkpoint in the database."""
    query = "SELECT note FROM ledger.checkpoint ORDER BY size DESC LIMIT 1"
    row = connection.execute(query).fetchone()
    return row[0] if row else None


def _signed(note: str, key: VerifierKey) -> bool:
    try:
        return bool(Note.of(note).verified([key]))
    except NoteRefused:
        return False


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
