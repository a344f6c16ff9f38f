"""Detention: on whose order each case is held before its verdict is final, from when until when.

The same walk as `domain.detention`, over what an open column can hold, in the order in which facts
took effect: a backdated order comes to its place among the others. Beside it stands how long the
law lets the last order hold; how many days are left is for the clock. A test compares the walks.
"""

from collections.abc import Iterable
from datetime import date
from typing import Final

from domain.charge import CHARGE, ChargeRecorded
from domain.custody import CustodyAdmitted, CustodyTakenOver, LegalStatus
from domain.detention import (
    DETENTION,
    DetentionEnded,
    DetentionEvent,
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
from domain.law.detention import Who
from domain.law.facts import CaseType
from domain.record import Recorded
from domain.verdict import VERDICT
from projections.dated import Dated, amended, entered, when
from projections.detention_limits import (
    TEXTS,
    CourtStep,
    DetentionStep,
    chain_of,
    court_of,
    court_step,
    limits_of,
)
from projections.kernel import Projection, Scope, changed
from projections.legal_standing import opening_status

CHILDREN: Final = (LegalStatus.ANAK, LegalStatus.ANAK_BINAAN)
FIRST_VERSION: Final = 2


class DetentionLine(Dated):
    """One case. ``since`` and ``until`` are of the running term, or of the last one, by its order.

    ``days`` are those of that term, first and last day included; ``gap_days`` those without any
    order before it, while detention was running. ``hospital_days`` do not count towards the term,
    and are of stays that are over. ``ordered`` is whether anything of detention is on record: other
    cases are not shown.

    What the law says: ``allowed_days`` of the term, ``lawful_until`` its last day, as if a stay in
    hospital that goes on had taken no day yet; how far its stage could be extended, and on special
    grounds; ``uncovered_days`` of the whole chain on which no order was good; what is wrong with
    the orders, by which rule set and with which policies, commas between them. ``copy_missing`` is
    of the last verdict.
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
    ordered: Open[bool]
    child: Open[bool]
    case_type: Open[CaseType]
    allowed_days: Open[int | None]
    lawful_until: Open[date | None]
    extendable_until: Open[date | None]
    exceptional_until: Open[date | None]
    uncovered_days: Open[int]
    flags: Open[str]
    rule_set: Open[str | None]
    policies: Open[str]
    stopped_on: Open[date | None]
    pronounced_on: Open[date | None]
    convicted: Specific[bool | None]
    copy_missing: Open[bool]
    final_on: Open[date | None]
    executed_on: Open[date | None]
    last_effective_day: Open[date]
    steps: Open[tuple[DetentionStep, ...]]
    court_steps: Specific[tuple[CourtStep, ...] | None]


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
            now = changed(now, form=step.form)
        case HospitalStayBegan.stored_as:
            now = changed(now, in_hospital_since=step.day)
        case HospitalStayEnded.stored_as:
            stood = _stood_still(now, step.day)
            now = changed(now, in_hospital_since=None, hospital_days=stood)
        case DetentionSuspended.stored_as:
            now = changed(now, status=DetentionStatus.SUSPENDED)
        case DetentionEnded.stored_as:
            now = changed(now, status=DetentionStatus.ENDED, in_hospital_since=None)
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
        ordered=False,
        child=False,
        case_type=CaseType.UMUM,
        allowed_days=None,
        lawful_until=None,
        extendable_until=None,
        exceptional_until=None,
        uncovered_days=0,
        flags="",
        rule_set=None,
        policies="",
        stopped_on=None,
        pronounced_on=None,
        convicted=None,
        copy_missing=False,
        final_on=None,
        executed_on=None,
        last_effective_day=page.event.effective.day,
        steps=(),
        court_steps=None,
    )


def evolve(row: DetentionLine | None, page: Recorded) -> DetentionLine:
    """Write down what the page says, and what the law now says of it."""
    row = row or _blank(page)
    event = page.event
    row = amended(row, page, "last", last_effective_day=event.effective.day)
    match event:
        case CustodyAdmitted() | CustodyTakenOver():
            child = opening_status(event) in CHILDREN
            row = amended(row, page, "opening", person=event.person, child=child)
        case ChargeRecorded():
            row = amended(row, page, "charge", case_type=event.case_type)
        case _ if isinstance(event, DetentionEvent):
            row = _detained(row, page)
        case _:
            row = _judged(row, page)
    return _limited(row)


def _judged(row: DetentionLine, page: Recorded) -> DetentionLine:
    """Enter what a court said, and how its last verdict now stands."""
    step = court_step(page)
    if step is None:
        return row
    steps = entered(row.court_steps or (), step)
    court = court_of(steps)
    return changed(
        row,
        court_steps=steps,
        pronounced_on=court.pronounced_on,
        convicted=court.convicted,
        copy_missing=court.copy_missing,
        final_on=court.final_on,
        executed_on=court.executed_on,
    )


def _limited(row: DetentionLine) -> DetentionLine:
    """Say what the law says of all the orders."""
    if not row.ordered:
        return row
    who = Who(child=row.child, case_type=row.case_type, maximum_years=None)
    said = limits_of(chain_of(row.steps), who)
    return changed(
        row,
        allowed_days=said.allowed_days,
        lawful_until=said.lawful_until,
        extendable_until=said.extendable_until,
        exceptional_until=said.exceptional_until,
        uncovered_days=said.uncovered_days,
        flags=said.flags,
        rule_set=said.rule_set,
        policies=said.policies,
        stopped_on=said.stopped_on,
    )


def _detained(row: DetentionLine, page: Recorded) -> DetentionLine:
    """Enter a step of detention, and say where all of them lead."""
    if isinstance(page.event, DetentionOrdered | DetentionExtended):
        row = amended(row, page, "order", order_number=page.event.order_number)
    steps = entered(row.steps, _step(page))
    now = walked(steps)
    row = changed(
        row,
        steps=steps,
        ordered=True,
        status=now.status,
        form=now.form,
        gap_days=now.gap_days,
        in_hospital_since=now.in_hospital_since,
        hospital_days=now.hospital_days,
    )
    return _of_term(row, now.term) if now.term else row


def _of_term(row: DetentionLine, term: DetentionStep) -> DetentionLine:
    first, last = term.starts, term.until
    return changed(
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
    version=FIRST_VERSION + TEXTS,
    row=DetentionLine,
    events=(CustodyAdmitted, CustodyTakenOver, *DETENTION.events, *CHARGE.events, *VERDICT.events),
    key=lambda page: page.stream.key,
    evolve=evolve,
    scope=Scope.CASE,
    within_stream=True,
    subject="person",
    listed={"ordered": True},
)
