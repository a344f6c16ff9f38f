"""Read models in PostgreSQL: asked within a scope, rebuilt beside the live one, and compared."""

import hashlib
import json
import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any, Final

from psycopg import Connection
from psycopg.sql import SQL, Composed
from psycopg_pool import ConnectionPool

from application.read_models import Access, DeadLetter, Digests, Page, Progress, Question
from domain.kernel import Refused
from infrastructure import dead_letters
from infrastructure.as_known import AsKnown
from infrastructure.asking import CASES, Asking, snapshot
from infrastructure.connections import transaction
from infrastructure.follower import Follower, positions, restart
from infrastructure.leases import LEASE_SECONDS
from infrastructure.ledger import EventsourcingLedger
from infrastructure.newest import CASES_MOST, count_query, newest_query
from infrastructure.rebuilding import Opening, Rebuilding, Workshop, drop, take_place
from infrastructure.recorder import PageRecorder
from infrastructure.refolding import refold
from infrastructure.row_table import AS_JSON, RowSeals, RowTable
from infrastructure.tail import BATCH, Tail
from projections.kernel import Projection

BUILDERS: Final = 7316400920
"""Advisory lock of whoever builds tables beside the live ones."""
ONE_AT_A_TIME: Final = "Kaidah Jejak: satu pembangunan ulang pada satu waktu"
REBUILDING: Final = (
    "model baca sedang dibangun ulang atau dibandingkan; coba lagi setelah selesai",
    "read models are being rebuilt or compared; try again when that is done",
)
HANDS: Final = 3
"""Questions that are asked beside those of whoever waits for them, each over one more of the pool's
connections: PostgreSQL answers them while this process wakes the rows of another."""
LOOK_SECONDS: Final = 0.25
"""How long a wait trusts that it will be told; then it looks for itself."""
PROGRESS: Final = (
    "SELECT p.projection, p.position, p.updated_at, (SELECT count(*)"
    "  FROM read_model.dead_letter AS d WHERE d.projection = p.projection),"
    " coalesce((SELECT extract(epoch FROM clock_timestamp() - e.recorded_at)"
    "  FROM ledger.event AS e WHERE e.position = p.position + 1), 0)::float8, m.label"
    " FROM read_model.progress AS p LEFT JOIN read_model.member AS m ON m.process = p.holder"
    "  AND m.beat_at > clock_timestamp() - make_interval(secs => %s)"
)


class PostgresReadModels:
    """An `application.read_models.ReadModels` over the follower's tables.

    ``opening`` is how another process opens what it needs to build tables; without it, they are
    built in this one.
    """

    def __init__(  # noqa: PLR0913  # what read models are made of
        self,
        ledger: EventsourcingLedger,
        pool: ConnectionPool,
        seals: RowSeals,
        projections: Sequence[Projection[Any]],
        *,
        opening: Opening | None = None,
        processes: int | None = None,
    ) -> None:
        self._ledger, self._pool, self._seals = ledger, pool, seals
        self.tail = Tail(pool, ledger.awake)
        recorder = ledger.recorder
        if isinstance(recorder, PageRecorder):
            recorder.tail = self.tail
        self.follower = Follower(self.tail, pool, seals, projections)
        self._tables = self.follower.tables
        self._asking = Asking(self._tables, seals)
        self._then = AsKnown(ledger, pool, self._tables, self._asking)
        self._shop = Workshop(ledger, pool, seals)
        self._building = Rebuilding(self._shop, opening, processes)
        self._hands = ThreadPoolExecutor(HANDS, "asking")

    def ask(self, name: str, question: Question, access: Access) -> Page:
        """Return rows that the caller may see; raise `LookupError` for an unknown name."""
        table = self._tables[name]
        if question.then is not None:
            return self._then.ask(table, question, question.then, access)
        with snapshot(self._pool, [table]) as connection:
            query = self._query(connection, table, question, access)
            position, as_of = self._asking.freshness(connection, table)
            rows = self._asking.found(connection, table, question, query)
        return Page(rows=tuple(rows.items()), position=position, as_of=as_of)

    def ask_all(self, questions: Mapping[str, Question], access: Access) -> Mapping[str, Page]:
        """Return the rows of several projections, side by side as far as hands are free for it.

        What no hand has begun with is asked here, so that no answer waits for another one's. Of
        another time they are asked one by one: only so many may be at once.
        """
        beside = [name for name, one in questions.items() if one.then is None][1:]
        begun = {n: self._hands.submit(self.ask, n, questions[n], access) for n in beside}
        pages = {}
        try:
            for name, question in questions.items():
                hand = begun.get(name)
                if hand is None or hand.cancel():
                    pages[name] = self.ask(name, question, access)
                else:
                    pages[name] = hand.result()
        finally:  # of an answer that failed, nothing waits for a hand any more
            for hand in begun.values():
                hand.cancel()
        return pages

    def _query(
        self, connection: Connection[Any], table: RowTable, question: Question, access: Access
    ) -> Composed:
        """Return what to ask; of the newest lines of few cases, each case for its own."""
        of_cases = question.where.get("stream_kind") == "case" and "case" not in question.where
        if table.projection.newest_first and of_cases and access.units and not access.everywhere:
            cases = self._tables[CASES]
            row = connection.execute(count_query(cases, access)).fetchone()
            if row and row[0] <= CASES_MOST:
                wanted = self._asking.wanted(table, question)
                return newest_query(table, cases, access, wanted, question.limit)
        return self._asking.query_within(table, question, access)

    def wait(self, position: int, seconds: float) -> bool:
        """Wait until all projections have seen a position; say whether they have."""
        if self.follower.reached(position):
            return True
        with self.tail.hurried():
            return self._await(position, time.monotonic() + seconds)

    def _await(self, position: int, deadline: float) -> bool:
        follower = self.follower
        while not follower.reached(position):
            moves = follower.moves
            if not follower.alone:
                with self._pool.connection() as connection:
                    follower.learn(positions(connection))
            left = deadline - time.monotonic()
            if left <= 0:
                break
            if not follower.reached(position):
                follower.await_move(moves, min(left, LOOK_SECONDS))
        return follower.reached(position)

    def progress(self) -> Sequence[Progress]:
        """Return how far each projection is."""
        with self._pool.connection() as connection:
            rows = connection.execute(PROGRESS, (LEASE_SECONDS,)).fetchall()
            letters = dead_letters.shown(connection) if any(row[3] for row in rows) else {}
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
                lag_seconds=max(lag, 0.0),
                holder=holder,
                dead_letters=tuple(
                    DeadLetter(key=key, position=at, error=error, at=since)
                    for key, at, error, since in letters.get(table.name, ())
                ),
            )
            for name, table in sorted(self._tables.items())
            for position, updated_at, stopped, lag, holder in [
                found.get(table.name, (0, None, 0, 0.0, None))
            ]
        ]

    def rebuild(self, names: Sequence[str]) -> None:
        """Build tables anew beside the live ones, in one reading of the ledger, and switch."""
        with self._alone():
            live = [self._tables[name] for name in names]
            fresh = [RowTable(table.projection, self._seals, "_rebuild") for table in live]
            reached = self._ledger.position()
            self._building.fill(fresh, reached)
            while self._ledger.position() - reached > BATCH:  # what came in the meantime
                after, reached = reached, self._ledger.position()
                self._building.fold_on(fresh, after, reached)
            for one, its_place in zip(fresh, live, strict=True):
                self._switch(one, its_place, reached)

    def refold(self, name: str, key: str) -> bool:
        """Fold a stopped key anew; say whether it goes on. `LookupError`: it was not stopped."""
        if "\0" in key:  # which no key holds, and no query may
            raise LookupError(key)
        with self._alone():
            return refold(self._shop, self._tables[name], key)

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Be the only one who builds tables beside the live ones, in whatever process.

        Raises `Refused` where somebody is: to wait would keep one of the pool's connections.
        """
        with self._pool.connection() as connection:
            taken = connection.execute("SELECT pg_try_advisory_lock(%s)", (BUILDERS,)).fetchone()
            if taken != (True,):
                raise Refused("projection.rebuilding", article=ONE_AT_A_TIME, because=REBUILDING)
            try:
                yield
            finally:
                connection.execute("SELECT pg_advisory_unlock(%s)", (BUILDERS,))

    def _switch(self, fresh: RowTable, live: RowTable, reached: int) -> None:
        """Fold what came since, while the follower waits, and put the table in its place."""
        with transaction(self._pool) as connection:
            followed_to = locked(connection, live)
            while reached < followed_to:
                reached = self._building.fold_next(connection, [fresh], reached, followed_to)
            take_place(connection, fresh, live)
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
            self._building.fill(alike, position)
        with transaction(self._pool) as connection:
            again = {name: digest(connection, replay) for name, replay in replays.items()}
            for replay in replays.values():
                drop(connection, replay)
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


def digest(connection: Connection[Any], table: RowTable) -> tuple[int, str]:
    """Return how many rows a table has, and a SHA-256 over them unsealed, in the order of keys."""
    total, after, count = hashlib.sha256(), "", 0
    query = SQL("SELECT key, {} FROM {} AS t WHERE key > %s ORDER BY key LIMIT %s").format(
        SQL(AS_JSON), table.table
    )
    while rows := connection.execute(query, (after, BATCH)).fetchall():
        for key, row in table.rows(rows).items():
            total.update(json.dumps([key, table.as_json(row)], sort_keys=True).encode())
        after, count = rows[-1][0], count + len(rows)
    return count, total.hexdigest()


def locked(connection: Connection[Any], live: RowTable) -> int:
    """Keep the follower waiting, and return how far it has come."""
    row = connection.execute(
        "SELECT position FROM read_model.progress WHERE projection = %s FOR UPDATE",
        (live.name,),
    ).fetchone()
    return row[0] if row else 0
