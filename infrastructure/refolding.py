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

    Says whether nothing stops them any more; raises `LookupError` where nothing did. The live
    projection waits meanwhile: for one stream to be read, where its rows are within streams.
    """
    with transaction(shop.pool) as connection:
        upto = _standing(connection, table)
        stream = _stopped_by(connection, table, key)
        learn(shop.ledger, upto)
        release(connection, {table.name: [key]})
        table.write(connection, {key: None})  # it may be another key that the mended stream touches
        span = Span(upto, upto, shop.ledger.awake)
        letters = fold_anew(connection, [table], stream, span, carefully=True)
    return not any(one.key in {key, stream} for one in letters)


def _standing(connection: Connection[Any], table: RowTable) -> int:
    """Keep the projection where it stands until the transaction ends, and return where that is."""
    row = connection.execute(
        "SELECT position FROM read_model.progress WHERE projection = %s FOR UPDATE", (table.name,)
    ).fetchone()
    return row[0] if row else 0


def _stopped_by(connection: Connection[Any], table: RowTable, key: str) -> str:
    """Return the stream whose page stopped a key; raise `LookupError` where none did."""
    found = connection.execute(
        "SELECT e.stream FROM read_model.dead_letter AS d"
        " JOIN ledger.event AS e ON e.position = d.position"
        " WHERE d.projection = %s AND d.key = %s ORDER BY d.whole_stream DESC",
        (table.name, key),
    ).fetchone()
    if found is None:
        raise LookupError(key)
    return str(found[0])
