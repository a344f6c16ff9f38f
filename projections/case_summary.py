"""One row per case: who, where, what the law calls them, and how the case stands.

Its ``unit`` and ``destination`` decide who may see the rows of `Scope.CASE`: a transfer in transit
is in both units' sight. What changes over time is kept with its days, so that a report can say how
it was on one of them.
"""

from datetime import date
from typing import Final

from domain.catalogue import CASE
from domain.custody import (
    AdmissionReason,
    CustodyAdmitted,
    CustodyTakenOver,
    LegalStatus,
    Presence,
    ReleaseKind,
    Religion,
    Sex,
)
from domain.kernel import Open, Personal, Specific
from domain.record import Recorded
from domain.register import DomicileRecorded, RegisterEntered, ReligionConverted
from domain.verdict import VerdictBecameFinal, VerdictExecuted, VerdictPronounced
from projections.dated import Dated, Moment, amended, entered, when
from projections.kernel import Projection, Scope, changed
from projections.legal_standing import VerdictStep, opening_status, status_on, verdict_step
from projections.whereabouts import MOVING, Movement, movement, whereabouts

TELLING: Final = (
    *MOVING,
    ReligionConverted,
    DomicileRecorded,
    RegisterEntered,
    VerdictPronounced,
    VerdictBecameFinal,
    VerdictExecuted,
)
"""The facts that say more of a case than that something happened."""


class Home(Moment):
    """Where the person is at home from a day on."""

    domicile: str


class RegisterNumber(Moment):
    """A number in a unit's register, as written."""

    unit: str
    text: str


class CaseSummary(Dated):
    """One case. ``religion_first`` is the one that counts for remisi khusus.

    ``person`` is the key that seals the row: the person's id, once the opening is told.
    ``register_text`` is the latest number in the unit that answers now. What the case was
    ``opened_for`` is not known of one that was taken over.
    """

    case: Open[str]
    person: Open[str]
    unit: Open[str | None]
    destination: Open[str | None]
    presence: Open[Presence]
    legal_status: Open[LegalStatus | None]
    name: Personal[str | None]
    birth_date: Personal[date | None]
    sex: Open[Sex | None]
    religion: Personal[Religion | None]
    religion_first: Personal[Religion | None]
    domicile: Open[str | None]
    register_text: Personal[str | None]
    admitted_on: Open[date | None]
    released_on: Open[date | None]
    release_kind: Open[ReleaseKind | None]
    last_event: Open[str]
    last_effective_day: Open[date]
    opened_as: Open[LegalStatus | None]
    opened_for: Open[AdmissionReason | None]
    movements: Open[tuple[Movement, ...]]
    homes: Open[tuple[Home, ...]]
    verdicts: Specific[tuple[VerdictStep, ...] | None]
    register_numbers: Personal[tuple[RegisterNumber, ...] | None]


def _blank(page: Recorded) -> CaseSummary:
    return CaseSummary(
        told=(),
        case=page.stream.key,
        person=page.subject,
        unit=None,
        destination=None,
        presence=Presence.NOT_ADMITTED,
        legal_status=None,
        name=None,
        birth_date=None,
        sex=None,
        religion=None,
        religion_first=None,
        domicile=None,
        register_text=None,
        admitted_on=None,
        released_on=None,
        release_kind=None,
        last_event=page.event.stored_as,
        last_effective_day=page.event.effective.day,
        opened_as=None,
        opened_for=None,
        movements=(),
        homes=(),
        verdicts=None,
        register_numbers=None,
    )


def _told(row: CaseSummary, page: Recorded) -> CaseSummary:
    """Write down what the page says, in its place in time."""
    match page.event:
        case CustodyAdmitted() | CustodyTakenOver() as event:
            return _opened(row, page, event)
        case ReligionConverted() as event:
            return amended(row, page, "religion", religion=event.religion)
        case DomicileRecorded() as event:
            home = Home(**when(page), domicile=event.domicile)
            return changed(row, homes=entered(row.homes, home))
        case RegisterEntered() as event:
            number = RegisterNumber(**when(page), unit=event.unit, text=event.text)
            return changed(row, register_numbers=entered(row.register_numbers or (), number))
        case _:
            return row


def _opened(
    row: CaseSummary, page: Recorded, event: CustodyAdmitted | CustodyTakenOver
) -> CaseSummary:
    row = amended(
        row,
        page,
        "opening",
        person=event.person,
        name=event.full_name,
        birth_date=event.birth_date,
        sex=event.sex,
        religion_first=event.religion,
        opened_as=opening_status(event),
        opened_for=event.reason if isinstance(event, CustodyAdmitted) else None,
    )
    row = amended(row, page, "religion", religion=event.religion)
    if event.domicile is None:
        return row
    return changed(row, homes=entered(row.homes, Home(**when(page), domicile=event.domicile)))


def _settled(row: CaseSummary) -> CaseSummary:
    """Say what all that was told comes to now."""
    now = whereabouts(row.movements)
    numbers = [line.text for line in row.register_numbers or () if line.unit == now.unit]
    return changed(
        row,
        unit=now.unit,
        destination=now.destination,
        presence=now.presence,
        legal_status=status_on(row.opened_as, row.verdicts or ()),
        domicile=row.homes[-1].domicile if row.homes else None,
        register_text=numbers[-1] if numbers else None,
        admitted_on=now.admitted_on,
        released_on=now.since if now.presence is Presence.RELEASED else None,
        release_kind=now.release,
    )


def evolve(row: CaseSummary | None, page: Recorded) -> CaseSummary:
    """Write down what the page says, and what it now comes to: most say only that they are."""
    row = amended(
        row or _blank(page),
        page,
        "last",
        last_event=page.event.stored_as,
        last_effective_day=page.event.effective.day,
    )
    if type(page.event) not in TELLING:
        return row
    row = _told(row, page)
    if step := movement(page):
        row = changed(row, movements=entered(row.movements, step))
    if verdict := verdict_step(page):
        row = changed(row, verdicts=entered(row.verdicts or (), verdict))
    return _settled(row)


CASE_SUMMARY = Projection(
    name="case_summary",
    version=2,
    row=CaseSummary,
    events=tuple(CASE.chapter_of),
    key=lambda page: page.stream.key,
    evolve=evolve,
    scope=Scope.CASE,
    within_stream=True,
    subject="person",
    indexed=("name",),
    opens=TELLING,
)
