"""How an app comes by the addresses of a router."""

from fastapi import APIRouter, FastAPI


def give(app: FastAPI, router: APIRouter) -> None:
    """Give an app the routes of a router as they are, after those that it has.

    FastAPI's `include_router` would work each of them out a second time, when the first request
    comes, and keep both: 17 MB, and of every request two looks for its route in place of one.
    """
    app.router.routes.extend(router.routes)
