"""/v1/cases/{case_id}/diff: field by field; and /v1/events/{event_id}, the address of one event."""

import re
from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, Final, Literal

from fastapi import APIRouter, Depends, Path, Query
from pydantic import Field
from pydantic_core import to_jsonable_python

from api.answers import DayOrInstant, EventAnswer, Instant, marked_answer
from api.callers import HistoryReader
from api.dependencies import Services, WithServices
from api.diff_answers import DiffAnswer, difference_answers, what_it_shows
from api.lists import fault
from api.mark_answers import shown_in, telling_of
from api.problems import not_found
from api.readings import WithReading
from api.routes.collections import STRICT
from api.sight import unit_that_sees
from application.comparing import Compared, between_effects, between_tellings
from application.journeys import NOW, Journeys, Moment
from domain.catalogue import CASE
from domain.fields import EXAMPLE_ID, UUID
from domain.kernel import Json, Words
from domain.record import StreamId
from domain.time import Zone

router = APIRouter()

DayOrMoment = date | datetime
INSTANT_NEEDED: Final[Words] = (
    "menurut waktu diketahui, tulis saat lengkap: 2025-08-17T09:00:00+07:00",
    "by what was known, give an instant: 2025-08-17T09:00:00+07:00",
)
IN_FUTURE: Final[Words] = (
    "apa yang akan diketahui nanti belum dapat ditanyakan",
    "what will be known later cannot be asked yet",
)
WRONG_WAY: Final[Words] = ("to lebih awal daripada from", "to is earlier than from")
NOT_WITH_AXIS: Final[Words] = (
    "parameter ini ditentukan oleh from dan to pada axis ini",
    "on this axis, from and to say this already",
)


class EventPageAnswer(EventAnswer):
    """One event in its envelope, the stream that it stands in, and what became of it."""

    stream: str = Field(description="Its kind and key.", examples=[f"case:{EXAMPLE_ID}"])


def ensure_in_order(begin: DayOrMoment, end: DayOrMoment) -> None:
    """Refuse an end before its beginning; a day and an instant are compared in western time."""
    if isinstance(begin, datetime) and isinstance(end, datetime):
        wrong = end < begin
    else:
        wrong = _day(end) < _day(begin)
    if wrong:
        raise fault("to", "diff.wrong_way", WRONG_WAY)


def _day(said: DayOrMoment) -> date:
    return said.astimezone(Zone.WIB.offset).date() if isinstance(said, datetime) else said


def instant(name: str, said: DayOrMoment, now: datetime) -> datetime:
    """Return an instant of knowledge; a day is none, and the future is not known."""
    if not isinstance(said, datetime):
        raise fault(name, "diff.instant_needed", INSTANT_NEEDED)
    if said > now:
        raise fault(name, "journey.known_at_in_future", IN_FUTURE)
    return said


@dataclass(frozen=True, slots=True)
class Sides:
    """What is to be compared: two times on an axis, and the other axis held still."""

    begin: DayOrMoment
    end: DayOrMoment | None
    axis: Literal["known", "valid"]
    valid_at: DayOrMoment | None
    known_at: datetime | None

    @property
    def after(self) -> Moment:
        """Return the later of the two moments."""
        if self.axis == "valid":
            return Moment(valid_at=self.end, known_at=self.known_at)
        known_at = self.end if isinstance(self.end, datetime) else None
        return Moment(valid_at=self.valid_at, known_at=known_at)

    def answer(self) -> Json:
        """Return what was asked for, as it was asked for."""
        return {
            "axis": self.axis,
            "from": self.begin.isoformat(),
            "to": self.end and self.end.isoformat(),
            "valid_at": self.valid_at and self.valid_at.isoformat(),
            "known_at": self.known_at and self.known_at.isoformat(),
        }


def sides_of(
    begin: Annotated[
        DayOrInstant,
        Query(alias="from", description="The earlier one.", examples=["2025-08-17T09:00:00+07:00"]),
    ],
    end: Annotated[
        DayOrInstant | None, Query(alias="to", description="The later one; without it, now.")
    ] = None,
    axis: Annotated[
        Literal["known", "valid"],
        Query(
            description="`known`: what was known at two instants of the state as it is, or as it"
            " was at `valid_at`. `valid`: the states on two days or at two instants, as they are"
            " known, or as they were at `known_at`."
        ),
    ] = "known",
    valid_at: Annotated[DayOrInstant | None, Query(description="With `axis=known`.")] = None,
    known_at: Annotated[Instant | None, Query(description="With `axis=valid`.")] = None,
) -> Sides:
    """Read what is to be compared; refuse what does not go together."""
    if end is not None:
        ensure_in_order(begin, end)
    for name, said, other in (("known_at", known_at, "known"), ("valid_at", valid_at, "valid")):
        if said is not None and axis == other:
            raise fault(name, "diff.not_with_axis", NOT_WITH_AXIS)
    return Sides(begin, end, axis, valid_at, known_at)


@router.get("/v1/cases/{case_id}/diff", response_model=DiffAnswer, dependencies=STRICT)
def read_diff(
    services: WithServices,
    caller: HistoryReader,
    reading: WithReading,
    case_id: Annotated[str, Path(min_length=1, max_length=100, examples=[EXAMPLE_ID])],
    sides: Annotated[Sides, Depends(sides_of)],
) -> Json:
    """Say field by field what differs, the event that did it, who told it, and when."""
    if not re.fullmatch(UUID, case_id, re.ASCII):
        raise not_found()
    stream = StreamId(kind=CASE.name, key=case_id)
    unit = unit_that_sees(services, stream, caller)
    compared = _compared(services, stream, sides)
    told = telling_of(services, caller, compared.after, sides.after)
    reading(*what_it_shows(compared, told), len(compared.differences), unit)
    return {
        "case_id": case_id,
        **sides.answer(),
        "from_version": compared.before.version,
        "to_version": compared.after.version,
        "differences": difference_answers(compared, told),
    }


def _compared(services: Services, stream: StreamId, sides: Sides) -> Compared:
    journeys = Journeys(services.ledger, services.now)
    if sides.axis == "valid":
        valid = sides.begin, sides.end
        return between_effects(journeys, stream, valid, sides.known_at, to_jsonable_python)
    now, end = services.now(), sides.end
    known = instant("from", sides.begin, now), None if end is None else instant("to", end, now)
    return between_tellings(journeys, stream, known, sides.valid_at, to_jsonable_python)


@router.get(
    "/v1/events/{event_id}",
    response_model=EventPageAnswer,
    response_model_exclude_unset=True,
    dependencies=STRICT,
)
def read_event(
    services: WithServices,
    caller: HistoryReader,
    reading: WithReading,
    event_id: Annotated[str, Path(min_length=1, max_length=100, examples=[EXAMPLE_ID])],
) -> Json:
    """Return one event of any stream, by an address that stays."""
    page = None
    if re.fullmatch(UUID, event_id, re.ASCII):
        page = services.correcting.pages.find(event_id)
    if page is None:
        raise not_found()
    unit = unit_that_sees(services, page.stream, caller)
    history = Journeys(services.ledger, services.now)(page.stream, NOW)
    told = telling_of(services, caller, history, NOW)
    told = told.only(page.position)
    reading(*shown_in(told), 1, unit)
    return {"stream": str(page.stream), **marked_answer(told.events[0], told)}
