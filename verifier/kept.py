"""What somebody kept of the log earlier: the hashes of its leaves, in their order."""

from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from typing import Final

from .faults import Misuse
from .leaves import ACCESS_LEAF, EVENT_LEAF, leaf_of
from .lines import ACCESS, CLOSING, EVENT

HASH: Final = 32
TILE: Final = 256


class Kept:
    """Hashes of leaves, asked for one by one from the first on; None after the last of them."""

    def __init__(self, hashes: Iterator[bytes]) -> None:
        self._hashes = hashes
        self._index, self._hash = -1, b""
        self.ended = False

    def leaf(self, index: int) -> bytes | None:
        """Return the hash of a leaf: the one that was asked for last, or the one after it."""
        while self._index < index and not self.ended:
            found = next(self._hashes, None)
            self.ended = found is None
            self._index, self._hash = self._index + 1, found or b""
        return None if self.ended else self._hash

    @property
    def asked_for(self) -> int:
        """Return of how many leaves the hash was there, of those that were asked for."""
        return self._index + (not self.ended)

    def all(self) -> int:
        """Return how many hashes are kept; what was not asked for is read to count it."""
        count = self.asked_for + sum(1 for _ in self._hashes)
        self.ended, self._index = True, count
        return count


def kept_in(path: Path) -> Kept:
    """Return what is kept in an older archive, in a folder of tiles, or in a file of hashes.

    A folder is one of C2SP tlog-tiles, or the one above its ``tile``. A file of hashes holds 32
    bytes for each leaf. Raises `Misuse` where it is none of these, or keeps nothing; so does
    reading on, where an older archive or a tile is damaged.
    """
    hashes = _hashes_in(path)
    first = next(hashes, None)
    if first is None:
        raise Misuse(
            f"{path}: tidak menyimpan satu hash pun, jadi tidak ada yang dapat dibandingkan",
            f"{path}: keeps no hash at all, so there is nothing to compare with",
        )
    return Kept(chain((first,), hashes))


def _hashes_in(path: Path) -> Iterator[bytes]:
    if path.is_dir():
        return _tiles(path / "tile" if (path / "tile").is_dir() else path)
    if path.is_file():
        with path.open("rb") as file:
            begins = file.read(len(b'{"jejak_archive"'))
        if begins == b'{"jejak_archive"':
            return _archived(path)
        if path.stat().st_size % HASH == 0:
            return _raw(path)
    raise Misuse(
        f"{path}: bukan arsip, bukan folder tile, bukan berkas hash",
        f"{path}: neither an archive nor a folder of tiles nor a file of hashes",
    )


def _archived(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        next(file)
        for number, line in enumerate(file, 2):
            if found := EVENT.fullmatch(line):
                yield leaf_of(EVENT_LEAF, found)[1]
            elif found := ACCESS.fullmatch(line):
                yield leaf_of(ACCESS_LEAF, found)[1]
            elif line.startswith(CLOSING):
                return
            else:
                raise _damaged(path, f"baris {number}", f"line {number}")


def _raw(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while read := file.read(HASH * TILE):
            yield from _hashes(read)


def _tiles(folder: Path) -> Iterator[bytes]:
    number = 0
    while True:
        path, width = folder / "0" / tile_path(number), TILE
        if not path.is_file():
            beside = path.with_name(f"{path.name}.p")
            width = max((it for it in range(1, TILE) if (beside / str(it)).is_file()), default=0)
            path = beside / str(width)
        if not width:
            return
        read = path.read_bytes()
        if len(read) != HASH * width:
            raise _damaged(path, "panjangnya", "its length")
        yield from _hashes(read)
        if width < TILE:
            return
        number += 1


def _damaged(path: Path, indonesian: str, english: str) -> Misuse:
    return Misuse(
        f"{path}: rusak ({indonesian}); tidak dapat dijadikan pembanding",
        f"{path}: damaged ({english}), so nothing can be compared with it",
    )


def _hashes(read: bytes) -> Iterator[bytes]:
    return (read[at : at + HASH] for at in range(0, len(read), HASH))


def tile_path(number: int) -> str:
    """Return where tlog-tiles puts a tile: 1234067 is x001/x234/067."""
    parts = [f"{number % 1000:03}"]
    while number := number // 1000:
        parts.insert(0, f"x{number % 1000:03}")
    return "/".join(parts)
