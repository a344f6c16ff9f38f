"""`replay`: a case loaded and folded as it was at one time, as it was known at another.

In the process, through `application.journeys`: the pages of the stream from PostgreSQL, unsealed,
woken, ordered and folded. "First" is a stream that this process has not read before, its keys not
opened yet (others were, so that types are known and connections open); "again" one that it has, so
that what the ledger remembers of it counts. Once in a store that holds hardly anything else, and
once among many other events.
"""

import gc
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime
from itertools import islice
from typing import Final

from api.serving import GARBAGE
from application.journeys import Journeys, Moment
from benchmarks.people import (
    batches,
    copies,
    disciplined,
    new_id,
    now,
    whole_case,
    write_batch,
    write_units,
)
from benchmarks.place import Place
from benchmarks.result import Result, Row, Scale, measured, percentile
from domain.record import Draft, StreamId
from infrastructure.connections import service_pool
from infrastructure.ledger import EventsourcingLedger
from infrastructure.master_key import MasterKey

AREA: Final = "replay"
UNIT: Final = "ms (p99)"
LENGTHS: Final = {30: 5.0, 1_000: 50.0}
"""Events of a case, and the milliseconds that loading it may take."""
CASES: Final = {30: 100, 1_000: 10}
"""Cases of each length that are loaded; a run of the shortest takes fewer."""
BEGINNING_EVENTS: Final = 12
FEW_EVENTS: Final = 1_000
"""A store smaller than this is for trying out."""
GROWTH_MOST: Final = 1.2
SECRET: Final = b"k" * 32
VALID_AT: Final = date(2025, 6, 30)
NOTES: Final = (
    "replay: valid at a day in the middle of the case, known at the instant of the question.",
)
Loads = dict[int, list[float]]


def run(scale: Scale, place: Place) -> Result:
    """Load cases in a small store, and in one with many events."""
    lengths = [one for one in LENGTHS if one == min(LENGTHS) or scale.store_events >= FEW_EVENTS]
    with ExitStack() as stack:
        stack.enter_context(garbage_as_in_the_service())
        dsn = stack.enter_context(place.database())
        cases = written(dsn, lengths, scale)
        alone = [loads(dsn, cases) for _ in range(scale.runs)]
        with opened(dsn) as ledger:
            write_units(ledger)
            for batch in batches(copies(whole_case(12)), scale.store_events):
                write_batch(ledger, batch)
        among = [loads(dsn, cases) for _ in range(scale.runs)]
    return Result(rows=tuple(rows(lengths, alone, among, scale.store_events)), notes=NOTES)


def rows(
    lengths: Sequence[int],
    alone: Sequence[tuple[Loads, Loads]],
    among: Sequence[tuple[Loads, Loads]],
    store: int,
) -> Iterator[Row]:
    """Yield a row for each length, store and turn."""
    for length in lengths:
        most = LENGTHS[length]
        goal = f"p99 under {most:g} ms"
        first = p99s(length, [one for one, _ in alone])
        small = measured(AREA, f"{length} events, first", UNIT, first, goal=goal).under(most)
        yield small
        name = f"{length} events, first, among {store} others"
        large = measured(AREA, name, UNIT, p99s(length, [one for one, _ in among]), goal=goal)
        yield large.beside(small).under(most)
        again = p99s(length, [one for _, one in among])
        name = f"{length} events, again, among {store} others"
        yield measured(AREA, name, UNIT, again, goal=goal).under(most)


def p99s(length: int, runs: Sequence[Loads]) -> list[float]:
    """Return the 99th percentile of each run, in milliseconds."""
    return [percentile(one[length], 0.99) for one in runs]


def written(dsn: str, lengths: Sequence[int], scale: Scale) -> dict[int, list[StreamId]]:
    """Write cases of each length, and return their streams."""
    found: dict[int, list[StreamId]] = {}
    with opened(dsn) as ledger:
        for length in lengths:
            count = min(CASES[length], max(scale.store_events // 100, 3)) + 1
            some: list[Sequence[Draft]] = list(islice(copies(long_case(length)), count))
            for case in some:
                write_batch(ledger, case)
            found[length] = [case[-1].stream for case in some]
    return found


def long_case(length: int) -> Sequence[Draft]:
    """Return a case of so many events: one that was decided, and lines of Register F after it."""
    case = list(whole_case(BEGINNING_EVENTS))
    last = case[-1]
    for number in range(length - len([page for page in case if page.stream == last.stream])):
        version = last.version + 1 + number
        event = disciplined(version)
        case.append(replace(last, event=event, version=version, event_id=new_id()))
    return case


def loads(dsn: str, cases: dict[int, list[StreamId]]) -> tuple[Loads, Loads]:
    """Load every case twice in a process that has read none; return milliseconds."""
    with opened(dsn) as ledger:
        journeys = Journeys(ledger, now)
        for some in cases.values():
            timed(journeys, some[0])  # what a process does once: connect, learn the types
        first, again = (
            {length: [timed(journeys, one) for one in some[1:]] for length, some in cases.items()}
            for _ in range(2)
        )
        return first, again


def timed(journeys: Journeys, stream: StreamId) -> float:
    """Return how many milliseconds it takes to know a case at two times."""
    moment = Moment(valid_at=VALID_AT, known_at=datetime.now(UTC))
    began = time.perf_counter()
    history = journeys(stream, moment)
    if not history.journey.states:
        raise LookupError(str(stream))
    return (time.perf_counter() - began) * 1000


@contextmanager
def garbage_as_in_the_service() -> Iterator[None]:
    """Look for garbage as rarely as the service does, and afterwards as before."""
    before = gc.get_threshold()
    gc.freeze()
    gc.set_threshold(GARBAGE)
    try:
        yield
    finally:
        gc.set_threshold(*before)
        gc.unfreeze()


@contextmanager
def opened(dsn: str) -> Iterator[EventsourcingLedger]:
    """Open a ledger that has read nothing yet."""
    with service_pool(dsn) as pool, EventsourcingLedger(pool, MasterKey(SECRET)) as ledger:
        yield ledger
