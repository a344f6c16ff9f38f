"""The ledger as the use cases see it: streams to read, one atomic write, answers kept by key."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Protocol

from domain.kernel import Value
from domain.record import Draft, Recorded, StreamId

BEGINNING: Final = "0" * 64
"""What stands for the hash of the page before the first."""


class Conflict(Exception):
    """Another hand wrote to this stream first: read it again, and decide again."""

    def __init__(self, stream: StreamId) -> None:
        super().__init__(str(stream))
        self.stream = stream


class KeyReused(Exception):
    """An idempotency key came back with another body. Nothing was written."""


class OutcomeUnknown(Exception):
    """The write may stand or not; the same idempotency key will tell. It must not be claimed."""


class Overloaded(Exception):
    """More is waiting to be written than may wait. Nothing was written; it can be sent again."""


class NotAtHand(Exception):
    """Something has to be fetched first, and a coroutine does not wait. Nothing was written."""


class Command(Value):
    """What makes a repeated request one request: the caller's key, and the request's bytes."""

    key: str
    body: bytes


@dataclass(slots=True, kw_only=True)
class Head:
    """Where a stream stands: its last page, or version 0 and `BEGINNING`."""

    version: int
    hash: str


@dataclass(slots=True, kw_only=True)
class Written:
    """One event of an answer, by its address."""

    event_id: str
    name: str
    stream: StreamId
    version: int
    position: int


@dataclass(slots=True, kw_only=True)
class Receipt:
    """The answer to an append, given again to the same key: no content, only addresses.

    ``versions`` holds every stream that the request named or touched. ``position`` is the last
    one written, or `None` where everything proposed was recorded already.
    """

    written: tuple[Written, ...]
    versions: Mapping[StreamId, int]
    position: int | None


class Ledger(Protocol):
    """An append-only book of streams."""

    def read(self, stream: StreamId) -> Sequence[Recorded]:
        """Return every page of a stream in the order of its versions; none if there is none."""
        ...

    def recall(self, stream: StreamId) -> Sequence[Recorded]:
        """Return a stream as it was read last, or `read` it: it may have moved on since.

        Only for what is appended with its heads, which say so.
        """
        ...

    def answered(self, actor: str, command: Command) -> Receipt | None:
        """Return the first answer to this key, if any; raise `KeyReused` for another body."""
        ...

    def append(
        self,
        drafts: Sequence[Draft],
        *,
        heads: Mapping[StreamId, Head],
        actor: str,
        command: Command | None,
    ) -> Receipt:
        """Write all drafts and the answer to the command, or nothing.

        ``heads`` holds where every stream stood that was decided on, written to or not. Raises
        `Conflict` where one of them has moved on, `KeyReused`, `Overloaded`, `OutcomeUnknown`.
        """
        ...

    def position(self) -> int:
        """Return the last position: 0 in an empty ledger."""
        ...

    def position_at(self, known_at: datetime) -> int:
        """Return the last position that was recorded by then: 0 before the first."""
        ...


class Pages(Protocol):
    """The same book by its pages: one by its event's id, and those after a position."""

    def find(self, event_id: str) -> Recorded | None:
        """Return the page that tells of an event, if there is one."""
        ...

    def read_after(self, position: int, limit: int) -> Sequence[Recorded]:
        """Return pages of any stream after a position, in order."""
        ...


class Streams(Protocol):
    """The same book by many streams at once."""

    def read_many(
        self,
        streams: Iterable[StreamId],
        *,
        names: Collection[str] = (),
        upto: int | None = None,
    ) -> Iterator[tuple[StreamId, Sequence[Recorded]]]:
        """Yield streams with their pages in the order of versions; none where there is none.

        They come as they were asked for, some at a time, so that thousands cost the memory of a
        few. ``names`` are the stored names that are wanted, all where there are none: what corrects
        facts comes with them, always. ``upto`` is the last position that is wanted.
        """
        ...


class PromptLedger(Ledger, Pages, Streams, Protocol):
    """A ledger that coroutines write to: with what is at hand, so that an event loop never waits.

    Whoever hears `NotAtHand` does the same in a thread, where everything is.
    """

    def at_hand(self, stream: StreamId) -> Sequence[Recorded]:
        """Return a stream as `recall` does where that takes no asking; else raise `NotAtHand`."""
        ...

    async def submit(
        self,
        drafts: Sequence[Draft],
        *,
        heads: Mapping[StreamId, Head],
        actor: str,
        command: Command | None,
    ) -> Receipt:
        """Write as `append` does, and raise what it raises, or `NotAtHand`.

        A write that was begun goes on when its caller is cancelled, who just does not hear of it.
        """
        ...
