"""What somebody kept of the log earlier: the hashes of its leaves, in their order."""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from .faults import Misuse
from .leaves import ACCESS_LEAF, EVENT_LEAF, leaf_of
from .lines import ACCESS, EVENT

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


def kept_in(path: Path) -> Kept:
    """Return what is kept in an older archive, in a folder of tiles, or in a file of hashes.

    A folder is one of C2SP tlog-tiles, or the one above its ``tile``. A file of hashes holds 32
    bytes for each leaf. Raises `Misuse` where it is none of these.
    """
    if path.is_dir():
        return Kept(_tiles(path / "tile" if (path / "tile").is_dir() else path))
    with path.open("rb") as file:
        begins = file.read(len(b'{"jejak_archive"'))
    if begins == b'{"jejak_archive"':
        return Kept(_archived(path))
    if path.stat().st_size % HASH == 0:
        return Kept(_raw(path))
    raise Misuse(
        f"{path.name}: bukan arsip, bukan folder tile, bukan berkas hash",
        f"{path.name}: neither an archive nor a folder of tiles nor a file of hashes",
    )


def _archived(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        next(file)
        for line in file:
            if found := EVENT.fullmatch(line):
                yield leaf_of(EVENT_LEAF, found)[1]
            elif found := ACCESS.fullmatch(line):
                yield leaf_of(ACCESS_LEAF, found)[1]
            else:
                return


def _raw(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while read := file.read(HASH * TILE):
            yield from _hashes(read)


def _tiles(folder: Path) -> Iterator[bytes]:
    number = 0
    while True:
        path = folder / "0" / tile_path(number)
        partial = sorted(path.with_name(f"{path.name}.p").glob("*"), key=lambda it: int(it.name))
        if not path.is_file():
            path = partial[-1] if partial else path
        if not path.is_file():
            return
        read = path.read_bytes()
        yield from _hashes(read)
        if len(read) < HASH * TILE:
            return
        number += 1


def _hashes(read: bytes) -> Iterator[bytes]:
    return (read[at : at + HASH] for at in range(0, len(read), HASH))


def tile_path(number: int) -> str:
    """Return where tlog-tiles puts a tile: 1234067 is x001/x234/067."""
    parts = [f"{number % 1000:03}"]
    while number := number // 1000:
        parts.insert(0, f"x{number % 1000:03}")
    return "/".join(parts)
