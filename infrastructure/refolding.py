"""A stopped key let go on, once what stopped it is mended: its stream is folded anew."""

from typing import Any

from psycopg import Connection

from infrastructure.anew import fold_anew
from infrastructure.changed_streams import learn
from infrastructure.connections import transaction
from infrastructure.dead_letters import release
from infrastructure.histories import Span
from infrastructure.rebuilding import Workshop
from infrastructure.row_table import RowTable


def refold(shop: Workshop, table: RowTable, key: str) -> bool:
    """Write the rows that a stopped key, or all keys of a stopped stream, have come to by now.

    A stopped stream is named as it is (``case:ID``) or by its id alone.
    Says whether nothing stops them any more; raises `LookupError` where nothing did. The live
    projection waits meanwhile: for one stream to be read, where its rows are within streams.
    """
    with transaction(shop.pool) as connection:
        upto = _standing(connection, table)
        key, stream = _stopped_by(connection, table, key)
        learn(shop.ledger, upto)
        release(connection, {table.name: [key]})
        table.write(connection, {key: None})  # it may be another key that the mended stream touches
        span = Span(upto, upto, shop.ledger.awake)
        letters = fold_anew(connection, [table], stream, span, carefully=True)
    return not any(key == stream or one.key in {key, stream} for one in letters)


def _standing(connection: Connection[Any], table: RowTable) -> int:
    """Keep the projection where it stands until the transaction ends, and return where that is."""
    row = connection.execute(
        "SELECT position FROM read_model.progress WHERE projection = %s FOR UPDATE", (table.name,)
    ).fetchone()
    return row[0] if row else 0


def _stopped_by(connection: Connection[Any], table: RowTable, said: str) -> tuple[str, str]:
    """Return what is stopped by that name, and the stream whose page did it; or `LookupError`."""
    found = connection.execute(
        "SELECT d.key, e.stream FROM read_model.dead_letter AS d"
        " JOIN ledger.event AS e ON e.position = d.position WHERE d.projection = %(name)s AND"
        " (d.key = %(said)s OR (d.whole_stream AND split_part(d.key, ':', 2) = %(said)s))"
        " ORDER BY d.key = %(said)s DESC, d.whole_stream DESC, d.key",
        {"name": table.name, "said": said},
    ).fetchone()
    if found is None:
        raise LookupError(said)
    key, stream = found
    return key, stream
