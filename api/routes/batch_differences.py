"""``GET /v1/remisi-batches/{id}/differences``: a list held against what is known by now.

Everyone is reckoned again, so that of a unit of thousands it takes seconds; nothing is changed.
"""

from collections.abc import Sequence
from threading import BoundedSemaphore
from typing import Annotated, Final
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request
from fastapi.responses import JSONResponse, Response
from pydantic_core import to_jsonable_python

from api.batch_difference_answers import DifferencesAnswer, changed, difference_answer
from api.calculation_answers import Spoken
from api.callers import Reader
from api.cursors import cursor_after, key_from
from api.dependencies import Services, WithServices
from api.lists import PAGE, PAGE_MOST, wait_for
from api.preconditions import etag
from api.problems import Problem
from api.readings import WithReading
from api.routes.collections import STRICT
from api.routes.remisi_batches import ONE, BatchKey, Shown, shown, tongue_of
from api.routes.streams import BATCHES
from application.batch_cases import ORDER
from application.batch_differences import Difference, Differences
from application.case_facts import CaseFacts
from application.holidays import law_with_feasts
from application.journeys import NOW
from domain.kernel import Words

TOLD: Final = frozenset({"remisi"})
"""What of somebody's sealed facts the sentences show."""
AT_ONCE: Final = 2
"""Lists that are held against what is known at one time: each keeps a core busy for seconds."""
WAIT_SECONDS: Final = 10.0
BUSY: Final[Words] = (
    "beberapa daftar sedang dihitung ulang; coba lagi sebentar",
    "several lists are being reckoned again; try again shortly",
)
turns: Final = BoundedSemaphore(AT_ONCE)
router = APIRouter()


@router.get(f"{ONE}/differences", response_model=DifferencesAnswer, dependencies=STRICT)
def read_differences(  # noqa: PLR0913, PLR0917  # what the framework hands in, each by its type
    key: BatchKey,
    request: Request,
    services: WithServices,
    caller: Reader,
    reading: WithReading,
    limit: Annotated[int, Query(ge=1, le=PAGE_MOST)] = PAGE,
    cursor: Annotated[str | None, Query(description="From `Link: rel=next`.")] = None,
) -> Response:
    """Return every line that would be drafted otherwise by now, why, and what to do about it.

    By the texts and policies of the list's draft. Nothing is changed: that is a person's step.
    """
    found = shown(services, key, caller, NOW)
    bound = {"list": f"{ONE}/differences", "batch": key}
    after = key_from(cursor, bound) or ""
    position = services.ledger.position()
    differing = differences_of(services, found)
    rest = [one for one in differing if _place(one) > after]
    leaf = rest[:limit]
    reading({f"case:{one.case}" for one in leaf}, TOLD, len(leaf), found.unit)
    headers = {"ETag": etag(found.history.version)}
    if len(rest) > limit:
        more = urlencode({"limit": limit, "cursor": cursor_after(_place(leaf[-1]), bound)})
        headers["Link"] = f'<{request.url.path}?{more}>; rel="next"'
    draft, spoken = found.draft, Spoken(tongue_of(request))
    content = {
        BATCHES.key: key,
        "version": found.history.version,
        "position": position,
        "unit": draft.unit,
        "award_day": draft.award_day,
        "drafted_on": draft.effective.day,
        "status": found.state.status,
        "total": len(differing),
        "changed": changed(differing),
        "items": [difference_answer(one, spoken) for one in leaf],
    }
    return JSONResponse(to_jsonable_python(content), headers=headers)


def differences_of(services: Services, found: Shown) -> Sequence[Difference]:
    """Return what differs on a list, once the read models know whom the unit holds by now.

    Raises `Problem` (503) where too many are being reckoned already.
    """
    wait_for(services, services.ledger.position())
    if not turns.acquire(timeout=WAIT_SECONDS):
        raise Problem(503, "remisi_batch.busy", BUSY, headers={"Retry-After": "5"})
    try:
        law = law_with_feasts(services.ledger, None)
        cases = CaseFacts(services.ledger, services.read_models)
        return list(Differences(cases, law, found.key, found.state).found())
    finally:
        turns.release()


def _place(one: Difference) -> str:
    return f"{one.case}/{ORDER[one.kind]}"
