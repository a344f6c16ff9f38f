"""The library's recorder over our own table: pages in, pages out, in one gap-free order."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from time import sleep
from typing import Any, Final
from uuid import UUID

from eventsourcing.persistence import (
    ApplicationRecorder,
    IntegrityError,
    Notification,
    StoredEvent,
    Subscription,
)
from psycopg import errors
from psycopg.types.json import Jsonb
from psycopg_pool import ConnectionPool

from infrastructure.connections import acknowledged, transaction

POLL_SECONDS: Final = 0.02
"""How long a subscription that has read everything waits before it looks again."""

WRITERS: Final = 7316400917
"""The advisory lock that orders writers: ``ledger.stamp`` takes it."""

COLUMNS: Final = (
    "stream, version, name, page, event_id::text, encode(prev_hash, 'hex'), encode(hash, 'hex'),"
    " recorded_at, position"
)
INSERT: Final = (
    "INSERT INTO ledger.event (stream, version, name, page, event_id, prev_hash)"
    " SELECT stream, version, name, page, event_id, decode(prev_hash, 'hex')"
    " FROM unnest(%s::text[], %s::int[], %s::text[], %s::bytea[], %s::uuid[], %s::text[])"
    " WITH ORDINALITY AS new (stream, version, name, page, event_id, prev_hash, place)"
    " ORDER BY place RETURNING position"
)


@dataclass(frozen=True)
class StoredPage(Notification):
    """A page as the table holds it; ``id`` is its position, 0 while it has none."""

    event_id: str
    prev_hash: str
    hash: str
    recorded_at: datetime | None


@dataclass(frozen=True, slots=True)
class StoredAnswer:
    """The row that makes a repeated request one request."""

    actor: str
    key: str
    digest: bytes
    answer: dict[str, Any]


class AnsweredAlready(Exception):
    """The key was answered by another writer while this one was deciding."""


class PageRecorder(ApplicationRecorder):
    """Writes pages in one transaction and reads them back by stream or by position."""

    def __init__(self, pool: ConnectionPool) -> None:
        self.pool = pool

    def insert_events(
        self, stored_events: Sequence[StoredEvent], **kwargs: Any
    ) -> Sequence[int] | None:
        """Write pages and, given their positions, the ``answers`` to a command; return positions.

        Raises `IntegrityError` where a stream has moved on, `AnsweredAlready`, `OutcomeUnknown`.
        """
        answers: Callable[[Sequence[int]], Sequence[StoredAnswer]] = kwargs["answers"]
        try:
            return self._insert(stored_events, answers)
        except errors.UniqueViolation as error:
            if error.diag.table_name == "command":
                raise AnsweredAlready from error
            raise IntegrityError(error.diag.message_primary) from error

    def _insert(
        self,
        stored_events: Sequence[StoredEvent],
        answers: Callable[[Sequence[int]], Sequence[StoredAnswer]],
    ) -> Sequence[int]:
        with acknowledged(self.pool) as connection:
            positions: list[int] = []
            if stored_events:
                rows = [
                    (
                        p.originator_id,
                        p.originator_version,
                        p.topic,
                        p.state,
                        p.event_id,
                        p.prev_hash,
                    )
                    for p in stored_events
                    if isinstance(p, StoredPage)
                ]
                columns = [list(column) for column in zip(*rows, strict=True)]
                positions = [row[0] for row in connection.execute(INSERT, columns)]
            for answer in answers(positions):
                connection.execute(
                    "INSERT INTO ledger.command (actor, key, digest, answer)"
                    " VALUES (%s, %s, %s, %s)",
                    (answer.actor, answer.key, answer.digest, Jsonb(answer.answer)),
                )
        return positions

    def barrier(self) -> None:
        """Commit a record of the log, so that all that was seen before is as durable as it is."""
        with acknowledged(self.pool) as connection:
            connection.execute("SELECT pg_logical_emit_message(true, 'jejak', 'barrier')")

    def answer(self, actor: str, key: str) -> tuple[bytes, dict[str, Any]] | None:
        """Return the digest and the answer that stand under a key."""
        with self.pool.connection() as connection:
            row = connection.execute(
                "SELECT digest, answer FROM ledger.command WHERE actor = %s AND key = %s",
                (actor, key),
            ).fetchone()
        return row and (row[0], row[1])

    def select_events(
        self,
        originator_id: UUID | str,
        *,
        gt: int | None = None,
        lte: int | None = None,
        desc: bool = False,
        limit: int | None = None,
    ) -> Sequence[StoredPage]:
        """Return pages of one stream by version."""
        return self._select(
            "stream = %s AND version > %s AND version <= %s",
            (str(originator_id), gt or 0, lte or 2**31 - 1),
            "version DESC" if desc else "version",
            limit,
        )

    def select_notifications(
        self,
        start: int | None,
        limit: int,
        stop: int | None = None,
        topics: Sequence[str] = (),
        *,
        inclusive_of_start: bool = True,
    ) -> Sequence[StoredPage]:
        """Return pages by position, of some names or of all."""
        after = (start or 0) - (1 if inclusive_of_start else 0)
        condition = "position > %s AND position <= %s"
        values: tuple[Any, ...] = (after, stop or 2**63 - 1)
        if topics:
            condition, values = condition + " AND name = ANY(%s)", (*values, list(topics))
        return self._select(condition, values, "position", limit)

    def max_notification_id(self) -> int | None:
        """Return the last position, or None in an empty ledger."""
        with self.pool.connection() as connection:
            row = connection.execute("SELECT max(position) FROM ledger.event").fetchone()
        return row[0] if row else None

    def subscribe(
        self, gt: int | None = None, topics: Sequence[str] = ()
    ) -> Subscription[ApplicationRecorder]:
        """Return pages after a position, and then new ones as they come."""
        return PollingSubscription(self, gt=gt, topics=topics)

    def position_at(self, known_at: datetime) -> int:
        """Return the last position recorded by an instant: 0 before the first.

        Waits for a writer who has the time already and has not committed: else the answer for
        this instant could change.
        """
        with transaction(self.pool) as connection:
            connection.execute("SELECT pg_advisory_xact_lock_shared(%s)", (WRITERS,))
        with self.pool.connection() as connection:
            row = connection.execute(
                "SELECT position FROM ledger.event WHERE recorded_at <= %s"
                " ORDER BY recorded_at DESC, position DESC LIMIT 1",
                (known_at,),
            ).fetchone()
        return row[0] if row else 0

    def _select(
        self, condition: str, values: tuple[Any, ...], order: str, limit: int | None
    ) -> Sequence[StoredPage]:
        query = f"SELECT {COLUMNS} FROM ledger.event WHERE {condition} ORDER BY {order} LIMIT %s"  # noqa: S608  # constants only
        with self.pool.connection() as connection:
            return [
                StoredPage(
                    originator_id=row[0],
                    originator_version=row[1],
                    topic=row[2],
                    state=row[3],
                    event_id=row[4],
                    prev_hash=row[5],
                    hash=row[6],
                    recorded_at=row[7],
                    id=row[8],
                )
                for row in connection.execute(query.encode(), (*values, limit))
            ]


class PollingSubscription(Subscription[PageRecorder]):
    """Pages in the order of their positions, without end; `stop` ends it."""

    BATCH: Final = 500

    def __next__(self) -> Notification:
        """Return the next page, waiting for it."""
        while not self._has_been_stopped:
            if page := next(self._pending(), None):
                self._last_notification_id = page.id
                return page
            sleep(POLL_SECONDS)
        raise StopIteration

    def _pending(self) -> Iterator[Notification]:
        if not hasattr(self, "_batch"):
            self._batch: Iterator[Notification] = iter(())
        if page := next(self._batch, None):
            yield page
            return
        self._batch = iter(
            self._recorder.select_notifications(
                self._last_notification_id,
                self.BATCH,
                topics=self._topics,
                inclusive_of_start=False,
            )
        )
        yield from self._batch
