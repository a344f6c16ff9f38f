"""On what was measured: the machine, the server and its settings, the versions, the load."""

import os
import platform
import subprocess
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import psycopg

from benchmarks.jobs import ROOT
from benchmarks.place import Place

SETTINGS: Final = (
    "server_version",
    "fsync",
    "synchronous_commit",
    "full_page_writes",
    "data_checksums",
    "wal_level",
    "shared_buffers",
    "max_wal_size",
    "max_connections",
)
GIBIBYTE: Final = 2**30
KIBIBYTE: Final = 2**10
MEGABYTE: Final = 10**6


def facts(place: Place) -> Mapping[str, str]:
    """Return what a reader has to know to compare, in the order to tell it in."""
    with psycopg.connect(place.postgres) as connection:
        told = connection.execute(
            "SELECT name, current_setting(name) FROM unnest(%s::text[]) AS name", (list(SETTINGS),)
        ).fetchall()
    settings: dict[str, str] = dict(told)
    version = settings.pop("server_version")
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return {
        "date": datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC"),
        "commit": commit(),
        "CPU": f"{processor()}, {cores} cores",
        "RAM": f"{memory() / GIBIBYTE:.0f} GiB",
        "kernel": f"{platform.system()} {platform.release()} {platform.machine()}",
        "Python": platform.python_version(),
        "PostgreSQL": f"{version}; " + ", ".join(f"{a} = {b}" for a, b in settings.items()),
    }


def load() -> str:
    """Return the load average of the last minute: what else ran."""
    return f"{os.getloadavg()[0]:.1f}"


def commit() -> str:
    """Return the commit that is checked out, and whether files differ from it."""
    try:
        told = subprocess.run(
            ["git", "describe", "--always", "--dirty"],  # noqa: S607 - the user's own
            cwd=ROOT,
            capture_output=True,
            check=False,
            text=True,
        )
    except OSError:
        return "unknown"
    return told.stdout.strip() or "unknown"


def processor() -> str:
    """Return the name of the processor, as Linux knows it."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()


def memory() -> int:
    """Return the bytes of the machine's memory."""
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")


def resident(process: int) -> float | None:
    """Return the megabytes of memory that a process holds; None where Linux does not say."""
    try:
        status = Path(f"/proc/{process}/status").read_text(encoding="ascii")
    except OSError:
        return None
    held = [line for line in status.splitlines() if line.startswith("VmRSS:")]
    return int(held[0].split()[1]) * KIBIBYTE / MEGABYTE if held else None


def worked(process: int) -> float:
    """Return the seconds of CPU that a process has had; 0 where Linux does not say."""
    return _had(Path(f"/proc/{process}"))


def worked_at_first(process: int) -> float:
    """Return those that its first thread has had: of a server, the thread of its event loop."""
    return _had(Path(f"/proc/{process}/task/{process}"))


def descent(process: int) -> list[int]:
    """Return a process and those that it started, and they, as far as Linux says."""
    try:
        named = [
            path.read_text(encoding="ascii")
            for path in Path(f"/proc/{process}/task").glob("*/children")
        ]
    except OSError:
        return [process]
    return [process, *(one for child in " ".join(named).split() for one in descent(int(child)))]


def _had(place: Path) -> float:
    try:
        stat = (place / "stat").read_text(encoding="ascii")
    except OSError:
        return 0.0
    user, system = stat.rpartition(")")[2].split()[11:13]
    return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")
