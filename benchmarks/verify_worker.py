"""An archive verified in a process that holds nothing but the verifier, as an auditor runs it.

python -m benchmarks.verify_worker ARCHIVE [--thorough]
"""

import json
import re
import resource
import sys
import time
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

from verifier.archive import Asked, verify
from verifier.asking import blocks_of

STATUS: Final = Path("/proc/self/status")
MOST: Final = re.compile(r"VmHWM:\s*(\d+) kB")


def figures_of(path: Path, *, thorough: bool) -> dict[str, Any]:
    """Verify an archive here; return events per second, the same for SHA-256, and memory."""
    began = time.process_time()
    verdict = verify(blocks_of(path), Asked(thorough=thorough))
    seconds = time.process_time() - began
    if verdict.fault:
        raise RuntimeError(verdict.fault.code)
    memory = resident_most()
    began = time.process_time()
    for block in blocks_of(path):
        sha256(block).digest()
    hashing = time.process_time() - began
    events = verdict.read.events
    return {
        "events": events,
        "rate": events / seconds,
        "sha_rate": events / max(hashing, 1e-9),
        "rss_mib": memory,
        "streams": verdict.read.streams,
        "spilled": verdict.read.heads.spilled,
    }


def resident_most() -> float:
    """Return the most memory that this process had at once, in MiB.

    Linux hands the `ru_maxrss` of whoever starts a process down to it, so it is not asked there.
    """
    if STATUS.exists() and (found := MOST.search(STATUS.read_text(encoding="ascii"))):
        return int(found[1]) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    figures = figures_of(Path(sys.argv[1]), thorough="--thorough" in sys.argv[2:])
    sys.stdout.write(json.dumps(figures) + "\n")
