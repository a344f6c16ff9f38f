"""Detention: on whose order each case is held before its verdict is final, from when until when.

The same walk as `domain.detention`, over what an open column can hold, in the order in which facts
took effect: a backdated order comes to its place among the others. How long a term may be, and how
long it still runs, is for the law and the clock. A test compares the two walks.
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from typing import Final

from domain.detention import (
    DETENTION,
    DetentionEnded,
    DetentionExtended,
    DetentionForm,
    DetentionFormChanged,
    DetentionOrdered,
    DetentionStage,
    DetentionStatus,
    DetentionSuspended,
    HospitalStayBegan,
    HospitalStayEnded,
)
from domain.kernel import Open, Specific, Value
from domain.record import Recorded
from projections.dated import Dated, Moment, amended, entered, when
from projections.kernel import Projection, Scope


class DetentionStep(Moment):
    """One fact of detention, by the stored name of its event, and what its order says."""

    fact: str
    form: DetentionForm | None
    stage: DetentionStage | None
    authority: str | None
    order_date: date | None
    starts: date | None
    until: date | None
    legal_basis: str | None
    exceptional: bool | None


class DetentionLine(Dated):
    """One case. ``since`` and ``until`` are of the running term, or of the last one, by its order.

    ``days`` are those of that term, first and last day included; ``gap_days`` those without any
    order before it, while detention was running. ``hospital_days`` do not count towards the term,
    and are of stays that are over.
    """

    case: Open[str]
    person: Open[str]
    status: Open[DetentionStatus]
    stage: Open[DetentionStage | None]
    form: Open[DetentionForm | None]
    authority: Open[str | None]
    order_number: Specific[str | None]
    order_date: Open[date | None]
    legal_basis: Open[str | None]
    exceptional: Open[bool | None]
    since: Open[date | None]
    until: Open[date | None]
    days: Open[int | None]
    gap_days: Open[int]
    in_hospital_since: Open[date | None]
    hospital_days: Open[int]
    steps: Open[tuple[DetentionStep, ...]]


class Walk(Value):
    """Where the steps lead; ``term`` is the last order."""

    status: DetentionStatus
    form: DetentionForm | None
    term: DetentionStep | None
    gap_days: int
    in_hospital_since: date | None
    hospital_days: int


START: Final = Walk(
    status=DetentionStatus.NONE,
    form=None,
    term=None,
    gap_days=0,
    in_hospital_since=None,
    hospital_days=0,
)


def walked(steps: Iterable[DetentionStep]) -> Walk:
    """Return where steps lead, in their order."""
    now = START
    for step in steps:
        now = _stepped(now, step)
    return now


def _stepped(now: Walk, step: DetentionStep) -> Walk:
    match step.fact:
        case DetentionOrdered.stored_as | DetentionExtended.stored_as:
            now = _ordered(now, step)
        case DetentionFormChanged.stored_as:
            now = replace(now, form=step.form)
        case HospitalStayBegan.stored_as:
            now = replace(now, in_hospital_since=step.day)
        case HospitalStayEnded.stored_as:
            stood = _stood_still(now, step.day)
            now = replace(now, in_hospital_since=None, hospital_days=stood)
        case DetentionSuspended.stored_as:
            now = replace(now, status=DetentionStatus.SUSPENDED)
        case DetentionEnded.stored_as:
            now = replace(now, status=DetentionStatus.ENDED, in_hospital_since=None)
    return now


def _ordered(now: Walk, step: DetentionStep) -> Walk:
    starts, since = step.starts or step.day, now.in_hospital_since
    return Walk(
        status=DetentionStatus.RUNNING,
        form=step.form or now.form,
        term=step,
        gap_days=_gap(now, starts),
        in_hospital_since=max(since, starts) if since else None,
        hospital_days=0,
    )


def _gap(now: Walk, starts: date) -> int:
    """Return the days without an order before a term; those in hospital need none."""
    if now.term is None or now.term.until is None or now.status is not DetentionStatus.RUNNING:
        return 0
    uncovered = (starts - now.term.until).days - 1
    return max(uncovered - _stood_still(now, starts), 0)


def _stood_still(now: Walk, on: date) -> int:
    since = now.in_hospital_since
    return now.hospital_days + (max((on - since).days, 0) if since else 0)


def _step(page: Recorded) -> DetentionStep:
    event = page.event
    order = event if isinstance(event, DetentionOrdered | DetentionExtended) else None
    return DetentionStep(
        **when(page),
        fact=event.stored_as,
        form=event.form if isinstance(event, DetentionOrdered | DetentionFormChanged) else None,
        stage=order.stage if order else None,
        authority=order.authority if order else None,
        order_date=order.order_date if order else None,
        starts=order.starts if order else None,
        until=order.until if order else None,
        legal_basis=order.legal_basis if order else None,
        exceptional=event.exceptional if isinstance(event, DetentionExtended) else None,
    )


def _blank(page: Recorded) -> DetentionLine:
    return DetentionLine(
        told=(),
        case=page.stream.key,
        person=page.subject,
        status=DetentionStatus.NONE,
        stage=None,
        form=None,
        authority=None,
        order_number=None,
        order_date=None,
        legal_basis=None,
        exceptional=None,
        since=None,
        until=None,
        days=None,
        gap_days=0,
        in_hospital_since=None,
        hospital_days=0,
        steps=(),
    )


def evolve(row: DetentionLine | None, page: Recorded) -> DetentionLine:
    """Enter the step, and say where all of them lead."""
    row = row or _blank(page)
    if isinstance(page.event, DetentionOrdered | DetentionExtended):
        row = amended(row, page, "order", order_number=page.event.order_number)
    steps = entered(row.steps, _step(page))
    now = walked(steps)
    row = replace(
        row,
        steps=steps,
        status=now.status,
        form=now.form,
        gap_days=now.gap_days,
        in_hospital_since=now.in_hospital_since,
        hospital_days=now.hospital_days,
    )
    return _of_term(row, now.term) if now.term else row


def _of_term(row: DetentionLine, term: DetentionStep) -> DetentionLine:
    first, last = term.starts, term.until
    return replace(
        row,
        stage=term.stage,
        authority=term.authority,
        order_date=term.order_date,
        legal_basis=term.legal_basis,
        exceptional=term.exceptional,
        since=first,
        until=last,
        days=(last - first).days + 1 if first and last else None,
    )


DETENTIONS: Final = Projection(
    name="detention",
    version=1,
    row=DetentionLine,
    events=DETENTION.events,
    key=lambda page: page.stream.key,
    evolve=evolve,
    scope=Scope.CASE,
    within_stream=True,
    subject="person",
)
