"""Which benchmarks there are, and what each measures."""

from collections.abc import Callable
from dataclasses import replace
from importlib import import_module
from typing import Any, Final

from benchmarks.place import Place
from benchmarks.result import DEFAULT, QUICK, TINY, Result, Scale

BENCHMARKS: Final = {
    "append": "benchmarks.append",
    "ledger": "benchmarks.ledger",
    "import": "benchmarks.importing",
    "rebuild": "benchmarks.rebuild",
    "lag": "benchmarks.lag",
    "replay": "benchmarks.replay",
    "verify": "benchmarks.verify",
    "read": "benchmarks.read",
    "award-day": "benchmarks.award_day",
    "reads": "benchmarks.reads",
    "feed": "benchmarks.feed",
    "day": "benchmarks.day",
}
ALONE: Final = {"store": "benchmarks.store"}
"""What runs only where it is asked for by name."""
SIZES: Final = {"default": DEFAULT, "quick": QUICK, "tiny": TINY}


def scale_of(size: str, **chosen: Any) -> Scale:
    """Return a scale by its name, with what somebody chose otherwise."""
    return replace(SIZES[size], **{name: one for name, one in chosen.items() if one is not None})


def benchmark(name: str) -> Callable[[Scale, Place], Result]:
    """Return what runs a benchmark; raise `KeyError` for an unknown name."""
    run: Callable[[Scale, Place], Result] = import_module((BENCHMARKS | ALONE)[name]).run
    return run
