"""Walking through the demo's steps, with several hands where those do not meet."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import FIRST_EXCEPTION, ThreadPoolExecutor, wait
from itertools import groupby
from threading import Event as Signal
from threading import Lock
from typing import Final

from application.append import Request
from application.demo.steps import Plan, Step
from application.ledger import Receipt

WORKERS: Final = 4


def run(
    plan: Plan,
    append: Callable[[Request], Receipt],
    on_step: Callable[[Step], None],
    workers: int = WORKERS,
) -> None:
    """Perform every step; one that was performed before is answered again and changes nothing.

    ``on_step`` is called after each step, never by two threads at once, and may stop the load by
    raising. Whatever an append raises stops it too: `KeyReused` says that the ledger holds the
    demo of another edition of this program.
    """
    stop, turn = Signal(), Lock()

    def perform(lane: Iterable[Step]) -> None:
        for step in lane:
            if stop.is_set():
                return
            append(step.request)
            with turn:
                on_step(step)

    with ThreadPoolExecutor(workers) as hands:
        for _, stage in groupby(plan.steps, key=lambda step: step.stage):
            work = [hands.submit(perform, lane) for lane in _lanes(list(stage)).values()]
            try:
                done, _ = wait(work, return_when=FIRST_EXCEPTION)
                for lane in done:
                    lane.result()
            except BaseException:
                stop.set()
                raise


def _lanes(steps: Sequence[Step]) -> Mapping[str, Sequence[Step]]:
    lanes: dict[str, list[Step]] = {}
    for step in steps:
        lanes.setdefault(step.lane, []).append(step)
    return lanes
