"""Change review: who changed what, before and after, with whose approval; and one event by itself.

Codes and ids stand in the address, and nobody's name.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Annotated, Any, Final
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response
from pydantic import BaseModel, Field
from pydantic_core import to_jsonable_python

from api.change_answers import Review
from api.pages import labels
from api.pages.cases import CODE
from api.pages.marking import (
    ChangedFact,
    MarkLine,
    approval_line,
    day_said,
    differing_facts,
    mark_lines,
)
from api.pages.names import Names, named_in
from api.pages.rendering import language_asked, page
from api.pages.said import words_of
from api.pages.tongue import Tongue
from api.pages.visits import PageRoute, Visitor
from api.problems import Problem, not_found
from api.readings import Reading, WithReading, of_rows
from api.routes.changes import FIELD
from api.sight import sees
from api.tokens import Caller
from application.changes import APPROVAL, Changes, Entry, Sought, entry_of, types_with
from application.read_models import Question
from domain.catalogue import EVENTS, STREAMS
from domain.correction import CorrectionApproved
from domain.fields import UUID
from domain.kernel import Event, Words
from domain.record import StreamId
from domain.time import Zone
from projections.case_summary import CASE_SUMMARY
from projections.changes import key_at

router: Final = APIRouter(route_class=PageRoute, include_in_schema=False)

PATH: Final = "/perubahan"
ENTRIES: Final = 25
TITLE_ONLY: Final = ("name",)
KINDS: Final[dict[str, Words]] = {
    "person": ("Orang", "Person"),
    "programme": ("Program", "Programme"),
    "agreement": ("Kerja sama", "Agreement"),
    "referral": ("Rujukan", "Referral"),
    "remisi-batch": ("Daftar remisi", "Remisi list"),
    "registry": ("Registri", "Registry"),
    "policy": ("Kebijakan", "Policy"),
}
TYPES: Final = frozenset({*(kind.stored_as for kind in EVENTS), APPROVAL})


class Narrowed(BaseModel):
    """The filters above the list; empty is all. Days count by the clock of Jakarta."""

    case: str = Field("", max_length=36, pattern=CODE)
    actor: str = Field("", max_length=64, pattern=CODE)
    unit: str = Field("", max_length=32, pattern=CODE)
    type: str = Field("", max_length=64, pattern=CODE)
    field: str = Field("", max_length=200)
    since: str = Field("", max_length=10)
    until: str = Field("", max_length=10)


class Leaf(Narrowed):
    """One leaf of the list: what follows a key."""

    after: str = Field("", max_length=15, pattern=r"^[0-9]*$")


@dataclass(frozen=True, slots=True)
class Touch:
    """One fact that changed: what it is, and the fields that differ."""

    title: str
    changes: Sequence[ChangedFact]


@dataclass(frozen=True, slots=True)
class Shown:
    """One page of the ledger on the list."""

    event_id: str
    title: str
    chapter: str
    chapter_title: str
    case: str | None
    whose: str
    effective: str
    recorded: str
    recorded_iso: str
    teller: str
    role: str
    unit: str | None
    touched: Sequence[Touch]
    approval: MarkLine | None
    marks: Sequence[MarkLine]
    reason: str | None
    evidence: Sequence[str]


@router.get(PATH)
def changes(
    request: Request, caller: Visitor, reading: WithReading, asked: Annotated[Leaf, Query()]
) -> Response:
    """Show what changed, the newest first, narrowed by the form above it."""
    services = reading.services
    sought = _sought(asked, reading, caller)
    search = Changes(
        services.ledger, services.read_models, caller.access, key_at, to_jsonable_python
    )
    found = search.find(sought, asked.after or None, ENTRIES)
    said = asked.model_dump(exclude={"after"})
    content = {
        "groups": _groups(found.entries, reading, caller, Tongue(language_asked(request))),
        "said": said,
        "types": _types(Tongue(language_asked(request))),
        "units": sorted(caller.units),
        "narrowed": any(said.values()),
        "later": _address(said | {"after": found.after}) if found.after else None,
        "first": _address(said) if asked.after else None,
        "single": False,
    }
    return page(request, "changes.html", caller, content)


@router.get(PATH + "/{event_id}")
def one_change(request: Request, caller: Visitor, reading: WithReading, event_id: str) -> Response:
    """Show one event by itself: an address that stays."""
    services = reading.services
    told = None
    if re.fullmatch(UUID, event_id, re.ASCII):
        told = services.correcting.pages.find(event_id)
    if told is None or not sees(services, told.stream, caller):
        raise not_found()
    pages = services.ledger.read(told.stream)
    entry = entry_of(pages, told, to_jsonable_python)
    tongue = Tongue(language_asked(request))
    content = {"groups": _groups([entry], reading, caller, tongue), "single": True}
    return page(request, "changes.html", caller, content)


def _sought(asked: Leaf, reading: Reading, caller: Caller) -> Sought:
    """Read the form; 404 for what there is not, and for a case out of reach."""
    services = reading.services
    if asked.case:
        stream = StreamId(kind="case", key=asked.case)
        if not (re.fullmatch(UUID, asked.case, re.ASCII) and sees(services, stream, caller)):
            raise not_found()
    field = asked.field.strip()
    known = not field or (FIELD.fullmatch(field) and types_with(field))
    if not known or (asked.type and asked.type not in TYPES):
        raise Problem(404)
    position_at, now = services.ledger.position_at, services.now()
    since, until = _midnight(asked.since), _midnight(asked.until)
    moment = timedelta(microseconds=1)
    ended = until + timedelta(days=1) - moment if until else None
    return Sought(
        case=asked.case or None,
        actor=asked.actor or None,
        unit=asked.unit or None,
        type=asked.type or None,
        field=field or None,
        above=position_at(min(since - moment, now)) if since else 0,
        upto=position_at(min(ended, now)) if ended else None,
    )


def _midnight(day: str) -> datetime | None:
    """Return when a day of the form begins; 404 for what is no day."""
    if not day:
        return None
    try:
        begins = datetime.combine(date.fromisoformat(day), time(), Zone.WIB.offset)
        return begins.astimezone(UTC)
    except (ValueError, OverflowError):
        raise Problem(404) from None


def _groups(
    entries: Sequence[Entry], reading: Reading, caller: Caller, tongue: Tongue
) -> list[list[Shown]]:
    """Return entries of one exchange together, once what they show is recorded."""
    services = reading.services
    review = Review(services, caller)
    cases = {one.page.stream.key for one in entries if one.page.stream.kind == "case"}
    titles = _whose(reading, caller, cases, review.shown(entries), len(entries))
    names = named_in(services, caller.access, _events(entries))
    groups: dict[str, list[Shown]] = {}
    for one in entries:
        shown = _shown(one, review, tongue, names, titles)
        groups.setdefault(one.page.correlation_id, []).append(shown)
    return list(groups.values())


def _whose(
    reading: Reading,
    caller: Caller,
    cases: Iterable[str],
    shown: tuple[set[str], set[str]],
    rows: int,
) -> dict[str, str]:
    """Return whom cases are about by their ids, and record that this is shown, with the rest."""
    services, whom, fields = reading.services, *shown
    found: dict[str, Any] = {}
    if cases:
        question = Question(where={"case": tuple(cases)}, words=(), after=None, limit=None)
        found = dict(services.read_models.ask(CASE_SUMMARY.name, question, caller.access).rows)
    named, columns = of_rows(CASE_SUMMARY, found.values(), TITLE_ONLY)
    reading(whom | named, fields | columns, rows)
    return {row.case: row.name for row in found.values() if isinstance(row.name, str)}


def _events(entries: Iterable[Entry]) -> Iterable[Event]:
    for entry in entries:
        for one in entry.touched:
            yield from (event for event in (one.before, one.after) if event)


def _shown(
    entry: Entry, review: Review, tongue: Tongue, names: Names, titles: dict[str, str]
) -> Shown:
    told_page, event = entry.page, entry.page.event
    whole = review.told(entry)
    marks = whole.only(told_page.position).events[0].marks
    stream, chapter = told_page.stream, _chapter(told_page.stream, event)
    case = stream.key if stream.kind == "case" else None
    zone, unit = event.effective.zone, told_page.actor.unit
    return Shown(
        event_id=told_page.event_id,
        title=tongue(*labels.of_event(type(event))),
        chapter=chapter,
        chapter_title=tongue(*labels.of_chapter(chapter)),
        case=case,
        whose=titles.get(stream.key, stream.key) if case else tongue(*KINDS[stream.kind]),
        effective=day_said(event, tongue),
        recorded=tongue.stamp(told_page.recorded_at, zone),
        recorded_iso=told_page.recorded_at.isoformat(timespec="seconds"),
        teller=told_page.actor.id,
        role=told_page.actor.role,
        unit=names.of(unit) if unit else None,
        touched=[_touch(one, tongue, names) for one in entry.touched],
        approval=approval_line(told_page, whole, tongue),
        marks=mark_lines(event, marks, whole, tongue, names),
        reason=words_of(told_page.reason, tongue),
        evidence=[words_of(item.number, tongue) or "" for item in told_page.evidence],
    )


def _touch(one: Any, tongue: Tongue, names: Names) -> Touch:
    known = one.after or one.before
    title = tongue(*labels.of_event(type(known))) if known else ""
    return Touch(title=title, changes=differing_facts(one.before, one.after, tongue, names))


def _chapter(stream: StreamId, event: Event) -> str:
    chapter = STREAMS[stream.kind].chapter_of.get(type(event))
    return chapter.name if chapter else event.stored_as.partition(".")[0]


def _types(tongue: Tongue) -> list[tuple[str, list[tuple[str, str]]]]:
    """Return the types to choose from, by chapter: corrections first."""
    approved = (APPROVAL, tongue(*labels.of_event(CorrectionApproved)))
    found = [(tongue(*labels.of_chapter("correction")), [approved])]
    for stream in STREAMS.values():
        for chapter in stream.chapters:
            titles = [(one.stored_as, tongue(*labels.of_event(one))) for one in chapter.events]
            found.append((tongue(*labels.of_chapter(chapter.name)), titles))
    return found


def _address(said: dict[str, Any]) -> str:
    query = urlencode({name: value for name, value in said.items() if value})
    return f"{PATH}?{query}" if query else PATH
