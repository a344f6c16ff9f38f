"""The register of remisi: one line per proposal, as the registrar would write it."""

from datetime import date
from enum import Enum

from domain.kernel import Open
from domain.record import Recorded
from domain.remisi import (
    LEVELS,
    REMISI,
    DecisionLevel,
    RemisiApplied,
    RemisiCancelled,
    RemisiDecided,
    RemisiKind,
    RemisiProposed,
    RemisiSkIssued,
)
from domain.remisi_assessment import RemisiAssessed
from projections.dated import Dated, Moment, amended, restated, when
from projections.kernel import Projection, Scope, changed


class RemisiStatus(Enum):
    """How far a proposal has come."""

    PROPOSED = "proposed"
    AGREED = "agreed"
    TURNED_DOWN = "turned_down"
    SK_ISSUED = "sk_issued"
    APPLIED = "applied"
    CANCELLED = "cancelled"


class Decision(Moment):
    """What one level said."""

    level: DecisionLevel
    agreed: bool


class RemisiLine(Dated):
    """One proposal: ``proposed_days`` as the unit counted, ``granted_days`` as the SK has them.

    ``assessed_eligible`` and ``assessed_days`` are what the law found last, beside them.
    """

    case: Open[str]
    proposal: Open[str]
    kind: Open[RemisiKind | None]
    award_day: Open[date | None]
    proposed_days: Open[int | None]
    rule_set: Open[str | None]
    decisions: Open[tuple[Decision, ...]]
    status: Open[RemisiStatus]
    sk_number: Open[str | None]
    sk_date: Open[date | None]
    granted_days: Open[int | None]
    applied_on: Open[date | None]
    releases: Open[bool | None]
    cancelled_on: Open[date | None]
    assessed_eligible: Open[bool | None]
    assessed_days: Open[int | None]


Step = (
    RemisiProposed
    | RemisiDecided
    | RemisiSkIssued
    | RemisiApplied
    | RemisiCancelled
    | RemisiAssessed
)


def _blank(case: str, proposal: str) -> RemisiLine:
    return RemisiLine(
        told=(),
        case=case,
        proposal=proposal,
        kind=None,
        award_day=None,
        proposed_days=None,
        rule_set=None,
        decisions=(),
        status=RemisiStatus.PROPOSED,
        sk_number=None,
        sk_date=None,
        granted_days=None,
        applied_on=None,
        releases=None,
        cancelled_on=None,
        assessed_eligible=None,
        assessed_days=None,
    )


def _told(line: RemisiLine, page: Recorded) -> RemisiLine:
    match page.event:
        case RemisiProposed() as event:
            line = amended(
                line,
                page,
                "proposal",
                kind=event.kind,
                award_day=event.award_day,
                proposed_days=event.remission_days,
                rule_set=event.rule_set,
            )
        case RemisiDecided() as event:
            decision = Decision(**when(page), level=event.level, agreed=event.agreed)
            decisions = restated(line.decisions, decision, same=lambda said: said.level)
            line = changed(line, decisions=decisions)
        case RemisiSkIssued() as event:
            line = amended(
                line,
                page,
                "sk",
                sk_number=event.sk_number,
                sk_date=event.sk_date,
                granted_days=event.remission_days,
            )
        case RemisiApplied() as event:
            day = event.effective.day
            line = amended(line, page, "applied", applied_on=day, releases=event.releases)
        case RemisiCancelled() as event:
            line = amended(line, page, "cancelled", cancelled_on=event.effective.day)
        case RemisiAssessed() as event:
            eligible, days = event.eligible, event.remission_days
            line = amended(line, page, "assessed", assessed_eligible=eligible, assessed_days=days)
        case _:
            pass
    return line


def _status(line: RemisiLine) -> RemisiStatus:
    if line.cancelled_on:
        return RemisiStatus.CANCELLED
    if line.applied_on:
        return RemisiStatus.APPLIED
    if not all(said.agreed for said in line.decisions):
        return RemisiStatus.TURNED_DOWN
    if line.sk_date:
        return RemisiStatus.SK_ISSUED
    if {said.level for said in line.decisions} == set(LEVELS):
        return RemisiStatus.AGREED
    return RemisiStatus.PROPOSED


def key(page: Recorded) -> str | None:
    """Return which line a page is about."""
    return f"{page.stream.key}/{page.event.proposal}" if isinstance(page.event, Step) else None


def evolve(line: RemisiLine | None, page: Recorded) -> RemisiLine | None:
    """Write or amend the line."""
    if not isinstance(page.event, Step):
        return line
    line = _told(line or _blank(page.stream.key, page.event.proposal), page)
    return changed(line, status=_status(line))


REMISI_REGISTER = Projection(
    name="remisi_register",
    version=2,
    row=RemisiLine,
    events=(*REMISI.events, RemisiAssessed),
    key=key,
    evolve=evolve,
    scope=Scope.CASE,
    within_stream=True,
    found_by=(("proposal",),),
)
