"""Corrections and review items as they wait, so that those who decide find them without looking.

These rows are about what is said of facts, in the order in which it was said: the one kind of read
model that is told of the pages themselves and not of what stands. Whether something was overtaken
or undone is for the stream to say, which knows its other corrections.
"""

from datetime import datetime
from enum import Enum
from typing import Final

from domain.correction import (
    CorrectionApproved,
    CorrectionDeclined,
    CorrectionKind,
    CorrectionRequested,
    ReasonCode,
)
from domain.kernel import Open, Value
from domain.record import Recorded
from domain.review import ReviewOutcome, ReviewRaised, ReviewResolved
from projections.kernel import Projection, Scope, changed


class Decision(Enum):
    """Whether a second person has decided, and how."""

    PENDING = "pending"
    APPROVED = "approved"
    DECLINED = "declined"


class CorrectionLine(Value):
    """One correction, in the stream in which it was asked for; ``unit`` is the requester's."""

    correction: Open[str]
    stream: Open[str]
    stream_kind: Open[str]
    case: Open[str | None]
    unit: Open[str | None]
    kind: Open[CorrectionKind]
    reason_code: Open[ReasonCode]
    status: Open[Decision]
    requester: Open[str]
    requested_at: Open[datetime]
    decided_at: Open[datetime | None]


class Look(Enum):
    """Whether somebody still has to look at an item, and how it ended."""

    OPEN = "open"
    KEPT = "kept"
    PUT_RIGHT = "put_right"
    STANDS_AGAIN = "stands_again"


class ReviewLine(Value):
    """One thing to look at; ``unit`` answered for the stream when it was raised."""

    item: Open[str]
    stream: Open[str]
    stream_kind: Open[str]
    case: Open[str | None]
    unit: Open[str | None]
    event: Open[str]
    code: Open[str]
    article: Open[str]
    status: Open[Look]
    raised_at: Open[datetime]
    resolved_at: Open[datetime | None]


OUTCOMES: Final = {outcome: Look(outcome.value) for outcome in ReviewOutcome}


def key_of_correction(page: Recorded) -> str | None:
    """Return the correction; an approval counts where it was asked for, and is told elsewhere."""
    event = page.event
    if isinstance(event, CorrectionApproved) and event.requested_in != str(page.stream):
        return None
    if isinstance(event, CorrectionRequested | CorrectionApproved | CorrectionDeclined):
        return f"{event.correction}/{page.stream}"
    return None


def correction_line(row: CorrectionLine | None, page: Recorded) -> CorrectionLine | None:
    """Return the row after a page."""
    match page.event:
        case CorrectionRequested() as asked:
            return CorrectionLine(
                correction=asked.correction,
                stream=str(page.stream),
                stream_kind=page.stream.kind,
                case=_case(page),
                unit=page.actor.unit,
                kind=asked.kind,
                reason_code=asked.reason_code,
                status=Decision.PENDING,
                requester=asked.requester,
                requested_at=page.recorded_at,
                decided_at=None,
            )
        case CorrectionApproved() if row:
            return changed(row, status=Decision.APPROVED, decided_at=page.recorded_at)
        case CorrectionDeclined() if row:
            return changed(row, status=Decision.DECLINED, decided_at=page.recorded_at)
        case _:
            return row


def key_of_item(page: Recorded) -> str | None:
    """Return the item."""
    event = page.event
    if isinstance(event, ReviewRaised | ReviewResolved):
        return f"{event.item}/{page.stream}"
    return None


def review_line(row: ReviewLine | None, page: Recorded) -> ReviewLine | None:
    """Return the row after a page."""
    match page.event:
        case ReviewRaised() as raised:
            return ReviewLine(
                item=raised.item,
                stream=str(page.stream),
                stream_kind=page.stream.kind,
                case=_case(page),
                unit=raised.owner,
                event=raised.event,
                code=raised.code,
                article=raised.article,
                status=Look.OPEN,
                raised_at=page.recorded_at,
                resolved_at=None,
            )
        case ReviewResolved() as resolved if row:
            return changed(row, status=OUTCOMES[resolved.outcome], resolved_at=page.recorded_at)
        case _:
            return row


def _case(page: Recorded) -> str | None:
    return page.stream.key if page.stream.kind == "case" else None


CORRECTIONS: Final = Projection(
    name="corrections",
    version=1,
    row=CorrectionLine,
    events=(CorrectionRequested, CorrectionApproved, CorrectionDeclined),
    key=key_of_correction,
    evolve=correction_line,
    scope=Scope.CASE,
    within_stream=True,
)
REVIEWS: Final = Projection(
    name="reviews",
    version=1,
    row=ReviewLine,
    events=(ReviewRaised, ReviewResolved),
    key=key_of_item,
    evolve=review_line,
    scope=Scope.CASE,
    within_stream=True,
)
