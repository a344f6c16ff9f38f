"""How far the feeds have seen the ledger: waited for where a reader asks for it."""

from typing import Annotated, Final

from fastapi import Depends, Query
from fastapi.concurrency import run_in_threadpool

from api.dependencies import Services, WithServices
from api.lists import NO_SUCH_POSITION, POSITION_MOST, WAIT_SECONDS, fault
from api.problems import Problem
from domain.kernel import Words

WHICH: Final = (
    "Wait until the feeds have seen this position of the ledger, as a write answers it. It is no"
    " entry's id: that is `lastEventId`."
)
BEHIND: Final[Words] = (
    "feed belum sampai ke posisi itu; coba lagi sebentar",
    "the feed has not reached that position; try again shortly",
)


async def seen_position(
    services: WithServices,
    after: Annotated[
        int | None,
        Query(ge=0, le=POSITION_MOST, description=WHICH),
    ] = None,
) -> None:
    """Wait, within bounds, until the feeds have seen a position of the ledger."""
    if after is not None:
        await run_in_threadpool(_wait, services, after)


def _wait(services: Services, after: int) -> None:
    if after > services.ledger.position():
        raise fault("after", "list.no_such_position", NO_SUCH_POSITION)
    if not services.feeds.reached(after, WAIT_SECONDS):
        raise Problem(503, "feed.behind", BEHIND, headers={"Retry-After": "1"})


SeenPosition = Depends(seen_position)
