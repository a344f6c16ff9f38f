"""Corrections that wait for a second person, before and after side by side; and what to look at.

A supervisor approves or declines here, whoever asked withdraws, and whoever records for the unit
says how a review item ended. A form names the version of the stream that its page was drawn from.
"""

import re
from collections.abc import Callable
from itertools import islice
from typing import Annotated, Any, Final, Literal
from urllib.parse import urlencode

from fastapi import APIRouter, Form, Query, Request
from fastapi.responses import RedirectResponse, Response
from pydantic import BaseModel, Field
from pydantic_core import PydanticCustomError

from api.callers import ensure_writer, signed
from api.deciding import Said
from api.event_forms import clean_note
from api.lists import POSITION_MOST, wait_for
from api.pages.names import named_in
from api.pages.rendering import language_asked, page
from api.pages.side_by_side import Drawing
from api.pages.tongue import Tongue
from api.pages.visits import UNREADABLE, OwnForm, PageRoute, Visitor
from api.problems import Problem, not_found
from api.readings import Reading, WithReading, about, of_pages
from api.review_answers import ToReview, to_review_in
from api.routes.approvals import Decided, Found, Inbox, decide, leaf_of
from api.routes.reviews import Looked, resolved
from api.tokens import Caller
from api.waiting import Waiting
from api.writing import Desk, stream_named
from application.asked_for import CorrectionStatus
from application.ledger import Conflict, OutcomeUnknown, Receipt
from domain.fields import UUID
from domain.kernel import Words
from domain.record import StreamId
from projections.corrections import REVIEWS, Look

router: Final = APIRouter(route_class=PageRoute, include_in_schema=False)
PATH: Final = "/koreksi"
ROWS: Final = 20
KEY: Final = r"^[a-zA-Z0-9:/._-]*$"
Version = Annotated[int, Form(ge=0, le=2**31 - 1)]
MOVED_ON: Final[Words] = (
    "catatan ini sudah berubah sejak halaman dibuka; buka lagi, lalu putuskan lagi",
    "the record has moved on since the page was opened; open it again, and decide again",
)
NOT_SURE: Final[Words] = (
    "belum pasti apakah sudah tercatat; buka lagi halaman ini untuk melihatnya",
    "it may be recorded or not; open the page again to see",
)


class Leaf(BaseModel):
    """Which leaf of the lists; ``seen`` is a position to wait for, ``case`` narrows to one case."""

    case: str = Field("", max_length=36, pattern=KEY)
    corrections: str = Field("", max_length=200, pattern=KEY)
    reviews: str = Field("", max_length=200, pattern=KEY)
    seen: int | None = Field(None, ge=0, le=POSITION_MOST)


class Decision(BaseModel):
    """The form below a correction."""

    version: Version
    decision: Literal["approve", "decline"]
    because: str = Field("", max_length=4_000)


class Resolution(BaseModel):
    """The form below a review item."""

    version: Version
    stream: str = Field(max_length=200)
    outcome: Literal["kept", "put_right"]
    explanation: str = Field("", max_length=4_000)


@router.get(PATH)
def corrections(
    request: Request, caller: Visitor, reading: WithReading, leaf: Annotated[Leaf, Query()]
) -> Response:
    """Show what waits in the caller's sight."""
    services = reading.services
    wait_for(services, leaf.seen)
    waiting, more = waiting_in(reading, caller, leaf)
    items, more_items = to_look_at_in(reading, caller, leaf)
    pages = [page for one in waiting for page in one.one.pages]
    pages += [page for one in items for page in one.pages]
    streams: set[StreamId] = {one.stream for one in waiting} | {one.stream for one in items}
    whom, shown = of_pages(pages)
    named = {"full_name"} if any(stream.kind == "case" for stream in streams) else set()
    reading(whom.union(*map(about, streams)), shown | named, len(waiting) + len(items))
    names = named_in(services, caller.access, (one.event for one in pages))
    drawing = Drawing(services, caller, Tongue(language_asked(request)), names)
    content = {
        "cards": list(filter(None, map(drawing.card, waiting))),
        "items": list(filter(None, map(drawing.item, items))),
        "case": leaf.case,
        "told": leaf.seen is not None,
        "later": more and _address(leaf, corrections=more),
        "later_items": more_items and _address(leaf, reviews=more_items),
    }
    return page(request, "corrections.html", caller, content)


def waiting_in(reading: Reading, caller: Caller, leaf: Leaf) -> tuple[list[Found], str | None]:
    """Return one leaf of the corrections that wait, and after which key the next one begins."""
    inbox = Inbox(reading.services, caller)
    after, case = leaf.corrections or None, leaf.case or None
    return leaf_of(inbox.rows(CorrectionStatus.PENDING, None, after, case), ROWS)


def to_look_at_in(
    reading: Reading, caller: Caller, leaf: Leaf
) -> tuple[list[ToReview], str | None]:
    """Return one leaf of the items that are open, and after which key the next one begins."""
    where = {"status": Look.OPEN.value} | ({"case": leaf.case} if leaf.case else {})
    found = Waiting(reading.services, caller, REVIEWS.name).rows(where, leaf.reviews or None)
    rows = list(islice(found, ROWS + 1))
    ledger = reading.services.ledger
    known = [
        to_review_in(ledger.read(StreamId.of(row.stream))).get(row.item) for _, row in rows[:ROWS]
    ]
    items = [one for one in known if one and one.status is Look.OPEN]
    return items, rows[ROWS - 1][0] if len(rows) > ROWS else None


@router.post(f"{PATH}/{{correction}}", dependencies=[OwnForm])
def decide_on(
    request: Request,
    caller: Visitor,
    reading: WithReading,
    correction: str,
    said: Annotated[Decision, Form()],
) -> Response:
    """Approve, decline or withdraw, and go back to what waits."""
    approve = said.decision == "approve"
    because = _note(said.because) or None
    decided = Decided(correction, said.version, Said(approve=approve, because=because))
    desk = _desk(request, caller, reading)
    return _done(lambda: decide(desk, decided))


@router.post(f"{PATH}/butir/{{item}}", dependencies=[OwnForm])
def resolve(
    request: Request,
    caller: Visitor,
    reading: WithReading,
    item: str,
    said: Annotated[Resolution, Form()],
) -> Response:
    """Say how a review item ended, and go back to what waits."""
    try:
        stream = stream_named(said.stream)
    except ValueError:
        raise not_found() from None
    if not re.fullmatch(UUID, item, re.ASCII):
        raise not_found()
    looked = Looked(outcome=said.outcome, explanation=_note(said.explanation))
    if not looked.explanation:
        raise Problem(422, "review.no_explanation", UNREADABLE)
    desk = _desk(request, caller, reading)
    return _done(lambda: resolved(desk, stream, said.version, (item, looked)))


def _desk(request: Request, caller: Caller, reading: Reading) -> Desk:
    return Desk(reading.services, signed(request.scope, ensure_writer(caller), None, None, None))


def _done(record: Callable[[], Receipt]) -> Response:
    """Go back once it is recorded; what stood against it is told on a page of its own."""
    try:
        receipt = record()
    except Conflict:
        raise Problem(412, "append.conflict", MOVED_ON) from None
    except OutcomeUnknown:
        raise Problem(503, "append.outcome_unknown", NOT_SURE) from None
    return RedirectResponse(f"{PATH}?seen={receipt.position or 0}", 303)


def _note(text: str) -> str:
    try:
        return str(clean_note(text))
    except PydanticCustomError:
        raise Problem(422, "request.invalid", UNREADABLE) from None


def _address(leaf: Leaf, **more: Any) -> str:
    """Return the address of another leaf; nothing but ids and codes is in it."""
    said = leaf.model_dump(exclude={"seen"}) | more
    return f"{PATH}?{urlencode({name: value for name, value in said.items() if value})}"
