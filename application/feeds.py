"""Feeds as the use cases see them: what a party of an agreement was told, in order, and by whom.

A feed is kept for each party of each agreement, since parties of different kinds see different
records; within an agreement a subject has one pseudonym. Entries hold whole records: the last one
about a subject is all that is shared of them. API, feed, webhook and export are four ways to read
the same entries, under the same `Standing` at the moment of reading.
"""

from collections.abc import Callable, Sequence
from datetime import datetime
from enum import Enum
from typing import Final, Protocol

from application.read_models import Progress
from domain.kernel import Json, Value, Words
from domain.record import StreamId
from domain.sharing.scope import Scope, Standing

UNREADY: Final[Words] = (
    "feed sedang disesuaikan dengan kerja sama atau catatan terbaru; coba lagi sebentar",
    "the feed is being brought in line with the agreement or the newest events; try again shortly",
)


class Audience(Value):
    """A party of an agreement, as both are named: an id and an agency's code."""

    agreement: str
    agency: str


class Change(Enum):
    """What became of a record: it is so now, so since a correction, or no longer shared."""

    UPSERT = "upsert"
    CORRECTED = "corrected"
    WITHDRAWN = "withdrawn"


class Entry(Value):
    """One entry. ``id`` grows by one along a feed, and ``position`` is the ledger's.

    ``subject`` is the stream that it is about, for the book of reads: what leaves the house is the
    ``pseudonym``. ``event`` is the name of what happened, where the agency may know that. ``data``
    holds the allowed fields; `None` of a withdrawal, and of whoever was withdrawn or forgotten
    since, or is shared no more at this moment.
    """

    id: int
    subject: str
    pseudonym: str
    change: Change
    event: str
    at: datetime
    position: int
    data: Json | None

    @property
    def type(self) -> str:
        """Return what a CloudEvent calls it: what became of the record, after the event's name."""
        return f"{self.event}.{self.change.value}"


class Fresh(Value):
    """How far the feeds have seen the ledger; ``lag_seconds`` is the age of what they have not."""

    position: int
    as_of: datetime | None
    lag_seconds: float


class Told(Value):
    """Entries of a feed, in order. ``head`` is the id of its last one, 0 where there is none.

    ``until`` is when even the withdrawals are served no more, `None` while anything is shared.
    """

    scope: Scope
    standing: Standing
    until: datetime | None
    entries: Sequence[Entry]
    head: int
    fresh: Fresh


class Unready(Exception):
    """Feeds are not yet as the agreement or the ledger has it by now: 503, ask again."""


class Feeds(Protocol):
    """The feeds of a house. Every answer is as the agreement stands at that moment.

    All raise `application.sharing.NoSuchScope` for who is no party, and for a feed whose tail of
    withdrawals is over; and `Unready` where feeds are so far behind the ledger that they could show
    somebody who has left. Then no data leaves by any door.
    """

    def after(self, audience: Audience, entry: int, most: int) -> Told:
        """Return the entries after one, at most so many. Nobody's data where nothing is shared.

        Whoever was a party, until a correction, hears who was withdrawn, as after an end.
        """
        ...

    def present(self, audience: Audience, after: str | None, most: int | None) -> Told:
        """Return the last entry of everybody in scope, in the order of pseudonyms, after one.

        `None` is everybody. Nobody where nothing is shared any more. Raises `Unready` while an
        agreement that was changed is still gone through: nobody is to take that for nobody.
        """
        ...

    def stream_of(self, audience: Audience, pseudonym: str) -> StreamId | None:
        """Return whom a pseudonym stands for; `None` for who is not in scope now."""
        ...

    def head(self, audience: Audience) -> int:
        """Return the id of a feed's last entry, as last heard here, without asking anybody."""
        ...

    def listen(self, audience: Audience, told: Callable[[], None]) -> Callable[[], None]:
        """Have ``told`` called, from another thread, whenever a feed may have grown or changed.

        Returns what ends that.
        """
        ...

    def reached(self, position: int, seconds: float) -> bool:
        """Wait until the feeds have seen a position of the ledger; say whether they have."""
        ...

    def progress(self) -> Progress:
        """Return how far the feeds are, as of a read model: whoever is stopped is shared no more.

        A stopped key is the stream of somebody whose record cannot be made.
        """
        ...
