"""The overview: how far the partnerships have come, who is held where, and how fresh that is."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any, Final

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from api.dependencies import Services
from api.other_times import Times
from api.pages.bars import Bar, by_size
from api.pages.counting import Counted, Counts, Freshness
from api.pages.names import Names
from api.pages.partnerships import partnership
from api.pages.rendering import language_asked, page
from api.pages.tongue import Tongue
from api.pages.two_times import NOT_A_TIME, TwoTimes
from api.pages.visits import PageRoute, Visitor
from api.readings import WithReading, of_rows
from api.tokens import Caller
from domain.admission import LegalStatus
from domain.agreement import AgreementStatus
from domain.kernel import Refused, Words
from domain.time import Zone
from projections.in_transit import IN_TRANSIT

ORDER: Final = (
    AgreementStatus.RUNNING,
    AgreementStatus.SUSPENDED,
    AgreementStatus.SIGNED,
    AgreementStatus.PROPOSED,
    AgreementStatus.ENDED,
    AgreementStatus.NOT_PROPOSED,
)
CLOCK: Final = Zone.WIB
"""By which an hour is read where no unit is shown that could say its own."""
router: Final = APIRouter(route_class=PageRoute, include_in_schema=False)


@dataclass(frozen=True, slots=True)
class Seen:
    """What was counted, how fresh it is, and what was wrong with the times that were asked for."""

    counted: Counted
    fresh: Freshness
    at_another_time: bool
    trouble: Words | None


@router.get("/")
def overview(
    request: Request, caller: Visitor, reading: WithReading, asked: Annotated[TwoTimes, Query()]
) -> Response:
    """Show what is counted within the caller's scope, now or at another time."""
    services, tongue = reading.services, Tongue(language_asked(request))
    counts: Counts = request.app.state.page_counts
    seen = _seen(counts, services, caller, asked)
    counted, fresh = seen.counted, seen.fresh
    on_the_way = counted.rows["in_transit"]
    reading(*of_rows(IN_TRANSIT, on_the_way, ()), len(on_the_way))
    names = Names({row.code: row.title for row in counted.rows["units_and_agencies"]})
    in_order = sorted(counted.rows["agreements"], key=_newest_first)
    age = fresh.as_of and tongue.ago((services.now() - fresh.as_of).total_seconds())
    content = {
        "scope": _scope(caller, names, tongue),
        "asked": asked,
        "clock": CLOCK.name,
        "at_another_time": seen.at_another_time,
        "trouble": seen.trouble,
        "position": fresh.position,
        "lag": max(fresh.head - fresh.position, 0),
        "age": age,
        "figures": _figures(counted, tongue),
        "partnerships": [partnership(row, counted, tongue, names) for row in in_order],
        "units": _units(counted, tongue, names),
        "transits": [
            {
                "case": row.case,
                "unit": names.of(row.unit),
                "destination": names.of(row.destination),
                "since": row.departed_on,
            }
            for row in on_the_way
        ],
    }
    return page(request, "overview.html", caller, content, 422 if seen.trouble else 200)


def _seen(counts: Counts, services: Services, caller: Caller, asked: TwoTimes) -> Seen:
    """Count at the times that are asked for, or else now, and say why."""
    trouble: Words
    try:
        moment = asked.moment(CLOCK)
        times = Times(valid_at=moment.valid_at, known_at=moment.known_at)
        counted, fresh = counts.within(services, caller.access, times)
    except Refused as refused:
        trouble = refused.because
    except ValueError:
        trouble = NOT_A_TIME
    else:
        return Seen(counted, fresh, at_another_time=bool(times), trouble=None)
    counted, fresh = counts.within(services, caller.access)
    return Seen(counted, fresh, at_another_time=False, trouble=trouble)


def _newest_first(row: Any) -> tuple[int, int]:
    """Order agreements: those that run, then the signed and the proposed; the newest first."""
    newest = max(filter(None, (row.proposed_on, row.signed_on, row.started_on)), default=date.min)
    return ORDER.index(row.status), -newest.toordinal()


def _scope(caller: Caller, names: Names, tongue: Tongue) -> str:
    if caller.access.everywhere:
        return tongue("Seluruh unit di Indonesia", "Every unit in Indonesia")
    return ", ".join(names.of(unit) for unit in sorted(caller.units)) or tongue(
        "Token ini tidak menyebut unit", "This token names no unit"
    )


def _figures(counted: Counted, tongue: Tongue) -> list[tuple[str, int, str | None]]:
    """Return the few numbers that stand at the top, each with a word on it."""
    statuses = Counter[LegalStatus]()
    for (_, status), count in counted.held.items():
        if status:
            statuses[status] += count
    kinds = ", ".join(
        f"{tongue.number(count)} {tongue.value(status)}" for status, count in statuses.most_common()
    )
    agreements: Sequence[Any] = counted.rows["agreements"]
    running = [row for row in agreements if row.status is AgreementStatus.RUNNING]
    programmes: Sequence[Any] = counted.rows["programmes"]
    certified = sum(bool(row.certified) for row in programmes)
    return [
        (tongue("Warga binaan", "Warga binaan"), sum(counted.held.values()), kinds or None),
        (
            tongue("Dalam perjalanan", "In transit"),
            len(counted.rows["in_transit"]),
            tongue("antarunit", "between units"),
        ),
        (
            tongue("Kemitraan berjalan", "Partnerships running"),
            len(running),
            tongue(f"dari {len(agreements)} yang tercatat", f"of {len(agreements)} recorded"),
        ),
        (
            tongue("Program", "Programmes"),
            len(programmes),
            tongue(f"{certified} bersertifikat", f"{certified} certified"),
        ),
    ]


def _units(counted: Counted, tongue: Tongue, names: Names) -> Sequence[Bar]:
    """Return how many are held in each unit, the largest first."""
    held = Counter[str]()
    for (unit, _), count in counted.held.items():
        held[names.of(unit)] += count
    return by_size(held, tongue)
