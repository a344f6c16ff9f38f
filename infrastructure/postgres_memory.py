"""How much memory the embedded PostgreSQL keeps pages in, by what the machine has.

The rows of 4,000 people lie on some 30,000 pages of ten million events. With initdb's 128 MB these
come out of the system's cache at every answer, checksummed again; with a share of the machine they
stay (docs/adr/0040 has what it measures). It is a sixteenth: the service, its projector and the
system's own cache live beside it.
"""

import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Final

SHARE: Final = 16
LEAST: Final = 128
MOST: Final = 2_048
"""In MB. Beyond, a checkpoint has more to write than the largest house has to read."""
CGROUPS: Final = Path("/sys/fs/cgroup")
OWN: Final = Path("/proc/self/cgroup")
REFUSED: Final = "shared memory"
"""What PostgreSQL's log speaks of where the system does not give it the memory it asks for."""


def shared_buffers(cgroups: Path = CGROUPS, own: Path = OWN) -> str:
    """Return the setting for this machine, or for the container or unit of systemd that this is."""
    megabytes = _memory(cgroups, own) // 2**20
    return f"{min(max(megabytes // SHARE, LEAST), MOST)}MB"


def too_much(said: str) -> bool:
    """Say whether a server that ended before it was ready was refused its memory."""
    return REFUSED in said


def _memory(cgroups: Path, own: Path) -> int:
    """Return the bytes that there are: the machine's, or fewer where a group may have fewer."""
    found = [os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")]
    for limit in _limits(cgroups, own):
        with suppress(OSError, ValueError):  # there is none, or it says "max"
            found.append(int(limit.read_text(encoding="ascii")))
    return min(found)


def _limits(cgroups: Path, own: Path) -> Iterator[Path]:
    """Yield where the groups of this process, and those around them, say their most memory."""
    with suppress(OSError):
        for line in own.read_text(encoding="utf-8").splitlines():
            _, kinds, group = line.split(":", 2)
            if kinds and "memory" not in kinds.split(","):
                continue
            # The second form of cgroups names no kind, and is one tree of all of them.
            top, name = (cgroups, "memory.max")
            if kinds:
                top, name = cgroups / "memory", "memory.limit_in_bytes"
            inner = top / group.lstrip("/")
            around = [one for one in inner.parents if one.is_relative_to(top)]
            yield from (one / name for one in (inner, *around))
