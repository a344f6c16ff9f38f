"""The decisions to forget somebody that a process has heard of, and the ledger that asks.

A decision is on record before any key is destroyed, and one process destroys: another may have the
key opened until it looks. What it sealed then could be read by nobody. So each write names the last
decision that was heard of before it was sealed, and the ledger, which writes both under one lock,
refuses it where there is a later one.
"""

from collections.abc import Callable, Sequence
from threading import Lock
from typing import Final

from psycopg_pool import ConnectionPool

from application.ledger import Conflict
from domain.forgotten import forgotten_by
from domain.record import Recorded
from infrastructure.key_store import KeyStore

DECISIONS: Final = (
    "SELECT position FROM ledger.event WHERE name LIKE '%%.forgotten@%%' AND position > %s"
    " ORDER BY position"
)


class Forgettings:
    """Decisions on record. ``read_after`` returns so many pages after a position."""

    def __init__(
        self,
        pool: ConnectionPool,
        keys: KeyStore,
        read_after: Callable[[int, int], Sequence[Recorded]],
    ) -> None:
        self._pool, self._keys, self._read_after = pool, keys, read_after
        self._turn = Lock()
        self.heard = 0
        """The last decision on record whose keys this process has let go of, as all before it.

        To be asked before a key is taken to seal with.
        """

    def after(self, position: int) -> Sequence[Recorded]:
        """Return the decisions on record after a position."""
        with self._pool.connection() as connection:
            rows = connection.execute(DECISIONS, (position,)).fetchall()
        return [page for (at,) in rows for page in self._read_after(at - 1, 1)]

    def hear(self) -> None:
        """Let go of the keys of whoever is to be forgotten, destroyed already or not."""
        with self._turn:
            for decision in self.after(self.heard):
                self._keys.forget_here(forgotten_by(decision))
                self.heard = decision.position

    def conflict(self) -> Conflict:
        """Hear what is new, and return why what was sealed before has to be decided again."""
        self.hear()
        [last] = self._read_after(self.heard - 1, 1)
        return Conflict(last.stream)
