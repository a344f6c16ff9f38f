"""What a benchmark is handed (`Scale`) and what it hands back (`Result`): rows of one table.

    def run(scale: Scale, place: Place) -> Result:
        samples = [measure_once() for _ in range(scale.runs)]
        ours = measured("rebuild", "Jejak", "events/s", samples, goal="at least 20 x stock")
        return Result(rows=(stock, ours.beside(stock)))

A row is one subject (Jejak, or a peer) under one load; what could not be measured is a row that
says why (`not_measured`), never a row left out. A mapping with the same names is taken as well
(`Result.from_dict`), so that a program in another language can hand back rows as JSON.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields, replace
from math import ceil
from statistics import median
from typing import Any, Final, Self


@dataclass(frozen=True, slots=True, kw_only=True)
class Scale:
    """How much is measured.

    ``runs``: how often each figure is measured; the median is told, with the lowest and highest.
    ``seconds``: how long one measurement of a rate lasts.
    ``events``: how many events a benchmark writes or folds that works through a fixed amount.
    ``store_events``: how many events stand in the store that is read from.
    ``people``: how many people the unit holds whose pages and lists are read.
    ``rows``: how many answers stand in the book of reads that is asked.
    ``streams``: how many streams are open at most, of a feed.
    ``rate``: how many events are appended per second where it is told how long a feed takes, and
    how much is done per second in a day.
    ``minutes``: how long a day takes.
    ``store``: whether the store that was kept is read (`benchmarks.store`).
    """

    runs: int
    seconds: float
    events: int
    store_events: int
    people: int
    rows: int
    streams: int = 1_000
    rate: int = 20
    minutes: float = 1.0
    store: bool = False


DEFAULT: Final = Scale(
    runs=5, seconds=1.0, events=20_000, store_events=100_000, people=4_000, rows=200_000
)
QUICK: Final = Scale(
    runs=2,
    seconds=0.4,
    events=3_000,
    store_events=10_000,
    people=400,
    rows=20_000,
    minutes=0.2,
)
TINY: Final = Scale(
    runs=1,
    seconds=0.05,
    events=60,
    store_events=300,
    people=12,
    rows=1_200,
    streams=10,
    minutes=0.0,
)
"""For tests: that everything runs, never how fast."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One figure: ``subject`` under one load, in ``unit``, and how it stands beside ``ratio_to``.

    ``value`` is the median of ``runs`` measurements, None where nothing was measured (``note`` says
    why); ``spread`` the lowest and the highest. ``ratio`` is ``value`` divided by the value of the
    row that ``ratio_to`` names. ``goal`` is what the design asks for, in words; ``met`` says
    whether it was reached in this run, None where the row has no goal of its own.
    """

    area: str
    subject: str
    unit: str
    value: float | None
    runs: int
    spread: tuple[float, float] | None
    goal: str = ""
    met: bool | None = None
    ratio_to: str = ""
    ratio: float | None = None
    note: str = ""

    def beside(self, peer: "Row", *, least: float | None = None) -> Self:
        """Return the row with its ratio to a peer; ``least`` is the ratio that the goal asks."""
        if not (self.value is not None and peer.value):
            return replace(self, ratio_to=peer.subject)
        ratio = self.value / peer.value
        met = self.met if least is None else ratio >= least
        return replace(self, ratio_to=peer.subject, ratio=ratio, met=met)

    def under(self, ceiling: float) -> Self:
        """Return the row judged by a goal that it is to stay under, in its own unit."""
        return replace(self, met=None if self.value is None else self.value < ceiling)


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What one benchmark found. ``notes`` are sentences about the method, printed below."""

    rows: tuple[Row, ...]
    notes: tuple[str, ...] = ()

    @classmethod
    def from_dict(cls, found: Mapping[str, Any]) -> Self:
        """Return a result from a mapping of the same names; raise `ValueError` at unknown ones."""
        known = {field.name for field in fields(Row)}
        if strange := {name for row in found["rows"] for name in row} - known:
            raise ValueError(*sorted(strange))
        return cls(
            rows=tuple(
                Row(**{**row, "spread": tuple(row["spread"]) if row.get("spread") else None})
                for row in found["rows"]
            ),
            notes=tuple(found.get("notes", ())),
        )

    def as_dict(self) -> dict[str, Any]:
        """Return the result as JSON's types."""
        return asdict(self)


def measured(  # noqa: PLR0913  # a figure has that many sides
    area: str,
    subject: str,
    unit: str,
    samples: Sequence[float],
    *,
    goal: str = "",
    note: str = "",
) -> Row:
    """Return the row of what was measured several times."""
    return Row(
        area=area,
        subject=subject,
        unit=unit,
        value=median(samples),
        runs=len(samples),
        spread=(min(samples), max(samples)),
        goal=goal,
        note=note,
    )


def not_measured(area: str, subject: str, unit: str, why: str, *, goal: str = "") -> Row:
    """Return the row of a subject that could not be measured here."""
    return Row(
        area=area,
        subject=subject,
        unit=unit,
        value=None,
        runs=0,
        spread=None,
        goal=goal,
        note=f"not measured: {why}",
    )


def percentile(samples: Sequence[float], share: float) -> float:
    """Return the value that ``share`` (0 to 1) of the samples do not exceed (nearest rank)."""
    ranked = sorted(samples)
    return ranked[max(0, ceil(share * len(ranked)) - 1)]
