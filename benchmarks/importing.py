"""`import`: whole cases of new people written in batches, beside raw rows of the same bytes.

Jejak's side is one `EventsourcingLedger.append` per thousand events: a key for every person and
class of data made first, every field sealed, every stream chained, and a durable commit. It is not
the `jejak import` command, which decides its rows one by one and so costs what `append` costs.
"""

from contextlib import ExitStack
from functools import partial
from typing import Any, Final

import psycopg

from benchmarks.jobs import python_worker
from benchmarks.ledger import ensure_whole
from benchmarks.people import BATCH
from benchmarks.place import Place
from benchmarks.result import Result, Scale, measured
from benchmarks.rounds import rate, rounds

AREA: Final = "import"
UNIT: Final = "events/s"
LEAST: Final = 0.5
RAW: Final = "raw unnest inserts, batches of 1,000"
JEJAK: Final = "Jejak, batches of 1,000"
GOAL: Final = f"at least {LEAST:g} x raw unnest inserts"
MEAN: Final = "SELECT coalesce(avg(length(page)), 0)::int FROM ledger.event"
NOTES: Final = (
    (
        "import: one connection and one process each; the raw rows are as long as our pages are on"
        " average, in a table with the same two unique keys and nothing else."
    ),
)


def run(scale: Scale, place: Place) -> Result:
    """Measure batches beside raw ones."""
    with ExitStack() as stack:
        dsn = stack.enter_context(place.database())
        other = stack.enter_context(place.database(migrated=False))
        ours = stack.enter_context(python_worker("benchmarks.ledger_writer"))
        raw = stack.enter_context(python_worker("benchmarks.peers.raw"))
        ours.ask(do="open", dsn=dsn, streams=0)
        ours.ask(do="import", events=BATCH)
        raw.ask(do="prepare", dsn=other)
        rows: dict[str, Any] = {"dsn": other, "size": mean_page(dsn)}
        rows |= {"events": scale.events, "batch": min(BATCH, scale.events)}
        found = rounds(
            scale.runs,
            {
                RAW: partial(raw.ask, do="batches", **rows),
                JEJAK: partial(ours.ask, do="import", events=scale.events),
            },
        )
        ensure_whole(dsn)
    note = f"rows of {rows['size']} bytes"
    peer = measured(AREA, RAW, UNIT, list(map(rate, found[RAW])), note=note)
    jejak = measured(AREA, JEJAK, UNIT, list(map(rate, found[JEJAK])), goal=GOAL)
    return Result(rows=(peer, jejak.beside(peer, least=LEAST)), notes=NOTES)


def mean_page(dsn: str) -> int:
    """Return how many bytes a page has on average."""
    with psycopg.connect(dsn) as connection:
        row = connection.execute(MEAN).fetchone()
    return int(row[0]) if row else 0
