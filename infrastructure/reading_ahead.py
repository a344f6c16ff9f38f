"""The ledger, read once from end to end beside whatever goes on, so that the system has it at hand.

A case that nobody asked for lately lies on as many pages of the disk as it has events. A disk gives
them one by one; from end to end it gives a hundred times as many in that time, and memory that
nobody else needs keeps them (docs/adr/0045 has what it measures). What needs the memory gets it.
"""

import os
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from itertools import count, takewhile
from pathlib import Path
from threading import Event, Thread
from typing import Final

import psycopg
import structlog

from infrastructure.postgres_memory import memory

SHARE: Final = 2
"""As much is read as half of the memory holds: first what all is found by, then what is newest."""
AT_ONCE: Final = 256 * 1024
"""Bytes. So much is asked for at a time, and nothing ahead of it: a request that somebody waits for
stands behind one of ours at most, half a millisecond."""
READ_OF: Final = ("keys.sealing_key", "ledger.event")
"""What a case is woken from."""
FILES: Final = """
SELECT pg_relation_filepath(it.oid)
  FROM pg_class AS it
  LEFT JOIN pg_index AS kept ON kept.indexrelid = it.oid
 WHERE to_regclass(%s) IN (it.oid, kept.indrelid)
 ORDER BY kept.indexrelid IS NULL, it.relpages"""
"""Indexes before their table, the smaller first: by what was counted last, since to ask for a size
now waits for whoever has it locked. PostgreSQL has it that a further gigabyte of what is in a file
is in another one of that name and a number."""

log = structlog.get_logger()


@contextmanager
def reading_ahead(clusters: Mapping[str, Path]) -> Iterator[None]:
    """Read until all is read or whoever goes on has ended.

    ``clusters`` are the data directories of servers that run here, by their owners' conninfos.
    """
    ended = Event()

    def read() -> None:
        began = time.monotonic()
        size = read_through(files(clusters), memory() // SHARE, lambda: not ended.is_set())
        took = round((time.monotonic() - began) * 1000)
        log.debug("read_ahead", size=size, milliseconds=took)

    reader = Thread(target=read, name="reading-ahead", daemon=True)
    reader.start()
    try:
        yield
    finally:
        ended.set()
        reader.join()


def files(clusters: Mapping[str, Path]) -> Iterator[Path]:
    """Yield the files to be read, in their order; none where a server or a disk does not answer."""
    for conninfo, cluster in clusters.items():
        with suppress(psycopg.Error, OSError):
            for name in _names(conninfo):
                yield from _parts(cluster / name)


def read_through(them: Iterable[Path], most: int, wanted: Callable[[], bool]) -> int:
    """Read files through for as long as it is ``wanted``; return how many bytes, ``most`` or so."""
    room, size = bytearray(AT_ONCE), 0
    for file in them:
        with suppress(OSError), file.open("rb", buffering=0) as opened:  # it may be gone by now
            if hasattr(os, "posix_fadvise"):  # not on macOS
                os.posix_fadvise(opened.fileno(), 0, 0, os.POSIX_FADV_RANDOM)
            while wanted() and size < most and (some := opened.readinto(room)):
                size += some
    return size


def _names(conninfo: str) -> list[str]:
    with psycopg.connect(conninfo) as owner:
        return [name for one in READ_OF for (name,) in owner.execute(FILES, (one,)).fetchall()]


def _parts(first: Path) -> list[Path]:
    """Return the parts of what begins in a file, the newest first."""
    further = (first.with_name(f"{first.name}.{number}") for number in count(1))
    return [first, *takewhile(Path.exists, further)][::-1]
