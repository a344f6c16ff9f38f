"""Programmes: what is offered where, who has a seat, who waits, and how sessions were attended."""

from collections import Counter
from datetime import date

from domain.kernel import Open
from domain.programme import (
    PROGRAMME,
    Attendance,
    CapacityChanged,
    ProgrammeClosed,
    ProgrammeKind,
    ProgrammeOpened,
    ProviderKind,
    Seated,
    SeatEvent,
    SeatReleased,
    SessionHeld,
)
from domain.record import Recorded
from projections.dated import Dated, Moment, amended, entered, restated, when
from projections.kernel import Projection, Scope, changed


class SeatStep(Moment):
    """One case asked, was seated, had to wait, or gave its seat or its place back."""

    case: str
    seated: bool
    waits: bool


class SessionLine(Moment):
    """One session, and how many were marked how."""

    session: str
    hours: int
    hadir: int
    izin: int
    sakit: int
    alpa: int


class ProgrammeLine(Dated):
    """One programme: ``seated`` in the order of seating, ``queue`` in the order of asking."""

    programme: Open[str]
    kind: Open[ProgrammeKind | None]
    title: Open[str | None]
    unit: Open[str | None]
    provider: Open[str | None]
    provider_kind: Open[ProviderKind | None]
    certified: Open[bool | None]
    scheme: Open[str | None]
    capacity: Open[int]
    agreement: Open[str | None]
    starts: Open[date | None]
    ends: Open[date | None]
    eligible_domiciles: Open[tuple[str, ...]]
    asset: Open[str | None]
    opened_on: Open[date | None]
    closed_on: Open[date | None]
    seated: Open[tuple[str, ...]]
    queue: Open[tuple[str, ...]]
    hours_held: Open[int]
    marks_hadir: Open[int]
    marks_izin: Open[int]
    marks_sakit: Open[int]
    marks_alpa: Open[int]
    sessions: Open[tuple[SessionLine, ...]]
    seat_steps: Open[tuple[SeatStep, ...]]


def _blank(programme: str) -> ProgrammeLine:
    return ProgrammeLine(
        told=(),
        programme=programme,
        kind=None,
        title=None,
        unit=None,
        provider=None,
        provider_kind=None,
        certified=None,
        scheme=None,
        capacity=0,
        agreement=None,
        starts=None,
        ends=None,
        eligible_domiciles=(),
        asset=None,
        opened_on=None,
        closed_on=None,
        seated=(),
        queue=(),
        hours_held=0,
        marks_hadir=0,
        marks_izin=0,
        marks_sakit=0,
        marks_alpa=0,
        sessions=(),
        seat_steps=(),
    )


def _opened(row: ProgrammeLine, page: Recorded, event: ProgrammeOpened) -> ProgrammeLine:
    row = amended(row, page, "capacity", capacity=event.capacity)
    return amended(
        row,
        page,
        "opening",
        kind=event.kind,
        title=event.title,
        unit=event.unit,
        provider=event.provider,
        provider_kind=event.provider_kind,
        certified=event.certified,
        scheme=event.scheme,
        agreement=event.agreement,
        starts=event.starts,
        ends=event.ends,
        eligible_domiciles=event.eligible_domiciles,
        asset=event.asset,
        opened_on=event.effective.day,
    )


def _moved(row: ProgrammeLine, page: Recorded, event: SeatEvent) -> ProgrammeLine:
    """Walk the seats again, as `domain.programme` does, with one more step."""
    waits = not isinstance(event, Seated | SeatReleased)
    step = SeatStep(**when(page), case=event.case, seated=isinstance(event, Seated), waits=waits)
    seat_steps = entered(row.seat_steps, step)
    seated, queue = dict[str, None](), dict[str, None]()
    for one in seat_steps:
        if one.waits:
            if one.case not in seated:
                queue.setdefault(one.case)
            continue
        seated.pop(one.case, None)
        queue.pop(one.case, None)
        if one.seated:
            seated[one.case] = None
    return changed(row, seat_steps=seat_steps, seated=tuple(seated), queue=tuple(queue))


def _held(row: ProgrammeLine, page: Recorded, event: SessionHeld) -> ProgrammeLine:
    marks = Counter(mark.presence for mark in event.marks)
    line = SessionLine(
        **when(page),
        session=event.session,
        hours=event.hours,
        hadir=marks[Attendance.HADIR],
        izin=marks[Attendance.IZIN],
        sakit=marks[Attendance.SAKIT],
        alpa=marks[Attendance.ALPA],
    )
    sessions = restated(row.sessions, line, same=lambda one: one.session)
    return changed(
        row,
        sessions=sessions,
        hours_held=sum(one.hours for one in sessions),
        marks_hadir=sum(one.hadir for one in sessions),
        marks_izin=sum(one.izin for one in sessions),
        marks_sakit=sum(one.sakit for one in sessions),
        marks_alpa=sum(one.alpa for one in sessions),
    )


def evolve(row: ProgrammeLine | None, page: Recorded) -> ProgrammeLine:
    """Write what was opened, who moved between queue and seats, and what was held."""
    row = row or _blank(page.stream.key)
    event = page.event
    match event:
        case ProgrammeOpened():
            row = _opened(row, page, event)
        case CapacityChanged():
            row = amended(row, page, "capacity", capacity=event.capacity)
        case SessionHeld():
            row = _held(row, page, event)
        case ProgrammeClosed():
            row = amended(row, page, "end", closed_on=event.effective.day)
    return _moved(row, page, event) if isinstance(event, SeatEvent) else row


PROGRAMMES = Projection(
    name="programmes",
    version=1,
    row=ProgrammeLine,
    events=PROGRAMME.events,
    key=lambda page: page.stream.key,
    evolve=evolve,
    scope=Scope.UNIT,
    within_stream=True,
)
