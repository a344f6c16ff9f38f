"""What has changed of a remisi list since it was drafted, as whoever keeps the list reads it.

Reached by a link from the list: everyone is reckoned again for it, which takes seconds of a large
unit. Nothing is changed here; steps are taken by the API.
"""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Final
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response
from pydantic import BaseModel, Field

from api.batch_difference_answers import HOW, changed, to_do
from api.batch_papers import NAMED, Papers
from api.letters.batch import Who, kind_name
from api.letters.reasons import reason
from api.pages.names import Names, units_and_agencies
from api.pages.rendering import language_asked, page
from api.pages.tongue import Tongue
from api.pages.visits import PageRoute, Visitor
from api.readings import WithReading
from api.routes.batch_differences import TOLD, differences_of
from api.routes.remisi_batches import shown
from application.batch_differences import Change, Difference
from application.journeys import NOW
from domain.batch_standing import ENDED

router: Final = APIRouter(route_class=PageRoute, include_in_schema=False)
PATH: Final = "/remisi/{batch}/berubah"
ROWS: Final = 50


class Leaf(BaseModel):
    """Which leaf of what differs: one way of differing, after those that were shown before."""

    change: Change | None = None
    skip: int = Field(0, ge=0, le=1_000_000)


@router.get(PATH)
def differences(
    batch: str,
    request: Request,
    caller: Visitor,
    reading: WithReading,
    leaf: Annotated[Leaf, Query()],
) -> Response:
    """Show who would be drafted otherwise by now, why, and what can be done about it."""
    services, tongue = reading.services, Tongue(language_asked(request))
    found = shown(services, batch, caller, NOW)
    differing = differences_of(services, found)
    wanted = [one for one in differing if leaf.change in {None, one.change}]
    part = wanted[leaf.skip : leaf.skip + ROWS]
    people = Papers(services, caller).people_of(one.case for one in part)
    fields = {*TOLD, *(NAMED if people else ())} if part else ()
    reading({f"case:{one.case}" for one in part}, fields, len(part), found.unit)
    here, more = PATH.format(batch=batch), leaf.skip + ROWS
    on = {"change": leaf.change.value} if leaf.change else {}
    content = {
        "key": batch,
        "unit": Names(units_and_agencies(services, caller.access)).of(found.draft.unit),
        "day": tongue.day(found.draft.award_day),
        "drafted": tongue.day(found.draft.effective.day),
        "ended": found.state.status in ENDED,
        "total": len(differing),
        "filters": [
            (word, tongue.words(HOW[Change(word)]), count, f"{here}?{urlencode({'change': word})}")
            for word, count in changed(differing).items()
        ],
        "wanted": on.get("change"),
        "lines": [_line(one, people, tongue) for one in part],
        "first": f"{here}?{urlencode(on)}" if leaf.skip else None,
        "later": f"{here}?{urlencode(on | {'skip': more})}" if more < len(wanted) else None,
    }
    return page(request, "remisi_differences.html", caller, content)


def _line(one: Difference, people: Mapping[str, Who], tongue: Tongue) -> Mapping[str, Any]:
    who = people.get(one.case)
    return {
        "case": one.case,
        "name": who.name if who else None,
        "number": who.register if who else None,
        "kind": kind_name(one.kind),
        "on_the_list": one.line is not None,
        "how": tongue.words(HOW[one.change]),
        "days": _days(one, tongue),
        "why": _why(one, tongue),
        "to_do": tongue.words(to_do(one)),
    }


def _days(one: Difference, tongue: Tongue) -> str:
    """Return the days on the list and those that a draft of today would have."""
    then = tongue.number(one.line.remission_days) if one.line and one.line.included else "-"
    now = tongue.number(one.now.remission_days) if one.now and one.now.included else "-"
    return f"{then} → {now}"


def _why(one: Difference, tongue: Tongue) -> Sequence[str]:
    """Return each criterion as a sentence; in few words where nothing could be reckoned."""
    said = [tongue(it.because_id, it.because_en) for it in one.criteria]
    codes = one.now.reasons if one.now and not one.now.included else ()
    return said or [tongue.words(reason(code)) for code in codes]
