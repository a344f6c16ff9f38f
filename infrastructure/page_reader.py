"""Pages as they are stored, read by stream or by position over whatever lends a connection."""

from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Protocol
from uuid import UUID

import structlog
from eventsourcing.persistence import Notification
from psycopg import Connection

COLUMNS: Final = (
    "stream, version, name, page, event_id::text, encode(prev_hash, 'hex'), encode(hash, 'hex'),"
    " recorded_at, position"
)
PageRow = tuple[str, int, str, bytes, str, str, str, datetime | None, int]
"""A row of `COLUMNS`: a page as it is read, or, with no time and at 0, as it is to be written."""
HASH: Final = 6
"""Where its hash stands in it."""

FORGETS: Final = ".forgotten@"
INDEXED: Final = " AND name LIKE '%%.forgotten@%%'"
"""The condition of an index: by their names alone, the few that forget somebody are looked for in
the whole ledger, at every start."""

log = structlog.get_logger()


@dataclass(frozen=True)
class StoredPage(Notification):
    """A page as the table holds it; ``id`` is its position, 0 while it has none."""

    event_id: str
    prev_hash: str
    hash: str
    recorded_at: datetime | None

    @classmethod
    def of(cls, row: PageRow) -> "StoredPage":
        """Return the page of a row of `COLUMNS`.

        All fields are set at once: a frozen value's own way, a call for each of nine, takes three
        times as long, and this is done for every page that is written or read.
        """
        page = object.__new__(cls)
        vars(page).update(
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
        return page

    @property
    def row(self) -> PageRow:
        """Return the row that it is `of`."""
        return (
            str(self.originator_id),
            self.originator_version,
            self.topic,
            self.state,
            self.event_id,
            self.prev_hash,
            self.hash,
            self.recorded_at,
            self.id,
        )


def contiguous(pages: Sequence[StoredPage], after: int) -> Sequence[StoredPage]:
    """Return the pages up to the first gap: what comes after one is not to be seen before it."""
    for place, page in enumerate(pages, start=1):
        if page.id != after + place:
            log.warning("gap_in_positions", position=after + place)
            return pages[: place - 1]
    return pages


class Lender(Protocol):
    """A pool, or a connection that somebody keeps for himself."""

    def connection(self) -> AbstractContextManager[Connection[Any]]:
        """Lend a connection, in autocommit."""
        ...


class PageReader:
    """Reads pages, and where the ledger ends."""

    def __init__(self, lender: Lender) -> None:
        self.lender = lender

    def select_events(
        self,
        originator_id: UUID | str,
        *,
        gt: int | None = None,
        lte: int | None = None,
        desc: bool = False,
        limit: int | None = None,
    ) -> Sequence[StoredPage]:
        """Return pages of one stream by version; none has a name that PostgreSQL cannot write."""
        if "\0" in str(originator_id):
            return ()
        return self._select(
            "stream = %s AND version > %s AND version <= %s",
            (str(originator_id), gt or 0, lte or 2**31 - 1),
            "version DESC" if desc else "version",
            limit,
        )

    def select_streams(
        self, streams: Sequence[str], names: Sequence[str], upto: int | None
    ) -> Sequence[StoredPage]:
        """Return pages of some streams, by stream and version; of some names, or of all."""
        condition = "stream = ANY(%s) AND position <= %s"
        values: tuple[Any, ...] = (list(streams), 2**63 - 1 if upto is None else upto)
        if names:
            condition, values = condition + " AND name = ANY(%s)", (*values, list(names))
        return self._select(condition, values, "stream, version", None)

    def select_event(self, event_id: str) -> StoredPage | None:
        """Return the page of an event, if there is one; nothing has an id that is no UUID."""
        try:
            found = self._select("event_id = %s", (UUID(event_id),), "position", 1)
        except ValueError:
            return None
        return found[0] if found else None

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
            if all(FORGETS in topic for topic in topics):
                condition += INDEXED
        return self._select(condition, values, "position", limit)

    def max_notification_id(self) -> int | None:
        """Return the last position, or None in an empty ledger."""
        with self.lender.connection() as connection:
            row = connection.execute("SELECT max(position) FROM ledger.event").fetchone()
        return row[0] if row else None

    def _select(
        self, condition: str, values: tuple[Any, ...], order: str, limit: int | None
    ) -> Sequence[StoredPage]:
        query = f"SELECT {COLUMNS} FROM ledger.event WHERE {condition} ORDER BY {order} LIMIT %s"  # noqa: S608  # constants only
        with self.lender.connection() as connection:
            # In binary form: a page in hex takes longer to read than to open.
            rows = connection.execute(query.encode(), (*values, limit), binary=True).fetchall()
        return list(map(StoredPage.of, rows))
