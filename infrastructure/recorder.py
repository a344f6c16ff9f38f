"""The library's recorder over our own table: pages in, pages out, in one gap-free order."""

from asyncio import Future
from collections.abc import Sequence
from datetime import datetime
from operator import attrgetter
from typing import Any, Final, Protocol

from eventsourcing.persistence import ApplicationRecorder, StoredEvent, Subscription
from psycopg_pool import ConnectionPool

from infrastructure.connections import transaction
from infrastructure.entry import EVERYTHING, Entry, StoredAnswer, StoredHead
from infrastructure.group_commit import GroupCommit
from infrastructure.loops import LoopCommits
from infrastructure.page_reader import PageReader, PageRow, StoredPage
from infrastructure.page_writing import PageWriting

WRITERS: Final = 7316400917
"""The advisory lock that orders writers: ``ledger.stamp`` takes it."""
TOUCHED: Final = attrgetter("touched")


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
        self.tail: Following | None = None
        self._writing = self._open_writing()
        self._commit: GroupCommit[Entry, int] = GroupCommit(self._writing.write, apart=TOUCHED)
        self._loops: LoopCommits[Entry, int] = LoopCommits(self._open_writing, apart=TOUCHED)

    def _open_writing(self) -> PageWriting:
        return PageWriting(str(self.pool.conninfo), self._hint)

    def insert_events(
        self, stored_events: Sequence[StoredEvent], **kwargs: Any
    ) -> Sequence[int] | None:
        """Write pages after the ``heads`` of their streams, and the ``answer`` to their command.

        Returns their positions. Raises `MovedOn`, `ForgottenSince`, `AnsweredAlready`,
        `Overloaded`, `OutcomeUnknown`.
        """
        pages = [page.row for page in stored_events if isinstance(page, StoredPage)]
        first = self._commit(Entry(pages, kwargs["heads"], kwargs["answer"], kwargs["heard"]))
        return range(first, first + len(pages))

    def submit(
        self,
        pages: Sequence[PageRow],
        heads: Sequence[StoredHead],
        answer: StoredAnswer | None,
        heard: int,
    ) -> Future[int]:
        """Write as `insert_events` does, from a coroutine, which awaits the first position."""
        return self._loops.submit(Entry(pages, heads, answer, heard))

    def close(self) -> None:
        """Write what waits to be written, and close the lines."""
        self._loops.close()
        self._commit.close()
        self._writing.close()

    def barrier(self) -> None:
        """Commit a record of the log, so that all that was seen before is as durable as it is."""
        self._commit(Entry((), (), None, EVERYTHING))

    def _hint(self) -> None:
        if self.tail:
            self.tail.hint()

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
