"""A process that a service keeps, as seen from outside: waited for, and found alive or gone."""

from pathlib import Path
from time import monotonic, sleep

PATIENCE_SECONDS = 60


def await_that(truth):
    deadline = monotonic() + PATIENCE_SECONDS
    while not (found := truth()):
        assert monotonic() < deadline
        sleep(0.02)
    return found


def runs(pid):
    """Say whether a process is there and not merely unburied."""
    try:
        return "Z" not in Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
