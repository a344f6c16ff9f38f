"""A stream written at once and read from its first event to its last, as peers keep it.

A job names the ``length`` of a stream in events, how many streams (``cases``), and where. All are
written anew for each job, and each is read once. Standard library only.
"""

from collections.abc import Callable
from time import perf_counter
from typing import Any, TypeVar

T = TypeVar("T")


def loaded(
    job: dict[str, Any], write: Callable[[int], T], read: Callable[[T], int]
) -> dict[str, Any]:
    """Return the milliseconds that each stream took, after one that does not count.

    ``write`` returns what names a new stream of so many events, and ``read`` how many it found.
    """
    streams = [write(job["length"]) for _ in range(job["cases"] + 1)]
    took = []
    for one in streams:
        began = perf_counter()
        found = read(one)
        took.append((perf_counter() - began) * 1000)
        if found != job["length"]:
            raise LookupError(found)
    return {"took": took[1:]}
