"""Rows folded anew from their first page, since their streams no longer say what they said.

That is so where somebody was forgotten, where a fact was corrected, and where what had stopped a
row is mended. All rows that a stream touches, or touched until now, come to what a replay would
make of them; those that nothing makes any more are removed, and what had stopped any of them is
let go of, unless it stops them still.
"""

from collections.abc import Collection, Sequence
from typing import Any

from psycopg import Connection

from infrastructure.dead_letters import Letter, is_ours, letter, release, send
from infrastructure.histories import Span, Told, concerning, of_kinds, of_stream
from infrastructure.row_table import RowTable, write_all
from infrastructure.work import Work, folded, work_of


def fold_anew(
    connection: Connection[Any],
    tables: Sequence[RowTable],
    stream: str,
    span: Span,
    *,
    carefully: bool = False,
) -> Sequence[Letter]:
    """Write what a stream comes to where a span ends; return what stops its rows.

    The tables stand where the span begins, within the caller's transaction. ``carefully`` writes
    row by row: one that cannot be written is removed and stops its key, as in a rebuild.
    """
    pages = of_stream(connection, stream, span)
    before, now = Told.of([one for one in pages if one[0].id <= span.after]), Told.of(pages)
    works: dict[RowTable, tuple[set[str], Work]] = {}
    for table in tables:
        work = work_of(table, concerning(table, now))
        keys = {*work.keys, *work_of(table, concerning(table, before)).keys}
        if keys and not table.projection.within_stream:
            work = _work_on(connection, Work(table, letters=work.letters), keys, span)
        works[table] = keys, work
    rows = {
        table: {key: found.get(key) for key in keys}
        for table, (keys, work) in works.items()
        for found in [folded(work, {})]
    }
    release(connection, {table.name: {stream, *keys} for table, (keys, _) in works.items()})
    letters = [one for _, work in works.values() for one in work.letters]
    if carefully:
        for table, (_, work) in works.items():
            letters += _write_carefully(connection, work, rows[table])
    else:
        write_all(connection, rows)
    send(connection, letters)
    return letters


def _work_on(connection: Connection[Any], work: Work, keys: Collection[str], span: Span) -> Work:
    """Add what all streams mean to some rows, where rows are about pages of several."""
    for pages in of_kinds(connection, work.table, span):
        others = work_of(work.table, concerning(work.table, Told.of(pages)))
        work.pages += [(key, page) for key, page in others.pages if key in keys]
    work.pages.sort(key=lambda one: one[1].position)
    return work


def _write_carefully(
    connection: Connection[Any], work: Work, rows: dict[str, Any | None]
) -> list[Letter]:
    last = {key: page.position for key, page in work.pages}
    letters = []
    for key, row in rows.items():
        try:
            with connection.transaction():
                work.table.write(connection, {key: row})
        except Exception as error:
            if is_ours(error):
                raise
            letters.append(letter(work.table.name, key, last[key], error))
            work.table.write(connection, {key: None})
    return letters
