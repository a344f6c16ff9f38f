"""Columns of values as PostgreSQL's arrays, in its binary form, each made in one go.

psycopg looks at every element of a list to choose its type; here the statement says the type
(``%b::text[]``), and a group of appends has sixteen columns. The form is that of ``array_recv`` in
PostgreSQL's source: dimensions, a flag for nulls, the element's type, the length, the lower bound;
then each element behind its length.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from struct import Struct
from typing import Final
from uuid import UUID

from psycopg import pq
from psycopg.adapt import Buffer, Dumper
from psycopg.postgres import types

HEAD: Final = Struct("!iiIii")
EMPTY: Final = Struct("!iiI")
LENGTH: Final = Struct("!i")
INTEGER: Final = Struct("!ii")


@dataclass(frozen=True, slots=True)
class Column:
    """An array as it goes over the line."""

    content: bytes


def texts(values: Iterable[str]) -> Column:
    """Return a ``text[]``, or whatever is sent as text is: an ``uuid[]`` is not."""
    return _column("text", [value.encode() for value in values])


def byteas(values: Iterable[bytes]) -> Column:
    """Return a ``bytea[]``."""
    return _column("bytea", list(values))


def uuids(values: Iterable[str]) -> Column:
    """Return an ``uuid[]``."""
    return _column("uuid", [UUID(value).bytes for value in values])


def integers(values: Iterable[int]) -> Column:
    """Return an ``int[]``."""
    packed = [INTEGER.pack(4, value) for value in values]
    return Column(_head("int4", len(packed)) + b"".join(packed))


def _column(kind: str, values: Sequence[bytes]) -> Column:
    parts = [_head(kind, len(values))]
    for value in values:
        parts += (LENGTH.pack(len(value)), value)
    return Column(b"".join(parts))


def _head(kind: str, length: int) -> bytes:
    oid = types[kind].oid
    return HEAD.pack(1, 0, oid, length, 1) if length else EMPTY.pack(0, 0, oid)


class ColumnDumper(Dumper):
    """Hands a column to psycopg as it is."""

    format = pq.Format.BINARY

    def dump(self, obj: Column) -> Buffer:
        """Return its bytes."""
        return obj.content
