"""Keeps a sealer running beside a service: started again when it dies, gone when we are."""

import os
import subprocess
import sys
from pathlib import Path
from threading import Event, Lock, Thread
from time import monotonic
from typing import Final, Self

import psycopg
import structlog

from application.transparency import Checkpoint
from infrastructure.log_key import make_next_log_key
from infrastructure.log_standing import Standing, standing
from infrastructure.log_succession import Rotated, announced, named_in
from infrastructure.sealer import seal_once
from infrastructure.settings import Settings
from infrastructure.signed_note import Signer
from infrastructure.witness_client import WitnessAddress

LAUNCHER: Final = Path(__file__).with_name("postgres_launch.py")
PROGRAM: Final = "infrastructure.sealer_process"
REST_SECONDS: Final = (1.0, 60.0)
"""How long until it is started again: at first, and at most."""
HEALTHY_SECONDS: Final = 60.0
STOP_SECONDS: Final = 10.0
OF_KEYS: Final = (
    "JEJAK_KEYS_URL",
    "JEJAK_MASTER_KEY",
    "JEJAK_MASTER_KEY_NEXT",
    "JEJAK_MASTER_KEY_COMMAND",
)
"""What a sealer is not told: it reads no personal data."""

log = structlog.get_logger()


class SealerChild:
    """One sealer over the database ``dsn``, from `start` to `close`."""

    def __init__(self, settings: Settings, dsn: str) -> None:
        self._settings, self._dsn = settings, dsn
        self._environment = {
            **{name: said for name, said in os.environ.items() if name not in OF_KEYS},
            "JEJAK_DATABASE_URL": dsn,
            "JEJAK_OWNER_URL": "",
            "JEJAK_DATA_DIR": str(settings.data_dir),
            "JEJAK_BACKUP_DIR": "",  # backups are the service's
            "JEJAK_KEYS_BACKUP_DIR": "",
        }
        self._closing, self._turn = Event(), Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._thread = Thread(target=self._keep, name="sealer", daemon=True)

    @property
    def pid(self) -> int | None:
        """Return the process id of the sealer that runs now, if one does."""
        process = self._process
        return process.pid if process and process.poll() is None else None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def once(self) -> Checkpoint | None:
        """Seal what is new here and now, without a process of its own."""
        return seal_once(self._dsn, self._settings.data_dir)

    def rotate_key(self) -> Rotated:
        """Make the key that is to follow the log's, and announce it where there is news to sign.

        Until it is announced, by whoever seals next, it stays the one to follow. Raises
        `LogRefused`.
        """
        seed = make_next_log_key(self._settings.data_dir)
        self.once()
        with psycopg.connect(self._dsn) as connection:
            following = Signer(standing(connection, ()).origin, seed).key
            since = [it.size for it in announced(connection) if named_in(it.note) == str(following)]
        return Rotated(vkey=str(following), since=since[0] if since else None)

    def standing(self) -> Standing:
        """Return how far the log is, and how far behind its witnesses are."""
        with psycopg.connect(self._dsn) as connection:
            return standing(connection, WitnessAddress.all_of(self._settings.witnesses))

    def start(self) -> None:
        """Begin to keep it running."""
        self._thread.start()

    def close(self) -> None:
        """End it, after the batch that is under way. Harmless when it was never started."""
        self._closing.set()
        with self._turn:
            process = self._process
        if process:
            process.terminate()
            try:
                process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
        if self._thread.is_alive():
            self._thread.join()

    def _keep(self) -> None:
        """Start it, wait for its end, start it again.

        From a thread that lives as long as it may: the parent-death signal comes when the thread
        that forked is gone.
        """
        first, most = REST_SECONDS
        rest = first
        while process := self._started():
            began = monotonic()
            status = process.wait()
            if self._closing.is_set():
                return
            log.error("sealer_ended", status=status)
            rest = first if monotonic() - began > HEALTHY_SECONDS else rest
            self._closing.wait(rest)
            rest = min(2 * rest, most)

    def _started(self) -> subprocess.Popen[bytes] | None:
        us = str(os.getpid())
        python = [sys.executable, "-I"]
        words = ["--parent", us, "--every", str(self._settings.seal_every)]
        with self._turn:
            if self._closing.is_set():
                return None
            self._process = subprocess.Popen(  # noqa: S603  # our own launcher
                [*python, "-S", LAUNCHER, us, "self", *python, "-m", PROGRAM, *words],
                cwd="/",
                env=self._environment,
                start_new_session=True,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
            )
            return self._process
