"""A remisi batch as it stands: its lines, what each level said, what was taken back."""

from enum import Enum
from typing import Final, assert_never

from domain.batch_list import (
    BatchApplied,
    BatchClosed,
    BatchDecided,
    BatchDrafted,
    BatchEvent,
    BatchLineChanged,
    BatchLineWithdrawn,
    BatchListed,
    BatchSessionHeld,
    BatchSkIssued,
    BatchWithdrawn,
    Candidate,
    ChangeReason,
    StopReason,
    hands_of,
)
from domain.kernel import Value, replace
from domain.law.facts import RemisiKind
from domain.remisi import LEVELS, DecisionLevel
from domain.time import Effective


class BatchStatus(Enum):
    """How far a batch has come."""

    DRAFTED = "drafted"
    RECOMMENDED = "recommended"
    AGREED = "agreed"
    SK_ISSUED = "sk_issued"
    APPLIED = "applied"
    TURNED_DOWN = "turned_down"
    WITHDRAWN = "withdrawn"


ENDED: Final = (BatchStatus.APPLIED, BatchStatus.TURNED_DOWN, BatchStatus.WITHDRAWN)


class Step(Value):
    """What one level said of the list: yes but for some cases, or no."""

    level: DecisionLevel
    agreed: bool
    except_cases: tuple[str, ...]
    at: Effective


class Stop(Value):
    """A line or a batch was taken back, after so many levels, and after the SK or before it."""

    reason: StopReason
    refused: str | None
    at: Effective
    steps: int
    after_sk: bool


class LineChange(Value):
    """A person put the line as it stands: for which reason, by whom, and with effect from when."""

    reason: ChangeReason
    by: str
    on_behalf_of: str | None
    at: Effective


class BatchLine(Value):
    """One line as it stands: as drafted, as changed last by hand, and whether it was taken back."""

    drafted: Candidate
    included: bool
    remission_days: int
    releases: bool
    change: LineChange | None
    stop: Stop | None

    @property
    def case(self) -> str:
        """Return whom the line is about."""
        return self.drafted.case

    @property
    def kind(self) -> RemisiKind:
        """Return what would be given."""
        return self.drafted.kind


class RemisiBatch(Value):
    """One batch: its draft, its lines by `line_key`, what each level said, and how it came out.

    ``listed`` is whether all lines are there; ``hands`` are all who took a step.
    """

    draft: BatchDrafted | None
    lines: dict[str, BatchLine]
    listed: bool
    steps: tuple[Step, ...]
    sk: BatchSkIssued | None
    applied: BatchApplied | None
    closed: BatchClosed | None
    stop: Stop | None
    hands: tuple[str, ...]

    @property
    def next_level(self) -> DecisionLevel | None:
        """Return who decides next; nobody when all have."""
        return LEVELS[len(self.steps)] if len(self.steps) < len(LEVELS) else None

    @property
    def status(self) -> BatchStatus:
        """Return how far it has come."""
        if self.stop:
            return BatchStatus.WITHDRAWN
        if not all(step.agreed for step in self.steps):
            return BatchStatus.TURNED_DOWN
        if self.applied:
            return BatchStatus.APPLIED
        if self.sk:
            return BatchStatus.SK_ISSUED
        if not self.steps:
            return BatchStatus.DRAFTED
        return BatchStatus.AGREED if len(self.steps) > 1 else BatchStatus.RECOMMENDED

    @property
    def told(self) -> bool:
        """Return whether every case has been told how it ended; before the TPP none hears of it.

        An end that what stands does not lead to any more, for a step was voided, is none.
        """
        over = self.stop is not None or not all(step.agreed for step in self.steps)
        if over:
            return self.closed is not None or not self.steps
        whole = self.draft is not None and self.sk is not None and self.next_level is None
        return self.applied is not None and whole

    def stands(self, line: BatchLine) -> bool:
        """Return whether a line is still on its way, or arrived."""
        return line.included and line.stop is None and self.excepting(line) is None

    def excepting(self, line: BatchLine) -> DecisionLevel | None:
        """Return the first level that agreed to the list but for this line."""
        return next((step.level for step in self.steps if line.case in step.except_cases), None)


def line_key(case: str, kind: RemisiKind) -> str:
    """Return the key of a line: a case stands on a list once for each kind."""
    return f"{case}/{kind.value}"


NOTHING: Final = RemisiBatch(
    draft=None,
    lines={},
    listed=False,
    steps=(),
    sk=None,
    applied=None,
    closed=None,
    stop=None,
    hands=(),
)


def evolve(batch: RemisiBatch, event: BatchEvent) -> RemisiBatch:  # noqa: C901, PLR0911  # one per event
    """Write the step down."""
    match event:
        case BatchDrafted():
            return replace(batch, draft=event, hands=_joined(batch.hands, hands_of(event)))
        case BatchListed():
            fresh = {line_key(line.case, line.kind): _as_drafted(line) for line in event.lines}
            return replace(batch, lines=batch.lines | fresh, listed=not event.more)
        case BatchLineChanged():
            return _changed(batch, event)
        case BatchSessionHeld():
            return _stepped(batch, event, DecisionLevel.TPP, agreed=event.recommended)
        case BatchDecided():
            return _stepped(batch, event, event.level, agreed=event.agreed)
        case BatchSkIssued():
            return replace(batch, sk=event, hands=_joined(batch.hands, hands_of(event)))
        case BatchApplied():
            return replace(batch, applied=event)
        case BatchClosed():
            return replace(batch, closed=event)
        case BatchWithdrawn():
            return replace(batch, stop=_stop(batch, event.effective, event.reason, None))
        case BatchLineWithdrawn():
            return _taken_back(batch, event)
        case _:
            assert_never(event)


def _joined(hands: tuple[str, ...], more: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*hands, *more)))


def _as_drafted(line: Candidate) -> BatchLine:
    return BatchLine(
        drafted=line,
        included=line.included,
        remission_days=line.remission_days,
        releases=line.releases,
        change=None,
        stop=None,
    )


def _changed(batch: RemisiBatch, event: BatchLineChanged) -> RemisiBatch:
    """Put a line as a person has it; with fewer days than were drafted it is not said to release.

    Whether it does is worked out from the case; here nobody is called free who may not be.
    """
    batch = replace(batch, hands=_joined(batch.hands, hands_of(event)))
    key = line_key(event.case, event.kind)
    if (line := batch.lines.get(key)) is None:
        return batch
    days = event.remission_days or line.remission_days
    changed = replace(
        line,
        included=event.included,
        remission_days=days,
        releases=line.drafted.releases and days >= line.drafted.remission_days,
        change=LineChange(
            reason=event.reason,
            by=event.by,
            on_behalf_of=event.on_behalf_of,
            at=event.effective,
        ),
    )
    return replace(batch, lines=batch.lines | {key: changed})


def _stepped(
    batch: RemisiBatch,
    event: BatchSessionHeld | BatchDecided,
    level: DecisionLevel,
    *,
    agreed: bool,
) -> RemisiBatch:
    step = Step(level=level, agreed=agreed, except_cases=event.except_cases, at=event.effective)
    hands = _joined(batch.hands, hands_of(event))
    return replace(batch, steps=(*batch.steps, step), hands=hands)


def _stop(batch: RemisiBatch, at: Effective, reason: StopReason, refused: str | None) -> Stop:
    return Stop(
        reason=reason,
        refused=refused,
        at=at,
        steps=len(batch.steps),
        after_sk=batch.sk is not None,
    )


def _taken_back(batch: RemisiBatch, event: BatchLineWithdrawn) -> RemisiBatch:
    key = line_key(event.case, event.kind)
    if (line := batch.lines.get(key)) is None:
        return batch
    stop = _stop(batch, event.effective, event.reason, event.refused)
    return replace(batch, lines=batch.lines | {key: replace(line, stop=stop)})
