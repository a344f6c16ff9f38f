"""Fills tables with several processes: ``python -m infrastructure.rebuild_process``.

It is told what to do on standard input and answers on standard output, both pickled
(`infrastructure.rebuild_hands`). It has one thread and so may fork, which a service must not: what
takes half a second to import, and what is imported takes up in memory, is then there once for all.
"""

import gc
import os
import pickle
import signal
import sys
from concurrent.futures import ProcessPoolExecutor
from itertools import repeat
from multiprocessing import get_context
from threading import Thread
from typing import Any, BinaryIO, Final

from infrastructure.rebuild_hands import READY
from infrastructure.rebuilding import Opening, Task, fill_task

GARBAGE: Final = 200_000
"""Objects after which a process that only builds looks for garbage."""


def main() -> None:
    """Do one task, parted among as many processes as it says."""
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # where whatever else is printed goes
    opening: Opening = pickle.load(sys.stdin.buffer)  # noqa: S301  # of whoever started us
    _answer(answers, READY)
    task, processes = pickle.load(sys.stdin.buffer)  # noqa: S301
    try:
        _answer(answers, fill_parted(opening, task, processes))
    except Exception as error:  # noqa: BLE001  # whoever asked raises it
        _answer(answers, error)


def fill_parted(opening: Opening, task: Task, processes: int) -> int:
    """Part a task among processes; return how many pages they read."""
    gc.freeze()  # of what was imported nothing is garbage, and pages make no cycles:
    gc.set_threshold(GARBAGE)  # looking for some took a third of the time
    with ProcessPoolExecutor(processes, mp_context=get_context("fork")) as hands:
        pages = hands.map(fill_task, repeat(opening), task.among(processes))
        Thread(target=_end_together, daemon=True).start()  # now that all are forked
        return sum(pages)


def _end_together() -> None:
    """End all of us when whoever started us has gone, however that came."""
    os.read(sys.stdin.fileno(), 1)
    os.killpg(0, signal.SIGKILL)


def _answer(answers: BinaryIO, said: Any) -> None:
    try:
        told = pickle.dumps(said)
        pickle.loads(told)  # noqa: S301  # an error may be made of what it does not keep
    except Exception:  # noqa: BLE001
        told = pickle.dumps(RuntimeError(type(said).__name__))
    answers.write(told)
    answers.flush()


if __name__ == "__main__":
    main()
