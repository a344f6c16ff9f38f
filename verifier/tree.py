"""Merkle trees of RFC 6962, section 2.1, one leaf at a time and in logarithmic memory."""

from hashlib import sha256
from typing import Final

LEAF: Final = b"\x00"
NODE: Final = b"\x01"


def leaf_hash(data: bytes) -> bytes:
    """Return MTH of one entry: SHA-256(0x00 || entry)."""
    return sha256(LEAF + data).digest()


class Tree:
    """The roots of the perfect subtrees that cover the leaves so far, the largest first."""

    def __init__(self) -> None:
        self.size = 0
        self.peaks: list[bytes] = []

    def add(self, leaf: bytes) -> None:
        """Put the hash of the next leaf at the right."""
        size, peaks = self.size, self.peaks
        while size & 1:
            leaf = sha256(NODE + peaks.pop() + leaf).digest()
            size >>= 1
        peaks.append(leaf)
        self.size += 1

    def root(self) -> bytes:
        """Return MTH of all leaves so far; of none, the hash of nothing."""
        if not self.peaks:
            return sha256().digest()
        root = self.peaks[-1]
        for peak in self.peaks[-2::-1]:
            root = sha256(NODE + peak + root).digest()
        return root
