"""`rebuild`: a read model built anew from the ledger, beside the library's own projection runner.

The peer is the library's `ProjectionRunner` over an application of its own and its PostgreSQL
`TrackingRecorder`: one row upserted per event, with its position, in one transaction. The raw row
is a SELECT of the same pages that does nothing with them. Ours reads the pages, unseals and wakes
them, folds, and writes one row per event (`timeline`), or all projections at once.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from typing import Any, Final

import psycopg
from psycopg.conninfo import conninfo_to_dict

from benchmarks.jobs import python_worker
from benchmarks.people import batches, copies, whole_case, write_batch, write_units
from benchmarks.place import Place
from benchmarks.result import Result, Scale, measured
from infrastructure.connections import service_pool
from infrastructure.ledger import EventsourcingLedger
from infrastructure.master_key import MasterKey
from infrastructure.read_models import PostgresReadModels
from infrastructure.rebuilding import Workshop
from infrastructure.row_table import RowSeals
from infrastructure.stream_pages import WHOLE
from projections.catalogue import PROJECTIONS

AREA: Final = "rebuild"
UNIT: Final = "events/s"
LONG: Final = 10
"""Times the events of other benchmarks: a process takes a second to start."""
STOCK_EVENTS: Final = 1_000
CASE_EVENTS: Final = 12
STOCK_LEAST: Final = 20.0
RAW_LEAST: Final = 0.5
STOCK: Final = "stock ProjectionRunner, one projection"
RAW: Final = "raw: SELECT of the pages"
BINARY: Final = "raw: SELECT of the pages, in binary form"
ONE: Final = "Jejak, timeline, one process"
PARTED: Final = "Jejak, timeline, parted among processes"
ALL: Final = f"Jejak, all {len(PROJECTIONS)} projections, parted among processes"
SECRET: Final = b"k" * 32
PAGES: Final = (
    "SELECT stream, name, page, encode(prev_hash, 'hex'), encode(hash, 'hex'), recorded_at,"
    " position FROM ledger.event"
    " WHERE position <= %s AND name = ANY(%s) AND stream >= %s AND stream < %s"
    " ORDER BY stream, version"
)
NOTES: Final = (
    (
        "rebuild: events of the ledger per second from the first page to the switch, the start of"
        " the processes, the indexes and the switch included; fewer processes where the ledger is"
        " short."
    ),
)


def run(scale: Scale, place: Place) -> Result:
    """Rebuild one read model, then all, beside the stock runner and the bare reading."""
    events = scale.events * LONG
    with ExitStack() as stack:
        dsn = stack.enter_context(place.database())
        other = stack.enter_context(place.database(migrated=False))
        stock = stack.enter_context(python_worker("benchmarks.peers.stock_projection"))
        shop = stack.enter_context(opened(dsn))
        write_units(shop.ledger)
        for batch in batches(copies(whole_case(CASE_EVENTS)), events):
            write_batch(shop.ledger, batch)
        events = shop.ledger.position()
        parted = built(shop, partial(opened, dsn), None)
        subjects: dict[str, Callable[[], float]] = {
            STOCK: partial(by_stock, stock, other, min(STOCK_EVENTS, events)),
            RAW: partial(timed, partial(read_raw, dsn, events), events),
            BINARY: partial(timed, partial(read_raw, dsn, events, binary=True), events),
            ONE: partial(timed, partial(built(shop, None, 1).rebuild, ["timeline"]), events),
            PARTED: partial(timed, partial(parted.rebuild, ["timeline"]), events),
            ALL: partial(timed, partial(parted.rebuild, [p.name for p in PROJECTIONS]), events),
        }
        found: dict[str, list[float]] = {subject: [] for subject in subjects}
        for _ in range(scale.runs):
            for subject, measure in subjects.items():
                found[subject].append(measure())
    peer, raw, binary = (measured(AREA, one, UNIT, found[one]) for one in (STOCK, RAW, BINARY))
    ours = [measured(AREA, one, UNIT, found[one]) for one in (ONE, PARTED, ALL)]
    goal = f"at least {STOCK_LEAST:g} x stock"
    best = measured(AREA, PARTED, UNIT, found[PARTED], goal=f"at least {RAW_LEAST:g} x raw")
    to_stock = measured(AREA, PARTED, UNIT, found[PARTED], goal=goal)
    return Result(
        rows=(
            peer,
            raw,
            binary,
            ours[0].beside(raw),
            to_stock.beside(peer, least=STOCK_LEAST),
            best.beside(raw, least=RAW_LEAST),
            ours[2].beside(raw),
        ),
        notes=(*NOTES, f"rebuild: {events} events, cases of {CASE_EVENTS}."),
    )


def timed(work: Callable[[], object], events: int) -> float:
    """Return how many events a second some work gets through."""
    began = time.perf_counter()
    work()
    return events / (time.perf_counter() - began)


def by_stock(worker: Any, dsn: str, events: int) -> float:
    """Have the library project as many events."""
    answer = worker.ask(events=events, **conninfo_to_dict(dsn))
    return float(answer["done"] / answer["seconds"])


def read_raw(dsn: str, upto: int, *, binary: bool = False) -> int:
    """Read pages in the order of streams, and nothing else; in binary form, or as psycopg does.

    The goal is a share of the latter, which it was from the first: the columns in text.
    """
    with psycopg.connect(dsn) as connection, connection.cursor("pages") as cursor:
        cursor.itersize = 1_000
        names = [name for one in PROJECTIONS for kind in one.events for name in kind.names]
        cursor.execute(PAGES, (upto, names, *WHOLE), binary=binary)
        return sum(1 for _ in cursor)


def built(shop: Workshop, opening: Any, processes: int | None) -> PostgresReadModels:
    """Return read models that nobody follows."""
    models = PostgresReadModels(
        shop.ledger, shop.pool, shop.seals, PROJECTIONS, opening=opening, processes=processes
    )
    models.follower.prepare()
    return models


@contextmanager
def opened(dsn: str) -> Iterator[Workshop]:
    """Open a ledger, here and in the processes that build."""
    master = MasterKey(SECRET)
    with service_pool(dsn) as pool, EventsourcingLedger(pool, master) as ledger:
        yield Workshop(ledger, pool, RowSeals(ledger.store, ledger.keys, master))
