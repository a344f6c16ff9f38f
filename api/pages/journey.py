"""One case as a line in time: what took effect when, when it was told, and how it stood then."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import Enum
from typing import Annotated, Any, Final

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from api.dependencies import Services
from api.mark_answers import Telling, shown_in, telling_of
from api.pages import labels
from api.pages.marking import ChangedFact, MarkLine, changed_facts, day_said, mark_lines
from api.pages.names import Names, named_in
from api.pages.rendering import language_asked, page
from api.pages.said import words_of
from api.pages.sentence_dates import dates_shown
from api.pages.tongue import Tongue
from api.pages.two_times import NOT_A_TIME, TwoTimes
from api.pages.visits import PageRoute, Visitor
from api.problems import not_found
from api.readings import WithReading
from api.sight import sees
from api.tokens import Caller
from application.journeys import NOW, History, Journeys, Moment
from application.marks import Marked
from domain.catalogue import ANNOTATIONS, CASE
from domain.custody import CUSTODY
from domain.fields import UUID
from domain.kernel import Event, Refused, Words
from domain.record import Recorded, StreamId
from domain.register import REGISTER, register_number
from domain.time import Zone
from domain.verdict import legal_status

router: Final = APIRouter(route_class=PageRoute, include_in_schema=False)
SITTING: Final = timedelta(minutes=10)


class Standing(Enum):
    """How an event stands at the moment that is asked for."""

    HOLDS = "holds"
    STRUCK = "struck"
    NOT_YET_TRUE = "not_yet_true"
    NOT_YET_KNOWN = "not_yet_known"


@dataclass(frozen=True, slots=True)
class Step:
    """One event on the line. ``late`` is what was told after a fact that took effect later.

    ``was`` is when it took effect as it was recorded, where that was corrected.
    """

    event_id: str
    title: str
    chapter: str
    chapter_title: str
    day: date
    clock: str | None
    recorded: str
    recorded_iso: str
    late: bool
    standing: Standing
    was: str | None
    facts: Sequence[ChangedFact]
    marks: Sequence[MarkLine]
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
    zone = whole.known[-1].event.effective.zone
    then, moment, trouble = _then(journeys, whole, asked, zone)
    known = Moment(valid_at=None, known_at=moment.known_at)
    told = telling_of(services, caller, journeys(whole.stream, known), known)
    line = on_the_line(whole, told)
    reading(*shown_in(replace(told, events=line)), len(line))
    names = named_in(services, caller.access, _events(line))
    content = {
        "case_id": case_id,
        "name": _name(whole),
        "steps": _steps(line, whole, then, told, tongue, names),
        "state": _state(then, tongue, names),
        "latest": _latest(then, tongue),
        "dates": dates_shown(services, then, moment, tongue),
        "counts": (len(then.pages), len(whole.pages)),
        "corrected": any(one.marks for one in line),
        "asked": asked,
        "at_a_moment": moment != NOW,
        "trouble": trouble,
        "zone": zone,
        "version": whole.version,
    }
    return page(request, "journey.html", caller, content, 422 if trouble else 200)


def _then(
    journeys: Journeys, whole: History, asked: TwoTimes, zone: Zone
) -> tuple[History, Moment, Words | None]:
    """Return a case at the times that are asked for; as it is now, and why, where they are none."""
    moment = NOW
    try:
        moment = asked.moment(zone)
        return journeys(whole.stream, moment), moment, None
    except ValueError:
        return whole, moment, NOT_A_TIME
    except Refused as refused:
        return whole, moment, refused.because


def _seen(services: Services, journeys: Journeys, caller: Caller, case_id: str) -> History:
    """Return the history of a case that the caller may see, or else nothing at all."""
    if not re.fullmatch(UUID, case_id, re.ASCII):
        raise not_found()
    stream = StreamId(kind=CASE.name, key=case_id)
    if not sees(services, stream, caller):
        raise not_found()
    return journeys(stream)


def _name(history: History) -> str | None:
    opening = history.journey[CUSTODY].opening
    return opening.full_name or None if opening else None


def on_the_line(whole: History, told: Telling) -> list[Marked]:
    """Return all facts as they were known at a moment; what was told later as it was told."""
    known = {one.page.position: one for one in told.events}
    line = [
        known.get(page.position) or Marked(page=page, stands=page.event, marks=())
        for page in whole.known
        if not isinstance(page.event, ANNOTATIONS)
    ]
    return sorted(line, key=lambda one: _now(one).effective.instant)


def _now(one: Marked) -> Event:
    return one.stands or one.page.event


def _events(line: Sequence[Marked]) -> Iterator[Event]:
    for one in line:
        yield one.page.event
        yield _now(one)


def _steps(  # noqa: PLR0913, PLR0917  # what is shown, as it is and as it was, and in which words
    line: Sequence[Marked],
    whole: History,
    then: History,
    told: Telling,
    tongue: Tongue,
    names: Names,
) -> list[Step]:
    late_ones = late(whole.pages)
    holding = {page.position for page in then.pages}
    return [
        Step(
            event_id=page.event_id,
            title=tongue(*labels.of_event(type(page.event))),
            chapter=_chapter(page),
            chapter_title=tongue(*labels.of_chapter(_chapter(page))),
            day=_now(one).effective.day,
            clock=_clock(_now(one), tongue),
            recorded=tongue.stamp(page.recorded_at, page.event.effective.zone),
            recorded_iso=page.recorded_at.isoformat(timespec="seconds"),
            late=page.position in late_ones,
            standing=_standing(one, holding, then),
            was=_was(one, tongue),
            facts=changed_facts(page.event, _now(one), tongue, names),
            marks=mark_lines(page.event, one.marks, told, tongue, names),
            teller=page.actor.id,
            reason=words_of(page.reason, tongue),
            evidence=[words_of(item.number, tongue) or "" for item in page.evidence],
        )
        for one in line
        for page in [one.page]
    ]


def _was(one: Marked, tongue: Tongue) -> str | None:
    """Return when something took effect as it was recorded, where it is another time now."""
    moved = _now(one).effective != one.page.event.effective
    return day_said(one.page.event, tongue) if moved else None


def _chapter(page: Recorded) -> str:
    return CASE.chapter_of[type(page.event)].name


def _clock(event: Event, tongue: Tongue) -> str | None:
    effective = event.effective
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


def _standing(one: Marked, holding: set[int], then: History) -> Standing:
    if one.page.position in holding:
        return Standing.HOLDS
    if one.page.position > then.position:
        return Standing.NOT_YET_KNOWN
    return Standing.NOT_YET_TRUE if one.stands else Standing.STRUCK


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
