"""Defects that are planted on purpose, so that the checker is seen to find each.

Those of the code are put in place of what the service would use, in the process that is to be
defective and nowhere else; those of the database are written into one database by its owner.
"""

import asyncio
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import psycopg
from psycopg import sql

import api.main
from application.ledger import Receipt
from infrastructure import page_writing, writing_line
from infrastructure.entry import Entry
from infrastructure.ledger import EventsourcingLedger
from infrastructure.page_reader import StoredPage
from infrastructure.prepared_line import PreparedLine
from infrastructure.recorder import PageRecorder
from projections.catalogue import PROJECTIONS

from .checker import Kind

LOCK = "PERFORM pg_advisory_xact_lock(7316400917);"
CLAMPED = "greatest(clock_timestamp(), newest.recorded_at + interval '1 microsecond')"
NEXT = "coalesce(newest.position, 0) + row_number() OVER (ORDER BY place)"
DISPUTED = "RAISE EXCEPTION 'look at each' USING ERRCODE = 'unique_violation';"
"""What sends every group to the function that looks at each of its requests."""

Patch = tuple[object, str, object]


@dataclass(frozen=True)
class Defect:
    """One defect: where it sits, which faults bring it to light, and as what it is found."""

    found_as: frozenset[Kind]
    brought_out_by: tuple[str, ...]
    patches: Callable[[], Sequence[Patch]] = tuple
    database: Callable[[str], None] | None = None
    settings: tuple[tuple[str, str], ...] = ()


class HastyLine(PreparedLine):
    """Answers, and commits afterwards."""

    LATER_SECONDS = 0.03

    def __init__(self, conninfo: str, statement: bytes) -> None:
        super().__init__(conninfo, statement)
        self._turn = threading.Lock()
        self._left: Any = None

    def begin(self, values: Any, *, waits: bool = True) -> Any:
        if not waits:
            return None  # so that whoever may wait begins a transaction
        self._begun()
        return super().begin(values)

    def heard(self) -> Any:
        return self._hasty(super().heard)

    def commit(self, query: Any, values: Any) -> list[tuple[Any, ...]]:
        self._begun()
        rows: list[tuple[Any, ...]] = self._hasty(
            lambda: super(HastyLine, self).commit(query, values)
        )
        return rows

    def _begun(self) -> None:
        self._finish()
        if not self.standing:
            self._prepared()
        if self._connection:
            self._connection.execute("BEGIN")

    def _hasty(self, answer: Callable[[], Any]) -> Any:
        """Return an answer, and have its commit come later."""
        connection = self._connection
        try:
            given = answer()
        except psycopg.Error:  # the group is tried again, each request by itself
            if connection:
                connection.rollback()
            raise
        if given is not None:
            self._left = connection
            later = threading.Timer(self.LATER_SECONDS, self._finish)
            later.daemon = True
            later.start()
        return given

    def _finish(self) -> None:
        with self._turn:
            connection, self._left = self._left, None
            try:
                if connection:
                    connection.execute("COMMIT")
            except psycopg.Error:
                connection.close()


def _hasty() -> Sequence[Patch]:
    return [(page_writing, "PreparedLine", HastyLine)]


def _deaf() -> Sequence[Patch]:
    return [(writing_line, "noted", lambda _: lambda _: None)]


def _forgetful() -> Sequence[Patch]:
    """Keys are neither kept nor looked for."""
    whole = EventsourcingLedger.append

    def append(self: Any, drafts: Any, *, heads: Any, actor: str, command: Any) -> Receipt:
        return whole(self, drafts, heads=heads, actor=actor, command=None)

    prompt = EventsourcingLedger.submit

    async def submit(self: Any, drafts: Any, *, heads: Any, actor: str, command: Any) -> Receipt:
        return await prompt(self, drafts, heads=heads, actor=actor, command=None)

    answered: Any = lambda *_: None  # noqa: E731
    return [
        (EventsourcingLedger, "append", append),
        (EventsourcingLedger, "submit", submit),
        (EventsourcingLedger, "answered", answered),
    ]


def _confused() -> Sequence[Patch]:
    """A repeated key gets an answer that names other positions."""
    whole = EventsourcingLedger.answered

    def answered(self: Any, actor: str, command: Any) -> Receipt | None:
        receipt = whole(self, actor, command)
        if receipt is None:
            return None
        moved = tuple(replace(one, position=one.position + 1) for one in receipt.written)
        return replace(receipt, written=moved)

    return [(EventsourcingLedger, "answered", answered)]


def _by_halves() -> Sequence[Patch]:
    """Each page of a request is a transaction of its own."""

    def insert_events(self: Any, stored_events: Any, **kwargs: Any) -> Sequence[int]:
        positions = []
        for number, page in enumerate(stored_events, 1):
            head = (page.originator_id, page.originator_version - 1, page.prev_hash)
            answer = kwargs["answer"] if number == len(stored_events) else None
            positions.append(self._commit(Entry([page.row], [head], answer, kwargs["heard"])))
        return positions or [self._commit(Entry([], (), kwargs["answer"], kwargs["heard"]))]

    async def submit(self: Any, pages: Any, heads: Any, answer: Any, heard: int) -> int:
        said = {"heads": heads, "answer": answer, "heard": heard}
        stored = [StoredPage.of(page) for page in pages]
        positions: Sequence[int] = await asyncio.to_thread(self.insert_events, stored, **said)
        return positions[0]

    return [(PageRecorder, "insert_events", insert_events), (PageRecorder, "submit", submit)]


def _forgetting_rows() -> Sequence[Patch]:
    """No projection takes in every seventh page."""

    def less(projection: Any) -> Any:
        key = projection.key
        return replace(projection, key=lambda page: key(page) if page.position % 7 else None)

    return [(api.main, "PROJECTIONS", tuple(map(less, PROJECTIONS)))]


def rewrite_append(conninfo: str, *changes: tuple[str, str]) -> None:
    """Put other words into what appends, past every trigger that would object."""
    with psycopg.connect(conninfo) as owner:
        _rewrite(owner, "ledger.append_all", (LOCK, DISPUTED))
        _rewrite(owner, "ledger.append", *changes)
        for (name,) in owner.execute(
            "SELECT tgname FROM pg_trigger WHERE tgrelid = 'ledger.event'::regclass"
            " AND NOT tgisinternal AND tgname <> 'immutable'"
        ).fetchall():
            owner.execute(sql.SQL("DROP TRIGGER {} ON ledger.event").format(sql.Identifier(name)))


def _rewrite(owner: psycopg.Connection[Any], function: str, *changes: tuple[str, str]) -> None:
    row = owner.execute("SELECT pg_get_functiondef(%s::regproc)", (function,)).fetchone()
    body = str(row and row[0])
    for old, new in changes:
        if old not in body:
            raise LookupError(f"{function} no longer says {old}")
        body = body.replace(old, new)
    owner.execute(body.encode())


def number_without_lock(conninfo: str) -> None:
    """Give positions from a sequence: quick, and neither gap-free nor in the order of commits."""
    with psycopg.connect(conninfo) as owner:
        owner.execute("CREATE SEQUENCE ledger.number")
        owner.execute(
            "SELECT setval('ledger.number', max(position)) FROM ledger.event"
            " HAVING max(position) > 0"
        )
    rewrite_append(conninfo, (LOCK, ""), (NEXT, "nextval('ledger.number')"))


def keep_what_is_there(conninfo: str) -> None:
    """Have the preparations outlive a crash that forgets the last seconds."""
    with psycopg.connect(conninfo) as owner:
        owner.execute("CHECKPOINT")


def let_time_go_back(conninfo: str) -> None:
    """Take the clock at its word."""
    rewrite_append(conninfo, (CLAMPED, "clock_timestamp()"))


DEFECTS = {
    "answers_before_commit": Defect(
        frozenset({Kind.LOST}),
        ("service_killed", "cut_before_commit", "backends_terminated", "connections_severed"),
        patches=_hasty,
    ),
    "answers_before_durable": Defect(
        frozenset({Kind.LOST}),
        ("postmaster_killed", "backend_killed"),
        database=keep_what_is_there,
        settings=(
            ("synchronous_commit", "off"),
            ("wal_writer_delay", "10s"),
            ("wal_writer_flush_after", "1GB"),
        ),
    ),
    "forgets_keys": Defect(
        frozenset({Kind.DOUBLED}), ("cut_after_commit", "client_gone"), patches=_forgetful
    ),
    "ignores_warnings": Defect(frozenset({Kind.UNCONFIRMED}), ("standby_missing",), patches=_deaf),
    "writes_by_halves": Defect(
        frozenset({Kind.HALF_WRITTEN}), ("cut_before_commit",), patches=_by_halves
    ),
    "confuses_answers": Defect(
        frozenset({Kind.WRONG_ANSWER}), ("cut_after_commit",), patches=_confused
    ),
    "numbers_without_lock": Defect(
        frozenset({Kind.GAP, Kind.READER_MISSED}),
        ("cancel_storm", "backends_terminated"),
        database=number_without_lock,
    ),
    "lets_time_go_back": Defect(
        frozenset({Kind.TIME_WENT_BACK}), ("clock_back",), database=let_time_go_back
    ),
    "forgets_rows": Defect(
        frozenset({Kind.READ_MODEL}), ("client_gone",), patches=_forgetting_rows
    ),
}


def plant(name: str) -> None:
    """Make this process defective."""
    for where, attribute, replacement in DEFECTS[name].patches():
        getattr(where, attribute)  # what is not there cannot be defective
        setattr(where, attribute, replacement)
