"""Jejak as a service in a process of its own, as `jejak serve` runs it, with cases to write to."""

import os
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Final
from urllib.error import URLError

from api.main import House, issue, open_house
from api.tokens import Caller, Level, Role
from benchmarks.jobs import PATIENCE_SECONDS, ROOT, WorkerFailed, pinned_to
from benchmarks.peers.umadb import free_port
from benchmarks.people import UNIT, batches, copies, whole_case, write_batch, write_units
from infrastructure.settings import Settings

READY_SECONDS: Final = 60
FOLLOWED_SECONDS: Final = 600
LOG_SHOWN: Final = 600
SERVE: Final = "from api.cli import app; app()"
CALLER: Final = Caller(
    id="bench-1",
    role=Role.CASEWORKER,
    level=Level.UNIT,
    units=frozenset([UNIT]),
    agency=None,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """Where a service listens, its process, and the token of a caseworker of the unit."""

    port: int
    process: int
    token: str = field(repr=False)

    @property
    def headers(self) -> Mapping[str, str]:
        """Return what every request carries."""
        return {"Authorization": f"Bearer {self.token}"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Databases:
    """Two databases of the bench: the ledger's, and the one that keeps its keys."""

    ledger: str = field(repr=False)
    keys: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Furnished:
    """A database with cases in it, and the folder of its master key."""

    databases: Databases
    data: Path
    token: str = field(repr=False)
    cases: Sequence[tuple[str, int]]
    events: int


@contextmanager
def furnished(
    databases: Databases, *, cases: int, events: int, elsewhere: tuple[str, int, int] | None = None
) -> Iterator[Furnished]:
    """Write so many cases of so many events each; wait until the read models have them.

    ``elsewhere`` names another unit, and how many cases of how many events it has.
    """
    with tempfile.TemporaryDirectory(prefix="jejak-bench-") as folder:
        data = Path(folder)
        chosen = Settings(database_url=databases.ledger, keys_url=databases.keys, data_dir=data)
        with open_house(chosen) as house:
            write_units(house.ledger)
            if elsewhere:
                unit, number, length = elsewhere
                write_cases(house, cases=number, events=length, unit=unit)
            written = write_cases(house, cases=cases, events=events)
            position = house.ledger.position()
            if not house.read_models.wait(position, FOLLOWED_SECONDS):
                raise WorkerFailed("the read models do not catch up")
            token = issue(house.tokens, CALLER)
        yield Furnished(databases=databases, data=data, token=token, cases=written, events=position)


def write_cases(
    house: House, *, cases: int, events: int, unit: str = UNIT
) -> Sequence[tuple[str, int]]:
    """Write cases of a unit; return the key and version of each."""
    written: list[tuple[str, int]] = []
    made = islice(copies(whole_case(events, unit)), cases)
    for batch in batches(made, cases * events):
        write_batch(house.ledger, batch)
        last = {one.stream: one.version for one in batch if one.stream.kind == "case"}
        written += [(stream.key, version) for stream, version in last.items()]
    return written


@contextmanager
def serving(
    place: Furnished,
    *,
    cores: Sequence[int] = (),
    chosen: Mapping[str, str] | None = None,
) -> Iterator[Address]:
    """Run `jejak serve` on some cores; stop it as an operator would. Settings may be ``chosen``.

    The processes that it keeps, a projector and a sealer, run on the other cores.
    """
    port = free_port()
    environment = {
        **(chosen or {}),
        "JEJAK_DATABASE_URL": place.databases.ledger,
        "JEJAK_KEYS_URL": place.databases.keys,
        "JEJAK_DATA_DIR": str(place.data),
        "JEJAK_PORT": str(port),
    }
    command = [sys.executable, "-c", SERVE, "serve"]
    ready = f"http://127.0.0.1:{port}/readyz"
    with process(command, environment, cores=cores, ready=ready) as number:
        if others := os.sched_getaffinity(0).difference(cores) if cores else None:
            for child in children(number):
                move(child, others)
        yield Address(port=port, process=number, token=place.token)


def children(process: int) -> list[int]:
    """Return the processes that one keeps; none where Linux does not say."""
    lists = Path(f"/proc/{process}/task").glob("*/children")
    return [int(child) for one in lists for child in one.read_text(encoding="ascii").split()]


def move(process: int, cores: Collection[int]) -> None:
    """Have a process run on some cores from now on, with all its threads."""
    for thread in Path(f"/proc/{process}/task").iterdir():
        with suppress(OSError):  # it has ended
            os.sched_setaffinity(int(thread.name), cores)


@contextmanager
def process(
    command: Sequence[str],
    environment: Mapping[str, str],
    *,
    cores: Sequence[int],
    ready: str,
) -> Iterator[int]:
    """Run a server until it is no longer needed; it is there once ``ready`` answers 200.

    Gives its process id: what keeps it on some cores becomes it.
    """
    with tempfile.TemporaryFile() as said:
        server = subprocess.Popen(  # noqa: S603 - our own programs
            [*pinned_to(cores), *command],
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": str(ROOT), **environment},
            stdin=subprocess.DEVNULL,
            stdout=said,
            stderr=said,
        )
        try:
            if not _answers(ready, server):
                said.seek(0)
                raise WorkerFailed(said.read().decode(errors="replace")[-LOG_SHOWN:])
            yield server.pid
        finally:
            server.send_signal(signal.SIGTERM)
            try:
                server.wait(PATIENCE_SECONDS)
            except subprocess.TimeoutExpired:
                server.kill()
                server.wait()


def _answers(address: str, server: subprocess.Popen[bytes]) -> bool:
    until = time.monotonic() + READY_SECONDS
    while server.poll() is None and time.monotonic() < until:
        try:
            with urllib.request.urlopen(address, timeout=5):  # noqa: S310 - the loopback
                return True
        except (URLError, OSError):
            time.sleep(0.05)
    return False
