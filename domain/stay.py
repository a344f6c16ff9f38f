"""Stays: the days in custody, each from a coming in until a leaving.

Escape, release and death end a stay; being at court, in hospital or on the way to another unit does
not. The day of leaving is no day of custody any more, as a sentence that is over on a day frees on
that day (INF).
"""

from collections.abc import Sequence
from datetime import date

from domain.kernel import Value, replace
from domain.release import ReleaseKind


class Stay(Value):
    """Days in custody without a break.

    ``began`` and ``ended`` are the stored names of the events that did it, ``release`` the kind of
    the release.
    """

    since: date
    until: date | None
    began: str
    ended: str | None
    release: ReleaseKind | None


Stays = tuple[Stay, ...]


def come_in(stays: Stays, since: date, by: str) -> Stays:
    """Begin a stay."""
    return (*stays, Stay(since=since, until=None, began=by, ended=None, release=None))


def gone(stays: Stays, day: date, by: str, release: ReleaseKind | None) -> Stays:
    """End the stay under way; whoever had gone already, or never came, leaves none behind."""
    if not stays or stays[-1].until is not None:
        return stays
    return (*stays[:-1], replace(stays[-1], until=day, ended=by, release=release))


def staying(stays: Sequence[Stay], day: date) -> bool:
    """Return whether a day is one in custody."""
    return any(stay.since <= day < (stay.until or date.max) for stay in stays)
