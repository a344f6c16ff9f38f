"""The sealer as a program: ``python -m infrastructure.sealer_process``, or ``jejak seal``.

A process of its own, so that the service never holds the log's key nor the sealer's role. It ends
with the service that started it (``--parent``), however that ended.
"""

import argparse
import os
import signal
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from queue import Empty, SimpleQueue
from time import monotonic
from typing import Final, NamedTuple

import psycopg
import structlog

from infrastructure.log_refused import LogRefused
from infrastructure.logging import configure_logging
from infrastructure.sealer import Sealer, sealer_pool
from infrastructure.servers import reachable
from infrastructure.trouble import Trouble
from infrastructure.witness_client import Askers, WitnessAddress

LOOK_SECONDS: Final = 0.5
"""How often it is looked whether the parent is still there."""
REST_SECONDS: Final = 2.0
"""How long nothing is tried after the database failed."""

SEALED: Final = "log bukti: {size} daun ditandatangani / the log: {size} leaves signed\n"
NOTHING_NEW: Final = "tidak ada yang baru / nothing new\n"

log = structlog.get_logger()


class NoLedgerYet(Trouble):
    """The database has no log to add to."""


class Place(NamedTuple):
    """What is sealed: where the ledger is, and the log's key; who cosigns, and how often."""

    dsn: str
    data_dir: Path
    witnesses: str
    every: float


def main(arguments: Sequence[str] | None = None) -> int:
    """Seal until asked to stop, or once; return the exit status."""
    chosen = _chosen(arguments)
    configure_logging()
    wishes: SimpleQueue[int] = SimpleQueue()
    for wish in (signal.SIGINT, signal.SIGTERM):
        signal.signal(wish, lambda number, _: wishes.put(number))
    try:
        with _opened(chosen) as place:
            _look(place.dsn)
            with sealer_pool(place.dsn) as pool:
                sealer = Sealer.of(pool, place.data_dir, chosen.head)
                askers = Askers(pool, WitnessAddress.all_of(place.witnesses))
                if chosen.once:
                    done = sealer.seal()
                    askers.once()
                    sys.stdout.write(SEALED.format(size=done.size) if done else NOTHING_NEW)
                else:
                    askers.start()
                    _follow(sealer, place.every, wishes, chosen.parent)
    except LogRefused as refused:
        log.error("log_not_signed", error=type(refused).__name__)  # noqa: TRY400  # no trace
        _say(str(refused))
        return 1
    except Trouble as trouble:
        _say(str(trouble))
        return 1
    return 0


@contextmanager
def _opened(chosen: argparse.Namespace) -> Iterator[Place]:
    """Give what is to be sealed: as the service tells who keeps us, or as a guest finds it."""
    if chosen.parent is not None and chosen.every:
        told = os.environ
        dsn = reachable(told["JEJAK_DATABASE_URL"], "JEJAK_DATABASE_URL")
        yield Place(dsn, Path(told["JEJAK_DATA_DIR"]), told["JEJAK_WITNESSES"], chosen.every)
        return
    # Only here: to read settings, and to know of servers of our own, is 7 MB for as long as we run.
    from infrastructure.database import open_database  # noqa: PLC0415
    from infrastructure.settings import Settings  # noqa: PLC0415

    settings = Settings()
    with open_database(settings, as_guest=True) as database:
        every = chosen.every or settings.seal_every
        yield Place(database.dsn, settings.data_dir, settings.witnesses, every)


def _follow(sealer: Sealer, every: float, wishes: "SimpleQueue[int]", parent: int | None) -> None:
    """Seal every so many seconds until asked to stop, or until the parent is gone.

    A queue, because an `Event` may not be set by a signal: two in a row wait for one another.
    """
    while wishes.empty():
        until = monotonic() + every
        try:
            while sealer.sequence() and monotonic() < until:
                pass
            sealer.sign()
        except LogRefused:
            raise
        except Exception as error:  # noqa: BLE001  # the database may come back
            log.warning("sealer_interrupted", error=type(error).__name__)
            until = monotonic() + REST_SECONDS
        while (left := until - monotonic()) > 0:
            if parent is not None and os.getppid() != parent:
                return
            with suppress(Empty):
                wishes.get(timeout=min(left, LOOK_SECONDS))
                return


def _look(dsn: str) -> None:
    """Raise unless the database has been migrated."""
    with psycopg.connect(dsn, connect_timeout=10) as connection:
        there = connection.execute("SELECT to_regclass('ledger.checkpoint') IS NOT NULL")
        if there.fetchone() != (True,):
            raise NoLedgerYet(
                "basis data ini belum berisi buku; jalankan `jejak serve` dahulu\n"
                "this database holds no ledger yet; run `jejak serve` first"
            )


def _chosen(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="jejak seal", description=__doc__)
    parser.add_argument("--once", action="store_true")
    parser.add_argument("--every", type=float)
    parser.add_argument("--head", type=Path)
    parser.add_argument("--parent", type=int)
    return parser.parse_args(arguments)


def _say(text: str) -> None:
    sys.stderr.write(f"{text}\n")
    sys.stderr.flush()


if __name__ == "__main__":
    sys.exit(main())
