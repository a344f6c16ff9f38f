"""One agreement on an agency's desk, as that agency sees it: scope, records, feed and webhooks.

What is shown is what the feed holds at this moment, and it is recorded before it is sent, under the
agreement and the name of whoever looks.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Annotated, Any, Final
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import Response
from pydantic import BaseModel, Field

from api.agency_callers import Eyes, eyes_of
from api.dependencies import Services
from api.pages.homes import DESK
from api.pages.names import Names, units_and_agencies
from api.pages.partner_counts import counts_in
from api.pages.partner_desk import EVERYWHERE, zone_of
from api.pages.partner_given import Drawer
from api.pages.partner_records import record_of
from api.pages.partner_webhooks import hooks_of
from api.pages.partner_words import FIELDS, standing_words, tail_words
from api.pages.rendering import language_asked, page
from api.pages.tongue import Tongue
from api.pages.visits import PageRoute, Partner
from api.problems import not_found
from api.readings import WithReading
from api.routes.shared_records import Records
from api.tokens import Role
from application.feeds import Entry, Told
from application.sharing import NoSuchScope
from domain.sharing.fields import RecordKind
from domain.sharing.scope import Scope

router: Final = APIRouter(route_class=PageRoute, include_in_schema=False)
ROWS: Final = 50
PSEUDONYM: Final = r"^[a-z2-7]*$"


class Leaf(BaseModel):
    """As which party it is looked at, and after which pseudonym the leaf begins."""

    agency: str = Field("", max_length=64)
    after: str = Field("", max_length=26, pattern=PSEUDONYM)


async def page_eyes(agreement: str, caller: Partner, asked: Annotated[Leaf, Query()]) -> Eyes:
    """Return through whose eyes a page is looked at: as the API has it."""
    return await eyes_of(agreement, caller, asked.agency or None)


@router.get(f"{DESK}/{{agreement}}")
def at_agreement(
    request: Request,
    reading: WithReading,
    eyes: Annotated[Eyes, Depends(page_eyes)],
    asked: Annotated[Leaf, Query()],
) -> Response:
    """Show an agreement as one of its parties sees it: scope, records, feed and webhooks."""
    services, tongue = reading.services, Tongue(language_asked(request))
    records = Records(services, eyes, reading)
    scope = scope_of(services, eyes)
    told = told_of(records, asked.after or None)
    standing = told.standing if told else services.sharing.standing(scope)
    scope, entries = (told.scope, told.entries[:ROWS]) if told else (scope, ())
    records.leave(entries)
    own = eyes.caller.role is Role.AGENCY
    zone = zone_of(services.sharing, scope)
    names = Names(units_and_agencies(services, EVERYWHERE))
    content = {
        "own": own,
        "agreement": scope.agreement,
        "title": scope.title or scope.agreement,
        "agency": names.of(scope.agency),
        "number": scope.number,
        "shares": standing.shares,
        "standing": standing_words(scope, standing, tongue, zone),
        "tail": tail_words(standing, tongue, zone) if told else None,
        "scope": scope_lines(scope, tongue, names),
        "head": tongue.number(told.head) if told else None,
        "feed": f"{request.base_url}v1/feeds/{scope.agreement}",
        "hooks": hooks_of(services, eyes.audience, tongue, zone) if own else [],
        "first": asked.after and _leaf(asked, ""),
        "later": told and len(told.entries) > ROWS and _leaf(asked, entries[-1].pseudonym),
        **shown(scope, entries, tongue, names),
        **Drawer(records, scope, tongue, names).content(shares=standing.shares),
    }
    return page(request, "partner_agreement.html", eyes.caller, content)


def scope_of(services: Services, eyes: Eyes) -> Scope:
    """Return the scope that is looked at; 404 for who is no party, or may not look."""
    try:
        scope = services.sharing.scope(eyes.audience.agreement, eyes.audience.agency)
    except NoSuchScope:
        raise not_found() from None
    eyes.ensure_may_see(scope)
    return scope


def told_of(records: Records, after: str | None) -> Told | None:
    """Return a leaf of records; `None` where there is no feed, not yet or no more."""
    try:
        return records.page(after, ROWS + 1)
    except NoSuchScope:
        return None


def shown(
    scope: Scope, entries: Sequence[Entry], tongue: Tongue, names: Names
) -> Mapping[str, Any]:
    """Return the records as rows of a table, or the counts of who sees counts alone."""
    if scope.record is RecordKind.COUNTS:
        counts = [counts_in(one.data, tongue, names) for one in entries if one.data]
        return {"counts": counts, "rows": []}
    return {
        "counts": [],
        "rows": [record_of(one, scope.fields, tongue, names) for one in entries],
    }


def scope_lines(scope: Scope, tongue: Tongue, names: Names) -> Sequence[tuple[str, str]]:
    """Return what an agreement names, each part with its label; nothing where it names nothing."""
    fields = [tongue.words(FIELDS[one]) for one in scope.fields]
    return [
        (tongue("Tujuan", "Purpose"), scope.purpose or ""),
        (tongue("Dasar hukum", "Legal basis"), scope.legal_basis or ""),
        (tongue("Unit", "Units"), ", ".join(map(names.of, scope.units))),
        (tongue("Wilayah domisili", "Regions of domicile"), _all(map(names.region, scope.regions))),
        (tongue("Jenis program", "Programmes"), _all(map(tongue.value, scope.programme_kinds))),
        (tongue("Jenis peserta", "Participants"), _all(map(tongue.value, scope.participant_kinds))),
        (tongue("Bidang", "Fields"), ", ".join(fields)),
    ]


def _all(words: Iterable[str]) -> str:
    return ", ".join(words)


def _leaf(asked: Leaf, after: str) -> str:
    """Return the address of another leaf: a pseudonym is in it, and nobody's name."""
    said = {"agency": asked.agency, "after": after}
    return f"?{urlencode({name: value for name, value in said.items() if value})}"
