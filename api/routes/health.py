"""/livez, /readyz, /metrics: does the service live, can it work, and how much has it done."""

from typing import Literal

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel

from api.dependencies import WithServices
from api.measures import MEDIA_TYPE

router = APIRouter(tags=["health"])


class Health(BaseModel):
    """All is well, or the answer is another."""

    status: Literal["ok"]


@router.get("/livez")
async def live() -> Health:
    """Say that the process answers."""
    return Health(status="ok")


@router.get("/readyz")
def ready(services: WithServices) -> Health:
    """Say that the ledger and the read models can be reached; 503 otherwise."""
    services.ledger.position()
    services.read_models.progress()
    return Health(status="ok")


@router.get(
    "/metrics",
    response_class=Response,
    responses={200: {"content": {"text/plain": {"schema": {"type": "string"}}}}},
)
def metrics(request: Request, services: WithServices) -> Response:
    """Return the counters, without personal data."""
    try:
        progress = [*services.read_models.progress(), services.feeds.progress()]
        looked = services.clock.looked()
        webhooks = services.webhooks.tally()
    except services.full:
        progress, looked, webhooks = [], (), None
    measures, feeds = request.app.state.measures, request.app.state.deliveries.tally()
    text = measures.text(progress, looked, services.now(), webhooks, feeds)
    return Response(text, media_type=MEDIA_TYPE)
