"""Questions to read models, as conditions of SQL; and what is read by them."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, datetime
from typing import Any, Final, LiteralString

from psycopg import Connection
from psycopg.sql import SQL, Composable, Composed, Identifier
from psycopg_pool import ConnectionPool

from application.read_models import Access, Question, Settled
from infrastructure.connections import transaction
from infrastructure.counted_rows import CountedTable
from infrastructure.row_table import AS_JSON, RowSeals, RowTable
from projections.kernel import Scope, Stated

CASES: Final = "case_summary"
"""The projection whose rows say which units may see a case."""
# Not whether any position is greater: a planner that expects many goes through all the ledger.
FRESHNESS: Final = (
    "SELECT p.position, CASE WHEN EXISTS (SELECT FROM ledger.event AS e"
    " WHERE e.position = p.position + 1) THEN (SELECT recorded_at FROM ledger.event AS e"
    " WHERE e.position = p.position) ELSE clock_timestamp() END"
    " FROM read_model.progress AS p WHERE p.projection = %s"
)
HELD: Final = "({0}.unit = ANY({1}) OR {0}.destination = ANY({1}))"
OF_CASE: Final = 't."case" = (c.key COLLATE "default")'
"""Named, since the two columns are sorted differently, and no index could be used."""
OF_CASES: Final = (
    "EXISTS (SELECT FROM {2} AS c WHERE "
    + OF_CASE
    + " AND (c.unit = ANY({1}) OR c.destination = ANY({1})))"
)
NAMED: Final = (
    't."case" = ANY(ARRAY(SELECT (c.key COLLATE "default") FROM {} AS c'
    " WHERE (c.unit = ANY({}) OR c.destination = ANY({})) AND {}))"
)
"""The same for few units: their cases are named, and looked up in the order of the index, several
in one descent. Cases one by one took PostgreSQL twice as long, in three processes."""
FEW_UNITS: Final = 10
"""Of four thousand people each: PostgreSQL takes named cases for few, and always looks them up."""
NOBODYS: Final = '({0}."case" IS NULL AND {0}.unit = ANY({1}))'


@contextmanager
def snapshot(pool: ConnectionPool, tables: Sequence[RowTable]) -> Iterator[Connection[Any]]:
    """Give a connection that sees some tables as they are together, and no later."""
    with transaction(pool) as connection:
        connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        # Before the snapshot is taken, so that it is of the tables that a rebuild leaves behind.
        for table in tables:
            connection.execute(SQL("LOCK TABLE {} IN ACCESS SHARE MODE").format(table.table))
        yield connection


class Asking:
    """What a question and a scope mean to each table."""

    def __init__(self, tables: Mapping[str, RowTable], seals: RowSeals) -> None:
        self._tables, self._seals = tables, seals
        self._counted: dict[tuple[str, frozenset[str]], CountedTable] = {}

    def query(self, table: RowTable, question: Question, *conditions: Composable) -> Composed:
        """Return what to ask a table; raise `LookupError` for a column it cannot be asked by."""
        return self._query(table, table.table, question, *conditions)

    def query_within(self, table: RowTable, question: Question, access: Access) -> Composed:
        """Return what to ask a table within a scope.

        A list goes through the rows in their order until it has enough. A report wants all that
        are in reach: those of cases and those of nobody's are then found apart, each by an index.
        With OR between the two, PostgreSQL goes through the rows of the whole country.
        """
        ways = self._ways(table, access)
        if question.limit is None and self._by_name(table, access):
            ways, question = self._named(access, question, ways[1:])
        if question.limit is not None or len(ways) == 1:
            return self.query(table, question, _any_of(ways))
        rows = SQL(" UNION ALL ").join(
            SQL("SELECT t.* FROM {} AS t WHERE {}").format(table.table, way) for way in ways
        )
        return self._query(table, SQL("({})").format(rows), question)

    def _query(
        self, table: RowTable, rows: Composable, question: Question, *conditions: Composable
    ) -> Composed:
        counted = self.counted(table, question)
        found = SQL("SELECT {} FROM {} AS t WHERE {} ORDER BY key LIMIT {}").format(
            counted.select(question.settled) if counted else SQL("t.*"),
            rows,
            SQL(" AND ").join([*conditions, *self.wanted(table, question)] or [SQL("true")]),
            question.limit,
        )
        if counted:
            return found
        # Only what is left by the limit is written as JSON, not all that is sorted to find it.
        return SQL("SELECT key, {} FROM ({}) AS t ORDER BY key").format(SQL(AS_JSON), found)

    def found(
        self, connection: Connection[Any], table: RowTable, question: Question, query: Composed
    ) -> Mapping[str, Any]:
        """Return the rows that a query of this question finds, by their keys, in order."""
        counted = self.counted(table, question)
        stored = connection.execute(query, binary=counted is not None).fetchall()
        return (counted or table).rows(stored)

    def counted(self, table: RowTable, question: Question) -> CountedTable | None:
        """Return how to read the columns that a report counts, for each set of them the same."""
        if question.counted is None:
            return None
        place = table.name, question.counted
        if place not in self._counted:
            self._counted[place] = CountedTable(table, question.counted)
        return self._counted[place]

    def freshness(
        self, connection: Connection[Any], table: RowTable
    ) -> tuple[int, datetime | None]:
        """Return a projection's position, and the time at which the ledger stood there."""
        return connection.execute(FRESHNESS, (table.name,)).fetchone() or (0, None)

    def within(self, table: RowTable, access: Access) -> Composable:
        """Return the condition of the caller's scope. Missing scope is nothing."""
        return _any_of(self._ways(table, access))

    def _ways(self, table: RowTable, access: Access) -> Sequence[Composable]:
        """Return the conditions any of which brings a row within the caller's scope."""
        if access.everywhere:
            return [SQL("true")]
        if not access.units:
            return [SQL("false")]
        units = SQL("{}::text[]").format(sorted(access.units))
        by_column = HELD if "destination" in table.columns else "{0}.unit = ANY({1})"
        conditions: dict[Scope, Sequence[LiteralString]] = {
            Scope.CASE: [OF_CASES, NOBODYS] if "unit" in table.columns else [OF_CASES],
            Scope.UNIT: [by_column],
            Scope.UNITS: ["({0}.units = '[]' OR {0}.units ?| {1})"],
            Scope.SERVICE: ["true"],
        }
        ways = conditions[table.projection.scope]
        if table.projection.name == CASES:  # each row is the case itself
            ways = [HELD]
        cases = self._tables[CASES].table if CASES in self._tables else SQL("")
        return [SQL(way).format(SQL("t"), units, cases) for way in ways]

    def _by_name(self, table: RowTable, access: Access) -> bool:
        """Say whether a table's rows are looked up by the cases in reach, named one by one."""
        of_cases = table.projection.scope is Scope.CASE and table.projection.name != CASES
        return of_cases and not access.everywhere and 0 < len(access.units) <= FEW_UNITS

    def _named(
        self, access: Access, question: Question, others: Sequence[Composable]
    ) -> tuple[Sequence[Composable], Question]:
        """Return the ways to rows of cases in reach and wanted, and what is asked of them besides.

        What is nobody's is of no case that is wanted, where only some are.
        """
        units, settled = SQL("{}::text[]").format(sorted(access.units)), question.settled
        stands: Composable = SQL("true")
        if settled and settled.case:
            stands, others = _stands("c", settled.on, settled.case), ()
            question = replace(question, settled=replace(settled, case={}))
        named = SQL(NAMED).format(self._tables[CASES].table, units, units, stands)
        return [named, *others], question

    def _unsettled(self, settled: Settled) -> Iterator[Composable]:
        """Yield the conditions that spare a report the rows that it would leave aside."""
        yield _stands("t", settled.on, settled.only)
        if settled.case:
            yield SQL("EXISTS (SELECT FROM {} AS c WHERE {} AND {})").format(
                self._tables[CASES].table, SQL(OF_CASE), _stands("c", settled.on, settled.case)
            )

    def wanted(self, table: RowTable, question: Question) -> list[Composable]:
        """Return the conditions of a question; raise `LookupError` for a column it cannot ask."""
        conditions: list[Composable] = []
        for column, value in {**question.where, **table.projection.listed}.items():
            if column not in table.open_columns:
                raise LookupError(column)
            if value is Stated.ANY:
                conditions.append(SQL("t.{} IS NOT NULL").format(Identifier(column)))
                continue
            texts = texts_of(value)
            if table.columns[column] == "boolean":  # how many are so is known of it as it is
                conditions.append(
                    SQL("t.{} = ANY({}::boolean[])").format(Identifier(column), texts)
                )
                continue
            # Of one value said as one, an index can go through the rows in their order.
            same = (
                SQL("t.{}::text = {}") if len(texts) == 1 else SQL("t.{}::text = ANY({}::text[])")
            )
            said = texts[0] if len(texts) == 1 else texts
            conditions.append(same.format(Identifier(column), said))
        if question.settled:
            conditions += self._unsettled(question.settled)
        if question.words:
            words = self._seals.words(question.words)
            conditions.append(SQL("t.words @> {}::bytea[]").format(words))
        if question.after is not None:
            conditions.append(SQL("t.key > {}").format(question.after))
        return conditions


def _any_of(ways: Sequence[Composable]) -> Composable:
    return SQL("({})").format(SQL(" OR ").join(ways))


def _stands(row: LiteralString, on: date, only: Mapping[str, Sequence[str]]) -> Composable:
    """Return the condition that a row is wanted as it stands, or has to be gone through again."""
    name = SQL(row)
    values = [
        SQL("{}.{} = ANY({}::text[])").format(name, Identifier(column), list(some))
        for column, some in only.items()
    ]
    stands = SQL(" AND ").join([SQL("true"), *values])
    return SQL("({}.last_effective_day >= {} OR ({}))").format(name, on, stands)


def texts_of(value: Any) -> list[str]:
    """Return the texts, any of which a column must be, as PostgreSQL writes them."""
    values = value if isinstance(value, tuple) else (value,)
    return [str(one).lower() if isinstance(one, bool) else str(one) for one in values]
