"""The library's recorder over our own table: pages in, pages out, in one gap-free order."""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import accumulate, repeat
from struct import Struct
from typing import Any, Final, Protocol

import psycopg
from eventsourcing.persistence import (
    ApplicationRecorder,
    IntegrityError,
    StoredEvent,
    Subscription,
)
from psycopg.pq.abc import PGresult
from psycopg_pool import ConnectionPool

from infrastructure.columns import Column, bytea, column, integer, text, uuid
from infrastructure.connections import transaction
from infrastructure.group_commit import GroupCommit, LeftToWriter
from infrastructure.page_reader import PageReader, StoredPage
from infrastructure.prepared_line import PreparedLine

WRITERS: Final = 7316400917
"""The advisory lock that orders writers: ``ledger.stamp`` takes it."""

VALUES: Final = 16
ALL: Final = (
    f"SELECT ledger.append_all({', '.join(f'${n}' for n in range(1, VALUES + 1))})".encode()
)
"""Writes a group as one, where all of it can stand."""
EACH: Final = (
    b"SELECT request, first, moved_on, answered FROM ledger.append(%b::text[], %b::int[],"
    b" %b::text[], %b::uuid[], %b::bytea[], %b::bytea[], %b::int[], %b::text[], %b::int[],"
    b" %b::bytea[], %b::int[], %b::text[], %b::text[], %b::bytea[], %b::text[], %b::int[], %b,"
    b" %b::bigint)"
)
"""Writes of a group what can stand, and says what became of each request."""
REFUSED: Final = (psycopg.DataError, psycopg.IntegrityError, psycopg.ProgrammingError)
"""What says that something cannot be written, and that nothing was."""
UNHEARD: Final = "JF001"
"""What the database says where a decision to forget is later than all that was heard of."""


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


BARRIER: Final = Entry((), (), None, EVERYTHING)


class AnsweredAlready(Exception):
    """The key was answered by another writer while this one was deciding."""


class ForgottenSince(IntegrityError):
    """Somebody is to be forgotten whose key these pages may have been sealed under."""


class MovedOn(IntegrityError):
    """A stream is no longer as it was when the pages for it were decided."""


class Following(Protocol):
    """Whoever reads the tail of the ledger for this process (`infrastructure.tail.Tail`)."""

    def hint(self) -> None:
        """Hear that pages were committed here."""

    def subscription(
        self, recorder: ApplicationRecorder, gt: int | None, topics: Sequence[str]
    ) -> Subscription[ApplicationRecorder]:
        """Return the library's subscription."""


class PageRecorder(PageReader, ApplicationRecorder):
    """Writes pages in groups, and reads them back by stream or by position."""

    def __init__(self, pool: ConnectionPool) -> None:
        super().__init__(pool)
        self.pool = pool
        self.line = PreparedLine(str(pool.conninfo), ALL)
        self.tail: Following | None = None
        self._refusal: psycopg.DatabaseError | None = None
        self._commit: GroupCommit[Entry, int] = GroupCommit(self._write, ahead=self, apart=_touched)

    def insert_events(
        self, stored_events: Sequence[StoredEvent], **kwargs: Any
    ) -> Sequence[int] | None:
        """Write pages after the ``heads`` of their streams, and the ``answer`` to their command.

        Returns their positions. Raises `MovedOn`, `ForgottenSince`, `AnsweredAlready`,
        `Overloaded`, `OutcomeUnknown`.
        """
        pages = [page for page in stored_events if isinstance(page, StoredPage)]
        first = self._commit(Entry(pages, kwargs["heads"], kwargs["answer"], kwargs["heard"]))
        return range(first, first + len(pages))

    async def submit(
        self,
        pages: Sequence[StoredPage],
        heads: Sequence[StoredHead],
        answer: StoredAnswer | None,
        heard: int,
    ) -> Sequence[int]:
        """Write as `insert_events` does, from a coroutine."""
        first = await self._commit.submit(Entry(pages, heads, answer, heard))
        return range(first, first + len(pages))

    def close(self) -> None:
        """Write what waits to be written, and close the line."""
        self._commit.close()
        self.line.close()

    def barrier(self) -> None:
        """Commit a record of the log, so that all that was seen before is as durable as it is."""
        self._commit(BARRIER)

    def begin(self, entries: Sequence[Entry]) -> int:
        """Send what several requests bring, as one; raise `LeftToWriter` where it would wait."""
        if not self.line.stands():
            raise LeftToWriter
        return self.line.begin(all_values(entries))

    def end(self, entries: Sequence[Entry]) -> Sequence[int] | None:
        """Return the first position of each once all is durable, or `None` before that.

        Raises `LeftToWriter` where one of them cannot stand, and `OutcomeUnknown`.
        """
        try:
            result = self.line.heard()
        except psycopg.DatabaseError as error:
            self._refusal = error
            raise LeftToWriter from error
        return None if result is None else self._firsts(result, entries)

    def _write(self, entries: Sequence[Entry]) -> Sequence[int | Exception]:
        """Write what several requests bring in one round trip; each has its own outcome.

        Where one of them cannot stand nothing was written, and they are told apart.
        """
        refusal, self._refusal = self._refusal, None
        try:
            if refusal:
                raise refusal
            if not self.line.under_way:
                self.line.begin(all_values(entries))
            return self._firsts(self.line.waited_for(), entries)
        except REFUSED:
            return self._write_each(entries)
        except psycopg.DatabaseError as error:
            return self._heard_of(error, entries)

    def _firsts(self, result: PGresult, entries: Sequence[Entry]) -> Sequence[int]:
        self._hint()
        (before,) = BIGINT.unpack(result.get_value(0, 0) or b"")
        firsts = accumulate((len(entry.pages) for entry in entries), initial=before + 1)
        return [first if entry.pages else 0 for entry, first in zip(entries, firsts, strict=False)]

    def _write_each(self, entries: Sequence[Entry]) -> Sequence[int | Exception]:
        """Write those of several requests that can stand, and say what became of the others."""
        try:
            rows = self.line.commit(EACH, _numbered_columns(entries))
        except REFUSED:
            if len(entries) == 1:
                raise
            # One of them cannot be stored at all: it alone is to hear so.
            return [self._alone(entry) for entry in entries]
        except psycopg.DatabaseError as error:
            return self._heard_of(error, entries)
        self._hint()
        outcomes: list[int | Exception] = [0] * len(entries)
        for request, first, moved_on, answered in rows:
            outcomes[request] = first or 0
            if moved_on:
                outcomes[request] = MovedOn(moved_on)
            if answered:
                outcomes[request] = AnsweredAlready()
        return outcomes

    def _heard_of(
        self, error: psycopg.DatabaseError, entries: Sequence[Entry]
    ) -> Sequence[int | Exception]:
        """Write those that had heard of the last decision to forget, where that was the error."""
        if error.sqlstate != UNHEARD:
            raise error
        forgotten = int(error.diag.message_detail or EVERYTHING)
        return [
            ForgottenSince() if entry.heard < forgotten else self._alone(entry) for entry in entries
        ]

    def _hint(self) -> None:
        if self.tail:
            self.tail.hint()

    def _alone(self, entry: Entry) -> int | Exception:
        try:
            return self._write_each([entry])[0]
        except Exception as error:  # noqa: BLE001  # its caller raises it
            return error

    def answer(self, actor: str, key: str) -> tuple[bytes, dict[str, Any]] | None:
        """Return the digest and the answer that stand under a key."""
        with self.pool.connection() as connection:
            row = connection.execute(
                "SELECT digest, answer FROM ledger.command WHERE actor = %s AND key = %s",
                (actor, key),
            ).fetchone()
        return row and (row[0], row[1])

    def subscribe(
        self, gt: int | None = None, topics: Sequence[str] = ()
    ) -> Subscription[ApplicationRecorder]:
        """Return pages after a position, and then new ones as they come."""
        if self.tail is None:
            raise NotImplementedError("nobody reads the tail of this ledger (infrastructure.tail)")
        return self.tail.subscription(self, gt, topics)

    def position_at(self, known_at: datetime) -> int:
        """Return the last position recorded by an instant: 0 before the first.

        Waits for a writer who has the time already and has not committed: else the answer for
        this instant could change.
        """
        with transaction(self.pool) as connection:
            connection.execute("SELECT pg_advisory_xact_lock_shared(%s)", (WRITERS,))
        with self.pool.connection() as connection:
            row = connection.execute("SELECT ledger.position_at(%s)", (known_at,)).fetchone()
        return row[0] if row else 0


def _touched(entry: Entry) -> Sequence[Hashable]:
    """Name what two requests of one group must not share: a stream, a key."""
    return entry.touched


def all_values(entries: Sequence[Entry]) -> list[bytes]:
    """Return what ledger.append_all is handed, in binary form."""
    *columns, barrier, heard = all_columns(entries)
    return [*(one.content for one in columns), bytes([barrier]), BIGINT.pack(heard)]


def all_columns(entries: Sequence[Entry]) -> list[Any]:
    """Return what ledger.append_all is handed, column by column."""
    firsts = accumulate((len(entry.pages) for entry in entries), initial=1)
    answers = [
        (*answer, integer(first if entry.pages else 0))
        for entry, first in zip(entries, firsts, strict=False)
        for answer in entry.answers
    ]
    return [
        *_joined(PAGE, [page for entry in entries for page in entry.pages]),
        *_joined(HEAD, [head for entry in entries for head in entry.besides]),
        *_joined((*ANSWER, "int4"), answers),
        *_closing(entries),
    ]


def _numbered_columns(entries: Sequence[Entry]) -> list[Any]:
    """Return what ledger.append is handed, each row with its request's number."""
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
