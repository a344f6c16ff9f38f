"""The OpenAPI document: problems on every operation, and the filters of every list."""

from collections.abc import Mapping, Sequence
from datetime import date
from enum import Enum
from typing import Any, Final

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from domain.kernel import Json

DESCRIPTION: Final = """\
Perjalanan warga binaan sebagai rangkaian peristiwa yang tak diubah.
The journey of every *warga binaan* as an immutable stream of events.

Errors are `application/problem+json` (RFC 9457) in Bahasa Indonesia, or in English by
`Accept-Language: en`. An append names the version it has seen (`If-Match`) and may be repeated
with the same `Idempotency-Key`. What lies outside the caller's scope is 404.
"""
PROBLEM: Final[Json] = {
    "title": "Problem",
    "description": "Why the answer is no (RFC 9457).",
    "type": "object",
    "required": ["type", "title", "status", "detail", "code", "article", "errors", "trace_id"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "code": {"type": "string", "description": "Stable."},
        "article": {
            "type": ["string", "null"],
            "description": "The law or house rule that said it.",
        },
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["pointer", "code", "detail"],
                "properties": {
                    "pointer": {"type": "string", "description": "JSON pointer (RFC 6901)."},
                    "code": {"type": "string"},
                    "detail": {"type": "string"},
                },
            },
        },
        "trace_id": {"type": "string"},
        "candidates": {
            "type": "array",
            "description": "Who may be meant, where somebody very like is registered already.",
            "items": {
                "type": "object",
                "required": ["person", "score", "reasons"],
                "properties": {
                    "person": {"type": "string"},
                    "score": {"type": "integer", "minimum": 0, "maximum": 100},
                    "reasons": {"type": "array", "items": {"type": "string"}},
                },
            },
        },
    },
    "examples": [
        {
            "type": "/problems/conduct.measure_exists",
            "title": "Tidak sesuai dengan catatan",
            "status": 409,
            "detail": "tindakan F-1 sudah tercatat di Register F",
            "code": "conduct.measure_exists",
            "article": "Register F",
            "errors": [],
            "trace_id": "0af7651916cd43dd8448eb211c80319c",
        }
    ],
}
MEANINGS: Final[Mapping[str, str]] = {
    "400": "The request cannot be read.",
    "401": "No valid token.",
    "403": "The caller's role or unit does not do this.",
    "404": "Not there, or outside the caller's scope.",
    "409": "Does not fit what is recorded.",
    "412": "Something newer is recorded.",
    "413": "The body is too large.",
    "415": "This type of content is not taken.",
    "422": "The content can never be accepted; `errors` says where.",
    "428": "No version was named.",
    "429": "Too often; `Retry-After` says when again.",
    "503": "The outcome is unknown, or the store is away: try again with the same key.",
}
READS: Final = ("401", "403", "404", "422", "503")
WRITES: Final = ("400", "401", "403", "404", "409", "412", "413", "415", "422", "428", "503")
OPEN: Final[Mapping[str, Sequence[str]]] = {
    **dict.fromkeys(("/livez", "/readyz", "/metrics", "/openapi.json", "/v1/asyncapi.json"), ()),
    "/v1/schemas": ("422",),
    "/v1/schemas/{record}.json": ("404", "422"),
}
"""Addresses that need no token, and what they refuse."""


def install_openapi(app: FastAPI) -> None:
    """Make the app describe itself."""

    def describe() -> Json:
        if app.openapi_schema is None:
            app.openapi_schema = described(app)
        return app.openapi_schema

    app.openapi = describe  # type: ignore[method-assign]  # FastAPI's way of extending it


def described(app: FastAPI) -> Json:
    """Return the document."""
    document: Json = get_openapi(
        title=app.title,
        version=app.version,
        openapi_version=app.openapi_version,
        description=DESCRIPTION,
        routes=app.routes,
    )
    schemas = document.setdefault("components", {}).setdefault("schemas", {})
    schemas["Problem"] = PROBLEM
    for name in ("HTTPValidationError", "ValidationError"):
        schemas.pop(name, None)
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            if refusals := OPEN.get(path, WRITES if method == "post" else READS):
                operation["responses"].pop("422", None)
                operation["responses"].update({status: problem(status) for status in refusals})
    return document


def problem(status: str) -> Json:
    """Return the description of a problem answer."""
    schema = {"$ref": "#/components/schemas/Problem"}
    return {
        "description": MEANINGS[status],
        "content": {"application/problem+json": {"schema": schema}},
    }


def list_documentation(
    columns: Mapping[str, Any],
    *,
    paged: bool,
    words: bool = True,
    form: str | None = None,
    times: Sequence[str] = ("valid_at", "known_at"),
) -> Json:
    """Return what a list's parameters and answers are, for ``openapi_extra``."""
    parameters = [parameter(name, schema_of(kind)) for name, kind in columns.items()]
    if words:
        text = {"type": "string", "maxLength": 200}
        parameters.append(parameter("q", text, "Words to search for, all of them."))
    position = {"type": "integer", "minimum": 0}
    parameters.append(parameter("after", position, "Wait until this position was seen."))
    parameters += [parameter(name, *TIMES[name]) for name in times]
    if paged:
        limit = {"type": "integer", "minimum": 1, "maximum": 1000, "default": 100}
        parameters.append(parameter("limit", limit))
        parameters.append(parameter("cursor", {"type": "string"}, "From `Link: rel=next`."))
    content = {"application/json": {"schema": LIST}}
    if form:
        media = {"csv": "text/csv", "ndjson": "application/x-ndjson"}[form]
        content = {media: {"schema": {"type": "string"}}}
    answer = {"200": {"description": "Rows within the caller's scope.", "content": content}}
    return {"parameters": parameters, "responses": answer}


TIMES: Final[Mapping[str, tuple[Json, str]]] = {
    "valid_at": (
        {"anyOf": [{"type": "string", "format": form} for form in ("date", "date-time")]},
        "As it was then: a day, to its end, or an instant.",
    ),
    "known_at": (
        {"type": "string", "format": "date-time"},
        "As it was known then, and seen by whom it was then: an instant, not in the future.",
    ),
}
LIST: Final[Json] = {
    "type": "object",
    "required": ["items", "position", "as_of", "lag", "valid_at", "known_at"],
    "properties": {
        "items": {"type": "array", "items": {"type": "object"}},
        "position": {"type": "integer", "description": "True up to this event."},
        "as_of": {"type": ["string", "null"], "description": "When that was."},
        "lag": {"type": "integer", "description": "Events recorded since; 0 at a known_at."},
        "valid_at": {"type": ["string", "null"], "description": "As asked for."},
        "known_at": {"type": ["string", "null"], "description": "As asked for."},
    },
}


def parameter(name: str, schema: Json, description: str = "") -> Json:
    """Return one query parameter."""
    said = {"description": description} if description else {}
    return {"name": name, "in": "query", "required": False, "schema": schema, **said}


def schema_of(kind: Any) -> Json:
    """Return the schema of a filter on a column of this type."""
    if isinstance(kind, type) and issubclass(kind, Enum):
        return {"type": "string", "enum": [str(word.value) for word in kind]}
    if kind is date:
        return {"type": "string", "format": "date"}
    names = {bool: "boolean", int: "integer"}
    return {"type": names[kind]} if kind in names else {"type": "string", "maxLength": 200}
