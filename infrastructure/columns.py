"""Columns of values as PostgreSQL's arrays, in its binary form.

psycopg looks at every element of a list to choose its type; here the statement says the type
(``%b::text[]``), and a group of appends has sixteen columns. They are made column by column: cells
that are made row by row, and turned, take twice as long. The form is that of ``array_recv`` in
PostgreSQL's source: dimensions, a flag for nulls, the element's type, the length, the lower bound;
then each element behind its length.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
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
UUID_BYTES: Final = 16


class Kind(NamedTuple):
    """What a column holds: its type in PostgreSQL, and how a value becomes a cell of it.

    ``cell`` raises `ValueError` for what cannot be one: a text that no UTF-8 can write, say.
    """

    oid: int
    cell: Callable[[Any], bytes]


@dataclass(frozen=True, slots=True)
class Column:
    """An array as it goes over the line."""

    content: bytes


def _uuid(value: str) -> bytes:
    content = bytes.fromhex(value.replace("-", ""))
    if len(content) != UUID_BYTES:
        raise ValueError(value)
    return content


TEXT: Final = Kind(types["text"].oid, str.encode)
INT4: Final = Kind(types["int4"].oid, INTEGER.pack)
UUID: Final = Kind(types["uuid"].oid, _uuid)
BYTEA: Final = Kind(types["bytea"].oid, bytes)
HEX: Final = Kind(types["bytea"].oid, bytes.fromhex)
"""A ``bytea`` that is told in hexadecimal digits."""


def column(kind: Kind, values: Iterable[Any]) -> Column:
    """Return an array of values."""
    cells = list(map(kind.cell, values))
    if not cells:
        return Column(EMPTY.pack(0, 0, kind.oid))
    # Joined at once: a megabyte of pages that is copied once more costs as much as all their cells.
    parts = [HEAD.pack(1, 0, kind.oid, len(cells), 1)]
    for cell in cells:
        parts += LENGTH.pack(len(cell)), cell
    return Column(b"".join(parts))


def columns(kinds: Sequence[Kind], values: Iterable[Iterable[Any]]) -> list[Column]:
    """Return an array of each kind."""
    return [column(kind, one) for kind, one in zip(kinds, values, strict=True)]


def turned(kinds: Sequence[Kind], rows: Sequence[Sequence[Any]]) -> list[Column]:
    """Return rows as columns."""
    return columns(kinds, zip(*rows, strict=True) if rows else repeat((), len(kinds)))


class ColumnDumper(Dumper):
    """Hands a column to psycopg as it is."""

    format = pq.Format.BINARY

    def dump(self, obj: Column) -> Buffer:
        """Return its bytes."""
        return obj.content
