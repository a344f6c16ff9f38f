"""Review items: what no longer stands under the history as it is known now, until somebody looked.

``GET /v1/reviews`` is what waits for the units of the caller; an item is resolved under its stream.
"""

import re
from itertools import islice
from typing import Annotated, Any, Final, Literal
from urllib.parse import urlencode

from fastapi import APIRouter, Path, Query, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import JSONResponse
from pydantic import BaseModel, create_model

from api.answers import FORBID
from api.callers import HistoryReader, Signed
from api.cursors import cursor_after, key_from
from api.deciding import Deciding, exchange
from api.dependencies import WithServices
from api.event_forms import value_model
from api.lists import PAGE, PAGE_MOST, POSITION_MOST, wait_for, wanted
from api.preconditions import VersionSeen, etag
from api.problems import language_of, not_found, refusal
from api.readings import WithReading, about, of_pages
from api.review_answers import ReviewAnswer, ReviewsAnswer, review_answer, to_review_in
from api.routes.collections import STRICT, Collection, key_parameter, matches, seen
from api.routes.streams import BATCHES, CASES, COLLECTIONS
from api.tokens import Role
from api.waiting import Waiting
from api.writing import Desk, ReceiptAnswer, receipt_answer
from application.journeys import NOW
from application.ledger import Conflict, Receipt
from domain.fields import EXAMPLE_ID, UUID, Note
from domain.kernel import Json, Refused, Value
from domain.record import StreamId
from domain.review import ReviewOutcome
from projections.corrections import REVIEWS, Look

ITEM: Final = Path(
    description="The item's id.",
    examples=[EXAMPLE_ID],
    json_schema_extra={"pattern": f"^{UUID}$"},
)
OF_UNIT: Final = "In records for which this unit answers now, whoever did when it was raised."
OPEN_OR_ENDED: Final = "Only these; `open` is what still has to be looked at."


class Looked(Value):
    """How it ended, and why it stays as it is, or how it was put right."""

    outcome: Literal["kept", "put_right"]
    explanation: Note


class ResolvedReceipt(ReceiptAnswer):
    """Where the end of an item was recorded."""

    item: str
    status: Literal["kept", "put_right"]


class ReviewList(BaseModel):
    """Items in the caller's sight, in the order in which they were raised."""

    model_config = FORBID

    items: list[ReviewAnswer]


LookedBody = value_model(Looked, "ReviewResolution")


def reviews_router() -> APIRouter:
    """Return the routes of all that is to be looked at."""
    router = APIRouter()
    add_list(router)
    for one in (CASES, *COLLECTIONS, BATCHES):
        add_reading(router, one)
        add_resolving(router, one)
    return router


def add_list(router: APIRouter) -> None:
    """Serve what is to be looked at in all streams."""

    @router.get("/v1/reviews", dependencies=STRICT, response_model=ReviewList)
    def list_reviews(  # noqa: PLR0913, PLR0917  # what the framework hands in, each by its type
        request: Request,
        services: WithServices,
        caller: HistoryReader,
        reading: WithReading,
        unit: Annotated[str | None, Query(description=OF_UNIT)] = None,
        status: Annotated[Look | None, Query(description=OPEN_OR_ENDED)] = None,
        limit: Annotated[int, Query(ge=1, le=PAGE_MOST)] = PAGE,
        cursor: Annotated[str | None, Query(description="From `Link: rel=next`.")] = None,
        after: Annotated[
            int | None, Query(ge=0, le=POSITION_MOST, description="Wait for this position.")
        ] = None,
    ) -> Response:
        """Return what is to be looked at; the next page is in the `Link` header."""
        wait_for(services, after)
        query = [item for item in request.query_params.multi_items() if item[0] != "cursor"]
        bound = {"list": "reviews", "where": sorted(query)}
        where = {"status": status.value} if status else {}
        whose = None if unit is None else wanted("unit", unit, str)
        rows = Waiting(services, caller, REVIEWS.name, whose).rows(where, key_from(cursor, bound))
        leaf = list(islice(rows, limit + 1))
        headers = {}
        if len(leaf) > limit:
            more = urlencode([*query, ("cursor", cursor_after(leaf[limit - 1][0], bound))])
            headers["Link"] = f'<{request.url.path}?{more}>; rel="next"'
        lines = [row for _, row in leaf[:limit]]
        streams = {row.stream: StreamId.of(row.stream) for row in lines}
        items = {name: to_review_in(services.ledger.read(at)) for name, at in streams.items()}
        shown = [items[row.stream][row.item] for row in lines if row.item in items[row.stream]]
        values, language = caller.role is not Role.COMPLIANCE, language_of(request)
        pages = [page for one in shown for page in one.pages]
        reading(*of_pages(pages, values=values), len(shown), unit)
        answers = [review_answer(one, language, values=values) for one in shown]
        return JSONResponse({"items": answers}, headers=headers)


def add_reading(router: APIRouter, collection: Collection) -> None:
    """Serve the items of a stream."""
    key_type = key_parameter(collection)
    key_field: Any = {collection.key: (str, ...)}
    model = create_model(f"{collection.word}Reviews", __base__=ReviewsAnswer, **key_field)

    @router.get(
        f"{collection.path}/{{{collection.key}}}/reviews",
        response_model=model,
        dependencies=STRICT,
    )
    def read(  # noqa: PLR0913, PLR0917  # what the framework hands in, each by its type
        key: key_type,  # type: ignore[valid-type]
        request: Request,
        services: WithServices,
        caller: HistoryReader,
        reading: WithReading,
        response: Response,
    ) -> Json:
        """Return what is to be looked at, and what was: which fact, by which rule, who owns it."""
        history, unit = seen(services, collection, key, caller, NOW)
        found = to_review_in(history.known).values()
        values, language = caller.role is not Role.COMPLIANCE, language_of(request)
        whom, shown = of_pages((page for one in found for page in one.pages), values=values)
        reading(whom | about(history.stream), shown, len(found), unit)
        response.headers["ETag"] = etag(history.version)
        answers = [review_answer(one, language, values=values) for one in found]
        return {collection.key: key, "version": history.version, "reviews": answers}


def add_resolving(router: APIRouter, collection: Collection) -> None:
    """Take how an item ended."""
    key_type = key_parameter(collection)
    key_field: Any = {collection.key: (str, ...)}
    receipt_model = create_model(
        f"{collection.word}ReviewReceipt", __base__=ResolvedReceipt, **key_field
    )

    @router.post(
        f"{collection.path}/{{{collection.key}}}/reviews/{{item}}",
        response_model=receipt_model,
        status_code=201,
        dependencies=STRICT,
    )
    async def resolve(  # noqa: PLR0913, PLR0917  # what the framework hands in, each by its type
        key: key_type,  # type: ignore[valid-type]
        item: Annotated[str, ITEM],
        services: WithServices,
        signature: Signed,
        version: VersionSeen,
        body: LookedBody,  # type: ignore[valid-type]
        response: Response,
    ) -> Json:
        """Record that somebody of the unit looked: it stays as it is, or was put right."""
        if not (matches(collection, key) and re.fullmatch(UUID, item, re.ASCII)):
            raise not_found()
        desk, stream = Desk(services, signature), collection.id_of(key)
        said: Any = body
        receipt = await run_in_threadpool(
            desk.once, lambda: resolved(desk, stream, version, (item, said))
        )
        answer = receipt_answer(receipt, stream, response, key=collection.key)
        return answer | {collection.key: key, "item": item, "status": said.outcome}


def resolved(desk: Desk, stream: StreamId, version: int, said: tuple[str, Any]) -> Receipt:
    """Record how an item ended; 404 for one that the caller cannot see."""
    services, (item, looked) = desk.services, said
    history = desk.visible(stream)
    if item not in to_review_in(history.known):
        raise not_found()
    if history.version != version:
        raise Conflict(stream)
    Deciding(services, desk.signature.caller).ensure_answers_for(stream)
    write = exchange(desk, stream, version)
    outcome = ReviewOutcome(looked.outcome)
    try:
        return services.correcting.resolve(stream, item, outcome, looked.explanation, write)
    except Refused as refused:
        raise refusal(refused, f"/{refused.field}") from None
