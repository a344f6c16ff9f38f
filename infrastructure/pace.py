"""How many writes are enough for a group to be sent, as long as there are more to come."""

from collections.abc import Callable
from time import monotonic, thread_time
from typing import Final

EVEN: Final = 8
"""Groups over which what was found is evened out: one that the disk held up is no rule."""


class Pace:
    """Says how many are ``enough``, by how many come and go and how long the answers take.

    As a rule that is half of them: while these are written the others are made. But an answer takes
    its time however few are asked for: a flush, and where other processes write as well the turns
    of all of them. Where that is longer than it takes to make all, they go together: one answer is
    waited for, where it was two.
    """

    def __init__(
        self,
        most: int,
        *,
        now: Callable[[], float] = monotonic,
        worked: Callable[[], float] = thread_time,
    ) -> None:
        """Begin with whoever is there. Time is told in seconds, and so is the thread's work."""
        self._most = self.enough = most
        self._now, self._worked = now, worked
        self._others = 0  # who come and go beside those of this group
        self._heard_at, self._worked_until = now(), worked()
        self._made, self._all_made = 0.0, 0.0  # seconds of work: for this group, for everybody's
        self._held_up = 0.0  # seconds that two answers cost more than one, evened out

    @property
    def gathers(self) -> bool:
        """Say whether all who come and go are to go together."""
        return self._held_up > 0

    def sent(self, count: int) -> float:
        """Note that a group is sent, by the thread that made what is in it; return when."""
        worked = self._worked()
        self._made, self._worked_until = worked - self._worked_until, worked
        everybody = self._others + count
        self._all_made = self._made / count * everybody
        if self.gathers:
            self._others, self.enough = 0, self._most
        else:
            self._others, self.enough = count, (everybody + 1) // 2
        return self._now()

    def heard(self, sent_at: float) -> None:
        """Note that an answer is there, begun when it was sent or the one before it was done.

        What it took for its pages is about what we took.
        """
        now = self._now()
        besides = now - max(sent_at, self._heard_at) - self._made
        self._heard_at = now
        self._held_up += (besides - self._all_made - self._held_up) / EVEN
