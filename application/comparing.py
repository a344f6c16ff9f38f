"""Two states of one stream side by side: what differs, and which pages made it so."""

from collections.abc import Sequence
from datetime import date, datetime

from application.differences import (
    Axis,
    FieldChange,
    Plain,
    Step,
    Trail,
    differences,
    states,
    steps,
)
from application.journeys import History, Journeys, Moment
from domain.kernel import Value
from domain.record import Recorded, StreamId


class Difference(Value):
    """One field that differs, and the pages behind it in their order: the last one decided.

    A page is given as it counts: a fact that was corrected, with what stands of it.
    """

    change: FieldChange
    pages: tuple[Recorded, ...]


class Compared(Value):
    """The stream at both moments, and all that differs."""

    before: History
    after: History
    differences: tuple[Difference, ...]


def between_tellings(
    journeys: Journeys,
    stream: StreamId,
    known: tuple[datetime, datetime | None],
    valid_at: date | datetime | None,
    plain: Plain,
) -> Compared:
    """Compare what was known at two instants of the state at one time of effect.

    Raises `Refused` where one of them lies in the future, as `Journeys` does.
    """
    before, after = (journeys(stream, Moment(valid_at=valid_at, known_at=one)) for one in known)
    gone_through = steps(after.known, valid_at, Axis.KNOWN, plain, since=before.position)
    return _compared(before, after, list(gone_through), plain)


def between_effects(
    journeys: Journeys,
    stream: StreamId,
    valid: tuple[date | datetime, date | datetime | None],
    known_at: datetime | None,
    plain: Plain,
) -> Compared:
    """Compare the states at two times of effect, as they were known at one instant."""
    before, after = (journeys(stream, Moment(valid_at=one, known_at=known_at)) for one in valid)
    held = {page.position for page in before.pages}
    gone_through = [
        step
        for step in steps(after.known, valid[1], Axis.VALID, plain)
        if step.page.position not in held
    ]
    return _compared(before, after, gone_through, plain)


def _compared(
    before: History, after: History, gone_through: Sequence[Step], plain: Plain
) -> Compared:
    found = differences(states(before.journey), states(after.journey), plain)
    trail = Trail(gone_through)
    return Compared(
        before=before,
        after=after,
        differences=tuple(
            Difference(
                change=change,
                pages=tuple(step.page for step in trail.behind(change)),
            )
            for change in found
        ),
    )
