"""What it takes peers to load a stream: the same lengths as `replay`, read from the first event.

Theirs is one time only: nothing is unsealed, ordered by when it was true, or corrected.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from functools import partial
from typing import Any, Final

from benchmarks.jobs import Worker, WorkerFailed, python_worker
from benchmarks.ledger import SIZE, address_of
from benchmarks.peers import installing, umadb
from benchmarks.place import Place
from benchmarks.result import Row, Scale, measured, not_measured, percentile
from benchmarks.rounds import rounds

PEERS: Final = ("raw: SELECT of the stream", "stock: repository.get", "Emmett", "UmaDB")
Ask = Callable[..., Mapping[str, Any]]


def measured_peers(
    area: str, unit: str, cases: Mapping[int, int], scale: Scale, place: Place
) -> dict[int, list[Row]]:
    """Return a row for each peer and length; ``cases`` says how many of a length are loaded."""
    asks: dict[str, Ask] = {}
    missing: dict[str, str] = {}
    with ExitStack() as stack:
        dsn = stack.enter_context(place.database(migrated=False))
        for name, opening in zip(PEERS, (raw, stock, emmett, uma), strict=True):
            try:
                asks[name] = stack.enter_context(opening(place, dsn))
            except (installing.NotInstalled, WorkerFailed) as why:
                missing[name] = str(why).splitlines()[-1]
        subjects = {
            named(name, length): partial(ask, length=length, cases=count, size=SIZE)
            for length, count in cases.items()
            for name, ask in asks.items()
        }
        found = rounds(scale.runs, subjects)
    return {
        length: [
            not_measured(area, named(name, length), unit, missing[name])
            if name in missing
            else measured(area, named(name, length), unit, p99s(found[named(name, length)]))
            for name in PEERS
        ]
        for length in cases
    }


def named(name: str, length: int) -> str:
    """Return a peer under its load."""
    return f"{name}, {length} events"


def p99s(answers: Sequence[Mapping[str, Any]]) -> list[float]:
    """Return the 99th percentile of each run, in milliseconds."""
    return [percentile(answer["took"], 0.99) for answer in answers]


@contextmanager
def raw(_: Place, dsn: str) -> Iterator[Ask]:
    """Give what asks PostgreSQL itself."""
    with python_worker("benchmarks.peers.raw_stream") as worker:
        yield partial(worker.ask, dsn=dsn)


@contextmanager
def stock(_: Place, dsn: str) -> Iterator[Ask]:
    """Give what asks the stock library."""
    with python_worker("benchmarks.peers.stock_stream") as worker:
        yield partial(worker.ask, dsn=dsn)


@contextmanager
def emmett(place: Place, dsn: str) -> Iterator[Ask]:
    """Give what asks Emmett, installed where it is not."""
    with Worker(*installing.emmett(place)) as worker:
        yield partial(worker.ask, url=address_of(dsn))


@contextmanager
def uma(place: Place, _: str) -> Iterator[Ask]:
    """Give what asks UmaDB, with its server running."""
    programs = installing.umadb(place)
    module = "benchmarks.peers.umadb_stream"
    with (
        umadb.serving(programs, place.cache) as url,
        python_worker(module, python=str(programs / "python")) as worker,
    ):
        yield partial(worker.ask, url=url)
