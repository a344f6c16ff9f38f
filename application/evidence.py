"""Documents that bear events out, kept sealed and answered by the SHA-256 of their bytes."""

from collections.abc import Collection, Sequence
from typing import Protocol

from domain.kernel import Value
from domain.record import Actor, StreamId


class Document(Value):
    """One document, unsealed."""

    sha256: str
    media_type: str
    content: bytes


class Deposit(Value):
    """Who brought a document, and for which unit."""

    actor: str
    unit: str | None


class EvidenceStore(Protocol):
    """A place where documents are put and found, and nothing is ever taken away."""

    def put(self, content: bytes, media_type: str, actor: Actor) -> str:
        """Keep a document, sealed, and who brought it; return its SHA-256 (64 hex digits)."""
        ...

    def deposits(self, sha256: str) -> Sequence[Deposit]:
        """Return who brought a document; nobody where there is none."""
        ...

    def named_elsewhere(
        self,
        documents: Collection[str],
        streams: Collection[StreamId],
        before: int | None = None,
    ) -> frozenset[str]:
        """Return those of these documents that a page of any other stream names.

        ``before`` is the position from which on pages do not count.
        """
        ...

    def get(self, sha256: str) -> Document:
        """Return a document; raise `LookupError` where there is none."""
        ...
