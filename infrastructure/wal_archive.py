"""Continuous archiving: every byte of WAL goes to the backup directory as it is written.

`pg_receivewal` streams it through a replication slot, so that PostgreSQL keeps what has not arrived
yet; it flushes what it has received before it says so. No commit waits for it. Against
`archive_command` it loses less: that one ships a segment of 16 MB once it is full.
"""

import fcntl
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from time import monotonic
from typing import Final

import psycopg
import structlog

from infrastructure.backup import Source, take
from infrastructure.backup_series import begin_series, current_series, has_base, series_of
from infrastructure.durable import make_folder
from infrastructure.embedded_postgres import EmbeddedPostgres
from infrastructure.postgres_programs import ProgramFailed, Programs
from infrastructure.trouble import Trouble

LEDGER: Final = "jejak"
"""The database that has to be there before a first base backup is worth taking."""
SLOT: Final = "jejak_archive"
GONE: Final = "has already been removed"
"""What the server says when the WAL that should come next is no longer there."""
PAUSES: Final = (1.0, 30.0)
"""Seconds before trying again: at first, and at most."""
LAST_SECONDS: Final = 20.0
"""How long the archive may take to end once PostgreSQL has."""

log = structlog.get_logger()


@dataclass(frozen=True, kw_only=True)
class Archiving:
    """How the archive stands: `bytes_behind` is what would be lost with the ledger's disk.

    `baseless` says that its series has no base backup yet, so that it brings nothing back.
    """

    streaming: bool
    bytes_behind: int
    broken: bool
    baseless: bool = False


class NoBackupDirectory(Trouble):
    """It is made by hand, so that a disk which is not mounted is not taken for an empty one."""

    def __init__(self, place: Path) -> None:
        super().__init__(f"tidak ada / there is no {place}")


@contextmanager
def archiving(
    postgres: EmbeddedPostgres,
    directory: Path,
    place: Path | None,
    *,
    programs: Programs | None = None,
    with_base: bool = False,
) -> Iterator[None]:
    """Run PostgreSQL for the block, and archive its WAL into `place` until its very last record.

    A fast shutdown waits until the receiver has everything, so PostgreSQL is stopped first.
    `with_base` has a series that has no base backup begin with one.
    """
    if place is None:
        with postgres:
            yield
        return
    receiver = Receiver(directory, place.absolute(), programs or Programs())
    try:
        with postgres:
            receiver.start(postgres, with_base=with_base)
            try:
                yield
            finally:
                receiver.expect_the_end()
    finally:
        receiver.close()


class Receiver:
    """Keeps `pg_receivewal` running, in a thread; what goes wrong is logged and tried again."""

    def __init__(self, directory: Path, place: Path, programs: Programs) -> None:
        self._directory, self._place, self._programs = directory, place, programs
        self._ending = threading.Event()
        self._threads: list[threading.Thread] = []

    def start(self, postgres: EmbeddedPostgres, *, with_base: bool) -> None:
        """Begin to stream from a server that runs."""
        work = [(self._run, postgres.conninfo())]
        if with_base:
            work.append((self._begin_with_a_base, postgres.conninfo(LEDGER)))
        for target, conninfo in work:
            thread = threading.Thread(
                target=target, args=(conninfo,), name="wal-archive", daemon=True
            )
            thread.start()
            self._threads.append(thread)

    def expect_the_end(self) -> None:
        """Take the end of the stream, from now on, for the end."""
        self._ending.set()

    def close(self) -> None:
        """Wait until the end was received."""
        for thread in self._threads:
            thread.join(LAST_SECONDS)

    def _run(self, conninfo: str) -> None:
        pause, longest = PAUSES
        while not self._ending.is_set():
            began = monotonic()
            try:
                self._receive(conninfo)
            except (OSError, psycopg.Error, Trouble) as error:
                if not self._ending.is_set():
                    log.warning("wal_archive_interrupted", error=type(error).__name__)
            pause = PAUSES[0] if monotonic() - began > longest else min(pause * 2, longest)
            self._ending.wait(pause)

    def _begin_with_a_base(self, conninfo: str) -> None:
        """Take a base backup whenever the series has none, once there is a ledger to back up."""
        source = Source(directory=self._directory, conninfo=conninfo, programs=self._programs)
        pause, rest = PAUSES
        while not self._ending.wait(pause):
            series = series_of(self._directory, self._place)
            pause = rest if series and has_base(series) else PAUSES[0]
            if series and not has_base(series):
                with suppress(OSError, psycopg.Error, Trouble):  # not yet, or not there: again
                    take(source, self._place, keep=None)

    def _receive(self, conninfo: str) -> None:
        """Stream until the server ends; begin another series where a gap cannot be filled."""
        if not self._place.is_dir():
            raise NoBackupDirectory(self._place)
        system, lost = _prepare_slot(conninfo)
        begin = begin_series if lost else current_series
        target = self._place / begin(self._directory, system) / "wal"
        for directory in (target.parent, target):
            make_folder(directory)
        with _held(target.parent):
            said = self._stream(conninfo, target)
        if GONE in said:
            begin_series(self._directory, system)
        if lost or GONE in said:
            log.error("wal_archive_has_a_gap", status="take a base backup")

    def _stream(self, conninfo: str, target: Path) -> str:
        words = [f"--directory={target}", f"--dbname={conninfo}", f"--slot={SLOT}"]
        words += ["--synchronous", "--no-loop", "--no-password", "--status-interval=1"]
        said = ""
        with self._programs.running("pg_receivewal", *words) as process:
            for line in process.stderr or ():
                said = f"{said[-1000:]}{line}"
        if process.returncode and GONE not in said:
            raise ProgramFailed("pg_receivewal", said)
        return said


def state_of_archive(conninfo: str) -> Archiving:
    """Ask the server how its archive stands."""
    with psycopg.connect(conninfo) as connection:
        row = connection.execute(
            "SELECT s.active, s.wal_status IN ('lost', 'unreserved'),"
            " pg_wal_lsn_diff(pg_current_wal_flush_lsn(), coalesce(r.flush_lsn, s.restart_lsn))"
            " FROM pg_replication_slots AS s LEFT JOIN pg_stat_replication AS r"
            " ON r.pid = s.active_pid WHERE s.slot_name = %s",
            (SLOT,),
        ).fetchone()
    streaming, broken, behind = row or (False, False, None)
    return Archiving(streaming=streaming, bytes_behind=int(behind or 0), broken=bool(broken))


def _prepare_slot(conninfo: str) -> tuple[str, bool]:
    """Have the slot; return the cluster's identifier, and whether WAL was lost since the last."""
    with psycopg.connect(conninfo, autocommit=True) as connection:
        found = connection.execute(
            "SELECT wal_status = 'lost' FROM pg_replication_slots WHERE slot_name = %s", (SLOT,)
        ).fetchone()
        if lost := bool(found and found[0]):
            connection.execute("SELECT pg_drop_replication_slot(%s)", (SLOT,))
        if lost or not found:
            connection.execute("SELECT pg_create_physical_replication_slot(%s, true)", (SLOT,))
        row = connection.execute(
            "SELECT system_identifier::text FROM pg_control_system()"
        ).fetchone()
    return (row[0] if row else "", lost)


@contextmanager
def _held(series: Path) -> Iterator[None]:
    """Hold a series against another receiver: two would write over one another."""
    descriptor = os.open(series, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    finally:
        os.close(descriptor)
