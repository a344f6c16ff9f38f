"""`feed`: from an append over HTTP to every open stream that is to hear of it.

The service is `jejak serve` on one core: appends, read models, the feeder, and all streams. A batch
that leaves is recorded in the book of reads first, for each stream of it. The readers and whoever
appends are in a process on the other cores. Beside it, in the same rounds: streams with nothing
behind them, and how long the read models take.
"""

import resource
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any, Final

import psycopg

from api.main import House, issue, open_house
from application.feeds import Audience as FeedAudience
from application.feeds import Unready
from benchmarks import lag
from benchmarks.append import cores
from benchmarks.feed_scene import Party, units_of, write_parties
from benchmarks.jobs import Worker, WorkerFailed, python_worker
from benchmarks.machine import resident
from benchmarks.peers.umadb import free_port
from benchmarks.place import Place
from benchmarks.result import Result, Row, Scale, measured, percentile
from benchmarks.rounds import rate, rounds
from benchmarks.service import (
    CALLER,
    FOLLOWED_SECONDS,
    Address,
    Databases,
    Furnished,
    process,
    serving,
)
from domain.kernel import Event
from infrastructure.settings import Settings

AREA: Final = "feed"
AUDIENCES: Final = 10
STREAMS: Final = (1, 100, 1_000)
CASES_MOST: Final = 500
"""Cases of one audience."""
WRITERS: Final = 8
"""Connections that append at a time."""
PACED: Final = 2
"""Times the seconds of a measurement: waits are told of so many more."""
BURST: Final = 200
"""Appends for each second of a measurement, sent as fast as they are answered."""
WAIT: Final = "wait"
THROUGHPUT: Final = "throughput"
RUSH_RATE: Final = 500
RUSH_MOST_MS: Final = 50.0
RUSH_KEPT: Final = 0.9
"""Of the appends that were to be, so many have to have been: else it is another measurement."""
TURN_SECONDS: Final = 0.8
"""At least so long until a case is appended to again: two changes in one batch are one entry."""
JEJAK: Final = "Jejak"
RUSHED: Final = f"{JEJAK}, 1 stream: after its answer, at {RUSH_RATE} appends/s"
PEER: Final = "streams alone"
VISIBLE: Final = "visible in all read models"
LOOK_SECONDS: Final = 0.1
MICROSECONDS: Final = 1_000_000
MOST_MS: Final = 250.0
GOAL: Final = f"p99 under {MOST_MS:g} ms"
Measure = Callable[[], Mapping[str, Any]]
RECORDED: Final = (
    "SELECT count(*), coalesce(sum(jsonb_array_length("
    "convert_from(body, 'UTF8')::jsonb -> 'subjects')), 0) FROM ledger.access"
    " WHERE body LIKE '%/stream%'::bytea"
)
NOTES: Final = (
    (
        "feed: a wait is from the sending of an append to the moment at which the bytes of its"
        " entry are with a stream, over all streams; so the append itself, durable, is part of it."
        " Every stream has every entry once, in order, or the run fails. 'throughput' is entries"
        " per second that all streams had, while 8 connections append as fast as they are"
        " answered; the last entry of them ends it. 'after its answer' begins when the append was"
        " answered, as the lag of a follower does."
    ),
    (
        "feed: 'streams alone' is asyncio on uvloop on the same core, which writes 700 bytes to"
        " every stream and answers: no token, no agreement, no record of what left, no database."
        " With 1,000 streams it is the reading process, and not this one, that is always busy."
        " The service's CPU includes appends, read models, feeder and records."
    ),
)


def run(scale: Scale, place: Place) -> Result:
    """Measure each number of streams by turns."""
    core, others = cores()
    with ExitStack() as stack, many_files():
        dsn = stack.enter_context(place.database())
        keys = stack.enter_context(place.database(migrated=False))
        cases = max(2 * WRITERS, min(CASES_MOST, scale.people // AUDIENCES))
        furnished = stack.enter_context(scene(Databases(ledger=dsn, keys=keys), stack, cases))
        load = stack.enter_context(python_worker("benchmarks.feed_load", cores=others))
        alone = stack.enter_context(streams_alone(core))
        address = stack.enter_context(serving(furnished.house, cores=core))
        rush = min(RUSH_RATE, cases / TURN_SECONDS)
        ours = Clients(load, address, furnished.parties)
        peers = Clients(load, alone, furnished.parties)
        subjects: dict[str, Measure] = {
            **subjects_of(JEJAK, ours, scale),
            **subjects_of(PEER, peers, scale),
            RUSHED: partial(ours.ask, 1, 1, int(rush * scale.seconds * PACED) + 1, 1 / rush),
            VISIBLE: partial(visible, place, scale),
        }
        found = rounds(scale.runs, subjects)
        held = resident(address.process)
        with psycopg.connect(dsn) as owner:
            counted = owner.execute(RECORDED).fetchone()
    records, subjects_shown = counted or (0, 0)
    if records == 0:
        raise WorkerFailed("streams were read, and no record of it was kept")
    said = (
        f"feed: {AUDIENCES} audiences of {cases} people; {scale.rate:g} appends a second where"
        f" waits are told. {records:,} records of what left by streams were kept, of"
        f" {subjects_shown:,} subjects; the service holds {held or 0:.0f} MB at the end."
    )
    return Result(rows=tuple(rows(found, scale)), notes=(*NOTES, said))


@dataclass(frozen=True, slots=True)
class Scene:
    """A house with audiences in it."""

    house: Furnished
    parties: Sequence[Party]


@contextmanager
def scene(
    databases: Databases, stack: ExitStack, cases: int, later: Sequence[Event] = ()
) -> Iterator[Scene]:
    """Write the audiences and their cases; the service's own feeder tells of them later."""
    data = Path(stack.enter_context(TemporaryDirectory(prefix="jejak-bench-")))
    chosen = Settings(database_url=databases.ledger, keys_url=databases.keys, data_dir=data)
    with open_house(chosen) as house:
        parties = write_parties(house, AUDIENCES, cases, later)
        position = house.ledger.position()
        if not house.read_models.wait(position, FOLLOWED_SECONDS):
            raise WorkerFailed("the read models do not catch up")
        for party in parties:
            wait_until_told(house, party)
        units = frozenset(units_of(AUDIENCES))
        writer = issue(house.tokens, replace(CALLER, units=units))
    furnished = Furnished(databases=databases, data=data, token=writer, cases=(), events=position)
    yield Scene(furnished, parties)


def wait_until_told(house: House, party: Party) -> None:
    """Wait until the feed has told of everybody in the scope."""
    feeds, until = house.services.feeds, time.monotonic() + FOLLOWED_SECONDS
    audience = FeedAudience(agreement=party.agreement, agency=party.agency)
    found = 0
    while found < len(party.cases):
        if time.monotonic() > until:
            raise WorkerFailed("the feeds do not catch up")
        with suppress(Unready):
            found = len(feeds.present(audience, None, None).entries)
        time.sleep(LOOK_SECONDS)


@contextmanager
def streams_alone(core: Sequence[int]) -> Iterator[Address]:
    """Run the peer."""
    port = free_port()
    command = [sys.executable, "-m", "benchmarks.peers.fanout", str(port)]
    with process(command, {}, cores=core, ready=f"http://127.0.0.1:{port}/readyz") as number:
        yield Address(port=port, process=number, token="")


class Clients:
    """The streams and the appends of one service, with where its cases stand."""

    def __init__(self, load: Worker, address: Address, parties: Sequence[Party]) -> None:
        self._load, self._address, self._parties = load, address, parties
        self._cases = [party.cases for party in parties]
        self._first = 1

    def ask(self, streams: int, audiences: int, appends: int, every: float) -> Mapping[str, Any]:
        """Measure so many streams over the first so many audiences."""
        found = self._load.ask(
            port=self._address.port,
            process=self._address.process,
            writer=self._address.headers,
            audiences=[
                {
                    "feed": f"/v1/feeds/{party.agreement}",
                    "stream": f"/v1/feeds/{party.agreement}/stream",
                    "headers": {"Authorization": f"Bearer {party.token}"},
                    "cases": cases,
                }
                for party, cases in list(zip(self._parties, self._cases, strict=True))[:audiences]
            ],
            first=self._first,
            streams=streams,
            appends=appends,
            every=every,
            writers=WRITERS,
        )
        self._first += appends
        self._cases[:audiences] = found["versions"]
        return found


def subjects_of(name: str, clients: Clients, scale: Scale) -> dict[str, Measure]:
    """Return what is measured of a service, by name: paced appends, and as many as it takes."""
    paced = max(AUDIENCES, int(scale.rate * scale.seconds * PACED))
    burst = max(AUDIENCES, int(BURST * scale.seconds))
    found: dict[str, Measure] = {}
    for streams, audiences in kinds(scale):
        ask = partial(clients.ask, streams, audiences)
        found[named(name, WAIT, streams, audiences)] = partial(ask, paced, 1 / scale.rate)
        found[named(name, THROUGHPUT, streams, audiences)] = partial(ask, burst, 0.0)
    return found


def kinds(scale: Scale) -> Sequence[tuple[int, int]]:
    """Return how many streams of how many audiences are measured."""
    streams = dict.fromkeys(min(one, scale.streams) for one in STREAMS)
    return [(one, of) for one in streams for of in (1, AUDIENCES) if one >= of]


def named(name: str, what: str, streams: int, audiences: int) -> str:
    """Return the name of a subject."""
    many = "s" if streams > 1 else ""
    among = f" of {audiences} audiences" if audiences > 1 else ""
    return f"{name}, {streams:,} stream{many}{among}: {what}"


def visible(place: Place, scale: Scale) -> Mapping[str, Any]:
    """Append at the same pace without HTTP, and measure when the read models have it."""
    events = max(lag.LEAST_EVENTS, int(scale.rate * scale.seconds))
    with place.database() as dsn, lag.opened(dsn) as one:
        one.rate = scale.rate
        one.appended(events)
    waits = [max(one.visible[at] - when, 0.0) * 1000 for at, when in one.done.items()]
    return {"rate": 0.0, "p50": percentile(waits, 0.5), "p99": percentile(waits, 0.99)}


def rows(found: Mapping[str, Sequence[Mapping[str, Any]]], scale: Scale) -> Iterator[Row]:
    """Yield the waits and the rates, ours beside those of streams alone."""
    for streams, audiences in kinds(scale):
        for what, row in ((WAIT, wait_row), (THROUGHPUT, throughput_row)):
            names = [named(name, what, streams, audiences) for name in (PEER, JEJAK)]
            peer, ours = (row(name, found[name]) for name in names)
            yield peer
            goal = replace(ours, goal=GOAL).under(MOST_MS) if what == WAIT else ours
            yield goal.beside(peer)
    yield rushed_row(found[RUSHED])
    yield wait_row(VISIBLE, found[VISIBLE])


def rushed_row(answers: Sequence[Mapping[str, Any]]) -> Row:
    """Return the row of waits that begin with an append's answer; judged at that rate alone."""
    wrote = median(float(one["wrote"]) for one in answers)
    row = wait_row(RUSHED, [one["late"] for one in answers])
    row = replace(row, note=f"{row.note}; {wrote:,.0f} appends/s answered")
    goal = f"p99 under {RUSH_MOST_MS:g} ms at {RUSH_RATE} events/s"
    return replace(row, goal=goal).under(RUSH_MOST_MS) if wrote > RUSH_KEPT * RUSH_RATE else row


def wait_row(name: str, answers: Sequence[Mapping[str, Any]]) -> Row:
    """Return the row of waits: the slowest of a hundred in each run."""
    usual = median(float(one["p50"]) for one in answers)
    slowest = [float(one["p99"]) for one in answers]
    took = [float(one["took"]) for one in answers if one.get("took")]
    answered = f"; the append itself p50 {median(took):.1f} ms" if took else ""
    return measured(AREA, name, "ms (p99)", slowest, note=f"p50 {usual:.1f} ms{answered}")


def throughput_row(name: str, answers: Sequence[Mapping[str, Any]]) -> Row:
    """Return the row of entries per second that every stream had."""
    had = median(float(one["received"]) for one in answers)
    wrote = median(float(one["wrote"]) for one in answers)
    cpu = median(float(one["cpu"]) for one in answers) * MICROSECONDS
    note = (
        f"{had:,.0f} messages/s in all, {cpu:,.0f} µs of the service's CPU each;"
        f" {wrote:,.0f} appends/s answered meanwhile"
    )
    return measured(AREA, name, "entries/s", list(map(rate, answers)), note=note)


@contextmanager
def many_files() -> Iterator[None]:
    """Let every process that is started meanwhile have as many connections as it may."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
