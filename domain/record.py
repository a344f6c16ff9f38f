"""An event in its envelope: which stream, which page, when told, by whom, on what evidence."""

from datetime import date, datetime
from typing import NamedTuple

from domain.kernel import Event, Value


class Actor(Value):
    """Who proposed an event. The person's name is in the registry, never here."""

    id: str
    role: str
    unit: str | None
    agency: str | None
    on_behalf_of: str | None


class Evidence(Value):
    """A document that bears an event out: its number, its date, and the SHA-256 of its bytes."""

    number: str
    date: date | None
    sha256: str | None


class StreamId(NamedTuple):
    """One stream: its kind, and its key among its kind. Written ``case:01980f5c-…``.

    A tuple, since streams are looked up all the time, and a tuple does not call Python to tell its
    hash or what it equals: an append over HTTP asks for one 25 times.
    """

    kind: str
    key: str

    def __str__(self) -> str:
        return f"{self.kind}:{self.key}"

    @classmethod
    def of(cls, text: str) -> "StreamId":
        """Read what `str` wrote; raise `ValueError` where there is no kind."""
        kind, colon, key = text.partition(":")
        if not (kind and colon and key):
            raise ValueError(text)
        return cls(kind=kind, key=key)


class Draft(Value):
    """An event about to be written as page ``version`` of its stream.

    ``subject`` is the key under which the sealed fields are kept. ``reason`` is free text and
    sealed with them. ``causation_id`` is the event of the same write that this one follows from.
    """

    event: Event
    stream: StreamId
    version: int
    event_id: str
    subject: str
    actor: Actor
    purpose: str
    reason: str | None
    evidence: tuple[Evidence, ...]
    correlation_id: str
    causation_id: str | None
    idempotency_key: str | None


class Recorded(Draft):
    """An event in its place in the ledger: gap-free ``position``, and ``recorded_at`` by its clock.

    ``hash`` is the SHA-256 of the page's bytes, which hold ``prev_hash``: hex, 64 digits, and
    64 zeros before the first page of a stream.
    """

    position: int
    recorded_at: datetime
    prev_hash: str
    hash: str
