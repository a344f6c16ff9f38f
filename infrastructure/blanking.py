"""Read models forget: in the transaction that moves them past the event which says so.

The rows of the streams concerned are folded anew from their first page, whose sealed fields are
`FORGOTTEN` by now: so they say what a replay would say. What was sealed and what it could be found
by is gone from them first, also where a key stands still before a page that cannot be folded.
"""

from collections.abc import Sequence
from typing import Any, Final

from psycopg import Connection

from domain.forgotten import FORGETTING, forgotten_by, streams_of
from domain.record import Recorded, StreamId
from infrastructure.dead_letters import stopped
from infrastructure.folding import NOTHING, folded, work_of
from infrastructure.ledger import EventsourcingLedger
from infrastructure.page_reader import COLUMNS, StoredPage
from infrastructure.row_table import RowTable
from infrastructure.tail import Batch, Woken

NAMES: Final = frozenset(name for kind in FORGETTING for name in kind.names)
PAGES: Final = (
    f"SELECT {COLUMNS} FROM ledger.event"  # noqa: S608  # constants only
    " WHERE stream = ANY(%s) AND position <= %s ORDER BY position"
)


def learn(ledger: EventsourcingLedger, upto: int) -> None:
    """Have this process know whom the pages up to a position forget, before it wakes any other.

    A decision may stand in the ledger a moment before its keys are destroyed.
    """
    decisions = ledger.read_after(0, upto + 1, names=sorted(NAMES))
    said = [page for page in decisions if page.position <= upto]
    ledger.keys.forget_here(subject for page in said for subject in forgotten_by(page))


def blank(connection: Connection[Any], tables: Sequence[RowTable], batch: Batch) -> None:
    """Let rows forget whom the pages of a batch say are forgotten, up to where the batch ends."""
    said = [page for _, page in batch.woken(NAMES) if isinstance(page, Recorded)]
    sealed = [table for table in tables if table.seals_anything]
    if not (said and sealed):
        return
    gone = sorted({subject for page in said for subject in forgotten_by(page)})
    sealed[0].seals.keys.forget_here(gone)
    pages = _histories(connection, said, batch)
    for table in sealed:
        _refold(connection, table, gone, pages)


def _histories(
    connection: Connection[Any], said: Sequence[Recorded], batch: Batch
) -> Sequence[tuple[StoredPage, Recorded]]:
    """Return the pages of all streams of those who are forgotten, awake, with nothing sealed."""
    own = _pages(connection, {page.stream for page in said}, batch)
    others = {stream for _, page in own for stream in streams_of(page)}
    return [*own, *_pages(connection, others, batch)]


def _pages(
    connection: Connection[Any], streams: set[StreamId], batch: Batch
) -> Sequence[tuple[StoredPage, Recorded]]:
    rows = connection.execute(PAGES.encode(), (sorted(map(str, streams)), batch.upto))
    stored = list(map(StoredPage.of, rows))
    return list(zip(stored, batch.wake(stored), strict=True))


def _refold(
    connection: Connection[Any],
    table: RowTable,
    gone: Sequence[str],
    pages: Sequence[tuple[StoredPage, Recorded]],
) -> None:
    ours: Sequence[Woken] = [
        (stored, page) for stored, page in pages if stored.topic in table.event_names
    ]
    table.blank(connection, gone, work_of(table, ours).keys)
    barred = stopped(connection, [table.name]).get(table.name, NOTHING)
    rows = folded(work_of(table, ours, barred), {})
    table.write(connection, rows)
