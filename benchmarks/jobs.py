"""Measuring in other processes: a job is a line of JSON on standard input, its answer another.

A process stays for all the jobs of a benchmark, so that its start is never measured and the
subjects can take turns. Standard library only: a peer may run on a Python without our packages.
"""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryFile
from types import TracebackType
from typing import Any, Final, Self

ROOT: Final = Path(__file__).resolve().parents[1]
PATIENCE_SECONDS: Final = 20
LINES_TOLD: Final = 12


class WorkerFailed(Exception):
    """A process that measures ended before it had answered; what it last said is the message."""


class Worker:
    """A process that does jobs, one after the other."""

    def __init__(
        self,
        *command: str,
        cwd: Path = ROOT,
        environment: Mapping[str, str] | None = None,
        cores: Sequence[int] = (),
    ) -> None:
        self._said = TemporaryFile()  # noqa: SIM115 - closed with the process
        self._process = subprocess.Popen(  # noqa: S603 - our own programs and installed peers
            [*pinned_to(cores), *command],
            cwd=cwd,
            env={**os.environ, "PYTHONPATH": str(ROOT), **(environment or {})},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._said,
            text=True,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close its input, which ends it; one that does not end is killed."""
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe:
                pipe.close()
        try:
            self._process.wait(PATIENCE_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._said.close()

    def ask(self, **job: Any) -> dict[str, Any]:
        """Have a job done; raise `WorkerFailed` where the process ends instead."""
        self.begin(**job)
        return self.answer()

    def begin(self, **job: Any) -> None:
        """Hand over a job without waiting for it."""
        stdin = self._process.stdin
        try:
            if stdin:
                stdin.write(json.dumps(job) + "\n")
                stdin.flush()
        except BrokenPipeError:
            raise self._failed() from None

    def answer(self) -> dict[str, Any]:
        """Return the answer to the job that was handed over."""
        line = self._process.stdout.readline() if self._process.stdout else ""
        if not line:
            raise self._failed()
        answer: dict[str, Any] = json.loads(line)
        return answer

    def _failed(self) -> WorkerFailed:
        self._process.wait(PATIENCE_SECONDS)
        self._said.seek(0)
        lines = self._said.read().decode(errors="replace").splitlines()
        return WorkerFailed("\n".join(lines[-LINES_TOLD:]) or "no word said")


def python_worker(
    module: str, *, python: str = sys.executable, cores: Sequence[int] = ()
) -> Worker:
    """Start a module of this package that calls `work_off`."""
    return Worker(python, "-m", module, cores=cores)


def work_off(do: Callable[[dict[str, Any]], Mapping[str, Any]]) -> None:
    """Do jobs until there are no more. Whatever else is printed goes to standard error."""
    answers, sys.stdout = sys.stdout.fileno(), sys.stderr
    for line in sys.stdin:
        told = json.dumps(do(json.loads(line))).encode() + b"\n"
        while told:  # under PYTHONUNBUFFERED, a long line would be cut off where the pipe is full
            told = told[os.write(answers, told) :]


def pinned_to(cores: Sequence[int]) -> list[str]:
    """Return the words before a command that keep it on some cores; none where that cannot be."""
    if not (cores and Path("/usr/bin/taskset").exists()):
        return []
    return ["/usr/bin/taskset", "-c", ",".join(map(str, cores))]
