"""The projector as a program: ``python -m infrastructure.projector_process``, or ``jejak project``.

A process of its own, so that requests do not wait behind what follows them. A service that keeps
one tells it what to open (``--told``, on standard input, which ends with the service); otherwise
the settings say it, as they do for any command beside a service.
"""

import argparse
import gc
import json
import os
import signal
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from queue import SimpleQueue
from threading import Thread
from typing import Final

import structlog

from infrastructure.connections import FULL
from infrastructure.database import Database, ensure_up_to_date, open_database
from infrastructure.ground import open_ground
from infrastructure.logging import configure_logging
from infrastructure.projector import following, projector_of
from infrastructure.settings import Settings
from infrastructure.trouble import Trouble

GARBAGE: Final = (10_000, 50)
"""After how many objects, and looks, garbage is looked for: as in the service (`api.serving`)."""

log = structlog.get_logger()
Wishes = SimpleQueue[int]


def main(arguments: Sequence[str] | None = None) -> int:
    """Follow the ledger until asked to stop; return the exit status."""
    parser = argparse.ArgumentParser(prog="jejak project", description=__doc__)
    parser.add_argument("--told", action="store_true")
    told = parser.parse_args(arguments).told
    configure_logging()
    wishes: Wishes = SimpleQueue()
    for wish in (signal.SIGINT, signal.SIGTERM):
        signal.signal(wish, lambda number, _: wishes.put(number))
    try:
        with opened(wishes, told=told) as (settings, database), projecting(settings, database):
            wishes.get()
    except Trouble as trouble:
        sys.stderr.write(f"{trouble}\n")
        return 1
    except FULL as away:  # whoever keeps it starts it again
        log.warning("projector_interrupted", error=type(away).__name__)
        return 1
    return 0


@contextmanager
def opened(wishes: Wishes, *, told: bool) -> Iterator[tuple[Settings, Database]]:
    """Give what is to be opened: as a service tells it, or as a guest finds it."""
    if told:
        said = json.loads(sys.stdin.buffer.readline())
        Thread(target=await_end, args=(wishes,), name="service", daemon=True).start()
        yield Settings(**said["settings"]), Database(**said["database"])
    else:
        settings = Settings()
        with open_database(settings, as_guest=True) as database:
            ensure_up_to_date(database.dsn)
            yield settings, database


def await_end(wishes: Wishes) -> None:
    """Wish to stop when the service has gone, however it went."""
    os.read(sys.stdin.fileno(), 1)  # not by its buffer, which must be free when Python ends
    wishes.put(signal.SIGTERM)


@contextmanager
def projecting(settings: Settings, database: Database) -> Iterator[None]:
    """Do all that a projector does, until what is under way is finished."""
    with ExitStack() as stack:
        ground = stack.enter_context(open_ground(database, settings.data_dir, as_guest=True))
        stack.enter_context(following(ground))
        stack.enter_context(projector_of(ground, settings)).begin()
        gc.freeze()
        gc.set_threshold(*GARBAGE)
        yield


if __name__ == "__main__":
    sys.exit(main())
