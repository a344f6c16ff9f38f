"""How long after its append an event reaches a subscriber of a peer, at a steady rate.

A job names the ``rate`` per second, how many ``events``, and where. Standard library only.
"""

import time
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import islice
from threading import Thread
from typing import Any

PATIENCE_SECONDS = 60.0


def followed(
    job: dict[str, Any], writers: Sequence[Callable[[], int]], news: Iterable[int]
) -> dict[str, Any]:
    """Return the milliseconds from the return of each append to when its position was told.

    Each of ``writers`` appends one event and returns its position; ``news`` are the positions that
    a subscriber hears of, from now on.
    """
    events, done, seen = job["events"], dict[int, float](), dict[int, float]()

    def hear() -> None:
        for position in islice(news, events):
            seen[position] = time.monotonic()

    def append(number: int) -> None:
        time.sleep(max(begun + number / job["rate"] - time.monotonic(), 0))
        position = writers[number % len(writers)]()
        done[position] = time.monotonic()

    def share(first: int) -> None:
        for number in range(first, events, len(writers)):
            append(number)

    hearing = Thread(target=hear, daemon=True)
    hearing.start()
    time.sleep(0.5)  # whoever subscribes is connected
    begun = time.monotonic()
    with ThreadPoolExecutor(len(writers)) as hands:
        list(hands.map(share, range(len(writers))))
    hearing.join(PATIENCE_SECONDS)
    if seen.keys() != done.keys():
        raise LookupError(len(seen))
    return {"took": [max(seen[at] - when, 0.0) * 1000 for at, when in done.items()]}
