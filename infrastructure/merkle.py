"""Merkle trees as RFC 6962 (section 2.1) has them, and their tiles as C2SP tlog-tiles has them.

Pure: nothing is read or written here. Hashes are SHA-256, 32 bytes; several of them that stand
side by side in a tree are one `bytes` of as many times 32, as they stand in a tile.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from hashlib import sha256
from typing import Final, NamedTuple

HASH: Final = 32
EMPTY_ROOT: Final = sha256(b"").digest()
TILE_HEIGHT: Final = 8
TILE_WIDTH: Final = 1 << TILE_HEIGHT
MAX_SIZE: Final = 2**63 - 1


class Node(NamedTuple):
    """The root of a whole subtree: of leaves place * 2^level up to (place + 1) * 2^level."""

    level: int
    place: int


class Tile(NamedTuple):
    """The address of a tile: hashes number * 256 and following of every eighth level."""

    level: int
    number: int


ReadTiles = Callable[[Sequence[Tile]], Mapping[Tile, bytes]]
"""Gives the hashes of each tile asked for: all 256, or at the right edge those there are."""


def leaf_hash(data: bytes) -> bytes:
    """Return the hash of a leaf."""
    return sha256(b"\x00" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Return the hash of two subtrees that stand side by side."""
    return sha256(b"\x01" + left + right).digest()


def root_of(hashes: bytes) -> bytes:
    """Return the root over hashes that stand side by side, at whatever level they are.

    Pairs from the left, and an odd last one carried up as it is, give the tree of the RFC.
    """
    if not hashes:
        return EMPTY_ROOT
    row, pair = hashes, 2 * HASH
    while len(row) > HASH:
        whole = len(row) - len(row) % pair
        parts = [sha256(b"\x01" + row[at : at + pair]).digest() for at in range(0, whole, pair)]
        row = b"".join([*parts, row[whole:]])
    return row


def whole_subtrees(start: int, stop: int) -> list[Node]:
    """Return the fewest whole subtrees that make up leaves start to stop, from the left.

    From 0 on they are the compact range of a tree: what of it is needed to go on from there.
    """
    nodes = []
    while start < stop:
        fits = (stop - start).bit_length() - 1
        level = min((start & -start).bit_length() - 1, fits) if start else fits
        nodes.append(Node(level, start >> level))
        start += 1 << level
    return nodes


def inclusion_spans(index: int, size: int) -> list[tuple[int, int]]:
    """Return the spans of leaves whose roots prove a leaf, from its sibling up (2.1.1)."""
    start, stop, spans = 0, size, []
    while stop - start > 1:
        split = start + _largest_power_below(stop - start)
        if index < split:
            spans.append((split, stop))
            stop = split
        else:
            spans.append((start, split))
            start = split
    return spans[::-1]


def consistency_spans(old: int, new: int) -> list[tuple[int, int]]:
    """Return the spans of leaves whose roots prove that a tree grew out of another (2.1.2)."""
    if not 0 < old < new:
        return []
    start, stop, spans = 0, new, []
    while old != stop:
        split = start + _largest_power_below(stop - start)
        if old <= split:
            spans.append((split, stop))
            stop = split
        else:
            spans.append((start, split))
            start = split
    if start:  # else it is the old root, which the verifier has
        spans.append((start, stop))
    return spans[::-1]


def includes(root: bytes, size: int, index: int, leaf: bytes, proof: Sequence[bytes]) -> bool:
    """Say whether a proof shows a leaf (its hash) at its place under a root. RFC 9162, 2.1.3.2."""
    if not (0 <= index < size <= MAX_SIZE and _all_hashes(root, leaf, *proof)):
        return False
    node, last, found = index, size - 1, leaf
    for step in proof:
        if last == 0:
            return False
        if node & 1 or node == last:
            found = node_hash(step, found)
            while not node & 1 and node:
                node, last = node >> 1, last >> 1
        else:
            found = node_hash(found, step)
        node, last = node >> 1, last >> 1
    return last == 0 and found == root


def consistent(
    old: int, old_root: bytes, new: int, new_root: bytes, proof: Sequence[bytes]
) -> bool:
    """Say whether a proof shows that a tree grew out of an older one. RFC 9162, 2.1.4.2.

    Every tree grows out of the empty one, and each out of itself, with an empty proof.
    """
    if not 0 <= old <= new <= MAX_SIZE or (old == 0 and old_root != EMPTY_ROOT):
        return False
    if old == new:
        return not proof and old_root == new_root
    if not _all_hashes(old_root, new_root, *proof):
        return False
    if old == 0:
        return not proof
    path = list(proof) if old & (old - 1) else [old_root, *proof]
    return bool(path) and _grown(old, new, path) == (old_root, new_root)


def _grown(old: int, new: int, path: Sequence[bytes]) -> tuple[bytes, bytes] | None:
    """Return the two roots that the hashes of a path make; None where there are too few or many."""
    node, last = old - 1, new - 1
    while node & 1:
        node, last = node >> 1, last >> 1
    before = after = path[0]
    for step in path[1:]:
        if last == 0:
            return None
        if node & 1 or node == last:
            before, after = node_hash(step, before), node_hash(step, after)
            while not node & 1 and node:
                node, last = node >> 1, last >> 1
        else:
            after = node_hash(after, step)
        node, last = node >> 1, last >> 1
    return (before, after) if last == 0 else None


def tile_of(node: Node) -> tuple[Tile, slice]:
    """Return the tile that holds a node, and where in it the hashes stand that make it up."""
    level, height = divmod(node.level, TILE_HEIGHT)
    first = node.place << height
    number, offset = divmod(first, TILE_WIDTH)
    return Tile(level, number), slice(offset * HASH, (offset + (1 << height)) * HASH)


def width_of(tile: Tile, size: int) -> int:
    """Return how many hashes a tile has in a tree of some size: 256 in a full one, 0 beyond."""
    hashes = size >> (TILE_HEIGHT * tile.level)
    return max(0, min(TILE_WIDTH, hashes - tile.number * TILE_WIDTH))


class TiledTree:
    """Roots and proofs out of tiles: one reading of at most a few tiles per level for each."""

    def __init__(self, read: ReadTiles) -> None:
        self._read = read

    def root(self, size: int) -> bytes:
        """Return the root of the first ``size`` leaves."""
        return self._roots([(0, size)])[0] if size else EMPTY_ROOT

    def inclusion(self, index: int, size: int) -> list[bytes]:
        """Return the proof of a leaf in the tree of the first ``size`` leaves."""
        return self._roots(inclusion_spans(index, size))

    def consistency(self, old: int, new: int) -> list[bytes]:
        """Return the proof that the tree of ``new`` leaves grew out of that of ``old``."""
        return self._roots(consistency_spans(old, new))

    def _roots(self, spans: Iterable[tuple[int, int]]) -> list[bytes]:
        parts = [[tile_of(node) for node in whole_subtrees(*span)] for span in spans]
        tiles = self._read(sorted({tile for part in parts for tile, _ in part}))
        return [_joined([root_of(tiles[tile][place]) for tile, place in part]) for part in parts]


def _joined(roots: Sequence[bytes]) -> bytes:
    """Return the root over whole subtrees that stand side by side, the largest first."""
    joined = roots[-1]
    for root in reversed(roots[:-1]):
        joined = node_hash(root, joined)
    return joined


def _largest_power_below(count: int) -> int:
    return 1 << ((count - 1).bit_length() - 1)


def _all_hashes(*hashes: bytes) -> bool:
    return all(len(it) == HASH for it in hashes)
