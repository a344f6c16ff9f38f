"""Where every stream stands, in bounded memory: what is not touched for long goes to a file."""

import sqlite3
from typing import Final

Head = bytes
"""The hash of the bytes of a stream's last page, 64 digits in hex, and its version behind them: one
object for each stream, and none that the interpreter looks for cycles in."""
HASH: Final = 64
NO_HEAD: Final = b"0" * HASH + b"0"
"""What the first page of a stream continues."""

MOST: Final = 50_000
"""Streams in each of the two generations that are held in memory: some 15 MB."""
CACHE_KIB: Final = 16_384


class Heads:
    """The last page of each stream.

    ``young`` holds what was touched lately; a caller may look there first and write there. `get`
    looks further: in ``old``, then in the file. When ``young`` is full, `settle` turns it old and
    writes what was old to the file, which is SQLite's and gone with the process.
    """

    def __init__(self, most: int = MOST) -> None:
        self.most = most
        self.young: dict[bytes, Head] = {}
        self._old: dict[bytes, Head] = {}
        self._file: sqlite3.Connection | None = None

    @property
    def room(self) -> int:
        """Return how many streams ``young`` may still take up: a few more than there is room."""
        return max(self.most - len(self.young), 1_000)

    @property
    def spilled(self) -> bool:
        """Say whether there were more streams than memory is given for."""
        return self._file is not None

    def get(self, stream: bytes) -> Head | None:
        """Return the head of a stream, or None before its first page."""
        found = self.young.get(stream) or self._old.get(stream)
        if found is None and self._file:
            row = self._file.execute(
                "SELECT version, hash FROM head WHERE stream = ?", (stream,)
            ).fetchone()
            found = row and b"%b%d" % (row[1].hex().encode(), row[0])
        return found

    def settle(self) -> None:
        """Make room where there is none left."""
        if len(self.young) < self.most:
            return
        if self._old:
            self._write(self._old)
        self._old, self.young = self.young, {}

    def close(self) -> None:
        """Let the file go."""
        if self._file:
            self._file.close()

    def _write(self, heads: dict[bytes, Head]) -> None:
        if self._file is None:
            self._file = self._opened()
        # In the order of its keys a B-tree is written page by page and not all over.
        rows = ((stream, heads[stream].decode()) for stream in sorted(heads))
        with self._file:
            self._file.executemany(
                "INSERT OR REPLACE INTO head VALUES (?, ?, ?)",
                ((stream, int(it[HASH:]), bytes.fromhex(it[:HASH])) for stream, it in rows),
            )

    @staticmethod
    def _opened() -> sqlite3.Connection:
        file = sqlite3.connect("")  # on disk, without a name, gone when it is closed
        file.execute("PRAGMA journal_mode = OFF")
        file.execute("PRAGMA synchronous = OFF")
        file.execute(f"PRAGMA cache_size = -{CACHE_KIB}")
        file.execute(
            "CREATE TABLE head (stream BLOB PRIMARY KEY, version INTEGER, hash BLOB) WITHOUT ROWID"
        )
        return file
