"""Taking turns: each subject is measured once per round, so that all share the same minutes."""

from collections.abc import Callable, Mapping, Sequence
from statistics import median
from typing import Any

Subject = Callable[[], Mapping[str, Any]]
"""Measures once; the answer holds ``done`` and ``seconds``, or the ``rate`` itself."""


def rounds(runs: int, subjects: Mapping[str, Subject]) -> Mapping[str, list[Mapping[str, Any]]]:
    """Measure each subject once per round, after one round that warms up and is not counted."""
    found: dict[str, list[Mapping[str, Any]]] = {name: [] for name in subjects}
    for number in range(runs + 1):
        for name, measure in subjects.items():
            answer = measure()
            if number:
                found[name].append(answer)
    return found


def rate(answer: Mapping[str, Any]) -> float:
    """Return what was done per second."""
    known: float | None = answer.get("rate")
    return float(answer["done"]) / float(answer["seconds"]) if known is None else known


def latencies(answers: Sequence[Mapping[str, Any]]) -> str:
    """Return the median over the runs of p50 and p99, in words; nothing where none was taken."""
    told = [(share, [one[share] for one in answers if one.get(share)]) for share in ("p50", "p99")]
    return ", ".join(f"{share} {median(values):.2f} ms" for share, values in told if values)
