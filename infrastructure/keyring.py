"""What an operator does with the key store: look at it, and give it another master key."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import structlog

from domain.kernel import Value
from infrastructure.database import open_database
from infrastructure.key_opening import open_key_store
from infrastructure.key_store import KeyStore
from infrastructure.key_traces import SAID, scrub
from infrastructure.master_key import MasterPlace, master_place
from infrastructure.rotation import Progress, Rotated, rotate
from infrastructure.settings import Settings
from infrastructure.wrapping import keeping

log = structlog.get_logger()


class KeyStatus(Value):
    """How the key store stands.

    ``place`` says where the master key is kept, ``retired`` which files of older ones are still
    there; ``apart`` whether the keys are in another database than the ledger; ``waiting`` are keys
    that a rotation which was interrupted has not wrapped anew.
    """

    place: str
    generation: int
    keys: int
    waiting: int
    forgotten: int
    apart: bool
    retired: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Keyring:
    """The key store of one ledger, and the place of its master key."""

    keys: KeyStore
    place: MasterPlace
    keys_dsn: str
    apart: bool
    settings: Settings

    def status(self) -> KeyStatus:
        """Return how the key store stands."""
        newest = self.keys.wrapping.newest
        with keeping(self.keys.pool) as connection:
            row = connection.execute(
                "SELECT count(*), count(*) FILTER (WHERE generation < %s),"
                " (SELECT count(*) FROM keys.tombstone) FROM keys.sealing_key",
                (newest,),
            ).fetchone()
        keys, waiting, forgotten = row or (0, 0, 0)
        retired = sorted(self.settings.data_dir.glob("master.key*.retired-*"))
        return KeyStatus(
            place=self.place.name,
            generation=newest,
            keys=keys,
            waiting=waiting,
            forgotten=forgotten,
            apart=self.apart,
            retired=tuple(map(str, retired)),
        )

    def rotate(self, progress: Progress) -> Rotated:
        """Give the key store another master key, and let nothing lie on its disk from before."""
        done = rotate(self.keys, self.place, progress)
        if (left := scrub(self.keys_dsn)) in SAID:
            log.warning(SAID[left])
        return done


@contextmanager
def open_keyring(settings: Settings) -> Iterator[Keyring]:
    """Open the key store beside a service at work, or alone."""
    with (
        open_database(settings, as_guest=True) as database,
        open_key_store(database, settings.data_dir, as_guest=True) as keys,
    ):
        place = master_place(settings.data_dir)
        yield Keyring(keys, place, database.keys_dsn, database.apart, settings)
