"""Where somebody was on a day, as custody has it, whatever order it was told in.

The same walk as `domain.custody`, over what an open column can hold: a test compares the two.
"""

from collections.abc import Iterable
from datetime import date
from typing import Final, get_args

from domain.custody import (
    HELD,
    TO,
    CustodyAdmitted,
    CustodyEvent,
    CustodyTakenOver,
    Presence,
    Readmitted,
    Recaptured,
    Released,
    ReleaseKind,
    TransferProposed,
    TransferReceived,
)
from domain.kernel import Value
from domain.record import Recorded
from domain.transfer import TransferEvent
from projections.dated import Moment, when

MOVING: Final = get_args(CustodyEvent)
ARRIVING: Final = (CustodyAdmitted, CustodyTakenOver, TransferReceived, Recaptured, Readmitted)


class Movement(Moment):
    """One fact of custody: where it left the person, or which transfer it was about.

    ``unit`` is the one that answers from then on, ``to`` where a proposed transfer goes,
    ``admitted_on`` stands in an opening.
    """

    presence: Presence | None
    unit: str | None
    transfer: str | None
    to: str | None
    release: ReleaseKind | None
    admitted_on: date | None


class Whereabouts(Value):
    """Where the person is since ``since``, and which unit answers."""

    presence: Presence
    since: date | None
    unit: str | None
    transfer: str | None
    destination: str | None
    admitted_on: date | None
    release: ReleaseKind | None

    @property
    def held(self) -> bool:
        """Return whether the person is in custody: inside, out for a purpose, or in transit."""
        return self.presence in HELD


NOWHERE: Final = Whereabouts(
    presence=Presence.NOT_ADMITTED,
    since=None,
    unit=None,
    transfer=None,
    destination=None,
    admitted_on=None,
    release=None,
)


def movement(page: Recorded) -> Movement | None:
    """Return what a page says of where the person is; nothing where it is about something else."""
    event = page.event
    if not isinstance(event, CustodyEvent):
        return None
    return Movement(
        **when(page),
        presence=TO.get(type(event)),
        unit=event.unit if isinstance(event, ARRIVING) else None,
        transfer=event.transfer if isinstance(event, TransferEvent) else None,
        to=event.to if isinstance(event, TransferProposed) else None,
        release=event.kind if isinstance(event, Released) else None,
        admitted_on=_admitted_on(event),
    )


def _admitted_on(event: CustodyEvent) -> date | None:
    match event:
        case CustodyTakenOver():
            return event.admitted_on
        case CustodyAdmitted():
            return event.effective.day
        case _:
            return None


def whereabouts(movements: Iterable[Movement], on: date | None = None) -> Whereabouts:
    """Return where the movements, in their order, leave the person at the end of a day.

    Without a day, where all that was told leaves the person.
    """
    now, proposed = NOWHERE, dict[str, str]()
    for step in movements:
        if (on is None or step.day <= on) and now.presence is not Presence.DEAD:
            if step.transfer and step.to:
                proposed[step.transfer] = step.to
            now = _stepped(now, step, proposed)
    return now


def _stepped(now: Whereabouts, step: Movement, proposed: dict[str, str]) -> Whereabouts:
    presence = step.presence
    if presence is None:
        turned_back = now.transfer is not None and now.transfer == step.transfer
        if step.to or not turned_back:
            return now
        presence = Presence.PRESENT
    under_way = step.transfer if presence is Presence.IN_TRANSIT else None
    return Whereabouts(
        presence=presence,
        since=step.day,
        unit=step.unit or now.unit,
        transfer=under_way,
        destination=proposed.get(under_way) if under_way else None,
        admitted_on=step.admitted_on or now.admitted_on,
        release=step.release,
    )
