"""Keeps a sealer running beside a service, and seals without one where there is no service."""

import os
from typing import Final

import psycopg

from application.transparency import Checkpoint
from infrastructure.kept_process import KeptProcess, Program
from infrastructure.log_key import make_next_log_key
from infrastructure.log_standing import Standing, standing
from infrastructure.log_succession import Rotated, announced, named_in
from infrastructure.sealer import seal_once
from infrastructure.settings import Settings
from infrastructure.signed_note import Signer
from infrastructure.witness_client import WitnessAddress

REST_SECONDS: Final = (1.0, 60.0)
OF_KEYS: Final = (
    "JEJAK_KEYS_URL",
    "JEJAK_MASTER_KEY",
    "JEJAK_MASTER_KEY_NEXT",
    "JEJAK_MASTER_KEY_COMMAND",
)
"""What a sealer is not told: it reads no personal data."""


class SealerChild(KeptProcess):
    """One sealer over the database ``dsn``, from `start` to `close`."""

    def __init__(self, settings: Settings, dsn: str) -> None:
        self._settings, self._dsn = settings, dsn
        environment = {
            **{name: said for name, said in os.environ.items() if name not in OF_KEYS},
            "JEJAK_DATABASE_URL": dsn,
            "JEJAK_OWNER_URL": "",
            "JEJAK_DATA_DIR": str(settings.data_dir),
            "JEJAK_WITNESSES": settings.witnesses,
            "JEJAK_BACKUP_DIR": "",  # backups are the service's
            "JEJAK_KEYS_BACKUP_DIR": "",
        }
        words = ("--parent", str(os.getpid()), "--every", str(settings.seal_every))
        super().__init__(
            Program(
                module="infrastructure.sealer_process",
                words=words,
                environment=environment,
                rest=REST_SECONDS,
                ended="sealer_ended",
            )
        )

    def once(self) -> Checkpoint | None:
        """Seal what is new here and now, without a process of its own."""
        return seal_once(self._dsn, self._settings.data_dir)

    def rotate_key(self) -> Rotated:
        """Make the key that is to follow the log's, and announce it where there is news to sign.

        Until it is announced, by whoever seals next, it stays the one to follow. Raises
        `LogRefused`.
        """
        seed = make_next_log_key(self._settings.data_dir)
        self.once()
        with psycopg.connect(self._dsn) as connection:
            following = Signer(standing(connection, ()).origin, seed).key
            since = [it.size for it in announced(connection) if named_in(it.note) == str(following)]
        return Rotated(vkey=str(following), since=since[0] if since else None)

    def standing(self) -> Standing:
        """Return how far the log is, and how far behind its witnesses are."""
        with psycopg.connect(self._dsn) as connection:
            return standing(connection, WitnessAddress.all_of(self._settings.witnesses))
