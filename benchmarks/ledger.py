"""`ledger`: appends without HTTP, one event each, by 1 to 128 writers; and imports in batches.

Jejak's side is `EventsourcingLedger.submit` itself, or `append` from threads: envelope, sealing
under a key per person, chaining, conflict checks, a gap-free global order and a durable commit; its
page is the one that the service would write. The peers write one event of 600 bytes to a new
stream, unsealed.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from functools import partial
from statistics import median
from typing import Any, Final

import psycopg

from benchmarks.jobs import Worker, python_worker
from benchmarks.peers import pgbench
from benchmarks.peers.opening import SIZE, emmett, opened, uma
from benchmarks.place import Place
from benchmarks.result import Result, Row, Scale, measured, not_measured
from benchmarks.rounds import Subject, latencies, rate, rounds

AREA: Final = "ledger"
UNIT: Final = "appends/s"
WRITERS: Final = (1, 8, 32)
MANY: Final = 128
FULL: Final = 32
PROCESSES: Final = 4
EACH: Final = 8
P99_MOST: Final = 5.0
"""Milliseconds, at 32 writers."""
STOCK: Final = "stock save()"
JEJAK: Final = "Jejak"
THREADS: Final = f"{JEJAK} from threads"
TOGETHER: Final = f"{JEJAK}, {PROCESSES} processes of {EACH} writers"
PEOPLE: Final = 8_000
"""Cases that are written to: of as many people as the service keeps the keys of in memory."""
RAW: Final = "raw INSERT, psycopg"
ORDERED: Final = "raw INSERT, ordered by an advisory lock"
PGBENCH: Final = "raw INSERT, pgbench"
GOALS: Final = {STOCK: 20.0, "Emmett": 3.0, "UmaDB": 1.2}
Found = Mapping[str, Sequence[Mapping[str, Any]]]
NOTES: Final = (
    (
        "ledger: every subject is asked in turn, once per round, each in a process of its own,"
        " over one PostgreSQL; what is written is made before the clock starts, and afterwards"
        " the ledger is checked to be gap-free and chained."
    ),
    (
        "ledger: a peer's event is 600 bytes in a new stream. Jejak's is a line of Register F"
        " with one sealed field, a page of about 1,030 bytes chained to the last page of one of"
        " many cases: key lookup, AES-256-GCM, canonical JSON, SHA-256, version and hash checked"
        " by the database. Stock's event is JSON, UmaDB's is appended by its own Rust client"
        " behind PyO3 in one Python process, Emmett's by pg in one Node process, Jejak's by"
        " coroutines in one Python process, or as said by threads in one; pgbench and"
        " psycopg have a connection for each writer, and only the row said to be ordered gives"
        " readers an order without gaps."
    ),
)
GAPS: Final = "SELECT count(*) <> coalesce(max(position), 0) FROM ledger.event"
UNCHAINED: Final = """
SELECT count(*) FROM (
  SELECT version, prev_hash, lag(version) OVER stream AS before, lag(hash) OVER stream AS link
    FROM ledger.event WINDOW stream AS (PARTITION BY stream ORDER BY version)) AS page
 WHERE version <> coalesce(before, 0) + 1
    OR prev_hash <> coalesce(link, decode(repeat('00', 32), 'hex'))"""


class Broken(Exception):
    """What a benchmark wrote does not stand as it was acknowledged."""


@dataclass(slots=True)
class Bench:
    """The subjects as they are opened, and those that cannot be."""

    scale: Scale
    place: Place
    subjects: dict[str, Subject] = field(default_factory=dict)
    missing: dict[str, str] = field(default_factory=dict)

    def add(self, name: str, writers: Sequence[int], ask: Callable[..., Mapping[str, Any]]) -> None:
        """Measure a subject with each number of writers."""
        for number in writers:
            subject = partial(ask, writers=number, seconds=self.scale.seconds)
            self.subjects[named(name, number)] = subject


def named(name: str, writers: int) -> str:
    """Return a subject under its load."""
    return f"{name}, {writers} writer{'s' if writers > 1 else ''}"


def run(scale: Scale, place: Place) -> Result:
    """Measure appends and imports beside every peer that can be had."""
    with ExitStack() as stack:
        dsn = stack.enter_context(place.database())
        other = stack.enter_context(place.database(migrated=False))
        bench = Bench(scale, place)
        raw = stack.enter_context(python_worker("benchmarks.peers.raw"))
        add_raw(bench, raw, other)
        stock = stack.enter_context(python_worker("benchmarks.peers.stock"))
        bench.add(
            STOCK,
            WRITERS,
            partial(stock.ask, dsn=other, size=SIZE, events=scale.events // 2),
        )
        peers = {"Emmett": emmett, "UmaDB": uma}
        asks, bench.missing = opened(stack, peers, place, other, "writer")
        for name, ask in asks.items():
            bench.add(name, WRITERS, partial(ask, size=SIZE, events=scale.events))
        add_jejak(bench, stack, dsn)
        found = rounds(scale.runs, bench.subjects)
        ensure_whole(dsn)
    return Result(rows=tuple(rows_of(bench, found)), notes=NOTES)


def add_raw(bench: Bench, raw: Worker, dsn: str) -> None:
    """Add PostgreSQL itself: what its client can do, and what the server can."""
    raw.ask(do="prepare", dsn=dsn)
    insert = partial(raw.ask, do="insert", dsn=dsn, size=SIZE)
    bench.add(RAW, WRITERS, partial(insert, ordered=False))
    bench.add(ORDERED, (FULL,), partial(insert, ordered=True))
    bench.add(PGBENCH, WRITERS, partial(pgbench.insert, bench.place.binaries, dsn, size=SIZE))


def add_jejak(bench: Bench, stack: ExitStack, dsn: str) -> None:
    """Add the ledger: in one process by several writers, and in several processes."""
    processes = [
        stack.enter_context(python_worker("benchmarks.ledger_writer")) for _ in range(PROCESSES)
    ]
    first, *others = processes
    streams = min(PEOPLE, bench.scale.events)
    first.begin(do="open", dsn=dsn, streams=streams)
    for process in others:
        process.begin(do="open", dsn=dsn, streams=streams // PROCESSES)
    for process in processes:
        process.answer()
    bench.add(JEJAK, (*WRITERS, MANY), partial(first.ask, do="submit"))
    bench.add(THREADS, (1, FULL), partial(first.ask, do="append"))

    def together() -> Mapping[str, Any]:
        for process in processes:
            process.begin(do="submit", writers=EACH, seconds=bench.scale.seconds)
        answers = [process.answer() for process in processes]
        return {
            "rate": sum(map(rate, answers)),
            "p50": median(answer["p50"] or 0.0 for answer in answers),
            "p99": max(answer["p99"] or 0.0 for answer in answers),
        }

    bench.subjects[TOGETHER] = together


def rows_of(bench: Bench, found: Found) -> Iterator[Row]:
    """Yield a row for each subject, and for Jejak one for each of its goals."""
    rows = {name: _row(name, answers) for name, answers in found.items()}
    yield from (row for name, row in rows.items() if not name.startswith(JEJAK))
    for name, why in bench.missing.items():
        yield not_measured(AREA, name, UNIT, why)
    for writers in WRITERS:
        ours = rows[named(JEJAK, writers)]
        if writers < FULL:
            yield ours.beside(rows[named(STOCK, writers)])
            continue
        for peer, least in GOALS.items():
            beside = rows.get(named(peer, FULL))
            goal = replace(ours, goal=f"at least {least:g} x {peer}", ratio_to=peer)
            yield goal.beside(beside, least=least) if beside else goal
    answers = found[named(JEJAK, FULL)]
    slowest = [answer["p99"] or 0.0 for answer in answers]
    subject, most = f"{named(JEJAK, FULL)}, p99", f"under {P99_MOST:g} ms"
    yield measured(AREA, subject, "ms", slowest, goal=most).under(P99_MOST)
    for name in (named(JEJAK, MANY), named(THREADS, 1), named(THREADS, FULL), TOGETHER):
        yield rows[name].beside(rows[named(STOCK, FULL)])


def ensure_whole(dsn: str) -> None:
    """Raise `Broken` where the positions have a gap, or a page does not continue its stream."""
    with psycopg.connect(dsn) as connection:
        for query in (GAPS, UNCHAINED):
            if connection.execute(query).fetchone() not in {(False,), (0,)}:
                raise Broken(query)


def _row(name: str, answers: Sequence[Mapping[str, Any]]) -> Row:
    return measured(AREA, name, UNIT, list(map(rate, answers)), note=latencies(answers))
