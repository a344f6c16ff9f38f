"""The database of the key store: the operator's, or a small PostgreSQL of our own beside the other.

It has a folder, a socket and a log of its own, no archive, and the smallest buffers there are. Its
write-ahead log keeps nothing longer than it must, and old segments are removed, not used again: a
destroyed key leaves the disk.
"""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from infrastructure.durable import make_folder
from infrastructure.servers import answers, create_unless_there, reachable
from infrastructure.settings import Settings

if TYPE_CHECKING:
    from pathlib import Path

    from infrastructure.embedded_postgres import EmbeddedPostgres

NAME: Final = "jejak_keys"
FOLDER: Final = "keys"
SMALL: Final = {
    "shared_buffers": "2MB",
    "max_connections": "24",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "wal_recycle": "off",
    "min_wal_size": "2MB",
    "max_wal_size": "8MB",
    "autovacuum_max_workers": "1",
    "max_parallel_workers": "0",
}
SEGMENTS: Final = ("--wal-segsize=1",)


@contextmanager
def key_database(settings: Settings, *, as_guest: bool) -> Iterator[Callable[[], str | None]]:
    """Give what waits for the key store and answers its owner's conninfo.

    It starts at once, in a thread, so that the ledger's can start beside it. The answer is `None`
    where the operator has named a database and no key store: then keys are kept in that database.
    """
    if settings.keys_url:
        conninfo = reachable(settings.keys_url, "JEJAK_KEYS_URL")
        yield lambda: conninfo
        return
    if settings.database_url:
        yield lambda: None
        return
    make_folder(settings.data_dir, parents=True)
    cluster = embedded_keys(settings.data_dir / FOLDER)
    if as_guest and answers(cluster.conninfo(NAME)):
        yield lambda: cluster.conninfo(NAME)
        return

    def started() -> str:
        cluster.start()
        create_unless_there(cluster.conninfo(), NAME)
        return cluster.conninfo(NAME)

    with ThreadPoolExecutor(1, "key-store") as beside:
        starting = beside.submit(started)
        try:
            yield starting.result
        finally:
            starting.exception()  # whatever it was, it was raised where it was waited for
            cluster.stop()


def embedded_keys(directory: "Path", *, fsync: bool = True) -> "EmbeddedPostgres":
    """Return the key store's own PostgreSQL, not yet started."""
    # Only here, so that nothing embedded is loaded where a server is given.
    from infrastructure.embedded_postgres import EmbeddedPostgres  # noqa: PLC0415

    return EmbeddedPostgres(directory, settings=SMALL, initdb=SEGMENTS, fsync=fsync)
