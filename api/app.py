"""Build the app from its parts. Knows no database."""

from typing import Any

from fastapi import FastAPI
from starlette.types import Receive, Scope, Send

from api import problems
from api.addresses import give
from api.deliveries import Deliveries
from api.dependencies import Services
from api.door import Door
from api.measures import Measures
from api.openapi import install_openapi
from api.pages.install import install_pages
from api.routes import (
    agency_referrals,
    approvals,
    asyncapi,
    batch_differences,
    batch_papers,
    calculations,
    case_dates,
    case_detention,
    changes,
    clock,
    cohort,
    diff,
    evidence,
    feeds,
    forgetting,
    health,
    integration_rights,
    law,
    ledger,
    merges,
    partner_results,
    reads,
    remisi_batches,
    shared_records,
    subscriptions,
)
from api.routes.corrections import corrections_router
from api.routes.read_models import read_models_router
from api.routes.reviews import reviews_router
from api.routes.streams import CASES, COLLECTIONS, streams_router
from api.short_way import ShortWay, Way, ways_to

VERSION = "0.1.0"


class Service(FastAPI):
    """The framework's app behind our door: what is usual is answered before any of its layers."""

    def __init__(self, services: Services, measures: Measures, **chosen: Any) -> None:
        super().__init__(**chosen)
        self.ways: dict[str, Way] = {}
        self.door = Door(ShortWay(super().__call__, self.ways), services.new_id, measures)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        scope["app"] = self
        await self.door(scope, receive, send)


def create_app(services: Services) -> Service:
    """Return the service as an ASGI app."""
    measures = Measures()
    app = Service(
        services,
        measures,
        title="Jejak",
        version=VERSION,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        # Its spans would carry addresses, and so the words somebody searched for.
        telemetry={"tracing": False, "metrics": False, "logs": False},
    )
    app.state.services = services
    app.state.measures = measures
    app.state.deliveries = Deliveries()
    app.state.closing = [app.state.deliveries.close]
    include_routes(app, services)
    problems.install(app, services.full)
    install_pages(app)  # a browser reads a refusal as a page
    install_openapi(app)
    app.ways.update(ways_to(app, (CASES, *COLLECTIONS)))
    return app


def include_routes(app: FastAPI, services: Services) -> None:
    """Give the app its addresses; of two that fit, the first answers."""
    for router in (
        streams_router(services),
        partner_results.router,
        agency_referrals.router,
        batch_differences.router,
        batch_papers.router,
        remisi_batches.router,
        corrections_router(),
        approvals.router,
        reviews_router(),
        diff.router,
        case_dates.router,
        case_detention.router,
        integration_rights.router,
        changes.router,
        evidence.router,
        forgetting.router,
        merges.router,
        read_models_router(services),
        cohort.router,
        feeds.router,
        shared_records.router,
        subscriptions.router,
        law.router,
        calculations.router,
        clock.router,
        ledger.router,
        reads.router,
        asyncapi.router,
        health.router,
    ):
        give(app, router)
