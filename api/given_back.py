"""Memory that was freed is given back to the machine, once a minute, where glibc keeps it.

It keeps what was freed for the threads that freed it: of a service with fifty threads 150 MB lay
there unused after 45,000 requests, and each list that was longer than all before added to it, while
what Python held stayed the same (`jejak bench day`). Fewer arenas (``MALLOC_ARENA_MAX``) would do
as well, and cost every allocation: 2 to 3 % of the CPU. To give back takes 5 to 60 ms a minute.
"""

import ctypes
from collections.abc import Callable
from threading import Event, Thread
from typing import Final

EVERY_SECONDS: Final = 60.0


def giving_back() -> Callable[[int], int] | None:
    """Return what gives back all that is free; None where the machine's library has no such."""
    try:
        trim: Callable[[int], int] = ctypes.CDLL(None).malloc_trim
    except (AttributeError, OSError, TypeError):  # no glibc, or no such library at all
        return None
    return trim


def give_back_until(closing: Event) -> None:
    """Give back what is free, over and over, in a thread of its own."""
    trim = giving_back()

    def run() -> None:
        while trim and not closing.wait(EVERY_SECONDS):
            trim(0)

    Thread(target=run, name="given-back", daemon=True).start()
