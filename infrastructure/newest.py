"""The newest lines of many cases, out of a table that holds those of all.

To go through the table from its newest line on, looking at each whether its case is in reach, is
slow where others have written since: ten million lines may come first. So each case in reach is
asked for its own newest line, by the index; only cases whose newest is among the newest hold any of
them, and of these alone more than one line is read.
"""

from collections.abc import Sequence
from typing import Final

from psycopg.sql import SQL, Composable, Composed

from application.read_models import Access
from infrastructure.row_table import AS_JSON, RowTable

CASES_MOST: Final = 10_000
"""Cases of four or five large units; whoever sees more finds theirs soon among all."""
# Either column has an index, and by that alone they are counted; with OR their rows are read. Who
# is under way from one of these units to another counts twice: it is only whether they are many.
COUNT: Final = SQL(
    "SELECT count(*) FROM ((SELECT FROM {cases} WHERE unit = ANY({units}) LIMIT {most})"
    " UNION ALL (SELECT FROM {cases} WHERE destination = ANY({units}) LIMIT {most})) AS few"
)
QUERY: Final = SQL(
    "WITH newest AS MATERIALIZED ("
    " SELECT c.key AS of_case, first.key FROM {cases} AS c CROSS JOIN LATERAL"
    " (SELECT t.key FROM {table} AS t WHERE {of_each} AND {wanted} ORDER BY t.key LIMIT 1) AS first"
    " WHERE {held} ORDER BY first.key LIMIT {limit})"
    " SELECT t.key, {columns} FROM newest AS c CROSS JOIN LATERAL"
    " (SELECT * FROM {table} AS t WHERE {of_newest} AND {wanted} ORDER BY t.key LIMIT {limit}) AS t"
    " ORDER BY t.key LIMIT {limit}"
)
# Named, since the two columns are sorted differently, and no index could be used.
OF_CASE: Final = 't."case" = ({} COLLATE "default")'
HELD: Final = SQL("(c.unit = ANY({0}) OR c.destination = ANY({0}))")


def units_of(access: Access) -> Composed:
    """Return the units that a caller may see."""
    return SQL("{}::text[]").format(sorted(access.units))


def count_query(cases: RowTable, access: Access) -> Composed:
    """Return what counts the cases in reach; of more than `CASES_MOST`, that there are more."""
    return COUNT.format(cases=cases.table, units=units_of(access), most=CASES_MOST + 1)


def newest_query(
    table: RowTable,
    cases: RowTable,
    access: Access,
    wanted: Sequence[Composable],
    limit: int | None,
) -> Composed:
    """Return what finds the first lines, by their keys, of the cases in reach."""
    return QUERY.format(
        cases=cases.table,
        table=table.table,
        of_each=SQL(OF_CASE).format(SQL("c.key")),
        of_newest=SQL(OF_CASE).format(SQL("c.of_case")),
        wanted=SQL(" AND ").join(wanted) if wanted else SQL("true"),
        held=HELD.format(units_of(access)),
        columns=SQL(AS_JSON),
        limit=limit,
    )
