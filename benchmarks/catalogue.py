"""Which benchmarks there are, and what each measures."""

from collections.abc import Callable
from importlib import import_module
from typing import Final

from benchmarks.place import Place
from benchmarks.result import Result, Scale

BENCHMARKS: Final = {
    "append": "benchmarks.append",
    "ledger": "benchmarks.ledger",
    "import": "benchmarks.importing",
    "rebuild": "benchmarks.rebuild",
    "lag": "benchmarks.lag",
    "replay": "benchmarks.replay",
    "verify": "benchmarks.verify",
    "read": "benchmarks.read",
}


def benchmark(name: str) -> Callable[[Scale, Place], Result]:
    """Return what runs a benchmark; raise `KeyError` for an unknown name."""
    run: Callable[[Scale, Place], Result] = import_module(BENCHMARKS[name]).run
    return run
