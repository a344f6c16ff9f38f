"""Columns of values as PostgreSQL's arrays, in its binary form, out of cells that are made apart.

psycopg looks at every element of a list to choose its type; here the statement says the type
(``%b::text[]``), and a group of appends has sixteen columns. A cell is made by whoever brings it,
so that the one who writes for all has only to join them. The form is that of ``array_recv`` in
PostgreSQL's source: dimensions, a flag for nulls, the element's type, the length, the lower bound;
then each element behind its length.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from struct import Struct
from typing import Final

from psycopg import pq
from psycopg.adapt import Buffer, Dumper
from psycopg.postgres import types

HEAD: Final = Struct("!iiIii")
EMPTY: Final = Struct("!iiI")
LENGTH: Final = Struct("!i")
INTEGER: Final = Struct("!ii")
UUID_BYTES: Final = 16
OIDS: Final = {kind: types[kind].oid for kind in ("text", "bytea", "uuid", "int4")}


@dataclass(frozen=True, slots=True)
class Column:
    """An array as it goes over the line."""

    content: bytes


def text(value: str) -> bytes:
    """Return the cell of a ``text``; raise `ValueError` for what no UTF-8 can write."""
    return bytea(value.encode())


def bytea(value: bytes) -> bytes:
    """Return the cell of a ``bytea``."""
    return LENGTH.pack(len(value)) + value


def uuid(value: str) -> bytes:
    """Return the cell of an ``uuid``; raise `ValueError` for what is none."""
    content = bytes.fromhex(value.replace("-", ""))
    if len(content) != UUID_BYTES:
        raise ValueError(value)
    return bytea(content)


def integer(value: int) -> bytes:
    """Return the cell of an ``int``."""
    return INTEGER.pack(4, value)


def column(kind: str, cells: Sequence[bytes]) -> Column:
    """Return an array of cells: ``text``, ``bytea``, ``uuid`` or ``int4``."""
    oid, length = OIDS[kind], len(cells)
    if not length:
        return Column(EMPTY.pack(0, 0, oid))
    # Joined at once: a megabyte of pages that is copied once more costs as much as all their cells.
    return Column(b"".join((HEAD.pack(1, 0, oid, length, 1), *cells)))


class ColumnDumper(Dumper):
    """Hands a column to psycopg as it is."""

    format = pq.Format.BINARY

    def dump(self, obj: Column) -> Buffer:
        """Return its bytes."""
        return obj.content
