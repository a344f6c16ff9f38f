"""Tables held against what pages plainly come to: one fold in memory, and nothing else."""

from collections.abc import Iterable, Sequence

from psycopg.sql import SQL
from psycopg_pool import ConnectionPool

from application.standing import standing
from domain.catalogue import ANNOTATIONS
from domain.record import Recorded
from infrastructure.read_models import PostgresReadModels
from infrastructure.row_table import AS_JSON, RowTable
from projections.kernel import Projection


def ensure_folded(
    models: PostgresReadModels,
    pool: ConnectionPool,
    projections: Sequence[Projection],
    streams: Sequence[Sequence[Recorded]],
) -> None:
    """Every table holds what all comes to as it stands, and is stopped where that stops it.

    ``streams`` are all pages of the ledger, stream by stream.
    """
    told = in_order(page for pages in streams for page in pages)
    facts = [page for pages in streams for page in standing(pages)]
    said = [page for page in told if isinstance(page.event, ANNOTATIONS)]
    stand = in_order([*said, *(p for p in facts if not isinstance(p.event, ANNOTATIONS))])
    for projection in projections:
        rows, stopped = folded(projection, told if projection.as_told else stand)
        table = models.follower.tables[projection.name]
        assert kept(pool, table) == rows, projection.name
        assert letters(pool, table) == stopped, projection.name


def in_order(pages: Iterable[Recorded]) -> list[Recorded]:
    return sorted(pages, key=lambda page: page.position)


def folded(projection: Projection, told: Sequence[Recorded]) -> tuple[dict, set[str]]:
    """What pages come to: the rows, and the keys and streams that stop at a poison."""
    rows: dict = {}
    stopped: set[str] = set()
    for page in told:
        if type(page.event) not in projection.events or str(page.stream) in stopped:
            continue
        try:
            key = projection.key(page)
        except ArithmeticError:
            stopped.add(str(page.stream))
            continue
        if key is None or key in stopped:
            continue
        try:
            rows[key] = projection.evolve(rows.get(key), page)
        except ArithmeticError:
            stopped.add(key)
    return {key: row for key, row in rows.items() if row is not None}, stopped


def kept(pool: ConnectionPool, table: RowTable) -> dict:
    """The rows of a table, also those that are not listed."""
    query = SQL("SELECT key, {} FROM {} AS t").format(SQL(AS_JSON), table.table)
    with pool.connection() as connection:
        return table.rows(connection.execute(query).fetchall())


def letters(pool: ConnectionPool, table: RowTable) -> set[str]:
    """The keys and streams at which a table has stopped."""
    query = "SELECT key FROM read_model.dead_letter WHERE projection = %s"
    with pool.connection() as connection:
        return {key for (key,) in connection.execute(query, (table.name,))}
