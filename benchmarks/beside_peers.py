"""What the four peers take for the same, each in a process of its own, by turns."""

from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

from benchmarks.peers.opening import SIZE, Opening, emmett, opened, raw, stock, uma
from benchmarks.place import Place
from benchmarks.result import Row, Scale, measured, not_measured, percentile
from benchmarks.rounds import rounds

UNIT: Final = "ms (p99)"
OPENINGS: Final[Sequence[Opening]] = (raw, stock, emmett, uma)


@dataclass(frozen=True, slots=True, kw_only=True)
class Peers:
    """What is measured of them, and what raw PostgreSQL, stock, Emmett and UmaDB are called."""

    area: str
    what: str
    names: Sequence[str]


def beside_peers(
    peers: Peers, jobs: Mapping[str, Mapping[str, Any]], scale: Scale, place: Place
) -> dict[str, list[Row]]:
    """Return a row for each peer under each load, by the load.

    ``jobs`` say what a load is. Each answers how many milliseconds one thing ``took``, so often.
    """
    with ExitStack() as stack:
        dsn = stack.enter_context(place.database(migrated=False))
        openings = dict(zip(peers.names, OPENINGS, strict=True))
        asks, missing = opened(stack, openings, place, dsn, peers.what)
        subjects = {
            f"{name}, {load}": partial(ask, size=SIZE, **job)
            for load, job in jobs.items()
            for name, ask in asks.items()
        }
        found = rounds(scale.runs, subjects)

    def row(subject: str, name: str) -> Row:
        if name in missing:
            return not_measured(peers.area, subject, UNIT, missing[name])
        runs = [percentile(answer["took"], 0.99) for answer in found[subject]]
        return measured(peers.area, subject, UNIT, runs)

    return {load: [row(f"{name}, {load}", name) for name in peers.names] for load in jobs}
