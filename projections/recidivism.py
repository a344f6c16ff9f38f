"""Recidivism by a definition that stands beside its number: of whom, what counts, until when.

18 per cent and 0.01 per cent are both in print, of different people and different returns; so
no rate is told here without its sentence, numerator, denominator and window. A cohort are those
convicted who were finally released in a span: at the end of a sentence or by a remisi, and out of
PB, CB or CMB on the day on which guidance ended. Who came back within the window counts as
returned; whose window has not closed is not in the denominator, and shown apart; whoever died in
it without having come back is in neither. The KUHP (UU 1/2023 art. 23) looks back five years, which
is 60 months; 24 are the policy of this house.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date
from enum import Enum
from typing import Any, Final

from domain.custody import Presence
from domain.job_placement import months_after
from domain.kernel import Open, Refused, Value, Words, ensure
from projections.case_summary import CASE_SUMMARY
from projections.counting import COUNTED, HISTORY, day_from
from projections.integration import INTEGRATION_REGISTER
from projections.kernel import AsItStands, Report, Rows, Stated
from projections.persons import PERSONS
from projections.recidivism_cohort import Asked, Member, Return, by_person, cohort
from projections.under_agreement import OVER, scenes

WINDOW_MONTHS: Final = 24
MONTHS_MOST: Final = 240
FEWEST_FOR_A_RATE: Final = 5
"""Of fewer people than this no rate is told: each of them would be twenty per cent or more."""
RULE: Final = "Kaidah Jejak: residivisme"


class Group(Enum):
    """Whom a line is about: everybody, or those who took part under an agreement, or did not."""

    ALL = "all"
    PARTICIPANTS = "participants"
    OTHERS = "others"


class Period(Enum):
    """Of which part of the span the releases are."""

    SPAN = "span"
    YEAR = "year"
    MONTH = "month"


class RecidivismLine(Value):
    """Of those ``released``: ``returned`` out of ``closed``, whose window had closed by ``on``.

    ``released`` is the sum of ``closed``, ``died`` (within the window, before any return) and
    ``window_open``; of the last, ``returned_early`` are back already, and in no rate.
    ``rate_percent`` is empty where fewer than five are in the denominator. Each person is in the
    cohort once, by the first final release in the span; records that were merged are one person.
    """

    group: Open[Group]
    period: Open[Period]
    cohort: Open[str]
    agreement: Open[str | None]
    unit: Open[str | None]
    returning: Open[Return]
    window_months: Open[int]
    on: Open[date]
    released: Open[int]
    closed: Open[int]
    returned: Open[int]
    rate_percent: Open[float | None]
    window_open: Open[int]
    returned_early: Open[int]
    died: Open[int]
    definition_id: Open[str]
    definition_en: Open[str]


def asked_from(parameters: Mapping[str, str | None]) -> Asked:
    """Read the question; the default span is the last calendar year whose windows have closed."""
    on = day_from("on", parameters.get("on"))
    if on is None:
        raise Refused("report.no_day", article=RULE, because=NO_DAY, field="on")
    months = _months(parameters.get("months"))
    year = on.year
    while year > 1 and months_after(date(year, 12, 31), months) > on:
        year -= 1
    first = day_from("from", parameters.get("from"))
    last = day_from("until", parameters.get("until"))
    first = first or date((last or date(year, 1, 1)).year, 1, 1)
    last = last or date(first.year, 12, 31)
    ensure(first <= last, "report.span_reversed", article=RULE, because=REVERSED, field="until")
    return Asked(
        first=first,
        last=last,
        months=months,
        returning=_returning(parameters.get("return")),
        on=on,
        unit=parameters.get("unit") or None,
        agreement=parameters.get("agreement") or None,
    )


NO_DAY: Final[Words] = ("sebut harinya", "say on which day")
REVERSED: Final[Words] = (
    "akhir masa bebas mendahului awalnya",
    "the span of releases ends before it begins",
)
MONTHS: Final[Words] = (
    f"jendela adalah bilangan bulan, 1 sampai {MONTHS_MOST}",
    f"the window is a number of months, 1 to {MONTHS_MOST}",
)
RETURNS: Final[Words] = (
    f"pilih dari: {', '.join(one.value for one in Return)}",
    f"choose from: {', '.join(one.value for one in Return)}",
)


def _months(text: str | None) -> int:
    digits = text or str(WINDOW_MONTHS)
    whole = digits.isascii() and digits.isdecimal() and len(digits) < len("1000")
    months = int(digits) if whole else 0
    fits = 0 < months <= MONTHS_MOST
    ensure(fits, "report.window", article=RULE, because=MONTHS, field="months")
    return months


def _returning(text: str | None) -> Return:
    known = {one.value: one for one in Return}
    found = known.get(text or Return.NEW_ADMISSION.value)
    if found is None:
        raise Refused("report.unknown_return", article=RULE, because=RETURNS, field="return")
    return found


def count(rows: Rows, parameters: Mapping[str, str | None]) -> Sequence[RecidivismLine]:
    """Count who came back, for the span, its years and its months; participants beside others."""
    asked = asked_from(parameters)
    scene = None
    if asked.agreement:
        found = scenes(rows, asked.agreement, asked.on)
        if not found:
            return []
        scene = found[0]
    members = cohort(rows, asked, scene)
    groups: dict[Group, Callable[[Member], bool]] = {Group.ALL: lambda _: True}
    if scene:
        groups[Group.PARTICIPANTS] = lambda one: one.took_part
        groups[Group.OTHERS] = lambda one: not one.took_part
    return [
        line(group, period, name, [one for one in those if belongs(one)], asked)
        for group, belongs in groups.items()
        for period, name, those in _periods(members, asked)
    ]


def _periods(
    members: Sequence[Member], asked: Asked
) -> Iterator[tuple[Period, str, Sequence[Member]]]:
    """Return the span, the years where there are several, and each month of a release."""
    yield Period.SPAN, f"{asked.first}/{asked.last}", members
    years = range(asked.first.year, asked.last.year + 1)
    if len(years) > 1:
        for year in years:
            yield Period.YEAR, f"{year:04}", [m for m in members if m.released_on.year == year]
    months: dict[str, list[Member]] = {}
    for member in members:
        months.setdefault(member.released_on.isoformat()[:7], []).append(member)
    for month in sorted(months):
        yield Period.MONTH, month, months[month]


def line(
    group: Group, period: Period, name: str, members: Sequence[Member], asked: Asked
) -> RecidivismLine:
    """Return what came of these members of a cohort."""
    dead = [one for one in members if one.died_on]
    alive = [one for one in members if not one.died_on]
    closed = [one for one in alive if one.window_end <= asked.on]
    running = [one for one in alive if one.window_end > asked.on]
    returned = sum(one.returned_on is not None for one in closed)
    enough = len(closed) >= FEWEST_FOR_A_RATE
    in_indonesian, in_english = definition(asked)
    return RecidivismLine(
        group=group,
        period=period,
        cohort=name,
        agreement=asked.agreement,
        unit=asked.unit,
        returning=asked.returning,
        window_months=asked.months,
        on=asked.on,
        released=len(members),
        closed=len(closed),
        returned=returned,
        rate_percent=round(100 * returned / len(closed), 1) if enough else None,
        window_open=len(running),
        returned_early=sum(one.returned_on is not None for one in running),
        died=len(dead),
        definition_id=in_indonesian,
        definition_en=in_english,
    )


WAYS: Final[Mapping[Return, Words]] = {
    Return.NEW_ADMISSION: (
        "diterima lagi dalam perkara baru, bukan sebagai titipan atau sandera,",
        "were admitted again in a new case, not in trust (titipan) nor for a debt (sandera),",
    ),
    Return.NEW_VERDICT: (
        "dipidana lagi dalam perkara baru, dengan putusan berkekuatan hukum tetap yang dieksekusi",
        "were sentenced again in a new case, by a final verdict that was executed",
    ),
}


def definition(asked: Asked, said: Callable[[date], str] = date.isoformat) -> Words:
    """Return what the number says, in one breath with what it does not say.

    ``said`` writes a day as its reader does.
    """
    first, last, on = (said(day) for day in (asked.first, asked.last, asked.on))
    where_id = f" dari {asked.unit}" if asked.unit else ""
    where_en = f" from {asked.unit}" if asked.unit else ""
    way_id, way_en = WAYS[asked.returning]
    beside_id = beside_en = ""
    if asked.agreement:
        where_id += " dari unit-unit kerja sama ini"
        where_en += " from the units of this agreement"
        beside_id = " Beda peserta dan bukan peserta bukan bukti akibat program."
        beside_en = " A difference between participants and others proves no effect."
    in_indonesian = (
        f"Dari mereka yang dipidana dan bebas akhir{where_id} pada {first} sampai"
        f" {last}, berapa yang {way_id} dalam {asked.months} bulan sesudahnya. Penyebutnya"
        f" hanya yang jendela {asked.months} bulannya tertutup pada {on}, tanpa yang"
        " diketahui meninggal di dalamnya; kematian di luar hanya diketahui bila diberitahukan."
        " Hari tindak pidananya tidak tercatat; kembali ke unit di luar lingkup pembaca tidak"
        f" terlihat.{beside_id}"
    )
    in_english = (
        f"Of those sentenced and finally released{where_en} from {first} to {last},"
        f" how many {way_en} within {asked.months} months. The denominator is only those whose"
        f" window of {asked.months} months had closed by {on}, without those known"
        " to have died in it; a death outside is known only if it was told. The day of the offence"
        " is not recorded; a return to a unit out of the reader's sight is not"
        f" seen.{beside_en}"
    )
    return in_indonesian, in_english


def other_cases(rows: Rows, _: Mapping[str, str | None]) -> Mapping[str, Iterable[str]]:
    """Return the other cases of whoever was ever released, in which they may have come back.

    Of nobody else it matters where they were: a cohort are those who were released.
    """
    return {
        CASE_SUMMARY.name: [
            row.case
            for cases in by_person(rows).values()
            if any(row.movements is not None for row in cases)
            for row in cases
            if row.movements is None
        ]
    }


RECIDIVISM: Final[Report[Any]] = Report(
    name="recidivism",
    row=RecidivismLine,
    over=(*OVER, PERSONS, INTEGRATION_REGISTER),
    parameters=("from", "until", "months", "return", "unit", "agreement", "on"),
    count=count,
    narrow=lambda _: {PERSONS.name: {"merged_into": Stated.ANY}},
    counted={
        CASE_SUMMARY.name: COUNTED[CASE_SUMMARY.name] | {"opened_for"},
        PERSONS.name: frozenset({"person", "merged_into"}),
        INTEGRATION_REGISTER.name: frozenset({"case", "right", "ended_on", "person"}),
    },
    daily=True,
    stands={
        CASE_SUMMARY.name: AsItStands(
            unread=HISTORY, unless={"movements": {"presence": Presence.RELEASED.value}}
        )
    },
    again=other_cases,
)
