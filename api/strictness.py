"""Query parameters that an address does not know are refused, and so are those given twice.

A parameter that is misspelt and ignored answers another question than the one that was asked.
"""

from collections import Counter
from typing import Final

from fastapi import Request
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute

from api.problems import Problem
from domain.kernel import Words

TWICE: Final[Words] = ("parameter hanya boleh satu kali", "a parameter may be given once only")
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
    if said.keys() - set(known):
        listed = ", ".join(known) or "-"
        words = (
            f"parameter tidak dikenal; yang ada: {listed}",
            f"unknown parameter; there are: {listed}",
        )
        raise _fault("request.unknown_parameter", words)
    if any(count > 1 for count in said.values()):
        raise _fault("request.parameter_twice", TWICE)
    if route.body_field is not None and not is_json(request.headers.get("content-type", "")):
        raise Problem(415, "request.json_only", JSON_ONLY)


def known_to(route: APIRoute) -> list[str]:
    """Return the names of a route's query parameters, found once and kept with it."""
    kept: list[str] | None = vars(route).get("known_parameters")
    if kept is None:
        kept = vars(route)["known_parameters"] = sorted(names_of(route.dependant))
    return kept


def is_json(content_type: str) -> bool:
    """Say whether a body is said to be JSON."""
    kind = content_type.partition(";")[0].strip().lower()
    return kind == "application/json" or (
        kind.startswith("application/") and kind.endswith("+json") and kind.count("/") == 1
    )


def names_of(dependant: Dependant) -> set[str]:
    """Return the names of all query parameters that a route and its dependencies read."""
    inner = (names_of(one) for one in dependant.dependencies)
    return {field.alias for field in dependant.query_params}.union(*inner)


def _fault(code: str, words: Words) -> Problem:
    return Problem(422, code, words, errors=[("/query", code, words)])
