"""Remisi batches: which lists there are, how far each has come, and what became of its lines."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date
from hashlib import sha256

from domain.batch_list import (
    BatchApplied,
    BatchClosed,
    BatchDecided,
    BatchDrafted,
    BatchLineChanged,
    BatchListed,
    BatchSessionHeld,
    BatchSkIssued,
    BatchWithdrawn,
    Candidate,
    ChangeReason,
    KindTotals,
)
from domain.batch_standing import BatchStatus
from domain.kernel import Open, Value
from domain.law.facts import RemisiKind
from domain.record import Recorded
from domain.remisi import LEVELS, DecisionLevel
from domain.remisi_batch import REMISI_BATCH
from domain.time import Zone
from projections.dated import Dated, Moment, amended, entered, restated, when
from projections.kernel import Projection, Scope, changed


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


class ByHand(Moment):
    """A person put a line on the list or took it off; ``line`` says which, and not of whom."""

    line: str
    kind: RemisiKind
    included: bool
    reason: ChangeReason
    counted_only: bool


class RemisiBatchLine(Dated):
    """One batch. ``drafted`` counts its lines by page and kind, as they were drafted.

    ``by_hand`` is what was changed since (`included_now`, `taken_off`).
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
    by_hand: Open[tuple[ByHand, ...]]
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
        by_hand=(),
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
        case BatchLineChanged() as said:
            return _changed(row, page, said)
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


def _changed(row: RemisiBatchLine, page: Recorded, said: BatchLineChanged) -> RemisiBatchLine:
    one = ByHand(
        **when(page),
        line=sha256(f"{row.batch}/{said.case}/{said.kind.value}".encode()).hexdigest()[:16],
        kind=said.kind,
        included=said.included,
        reason=said.reason,
        counted_only=said.remission_days is None or said.reason is ChangeReason.COUNTED_AGAIN,
    )
    return changed(row, by_hand=entered(row.by_hand, one))


def included_now(row: RemisiBatchLine, kind: RemisiKind) -> int:
    """Return how many lines of a kind are on the list, after what was changed by hand."""
    drafted = sum(one.included for one in row.drafted if one.kind is kind)
    return drafted + sum(
        changes[-1].included - _was_included(changes[0]) for changes in _by_line(row, kind)
    )


def taken_off(row: RemisiBatchLine, kind: RemisiKind) -> Mapping[ChangeReason, int]:
    """Return how many lines that were drafted as included are off the list by hand, and why."""
    return Counter(
        changes[-1].reason
        for changes in _by_line(row, kind)
        if _was_included(changes[0]) and not changes[-1].included
    )


def _by_line(row: RemisiBatchLine, kind: RemisiKind) -> Sequence[Sequence[ByHand]]:
    """Return the changes of each line that was changed, in the order of their effect."""
    found: dict[str, list[ByHand]] = {}
    for one in row.by_hand:
        if one.kind is kind:
            found.setdefault(one.line, []).append(one)
    return list(found.values())


def _was_included(first: ByHand) -> bool:
    """Say how a line was drafted, by its first change: on the list, or off it and without days.

    Whoever is taken off was on it; whoever is put on with days of their own was not, unless only
    the days were counted again.
    """
    return not first.included or first.counted_only


def _said(
    row: RemisiBatchLine, page: Recorded, level: DecisionLevel, *, agreed: bool
) -> RemisiBatchLine:
    said = Said(**when(page), level=level, agreed=agreed)
    return changed(row, decisions=restated(row.decisions, said, same=lambda one: one.level))


def _listed(row: RemisiBatchLine, page: Recorded, lines: tuple[Candidate, ...]) -> RemisiBatchLine:
    counted = [_counted(page, kind, lines) for kind in RemisiKind]
    fresh = [one for one in counted if one.listed]
    drafted = sorted((*row.drafted, *fresh), key=lambda one: (one.at, one.position, one.kind.value))
    return changed(row, drafted=tuple(drafted))


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
    row = _told(changed(row, position=max(row.position, page.position)), page)
    row = changed(row, status=_status(row))
    over = row.status in {BatchStatus.WITHDRAWN, BatchStatus.TURNED_DOWN}
    ended = row.applied_on is not None
    if over:  # an end whose withdrawal was voided is none
        ended = row.closed_on is not None or not row.decisions
    return changed(row, next_level=_next_level(row), open=not ended)


REMISI_BATCHES = Projection(
    name="remisi_batches",
    version=2,
    row=RemisiBatchLine,
    events=REMISI_BATCH.events,
    key=lambda page: page.stream.key,
    evolve=evolve,
    scope=Scope.UNIT,
    within_stream=True,
)
