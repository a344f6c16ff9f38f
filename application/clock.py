"""What comes due by the clock: an award day that begins, say, with nobody there to press a button.

Whoever does such work is handed the time and asked nothing else; whoever calls it sees to it that
one process does so at a time. Nothing hangs on that: what was done is on record, and work that is
begun twice finds it there.
"""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Protocol

from domain.kernel import Value


class Round(Value):
    """What one look at what is due came to.

    ``recorded`` are the steps that were taken, ``left`` those that are due and were not: to be
    tried again. ``next_at`` is when something will be due that is not yet; `None` if nothing is.
    ``failed`` is the class of what went wrong with a part of it, which held up no other part.
    """

    recorded: int
    left: int
    next_at: datetime | None
    failed: str | None


GoesOn = Callable[[], bool]
"""Asked between pieces of work: whether to go on. No is for another process, or for a new start."""
Due = Callable[[datetime, GoesOn], Round]
"""Does what is due at an instant. May be called again at any time, and by two at once."""


class Looked(Value):
    """The last look of any process: who holds the clock, when it looked, and what came of it.

    ``holder`` is host and process, `None` while nobody holds it; ``error`` the class of what went
    wrong in the last look, never its words.
    """

    name: str
    holder: str | None
    looked_at: datetime | None
    recorded: int
    left: int
    next_at: datetime | None
    error: str | None


class Clock(Protocol):
    """What a house knows of its clock."""

    def hint(self) -> None:
        """Say that something may be due now: whoever holds the clock here looks at once."""
        ...

    def looked(self) -> Sequence[Looked]:
        """Return the last look, whichever process it was."""
        ...
