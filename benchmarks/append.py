"""`append`: one event per request over HTTP, as a unit's own system would send it.

The service is `jejak serve` on one core, with tokens, validation, decision and sealing. Its
projector, which keeps the read models up to date, and the clients are processes on the other cores;
a second service has its read models follow within.
"""

import os
import sys
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from functools import partial
from statistics import median
from typing import Any, Final, Self

import psycopg

from benchmarks.jobs import Worker, WorkerFailed, pinned_to, python_worker
from benchmarks.ledger import ensure_whole
from benchmarks.machine import descent, resident, worked, worked_at_first
from benchmarks.peers.opening import SIZE
from benchmarks.peers.umadb import free_port
from benchmarks.people import OFFENCE
from benchmarks.place import Place
from benchmarks.result import Result, Row, Scale, measured, not_measured
from benchmarks.rounds import latencies, rate, rounds
from benchmarks.service import Address, Databases, Furnished, children, furnished, process, serving

AREA: Final = "append"
UNIT: Final = "requests/s"
CONNECTIONS: Final = 32
CASES_EACH: Final = 20
CASE_EVENTS: Final = 6
EACH_CASE: Final = 24
"""Events that are measured for each case."""
BEGUN_SECONDS: Final = 0.3
"""How long the cases of a round are written to before its clock starts: the first event to a case
goes another way than the others, by a thread that reads it."""
STOCK: Final = "stock save() called directly"
THREADED: Final = "empty endpoint, in a thread"
COROUTINE: Final = "empty endpoint, a coroutine"
JEJAK: Final = "Jejak over HTTP"
WITHIN: Final = "Jejak over HTTP, read models in the same process"
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
        " models. Jejak's appends are of its second form, a coroutine, once a case is at hand; each"
        " round has cases of its own, and the first to each of them, which is of the first form, a"
        " function in a thread, comes before the clock starts."
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
        load = stack.enter_context(python_worker("benchmarks.http_load", cores=others))
        stock = stack.enter_context(python_worker("benchmarks.peers.stock"))
        other = stack.enter_context(place.database(migrated=False))
        saves = {"size": SIZE, "events": scale.events // 2, "writers": CONNECTIONS}
        empty = stack.enter_context(empty_endpoint(load, other, core))
        apart, within = (
            stack.enter_context(served(scale, place, load, projector))
            for projector in ("apart", "within")
        )
        found = rounds(
            scale.runs,
            {
                STOCK: partial(stock.ask, dsn=other, seconds=scale.seconds, **saves),
                THREADED: partial(empty, "threaded", scale.seconds),
                COROUTINE: partial(empty, "coroutine", scale.seconds),
                JEJAK: partial(apart.ask, scale.seconds),
                WITHIN: partial(within.ask, scale.seconds),
            },
        )
        behind = [one.ensure_written() for one in (apart, within)]
        memory = [*apart.memory()]
    on = f"service on core {core[0]}" if core else "not pinned: taskset or a second core is missing"
    notes = (f"{on}; read models {behind[0]} behind at the end", f"{on}; {behind[1]} behind")
    return Result(rows=(*_rows(found, *notes), *memory), notes=NOTES)


@contextmanager
def served(scale: Scale, place: Place, load: Worker, projector: str) -> Iterator["Clients"]:
    """Give the clients of a service that has its projector apart or within."""
    with ExitStack() as stack:
        dsn = stack.enter_context(place.database())
        keys = stack.enter_context(place.database(migrated=False))
        databases = Databases(ledger=dsn, keys=keys)
        count = min(CONNECTIONS * CASES_EACH, max(CONNECTIONS, scale.events // EACH_CASE))
        cases = stack.enter_context(furnished(databases, cases=count, events=CASE_EVENTS))
        chosen = {"JEJAK_PROJECTOR": projector}
        address = stack.enter_context(serving(cases, cores=cores()[0], chosen=chosen))
        yield Clients(load, address, cases, scale.runs + 1)


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
        self._took: Mapping[str, float] = {}

    def __enter__(self) -> Self:
        self._took = self._now()
        return self

    def __exit__(self, *_: object) -> None:
        """Hold what was taken."""
        self._took = {part: had - self._took[part] for part, had in self._now().items()}

    def each(self, done: int) -> Mapping[str, float]:
        """Return the microseconds of one request: in all, of the service alone, of its loop."""
        return {part: seconds / done * 1e6 for part, seconds in self._took.items()}

    def _now(self) -> Mapping[str, float]:
        return {
            "cpu": sum(map(worked, descent(self._process))),
            "alone": worked(self._process),
            "loop": worked_at_first(self._process),
        }


class Clients:
    """Those who send events to the service, with the cases that they know the versions of.

    Each round has cases of its own. All of them in turn, round after round, would be more pages
    than a service keeps awake, and each would be let go of just before it is asked for again: no
    unit works like that, and after 17,000 events nothing else was measured.
    """

    def __init__(self, load: Worker, address: Address, place: Furnished, among: int) -> None:
        self._load, self._address = load, address
        among = max(1, min(among, len(place.cases) // CONNECTIONS))
        self._shares = deque(place.cases[n::among] for n in range(among))
        self._dsn = place.databases.ledger
        self._before, self._at_rest = _number(self._dsn, WRITTEN), self._held()
        self.answered = 0

    def ask(self, seconds: float) -> Mapping[str, Any]:
        """Send events for so long, to the cases of the next round."""
        self._send(min(seconds, BEGUN_SECONDS))
        with Spent(self._address.process) as spent:
            answer = self._send(seconds)
        self._shares.rotate(-1)
        return {**answer, **spent.each(answer["done"])}

    def _send(self, seconds: float) -> dict[str, Any]:
        answer = self._load.ask(
            connections=CONNECTIONS,
            seconds=seconds,
            port=self._address.port,
            headers=dict(self._address.headers),
            body=EVENT,
            numbered="measure",
            cases=self._shares[0],
        )
        self._shares[0] = answer.pop("cases")
        self.answered += answer["done"]
        return answer

    def ensure_written(self) -> int:
        """Raise unless all that was answered is in the ledger; say how far read models are behind.

        Raises `WorkerFailed`.
        """
        behind = _number(self._dsn, BEHIND)
        if _number(self._dsn, WRITTEN) - self._before < self.answered:
            raise WorkerFailed("an answer was 201, and its event is not in the ledger")
        ensure_whole(self._dsn)
        return behind

    def memory(self) -> Iterator[Row]:
        """Yield what the service holds, and what all its processes do together."""
        for when, held in (
            ("at rest", self._at_rest),
            (f"after {self.answered:,} events", self._held()),
        ):
            goal = f"under {MEMORY_MOST:g} MB" if held is self._at_rest else ""
            yield _memory(f"memory of the service, {when}", held[:1], goal)
            yield _memory(f"memory of service, projector and sealer, {when}", held, "")

    def _held(self) -> Sequence[float | None]:
        """Return the megabytes of the service, and of each process that it keeps."""
        service = self._address.process
        return [resident(one) for one in (service, *children(service))]


def _memory(subject: str, held: Sequence[float | None], goal: str) -> Row:
    if None in held:
        return not_measured(AREA, subject, "MB", "only Linux says it here", goal=goal)
    row = measured(AREA, subject, "MB", [sum(filter(None, held))], goal=goal)
    return row.under(MEMORY_MOST) if goal else row


def _rows(
    found: Mapping[str, Sequence[Mapping[str, Any]]], apart: str, within: str
) -> Iterator[Row]:
    rows = {name: _row(name, answers) for name, answers in found.items()}
    ours, other = rows.pop(JEJAK), rows.pop(WITHIN)
    yield from rows.values()
    for peer, least in ((STOCK, STOCK_LEAST), (THREADED, EMPTY_LEAST), (COROUTINE, EMPTY_LEAST)):
        goal = f"at least {least:g} x {peer}"
        noted = replace(ours, goal=goal, note=f"{ours.note}; {apart}")
        yield noted.beside(rows[peer], least=least)
    yield replace(other, note=f"{other.note}; {within}").beside(ours)
    yield from _spent(found)


def _spent(found: Mapping[str, Sequence[Mapping[str, Any]]]) -> Iterator[Row]:
    """Yield the CPU of a request, where Linux says it."""
    if not any(answer["cpu"] for answer in found[JEJAK]):
        return
    empty, *ours = (
        measured(AREA, f"CPU for a request, {name}", "µs", [one["cpu"] for one in found[name]])
        for name in (THREADED, JEJAK, WITHIN)
    )
    yield empty
    for row, name in zip(ours, (JEJAK, WITHIN), strict=True):
        alone, loop = (median(one[part] for one in found[name]) for part in ("alone", "loop"))
        note = f"{alone:.0f} of it in the service's process, {loop:.0f} in its event loop's thread"
        yield replace(row, note=note).beside(empty)


def _row(name: str, answers: Sequence[Mapping[str, Any]]) -> Row:
    unit = "saves/s" if name == STOCK else UNIT
    return measured(AREA, name, unit, list(map(rate, answers)), note=latencies(answers))


def _number(dsn: str, query: str) -> int:
    with psycopg.connect(dsn) as connection:
        row = connection.execute(query.encode()).fetchone()
    return int(row[0] or 0) if row else 0
