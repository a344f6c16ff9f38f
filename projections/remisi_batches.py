"""Remisi batches: which lists there are, how far each has come, and what became of its lines."""

from collections import Counter
from dataclasses import replace
from datetime import date

from domain.batch_list import (
    BatchApplied,
    BatchClosed,
    BatchDecided,
    BatchDrafted,
    BatchListed,
    BatchSessionHeld,
    BatchSkIssued,
    BatchWithdrawn,
    Candidate,
    KindTotals,
)
from domain.batch_standing import BatchStatus
from domain.kernel import Open, Value
from domain.law.facts import RemisiKind
from domain.record import Recorded
from domain.remisi import LEVELS, DecisionLevel
from domain.remisi_batch import REMISI_BATCH
from domain.time import Zone
from projections.dated import Dated, Moment, amended, restated, when
from projections.kernel import Projection, Scope


class Said(Moment):
    """What one level said of the list."""

    level: DecisionLevel
    agreed: bool


class Named(Value):
    """How many lines that are not included name a reason; one line may name several."""

    reason: str
    lines: int


class Drafted(Moment):
    """How many lines of one kind one page of the draft has, included or not, and why not."""

    kind: RemisiKind
    listed: int
    included: int
    remission_days: int
    reasons: tuple[Named, ...]


class RemisiBatchLine(Dated):
    """One batch. ``drafted`` counts its lines by page and kind, as they were drafted.

    ``totals`` is what became of them, once all was told. ``open`` is whether something may still
    be due in its cases, and ``position`` the last that was told of it.
    """

    batch: Open[str]
    unit: Open[str | None]
    award_day: Open[date | None]
    zone: Open[Zone | None]
    kinds: Open[tuple[RemisiKind, ...]]
    status: Open[BatchStatus]
    next_level: Open[DecisionLevel | None]
    open: Open[bool]
    drafted_on: Open[date | None]
    drafted: Open[tuple[Drafted, ...]]
    decisions: Open[tuple[Said, ...]]
    sk_number: Open[str | None]
    sk_date: Open[date | None]
    sk_effective: Open[date | None]
    applied_on: Open[date | None]
    withdrawn_on: Open[date | None]
    closed_on: Open[date | None]
    totals: Open[tuple[KindTotals, ...]]
    position: Open[int]


def _blank(batch: str) -> RemisiBatchLine:
    return RemisiBatchLine(
        told=(),
        batch=batch,
        unit=None,
        award_day=None,
        zone=None,
        kinds=(),
        status=BatchStatus.DRAFTED,
        next_level=DecisionLevel.TPP,
        open=True,
        drafted_on=None,
        drafted=(),
        decisions=(),
        sk_number=None,
        sk_date=None,
        sk_effective=None,
        applied_on=None,
        withdrawn_on=None,
        closed_on=None,
        totals=(),
        position=0,
    )


def _told(  # noqa: PLR0911  # one per event
    row: RemisiBatchLine, page: Recorded
) -> RemisiBatchLine:
    day = page.event.effective.day
    match page.event:
        case BatchDrafted() as said:
            return amended(
                row,
                page,
                "draft",
                unit=said.unit,
                award_day=said.award_day,
                zone=said.effective.zone,
                kinds=said.kinds,
                drafted_on=day,
            )
        case BatchListed() as said:
            return _listed(row, page, said.lines)
        case BatchSessionHeld() as said:
            return _said(row, page, DecisionLevel.TPP, agreed=said.recommended)
        case BatchDecided() as said:
            return _said(row, page, said.level, agreed=said.agreed)
        case BatchSkIssued() as said:
            number, sk_date = said.sk_number, said.sk_date
            return amended(row, page, "sk", sk_number=number, sk_date=sk_date, sk_effective=day)
        case BatchApplied() as said:
            row = amended(row, page, "applied", applied_on=day)
            return amended(row, page, "totals", totals=said.totals)
        case BatchClosed() as said:
            row = amended(row, page, "closed", closed_on=day)
            return amended(row, page, "totals", totals=said.totals)
        case BatchWithdrawn():
            return amended(row, page, "withdrawn", withdrawn_on=day)
        case _:
            return row


def _said(
    row: RemisiBatchLine, page: Recorded, level: DecisionLevel, *, agreed: bool
) -> RemisiBatchLine:
    said = Said(**when(page), level=level, agreed=agreed)
    return replace(row, decisions=restated(row.decisions, said, same=lambda one: one.level))


def _listed(row: RemisiBatchLine, page: Recorded, lines: tuple[Candidate, ...]) -> RemisiBatchLine:
    counted = [_counted(page, kind, lines) for kind in RemisiKind]
    fresh = [one for one in counted if one.listed]
    drafted = sorted((*row.drafted, *fresh), key=lambda one: (one.at, one.position, one.kind.value))
    return replace(row, drafted=tuple(drafted))


def _counted(page: Recorded, kind: RemisiKind, lines: tuple[Candidate, ...]) -> Drafted:
    told = [line for line in lines if line.kind is kind]
    included = [line.remission_days for line in told if line.included]
    named = Counter(code for line in told if not line.included for code in line.reasons)
    return Drafted(
        **when(page),
        kind=kind,
        listed=len(told),
        included=len(included),
        remission_days=sum(included),
        reasons=tuple(Named(reason=code, lines=lines) for code, lines in sorted(named.items())),
    )


def _status(row: RemisiBatchLine) -> BatchStatus:
    if row.withdrawn_on:
        return BatchStatus.WITHDRAWN
    if not all(said.agreed for said in row.decisions):
        return BatchStatus.TURNED_DOWN
    if row.applied_on:
        return BatchStatus.APPLIED
    if row.sk_effective:
        return BatchStatus.SK_ISSUED
    if not row.decisions:
        return BatchStatus.DRAFTED
    return BatchStatus.AGREED if len(row.decisions) > 1 else BatchStatus.RECOMMENDED


def _next_level(row: RemisiBatchLine) -> DecisionLevel | None:
    said = {one.level for one in row.decisions}
    if row.status not in {BatchStatus.DRAFTED, BatchStatus.RECOMMENDED, BatchStatus.AGREED}:
        return None
    return next((level for level in LEVELS if level not in said), None)


def evolve(row: RemisiBatchLine | None, page: Recorded) -> RemisiBatchLine:
    """Write down the draft, what each level said, the SK, and the end."""
    row = row or _blank(page.stream.key)
    row = _told(replace(row, position=max(row.position, page.position)), page)
    row = replace(row, status=_status(row))
    over = row.status in {BatchStatus.WITHDRAWN, BatchStatus.TURNED_DOWN}
    ended = row.applied_on is not None
    if over:  # an end whose withdrawal was voided is none
        ended = row.closed_on is not None or not row.decisions
    return replace(row, next_level=_next_level(row), open=not ended)


REMISI_BATCHES = Projection(
    name="remisi_batches",
    version=1,
    row=RemisiBatchLine,
    events=REMISI_BATCH.events,
    key=lambda page: page.stream.key,
    evolve=evolve,
    scope=Scope.UNIT,
    within_stream=True,
)
