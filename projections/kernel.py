"""A projection is a decider without the decision: events in, rows out. A report counts rows."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import Any, Generic, TypeVar

from domain.kernel import DataClass, Event, Value, data_classes
from domain.record import Recorded
from domain.shape import once_per_type

R = TypeVar("R", bound=Value)
V = TypeVar("V", bound=Value)


def changed(value: V, **fields: Any) -> V:
    """Return a value with some of its fields changed; raise `TypeError` for one it has not got.

    What `dataclasses.replace` does, which asks for each field of a row one by one and sets it one
    by one: in a row of 24 that takes seven microseconds, and this half of one.
    """
    before, after = vars(value), object.__new__(type(value))
    found = vars(after)
    found.update(before)
    found.update(fields)
    if len(found) != len(before):
        raise TypeError(type(value).__name__, *sorted(fields.keys() - before.keys()))
    return after


class Scope(Enum):
    """Who may see a row: what its columns are compared with."""

    CASE = "case"
    """Who may see the case that the column ``case`` names; where it names none, and there is a
    column ``unit``, whose units include that."""
    UNIT = "unit"
    """Whose units include the column ``unit``, or ``destination`` where the row has one."""
    UNITS = "units"
    """Whose units meet the column ``units``; everybody of the service where it is empty."""
    SERVICE = "service"
    """Every caseworker, supervisor and auditor: reference data without persons."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Projection(Generic[R]):
    """A named fold. Raise ``version`` and a new table is built beside the old one.

    ``row`` is the table's schema and the response's model; its fields are classed like an event's
    (`Open`, `Personal`, `Specific`), and the sealed ones need ``subject``, the field that holds
    whose key seals them. ``key`` may answer `None` for a page that makes no row. ``evolve`` gets
    the row so far and returns the next one, or `None` to remove it; it is total and silent.
    ``indexed`` names sealed fields that can be searched by whole words (a keyed blind index).
    ``within_stream``: no row is about pages of two streams, so that a stream can be folded for
    itself when the table is built anew. Whoever does not say so is built slower, never wrongly.
    ``events`` are facts, folded as they stand; or annotations, folded as they were told. With
    ``as_told``, all of them are, whatever was corrected since. ``found_by`` are columns by which
    rows are looked for together, besides those that always are, and ``newest_first`` says that keys
    go back in time, whatever case they are of.
    ``opens`` are those of the ``events`` of which it looks at more than their type, their time of
    effect and their envelope: `None` is all of them. Of the others it may be given pages that are
    closed (`infrastructure.closed_pages`), and stops at none that cannot be opened.
    ``listed`` are values of open columns that a row must have to be shown: the others are kept
    only so that a fact told late finds what it changes.
    """

    name: str
    version: int
    row: type[R]
    events: tuple[type[Event], ...]
    key: Callable[[Recorded], str | None]
    evolve: Callable[[R | None, Recorded], R | None]
    scope: Scope
    subject: str | None = None
    indexed: tuple[str, ...] = ()
    within_stream: bool = False
    listed: Mapping[str, Any] = field(default_factory=dict)
    as_told: bool = False
    found_by: tuple[tuple[str, ...], ...] = ()
    newest_first: bool = False
    opens: tuple[type[Event], ...] | None = None

    @property
    def table(self) -> str:
        """Name the table that holds this version."""
        return f"{self.name}_v{self.version}"


class Stated(Enum):
    """What to compare a column with that may hold any value, but has to hold one."""

    ANY = "any"


class AsItStands(Value):
    """What a report looks at of a row of which nothing was told for its day or a later one.

    Only where the open columns ``only`` have one of these values, and then not at the columns
    ``unread``: those are for going through it again. They are read all the same where a column in
    ``unless`` holds an entry with these fields. The row says in ``last_effective_day`` until when
    it was told of. ``case`` are such values of the row of its case, which is then to be read after
    it: or else one that changes meanwhile has lost it. ``afterwards`` is of rows none of which is
    looked at before the report asks for them again.
    """

    only: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    unread: frozenset[str] = frozenset()
    unless: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    case: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    afterwards: bool = False


def values(words: Iterable[Enum]) -> tuple[str, ...]:
    """Return words as columns hold them."""
    return tuple(str(word.value) for word in words)


Rows = Mapping[str, Sequence[Any]]
"""Rows by the name of their projection."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Report(Generic[R]):
    """What is counted, on reading, over the rows that the caller may see.

    ``parameters`` are the names that ``count`` takes besides the rows, all of them texts
    (an ISO date, a unit's code, an agreement's id); `None` where the caller gave none. ``counted``
    are the columns of a projection that are looked at, where that is not all that lie open: the
    rows that it is given have no other. ``daily`` ones count on a day, ``on``: today, where none is
    asked for. ``narrow`` says, from the parameters, which values the columns of a projection must
    have to be counted at all (or `Stated.ANY`), so that no other row is read. ``stands`` says what
    of a projection's rows need not be read for the day ``on``; and ``again``, from the rows that
    were read so, of which cases all that is counted has to be read after all.
    """

    name: str
    row: type[R]
    over: tuple[Projection[Any], ...]
    parameters: tuple[str, ...]
    count: Callable[[Rows, Mapping[str, str | None]], Sequence[R]]
    counted: Mapping[str, frozenset[str]] = field(default_factory=dict)
    daily: bool = False
    narrow: Callable[[Mapping[str, str | None]], Mapping[str, Mapping[str, str | Stated]]] = (
        lambda _: {}
    )
    stands: Mapping[str, AsItStands] = field(default_factory=dict)
    again: Callable[[Rows, Mapping[str, str | None]], Mapping[str, Iterable[str]]] = lambda *_: {}

    def columns(self, projection: Projection[Any]) -> frozenset[str]:
        """Return the columns that are counted of a projection's rows."""
        return self.counted.get(projection.name) or open_columns(projection.row)


@once_per_type
def open_columns(row: type[Value]) -> frozenset[str]:
    """Return the columns of a row that are not sealed."""
    return frozenset(f for f, mark in data_classes(row).items() if mark is DataClass.NONE)
