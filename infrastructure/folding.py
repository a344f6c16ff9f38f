"""Pages folded into rows: in memory first, and then written, a statement for each table."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import orjson
from psycopg import Connection

from domain.record import Recorded
from infrastructure.dead_letters import (
    Letter,
    Stopped,
    by_projection,
    is_ours,
    letter,
    send,
    stopped,
)
from infrastructure.row_table import RowTable, Stored, write_all
from infrastructure.tail import Batch, Woken

NOTHING: Final = Stopped()
STOPPED: Final = (
    b"SELECT '' AS name, key, to_jsonb(d)::text AS row FROM read_model.dead_letter AS d"
    b" WHERE projection = ANY(%s)"
)


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
        except Exception as error:  # whatever it is, only this stream stops
            if is_ours(error):
                raise
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
        except Exception as error:  # a poison page stops its key, whatever it raises
            if is_ours(error):
                raise
            barred.add(key)
            work.letters.append(letter(work.table.name, key, page.position, error))
    return {key: row for key, row in rows.items() if row != before.get(key)}


def fold(connection: Connection[Any], tables: Sequence[RowTable], batch: Batch) -> None:
    """Fold a batch into tables that stand where it begins, within the caller's transaction.

    One statement reads all the rows that are touched, and one writes them: for a small batch, each
    further one would take longer than what it does.
    """
    concerned = [(table, pages) for table in tables if (pages := batch.woken(table.event_names))]
    if not concerned:
        return
    works = [work_of(table, pages) for table, pages in concerned]
    found, barred = _found(connection, {work.table: work.keys for work in works})
    if barred:
        works = [work_of(*one, barred.get(one[0].name, NOTHING)) for one in concerned]
    write_all(
        connection,
        {work.table: folded(work, work.table.rows(found[work.table.name])) for work in works},
    )
    for work in works:
        send(connection, work.letters)


def _found(
    connection: Connection[Any], touched: Mapping[RowTable, Sequence[str]]
) -> tuple[Mapping[str, Sequence[Stored]], Mapping[str, Stopped]]:
    """Return the rows under some keys of some tables, and what is stopped in these."""
    names = [table.name for table in touched]
    queries = [STOPPED, *(table.found_as(name) for table, name in zip(touched, names, strict=True))]
    values = [names, *(list(keys) for keys in touched.values())]
    found: dict[str, list[Stored]] = {name: [] for name in names}
    letters = []
    for name, key, row in connection.execute(b" UNION ALL ".join(queries), values):
        if name in found:
            found[name].append((key, row))
        else:
            said = orjson.loads(row)
            letters.append((said["projection"], key, said["whole_stream"]))
    return found, by_projection(letters)


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
        except Exception as error:
            if is_ours(error):
                raise
            work.letters.append(letter(table.name, key, last[key], error))
    send(connection, work.letters)
