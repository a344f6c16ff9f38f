"""What partners propose for their classes, as it waits for the unit: to be taken over or sent back.

Each result says what speaks against it now, so that nobody finds out by trying. Several are
accepted at once; a result is sent back one by one, with its reason.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Annotated, Final, Literal
from urllib.parse import urlencode

from fastapi import APIRouter, Form, Query, Request
from fastapi.responses import RedirectResponse, Response
from pydantic import BaseModel, Field
from pydantic_core import PydanticCustomError

from api.callers import ensure_writer, signed
from api.deciding import Deciding, exchange
from api.event_forms import clean_note
from api.lists import POSITION_MOST, wait_for
from api.pages import labels
from api.pages.names import Names, named_in
from api.pages.rendering import language_asked, page
from api.pages.said import GONE, Fact, facts
from api.pages.side_by_side import Drawing, Whose
from api.pages.tongue import Tongue
from api.pages.visits import UNREADABLE, OwnForm, PageRoute, Visitor
from api.partner_answers import Stated, shown_in, stated_in
from api.problems import Problem, not_found
from api.readings import Reading, WithReading
from api.result_desk import Answered, answer, partner_results
from api.tokens import Caller
from api.writing import Desk
from application.append import Request as Asked
from application.ledger import Conflict, OutcomeUnknown
from application.partner_results import opened_of, stream_of
from application.read_models import Question
from domain.fields import UUID
from domain.kernel import FORGOTTEN, Event, Words
from domain.partner_result import ResultProposed
from domain.programme import Attendance, SessionHeld
from domain.record import Recorded, StreamId
from domain.time import Zone
from projections.partner_results import PARTNER_RESULTS, ResultStatus

router: Final = APIRouter(route_class=PageRoute, include_in_schema=False)
PATH: Final = "/hasil-mitra"
ROWS: Final = 25
KEY: Final = r"^[a-z0-9:/-]*$"
ADDRESS: Final = re.compile(rf"({UUID})/({UUID})", re.ASCII)
NOT_SURE: Final[Words] = (
    "belum pasti apakah sudah tercatat; buka lagi halaman ini untuk melihatnya",
    "it may be recorded or not; open the page again to see",
)


class Leaf(BaseModel):
    """Which leaf of the list; ``seen`` is a position to wait for, the rest what was just done."""

    after: str = Field("", max_length=100, pattern=KEY)
    seen: int | None = Field(None, ge=0, le=POSITION_MOST)
    accepted: int | None = Field(None, ge=0, le=ROWS)
    left: int | None = Field(None, ge=0, le=ROWS)


class Several(BaseModel):
    """The form that accepts what is ticked: each a programme and a result."""

    chosen: list[str] = Field([], max_length=ROWS)


class Returned(BaseModel):
    """The form below a result."""

    decision: Literal["reject"]
    reason: str = Field("", max_length=4_000)


@dataclass(frozen=True, slots=True)
class Card:
    """One result that waits, as it is read. ``against`` is what speaks against it now."""

    address: str
    title: str
    programme: str
    whose: Whose | None
    told: str
    respond_by: str
    overdue: bool
    lines: Sequence[Fact]
    papers: Sequence[str]
    against: str | None
    may_answer: bool


@router.get(PATH)
def waiting_results(
    request: Request, caller: Visitor, reading: WithReading, leaf: Annotated[Leaf, Query()]
) -> Response:
    """Show what waits in the caller's sight, the longest first."""
    services = reading.services
    wait_for(services, leaf.seen)
    stated, more = waiting_in(reading, caller, leaf.after or None)
    whom, shown = shown_in(stated, whole=True)
    reading(whom, shown | ({"full_name"} if stated else set()), len(stated))
    names = named_in(services, caller.access, (one.proposed.fact for one in stated))
    once = cache(services.ledger.read)
    drawn = Drawn(request, reading, caller, Tongue(language_asked(request)), names, once)
    content = {
        "cards": [drawn.card(one) for one in stated],
        "accepted": leaf.accepted,
        "left": leaf.left,
        "later": more and f"{PATH}?{urlencode({'after': more})}",
    }
    return page(request, "partner_results.html", caller, content)


def waiting_in(
    reading: Reading, caller: Caller, after: str | None
) -> tuple[list[Stated], str | None]:
    """Return one leaf of the results that wait, and after which key the next one begins."""
    services = reading.services
    where = {"status": ResultStatus.PROPOSED.value}
    question = Question(where=where, words=(), after=after, limit=ROWS + 1)
    rows = services.read_models.ask(PARTNER_RESULTS.name, question, caller.access).rows
    known: dict[str, dict[str, Stated]] = {}
    found: list[Stated] = []
    for _, row in rows[:ROWS]:
        if row.stream not in known:
            known[row.stream] = stated_in(services.ledger.read(StreamId.of(row.stream)))
        one = known[row.stream].get(row.result)
        if one and one.status is ResultStatus.PROPOSED:
            found.append(one)
    return found, rows[ROWS - 1][0] if len(rows) > ROWS else None


@dataclass(frozen=True, slots=True)
class Class:
    """What is asked once of a programme: its title, and by whom it is answered, if it may be."""

    title: str
    asked: Asked | None


@dataclass(frozen=True, slots=True)
class Drawn:
    """Draws results for one reader, in one language."""

    request: Request
    reading: Reading
    caller: Caller
    tongue: Tongue
    names: Names
    read: Callable[[StreamId], Sequence[Recorded]]
    classes: dict[StreamId, Class] = field(default_factory=dict)

    def card(self, one: Stated) -> Card:
        """Return a result as it is read."""
        services, tongue, said = self.reading.services, self.tongue, one.proposed
        stream, fact = one.told.stream, said.fact
        drawing = Drawing(services, self.caller, tongue, self.names)
        taught = self._class(stream)
        results = partner_results(services)
        no = taught.asked and results.against(stream, said.result, taught.asked, self.read)
        title = f"{tongue(*labels.of_event(type(fact)))} · {tongue.day(fact.effective.day)}"
        return Card(
            address=f"{stream.key}/{said.result}",
            title=title,
            programme=taught.title,
            whose=drawing.whose(stream_of(stream, said)) if said.case else None,
            told=f"{self.names.of(said.agency)}, {tongue.stamp(one.told.recorded_at, Zone.WIB)}",
            respond_by=tongue.day(one.respond_by),
            overdue=one.overdue(services.now()),
            lines=list(self._lines(drawing, fact)),
            papers=self._papers(said),
            against=tongue(*no.because) if no else None,
            may_answer=taught.asked is not None,
        )

    def _class(self, programme: StreamId) -> Class:
        if programme not in self.classes:
            services = self.reading.services
            opened = opened_of(self.read(programme))
            asked = None
            if Deciding(services, self.caller).answers_for(programme):
                desk = desk_of(self.request, self.caller, self.reading)
                asked = replace(exchange(desk, programme, 0), expected={})
            title = opened.title if opened else programme.key
            self.classes[programme] = Class(title, asked)
        return self.classes[programme]

    def _lines(self, drawing: Drawing, fact: Event) -> Iterator[Fact]:
        """Yield what a result says; of a session, who was there by their names."""
        if not isinstance(fact, SessionHeld):
            yield from facts(fact, self.tongue, self.names)
            return
        yield from facts(replace(fact, marks=()), self.tongue, self.names)
        for presence in Attendance:
            there = [mark.case for mark in fact.marks if mark.presence is presence]
            named = [drawing.whose(StreamId(kind="case", key=case)).name for case in there]
            if named:
                yield Fact(self.tongue.value(presence), ", ".join(named), guarded=False)

    def _papers(self, said: ResultProposed) -> Sequence[str]:
        if said.papers is FORGOTTEN:
            return [self.tongue(*GONE)]
        return [paper.number for paper in said.papers]


def desk_of(request: Request, caller: Caller, reading: Reading) -> Desk:
    """Return the desk of whoever may record."""
    return Desk(reading.services, signed(request.scope, ensure_writer(caller), None, None, None))


@router.post(PATH, dependencies=[OwnForm])
def accept_several(
    request: Request, caller: Visitor, reading: WithReading, said: Annotated[Several, Form()]
) -> Response:
    """Accept what is ticked, one after the other, and go back to what waits and why."""
    desk, seen, accepted, left = desk_of(request, caller, reading), 0, 0, 0
    for address in dict.fromkeys(said.chosen):
        programme, result = parts_of(address)
        try:
            receipt = answer(desk, programme, result, Answered(accepted=True, reason=None))
        except (Problem, Conflict):
            left += 1  # its card says what speaks against it
        except OutcomeUnknown:
            raise Problem(503, "append.outcome_unknown", NOT_SURE) from None
        else:
            accepted, seen = accepted + 1, receipt.position or seen
    query = urlencode({"seen": seen, "accepted": accepted, "left": left})
    return RedirectResponse(f"{PATH}?{query}", 303)


@router.post(f"{PATH}/{{programme}}/{{result}}", dependencies=[OwnForm])
def reject(  # noqa: PLR0913, PLR0917  # what the framework hands in, each by its type
    request: Request,
    caller: Visitor,
    reading: WithReading,
    programme: str,
    result: str,
    said: Annotated[Returned, Form()],
) -> Response:
    """Send a result back with its reason, and go back to what waits."""
    stream, key = parts_of(f"{programme}/{result}")
    desk = desk_of(request, caller, reading)
    try:
        reason = str(clean_note(said.reason))
        answered = Answered(accepted=False, reason=reason or None)
        receipt = answer(desk, stream, key, answered)
    except PydanticCustomError:
        raise Problem(422, "request.invalid", UNREADABLE) from None
    except OutcomeUnknown:
        raise Problem(503, "append.outcome_unknown", NOT_SURE) from None
    return RedirectResponse(f"{PATH}?{urlencode({'seen': receipt.position or 0})}", 303)


def parts_of(address: str) -> tuple[StreamId, str]:
    """Return the programme and the result of an address; 404 for what is none."""
    known = ADDRESS.fullmatch(address)
    if known is None:
        raise not_found()
    return StreamId(kind="programme", key=known[1]), known[2]
