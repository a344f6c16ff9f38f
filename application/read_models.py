"""Read models as the use cases see them: rows within a scope, and how fresh they are."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any, Protocol

from domain.kernel import Value


class Access(Value):
    """Whose rows a caller may see: all units, or these. Nothing means nothing.

    ``everywhere`` belongs to the national level only.
    """

    everywhere: bool
    units: frozenset[str]


NOWHERE = Access(everywhere=False, units=frozenset())


class Then(Value):
    """Another time of a read model than now: as facts held then, as they were known then.

    ``valid_at`` is an instant, or a day to its end in the zone of the unit that each fact names;
    ``position`` is the last one that was known at ``known_at``. `None` is all that was told, and
    all that is known. Rows and scope are both of then: a unit sees whom it held, as it saw them.
    """

    valid_at: date | datetime | None
    known_at: datetime | None
    position: int | None


class Settled(Value):
    """What is wanted of rows of which nothing was told for the day ``on`` or a later one.

    Such a row is on that day as it stands. It is left out unless its open columns have one of the
    values in ``only``; its columns ``unread`` are not fetched, unless a column in ``unless`` holds
    an entry with these fields. A row of which something was told for that day comes whole: it has
    to be gone through again. No row comes of a case whose own row, settled as well, has none of the
    values in ``case``.
    """

    on: date
    only: Mapping[str, tuple[str, ...]]
    unread: frozenset[str]
    unless: Mapping[str, Mapping[str, str]]
    case: Mapping[str, tuple[str, ...]]


class Question(Value):
    """Which rows are asked for.

    ``where`` compares open columns for equality; a value that is a tuple means one of them, and
    the projections' `Stated.ANY` that the column has one.
    ``words`` are looked up in the blind index, all of them. Rows come in the order of their keys,
    after ``after``; ``limit`` of `None` means every row. ``counted`` are the columns that a report
    looks at: the answer's rows have no other, and what of a person cannot be read in them is
    `None`. `None` wants whole rows. ``settled`` spares it rows and columns that it would leave
    aside. ``then`` asks for another time.
    """

    where: Mapping[str, Any]
    words: tuple[str, ...]
    after: str | None
    limit: int | None
    counted: frozenset[str] | None = None
    then: Then | None = None
    settled: Settled | None = None


class Busy(Exception):
    """As many questions about another time are being answered as may be at once."""


class Page(Value):
    """Rows with their keys, and up to which position of the ledger they are true."""

    rows: Sequence[tuple[str, Any]]
    position: int
    as_of: datetime | None


class DeadLetter(Value):
    """A page that a projection could not fold: which key it stopped, at what, since when.

    ``error`` is the class of the error, never its words. ``key`` is a stream's name where it could
    not be told which row the page is about.
    """

    key: str
    position: int
    error: str
    at: datetime


class Progress(Value):
    """How far a projection has read: its position, the ledger's, and what stopped on the way.

    ``lag_seconds`` is the age of the oldest event that it has not seen, 0 where there is none.
    ``holder`` is the process that folds it (host and number), `None` while nobody does.
    ``dead_letters`` are the first of those that ``stopped_keys`` counts.
    """

    name: str
    version: int
    position: int
    head: int
    updated_at: datetime | None
    stopped_keys: int
    lag_seconds: float
    holder: str | None
    dead_letters: tuple[DeadLetter, ...]


class Digests(Value):
    """A projection compared with its own replay, both at one position."""

    name: str
    position: int
    rows: int
    live: str
    replay: str


class ReadModels(Protocol):
    """The tables of the projections."""

    def ask(self, name: str, question: Question, access: Access) -> Page:
        """Return rows that the caller may see; raise `LookupError` for an unknown name.

        About another time, raise `Busy` where too many ask, and `Refused` where the answer would
        take longer than anybody waits.
        """
        ...

    def ask_all(self, questions: Mapping[str, Question], access: Access) -> Mapping[str, Page]:
        """Return the rows of several projections, each by its name as `ask` does."""
        ...

    def wait(self, position: int, seconds: float) -> bool:
        """Wait until all projections have seen a position; say whether they have."""
        ...

    def progress(self) -> Sequence[Progress]:
        """Return how far each projection is."""
        ...

    def rebuild(self, names: Sequence[str]) -> None:
        """Build tables anew beside the live ones, in one reading of the ledger, and switch."""
        ...

    def refold(self, name: str, key: str) -> bool:
        """Fold a stopped key anew; say whether it goes on. `LookupError`: it was not stopped."""
        ...

    def compare(self, names: Sequence[str]) -> Sequence[Digests]:
        """Replay the ledger into tables of their own and compare them with the live ones."""
        ...
