"""The desk of an agency: its agreements, and how each stands with it.

Staff find here, of the agreements of their units, which agencies' eyes they may look through; what
they are shown then is recorded as every reading is, under their own name.
"""

from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any, Final

from fastapi import APIRouter, Request
from fastapi.responses import Response

from api.agency_callers import OVERSEEING, answers_for_all
from api.dependencies import Services
from api.pages.counting import EVERY_ROW
from api.pages.homes import DESK
from api.pages.names import Names, units_and_agencies
from api.pages.partner_words import standing_words
from api.pages.rendering import language_asked, page
from api.pages.tongue import Tongue
from api.pages.visits import PageRoute, Partner
from api.readings import WithReading
from api.tokens import Caller, Role
from application.read_models import Access
from application.sharing import NoSuchScope, Sharing
from domain.kernel import Words
from domain.sharing.scope import Scope
from domain.time import Zone
from projections.agreements import AGREEMENTS

router: Final = APIRouter(route_class=PageRoute, include_in_schema=False)
NOT_ALL_UNITS: Final[Words] = (
    "hanya penyelia atau auditor yang membawahi semua unit kerja sama ini",
    "only a supervisor or an auditor of all units of this agreement",
)
NOBODY_SEES: Final[Words] = (
    "tidak ada pihak yang jenisnya mendapat data",
    "no party is of a kind that is shown data",
)
EVERYWHERE: Final = Access(everywhere=True, units=frozenset())


@dataclass(frozen=True, slots=True)
class Line:
    """One agreement of the list; ``agencies`` are those whose eyes the caller may look through.

    Where there are none, ``why`` says why.
    """

    agreement: str
    title: str
    number: str | None
    standing: str
    agencies: Sequence[tuple[str, str]]
    why: str


@router.get(DESK)
def desk(request: Request, caller: Partner, reading: WithReading) -> Response:
    """List the agreements of an agency; to staff, those of their units and the agencies of each."""
    services, tongue = reading.services, Tongue(language_asked(request))
    names = Names(units_and_agencies(services, EVERYWHERE))
    own = caller.agency if caller.role is Role.AGENCY else None
    rows = agreements_of(services, caller)
    lines = [line_of(services, caller, row, names, tongue) for row in rows]
    reading((), (), 0)
    looks = caller.role in OVERSEEING
    content = {"own": names.of(own) if own else None, "agreements": lines, "looks": looks}
    return page(request, "partner_desk.html", caller, content)


def agreements_of(services: Services, caller: Caller) -> Sequence[Any]:
    """Return the agreements that a caller may know of, by title; an agency those it is party to."""
    agency = caller.role is Role.AGENCY
    question = replace(EVERY_ROW, counted=frozenset({"agreement", "title", "number", "parties"}))
    access = EVERYWHERE if agency else caller.access
    rows = [row for _, row in services.read_models.ask(AGREEMENTS.name, question, access).rows]
    if agency:
        rows = [row for row in rows if caller.agency in row.parties]
    return sorted(rows, key=lambda row: (row.title or "", row.agreement))


def line_of(services: Services, caller: Caller, row: Any, names: Names, tongue: Tongue) -> Line:
    """Return one agreement as a line: how it stands with the agency, or with those shared with."""
    sharing, agency = services.sharing, caller.role is Role.AGENCY
    parties = (caller.agency or "",) if agency else row.parties
    scopes = scopes_of(sharing, row.agreement, parties)
    shown = [one for one in scopes if one.record] or scopes
    told = dict.fromkeys(standing_of(sharing, one, tongue) for one in shown)
    sharing_with = [one for one in shown if one.record]
    return Line(
        agreement=row.agreement,
        title=row.title or row.agreement,
        number=row.number,
        standing="; ".join(told) or "-",
        agencies=[(one.agency, names.of(one.agency)) for one in sharing_with if may(caller, one)],
        why=tongue.words(NOT_ALL_UNITS if sharing_with else NOBODY_SEES),
    )


def scopes_of(sharing: Sharing, agreement: str, parties: Iterable[str]) -> Sequence[Scope]:
    """Return the scopes of parties as the ledger says now: rows may be a moment behind."""
    found = []
    for one in parties:
        with suppress(NoSuchScope):
            found.append(sharing.scope(agreement, one))
    return found


def standing_of(sharing: Sharing, scope: Scope, tongue: Tongue) -> str:
    """Say in words how an agreement stands with one party."""
    return standing_words(scope, sharing.standing(scope), tongue, zone_of(sharing, scope))


def may(caller: Caller, scope: Scope) -> bool:
    """Say whether somebody of the staff may look with a party's eyes: of all units of the scope."""
    return caller.role in OVERSEEING and answers_for_all(caller, scope)


def zone_of(sharing: Sharing, scope: Scope) -> Zone:
    """Return the zone by which the desk writes an agreement's days: its first unit's."""
    return next(iter(sharing.zones(scope).values()), Zone.WIB)
