"""The pages as one thing to put into the application."""

from typing import Final, cast

from fastapi import APIRouter, FastAPI, Request
from fastapi.responses import Response
from starlette.exceptions import HTTPException

from api import problems
from api.addresses import give
from api.pages import (
    cases,
    changes,
    corrections,
    detention,
    disclosures,
    due,
    integration,
    journey,
    law,
    login,
    outcomes,
    overview,
    partner_agreement,
    partner_desk,
    partner_results,
    partner_webhooks,
    remisi_batches,
    remisi_differences,
    remisi_report,
    verify,
)
from api.pages.counting import Counts
from api.pages.rendering import ADDRESSES, CONTENT, STATIC
from api.pages.visits import PageRoute, refusal

PAGES: Final = (
    login,
    overview,
    cases,
    journey,
    detention,
    due,
    integration,
    corrections,
    partner_results,
    changes,
    disclosures,
    law,
    remisi_differences,  # before the lists, whose address of a person fits its own
    remisi_batches,
    remisi_report,
    outcomes,
    partner_desk,
    partner_webhooks,
    partner_agreement,
    verify,
)
FOR_EVER: Final = "public, max-age=31536000, immutable"
assets: Final = APIRouter(route_class=PageRoute, include_in_schema=False)


@assets.get("/aset/{name}")
def asset(name: str) -> Response:
    """Return a static file under the address that holds its digest."""
    address = f"/aset/{name}"
    found = next((file for file, place in ADDRESSES.items() if place == address), None)
    if found is None:
        raise problems.not_found()
    return Response(CONTENT[found], 200, {"Cache-Control": FOR_EVER}, STATIC[found])


def install_pages(app: FastAPI) -> None:
    """Let an application that carries `Services` answer people too."""
    app.state.page_counts = Counts()
    for pages in PAGES:
        give(app, pages.router)
    give(app, assets)
    app.add_exception_handler(HTTPException, of_http)


def of_http(request: Request, raised: Exception) -> Response:
    """Answer what the framework refused: a browser beside the API with a page, else a problem."""
    error = cast("HTTPException", raised)
    asks_for_a_page = "text/html" in request.headers.get("accept", "")
    status = error.status_code
    if not asks_for_a_page or request.url.path.startswith("/v1/") or status not in problems.TITLES:
        return problems.of_http(request, raised)
    words = problems.DETAILS.get(status, problems.TITLES[status])
    response = refusal(request, status, words)
    response.headers.update(error.headers or {})
    return response
