"""Keeps a program running beside a service: started again when it dies, and gone when we are."""

import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event, Lock, Thread
from time import monotonic
from typing import Final, Self

import structlog

LAUNCHER: Final = Path(__file__).with_name("postgres_launch.py")
BEGINNING: Final = (
    "import runpy, sys; sys.modules['rich'] = None;"
    " runpy.run_module(sys.argv.pop(1), run_name='__main__', alter_sys=True)"
)
"""How a module is run: as by ``-m``, but structlog finds no rich, and so does not load all of it (4
to 5 MB in each process) for the colours of tracebacks: our lines have none."""
HEALTHY_SECONDS: Final = 60.0
STOP_SECONDS: Final = 10.0

log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class Program:
    """A module to run: its words, its environment, and what it is ``told`` on standard input.

    Where it is told something, its standard input ends when we are gone, however that came.
    ``rest`` is how many seconds pass until it is started again: at first, and at most. ``ended`` is
    the log's word for an end that nobody asked for.
    """

    module: str
    words: Sequence[str] = ()
    environment: Mapping[str, str] = field(repr=False)
    told: bytes | None = field(default=None, repr=False)
    rest: tuple[float, float]
    ended: str


class KeptProcess:
    """One process of a program, from `start` to `close`."""

    def __init__(self, program: Program) -> None:
        self._program = program
        self._closing, self._turn = Event(), Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._thread = Thread(target=self._keep, name=program.module, daemon=True)

    @property
    def pid(self) -> int | None:
        """Return the process id of the one that runs now, if one does."""
        process = self._process
        return process.pid if process and process.poll() is None else None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def start(self) -> None:
        """Begin to keep it running."""
        self._thread.start()

    def close(self) -> None:
        """End it, after what is under way. Harmless when it was never started."""
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
        first, most = self._program.rest
        rest = first
        while process := self._started():
            began = monotonic()
            status = process.wait()
            if process.stdin:
                with suppress(OSError):  # what it was told and did not read is told nobody
                    process.stdin.close()
            if self._closing.is_set():
                return
            log.error(self._program.ended, status=status)
            rest = first if monotonic() - began > HEALTHY_SECONDS else rest
            self._closing.wait(rest)
            rest = min(2 * rest, most)

    def _started(self) -> subprocess.Popen[bytes] | None:
        us, told = str(os.getpid()), self._program.told
        python = [sys.executable, "-I"]
        program = [*python, "-c", BEGINNING, self._program.module, *self._program.words]
        with self._turn:
            if self._closing.is_set():
                return None
            self._process = subprocess.Popen(  # noqa: S603  # our own launcher
                [*python, "-S", LAUNCHER, us, "self", *program],
                cwd="/",
                env=dict(self._program.environment),
                start_new_session=True,
                stdin=subprocess.DEVNULL if told is None else subprocess.PIPE,
                stdout=subprocess.DEVNULL,
            )
        if told is not None and (pipe := self._process.stdin):
            with suppress(OSError):  # it has ended already
                pipe.write(told)
                pipe.flush()
        return self._process
