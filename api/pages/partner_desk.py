"""The desk of an agency: its agreements, who is in scope, and what its webhooks took.

Staff may look at an agreement as one of its agencies sees it; what they are shown is recorded as
every reading is, under their own name. Nothing here knows more than the feed does.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Final

from fastapi import APIRouter, Request
from fastapi.responses import Response

from api.dependencies import Services
from api.pages.counting import EVERY_ROW
from api.pages.names import Names, units_and_agencies
from api.pages.partner_words import standing_words
from api.pages.rendering import language_asked, page
from api.pages.tongue import Tongue
from api.pages.visits import DESK, PageRoute, Partner
from api.readings import WithReading
from api.tokens import Caller, Role
from application.read_models import Access
from application.sharing import NoSuchScope, Sharing
from domain.sharing.fields import RECORD_OF
from domain.sharing.scope import Scope
from domain.time import Zone
from projections.agreements import AGREEMENTS

router: Final = APIRouter(route_class=PageRoute, include_in_schema=False)
EVERYWHERE: Final = Access(everywhere=True, units=frozenset())


@router.get(DESK)
def desk(request: Request, caller: Partner, reading: WithReading) -> Response:
    """List the agreements of an agency; to staff, those of their units and the agencies of each."""
    services, tongue = reading.services, Tongue(language_asked(request))
    names = Names(units_and_agencies(services, EVERYWHERE))
    sharing = Sharing(services.ledger, services.units, services.now)
    own = caller.agency if caller.role is Role.AGENCY else None
    rows = agreements_of(services, caller)
    reading((), (), 0)
    content = {
        "own": names.of(own) if own else None,
        "agreements": [_line(sharing, row, own, names, tongue) for row in rows],
    }
    return page(request, "partner_desk.html", caller, content)


def agreements_of(services: Services, caller: Caller) -> Sequence[Any]:
    """Return the agreements that a caller may know of, by title; an agency those it is party to."""
    agency = caller.role is Role.AGENCY
    question = replace(EVERY_ROW, counted=frozenset({"agreement", "title", "number", "parties"}))
    asked = services.read_models.ask(
        AGREEMENTS.name, question, EVERYWHERE if agency else caller.access
    )
    rows = [row for _, row in asked.rows]
    if agency:
        rows = [row for row in rows if caller.agency in row.parties]
    return sorted(rows, key=lambda row: (row.title or "", row.agreement))


def _line(
    sharing: Sharing, row: Any, own: str | None, names: Names, tongue: Tongue
) -> dict[str, Any]:
    """Return one agreement as a line, with how it stands towards an agency, or whichever it has."""
    agencies = [one for one in row.parties if sharing.kind_of(one) in RECORD_OF]
    parties = (own,) if own else row.parties
    scopes = list(filter(None, (_scope(sharing, row.agreement, one) for one in parties)))
    return {
        "agreement": row.agreement,
        "title": row.title or row.agreement,
        "number": row.number,
        "standing": _standing(sharing, scopes, tongue),
        "agencies": [(one, names.of(one)) for one in agencies],
    }


def _scope(sharing: Sharing, agreement: str, agency: str) -> Scope | None:
    try:
        return sharing.scope(agreement, agency)
    except NoSuchScope:
        return None


def _standing(sharing: Sharing, scopes: Sequence[Scope], tongue: Tongue) -> str:
    """Say how it stands with the party that is shared with, if any is."""
    found = [(sharing.standing(one), one) for one in scopes]
    found.sort(key=lambda pair: (not pair[0].shares, not pair[1].record))
    if not found:
        return "-"
    standing, scope = found[0]
    return standing_words(scope, standing, tongue, zone_of(sharing, scope))


def zone_of(sharing: Sharing, scope: Scope) -> Zone:
    """Return the zone by which the desk writes an agreement's days: its first unit's."""
    return next(iter(sharing.zones(scope).values()), Zone.WIB)
