"""The list of cases in the caller's scope, found by name, unit and status.

The words of a search are anybody's name: they go in a form and wait in a cookie of this path, and
never in an address, which is logged.
"""

from collections.abc import Iterable, Mapping
from enum import Enum
from typing import Annotated, Any, Final
from urllib.parse import quote, unquote, urlencode

from fastapi import APIRouter, Form, Query, Request
from fastapi.responses import RedirectResponse, Response
from pydantic import BaseModel, Field

from api.lists import clean
from api.pages import labels
from api.pages.names import Names, units_and_agencies
from api.pages.rendering import page, remember
from api.pages.tongue import Tongue
from api.pages.visits import OwnForm, PageRoute, Visitor
from api.problems import Problem
from api.readings import WithReading, of_rows
from api.tokens import Caller
from application.read_models import Question
from domain.catalogue import CASE
from domain.custody import LegalStatus, Presence
from projections.case_summary import CASE_SUMMARY, CaseSummary

SEARCH_PATH: Final = "/perkara"
SEARCH_COOKIE: Final = "jejak_cari"
ROWS: Final = 25
SHOWN: Final = ("name", "register_text")
"""The sealed columns that the list shows."""
FILTERS: Final[Mapping[str, tuple[str, type[Enum]]]] = {
    "status": ("legal_status", LegalStatus),
    "presence": ("presence", Presence),
}
"""Filters by a list of words: the column that each compares."""
router: Final = APIRouter(route_class=PageRoute, include_in_schema=False)


CODE: Final = r"^[A-Za-z0-9._-]*$"


class Narrowed(BaseModel):
    """The filters of a list, as its address says them; empty is all."""

    unit: str = Field("", max_length=32, pattern=CODE)
    status: str = Field("", max_length=32, pattern=CODE)
    presence: str = Field("", max_length=32, pattern=CODE)


class Search(Narrowed):
    """The form above the list."""

    words: str = Field("", max_length=200)


class Leaf(Narrowed):
    """One leaf of the list: what follows a case."""

    after: str = Field("", max_length=36, pattern=CODE)


@router.post(SEARCH_PATH, dependencies=[OwnForm])
def search(request: Request, caller: Visitor, asked: Annotated[Search, Form()]) -> Response:
    """Keep the words in a cookie, and go to the list with the filters in its address."""
    response = RedirectResponse(_address(asked.model_dump(exclude={"words"})), 303)
    if words := " ".join(clean(asked.words).split()):
        remember(request, response, SEARCH_COOKIE, quote(words), path=SEARCH_PATH)
    else:
        response.delete_cookie(SEARCH_COOKIE, path=SEARCH_PATH)
    return response


@router.get(SEARCH_PATH)
def cases(
    request: Request, caller: Visitor, reading: WithReading, asked: Annotated[Leaf, Query()]
) -> Response:
    """Show one leaf of the list, and where the next one begins."""
    services = reading.services
    words = clean(unquote(request.cookies.get(SEARCH_COOKIE, "")))
    said = asked.model_dump(exclude={"after"})
    question = Question(
        where=_where(said), words=tuple(words.split()), after=asked.after or None, limit=ROWS + 1
    )
    found = services.read_models.ask(CASE_SUMMARY.name, question, caller.access)
    rows = [row for _, row in found.rows[:ROWS]]
    reading(*of_rows(CASE_SUMMARY, rows, SHOWN), len(rows))
    titles = units_and_agencies(services, caller.access)
    last = found.rows[ROWS - 1][0] if len(found.rows) > ROWS else None
    content = {
        "rows": rows,
        "names": Names(titles),
        "words": words,
        "said": said,
        "units": _units(caller, titles),
        "statuses": list(LegalStatus),
        "presences": [one for one in Presence if one is not Presence.NOT_ADMITTED],
        "later": last and _address({**said, "after": last}),
        "first": _address(said) if asked.after else None,
        "narrowed": bool(words or any(said.values())),
        "latest": latest,
    }
    return page(request, "cases.html", caller, content)


def latest(row: CaseSummary, tongue: Tongue) -> str:
    """Return the last event of a case by its label."""
    kind = next((kind for kind in CASE.chapter_of if kind.stored_as == row.last_event), None)
    return tongue(*labels.of_event(kind)) if kind else row.last_event


def _where(said: Mapping[str, str]) -> dict[str, Any]:
    """Return the columns to compare. A filter with a word that there is not is refused."""
    where: dict[str, Any] = {"unit": said["unit"]} if said["unit"] else {}
    for name, (column, kind) in FILTERS.items():
        if said[name] and said[name] not in {word.value for word in kind}:
            raise Problem(404)
        if said[name]:
            where[column] = said[name]
    return where


def _units(caller: Caller, titles: Mapping[str, str]) -> list[tuple[str, str]]:
    """Return the units to choose from, by title: the caller's own, or all that hold people."""
    own: Iterable[str] = caller.units
    if caller.access.everywhere:
        own = [code for code in titles if code.startswith(("RUTAN", "LAPAS", "LPP", "LPKA"))]
    return sorted(((code, titles.get(code, code)) for code in own), key=lambda unit: unit[1])


def _address(said: Mapping[str, str]) -> str:
    """Return the address of a list; nothing but codes and a case's id is in it."""
    query = urlencode({name: value for name, value in said.items() if value})
    return f"{SEARCH_PATH}?{query}" if query else SEARCH_PATH
