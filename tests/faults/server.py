"""The PostgreSQL of a campaign: with fsync, a clock that can be set, and disks that can be full."""

import contextlib
import os
import shutil
import signal
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg

from infrastructure.database import create_unless_there
from infrastructure.embedded_postgres import EmbeddedPostgres, PostgresDidNotStart
from infrastructure.postgres_tenant import wheel_binaries

from .disks import Disk, may_mount, run

FAKETIME = next(Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1"), None)
"""Debian's `libfaketime`, where it is installed."""
SETTINGS = {
    "fsync": "on",
    "synchronous_commit": "on",
    "full_page_writes": "on",
    "max_wal_size": "96MB",
    "min_wal_size": "32MB",
    "max_connections": "80",
}
DATABASE, KEYS = "jejak", "jejak_keys"
DATA_MEBIBYTES, WAL_MEBIBYTES = 3_000, 400


class Server:
    """One PostgreSQL that is killed, frozen and starved, and started again."""

    def __init__(self, directory: Path, settings: dict[str, str] | None = None) -> None:
        self.clock = directory / "clock"
        self.clock.write_text("+0")
        self.data: Disk | None = None
        self.wal: Disk | None = None
        if may_mount():
            run("mount", "-t", "tmpfs", "none", "/dev/shm")  # noqa: S108 - a private one
            self.data = Disk(directory / "data.img", DATA_MEBIBYTES)
            self.wal = Disk(directory / "wal.img", WAL_MEBIBYTES)
            self.data.mount(directory / "disk")
        given = os.environ.get("JEJAK_TEST_BINARIES")
        binaries = Path(given) if given else wheel_binaries()
        self._postgres = EmbeddedPostgres(
            directory / "disk" / "postgres",
            binaries=self._with_clock(directory / "bin", binaries),
            settings=SETTINGS | (settings or {}),
            deadline=60,
        )
        self.cluster = directory / "disk" / "postgres" / "cluster"
        self._postgres.start()
        if self.wal:
            self._move_wal(directory, self.wal)
        for name in (DATABASE, KEYS):
            create_unless_there(self._postgres.conninfo(), name)

    @property
    def has_clock(self) -> bool:
        return FAKETIME is not None

    @property
    def socket(self) -> Path:
        """Where it listens now."""
        host = psycopg.conninfo.conninfo_to_dict(self._postgres.conninfo())["host"]
        return Path(str(host)) / ".s.PGSQL.5432"

    def conninfo(self) -> str:
        return self._postgres.conninfo(DATABASE)

    def _with_clock(self, place: Path, binaries: Path) -> Path:
        """Return a directory of programs that start those of another under the set clock."""
        if not self.has_clock:
            return binaries
        place.mkdir(mode=0o755)
        for program in ("postgres", "initdb"):
            script = place / program
            script.write_text(
                "#!/bin/sh\n"
                f"export LD_PRELOAD={FAKETIME} FAKETIME_TIMESTAMP_FILE={self.clock}\n"
                "export FAKETIME_CACHE_DURATION=1 FAKETIME_DONT_FAKE_MONOTONIC=1\n"
                f'exec {binaries / program} "$@"\n'
            )
            script.chmod(0o755)
        return place

    def _move_wal(self, directory: Path, wal: Disk) -> None:
        """Put the write-ahead log on a disk of its own."""
        self._postgres.stop()
        place, draft = self.cluster / "pg_wal", directory / "wal"
        owner = place.stat()
        wal.mount(draft)
        shutil.copytree(place, draft, dirs_exist_ok=True)
        for path in (draft, *draft.rglob("*")):
            os.chown(path, owner.st_uid, owner.st_gid)
        draft.chmod(0o700)
        wal.unmount()
        wal.mount(place)
        self._postgres.start()

    @contextlib.contextmanager
    def admin(self) -> Iterator[psycopg.Connection[Any]]:
        """Connect as the owner, past the proxy."""
        with psycopg.connect(
            self.conninfo(), autocommit=True, connect_timeout=5, application_name="campaign"
        ) as connection:
            yield connection

    def expect_no_standby(self) -> None:
        """Have commits wait for nobody."""
        with self.admin() as connection:
            connection.execute("ALTER SYSTEM RESET synchronous_standby_names")
            connection.execute("SELECT pg_reload_conf()")

    def is_well(self) -> bool:
        """Say whether it answers."""
        try:
            with self.admin() as connection:
                return connection.execute("SELECT 1").fetchone() == (1,)
        except psycopg.Error:
            return False

    def postmaster(self) -> int:
        return int((self.cluster / "postmaster.pid").read_text().split()[0])

    def processes(self) -> list[int]:
        """Return the postmaster and its children."""
        first = self.postmaster()
        return [first, *children_of(first)]

    def mend(self, *, patience: float = 60.0) -> None:
        """Have it run again, whatever was done to it."""
        until = time.monotonic() + patience
        for pid in self._living():
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGCONT)
        while not self.is_well():
            if time.monotonic() > until:
                raise TimeoutError("PostgreSQL does not come back")
            if not self._living():
                self.restart()
            time.sleep(0.02)
        self.expect_no_standby()  # whatever became of who should have said so

    def _living(self) -> list[int]:
        try:
            first = self.postmaster()
        except (OSError, ValueError, IndexError):
            return []
        return (
            [first, *children_of(first)] if is_running(first) else []
        )  # its file may be gone by now

    def restart(self) -> None:
        """Shut it down fast, if it runs, and start it."""
        self._postgres.stop()
        with contextlib.suppress(PostgresDidNotStart):  # it is tried again by whoever mends
            self._postgres.start()

    def stop(self) -> None:
        """Stop for good, and let go of its disks."""
        self._postgres.stop()
        for disk in (self.wal, self.data):
            if disk:
                disk.unmount()


def children_of(pid: int) -> list[int]:
    """Return the processes that a process started and that still run."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            with contextlib.suppress(OSError, IndexError):
                fields = (entry / "stat").read_text().rpartition(")")[2].split()
                if int(fields[1]) == pid:
                    found.append(int(entry.name))
    return found


def is_running(pid: int) -> bool:
    """Say whether a process is there and is no zombie."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state not in {"Z", "X"}
