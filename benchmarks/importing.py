"""`import`: how an import writes, in batches of a thousand events, beside raw rows as long.

Jejak's side is `infrastructure.in_turn.InTurn`, by which `jejak import` writes rows that it has
checked. A second row tells of the command's whole way, from a CSV to the last commit.
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
WHOLE: Final = "Jejak, from a CSV: read, checked, written"
ROWS: Final = "three events to a line"
GOAL: Final = f"at least {LEAST:g} x raw unnest inserts"
MEAN: Final = "SELECT coalesce(avg(length(page)), 0)::int FROM ledger.event"
NOTES: Final = (
    (
        "import: one process each, and one connection for rows; keys go over another, as to a key"
        " store apart. The raw rows are as long as our pages are on average, in a table with the"
        " same two unique keys and nothing else."
    ),
    (
        "import: a batch is 166 cases of new people, six events each: their keys made and durable,"
        " every field sealed, every stream chained, the ledger's checks, one durable commit; the"
        " next is sealed while one is written, and the keys of the one after it are made. That it"
        " was read from a file and decided is not in it: that is in the row from a CSV, whose lines"
        " lead to three events each."
    ),
)


def run(scale: Scale, place: Place) -> Result:
    """Measure batches beside raw ones."""
    with ExitStack() as stack:
        dsn = stack.enter_context(place.database())
        other = stack.enter_context(place.database(migrated=False))
        ours = stack.enter_context(python_worker("benchmarks.import_writer"))
        raw = stack.enter_context(python_worker("benchmarks.peers.raw"))
        ours.ask(do="open", dsn=dsn)
        ours.ask(do="write", events=BATCH)
        raw.ask(do="prepare", dsn=other)
        job: dict[str, Any] = {"dsn": other, "size": mean_page(dsn)}
        job |= {"events": scale.events, "batch": min(BATCH, scale.events)}
        found = rounds(
            scale.runs,
            {
                RAW: partial(raw.ask, do="batches", **job),
                JEJAK: partial(ours.ask, do="write", events=scale.events),
                WHOLE: partial(ours.ask, do="file", events=scale.events),
            },
        )
        ensure_whole(dsn)
    note = f"rows of {job['size']} bytes"
    peer = measured(AREA, RAW, UNIT, list(map(rate, found[RAW])), note=note)
    jejak = measured(AREA, JEJAK, UNIT, list(map(rate, found[JEJAK])), goal=GOAL)
    whole = measured(AREA, WHOLE, UNIT, list(map(rate, found[WHOLE])), note=ROWS)
    rows = (peer, jejak.beside(peer, least=LEAST), whole.beside(peer))
    return Result(rows=rows, notes=NOTES)


def mean_page(dsn: str) -> int:
    """Return how many bytes a page has on average."""
    with psycopg.connect(dsn) as connection:
        row = connection.execute(MEAN).fetchone()
    return int(row[0]) if row else 0
