"""How a peer is opened: a process of its own that does its jobs, with its server where it has one.

Its program is named by what is measured: ``raw_``, ``stock_`` and ``umadb_`` with that behind it,
and `emmett.mjs`, which knows a job by what stands in it.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack, contextmanager
from functools import partial
from typing import Any, Final
from urllib.parse import quote

from psycopg.conninfo import conninfo_to_dict

from benchmarks.jobs import Worker, WorkerFailed, python_worker
from benchmarks.peers import installing, umadb
from benchmarks.place import Place

SIZE: Final = 600
"""Bytes of a peer's event."""
Ask = Callable[..., Mapping[str, Any]]
Opening = Callable[[Place, str, str], AbstractContextManager[Ask]]
"""Opens a peer in a place, over a database, for what is measured."""


def opened(
    stack: ExitStack, openings: Mapping[str, Opening], place: Place, dsn: str, what: str
) -> tuple[dict[str, Ask], dict[str, str]]:
    """Return what asks each peer that can be had, and why the others cannot."""
    asks: dict[str, Ask] = {}
    missing: dict[str, str] = {}
    for name, opening in openings.items():
        try:
            asks[name] = stack.enter_context(opening(place, dsn, what))
        except (installing.NotInstalled, WorkerFailed) as why:
            missing[name] = str(why).splitlines()[-1]
    return asks, missing


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


def address_of(dsn: str) -> str:
    """Return a database's address as a URL, which is what Node's driver takes."""
    said = conninfo_to_dict(dsn)
    host = quote(str(said["host"]), safe="")
    return f"postgresql://{said['user']}@/{said['dbname']}?host={host}&port={said['port']}"
