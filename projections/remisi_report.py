"""The report on remisi: for each award day and kind, who got it, who was released by it, who not.

It reconciles to the last person: everyone on a list stands under one figure, and the figures of a
list add up to the number that was announced with it; what does not is a figure of its own.
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from enum import Enum
from typing import Any, Final, TypeVar

from domain.batch_due import proposal_key
from domain.batch_standing import BatchStatus
from domain.custody import LegalStatus
from domain.kernel import Open, Refused, Value
from domain.registry import UnitKind
from domain.remisi import RemisiKind
from projections.case_summary import CASE_SUMMARY, CaseSummary
from projections.counting import day_from
from projections.kernel import Report, Rows
from projections.remisi_batches import (
    REMISI_BATCHES,
    RemisiBatchLine,
    included_now,
    taken_off,
)
from projections.remisi_register import REMISI_REGISTER, RemisiLine, RemisiStatus
from projections.units_and_agencies import UNITS_AND_AGENCIES, RegistryLine
from projections.whereabouts import whereabouts

W = TypeVar("W", bound=Enum)


class Family(Enum):
    """Remisi of a narapidana, or PMP of an anak binaan (UU 22/2022 art. 10)."""

    REMISI = "remisi"
    PMP = "pmp"


class Figure(Enum):
    """What is counted. ``awarded`` is ``i`` and ``ii``; ``population`` is all of them.

    ``unaccounted`` was listed, and is told in no case that the caller sees: another unit answers
    for it now. Over the whole country it is nought, or something is wrong.
    """

    POPULATION = "population"
    AWARDED = "awarded"
    I = "i"  # noqa: E741  # as the regulation numbers it
    II = "ii"
    PENDING = "pending"
    WITHDRAWN = "withdrawn"
    TURNED_DOWN = "turned_down"
    EXCLUDED = "excluded"
    UNACCOUNTED = "unaccounted"


class RemisiGrouping(Enum):
    """What awards are counted by: all, the province (kanwil) of the unit, the unit."""

    TOTAL = "total"
    PROVINCE = "province"
    UNIT = "unit"


class RemisiReportLine(Value):
    """So many people, and so many days of remisi, under one figure.

    With a ``reason``, how many of those who are not on a list lack this: one may lack several
    things, so that reasons do not add up.

    ``kind`` is empty on the sum of all kinds, which counts awards: on one day somebody may have
    several. ``value`` is the unit on the award day, or its province.
    """

    award_day: Open[date]
    family: Open[Family]
    kind: Open[RemisiKind | None]
    by: Open[RemisiGrouping]
    value: Open[str | None]
    figure: Open[Figure]
    reason: Open[str | None]
    count: Open[int]
    days: Open[int]


class Share(Value):
    """What one person has of an award day: of which kind, where, and how it came out."""

    award_day: date
    family: Family
    kind: RemisiKind
    unit: str | None
    province: str | None
    figure: Figure
    reason: str | None


class Tally(Value):
    """How many, and how many days of remisi together."""

    count: int
    days: int

    def __add__(self, other: "Tally") -> "Tally":
        return Tally(count=self.count + other.count, days=self.days + other.days)


NONE: Final = Tally(count=0, days=0)
VALUE: Final[Mapping[RemisiGrouping, Callable[[Share], str | None]]] = {
    RemisiGrouping.TOTAL: lambda _: None,
    RemisiGrouping.PROVINCE: lambda share: share.province,
    RemisiGrouping.UNIT: lambda share: share.unit,
}
SUMS: Final[Mapping[Figure, Sequence[Figure]]] = {
    Figure.I: (Figure.AWARDED, Figure.POPULATION),
    Figure.II: (Figure.AWARDED, Figure.POPULATION),
    Figure.PENDING: (Figure.POPULATION,),
    Figure.WITHDRAWN: (Figure.POPULATION,),
    Figure.TURNED_DOWN: (Figure.POPULATION,),
    Figure.EXCLUDED: (Figure.POPULATION,),
    Figure.UNACCOUNTED: (Figure.POPULATION,),
}
"""In which sums each figure is."""
FOR_CHILDREN: Final = (UnitKind.LPKA, UnitKind.LPAS)
ENDED: Final = {
    RemisiStatus.CANCELLED: Figure.WITHDRAWN,
    RemisiStatus.TURNED_DOWN: Figure.TURNED_DOWN,
}


def reported(
    shares: Mapping[Share, Tally], groupings: Sequence[RemisiGrouping]
) -> Sequence[RemisiReportLine]:
    """Return the lines of a report, in the order of days, kinds, groups and figures."""
    sums: dict[tuple[Any, ...], Tally] = {}
    for share, tally in shares.items():
        for by in groupings:
            for kind in (share.kind, None):
                for figure in (share.figure, *(() if share.reason else SUMS[share.figure])):
                    what = figure, share.reason
                    place = (share.award_day, share.family, kind, by, VALUE[by](share), *what)
                    sums[place] = sums.get(place, NONE) + tally
    lines = [
        RemisiReportLine(
            award_day=day,
            family=family,
            kind=kind,
            by=by,
            value=value,
            figure=figure,
            reason=reason,
            count=tally.count,
            days=tally.days,
        )
        for (day, family, kind, by, value, figure, reason), tally in sums.items()
    ]
    return sorted(lines, key=_order)


ORDER: Final[Mapping[Any, int]] = {
    word: place
    for kind in (Family, RemisiKind, RemisiGrouping, Figure)
    for place, word in enumerate(kind)
}


def _order(line: RemisiReportLine) -> tuple[Any, ...]:
    return (
        line.award_day,
        ORDER[line.by],
        line.value is None,
        line.value or "",
        ORDER[line.family],
        len(RemisiKind) if line.kind is None else ORDER[line.kind],
        ORDER[line.figure],
        line.reason or "",
    )


def shares(rows: Rows, wanted: Callable[[date, RemisiKind], bool]) -> Mapping[Share, Tally]:
    """Return what came of everyone who was listed or proposed for the days and kinds wanted."""
    counting = Counting(
        cases={row.case: row for row in rows[CASE_SUMMARY.name]},
        units={row.code: row for row in rows[UNITS_AND_AGENCIES.name]},
    )
    for line in rows[REMISI_REGISTER.name]:
        if line.award_day and line.kind and wanted(line.award_day, line.kind):
            counting.proposal(line, line.award_day, line.kind)
    counting.summed()
    for batch in rows[REMISI_BATCHES.name]:
        thrown_away = batch.status is BatchStatus.WITHDRAWN and not batch.decisions
        for kind in batch.kinds:
            if batch.award_day and wanted(batch.award_day, kind) and not thrown_away:
                counting.batch(batch, batch.award_day, kind)
    return counting.shares


Alike = tuple[str, date, RemisiKind, tuple[str | None, Family], Figure]
"""What is the same of many proposals: their key in a batch, day, kind, place and outcome."""


@dataclass(slots=True)
class Counting:
    """Counts proposals by their cases, and then whoever was listed and not proposed."""

    cases: Mapping[str, CaseSummary]
    units: Mapping[str, RegistryLine]
    shares: dict[Share, Tally] = field(default_factory=dict)
    told: dict[str, Counter[Figure]] = field(default_factory=dict)
    there: dict[tuple[str, date], tuple[str | None, Family]] = field(default_factory=dict)
    alike: dict[Alike, list[int]] = field(default_factory=dict)

    def proposal(self, line: RemisiLine, day: date, kind: RemisiKind) -> None:
        """Count one proposal where the person was on the day, beside all that are like it."""
        place = self.there.get((line.case, day))
        if place is None:
            place = self.there[line.case, day] = _on_the_day(self.cases.get(line.case), day)
        days = line.proposed_days if line.granted_days is None else line.granted_days
        counted = self.alike.setdefault((line.proposal, day, kind, place, figure_of(line)), [0, 0])
        counted[0] += 1
        counted[1] += days or 0

    def summed(self) -> None:
        """Sum the proposals, once all of them are counted."""
        for (proposal, day, kind, (unit, family), figure), (count, days) in self.alike.items():
            share = Share(
                award_day=day,
                family=Family.PMP if kind is RemisiKind.PMP else family,
                kind=kind,
                unit=unit,
                province=self._province(unit),
                figure=figure,
                reason=None,
            )
            self._add(share, Tally(count=count, days=days))
            self.told.setdefault(proposal, Counter())[figure] += count

    def batch(self, batch: RemisiBatchLine, day: date, kind: RemisiKind) -> None:
        """Count those of a list of whom no case tells: never proposed, or not yet."""
        share = Share(
            award_day=day,
            family=self._family_of(batch.unit),
            kind=kind,
            unit=batch.unit,
            province=self._province(batch.unit),
            figure=Figure.EXCLUDED,
            reason=None,
        )
        told = self.told.get(proposal_key(batch.batch, kind), Counter())
        for figure, count in not_told(batch, kind, told).items():
            self._add(replace(share, figure=figure), Tally(count=count, days=0))
        for drafted in batch.drafted:
            for one in drafted.reasons if drafted.kind is kind else ():
                self._add(replace(share, reason=one.reason), Tally(count=one.lines, days=0))
        for reason, lines in taken_off(batch, kind).items():
            self._add(replace(share, reason=reason.value), Tally(count=lines, days=0))

    def _family_of(self, unit: str | None) -> Family:
        row = self.units.get(unit or "")
        return Family.PMP if row and row.unit_kind in FOR_CHILDREN else Family.REMISI

    def _province(self, unit: str | None) -> str | None:
        row = self.units.get(unit or "")
        return row.region[:2] if row and row.region else None

    def _add(self, share: Share, tally: Tally) -> None:
        if tally.count:
            self.shares[share] = self.shares.get(share, NONE) + tally


def not_told(
    batch: RemisiBatchLine, kind: RemisiKind, told: Mapping[Figure, int]
) -> Mapping[Figure, int]:
    """Return how many of a list no case tells of, and why that is.

    A batch that came to its end says itself how many were not proposed. Until then, whoever is on
    the list, after what was changed by hand, and is not told is on the way.
    """
    drafted = [one for one in batch.drafted if one.kind is kind]
    left = sum(one.listed for one in drafted) - sum(told.values())
    ended = next((one for one in batch.totals if one.kind is kind), None)
    if ended:
        unheard = max(ended.withdrawn - told.get(Figure.WITHDRAWN, 0), 0)
        rest = left - ended.excluded - unheard
        return {
            Figure.EXCLUDED: ended.excluded,
            Figure.WITHDRAWN: unheard,
            Figure.UNACCOUNTED: rest,
        }
    waiting = max(included_now(batch, kind) - sum(told.values()), 0)
    return {Figure.PENDING: waiting, Figure.EXCLUDED: left - waiting}


def figure_of(line: RemisiLine) -> Figure:
    """Return under which figure a proposal stands."""
    if line.status is RemisiStatus.APPLIED:
        return Figure.II if line.releases else Figure.I
    return ENDED.get(line.status, Figure.PENDING)


def _on_the_day(row: CaseSummary | None, day: date) -> tuple[str | None, Family]:
    """Return which unit answered for a case on a day, and whose name its award has.

    Who came in as a child is anak, and then anak binaan (UU 22/2022 art. 1): it is PMP.
    """
    if row is None:
        return None, Family.REMISI
    child = row.opened_as in {LegalStatus.ANAK, LegalStatus.ANAK_BINAAN}
    return whereabouts(row.movements, day).unit, Family.PMP if child else Family.REMISI


def narrow(parameters: Mapping[str, str | None]) -> Mapping[str, Mapping[str, str]]:
    """Say that only the proposals and lists of the day and the kind asked for are looked at."""
    day, kind = _asked(parameters)
    of_the_day = {"award_day": day.isoformat()} if day else {}
    of_the_kind = {"kind": kind.value} if kind else {}
    return {REMISI_REGISTER.name: of_the_day | of_the_kind, REMISI_BATCHES.name: of_the_day}


def _asked(parameters: Mapping[str, str | None]) -> tuple[date | None, RemisiKind | None]:
    day = day_from("award_day", parameters.get("award_day"))
    return day, _word("kind", parameters.get("kind"), RemisiKind)


def count(rows: Rows, parameters: Mapping[str, str | None]) -> Sequence[RemisiReportLine]:
    """Count awards by ``award_day``, ``kind`` and ``unit``; ``by`` names groupings."""
    day, kind = _asked(parameters)
    unit = parameters.get("unit")
    by = _word("by", parameters.get("by"), RemisiGrouping)
    found = shares(rows, lambda on, of: day in {None, on} and kind in {None, of})
    if unit:
        found = {share: tally for share, tally in found.items() if share.unit == unit}
    return reported(found, [by] if by else list(RemisiGrouping))


def _word(parameter: str, text: str | None, kind: type[W]) -> W | None:
    """Read a parameter that is a word of a list; refuse what is none."""
    known = {str(word.value): word for word in kind}
    if text and text not in known:
        raise Refused(
            "report.unknown_word",
            article="Kaidah Jejak: laporan remisi",
            because=(f"pilih dari: {', '.join(known)}", f"choose from: {', '.join(known)}"),
            field=parameter,
        )
    return known[text] if text else None


REMISI_REPORT = Report(
    name="remisi_report",
    row=RemisiReportLine,
    over=(REMISI_REGISTER, REMISI_BATCHES, CASE_SUMMARY, UNITS_AND_AGENCIES),
    parameters=("award_day", "kind", "unit", "by"),
    count=count,
    narrow=narrow,
    counted={
        REMISI_REGISTER.name: frozenset(
            {"case", "proposal", "kind", "award_day", "proposed_days", "granted_days"}
            | {"status", "releases"}
        ),
        CASE_SUMMARY.name: frozenset({"case", "movements", "opened_as"}),
    },
)
