"""Pages folded into rows: in memory first, and then written, a statement for each table."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from psycopg import Connection, OperationalError

from domain.record import Recorded
from infrastructure.dead_letters import Letter, Stopped, letter, send, stopped
from infrastructure.row_table import RowTable
from infrastructure.tail import Batch, Woken
from projections.kernel import Projection

NOTHING = Stopped()


@dataclass(slots=True)
class Work:
    """What a batch means to one table: pages by key, in order, and what cannot be folded."""

    table: RowTable
    pages: list[tuple[str, Recorded]] = field(default_factory=list)
    letters: list[Letter] = field(default_factory=list)

    @property
    def keys(self) -> list[str]:
        """Return the keys that are touched."""
        return sorted({key for key, _ in self.pages})


def names_of(projection: Projection[Any]) -> frozenset[str]:
    """Return the stored names of the events that a projection folds."""
    return frozenset(name for kind in projection.events for name in kind.names)


def work_of(table: RowTable, pages: Sequence[Woken], barred: Stopped = NOTHING) -> Work:
    """Sort pages by the key they are about; one that does not say stops its stream."""
    work, projection = Work(table), table.projection
    streams = set(barred.streams)
    for stored, woken in pages:
        stream = str(stored.originator_id)
        if stream in streams:
            continue
        try:
            if isinstance(woken, Exception):
                raise woken  # noqa: TRY301  # it is told of where all are
            key = projection.key(woken)
        except Exception as error:  # noqa: BLE001  # whatever it is, only this stream stops
            streams.add(stream)
            work.letters.append(letter(table.name, stream, stored.id, error, whole_stream=True))
        else:
            if key is not None and key not in barred.keys:
                work.pages.append((key, woken))
    return work


def folded(work: Work, before: Mapping[str, Any]) -> dict[str, Any | None]:
    """Return the rows that the pages lead to, where they differ from those before."""
    projection = work.table.projection
    rows: dict[str, Any] = dict(before)
    barred: set[str] = set()
    for key, page in work.pages:
        if key in barred:
            continue
        try:
            rows[key] = work.table.remembered(projection.evolve(rows.get(key), page))
        except Exception as error:  # noqa: BLE001  # a poison page stops its key, whatever it raises
            barred.add(key)
            work.letters.append(letter(work.table.name, key, page.position, error))
    return {key: row for key, row in rows.items() if row != before.get(key)}


def fold(connection: Connection[Any], tables: Sequence[RowTable], batch: Batch) -> None:
    """Fold a batch into tables that stand where it begins, within the caller's transaction.

    One round trip reads all the rows that are touched, and one writes them.
    """
    concerned = [(table, pages) for table in tables if (pages := batch.woken(table.event_names))]
    if not concerned:
        return
    barred = stopped(connection, [table.name for table, _ in concerned])
    works = [work_of(table, pages, barred.get(table.name, NOTHING)) for table, pages in concerned]
    with connection.pipeline():
        found = [work.table.find(connection, work.keys) for work in works]
    changed = [
        (work, folded(work, work.table.rows(cursor.fetchall())))
        for work, cursor in zip(works, found, strict=True)
    ]
    with connection.pipeline():
        for work, rows in changed:
            work.table.write(connection, rows)
            send(connection, work.letters)


def fold_carefully(connection: Connection[Any], table: RowTable, batch: Batch) -> None:
    """Fold a batch into one table key by key: a row that cannot be written stops its key."""
    barred = stopped(connection, [table.name]).get(table.name, NOTHING)
    work = work_of(table, batch.woken(table.event_names), barred)
    rows = folded(work, table.load(connection, work.keys))
    last = {key: page.position for key, page in work.pages}
    for key, row in rows.items():
        try:
            with connection.transaction():
                table.write(connection, {key: row})
        except OperationalError:
            raise
        except Exception as error:  # noqa: BLE001  # whatever it is, only this key stops
            work.letters.append(letter(table.name, key, last[key], error))
    send(connection, work.letters)
