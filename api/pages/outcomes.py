"""What came of it, as people read it: work after release, and who came back, each out of how many.

No share stands without what it is of: the sentence that says so is right above the number.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any, Final
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response
from pydantic import Field

from api.pages.detention import day_asked, read
from api.pages.names import Names, units_and_agencies
from api.pages.partnerships import STEPS
from api.pages.rendering import language_asked, page
from api.pages.tongue import Tongue
from api.pages.two_times import NOT_A_TIME, TwoTimes
from api.pages.visits import PageRoute, Visitor
from api.readings import Reading, WithReading
from api.routes.read_models import CLOCK
from api.tokens import Caller
from domain.kernel import Refused, Words, ensure
from projections.agreements import AGREEMENTS, AgreementLine
from projections.outcomes import EMPLOYED, OUTCOMES, OutcomeLine
from projections.recidivism import (
    FEWEST_FOR_A_RATE,
    MONTHS_MOST,
    RECIDIVISM,
    RULE,
    WINDOW_MONTHS,
    Group,
    Period,
    RecidivismLine,
    asked_from,
    definition,
)
from projections.recidivism_cohort import Asked as Cohort
from projections.recidivism_cohort import Return
from projections.training_funnel import FunnelStage

router: Final = APIRouter(route_class=PageRoute, include_in_schema=False)

GROUPS: Final[Mapping[Group, Words]] = {
    Group.ALL: ("Semua", "All"),
    Group.PARTICIPANTS: ("Peserta kerja sama ini", "Took part under this agreement"),
    Group.OTHERS: ("Bukan peserta, unit yang sama", "Others of the same units"),
}
RETURNS: Final[Mapping[Return, Words]] = {
    Return.NEW_ADMISSION: ("Diterima lagi, perkara baru", "Admitted again, new case"),
    Return.NEW_VERDICT: ("Dipidana lagi, putusan dieksekusi", "Sentenced again, executed"),
}


NO_AGREEMENT: Final[Words] = (
    "kerja sama ini tidak ada dalam lingkup Anda; yang ditunjukkan semua dalam lingkup Anda",
    "there is no such agreement in your scope; what is shown is all in your scope",
)


class Asked(TwoTimes):
    """Of which agreement, and of which releases; empty is every one, and the last closed year.

    ``on`` is the day as the report's own parameter has it.
    """

    on: str = Field("", max_length=32)
    agreement: str = Field("", max_length=64, pattern=r"^[A-Za-z0-9._-]*$")
    unit: str = Field("", max_length=32, pattern=r"^[A-Za-z0-9._-]*$")
    first: str = Field("", max_length=10, alias="from")
    until: str = Field("", max_length=10)
    months: str = Field(str(WINDOW_MONTHS), max_length=4)
    returning: str = Field(Return.NEW_ADMISSION.value, max_length=16, alias="return")

    def at(self, today: date) -> "Asked":
        """Return the question as it is counted: of today without a day, as for any other."""
        day = self.valid_at or self.on
        now = day == today.isoformat() and not self.known_at
        return self.model_copy(update={"valid_at": "" if now else day, "on": ""})

    def asking(self, on: date) -> dict[str, str]:
        """Return the parameters of the reports."""
        return {
            "agreement": self.agreement,
            "unit": self.unit,
            "from": self.first,
            "until": self.until,
            "months": self.months,
            "return": self.returning,
            "on": on.isoformat(),
        }


@dataclass(frozen=True, slots=True)
class Found:
    """What both reports counted on a day, and the agreements in sight."""

    on: date
    cohort: Cohort
    agreements: Sequence[AgreementLine]
    outcomes: Sequence[OutcomeLine]
    returns: Sequence[RecidivismLine]


@router.get("/laporan/hasil")
def outcomes(
    request: Request, caller: Visitor, reading: WithReading, asked: Annotated[Asked, Query()]
) -> Response:
    """Show who works and who came back, of one agreement or of all in sight."""
    tongue, trouble = Tongue(language_asked(request)), None
    today = reading.services.now().astimezone(CLOCK.offset).date()
    asked = asked.at(today)
    try:
        found = found_at(reading, caller, asked)
    except (ValueError, Refused) as error:
        trouble = error.because if isinstance(error, Refused) else NOT_A_TIME
        kept = {} if trouble == NO_AGREEMENT else {"agreement": asked.agreement}
        asked = Asked.model_validate({**kept, "unit": asked.unit})
        found = found_at(reading, caller, asked)
    names = Names(units_and_agencies(reading.services, caller.access))
    spans = [line for line in found.returns if line.period is Period.SPAN]
    content = {
        "asked": asked,
        "trouble": trouble,
        "on": found.on,
        "most": MONTHS_MOST,
        "fewest": FEWEST_FOR_A_RATE,
        "agreements": [(row.agreement, row.title or row.agreement) for row in found.agreements],
        "title": next(
            (row.title for row in found.agreements if row.agreement == asked.agreement), None
        ),
        "returns": [(one.value, tongue(*words)) for one, words in RETURNS.items()],
        **_stages(found.outcomes if asked.agreement else [], tongue),
        "work": [] if asked.agreement else _work(found, tongue),
        "cohort": found.cohort,
        "last_closed": _closed_span(asked),
        "definition": tongue(*definition(found.cohort, tongue.day)),
        "none_released": not any(one.released for one in spans),
        "none_closed": all(one.window_open == one.released - one.died for one in spans),
        "groups": [_line(one, tongue(*GROUPS[one.group]), tongue) for one in spans],
        "parts": _parts(found.returns, tongue),
        "everywhere": caller.access.everywhere,
        "units": sorted((unit, names.of(unit)) for unit in caller.units),
    }
    return page(request, "outcomes.html", caller, content, 422 if trouble else 200)


def found_at(reading: Reading, caller: Caller, asked: Asked) -> Found:
    """Count within the caller's scope, in one reading; raise `ValueError` for a time.

    Raises `Refused` for what cannot be asked, and for an agreement that is not in sight.
    """
    on, times = day_asked(reading, asked)
    asking = asked.asking(on)
    cohort = asked_from(asking)
    rows, _ = read(reading, caller, RECIDIVISM, asking, times)
    known = {row.agreement for row in rows[AGREEMENTS.name]} | {""}
    ensure(asked.agreement in known, "report.no_agreement", article=RULE, because=NO_AGREEMENT)
    return Found(
        on=on,
        cohort=cohort,
        agreements=sorted(rows[AGREEMENTS.name], key=lambda row: str(row.title)),
        outcomes=OUTCOMES.count(rows, asking),
        returns=RECIDIVISM.count(rows, asking),
    )


def _closed_span(asked: Asked) -> str:
    """Return the query of the same question about the last year whose windows have closed."""
    said = asked.model_dump(by_alias=True, exclude={"first", "until", "on"})
    return urlencode({name: value for name, value in said.items() if value})


def _stages(lines: Sequence[OutcomeLine], tongue: Tongue) -> dict[str, list[dict[str, str]]]:
    """Return the stages of one agreement, and apart those that are out of others."""
    found: dict[str, list[dict[str, str]]] = {"stages": [], "employed": []}
    for line in lines:
        said = {"title": tongue(*STEPS[line.stage.value]), "persons": tongue.number(line.persons)}
        if line.out_of is None:
            found["stages"].append(said)
            continue
        enough = line.out_of >= FEWEST_FOR_A_RATE
        said |= {
            "out_of": tongue.number(line.out_of),
            "share": tongue.percent(line.persons, line.out_of) if enough else "-",
            "unseen": tongue.number(line.unseen or 0),
            "open": tongue.number(line.window_open or 0),
        }
        found["employed"].append(said)
    return found


def _parts(
    lines: Sequence[RecidivismLine], tongue: Tongue
) -> list[tuple[str, list[dict[str, Any]]]]:
    """Return everybody by the year and by the month of release, where somebody was released."""
    titles = {Period.YEAR: ("Per tahun", "By year"), Period.MONTH: ("Per bulan", "By month")}
    everybody = [one for one in lines if one.group is Group.ALL and one.released]
    parts = [
        (
            tongue(*words),
            [_line(one, _when(one, tongue), tongue) for one in everybody if one.period is by],
        )
        for by, words in titles.items()
    ]
    return [(title, those) for title, those in parts if those]


def _when(line: RecidivismLine, tongue: Tongue) -> str:
    """Return the year of a cohort, or its month in words."""
    if line.period is not Period.MONTH:
        return line.cohort
    return tongue.month(date.fromisoformat(f"{line.cohort}-01"))


def _work(found: Found, tongue: Tongue) -> list[dict[str, Any]]:
    """Return each agreement under which somebody was placed, and who still works of how many."""
    by_agreement: dict[str, dict[FunnelStage, OutcomeLine]] = {}
    for line in found.outcomes:
        by_agreement.setdefault(line.agreement, {})[line.stage] = line
    return [
        {
            "agreement": row.agreement,
            "title": row.title or row.agreement,
            "placed": tongue.number(stages[FunnelStage.PLACED].persons),
            "employed": [_of(stages[stage], tongue) for stage in EMPLOYED],
        }
        for row in found.agreements
        if (stages := by_agreement.get(row.agreement, {})) and stages[FunnelStage.PLACED].persons
    ]


def _of(line: OutcomeLine, tongue: Tongue) -> str:
    """Return a number with what it is of: 3 dari 12; in words where it is of nobody yet."""
    if not line.out_of:
        return tongue("belum ada", "none yet")
    of = tongue("dari", "of")
    return f"{tongue.number(line.persons)} {of} {tongue.number(line.out_of)}"


def _line(line: RecidivismLine, title: str, tongue: Tongue) -> dict[str, Any]:
    """Return one cohort with its numerator, its denominator, and what is in neither."""
    enough = line.rate_percent is not None
    return {
        "title": title,
        "released": tongue.number(line.released),
        "closed": tongue.number(line.closed),
        "returned": tongue.number(line.returned) if line.closed else "-",
        "rate": tongue.percent(line.returned, line.closed) if enough else "-",
        "open": tongue.number(line.window_open),
        "early": tongue.number(line.returned_early),
        "died": tongue.number(line.died),
        "total": line.group is Group.ALL and line.period is Period.SPAN,
    }
