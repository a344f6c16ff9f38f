"""What a coroutine may decide on: what this process has read, and the ledger will verify."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from application.ledger import Command, Head, NotAtHand, PromptLedger, Receipt
from domain.record import Draft, Recorded, StreamId

PAGES_MOST: Final = 500
"""Pages of a stream that a coroutine decides on: to go through more would keep others waiting."""


@dataclass(slots=True)
class AtHand:
    """A `Ledger` of one stream, as it was read last; for everything else it raises `NotAtHand`.

    Who may write is decided on that stream alone: its head is verified at the write, and so what
    was decided is true. What would be decided on another stream has to be read.
    """

    ledger: PromptLedger
    stream: StreamId
    _read: dict[StreamId, Sequence[Recorded]] = field(default_factory=dict, init=False)

    def read(self, stream: StreamId) -> Sequence[Recorded]:
        """Return the stream, if it is the one."""
        if stream != self.stream:
            raise NotAtHand
        return self.strand(stream)

    def recall(self, stream: StreamId) -> Sequence[Recorded]:
        """Return the same."""
        return self.read(stream)

    def strand(self, stream: StreamId) -> Sequence[Recorded]:
        """Return any stream, for a write that names its head: what it was when first asked for."""
        pages = self._read.get(stream)
        if pages is None:
            pages = self._read[stream] = self.ledger.at_hand(stream)
            if len(pages) > PAGES_MOST:
                raise NotAtHand
        return pages

    def answered(self, actor: str, command: Command) -> Receipt | None:
        """Refuse: that is looked up."""
        raise NotAtHand

    def append(
        self,
        drafts: Sequence[Draft],
        *,
        heads: Mapping[StreamId, Head],
        actor: str,
        command: Command | None,
    ) -> Receipt:
        """Refuse: a coroutine submits."""
        raise NotAtHand

    def position(self) -> int:
        """Refuse: that is looked up."""
        raise NotAtHand

    def position_at(self, known_at: datetime) -> int:
        """Refuse: that is looked up."""
        raise NotAtHand
