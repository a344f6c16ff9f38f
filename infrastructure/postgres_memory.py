"""How much memory the embedded PostgreSQL keeps pages in, by what the machine has.

The rows of 4,000 people lie on some 30,000 pages of ten million events. With initdb's 128 MB these
come out of the system's cache at every answer, checksummed again; with a share of the machine they
stay (docs/adr/0040 has what it measures). It is a sixteenth: the service, its projector and the
system's own cache live beside it.
"""

import os
from pathlib import Path
from typing import Final

SHARE: Final = 16
LEAST: Final = 128
MOST: Final = 2_048
"""In MB. Beyond, a checkpoint has more to write than the largest house has to read."""
MEGABYTE: Final = 2**20
LIMITS: Final = ("memory.max", "memory/memory.limit_in_bytes")
"""What a container says of its memory, under `CGROUPS`: in the second form and in the first."""
CGROUPS: Final = Path("/sys/fs/cgroup")
REFUSED: Final = "shared memory"
"""What PostgreSQL's log speaks of where the system does not give it the memory it asks for."""


def shared_buffers(cgroups: Path = CGROUPS) -> str:
    """Return the setting for this machine, or for the container that this is."""
    return f"{min(max(_memory(cgroups) // MEGABYTE // SHARE, LEAST), MOST)}MB"


def too_much(said: str) -> bool:
    """Say whether a server that ended before it was ready was refused its memory."""
    return REFUSED in said


def _memory(cgroups: Path) -> int:
    """Return the bytes that there are: the machine's, or fewer where a container has fewer."""
    found = [os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")]
    for name in LIMITS:
        try:
            found.append(int((cgroups / name).read_text(encoding="ascii")))
        except (OSError, ValueError):  # not that form of cgroups, or "max": no limit
            continue
    return min(found)
