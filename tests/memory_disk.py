"""A directory in memory, where the system has one, for files that end with the run anyway.

PostgreSQL copies a database for most tests that need one. On this project's own machine a copy
cost 240 ms of processor time on a disk (ext4, unsynced), and 35 ms in memory.
"""

import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

MEMORY = Path("/dev/shm")  # noqa: S108 - Linux's; a container's may be as small as 64 MB
ENOUGH = 2**30  # bytes; a run of all tests has some 200 MB at a time
PREFIX = "jejak-tests-"


@contextmanager
def memory_disk(otherwise: Path) -> Iterator[Path]:
    """Lend a directory in memory, gone afterwards; `otherwise` where there is too little."""
    if not MEMORY.is_dir() or shutil.disk_usage(MEMORY).free < ENOUGH:
        yield otherwise
        return
    with ExitStack() as lent:
        with held(MEMORY):
            remove_orphans()
            directory = Path(tempfile.mkdtemp(prefix=PREFIX, dir=MEMORY))
            lent.callback(shutil.rmtree, directory)
            lent.enter_context(held(directory))
        yield directory


def remove_orphans() -> None:
    """Give back what runs held that were killed: the kernel has let go of their directories."""
    for directory in MEMORY.glob(f"{PREFIX}*"):
        with suppress(OSError), held(directory, fcntl.LOCK_NB):
            shutil.rmtree(directory)


@contextmanager
def held(directory: Path, how: int = 0) -> Iterator[None]:
    """Hold a directory alone, or raise BlockingIOError at once when `how` says not to wait."""
    descriptor = os.open(directory, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | how)
        yield
    finally:
        os.close(descriptor)
