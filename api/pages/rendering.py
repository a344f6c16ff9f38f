"""Turning a template into an answer that fetches nothing, runs nothing and is kept nowhere."""

import hashlib
from collections.abc import Mapping
from importlib.resources import files
from typing import Any, Final

from fastapi import Request
from fastapi.responses import HTMLResponse, Response
from jinja2 import Environment, PackageLoader, StrictUndefined

from api.field_errors import Language
from api.pages.homes import home_of
from api.pages.tongue import Tongue, sentence
from api.problems import language_of
from api.tokens import Caller

LANGUAGE_COOKIE: Final = "jejak_bahasa"
LANGUAGES: Final[Mapping[str | None, Language]] = {"id": "id", "en": "en"}
HEADERS: Final = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self';"
        " base-uri 'none'; frame-ancestors 'none'"
    ),
    "Referrer-Policy": "same-origin",  # with `no-referrer`, a form would not say where it stood
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Opener-Policy": "same-origin",
}
"""A page asks for nothing but the stylesheet and the icon of this service."""
STATIC: Final = {
    "jejak.css": "text/css; charset=utf-8",
    "jejak.svg": "image/svg+xml",
    "periksa.js": "text/javascript; charset=utf-8",
    "verifier.js": "text/javascript; charset=utf-8",
}
CONTENT: Final = {name: files("api.pages").joinpath("static", name).read_bytes() for name in STATIC}


def _address(name: str) -> str:
    """Return where a static file is: its digest is part of it, so that it can be kept for ever."""
    digest = hashlib.sha256(CONTENT[name]).hexdigest()[:12]
    stem, _, ending = name.partition(".")
    return f"/aset/{stem}.{digest}.{ending}"


ADDRESSES: Final = {name: _address(name) for name in STATIC}
TEMPLATES: Final = Environment(
    loader=PackageLoader("api.pages"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
TEMPLATES.globals["static"] = ADDRESSES
TEMPLATES.filters["sentence"] = sentence


def language_asked(request: Request) -> Language:
    """Return the language of `?bahasa=`, else of the last choice, else of the browser."""
    for said in (request.query_params.get("bahasa"), request.cookies.get(LANGUAGE_COOKIE)):
        if said in LANGUAGES:
            return LANGUAGES[said]
    return language_of(request)


def page(
    request: Request,
    template: str,
    caller: Caller | None,
    content: Mapping[str, Any],
    status: int = 200,
) -> Response:
    """Return a page in the reader's language."""
    tongue = Tongue(language_asked(request))
    written = TEMPLATES.get_template(template).render(
        t=tongue,
        caller=caller,
        here=request.url.path,
        home=home_of(caller),
        other=_other(request, tongue),
        **content,
    )
    headers = {**HEADERS, "Content-Language": tongue.language, "Vary": "Accept-Language, Cookie"}
    response = HTMLResponse(written, status, headers)
    if request.query_params.get("bahasa") == tongue.language:
        remember(request, response, LANGUAGE_COOKIE, tongue.language)
    return response


def remember(request: Request, response: Response, name: str, value: str, path: str = "/") -> None:
    """Set a cookie that no script reads, that no other site sends, and that ends with the visit."""
    safe = request.url.scheme == "https"
    response.set_cookie(name, value, path=path, httponly=True, samesite="strict", secure=safe)


def _other(request: Request, tongue: Tongue) -> str:
    """Return the same address in the other language; of an answer to a form, the start.

    It is one of this service, whatever was asked for: ``//`` would begin somebody else's.
    """
    if request.method != "GET":
        return f"/?bahasa={tongue('en', 'id')}"
    asked = request.url.include_query_params(bahasa=tongue("en", "id"))
    return "/" + str(asked.replace(scheme="", netloc="")).lstrip("/")
