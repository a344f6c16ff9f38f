"""Who visits: known by a cookie that holds the token, and sent to the login without one.

The cookie is `HttpOnly` and `SameSite=Strict`, and the API does not look at it: another site can
neither read it nor have it sent. A form is answered only when it stood on a page of this service.
"""

from collections.abc import Callable, Collection, Coroutine, Mapping
from typing import Annotated, Any, Final
from urllib.parse import urlsplit

from fastapi import Depends, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import RedirectResponse, Response
from fastapi.routing import APIRoute

from api.dependencies import Services, WithServices, services_of
from api.pages.rendering import page
from api.problems import BUSY, DETAILS, TITLES, Problem
from api.tokens import OVERSEERS, READERS, Caller, Role, TokenRefused
from application.access import UNRECORDED, Unrecorded
from application.feeds import UNREADY, Unready
from application.read_models import Busy
from domain.kernel import Words

TOKEN_COOKIE: Final = "jejak_masuk"  # noqa: S105  # its name
LOGIN: Final = "/masuk"
FOR_STAFF: Final[Words] = (
    "halaman ini untuk petugas, penyelia dan auditor",
    "this page is for caseworkers, supervisors and auditors",
)
FOR_PARTNERS: Final[Words] = (
    "halaman ini untuk instansi mitra, petugas, penyelia dan auditor",
    "this page is for partner agencies, caseworkers, supervisors and auditors",
)
FOR_OVERSEERS: Final[Words] = (
    "halaman ini untuk auditor dan bagian kepatuhan",
    "this page is for auditors and compliance",
)
FROM_ELSEWHERE: Final[Words] = (
    "isian ini dikirim dari situs lain, jadi tidak diterima",
    "this form was sent from another site, so it is not taken",
)
UNREADABLE: Final[Words] = (
    "alamat atau isian ini tidak dapat dibaca",
    "this address or form cannot be read",
)


NOT_NOW: Final[Mapping[type[Exception], Words]] = {
    Unrecorded: UNRECORDED,
    Busy: BUSY,
    Unready: UNREADY,
}


class PageRoute(APIRoute):
    """A route whose refusals are pages too."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Wrap the route."""
        answer = super().get_route_handler()

        async def answer_or_page(request: Request) -> Response:
            try:
                return await answer(request)
            except TokenRefused:
                return RedirectResponse(LOGIN, 303)
            except Problem as problem:
                return refusal(request, problem.status, problem.detail)
            except RequestValidationError:
                return refusal(request, 422, UNREADABLE)
            except tuple(NOT_NOW) as error:
                return refusal(request, 503, NOT_NOW[type(error)])
            except services_of(request).full:
                return refusal(request, 503, DETAILS[503])

        return answer_or_page


def refusal(request: Request, status: int, words: Words) -> Response:
    """Return a page that says no."""
    caller = getattr(request.state, "caller", None)  # who is let in nowhere has none
    content = {"status": status, "title": TITLES[status], "words": words}
    return page(request, "refusal.html", caller, content, status)


def visitor(request: Request, services: WithServices) -> Caller:
    """Return who visits; raise `TokenRefused` for whoever has not logged in."""
    return _let_in(request, services, READERS, FOR_STAFF)


def partner(request: Request, services: WithServices) -> Caller:
    """Return who visits the desk of agencies: an agency, or staff who look at what one sees."""
    return _let_in(request, services, READERS | {Role.AGENCY}, FOR_PARTNERS)


def overseer(request: Request, services: WithServices) -> Caller:
    """Return who visits the book of reads: compliance, or an auditor."""
    return _let_in(request, services, OVERSEERS, FOR_OVERSEERS)


def _let_in(request: Request, services: Services, roles: Collection[Role], whose: Words) -> Caller:
    caller = services.caller_of(request.cookies.get(TOKEN_COOKIE, ""))
    request.state.actor = caller.id
    request.state.caller = caller
    if caller.role not in roles:
        raise Problem(403, "access.no_content", whose)
    return caller


def ensure_own_form(request: Request) -> None:
    """Refuse a form of another site. A browser says where it comes from; a program need not."""
    where, origin = (request.headers.get(name) for name in ("sec-fetch-site", "origin"))
    if where is None:
        host = request.headers.get("host")
        own = origin is None or urlsplit(origin).netloc == host
    else:
        own = where in {"same-origin", "none"}
    if not own:
        raise Problem(403, "access.other_site", FROM_ELSEWHERE)


Visitor = Annotated[Caller, Depends(visitor)]
Partner = Annotated[Caller, Depends(partner)]
OwnForm = Depends(ensure_own_form)
