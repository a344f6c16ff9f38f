"""Placements: who works where since when, and whether it was still so after 1, 3, 6, 12 months."""

from datetime import date

from domain.job_placement import (
    JOB_PLACEMENT,
    EmployerConsented,
    EndReason,
    IncomeBand,
    JobEnded,
    JobOffered,
    JobStarted,
    JobVerified,
    VerificationMethod,
    WorkKind,
)
from domain.kernel import Open
from domain.record import Recorded
from projections.dated import Dated, Moment, amended, restated, when
from projections.kernel import Projection, Scope, changed


class Verification(Moment):
    """What was seen so many months after the start."""

    month: int
    still_working: bool
    method: VerificationMethod


class PlacementLine(Dated):
    """One placement. ``still_working_n``: what was seen n months on; empty where nobody looked."""

    case: Open[str]
    placement: Open[str]
    employer: Open[str | None]
    agreement: Open[str | None]
    programme: Open[str | None]
    consented_on: Open[date | None]
    position: Open[str | None]
    offered_on: Open[date | None]
    kind: Open[WorkKind | None]
    started_on: Open[date | None]
    income_band: Open[IncomeBand | None]
    still_working_1: Open[bool | None]
    still_working_3: Open[bool | None]
    still_working_6: Open[bool | None]
    still_working_12: Open[bool | None]
    ended_on: Open[date | None]
    end_reason: Open[EndReason | None]
    verifications: Open[tuple[Verification, ...]]


Step = EmployerConsented | JobOffered | JobStarted | JobVerified | JobEnded


def _blank(case: str, placement: str) -> PlacementLine:
    return PlacementLine(
        told=(),
        case=case,
        placement=placement,
        employer=None,
        agreement=None,
        programme=None,
        consented_on=None,
        position=None,
        offered_on=None,
        kind=None,
        started_on=None,
        income_band=None,
        still_working_1=None,
        still_working_3=None,
        still_working_6=None,
        still_working_12=None,
        ended_on=None,
        end_reason=None,
        verifications=(),
    )


def _told(line: PlacementLine, page: Recorded, event: Step) -> PlacementLine:
    day = event.effective.day
    match event:
        case EmployerConsented():
            line = amended(line, page, "consent", consented_on=day)
        case JobOffered():
            line = amended(line, page, "offer", offered_on=day, position=event.position)
        case JobStarted():
            line = amended(
                line, page, "start", started_on=day, kind=event.kind, programme=event.programme
            )
        case JobVerified():
            line = _verified(line, page, event)
        case JobEnded():
            line = amended(line, page, "end", ended_on=day, end_reason=event.reason)
    return line


def _verified(line: PlacementLine, page: Recorded, event: JobVerified) -> PlacementLine:
    seen = Verification(
        **when(page), month=event.month, still_working=event.still_working, method=event.method
    )
    verifications = restated(line.verifications, seen, same=lambda one: one.month)
    by_month = {one.month: one.still_working for one in verifications}
    return changed(
        line,
        verifications=verifications,
        still_working_1=by_month.get(1),
        still_working_3=by_month.get(3),
        still_working_6=by_month.get(6),
        still_working_12=by_month.get(12),
    )


def key(page: Recorded) -> str | None:
    """Return which placement a page is about."""
    return f"{page.stream.key}/{page.event.placement}" if isinstance(page.event, Step) else None


def evolve(line: PlacementLine | None, page: Recorded) -> PlacementLine | None:
    """Write what the page says; what it leaves out stays as it was said before."""
    event = page.event
    if not isinstance(event, Step):
        return line
    line = _told(line or _blank(page.stream.key, event.placement), page, event)
    for column in ("employer", "agreement", "income_band"):
        if (said := getattr(event, column, None)) is not None:
            line = amended(line, page, column, **{column: said})
    return line


PLACEMENTS = Projection(
    name="placements",
    version=1,
    row=PlacementLine,
    events=JOB_PLACEMENT.events,
    key=key,
    evolve=evolve,
    scope=Scope.CASE,
    within_stream=True,
)
