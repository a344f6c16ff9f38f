"""Columns of values as PostgreSQL's arrays, in its binary form.

psycopg looks at every element of a list to choose its type; here the statement says the type
(``%b::text[]``), and a group of appends has sixteen columns. They are made column by column: cells
that are made row by row, and turned, take twice as long. The form is that of ``array_recv`` in
PostgreSQL's source: dimensions, a flag for nulls, the element's type, the length, the lower bound;
then each element behind its length.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cache, partial
from itertools import repeat
from struct import Struct
from typing import Any, Final, NamedTuple

from psycopg import pq
from psycopg.adapt import Buffer, Dumper
from psycopg.postgres import types

HEAD: Final = Struct("!iiIii")
EMPTY: Final = Struct("!iiI")
LENGTH: Final = Struct("!i")
INTEGER: Final = Struct("!i")


class Kind(NamedTuple):
    """What a column holds: its type in PostgreSQL, and how values become cells of it.

    ``cells`` raises `ValueError` for what cannot be one: a text that no UTF-8 can write, say.
    ``size`` is how many bytes each cell has, where all have as many.
    """

    oid: int
    cells: Callable[[Iterable[Any]], Iterable[bytes]]
    size: int | None = None


@dataclass(frozen=True, slots=True)
class Column:
    """An array as it goes over the line."""

    content: bytes


def _uuids(values: Iterable[str]) -> Iterable[bytes]:
    return map(bytes.fromhex, map(str.replace, values, repeat("-"), repeat("")))


TEXT: Final = Kind(types["text"].oid, partial(map, str.encode))
INT4: Final = Kind(types["int4"].oid, partial(map, INTEGER.pack), INTEGER.size)
UUID: Final = Kind(types["uuid"].oid, _uuids, 16)
BYTEA: Final = Kind(types["bytea"].oid, iter)
HEX: Final = Kind(types["bytea"].oid, partial(map, bytes.fromhex))
"""A ``bytea`` that is told in hexadecimal digits."""


def column(kind: Kind, values: Iterable[Any]) -> Column:
    """Return an array of values."""
    cells = list(kind.cells(values))
    if not cells:
        return _empty(kind.oid)
    # Joined at once: a megabyte of pages that is copied once more costs as much as all their cells.
    parts = [HEAD.pack(1, 0, kind.oid, len(cells), 1)]
    if kind.size is None:
        for cell in cells:
            parts.append(LENGTH.pack(len(cell)))
            parts.append(cell)
    elif set(map(len, cells)) == {kind.size}:
        length = LENGTH.pack(kind.size)
        parts += length, length.join(cells)
    else:
        raise ValueError(kind.size)
    return Column(b"".join(parts))


@cache
def _empty(oid: int) -> Column:
    """Return an array of nothing: half of a group's columns are one."""
    return Column(EMPTY.pack(0, 0, oid))


def columns(kinds: Sequence[Kind], values: Iterable[Iterable[Any]]) -> list[Column]:
    """Return an array of each kind."""
    return [column(kind, one) for kind, one in zip(kinds, values, strict=True)]


def turned(kinds: Sequence[Kind], rows: Sequence[Sequence[Any]]) -> list[Column]:
    """Return rows as columns."""
    if not rows:
        return [_empty(kind.oid) for kind in kinds]
    return columns(kinds, zip(*rows, strict=True))


class ColumnDumper(Dumper):
    """Hands a column to psycopg as it is."""

    format = pq.Format.BINARY

    def dump(self, obj: Column) -> Buffer:
        """Return its bytes."""
        return obj.content
