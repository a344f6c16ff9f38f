"""What waits for a key that is missing is folded anew by itself, as soon as the key is there.

A key that was destroyed left a tombstone, and what it sealed is forgotten. One of which there is
neither key nor tombstone belongs to a key store that is behind the ledger: an older backup of it,
or a standby that took over. What it stopped is nobody's mistake and nothing to be mended in the
software, so no operator has to let it go; until then its letter says `KeyMissing`.
"""

from collections.abc import Sequence
from threading import Event as Signal
from threading import Thread
from typing import Final, Self

import structlog
from psycopg_pool import ConnectionPool

from domain.kernel import Refused
from infrastructure.dead_letters import is_ours
from infrastructure.ledger import EventsourcingLedger
from infrastructure.read_models import PostgresReadModels
from infrastructure.sealing import KeyMissing
from projections.catalogue import PROJECTIONS

LOOK_SECONDS: Final = 5.0
MOST: Final = 50
"""Letters looked at in one go: each costs a page, read and woken."""
WAITING: Final = (
    "SELECT projection, key, position FROM read_model.dead_letter"
    " WHERE error = %s AND (position, projection, key) > (%s, %s, %s)"
    " ORDER BY position, projection, key LIMIT %s"
)
FIRST: Final = (0, "", "")

log = structlog.get_logger()
Letter = tuple[str, str, int]


class AwaitedKeys:
    """Looks now and then whether missing keys are there, in whichever process is the first to."""

    def __init__(
        self, ledger: EventsourcingLedger, pool: ConnectionPool, read_models: PostgresReadModels
    ) -> None:
        self._ledger, self._pool, self._read_models = ledger, pool, read_models
        self._names = {one.table: one.name for one in PROJECTIONS}
        self._after = FIRST
        self._closing = Signal()
        self._thread = Thread(target=self._run, name="awaited-keys", daemon=True)

    def __enter__(self) -> Self:
        """Begin to look."""
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Stop looking."""
        self._closing.set()
        self._thread.join()

    def look(self) -> int:
        """Fold anew what need wait no longer, of the next letters; return how many that were."""
        letters, woken, freed = self._letters(), dict[int, bool](), 0
        for table, key, position in letters:
            if position not in woken:
                woken[position] = self._wakes(position)
            if not woken[position]:
                continue
            try:
                freed += self._read_models.refold(self._names.get(table, ""), key)
            except LookupError:  # somebody else was first, or follows another version
                continue
            except Refused:  # a rebuild is under way, which sees to it as well
                return freed
            log.info("key_goes_on", projection=table, position=position)
        return freed

    def _letters(self) -> Sequence[Letter]:
        """Return the next letters, and after the last of them the first again."""
        with self._pool.connection() as connection:
            asked = (KeyMissing.__name__, *self._after, MOST)
            letters: list[Letter] = connection.execute(WAITING, asked).fetchall()
        table, key, position = letters[-1] if len(letters) == MOST else ("", "", 0)
        self._after = (position, table, key)
        return letters

    def _wakes(self, position: int) -> bool:
        """Say whether the key is there; what else is wrong with a page, refolding it says."""
        try:
            self._ledger.read_after(position - 1, 1)
        except KeyMissing:
            return False
        except Exception as error:
            if is_ours(error):
                raise
        return True

    def _run(self) -> None:
        while not self._closing.wait(LOOK_SECONDS):
            try:
                self.look()
            except Exception as error:  # noqa: BLE001  # it is tried again
                log.warning("awaited_keys_interrupted", error=type(error).__name__)
