"""A ledger on which many streams were read together already, for who is about to append to them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from application.ledger import Command, Head, Ledger, Receipt
from domain.record import Draft, Recorded, StreamId


@dataclass(frozen=True, slots=True)
class ReadAhead:
    """A `Ledger` that recalls what it was given, and asks the one behind it for everything else.

    What was read may have moved on: the append says so, and then it is read anew.
    """

    behind: Ledger
    pages: Mapping[StreamId, Sequence[Recorded]]

    def read(self, stream: StreamId) -> Sequence[Recorded]:
        """Return a stream as it is."""
        return self.behind.read(stream)

    def recall(self, stream: StreamId) -> Sequence[Recorded]:
        """Return a stream as it was read last."""
        return self.pages[stream] if stream in self.pages else self.behind.recall(stream)

    def answered(self, actor: str, command: Command) -> Receipt | None:
        """Return the first answer to a command."""
        return self.behind.answered(actor, command)

    def append(
        self,
        drafts: Sequence[Draft],
        *,
        heads: Mapping[StreamId, Head],
        actor: str,
        command: Command | None,
    ) -> Receipt:
        """Write to the ledger behind."""
        return self.behind.append(drafts, heads=heads, actor=actor, command=command)

    def position(self) -> int:
        """Return the last position."""
        return self.behind.position()

    def position_at(self, known_at: datetime) -> int:
        """Return the last position that was recorded by then."""
        return self.behind.position_at(known_at)
