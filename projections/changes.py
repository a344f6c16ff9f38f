"""Who changed what: one line per page that changed something, the newest first, never a value.

A line stands as its page was told, also where the fact was corrected since: a correction is a
change like any other, with a line of its own. What was only asked for or declined changed nothing.
"""

from datetime import datetime
from typing import Final

from domain.catalogue import EVENTS
from domain.correction import CorrectionApproved
from domain.kernel import Open, Value
from domain.record import Recorded
from projections.kernel import Projection, Scope

POSITIONS: Final = 10**15
"""More than a ledger will have. A key is what is left of it, so that the newest comes first."""


class ChangeLine(Value):
    """One page; ``unit`` is the teller's, and so is ``beside`` where no case is told of.

    Of an approved correction, ``correction`` is its id and ``requested_in`` where it was asked for.
    """

    case: Open[str | None]
    stream: Open[str]
    stream_kind: Open[str]
    version: Open[int]
    position: Open[int]
    event_id: Open[str]
    name: Open[str]
    recorded_at: Open[datetime]
    actor: Open[str]
    role: Open[str]
    unit: Open[str | None]
    beside: Open[str | None]
    correlation_id: Open[str]
    correction: Open[str | None]
    requested_in: Open[str | None]


def key_at(position: int) -> str:
    """Return the key of the line of a page; it comes before those of earlier pages."""
    return f"{POSITIONS - position:015d}"


def evolve(_: ChangeLine | None, page: Recorded) -> ChangeLine:
    """Write the page's line."""
    approved = page.event if isinstance(page.event, CorrectionApproved) else None
    return ChangeLine(
        case=page.stream.key if page.stream.kind == "case" else None,
        stream=str(page.stream),
        stream_kind=page.stream.kind,
        version=page.version,
        position=page.position,
        event_id=page.event_id,
        name=page.event.stored_as,
        recorded_at=page.recorded_at,
        actor=page.actor.id,
        role=page.actor.role,
        unit=page.actor.unit,
        beside=page.actor.unit if page.stream.kind != "case" else None,
        correlation_id=page.correlation_id,
        correction=approved.correction if approved else None,
        requested_in=approved.requested_in if approved else None,
    )


CHANGES: Final = Projection(
    name="changes",
    version=1,
    row=ChangeLine,
    events=(*EVENTS, CorrectionApproved),
    key=lambda page: key_at(page.position),
    evolve=evolve,
    scope=Scope.CASE,
    within_stream=True,
    opens=(CorrectionApproved,),
    as_told=True,
    found_by=(
        ("case", "key"),
        ("actor", "key"),
        ("name", "key"),
        ("beside", "key"),
        ("correction",),
    ),
    newest_first=True,
)
