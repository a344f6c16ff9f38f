"""The log over the ledger, as whoever serves or exports it asks: hashes and places, no contents."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

Kind = Literal["event", "access"]


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A signed tree head: the first ``size`` leaves have this root.

    ``note`` is the C2SP checkpoint with the log's signature and all cosignatures there are.
    """

    size: int
    root: bytes
    note: str


@dataclass(frozen=True, slots=True)
class Leaf:
    """One place in the log; ``number`` is an event's position, or an access record's number."""

    index: int
    kind: Kind
    number: int
    hash: bytes


@dataclass(frozen=True, slots=True)
class Inclusion:
    """That a leaf stands in the tree of a checkpoint; ``data`` is what the leaf's hash is of."""

    leaf: Leaf
    data: bytes
    proof: Sequence[bytes]
    checkpoint: Checkpoint


@dataclass(frozen=True, slots=True)
class LogKey:
    """A key of the log, as a C2SP vkey, that signs trees of more than ``since`` leaves.

    ``announcement`` is the checkpoint of ``since`` leaves that names it, signed by the key before
    and by this one; the first key has none.
    """

    vkey: str
    since: int
    announcement: str | None


class Transparency(Protocol):
    """The log as far as it is sealed. Nothing here is ever taken back."""

    def checkpoint(self) -> Checkpoint | None:
        """Return the newest checkpoint; None before the first event is sealed."""
        ...

    def inclusion(self, kind: Kind, number: int) -> Inclusion | None:
        """Prove an event or access record; None for one that no checkpoint covers yet.

        The checkpoint is the one that most witnesses cosigned lately, where one covers the leaf.
        """
        ...

    def log_keys(self) -> Sequence[LogKey]:
        """Return the keys that the log was signed with, the first one first."""
        ...

    def consistency(self, old: int, new: int) -> Sequence[bytes]:
        """Prove that the tree of ``new`` leaves grew out of that of ``old``; both sealed."""
        ...

    def tile(self, level: int, number: int, width: int) -> bytes:
        """Return the first hashes of a tile, side by side; raise `LookupError` beyond the log."""
        ...

    def entries(self, start: int, stop: int) -> Sequence[bytes]:
        """Return the data of leaves."""
        ...

    def leaves(self, start: int, stop: int) -> Iterator[Leaf]:
        """Yield leaves in order, as many of those asked for as there are."""
        ...
