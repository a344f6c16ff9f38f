"""One stopped key folded anew, from its first page, once what stopped it is mended."""

from collections.abc import Collection, Mapping
from threading import Lock
from typing import Any

from psycopg import Connection

from infrastructure import dead_letters
from infrastructure.blanking import learn
from infrastructure.connections import transaction
from infrastructure.dead_letters import Letter
from infrastructure.folding import Work, folded, work_of
from infrastructure.page_reader import StoredPage
from infrastructure.rebuilding import Workshop
from infrastructure.row_table import RowTable
from infrastructure.tail import BATCH, Batch, Kept


def refold(shop: Workshop, table: RowTable, key: str) -> bool:
    """Write the rows that a stopped key, or all keys of a stopped stream, have come to by now.

    Says whether nothing stops them any more; raises `LookupError` where nothing did. The live
    projection waits for the last step only.
    """
    with shop.pool.connection() as connection:
        found = connection.execute(
            "SELECT whole_stream, position FROM read_model.dead_letter"
            " WHERE projection = %s AND key = %s ORDER BY whole_stream DESC",
            (table.name, key),
        ).fetchone()
    if found is None:
        raise LookupError(key)
    whole_stream, position = found
    stream = key if whole_stream else _stream_at(shop, position)
    targets = {key}
    if whole_stream:
        targets |= _keys_in(shop, table, stream)
    history = _of_stream(shop, stream) if table.projection.within_stream else _of_all(shop, table)
    with transaction(shop.pool) as connection:
        upto = _standing(connection, table)
        learn(shop.ledger, upto)
        history += _since(shop, table, history[-1].page.id if history else 0, upto, stream)
        rows, letters = _folded(table, shop, history, targets, upto)
        for one in targets:
            dead_letters.forget(connection, table.name, one)
        dead_letters.send(connection, letters)
        table.write(connection, {one: rows.get(one) for one in targets if one != stream})
    return not letters


def _folded(
    table: RowTable, shop: Workshop, history: list[Kept], targets: Collection[str], upto: int
) -> tuple[Mapping[str, Any], list[Letter]]:
    """Return the rows of some keys, and what stops them still."""
    kept = [one for one in history if one.page.id <= upto]
    pages = Batch(0, kept, shop.ledger.awake, Lock()).woken(table.event_names)
    work = work_of(table, pages)
    ours = Work(table, [(key, page) for key, page in work.pages if key in targets])
    rows = folded(ours, {})
    letters = [one for one in (*work.letters, *ours.letters) if one.key in targets]
    return rows, letters


def _standing(connection: Connection[Any], table: RowTable) -> int:
    """Keep the projection where it stands until the transaction ends, and return where that is."""
    row = connection.execute(
        "SELECT position FROM read_model.progress WHERE projection = %s FOR UPDATE", (table.name,)
    ).fetchone()
    return row[0] if row else 0


def _since(shop: Workshop, table: RowTable, after: int, upto: int, stream: str) -> list[Kept]:
    """Return what came after the history was read, up to where the projection stands."""
    if table.projection.within_stream:
        return [one for one in _of_stream(shop, stream) if after < one.page.id <= upto]
    return _of_all(shop, table, after)


def _stream_at(shop: Workshop, position: int) -> str:
    (page,) = shop.ledger.recorder.select_notifications(position, 1)
    return str(page.originator_id)


def _of_stream(shop: Workshop, stream: str) -> list[Kept]:
    pages = shop.ledger.recorder.select_events(stream)
    return [Kept(page) for page in pages if isinstance(page, StoredPage)]


def _of_all(shop: Workshop, table: RowTable, after: int = 0) -> list[Kept]:
    """Return all pages after a position that the projection folds: few, or it is within streams."""
    names, kept = sorted(table.event_names), []
    while pages := shop.ledger.recorder.select_notifications(
        after, BATCH, topics=names, inclusive_of_start=False
    ):
        kept += [Kept(page) for page in pages if isinstance(page, StoredPage)]
        after = pages[-1].id
    return kept


def _keys_in(shop: Workshop, table: RowTable, stream: str) -> set[str]:
    """Return the keys that the pages of a stream are about, as far as they can be woken."""
    whole = Batch(0, _of_stream(shop, stream), shop.ledger.awake, Lock())
    pages = whole.woken(table.event_names)
    keys = {table.projection.key(page) for _, page in pages if not isinstance(page, Exception)}
    return {key for key in keys if key is not None}
