"""Who is on the way from one unit to another: both units see it until one has signed.

A row is listed only while its case is in transit. The movements stay, unseen, since a departure may
be told later than what ended the journey; without units nobody's scope reaches such a row.
"""

from datetime import date

from domain.custody import Presence
from domain.kernel import Open, Value
from domain.record import Recorded
from projections.dated import entered
from projections.kernel import Projection, Scope, changed
from projections.whereabouts import MOVING, Movement, movement, whereabouts


class InTransit(Value):
    """One case on its way from ``unit`` to ``destination``, both empty when it is not."""

    case: Open[str]
    under_way: Open[bool]
    unit: Open[str | None]
    destination: Open[str | None]
    transfer: Open[str | None]
    departed_on: Open[date | None]
    movements: Open[tuple[Movement, ...]]


def evolve(row: InTransit | None, page: Recorded) -> InTransit | None:
    """Enter the movement, and say whether the case is now on its way."""
    step = movement(page)
    if step is None:
        return row
    movements = entered(row.movements if row else (), step)
    now = whereabouts(movements)
    absent = InTransit(
        case=page.stream.key,
        under_way=False,
        unit=None,
        destination=None,
        transfer=None,
        departed_on=None,
        movements=movements,
    )
    if now.presence is not Presence.IN_TRANSIT:
        return absent
    return changed(
        absent,
        under_way=True,
        unit=now.unit,
        destination=now.destination,
        transfer=now.transfer,
        departed_on=now.since,
    )


IN_TRANSIT = Projection(
    name="in_transit",
    version=1,
    row=InTransit,
    events=MOVING,
    key=lambda page: page.stream.key,
    evolve=evolve,
    scope=Scope.UNIT,
    within_stream=True,
    listed={"under_way": True},
)
