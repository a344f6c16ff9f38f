"""A batch folded into tables: what is new onto the rows so far, and what it changed from the start.

Ordinary pages take a row on from where it stands, which is where the facts that stood before them
led. The streams that a batch changes are left out of that and folded anew (`infrastructure.anew`),
in the same transaction: at every position a table holds what a replay up to there would say.
"""

from collections.abc import Collection, Mapping, Sequence
from typing import Any, Final

import orjson
from psycopg import Connection

from infrastructure.anew import fold_anew
from infrastructure.array_text import array_of
from infrastructure.changed_streams import changed_by
from infrastructure.dead_letters import Stopped, by_projection, is_ours, letter, send, stopped
from infrastructure.histories import Span
from infrastructure.row_table import RowTable, Stored, write_all
from infrastructure.tail import Batch
from infrastructure.work import NOTHING, folded, work_of

STOPPED: Final = (
    b"SELECT '' AS name, key, to_jsonb(d)::text AS row FROM read_model.dead_letter AS d"
    b" WHERE projection = ANY(%s::text[])"
)


def fold_batch(
    connection: Connection[Any],
    tables: Sequence[RowTable],
    batch: Batch,
    *,
    carefully: bool = False,
) -> None:
    """Move tables that stand where a batch begins to where it ends, in the caller's transaction.

    ``carefully`` writes row by row, so that one that cannot be written stops nothing but its key.
    """
    if not tables:
        return
    changed = changed_by(connection, tables, batch)
    if carefully:
        for table in tables:
            _fold_carefully(connection, table, batch, changed.streams)
    else:
        _fold(connection, tables, batch, changed.streams)
    if changed.gone:  # what a row that cannot be written again would otherwise still hold
        for table in tables:
            table.blank(connection, changed.gone)
    span = Span(batch.after, batch.upto, batch.wake)
    for stream in sorted(changed.streams):
        fold_anew(connection, tables, stream, span, carefully=carefully)


def _fold(
    connection: Connection[Any],
    tables: Sequence[RowTable],
    batch: Batch,
    apart: Collection[str],
) -> None:
    """Fold the pages of a batch, but for some streams, onto the rows so far.

    One statement reads all the rows that are touched, and one writes them: for a small batch, each
    further one would take longer than what it does.
    """
    names = {kept.page.topic for kept in batch.kept}
    concerned = [
        (table, batch.woken(table.event_names))
        for table in tables
        if not names.isdisjoint(table.event_names)
    ]
    works = [work_of(table, pages, Stopped(streams=apart)) for table, pages in concerned]
    if not any(work.pages or work.letters for work in works):
        return
    found, barred = _found(connection, {work.table: work.keys for work in works})
    if barred:
        works = [
            work_of(table, pages, Stopped(by.keys, {*by.streams, *apart}))
            for table, pages in concerned
            for by in [barred.get(table.name, NOTHING)]
        ]
    before = {work.table: work.table.rows(found[work.table.name]) for work in works}
    after = {work.table: folded(work, before[work.table]) for work in works}
    write_all(connection, after, before)
    for work in works:
        send(connection, work.letters)


def _found(
    connection: Connection[Any], touched: Mapping[RowTable, Sequence[str]]
) -> tuple[Mapping[str, Sequence[Stored]], Mapping[str, Stopped]]:
    """Return the rows under some keys of some tables, and what is stopped in these."""
    names = [table.name for table in touched]
    queries = [STOPPED, *(table.found_as(name) for table, name in zip(touched, names, strict=True))]
    values = [array_of(names), *map(array_of, touched.values())]
    found: dict[str, list[Stored]] = {name: [] for name in names}
    letters = []
    for name, key, row in connection.execute(b" UNION ALL ".join(queries), values).fetchall():
        if name in found:
            found[name].append((key, row))
        else:
            said = orjson.loads(row)
            letters.append((said["projection"], key, said["whole_stream"]))
    return found, by_projection(letters)


def _fold_carefully(
    connection: Connection[Any], table: RowTable, batch: Batch, apart: Collection[str]
) -> None:
    """Fold a batch into one table key by key: a row that cannot be written stops its key."""
    by = stopped(connection, [table.name]).get(table.name, NOTHING)
    barred = Stopped(by.keys, {*by.streams, *apart})
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
