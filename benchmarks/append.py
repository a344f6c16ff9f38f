"""`append`: one event per request over HTTP, as a unit's own system would send it.

The service is `jejak serve` on one core, with tokens, validation, decision, sealing and its read
models following in the same process; the clients are in a process on the other cores.
"""

import os
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from functools import partial
from statistics import median
from typing import Any, Final, Self

import psycopg

from benchmarks.jobs import Worker, WorkerFailed, pinned_to, python_worker
from benchmarks.ledger import SIZE, ensure_whole
from benchmarks.machine import descent, resident, worked, worked_at_first
from benchmarks.peers.umadb import free_port
from benchmarks.people import OFFENCE
from benchmarks.place import Place
from benchmarks.result import Result, Row, Scale, measured, not_measured
from benchmarks.rounds import latencies, rate, rounds
from benchmarks.service import Address, Databases, furnished, process, serving

AREA: Final = "append"
UNIT: Final = "requests/s"
CONNECTIONS: Final = 32
CASES_EACH: Final = 20
CASE_EVENTS: Final = 6
EACH_CASE: Final = 24
"""Events that are measured for each case: the first to a case goes another way than the others."""
STOCK: Final = "stock save() called directly"
THREADED: Final = "empty endpoint, in a thread"
COROUTINE: Final = "empty endpoint, a coroutine"
JEJAK: Final = "Jejak over HTTP"
STOCK_LEAST: Final = 3.0
EMPTY_LEAST: Final = 0.6
MEMORY_MOST: Final = 200.0
"""Megabytes that the service may hold before anybody asks anything."""
EVENT: Final = {
    "type": "conduct.discipline_began",
    "effective": "2026-10-02",
    "data": {
        "measure": "F-0",
        "level": "ringan",
        "offence": OFFENCE,
        "document": "BA-1/RUTAN-BENCH/2025",
    },
}
BEHIND: Final = (
    "SELECT (SELECT max(position) FROM ledger.event) - min(position) FROM read_model.progress"
)
WRITTEN: Final = "SELECT count(*) FROM ledger.event"
NOTES: Final = (
    (
        "append: a closed loop over 32 connections that stay open (and 32 threads of stock"
        " save()), each with cases of its own and the right If-Match; clients are a protocol of"
        " asyncio on uvloop over raw sockets, in a process of their own. Events are told in the"
        " order in which they happened. An answer but 201 ends"
        " the run, and afterwards every 201 is an event in the ledger."
    ),
    (
        "append: CPU is that of the service's process and of those that it started, without"
        " PostgreSQL's; it says more than requests per second where the machine does other things."
    ),
    (
        "append: the empty endpoint is FastAPI under the same uvicorn with the same settings,"
        " on the same core, with a pool of as many connections; no token, no body, no read"
        " models. Jejak's appends are of its second form, a coroutine, once a case is at hand; the"
        " first to each case is of the first, a function in a thread."
    ),
)


def cores() -> tuple[Sequence[int], Sequence[int]]:
    """Return the core of the service and those of its clients; none where there is but one."""
    mine = sorted(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else []
    return (mine[:1], mine[1:]) if len(mine) > 1 and pinned_to(mine) else ([], [])


def run(scale: Scale, place: Place) -> Result:
    """Measure requests beside direct saves, and beside an endpoint that does nothing."""
    core, others = cores()
    with ExitStack() as stack:
        dsn = stack.enter_context(place.database())
        other = stack.enter_context(place.database(migrated=False))
        keys = stack.enter_context(place.database(migrated=False))
        databases = Databases(ledger=dsn, keys=keys)
        count = min(CONNECTIONS * CASES_EACH, max(CONNECTIONS, scale.events // EACH_CASE))
        cases = stack.enter_context(furnished(databases, cases=count, events=CASE_EVENTS))
        load = stack.enter_context(python_worker("benchmarks.http_load", cores=others))
        stock = stack.enter_context(python_worker("benchmarks.peers.stock"))
        saves = {"size": SIZE, "events": scale.events // 2, "writers": CONNECTIONS}
        save = partial(stock.ask, dsn=other, seconds=scale.seconds, **saves)
        empty = stack.enter_context(empty_endpoint(load, other, core))
        address = stack.enter_context(serving(cases, cores=core))
        service = Clients(load, address, cases.cases)
        before, at_rest = _number(dsn, WRITTEN), resident(address.process)
        found = rounds(
            scale.runs,
            {
                STOCK: save,
                THREADED: partial(empty, "threaded", scale.seconds),
                COROUTINE: partial(empty, "coroutine", scale.seconds),
                JEJAK: partial(service.ask, scale.seconds),
            },
        )
        behind, afterwards = _number(dsn, BEHIND), resident(address.process)
        if _number(dsn, WRITTEN) - before < service.answered:
            raise WorkerFailed("an answer was 201, and its event is not in the ledger")
        ensure_whole(dsn)
    on = f"service on core {core[0]}" if core else "not pinned: taskset or a second core is missing"
    rows = [*_rows(found, f"{on}; read models {behind} behind at the end")]
    return Result(rows=(*rows, *_memory(at_rest, afterwards, service.answered)), notes=NOTES)


@contextmanager
def empty_endpoint(
    load: Worker, dsn: str, core: Sequence[int]
) -> Iterator[Callable[[str, float], Mapping[str, Any]]]:
    """Give what measures the endpoint that does nothing but insert a row."""
    port = free_port()
    command = [sys.executable, "-m", "benchmarks.peers.empty_endpoint", str(port), dsn]
    ready = f"http://127.0.0.1:{port}/readyz"

    with process(command, {}, cores=core, ready=ready) as number:

        def ask(path: str, seconds: float) -> Mapping[str, Any]:
            plain = f"POST /{path} HTTP/1.1\r\nHost: bench\r\nContent-Length: 0\r\n\r\n"
            job = {"seconds": seconds, "port": port, "cases": [], "plain": plain}
            with Spent(number) as spent:
                answer = load.ask(connections=CONNECTIONS, **job)
            return {**answer, **spent.each(answer["done"])}

        yield ask


class Spent:
    """The CPU that a service took, with all that it started, while something was asked of it."""

    def __init__(self, process: int) -> None:
        self._process = process
        self._whole = self._first = 0.0

    def __enter__(self) -> Self:
        self._whole, self._first = self._now()
        return self

    def __exit__(self, *_: object) -> None:
        """Hold what was taken."""
        whole, first = self._now()
        self._whole, self._first = whole - self._whole, first - self._first

    def each(self, done: int) -> Mapping[str, float]:
        """Return the microseconds of one request: in all, and in the thread of the event loop."""
        return {"cpu": self._whole / done * 1e6, "loop": self._first / done * 1e6}

    def _now(self) -> tuple[float, float]:
        return sum(map(worked, descent(self._process))), worked_at_first(self._process)


class Clients:
    """Those who send events to the service, with the cases that they know the versions of."""

    def __init__(self, load: Worker, address: Address, cases: Sequence[tuple[str, int]]) -> None:
        self._load, self._address, self._cases = load, address, cases
        self.answered = 0

    def ask(self, seconds: float) -> Mapping[str, Any]:
        """Send events for so long."""
        with Spent(self._address.process) as spent:
            answer = self._load.ask(
                connections=CONNECTIONS,
                seconds=seconds,
                port=self._address.port,
                headers=dict(self._address.headers),
                body=EVENT,
                numbered="measure",
                cases=self._cases,
            )
        self._cases = answer.pop("cases")
        self.answered += answer["done"]
        return {**answer, **spent.each(answer["done"])}


def _memory(at_rest: float | None, afterwards: float | None, events: int) -> Iterator[Row]:
    for when, held, goal in (
        ("at rest", at_rest, f"under {MEMORY_MOST:g} MB"),
        (f"after {events:,} events", afterwards, ""),
    ):
        subject = f"memory of the service, {when}"
        if held is None:
            yield not_measured(AREA, subject, "MB", "only Linux says it here", goal=goal)
            continue
        row = measured(AREA, subject, "MB", [held], goal=goal)
        yield row.under(MEMORY_MOST) if goal else row


def _rows(found: Mapping[str, Sequence[Mapping[str, Any]]], where: str) -> Iterator[Row]:
    rows = {name: _row(name, answers) for name, answers in found.items()}
    ours = rows.pop(JEJAK)
    yield from rows.values()
    for peer, least in ((STOCK, STOCK_LEAST), (THREADED, EMPTY_LEAST), (COROUTINE, EMPTY_LEAST)):
        goal = f"at least {least:g} x {peer}"
        noted = replace(ours, goal=goal, note=f"{ours.note}; {where}")
        yield noted.beside(rows[peer], least=least)
    yield from _spent(found)


def _spent(found: Mapping[str, Sequence[Mapping[str, Any]]]) -> Iterator[Row]:
    """Yield the CPU of a request, where Linux says it."""
    empty, ours = found[THREADED], found[JEJAK]
    if not any(answer["cpu"] for answer in ours):
        return
    cpu = [
        measured(AREA, f"CPU for a request, {name}", "µs", [answer["cpu"] for answer in answers])
        for name, answers in ((THREADED, empty), (JEJAK, ours))
    ]
    loop = median(answer["loop"] for answer in ours)
    yield cpu[0]
    yield replace(cpu[1], note=f"{loop:.0f} of it in the event loop's thread").beside(cpu[0])


def _row(name: str, answers: Sequence[Mapping[str, Any]]) -> Row:
    unit = "saves/s" if name == STOCK else UNIT
    return measured(AREA, name, unit, list(map(rate, answers)), note=latencies(answers))


def _number(dsn: str, query: str) -> int:
    with psycopg.connect(dsn) as connection:
        row = connection.execute(query.encode()).fetchone()
    return int(row[0] or 0) if row else 0
