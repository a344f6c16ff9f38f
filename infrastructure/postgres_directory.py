"""A directory that PostgreSQL works in: whose it is at the moment, and what lies in it.

    cluster/        PostgreSQL's own
    run/            its socket (a link to one in /tmp where this path is too long for a socket)
    postgres.log
    service.lock

Two locks keep the peace, and the kernel gives both back whatever dies:

* `service.lock` is held by the service: another holder means that the directory is in use;
* the directory itself is locked through a descriptor that PostgreSQL and all its children inherit:
  as long as one of them lives, a predecessor is still shutting down, and we wait for it.
"""

import contextlib
import fcntl
import os
import re
import shutil
import stat
import tempfile
import time
from pathlib import Path
from typing import BinaryIO

from infrastructure.durable import make_folder
from infrastructure.postgres_tenant import Tenant
from infrastructure.trouble import Trouble

PORT = 5432
# A socket's path holds 107 bytes; a comma or a quote in it means something to libpq.
PLAIN_PATH = re.compile(rf"[\w/.+-]{{1,{107 - len(f'/.s.PGSQL.{PORT}')}}}", re.ASCII)
PATIENCE_WITH_A_SERVICE = 1.0  # seconds: one that was killed this moment still has its lock
ENOUGH_LOG = 10_000_000  # bytes


class DataDirectoryInUse(Trouble):
    """Another service, or a PostgreSQL which is not ours, works in the directory."""


class PostgresDirectory:
    """The directory at `path`, held between `take` and `give_back`."""

    def __init__(self, path: Path) -> None:
        self.path = path.absolute()
        self.cluster = self.path / "cluster"
        self.log = self.path / "postgres.log"
        run = self.path / "run"  # perhaps there already, of a service beside us
        self.socket_directory = run.readlink() if run.is_symlink() else run
        self._locks: list[int] = []

    @property
    def heirloom(self) -> int:
        """The locked descriptor of the directory, which every child has to inherit."""
        return self._locks[-1]

    def take(self, until: float) -> None:
        """Hold the directory alone; wait for a predecessor's PostgreSQL `until` (monotonic clock).

        Raises DataDirectoryInUse.
        """
        make_folder(self.path, parents=True)
        service = os.open(self.path / "service.lock", os.O_RDWR | os.O_CREAT, 0o600)
        if not lock(service, time.monotonic() + PATIENCE_WITH_A_SERVICE):
            os.close(service)
            raise self._in_use("Jejak lain", "another Jejak")
        tree = os.open(self.path, os.O_RDONLY | os.O_DIRECTORY)
        self._locks = [service, tree]
        if not lock(tree, until):
            raise self._in_use(
                "PostgreSQL sebelumnya yang belum juga berhenti",
                "a previous PostgreSQL that does not stop",
            )

    def give_back(self) -> None:
        """Let the next one have it. Harmless when it is not held."""
        if self._locks:
            self._remove_socket_directory()
        while self._locks:
            os.close(self._locks.pop())

    def furnish(self, tenant: Tenant) -> None:
        """Give everything to the tenant, closed to all others, with an empty `run/`."""
        self._remove_socket_directory()  # with what a killed predecessor left in it
        self.socket_directory = self.path / "run"
        if PLAIN_PATH.fullmatch(str(self.socket_directory)):
            self.socket_directory.mkdir(mode=0o700)
        else:
            self.socket_directory = Path(tempfile.mkdtemp(prefix="jejak-", dir="/tmp"))
            (self.path / "run").symlink_to(self.socket_directory)
        self.path.chmod(0o700)
        if os.geteuid() == 0:  # nobody else ever needs to give anything away
            for path in (self.path, self.socket_directory, *self.path.rglob("*")):
                hand_over(path, tenant)

    def _remove_socket_directory(self) -> None:
        run = self.path / "run"
        shutil.rmtree(run.resolve(), ignore_errors=True)
        run.unlink(missing_ok=True)

    def path_for(self, tenant: Tenant, path: Path) -> str:
        """Name `path` so that the tenant gets there, even through parents closed to him."""
        if tenant.is_ourselves or not path.is_relative_to(self.path):
            return str(path)
        return f"/proc/self/fd/{self.heirloom}/{path.relative_to(self.path)}"

    def open_log(self) -> BinaryIO:
        """Open the log for PostgreSQL to write on; a long one is put aside first."""
        if self.log.exists() and self.log.stat().st_size > ENOUGH_LOG:
            self.log.replace(self.log.with_suffix(".log.old"))
        return self.log.open("ab")

    def forget_reused_pid(self) -> None:
        """Remove a `postmaster.pid` whose process is not PostgreSQL, or no longer.

        In a restarted container the old number soon belongs to another program, or to a zombie,
        and PostgreSQL would take that for its predecessor. Raises DataDirectoryInUse when it really
        is a PostgreSQL, started here by someone else.
        """
        pid_file = self.cluster / "postmaster.pid"
        try:
            process = Path("/proc") / str(int(pid_file.read_text().splitlines()[0]))
        except (OSError, ValueError, IndexError):
            return
        if not process.exists():
            return  # PostgreSQL sees that itself, and checks more than we can
        with contextlib.suppress(OSError):
            if (process / "cwd").samefile(self.cluster):
                raise self._in_use("PostgreSQL lain", "another PostgreSQL")
        pid_file.unlink()

    def _in_use(self, siapa: str, who: str) -> DataDirectoryInUse:
        return DataDirectoryInUse(
            f"Folder data {self.path} sedang dipakai oleh {siapa}. Hentikan dulu, atau pilih "
            "folder lain dengan JEJAK_DATA_DIR.\n"
            f"The data directory {self.path} is in use by {who}. Stop it first, or choose "
            "another directory with JEJAK_DATA_DIR."
        )


def cut_short(directory: Path) -> Path | None:
    """Return the old cluster of an upgrade that ended between its two names, if there is one.

    Then there is none in use, and making an empty one would hide both.
    """
    if (directory / "cluster").exists():
        return None
    return max(directory.glob("cluster-*"), default=None)


def hand_over(path: Path, tenant: Tenant) -> None:
    """Give a file or directory to the tenant; never one that has a second name elsewhere."""
    found = path.lstat()
    shared = stat.S_ISREG(found.st_mode) and found.st_nlink > 1
    if found.st_uid != tenant.uid and not shared:
        os.chown(path, tenant.uid, tenant.gid, follow_symlinks=False)


def lock(descriptor: int, until: float) -> bool:
    """Lock the file, waiting for it no longer than `until` (of the monotonic clock)."""
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() >= until:
                return False
            time.sleep(0.02)
        else:
            return True
