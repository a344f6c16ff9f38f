"""Population: how many people are held, by unit, domicile, age band, legal status and sex."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from enum import Enum
from typing import Final

from domain.custody import LegalStatus, Sex
from domain.kernel import Open, Refused, Value
from projections.case_summary import CASE_SUMMARY
from projections.counting import COUNTED, AgeBand, Seen, day_from, seen
from projections.kernel import Report, Rows


class Grouping(Enum):
    """What people are counted by."""

    TOTAL = "total"
    UNIT = "unit"
    DOMICILE = "domicile"
    AGE_BAND = "age_band"
    LEGAL_STATUS = "legal_status"
    SEX = "sex"


class PopulationLine(Value):
    """So many people are held who have this in common; ``value`` is empty where it is unknown."""

    by: Open[Grouping]
    value: Open[str | None]
    persons: Open[int]


def _word(said: Enum | None) -> str | None:
    return str(said.value) if said else None


VALUE: Final[Mapping[Grouping, Callable[[Seen], str | None]]] = {
    Grouping.TOTAL: lambda _: None,
    Grouping.UNIT: lambda one: one.unit,
    Grouping.DOMICILE: lambda one: one.domicile,
    Grouping.AGE_BAND: lambda one: _word(one.age_band),
    Grouping.LEGAL_STATUS: lambda one: _word(one.legal_status),
    Grouping.SEX: lambda one: _word(one.sex),
}
ALWAYS: Final[Mapping[Grouping, Sequence[str | None]]] = {
    Grouping.TOTAL: (None,),
    Grouping.AGE_BAND: tuple(band.value for band in AgeBand),
    Grouping.LEGAL_STATUS: tuple(status.value for status in LegalStatus),
    Grouping.SEX: tuple(sex.value for sex in Sex),
}
"""Values that have their line even when nobody has them."""


def _groupings(text: str | None) -> Sequence[Grouping]:
    words = text.split(",") if text else []
    known = {grouping.value: grouping for grouping in Grouping}
    unknown = [word for word in words if word.strip() not in known]
    if unknown:
        raise Refused(
            "report.unknown_grouping",
            article="Kaidah Jejak: laporan penghuni",
            because=(f"pilih dari: {', '.join(known)}", f"choose from: {', '.join(known)}"),
            field="by",
        )
    chosen = [known[word.strip()] for word in words] or list(Grouping)
    return list(dict.fromkeys([Grouping.TOTAL, *chosen]))


def count(rows: Rows, parameters: Mapping[str, str | None]) -> Sequence[PopulationLine]:
    """Count who is held at the end of the day ``on`` in the unit, or in all units in sight.

    In transit somebody counts where the journey began. ``by`` names groupings with commas between.
    """
    on, unit = day_from("on", parameters.get("on")), parameters.get("unit")
    everybody = [seen(row, on) for row in rows[CASE_SUMMARY.name]]
    held = [one for one in everybody if one.held and unit in (None, "", one.unit)]
    lines: list[PopulationLine] = []
    for grouping in _groupings(parameters.get("by")):
        counts = Counter(map(VALUE[grouping], held))
        rest = sorted(
            set(counts) - set(ALWAYS.get(grouping, ())), key=lambda v: (v is None, v or "")
        )
        lines += [
            PopulationLine(by=grouping, value=value, persons=counts[value])
            for value in (*ALWAYS.get(grouping, ()), *rest)
        ]
    return lines


POPULATION = Report(
    name="population",
    row=PopulationLine,
    over=(CASE_SUMMARY,),
    parameters=("on", "unit", "by"),
    count=count,
    counted=COUNTED,
)
