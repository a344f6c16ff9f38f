"""What the four peers take for the same, each in a process of its own, by turns among themselves.

Theirs is a program in `benchmarks.peers` for each: ``raw_``, ``stock_`` and ``umadb_`` with what is
measured behind it, and `emmett.mjs`, which knows a job by what stands in it.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

from benchmarks.jobs import Worker, WorkerFailed, python_worker
from benchmarks.ledger import SIZE, address_of
from benchmarks.peers import installing, umadb
from benchmarks.place import Place
from benchmarks.result import Row, Scale, measured, not_measured, percentile
from benchmarks.rounds import rounds

UNIT: Final = "ms (p99)"
Ask = Callable[..., Mapping[str, Any]]
Opening = Callable[[Place, str, str], AbstractContextManager[Ask]]


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
    asks: dict[str, Ask] = {}
    missing: dict[str, str] = {}
    with ExitStack() as stack:
        dsn = stack.enter_context(place.database(migrated=False))
        for name, opening in zip(peers.names, OPENINGS, strict=True):
            try:
                asks[name] = stack.enter_context(opening(place, dsn, peers.what))
            except (installing.NotInstalled, WorkerFailed) as why:
                missing[name] = str(why).splitlines()[-1]
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


@contextmanager
def raw(_: Place, dsn: str, what: str) -> Iterator[Ask]:
    """Give what asks PostgreSQL itself."""
    with python_worker(f"benchmarks.peers.raw_{what}") as worker:
        yield partial(worker.ask, dsn=dsn)


@contextmanager
def stock(_: Place, dsn: str, what: str) -> Iterator[Ask]:
    """Give what asks the stock library."""
    with python_worker(f"benchmarks.peers.stock_{what}") as worker:
        yield partial(worker.ask, dsn=dsn)


@contextmanager
def emmett(place: Place, dsn: str, _: str) -> Iterator[Ask]:
    """Give what asks Emmett, installed where it is not."""
    with Worker(*installing.emmett(place)) as worker:
        yield partial(worker.ask, url=address_of(dsn))


@contextmanager
def uma(place: Place, _: str, what: str) -> Iterator[Ask]:
    """Give what asks UmaDB, with its server running."""
    programs = installing.umadb(place)
    module = f"benchmarks.peers.umadb_{what}"
    with (
        umadb.serving(programs, place.cache) as url,
        python_worker(module, python=str(programs / "python")) as worker,
    ):
        yield partial(worker.ask, url=url)


OPENINGS: Final[Sequence[Opening]] = (raw, stock, emmett, uma)
