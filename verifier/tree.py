"""Merkle trees of RFC 6962, section 2.1, in logarithmic memory."""

from collections.abc import Iterable, Sequence
from hashlib import sha256
from typing import Final

LEAF: Final = b"\x00"
NODE: Final = b"\x01"


def leaf_hash(data: bytes) -> bytes:
    """Return MTH of one entry: SHA-256(0x00 || entry)."""
    return sha256(LEAF + data).digest()


def root_above(leaf: bytes, index: int, size: int, path: Sequence[bytes]) -> bytes | None:
    """Return the root that a leaf's audit path, from below, leads to (RFC 9162, 2.1.3.2).

    None where a leaf of this index, in a tree of this size, has a path of another length.
    """
    root, node, last = leaf, index, size - 1
    for beside in path:
        if not last:
            return None
        if node & 1 or node == last:
            root = sha256(NODE + beside + root).digest()
            while node and not node & 1:  # a last node with nothing at its right is carried up
                node, last = node >> 1, last >> 1
        else:
            root = sha256(NODE + root + beside).digest()
        node, last = node >> 1, last >> 1
    return None if last else root


class Tree:
    """The roots of the perfect subtrees that cover the leaves so far, the largest first."""

    def __init__(self) -> None:
        self.size = 0
        self.peaks: list[bytes] = []

    def add(self, leaf: bytes) -> None:
        """Put the hash of the next leaf at the right."""
        self.extend([leaf])

    def extend(self, leaves: Iterable[bytes]) -> None:
        """Put the hashes of the next leaves at the right: all of one level, then of the next."""
        level, size, fresh = list(leaves), self.size, list[bytes]()
        self.size += len(level)
        while level:
            if size & 1:
                level.insert(0, self.peaks.pop())
            if len(level) & 1:
                fresh.append(level.pop())
            pairs = zip(level[::2], level[1::2], strict=True)
            level = [sha256(NODE + one + other).digest() for one, other in pairs]
            size >>= 1
        self.peaks += reversed(fresh)

    def root(self) -> bytes:
        """Return MTH of all leaves so far; of none, the hash of nothing."""
        if not self.peaks:
            return sha256().digest()
        root = self.peaks[-1]
        for peak in self.peaks[-2::-1]:
            root = sha256(NODE + peak + root).digest()
        return root
