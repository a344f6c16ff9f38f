"""PostgreSQL's own `pgbench`: what the server does when its client costs nothing."""

import os
import re
import subprocess
import tempfile
from pathlib import Path
from typing import Any, Final

from benchmarks.jobs import WorkerFailed

INSERT: Final = (
    "INSERT INTO raw_event (stream, version, name, state)"
    " VALUES (gen_random_uuid(), 1, 'case.noted', decode(repeat('ab', {size}), 'hex'));\n"
)
RATE: Final = re.compile(r"tps = ([0-9.]+)")
LATENCY: Final = re.compile(r"latency average = ([0-9.]+) ms")
FEW: Final = 20
"""Transactions per client where less than a second is measured: pgbench counts whole seconds."""


def insert(binaries: Path, dsn: str, *, writers: int, seconds: float, size: int) -> dict[str, Any]:
    """Insert one row per transaction by some writers, prepared, without a global order."""
    long = ["-T", str(round(seconds))] if seconds >= 1 else ["-t", str(FEW)]
    threads = str(min(writers, os.cpu_count() or 1))
    with tempfile.NamedTemporaryFile("w", suffix=".sql") as script:
        script.write(INSERT.format(size=size))
        script.flush()
        words = ["-n", "-M", "prepared", "-f", script.name, "-c", str(writers), "-j", threads]
        done = subprocess.run(  # noqa: S603 - PostgreSQL's own program
            [binaries / "pgbench", *words, *long, dsn], capture_output=True, check=False, text=True
        )
    found = RATE.search(done.stdout)
    if done.returncode or not found:
        raise WorkerFailed(done.stderr[-300:])
    average = LATENCY.search(done.stdout)
    return {"rate": float(found[1]), "mean": float(average[1]) if average else None}
