"""Several writers at once, threads or coroutines: how many writes they do, and how long one takes.

Standard library only: a peer may run on a Python without our packages.
"""

import asyncio
import gc
from collections.abc import Awaitable, Callable, Sequence
from math import ceil
from threading import Barrier, Thread
from time import perf_counter
from typing import Any, TypeVar

Work = TypeVar("Work")


class NothingLeft(Exception):
    """A writer has written all that was prepared for it."""


def run_writers(writers: Sequence[Callable[[], object]], seconds: float) -> dict[str, Any]:
    """Call each writer over and over for so long, or until one has `NothingLeft`.

    Return how many calls came back, in how many seconds, and the median and the 99th percentile of
    one in milliseconds. Whatever else a call raises is raised here: a rate with errors is no rate.
    """
    latencies: list[list[float]] = [[] for _ in writers]
    errors: list[BaseException] = []
    start = Barrier(len(writers) + 1)

    def work(write: Callable[[], object], took: list[float]) -> None:
        start.wait()
        until = perf_counter() + seconds
        try:
            while (began := perf_counter()) < until:
                write()
                took.append(perf_counter() - began)
        except NothingLeft:
            pass
        except BaseException as error:  # noqa: BLE001 - raised where the writers are waited for
            errors.append(error)

    threads = [
        Thread(target=work, args=pair, daemon=True) for pair in zip(writers, latencies, strict=True)
    ]
    for thread in threads:
        thread.start()
    gc.collect()
    gc.freeze()  # what was prepared is no garbage, and looking through it is not the work
    start.wait()
    began = perf_counter()
    for thread in threads:
        thread.join()
    elapsed = perf_counter() - began
    gc.unfreeze()
    if errors:
        raise errors[0]
    return summary([one for took in latencies for one in took], elapsed)


async def run_coroutines(
    write: Callable[[Work], Awaitable[object]],
    prepare: Callable[[], Sequence[Sequence[Work]]],
    seconds: float,
) -> dict[str, Any]:
    """Have each writer write a share of what is prepared, one after the other, for so long.

    Where they are through before, the clock stands still while more is prepared. Return what
    `run_writers` does.
    """
    took: list[float] = []
    elapsed = 0.0

    async def work(share: Sequence[Work], until: float) -> None:
        for one in share:
            if (began := perf_counter()) >= until:
                return
            await write(one)
            took.append(perf_counter() - began)

    while elapsed < seconds:
        shares = prepare()
        gc.collect()
        gc.freeze()
        began = perf_counter()
        until = began + seconds - elapsed
        await asyncio.gather(*(work(share, until) for share in shares))
        elapsed += perf_counter() - began
        gc.unfreeze()
    return summary(took, elapsed)


def summary(latencies: Sequence[float], seconds: float) -> dict[str, Any]:
    """Return what a run of writers tells, from the seconds that each call took."""
    ranked = sorted(latencies)

    def share(part: float) -> float | None:
        return ranked[ceil(part * len(ranked)) - 1] * 1000 if ranked else None

    return {"done": len(ranked), "seconds": seconds, "p50": share(0.5), "p99": share(0.99)}
