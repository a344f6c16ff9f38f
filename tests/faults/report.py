"""The account of a campaign, as a table."""

import statistics
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from .checker import Finding, Kind, Page
from .journal import History

COLUMNS = ("kind", "faults", "unknown", "median s", "longest s")


@dataclass
class Row:
    """One kind of fault: how often, how many answers said nothing, how long until all was well."""

    kind: str
    faults: int = 0
    unknown: int = 0
    recoveries: list[float] = field(default_factory=list)

    def as_line(self) -> list[Any]:
        times = self.recoveries or [0.0]  # all of this kind came in the midst of others
        longest, median = round(max(times), 2), round(statistics.median(times), 2)
        return [self.kind, self.faults, self.unknown, median, longest]


def totals(history: History, pages: Sequence[Page], findings: Sequence[Finding]) -> dict[str, Any]:
    """Count requests by what became of them."""
    every = history.asked.values()
    found = Counter(finding.kind for finding in findings)
    unknown = [asked for asked in every if asked.was_unknown]
    waits = [answer.at - answer.asked_at for asked in every for answer in asked.answers]
    said = Counter(answer.said for asked in every for answer in asked.answers)
    return {
        "requests": len(every),
        "tries": sum(asked.tries for asked in every),
        "acknowledged": sum(asked.acknowledged for asked in every),
        "refused": sum(asked.refused for asked in every),
        "unknown": len(unknown),
        "resolved": sum(asked.settled for asked in unknown),
        "longest_wait_seconds": round(max(waits, default=0.0), 1),
        "answers": dict(said.most_common()),
        "events": len(pages),
        "read_by_tailing": {reader: len(seen) for reader, seen in history.seen.items()},
        "lost": found[Kind.LOST],
        "doubled": found[Kind.DOUBLED],
        "other": sum(found.values()) - found[Kind.LOST] - found[Kind.DOUBLED],
    }


def written(result: Mapping[str, Any]) -> str:
    """Return the whole account in Markdown."""
    rows = sorted(result["kinds"])
    lines = ["", f"| {' | '.join(COLUMNS)} |", "|" + "---|" * len(COLUMNS)]
    lines += [f"| {' | '.join(map(str, row))} |" for row in rows]
    faults, kinds = sum(row[1] for row in rows), sum(1 for row in rows if row[1])
    lines += ["", f"{faults} faults of {kinds} kinds"]
    lines += [f"left out: {name}: {why}" for name, why in result["left_out"].items()]
    lines += ["", "| | |", "|---|---|"]
    lines += [f"| {name} | {number} |" for name, number in result["sums"].items()]
    for title in ("answered_500", "stuck", "died", "left_running"):
        lines += [f"{title}: {result[title]}"] if result[title] else []
    lines += [f"FOUND {kind}: {where}" for kind, where in result["findings"][:50]]
    lines += [f"... {len(result['findings'])} findings in all"] if result["findings"] else []
    return "\n".join(lines) + "\n"
