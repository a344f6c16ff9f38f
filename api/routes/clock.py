"""GET /v1/clock: who does what comes due by the clock, when it last looked, and what came of it."""

from dataclasses import fields
from datetime import datetime

from fastapi import APIRouter
from pydantic import BaseModel

from api.answers import FORBID
from api.callers import Known
from api.dependencies import WithServices
from api.routes.collections import STRICT
from application.clock import Looked

router = APIRouter()


class ClockAnswer(BaseModel):
    """One kind of work that comes due: its holder (host and process), and its last look.

    ``recorded`` are the steps of that look, ``left`` those that are due and were not taken: they
    are tried again. ``next_at`` is when something will be due next. ``error`` is the class of what
    went wrong, never its words.
    """

    model_config = FORBID

    name: str
    holder: str | None
    looked_at: datetime | None
    recorded: int
    left: int
    next_at: datetime | None
    error: str | None


class ClocksAnswer(BaseModel):
    """All work that comes due by the clock."""

    model_config = FORBID

    items: list[ClockAnswer]


@router.get("/v1/clock", dependencies=STRICT)
def read_clock(services: WithServices, caller: Known) -> ClocksAnswer:
    """Return who does what comes due by the clock, and what came of the last look."""
    return ClocksAnswer(items=[answer(one) for one in services.clock.looked()])


def answer(looked: Looked) -> ClockAnswer:
    """Return a look as JSON."""
    return ClockAnswer(**{field.name: getattr(looked, field.name) for field in fields(looked)})
