"""Login and logout: a token in a form, never in an address, since addresses are logged."""

from typing import Annotated, Any, Final

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response

from api.dependencies import WithServices
from api.pages.cases import SEARCH_COOKIE, SEARCH_PATH
from api.pages.homes import home_of
from api.pages.rendering import page, remember
from api.pages.visits import LOGIN, TOKEN_COOKIE, OwnForm, PageRoute
from api.tokens import LONGEST, TokenRefused
from domain.kernel import Words

COOKIE_MOST: Final = 3_900
"""Characters of a token; a browser drops a cookie of more than 4,096 bytes."""
NOT_VALID: Final[Words] = (
    "Token ini tidak berlaku. Periksa apakah tersalin utuh, atau minta yang baru.",
    "This token is not valid. Check that it was copied whole, or ask for a new one.",
)
TOO_LONG: Final[Words] = (
    "Token ini menyebut terlalu banyak unit untuk halaman ini; pakailah lewat API.",
    "This token names too many units for these pages; use it with the API.",
)
router: Final = APIRouter(route_class=PageRoute, include_in_schema=False)


@router.get(LOGIN)
def ask_for_token(request: Request) -> Response:
    """Show the form, and in a demo the logins to choose from."""
    return _form(request, None)


@router.post(LOGIN, dependencies=[OwnForm])
def log_in(
    request: Request,
    services: WithServices,
    token: Annotated[str, Form(max_length=LONGEST)] = "",
    demo: Annotated[int | None, Form(ge=0, le=99)] = None,
) -> Response:
    """Keep a valid token in a cookie, and go to the overview, or an agency to its own desk."""
    offered = _demo_logins(request)
    if demo is not None and demo < len(offered):
        token = offered[demo][1]
    token = token.strip()
    try:
        caller = services.caller_of(token)
    except TokenRefused:
        return _form(request, NOT_VALID, 401)
    request.state.actor = caller.id
    if len(token) > COOKIE_MOST:
        return _form(request, TOO_LONG, 422)
    response = RedirectResponse(home_of(caller), 303)
    remember(request, response, TOKEN_COOKIE, token)
    return response


@router.post("/keluar", dependencies=[OwnForm])
def log_out() -> Response:
    """Forget the token and the last search."""
    response = RedirectResponse(LOGIN, 303)
    response.delete_cookie(TOKEN_COOKIE)
    response.delete_cookie(SEARCH_COOKIE, path=SEARCH_PATH)
    return response


def _form(request: Request, trouble: Words | None, status: int = 200) -> Response:
    labels = [label.split(" / ") for label, _ in _demo_logins(request)]
    return page(request, "login.html", None, {"trouble": trouble, "demo": labels}, status)


def _demo_logins(request: Request) -> list[tuple[str, str]]:
    """Return what ``jejak demo`` offers: labels and tokens. There are none elsewhere."""
    offered: Any = getattr(request.app.state, "demo_logins", None)
    return list(offered or ())
