"""The timeline of a case: one line per page, without what the page says."""

from datetime import date, datetime

from domain.catalogue import CASE
from domain.kernel import Open, Value
from domain.record import Recorded
from projections.dated import instant
from projections.kernel import Projection, Scope


class TimelineLine(Value):
    """What happened when, when it was told, and by whom; ``unit`` is the teller's."""

    case: Open[str]
    version: Open[int]
    effective_day: Open[date]
    effective_at: Open[datetime]
    recorded_at: Open[datetime]
    name: Open[str]
    actor: Open[str]
    role: Open[str]
    unit: Open[str | None]


def evolve(line: TimelineLine | None, page: Recorded) -> TimelineLine:
    """Write the page's line."""
    return TimelineLine(
        case=page.stream.key,
        version=page.version,
        effective_day=page.event.effective.day,
        effective_at=instant(page),
        recorded_at=page.recorded_at,
        name=page.event.stored_as,
        actor=page.actor.id,
        role=page.actor.role,
        unit=page.actor.unit,
    )


TIMELINE = Projection(
    name="timeline",
    version=1,
    row=TimelineLine,
    events=tuple(CASE.chapter_of),
    key=lambda page: f"{page.stream}/{page.version:06d}",
    evolve=evolve,
    scope=Scope.CASE,
    within_stream=True,
    opens=(),
)
