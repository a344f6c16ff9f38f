"""The table: one row per figure, as text for a terminal and as Markdown for a document.

A document keeps a table per benchmark between two marks; only those that were measured are
replaced, and the words around them stay.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from benchmarks.result import Result, Row

COLUMNS: Final = ("subject", "median", "lowest to highest", "ratio", "goal", "met", "note")
MET: Final = {True: "yes", False: "no", None: ""}
HUNDRED: Final = 100
TEN: Final = 10


def cells(row: Row) -> Sequence[str]:
    """Return a row as words, by `COLUMNS`."""
    if row.value is None or row.spread is None:
        return (row.subject, "", "", "", row.goal, "", row.note)
    lowest, highest = map(number, row.spread)
    ratio = "" if row.ratio is None else f"{row.ratio:.2f} x {row.ratio_to}"
    return (
        row.subject,
        f"{number(row.value)} {row.unit}",
        f"{lowest} to {highest} ({row.runs})",
        ratio,
        row.goal,
        MET[row.met],
        row.note,
    )


def number(value: float) -> str:
    """Return a figure with as many digits as it can bear."""
    if abs(value) >= HUNDRED:
        return f"{value:,.0f}"
    return f"{value:.1f}" if abs(value) >= TEN else f"{value:.2f}"


def text(name: str, result: Result) -> str:
    """Return the table of a benchmark in columns, every value whole."""
    lines = [COLUMNS, *map(cells, result.rows)]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    rows = ["  ".join(map(str.ljust, line, widths)).rstrip() for line in lines]
    return "\n".join([f"=== {name}", *rows])


def markdown(result: Result, facts: Mapping[str, str]) -> str:
    """Return the table of a benchmark as Markdown, with what it was measured on."""
    lines = [COLUMNS, ("---",) * len(COLUMNS), *map(cells, result.rows)]
    rows = ["| " + " | ".join(_escaped(cell) for cell in line) + " |" for line in lines]
    measured_on = "; ".join(f"{name}: {value}" for name, value in facts.items())
    notes = [f"- {note}" for note in result.notes]
    return "\n".join([*rows, "", *notes, "", f"Measured on {measured_on}."])


def places_missing(path: Path, names: Sequence[str]) -> Sequence[str]:
    """Return the marks that a document lacks for these benchmarks."""
    document = path.read_text(encoding="utf-8")
    return [" … ".join(_marks(name)) for name in names if not _parted(document, name)]


def keep(path: Path, results: Mapping[str, Result], facts: Mapping[str, str]) -> None:
    """Keep the tables of these benchmarks in a document that has a place for each."""
    document = path.read_text(encoding="utf-8")
    for name, result in results.items():
        begin, end = _marks(name)
        if parts := _parted(document, name):
            before, after = parts
            document = f"{before}{begin}\n{markdown(result, facts)}\n{end}{after}"
    path.write_text(document, encoding="utf-8")


def _marks(name: str) -> tuple[str, str]:
    return f"<!-- bench:{name} -->", f"<!-- /bench:{name} -->"


def _parted(document: str, name: str) -> tuple[str, str] | None:
    """Return what stands before and after the table of a benchmark; None without its marks."""
    begin, end = _marks(name)
    before, found, rest = document.partition(begin)
    _, closed, after = rest.partition(end)
    return (before, after) if found and closed else None


def _escaped(cell: str) -> str:
    return cell.replace("|", "\\|").replace("\n", " ")
