"""What one request writes, in cells; and what several write, in the form that PostgreSQL takes."""

from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from itertools import accumulate, repeat
from struct import Struct
from typing import Any, Final

from infrastructure.columns import Column, bytea, column, integer, text, uuid
from infrastructure.page_reader import StoredPage


@dataclass(frozen=True, slots=True)
class StoredAnswer:
    """The row that makes a repeated request one; the database adds the ``first`` position."""

    actor: str
    key: str
    digest: bytes
    answer: str


StoredHead = tuple[str, int, str]
"""A stream that was decided on, and the version and hash that its last page must still have."""


Cells = tuple[bytes, ...]
PAGE: Final = ("text", "int4", "text", "uuid", "bytea", "bytea")
HEAD: Final = ("text", "int4", "bytea")
ANSWER: Final = ("text", "text", "bytea", "text")
"""The kinds of the columns that both functions take of pages, heads and answers."""


BIGINT: Final = Struct("!q")
"""A ``bigint`` in binary form."""
EVERYTHING: Final = 2**63 - 1
"""Heard by whoever seals nothing."""


class Entry:
    """What one request writes, in cells. Without pages and answer it is a commit as such.

    ``heads`` are those of all streams that it was decided on, and ``besides`` the cells of those
    that it does not write to; ``heard`` is the position of the last decision to forget somebody
    that it was sealed after. Raises `ValueError` for a text that cannot be written, or an id that
    is none.
    """

    __slots__ = ("answers", "besides", "heads", "heard", "pages", "touched")

    def __init__(
        self,
        pages: Sequence[StoredPage],
        heads: Sequence[StoredHead],
        answer: StoredAnswer | None,
        heard: int,
    ) -> None:
        self.heads, self.heard = heads, heard
        self.touched: list[Hashable] = [stream for stream, _, _ in heads]
        if answer:
            self.touched.append((answer.actor, answer.key))
        self.pages: list[Cells] = [
            (
                text(str(page.originator_id)),
                integer(page.originator_version),
                text(page.topic),
                uuid(page.event_id),
                bytea(page.state),
                bytea(bytes.fromhex(page.prev_hash)),
            )
            for page in pages
        ]
        written = {page.originator_id for page in pages}
        self.besides = [_cells(head) for head in heads if head[0] not in written]
        self.answers: list[Cells] = []
        if answer:
            said = answer
            self.answers = [
                (text(said.actor), text(said.key), bytea(said.digest), text(said.answer))
            ]


def all_values(entries: Sequence[Entry]) -> list[bytes]:
    """Return what ``ledger.append_all`` is handed, in binary form."""
    firsts = accumulate((len(entry.pages) for entry in entries), initial=1)
    answers = [
        (*answer, integer(first if entry.pages else 0))
        for entry, first in zip(entries, firsts, strict=False)
        for answer in entry.answers
    ]
    columns = [
        *_joined(PAGE, [page for entry in entries for page in entry.pages]),
        *_joined(HEAD, [head for entry in entries for head in entry.besides]),
        *_joined((*ANSWER, "int4"), answers),
    ]
    return in_binary(columns, *_closing(entries))


def in_binary(columns: Iterable[Column], barrier: bool, heard: int) -> list[bytes]:
    """Return the values of ``ledger.append_all`` in binary form."""
    return [*(one.content for one in columns), bytes([barrier]), BIGINT.pack(heard)]


def head_columns(heads: Iterable[StoredHead]) -> list[Column]:
    """Return where streams must stand that are not written to, column by column."""
    return _joined(HEAD, list(map(_cells, heads)))


def numbered_columns(entries: Sequence[Entry]) -> list[Any]:
    """Return what ``ledger.append`` is handed, each row with its request's number."""
    numbers = [integer(number) for number in range(len(entries))]
    columns: list[Any] = []
    for kinds, parts in (
        (PAGE, [entry.pages for entry in entries]),
        (HEAD, [[_cells(head) for head in entry.heads] for entry in entries]),
        (ANSWER, [entry.answers for entry in entries]),
    ):
        rows = [(*row, number) for part, number in zip(parts, numbers, strict=True) for row in part]
        columns += _joined((*kinds, "int4"), rows)
    return [*columns, *_closing(entries)]


def _cells(head: StoredHead) -> Cells:
    stream, version, last = head
    return text(stream), integer(version), bytea(bytes.fromhex(last))


def _joined(kinds: Sequence[str], rows: Sequence[Cells]) -> list[Column]:
    """Return rows of cells as columns."""
    cells = zip(*rows, strict=True) if rows else repeat((), len(kinds))
    return [column(kind, one) for kind, one in zip(kinds, cells, strict=True)]


def _closing(entries: Sequence[Entry]) -> tuple[bool, int]:
    """Say whether it is a commit for its own sake, and what all who write have heard of."""
    barrier = any(not (entry.pages or entry.answers) for entry in entries)
    return barrier, min(entry.heard for entry in entries)
