"""One case as a line in time: what took effect when, when it was told, and how it stood then."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import Enum
from typing import Annotated, Any, Final

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response
from pydantic import BaseModel, Field

from api.dependencies import Services
from api.pages import labels
from api.pages.names import Names, named_in
from api.pages.rendering import language_asked, page
from api.pages.said import Fact, facts, words_of
from api.pages.tongue import Tongue
from api.pages.visits import PageRoute, Visitor
from api.problems import not_found
from api.readings import WithReading, of_pages
from api.tokens import Caller
from application.journeys import NOW, History, Journeys, Moment
from application.jurisdiction import jurisdiction
from domain.catalogue import CASE
from domain.custody import CUSTODY
from domain.fields import UUID
from domain.kernel import Refused, Words
from domain.record import Recorded, StreamId
from domain.register import REGISTER, register_number
from domain.time import Zone
from domain.verdict import legal_status

router: Final = APIRouter(route_class=PageRoute, include_in_schema=False)
NOT_A_TIME: Final[Words] = (
    "waktu ini tidak terbaca; tulis seperti 2025-08-17 atau 2025-08-17T09:30",
    "this time cannot be read; write it like 2025-08-17 or 2025-08-17T09:30",
)


SITTING: Final = timedelta(minutes=10)


class TwoTimes(BaseModel):
    """The form above the line: a day, and an hour by the clock of the unit; empty is now."""

    valid_at: str = Field("", max_length=32)
    known_at: str = Field("", max_length=32)


class Standing(Enum):
    """How an event stands at the moment that is asked for."""

    HOLDS = "holds"
    NOT_YET_TRUE = "not_yet_true"
    NOT_YET_KNOWN = "not_yet_known"


@dataclass(frozen=True, slots=True)
class Step:
    """One event on the line. ``late`` is what was told after a fact that took effect later."""

    title: str
    chapter: str
    chapter_title: str
    day: date
    clock: str | None
    recorded: str
    recorded_iso: str
    late: bool
    standing: Standing
    facts: Sequence[Fact]
    teller: str
    reason: str | None
    evidence: Sequence[str]


@router.get("/perkara/{case_id}")
def journey(
    request: Request,
    caller: Visitor,
    reading: WithReading,
    case_id: str,
    asked: Annotated[TwoTimes, Query()],
) -> Response:
    """Show a case: its line in time, and how it stood at two times."""
    services, tongue = reading.services, Tongue(language_asked(request))
    journeys = Journeys(services.ledger, services.now)
    whole = _seen(services, journeys, caller, case_id)
    reading(*of_pages(whole.pages), len(whole.pages))
    zone = whole.pages[-1].event.effective.zone
    trouble, moment = None, NOW
    try:
        moment = _moment(asked, zone)
        then = journeys(whole.stream, moment)
    except ValueError:
        trouble, then = NOT_A_TIME, whole
    except Refused as refused:
        trouble, then = refused.because, whole
    names = named_in(services, caller.access, (one.event for one in whole.pages))
    content = {
        "case_id": case_id,
        "name": _name(whole),
        "steps": _steps(whole, then, tongue, names),
        "state": _state(then, tongue, names),
        "latest": _latest(then, tongue),
        "counts": (len(then.pages), len(whole.pages)),
        "asked": asked,
        "at_a_moment": moment != NOW,
        "trouble": trouble,
        "zone": zone,
        "version": whole.version,
    }
    return page(request, "journey.html", caller, content, 422 if trouble else 200)


def _seen(services: Services, journeys: Journeys, caller: Caller, case_id: str) -> History:
    """Return the history of a case that the caller may see, or else nothing at all."""
    if not re.fullmatch(UUID, case_id, re.ASCII):
        raise not_found()
    stream = StreamId(kind=CASE.name, key=case_id)
    history = journeys(stream)
    if not history.pages:
        raise not_found()
    if not jurisdiction(services.ledger, stream, history.pages).seen_by(caller.access):
        raise not_found()
    return history


def _moment(asked: TwoTimes, zone: Zone) -> Moment:
    """Read the two times of the form, by the clock of the unit; raise `ValueError`."""
    valid = date.fromisoformat(asked.valid_at) if asked.valid_at else None
    known = datetime.fromisoformat(asked.known_at) if asked.known_at else None
    if known and known.tzinfo is None:
        known = known.replace(tzinfo=zone.offset)
    return Moment(valid_at=valid, known_at=known)


def _name(history: History) -> str | None:
    opening = history.journey[CUSTODY].opening
    return opening.full_name or None if opening else None


def _steps(whole: History, then: History, tongue: Tongue, names: Names) -> list[Step]:
    late_ones = late(whole.pages)
    holding = {page.position for page in then.pages}
    return [
        Step(
            title=tongue(*labels.of_event(type(one.event))),
            chapter=_chapter(one),
            chapter_title=tongue(*labels.of_chapter(_chapter(one))),
            day=one.event.effective.day,
            clock=_clock(one, tongue),
            recorded=tongue.stamp(one.recorded_at, one.event.effective.zone),
            recorded_iso=one.recorded_at.isoformat(timespec="seconds"),
            late=one.position in late_ones,
            standing=_standing(one, holding, then),
            facts=list(facts(one.event, tongue, names)),
            teller=one.actor.id,
            reason=words_of(one.reason, tongue),
            evidence=[words_of(item.number, tongue) or "" for item in one.evidence],
        )
        for one in whole.pages
    ]


def _chapter(page: Recorded) -> str:
    return CASE.chapter_of[type(page.event)].name


def _clock(page: Recorded, tongue: Tongue) -> str | None:
    effective = page.event.effective
    return tongue.clock(effective.at, effective.zone) if effective.at else None


def late(pages: Sequence[Recorded]) -> frozenset[int]:
    """Return the positions of facts told after others that took effect later.

    What is told within one sitting counts as told together: old records are entered in any order.
    """
    return frozenset(
        one.position
        for one in pages
        if any(
            other.recorded_at + SITTING < one.recorded_at
            and other.event.effective.instant > one.event.effective.instant
            for other in pages
        )
    )


def _standing(page: Recorded, holding: set[int], then: History) -> Standing:
    if page.position in holding:
        return Standing.HOLDS
    return Standing.NOT_YET_KNOWN if page.position > then.position else Standing.NOT_YET_TRUE


def _state(then: History, tongue: Tongue, names: Names) -> list[tuple[str, str]]:
    """Return what the case comes to: where, what the law says, home, register number."""
    journey = then.journey
    custody, status = journey[CUSTODY], legal_status(journey)
    entry = register_number(journey)
    opening = custody.opening
    home = journey[REGISTER].domicile or (opening.domicile if opening else None)
    found: list[tuple[Words, Any]] = [
        (("Keberadaan", "Presence"), tongue.value(custody.presence)),
        (("Unit", "Unit"), custody.unit and names.of(custody.unit)),
        (("Menuju", "Going to"), custody.destination and names.of(custody.destination)),
        (("Status hukum", "Legal status"), status and tongue.value(status)),
        (("Jenis bebas", "Kind of release"), custody.release and tongue.value(custody.release)),
        (("Diterima", "Admitted"), custody.admitted_on and tongue.day(custody.admitted_on)),
        (("Domisili", "Home"), home and names.region(home)),
        (("Nomor register", "Register number"), entry and entry.text),
    ]
    return [(tongue(*label), text) for label, text in found if text]


def _latest(then: History, tongue: Tongue) -> list[tuple[str, str, str, str]]:
    """Return the last fact of each chapter: its name, its title, the fact, and the day."""
    last = {_chapter(one): one for one in then.pages}
    return [
        (
            name,
            tongue(*labels.of_chapter(name)),
            tongue(*labels.of_event(type(one.event))),
            tongue.day(one.event.effective.day),
        )
        for name, one in last.items()
    ]
