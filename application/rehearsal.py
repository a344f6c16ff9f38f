"""A ledger on which everything can be tried, row after row, before anything is written."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime

from application.holidays import Book
from application.in_turn import Decided
from application.ledger import BEGINNING, Command, Head, Receipt, Written
from domain.record import Draft, Recorded, StreamId


class Rehearsal:
    """A `Ledger` that reads the real one, remembers what would be written, and writes nowhere.

    ``decided`` is what was appended last. The head of a stream to which something was appended
    here tells of a page that is not written yet: its version is right, and its hash is none.
    """

    def __init__(self, ledger: Book, now: Callable[[], datetime]) -> None:
        self._ledger, self._now = ledger, now
        self._pages: dict[StreamId, list[Recorded]] = {}
        self._position: int | None = None
        self.decided = Decided(drafts=(), heads={})

    def read(self, stream: StreamId) -> Sequence[Recorded]:
        """Return what is recorded, and what would be."""
        if stream not in self._pages:
            self._pages[stream] = list(self._ledger.read(stream))
        return self._pages[stream]

    def read_ahead(self, streams: Iterable[StreamId]) -> None:
        """Read many streams at once that will be asked for."""
        unread = [stream for stream in dict.fromkeys(streams) if stream not in self._pages]
        for stream, pages in self._ledger.read_many(unread):
            self._pages[stream] = list(pages)

    def recall(self, stream: StreamId) -> Sequence[Recorded]:
        """Return the same as reading does."""
        return self.read(stream)

    def answered(self, actor: str, command: Command) -> Receipt | None:
        """Return nothing: what was recorded under a key shows in the pages of its stream."""
        return None

    def append(
        self,
        drafts: Sequence[Draft],
        *,
        heads: Mapping[StreamId, Head],
        actor: str,
        command: Command | None,
    ) -> Receipt:
        """Remember drafts as if they were written."""
        self.decided = Decided(drafts=tuple(drafts), heads=heads)
        first = self._next_position(len(drafts))
        for position, draft in enumerate(drafts, start=first):
            self._pages[draft.stream].append(self._page(draft, position))
        return Receipt(
            written=tuple(
                Written(
                    event_id=draft.event_id,
                    name=draft.event.stored_as,
                    stream=draft.stream,
                    version=draft.version,
                    position=position,
                )
                for position, draft in enumerate(drafts, start=first)
            ),
            versions={},
            position=None,
        )

    def position(self) -> int:
        """Return the real ledger's last position."""
        return self._ledger.position()

    def position_at(self, known_at: datetime) -> int:
        """Return the ledger's position."""
        return self._ledger.position_at(known_at)

    def _next_position(self, count: int) -> int:
        """Return where pages would stand if nobody else wrote: behind all that was read."""
        if self._position is None:
            self._position = self._ledger.position()
        first = self._position + 1
        self._position += count
        return first

    def _page(self, draft: Draft, position: int) -> Recorded:
        """Return a draft in its place, put there at once: a field at a time takes far longer."""
        page = object.__new__(Recorded)
        vars(page).update(
            vars(draft),
            position=position,
            recorded_at=self._now(),
            prev_hash=BEGINNING,
            hash=BEGINNING,
        )
        return page
