"""Query parameters that an address does not know are refused, and so are those given twice.

A parameter that is misspelt and ignored answers another question than the one that was asked.
"""

import re
from collections import Counter
from collections.abc import Iterable
from typing import Final

from fastapi import Request
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute

from api.problems import Problem
from domain.kernel import Words

SHOWN: Final = re.compile(r"[a-z][A-Za-z0-9_]{0,39}")
"""A name that may be repeated to whoever sent it; any other could be somebody's number."""
JSON: Final = "application/json"
JSON_ONLY: Final[Words] = (
    "kirim sebagai Content-Type: application/json",
    "send it as Content-Type: application/json",
)


async def known_parameters(request: Request) -> None:
    """Refuse what the route's own signature does not name, and a body that is not JSON."""
    route = request.scope.get("route")
    if not isinstance(route, APIRoute):
        return
    known = known_to(route)
    said = Counter(name for name, _ in request.query_params.multi_items())
    for name, count in said.items():
        if name not in known:
            raise unknown(name, known, "request.unknown_parameter")
        if count > 1:
            words = (
                f"parameter `{name}` hanya boleh satu kali",
                f"the parameter `{name}` may be given once only",
            )
            raise _fault(f"/query/{name}", "request.parameter_twice", words)
    content_type = request.headers.get("content-type", "")
    if route.body_field is not None and not is_json(content_type) and not may_be_left(request):
        raise Problem(415, "request.json_only", JSON_ONLY)


def may_be_left(request: Request) -> bool:
    """Say whether a request has no body, where the route can do without."""
    needed = request.scope["route"].body_field.field_info.is_required()
    said = request.headers
    return not needed and said.get("content-length", "0") == "0" and "transfer-encoding" not in said


def known_to(route: APIRoute) -> list[str]:
    """Return the names of a route's query parameters, found once and kept with it."""
    kept: list[str] | None = vars(route).get("known_parameters")
    if kept is None:
        kept = vars(route)["known_parameters"] = sorted(names_of(route.dependant))
    return kept


def is_json(content_type: str) -> bool:
    """Say whether a body is said to be JSON."""
    if content_type == JSON:
        return True
    kind = content_type.partition(";")[0].strip().lower()
    return kind == JSON or (
        kind.startswith("application/") and kind.endswith("+json") and kind.count("/") == 1
    )


def names_of(dependant: Dependant) -> set[str]:
    """Return the names of all query parameters that a route and its dependencies read."""
    inner = (names_of(one) for one in dependant.dependencies)
    return {field.alias for field in dependant.query_params}.union(*inner)


def unknown(name: str, known: Iterable[str], code: str) -> Problem:
    """Return the refusal of a query parameter that there is not: which one, and which there are."""
    shown = SHOWN.fullmatch(name) is not None
    which = f" `{name}`" if shown else ""
    listed = ", ".join(known) or "-"
    words = (
        f"parameter{which} tidak dikenal; yang ada: {listed}",
        f"unknown parameter{which}; there are: {listed}",
    )
    return _fault(f"/query/{name}" if shown else "/query", code, words)


def _fault(pointer: str, code: str, words: Words) -> Problem:
    return Problem(422, code, words, errors=[(pointer, code, words)])
