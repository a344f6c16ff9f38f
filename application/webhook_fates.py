"""What becomes of an entry after an attempt: taken, tried again, put aside; and of its receiver.

A receiver that is in trouble gets the same entry again for days, ever more seldom; nobody else
waits for it. An entry that a receiver refuses, though it is well, is tried a few times and put
aside, so that others go on. Pure: the instant and the chance are handed in.
"""

from dataclasses import replace
from datetime import datetime, timedelta
from enum import Enum
from typing import Final

from domain.kernel import Value

FIRST: Final = timedelta(seconds=5)
LONGEST: Final = timedelta(hours=1)
LEAST: Final = timedelta(seconds=1)
PATIENCE: Final = timedelta(days=3)
"""How long a receiver may be in trouble before the house stops by itself."""
REFUSED_AGAIN: Final = tuple(timedelta(seconds=seconds) for seconds in (15, 60, 180, 345))
"""How long an entry that was refused waits each time: ten minutes in all, by a fifth more or less
each (HTTP says nothing of it; of the house)."""
WAITS: Final = (4, 2, 1, 0)
"""How many of these waits an entry has when so many before it were put aside in a row: a receiver
that refuses everything does not hold up a feed of hundreds for days."""
JITTER: Final = 0.2
ASKED_MOST: Final = timedelta(days=1)
"""The most that a ``Retry-After`` (RFC 9110, section 10.2.3) is listened to."""

TAKEN: Final = range(200, 300)
REFUSING: Final = range(400, 500)
GONE: Final = 410
RECEIVERS: Final = frozenset({401, 403, 404, 405, 407, 408, 421, 425, 429})
"""Of the 4xx, those that say nothing of an entry: they would meet any. An address that moved, a
secret that does not fit yet, a receiver that has no time (RFC 9110, section 15.5)."""


class Answer(Value):
    """What came of an attempt: the receiver's status, or else what was wrong, as a code.

    ``retry_after`` is how long the receiver asks to be left alone.
    """

    status: int | None
    cause: str | None
    retry_after: timedelta | None
    milliseconds: int

    @property
    def taken(self) -> bool:
        """Say whether the receiver took what was sent."""
        return self.status is not None and self.status in TAKEN

    @property
    def refused(self) -> bool:
        """Say whether it is this entry that the receiver would not take."""
        return self.status is not None and self.status in REFUSING and self.status not in RECEIVERS

    @property
    def why(self) -> str | None:
        """Return the code of what was wrong, if anything."""
        return None if self.taken else self.cause or f"status_{self.status}"


class Tries(Value):
    """What was tried: ``attempts`` and ``refusals`` of one entry, ``troubles`` in a row of any.

    ``troubled_since`` is the first of these. ``failing_since`` is when nothing was taken first, for
    whatever reason, and ``spurned`` how many entries were refused and put aside since.
    """

    attempts: int
    refusals: int
    troubles: int
    troubled_since: datetime | None
    failing_since: datetime | None
    spurned: int


AFRESH: Final = Tries(
    attempts=0, refusals=0, troubles=0, troubled_since=None, failing_since=None, spurned=0
)


class Fate(Enum):
    """What becomes of the entry, and of the subscription with the last two."""

    TAKEN = "taken"
    AGAIN = "again"
    DEAD = "dead"
    EXHAUSTED = "exhausted"
    GONE = "gone"


class Decided(Value):
    """What becomes of an entry, when to go on, and what is remembered until then."""

    fate: Fate
    next_at: datetime
    tries: Tries


def decide(
    answer: Answer, before: Tries, at: datetime, chance: float, *, replayed: bool = False
) -> Decided:
    """Return what follows from an attempt that ended at an instant; ``chance`` is from 0 to 1.

    A dead letter that is ``replayed`` and refused again is put back at once: nobody waits for it.
    """
    failing = before.failing_since or at
    tried = replace(before, attempts=before.attempts + 1, failing_since=failing)
    if answer.taken:
        return Decided(fate=Fate.TAKEN, next_at=at, tries=AFRESH)
    if answer.status == GONE:
        return Decided(fate=Fate.GONE, next_at=at, tries=tried)
    if answer.refused:
        well = replace(tried, refusals=tried.refusals + 1, troubles=0, troubled_since=None)
        return _refused(well, answer, at, chance, replayed=replayed)
    since = before.troubled_since or at
    ill = replace(tried, troubles=tried.troubles + 1, troubled_since=since)
    if at - since >= PATIENCE:
        return Decided(fate=Fate.EXHAUSTED, next_at=at, tries=ill)
    ceiling = min(LONGEST, FIRST * 2 ** min(before.troubles, 16))
    return _again(ill, max(LEAST, ceiling * chance), answer, at)


def _refused(
    tries: Tries, answer: Answer, at: datetime, chance: float, *, replayed: bool
) -> Decided:
    if replayed:
        return Decided(fate=Fate.DEAD, next_at=at, tries=tries)
    if tries.refusals > WAITS[min(tries.spurned, len(WAITS) - 1)]:
        spurned = replace(tries, spurned=tries.spurned + 1)
        return Decided(fate=Fate.DEAD, next_at=at, tries=spurned)
    wait = REFUSED_AGAIN[tries.refusals - 1] * (1 - JITTER + 2 * JITTER * chance)
    return _again(tries, wait, answer, at)


def _again(tries: Tries, wait: timedelta, answer: Answer, at: datetime) -> Decided:
    asked = min(answer.retry_after or timedelta(), ASKED_MOST)
    return Decided(fate=Fate.AGAIN, next_at=at + max(wait, asked), tries=tries)
