"""Read models in PostgreSQL: asked within a scope, rebuilt beside the live one, and compared."""

import hashlib
import json
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any, Final, LiteralString

from psycopg import Connection
from psycopg.sql import SQL, Composable, Identifier
from psycopg_pool import ConnectionPool

from application.read_models import Access, Digests, Page, Progress, Question
from infrastructure.connections import transaction
from infrastructure.follower import BATCH, Follower, fold, positions, restart
from infrastructure.ledger import EventsourcingLedger
from infrastructure.row_table import RowSeals, RowTable
from projections.kernel import Projection, Scope

BUILDERS: Final = 7316400920
"""Advisory lock of whoever builds tables beside the live ones."""
CASES: Final = "case_summary"
"""The projection whose rows say which units may see a case."""
POLL_SECONDS: Final = 0.05


class PostgresReadModels:
    """An `application.read_models.ReadModels` over the follower's tables."""

    def __init__(
        self,
        ledger: EventsourcingLedger,
        pool: ConnectionPool,
        seals: RowSeals,
        projections: Sequence[Projection[Any]],
    ) -> None:
        self._ledger, self._pool, self._seals = ledger, pool, seals
        self.follower = Follower(ledger, pool, seals, projections)
        self._tables = self.follower.tables

    def ask(self, name: str, question: Question, access: Access) -> Page:
        """Return rows that the caller may see; raise `LookupError` for an unknown name."""
        table = self._tables[name]
        conditions = [self._within(table, access), *self._wanted(table, question)]
        query = SQL(
            "SELECT key, to_jsonb(t) - 'key' - 'words' FROM {} AS t WHERE {} ORDER BY key LIMIT {}"
        ).format(table.table, SQL(" AND ").join(conditions), question.limit)
        with transaction(self._pool) as connection:
            connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
            position, as_of = self._freshness(connection, table)
            stored = connection.execute(query).fetchall()
        rows = tuple(table.rows(stored).items())
        return Page(rows=rows, position=position, as_of=as_of)

    def wait(self, position: int, seconds: float) -> bool:
        """Wait until all projections have seen a position; say whether they have."""
        deadline = time.monotonic() + seconds
        while True:
            with self._pool.connection() as connection:
                seen = positions(connection)
            if all(seen.get(table.name, 0) >= position for table in self._tables.values()):
                return True
            left = deadline - time.monotonic()
            if left <= 0:
                return False
            with self.follower.moved:
                self.follower.moved.wait(min(left, POLL_SECONDS))

    def progress(self) -> Sequence[Progress]:
        """Return how far each projection is."""
        with self._pool.connection() as connection:
            rows = connection.execute(
                "SELECT p.projection, p.position, p.updated_at, (SELECT count(*)"
                " FROM read_model.stopped_key AS s WHERE s.projection = p.projection)"
                " FROM read_model.progress AS p"
            ).fetchall()
        found = {row[0]: row[1:] for row in rows}
        head = self._ledger.position()
        return [
            Progress(
                name=name,
                version=table.projection.version,
                position=position,
                head=max(head, position),
                updated_at=updated_at,
                stopped_keys=stopped,
            )
            for name, table in sorted(self._tables.items())
            for position, updated_at, stopped in [found.get(table.name, (0, None, 0))]
        ]

    def rebuild(self, name: str) -> Progress:
        """Build the table anew beside the live one, and switch."""
        with self._alone():
            self._rebuild(self._tables[name])
        return next(progress for progress in self.progress() if progress.name == name)

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Be the only one who builds tables beside the live ones, in whatever process."""
        with self._pool.connection() as connection:
            connection.execute("SELECT pg_advisory_lock(%s)", (BUILDERS,))
            try:
                yield
            finally:
                connection.execute("SELECT pg_advisory_unlock(%s)", (BUILDERS,))

    def _rebuild(self, live: RowTable) -> None:
        fresh = RowTable(live.projection, self._seals, "_rebuild")
        reached = self._ledger.position()
        self._replay([fresh], reached)
        with transaction(self._pool) as connection:
            followed_to = self._locked(connection, live)
            while reached < followed_to and (pages := self._ledger.read_after(reached, BATCH)):
                fold(connection, fresh, pages)
                reached = pages[-1].position
            for statement in ("DROP TABLE {0}", "ALTER TABLE {1} RENAME TO {2}"):
                names = (live.table, fresh.table, Identifier(live.name))
                connection.execute(SQL(statement).format(*names))
            forget_stopped(connection, live.name)
            connection.execute(
                "UPDATE read_model.stopped_key SET projection = %s WHERE projection = %s",
                (live.name, fresh.name),
            )
            restart(connection, live, reached)

    def compare(self, names: Sequence[str]) -> Sequence[Digests]:
        """Replay the ledger into tables of their own and compare them with the live ones."""
        with self._alone():
            return self._compare(names)

    def _compare(self, names: Sequence[str]) -> Sequence[Digests]:
        with transaction(self._pool) as connection:
            connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
            seen = positions(connection)
            reached = {name: seen[self._tables[name].name] for name in names}
            live = {name: digest(connection, self._tables[name]) for name in names}
        replays = {n: RowTable(self._tables[n].projection, self._seals, "_replay") for n in names}
        for position in {reached[name] for name in names}:
            alike = [replay for name, replay in replays.items() if reached[name] == position]
            self._replay(alike, position)
        with transaction(self._pool) as connection:
            again = {name: digest(connection, replay) for name, replay in replays.items()}
            for replay in replays.values():
                connection.execute(SQL("DROP TABLE {}").format(replay.table))
                forget_stopped(connection, replay.name)
        return [
            Digests(
                name=name,
                position=reached[name],
                rows=live[name][0],
                live=live[name][1],
                replay=again[name][1],
            )
            for name in names
        ]

    def _replay(self, tables: Sequence[RowTable], upto: int) -> None:
        """Fold the ledger from its first page up to a position into tables made for it."""
        with transaction(self._pool) as connection:
            for table in tables:
                connection.execute(SQL("DROP TABLE IF EXISTS {}").format(table.table))
                forget_stopped(connection, table.name)
                table.create(connection)
        after = 0
        while after < upto and (pages := self._ledger.read_after(after, BATCH)):
            with transaction(self._pool) as connection:
                connection.execute("SET LOCAL synchronous_commit = off")
                for table in tables:
                    fold(connection, table, [page for page in pages if page.position <= upto])
            after = pages[-1].position

    def _locked(self, connection: Connection[Any], live: RowTable) -> int:
        """Keep the follower waiting, and return how far it has come."""
        row = connection.execute(
            "SELECT position FROM read_model.progress WHERE projection = %s FOR UPDATE",
            (live.name,),
        ).fetchone()
        return row[0] if row else 0

    def _freshness(
        self, connection: Connection[Any], table: RowTable
    ) -> tuple[int, datetime | None]:
        """Return a projection's position, and the time at which the ledger stood there."""
        row = connection.execute(
            "SELECT p.position, CASE WHEN EXISTS (SELECT FROM ledger.event AS e"
            " WHERE e.position > p.position) THEN (SELECT recorded_at FROM ledger.event AS e"
            " WHERE e.position = p.position) ELSE clock_timestamp() END"
            " FROM read_model.progress AS p WHERE p.projection = %s",
            (table.name,),
        ).fetchone()
        return row or (0, None)

    def _within(self, table: RowTable, access: Access) -> Composable:
        """Return the condition of the caller's scope. Missing scope is nothing."""
        if access.everywhere:
            return SQL("true")
        if not access.units:
            return SQL("false")
        units = SQL("{}::text[]").format(sorted(access.units))
        held = "({0}.unit = ANY({1}) OR {0}.destination = ANY({1}))"
        by_column = held if "destination" in table.columns else "{0}.unit = ANY({1})"
        nobodys = """({0}."case" IS NULL AND {0}.unit = ANY({1})) OR """
        bare = nobodys if "unit" in table.columns else ""
        conditions: dict[Scope, LiteralString] = {
            Scope.CASE: "("
            + bare
            + 'EXISTS (SELECT FROM {2} AS c WHERE c.key = t."case" AND '
            + held.replace("{0}", "c")
            + "))",
            Scope.UNIT: by_column,
            Scope.UNITS: "({0}.units = '[]' OR {0}.units ?| {1})",
            Scope.SERVICE: "true",
        }
        cases = self._tables[CASES].table if CASES in self._tables else SQL("")
        return SQL(conditions[table.projection.scope]).format(SQL("t"), units, cases)

    def _wanted(self, table: RowTable, question: Question) -> list[Composable]:
        """Return the conditions of a question; raise `LookupError` for a column it cannot ask."""
        conditions: list[Composable] = []
        for column, value in {**question.where, **table.projection.listed}.items():
            if column not in table.open_columns:
                raise LookupError(column)
            values = value if isinstance(value, tuple) else (value,)
            texts = [str(one).lower() if isinstance(one, bool) else str(one) for one in values]
            same = SQL("t.{}::text = ANY({}::text[])").format(Identifier(column), texts)
            conditions.append(same)
        if question.words:
            words = self._seals.words(question.words)
            conditions.append(SQL("t.words @> {}::bytea[]").format(words))
        if question.after is not None:
            conditions.append(SQL("t.key > {}").format(question.after))
        return conditions


def digest(connection: Connection[Any], table: RowTable) -> tuple[int, str]:
    """Return how many rows a table has, and a SHA-256 over them unsealed, in the order of keys."""
    total, after, count = hashlib.sha256(), "", 0
    query = SQL(
        "SELECT key, to_jsonb(t) - 'key' - 'words' FROM {} AS t"
        " WHERE key > %s ORDER BY key LIMIT %s"
    ).format(table.table)
    while rows := connection.execute(query, (after, BATCH)).fetchall():
        for key, row in table.rows(rows).items():
            total.update(json.dumps([key, table.as_json(row)], sort_keys=True).encode())
        after, count = rows[-1][0], count + len(rows)
    return count, total.hexdigest()


def forget_stopped(connection: Connection[Any], table: str) -> None:
    """Let a table that begins anew have stopped nowhere."""
    connection.execute("DELETE FROM read_model.stopped_key WHERE projection = %s", (table,))
