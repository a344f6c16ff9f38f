"""A stream gone through again, step by step; and the facts of two moments side by side."""

from collections.abc import Sequence

from application.differences import Axis, FieldChange, Plain, Step, differences, steps
from application.journeys import History, Journeys, Moment
from domain.kernel import Value
from domain.record import Recorded, StreamId


class Replay(Value):
    """How a stream was at a moment, and the steps that led there, in the order of effect."""

    history: History
    steps: tuple[Step, ...]


class Otherwise(Value):
    """A fact that stands at both moments, and what of it is told otherwise at the later one."""

    before: Recorded
    after: Recorded
    changes: tuple[FieldChange, ...]


class FactsCompared(Value):
    """Which facts stand at one moment only, and which are told otherwise at the other."""

    only_before: tuple[Recorded, ...]
    only_after: tuple[Recorded, ...]
    otherwise: tuple[Otherwise, ...]


def replay(journeys: Journeys, stream: StreamId, moment: Moment, plain: Plain) -> Replay:
    """Return each fact that stood at a moment with what it changed; raise `Refused`."""
    history = journeys(stream, moment)
    gone_through = steps(history.known, moment.valid_at, Axis.VALID, plain)
    return Replay(history=history, steps=tuple(gone_through))


def facts_compared(before: History, after: History, plain: Plain) -> FactsCompared:
    """Compare the facts of a stream at two moments, each told by the same page."""
    left, right = _by_event(before.pages), _by_event(after.pages)
    changed = (
        Otherwise(before=page, after=right[key], changes=_changes(page, right[key], plain))
        for key, page in left.items()
        if key in right
    )
    return FactsCompared(
        only_before=tuple(page for key, page in left.items() if key not in right),
        only_after=tuple(page for key, page in right.items() if key not in left),
        otherwise=tuple(one for one in changed if one.changes),
    )


def _by_event(pages: Sequence[Recorded]) -> dict[str, Recorded]:
    return {page.event_id: page for page in pages}


def _changes(before: Recorded, after: Recorded, plain: Plain) -> tuple[FieldChange, ...]:
    if before.event is after.event:
        return ()
    old, new = ({"type": one.event.stored_as, **vars(one.event)} for one in (before, after))
    return tuple(differences(old, new, plain))
