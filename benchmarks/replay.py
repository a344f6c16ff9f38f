"""`replay`: a case loaded and folded as it was at one time, as it was known at another.

In the process, through `application.journeys`: the pages of the stream from PostgreSQL, unsealed,
woken, ordered and folded. "First" is a stream that this process has not read before, its keys not
opened yet (others were, so that types are known and connections open); "again" one that it has, so
that what the ledger remembers of it counts. Once in a store that holds hardly anything else, and
once among many other events. In the kept store nobody has asked for these cases for long: their
pages come from the disk, where those of the small one were written a moment ago. So they are loaded
there twice, by two ledgers; the second finds them in the database's memory, as the small one does.
"""

import gc
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Final

from api.serving import GARBAGE
from application.journeys import Journeys, Moment
from benchmarks.beside_peers import Peers, beside_peers
from benchmarks.lives import CASE_EVENTS, life, long_case
from benchmarks.people import OTHER_UNIT, batches, copies, now, whole_case, write_batch, write_units
from benchmarks.place import Place
from benchmarks.result import Result, Row, Scale, measured, percentile
from benchmarks.store import kept, ledger_of, running
from domain.record import Draft, StreamId
from infrastructure.connections import service_pool
from infrastructure.ledger import EventsourcingLedger
from infrastructure.master_key import MasterKey
from infrastructure.settings import Settings

AREA: Final = "replay"
UNIT: Final = "ms (p99)"
PEERS: Final = Peers(
    area=AREA,
    what="stream",
    names=("raw: SELECT of the stream", "stock: repository.get", "Emmett", "UmaDB"),
)
LENGTHS: Final = {30: 5.0, 1_000: 50.0}
"""Events of a case, and the milliseconds that loading it may take."""
CASES: Final = {30: 100, 1_000: 10}
"""Cases of each length that are loaded; a run of the shortest takes fewer."""
FEW_EVENTS: Final = 1_000
"""A store smaller than this is for trying out."""
GROWTH_MOST: Final = 1.2
SECRET: Final = b"k" * 32
VALID_AT: Final = date(2025, 6, 30)
NOTES: Final = (
    "replay: valid at a day in the middle of the case, known at the instant of the question.",
    (
        "replay: peers read a stream of events of 600 bytes, just written, from the first to the"
        " last; stock and Emmett fold it by counting, UmaDB and the SELECT hand it over. None of"
        " them unseals, orders by when it was true, follows corrections or is asked for another"
        " time. They take turns among themselves, in the minute before."
    ),
)
OF_THE_KEPT: Final = (
    (
        "replay: 'from the disk' are cases of the kept store that nobody has asked for: what was"
        " told of them over years stands on as many pages, read one after the other. 'from memory'"
        " are the same, loaded afterwards by another ledger, so that both stores have what is"
        " asked for in the database's memory."
    ),
)
Loads = dict[int, list[float]]
Turns = tuple[Loads, Loads]
"""First, and again."""
Opening = Callable[[], AbstractContextManager[EventsourcingLedger]]


@dataclass(frozen=True, slots=True)
class Found:
    """In a store that holds nothing else, in one with many events, and with how many.

    ``read`` are loads there by a ledger that finds the pages in the database's memory.
    """

    alone: Sequence[Turns]
    among: Sequence[Turns]
    read: Sequence[Turns]
    store: int


def run(scale: Scale, place: Place) -> Result:
    """Load cases in a small store, and in one with many events."""
    lengths = [one for one in LENGTHS if one == min(LENGTHS) or scale.store_events >= FEW_EVENTS]
    jobs = {loaded(n): {"length": n, "cases": cases_of(n, scale)} for n in lengths}
    peers = beside_peers(PEERS, jobs, scale, place)
    with garbage_as_in_the_service():
        found = (in_the_kept if scale.store else in_a_fresh)(place, lengths, scale)
    notes = (*NOTES, *OF_THE_KEPT) if scale.store else NOTES
    return Result(rows=tuple(rows(lengths, found, peers)), notes=notes)


def in_a_fresh(place: Place, lengths: Sequence[int], scale: Scale) -> Found:
    """Load cases in a store that holds nothing else, and again after it was filled."""
    with place.database() as dsn:
        opening = partial(opened, dsn)
        cases = written(opening, {n: long_case(n) for n in lengths}, scale)
        alone = [loads(opening, cases) for _ in range(scale.runs)]
        with opening() as ledger:
            write_units(ledger)
            for batch in batches(copies(whole_case(12)), scale.store_events):
                write_batch(ledger, batch)
        among = [loads(opening, cases) for _ in range(scale.runs)]
    return Found(alone, among, (), scale.store_events)


def in_the_kept(place: Place, lengths: Sequence[int], scale: Scale) -> Found:
    """Load cases in a store that holds nothing else, and such cases in the one that is kept.

    In the kept one other cases each time: those that nobody asked for are not in any memory. Those
    of a thousand events are always the same: there are no more.
    """
    kinds = {min(lengths): life(CASE_EVENTS, OTHER_UNIT, sentenced=True)}
    kinds |= {n: long_case(n) for n in lengths if n not in kinds}
    with small_house(place) as chosen, running(kept()) as store:
        alone, among = partial(ledger_of, chosen), partial(ledger_of, store.settings)
        cases = written(alone, kinds, scale)
        others = islice(store.cases(len(cases[min(lengths)])), scale.runs)
        there = [dict(zip(lengths, (some, store.long), strict=False)) for some in others]
        turns = [(loads(alone, cases), loads(among, some), loads(among, some)) for some in there]
        small, first, read = zip(*turns, strict=True)
        return Found(small, first, read, store.events)


@contextmanager
def small_house(place: Place) -> Iterator[Settings]:
    """Give databases of a house that holds nothing yet, and a folder for its master key."""
    with (
        place.database() as ledger,
        place.database(migrated=False) as keys,
        tempfile.TemporaryDirectory(prefix="jejak-bench-") as folder,
    ):
        yield Settings(database_url=ledger, keys_url=keys, data_dir=Path(folder))


def rows(lengths: Sequence[int], found: Found, peers: Mapping[str, Sequence[Row]]) -> Iterator[Row]:
    """Yield a row for each length, store and turn."""
    store, turns = found.store, {"first": found.among}
    if found.read:
        turns = {"first, from the disk": found.among, "first, from memory": found.read}
    for length in lengths:
        most = LENGTHS[length]
        goal = f"p99 under {most:g} ms"
        first = p99s(length, [one for one, _ in found.alone])
        small = measured(AREA, f"{loaded(length)}, first", UNIT, first, goal=goal).under(most)
        yield from peers[loaded(length)]
        yield from (small.beside(peer) for peer in peers[loaded(length)])
        for turn, some in turns.items():
            name = f"{loaded(length)}, {turn}, among {store} others"
            large = measured(AREA, name, UNIT, p99s(length, [one for one, _ in some]), goal=goal)
            yield large.beside(small).under(most)
        again = p99s(length, [one for _, one in found.among])
        name = f"{loaded(length)}, again, among {store} others"
        yield measured(AREA, name, UNIT, again, goal=goal).under(most)


def p99s(length: int, runs: Sequence[Loads]) -> list[float]:
    """Return the 99th percentile of each run, in milliseconds."""
    return [percentile(one[length], 0.99) for one in runs]


def written(
    opening: Opening, kinds: Mapping[int, Sequence[Draft]], scale: Scale
) -> dict[int, list[StreamId]]:
    """Write cases of each length, and return their streams."""
    found: dict[int, list[StreamId]] = {}
    with opening() as ledger:
        for length, kind in kinds.items():
            count = cases_of(length, scale) + 1
            some: list[Sequence[Draft]] = list(islice(copies(kind), count))
            for case in some:
                write_batch(ledger, case)
            found[length] = [case[-1].stream for case in some]
    return found


def loaded(length: int) -> str:
    """Return a load as the table names it."""
    return f"{length} events"


def cases_of(length: int, scale: Scale) -> int:
    """Return how many cases of a length are loaded in a run."""
    return min(CASES[length], max(scale.store_events // 100, 3))


def loads(opening: Opening, cases: Mapping[int, Sequence[StreamId]]) -> Turns:
    """Load every case twice in a process that has read none; return milliseconds."""
    with opening() as ledger:
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
    gc.set_threshold(*GARBAGE)
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
