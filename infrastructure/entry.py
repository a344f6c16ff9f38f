"""What one request writes; and what several write, in the form that PostgreSQL takes."""

from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from struct import Struct
from typing import Any, Final, NamedTuple

from infrastructure.columns import BYTEA, HEX, INT4, TEXT, UUID, Column, column, columns, turned
from infrastructure.page_reader import PageRow

PAGE: Final = (TEXT, INT4, TEXT, UUID, BYTEA, HEX)
HEAD: Final = (TEXT, INT4, HEX)
ANSWER: Final = (TEXT, TEXT, BYTEA, TEXT, INT4)
"""The columns that both functions take of pages, heads and answers, the last with a number each."""
BIGINT: Final = Struct("!q")
"""A ``bigint`` in binary form."""
EVERYTHING: Final = 2**63 - 1
"""Heard by whoever seals nothing."""

StoredHead = tuple[str, int, str]
"""A stream that was decided on, and the version and hash that its last page must still have."""


class StoredAnswer(NamedTuple):
    """The row that makes a repeated request one; the database adds the ``first`` position."""

    actor: str
    key: str
    digest: bytes
    answer: str


@dataclass(slots=True, eq=False)
class Entry:
    """What one request writes. Without pages and answer it is a commit as such.

    ``heads`` are those of all streams that it was decided on, written to or not; ``heard`` is the
    position of the last decision to forget somebody that it was sealed after.
    """

    pages: Sequence[PageRow]
    heads: Sequence[StoredHead]
    answer: StoredAnswer | None
    heard: int

    @property
    def touched(self) -> Sequence[Hashable]:
        """Name what two requests of one group must not share: a stream, a key."""
        streams = [stream for stream, _, _ in self.heads]
        return [*streams, (self.answer.actor, self.answer.key)] if self.answer else streams


def all_values(entries: Sequence[Entry]) -> list[bytes]:
    """Return what ``ledger.append_all`` is handed, in binary form.

    Raises `ValueError` where a text cannot be written, or an id is none.
    """
    pages: list[PageRow] = []
    answers: list[tuple[Any, ...]] = []
    for entry in entries:
        if entry.answer:
            answers.append((*entry.answer, len(pages) + 1 if entry.pages else 0))
        pages += entry.pages
    written = {page[0] for page in pages}
    heads = [head for entry in entries for head in entry.heads if head[0] not in written]
    each = [*_page_columns(pages), *turned(HEAD, heads), *turned(ANSWER, answers)]
    return in_binary(each, *_closing(entries))


def numbered_columns(entries: Sequence[Entry]) -> list[Any]:
    """Return what ``ledger.append`` is handed, each row with its request's number.

    Raises as `all_values` does.
    """
    numbered = list(enumerate(entries))
    pages = [page for entry in entries for page in entry.pages]
    answers = [(*entry.answer, number) for number, entry in numbered if entry.answer]
    heads = [(*head, number) for number, entry in numbered for head in entry.heads]
    return [
        *_page_columns(pages),
        column(INT4, (number for number, entry in numbered for _ in entry.pages)),
        *turned((*HEAD, INT4), heads),
        *turned(ANSWER, answers),
        *_closing(entries),
    ]


def in_binary(each: Iterable[Column], barrier: bool, heard: int) -> list[bytes]:
    """Return the values of ``ledger.append_all`` in binary form."""
    return [one.content for one in each] + [bytes([barrier]), BIGINT.pack(heard)]


def _page_columns(pages: Sequence[PageRow]) -> list[Column]:
    """Return pages as the columns of `PAGE`. Their hashes are for the database to work out."""
    if not pages:
        return turned(PAGE, ())
    stream, version, name, page, event_id, prev_hash, *_ = zip(*pages, strict=True)
    return columns(PAGE, (stream, version, name, event_id, page, prev_hash))


def _closing(entries: Sequence[Entry]) -> tuple[bool, int]:
    """Say whether it is a commit for its own sake, and what all who write have heard of."""
    barrier = any(not (entry.pages or entry.answer) for entry in entries)
    return barrier, min([entry.heard for entry in entries])
