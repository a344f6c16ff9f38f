"""Backups as an operator orders them: the ledger to one place, its keys to another, and back."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from time import monotonic, sleep
from typing import Final

from infrastructure.backup import BackupRefused, Progress, Source, Verdict, check, take
from infrastructure.backup_series import BaseBackup, base_backups, has_base, series_of
from infrastructure.database import NAME, answers, open_database
from infrastructure.embedded_postgres import EmbeddedPostgres
from infrastructure.key_copy import Copies, ensure_writable
from infrastructure.postgres_programs import Programs
from infrastructure.restore import Restored, Target, Workbench, restore
from infrastructure.restore_keys import Keys, notes_on
from infrastructure.settings import Settings
from infrastructure.tombstones import TOMBSTONES
from infrastructure.wal_archive import Archiving, state_of_archive

PATIENCE_SECONDS: Final = 2.0


@dataclass(frozen=True, kw_only=True)
class Taken:
    """A backup that was just taken.

    `archiving` is None where WAL is archived somewhere else, `keys` where those were not copied.
    """

    base: BaseBackup
    archiving: Archiving | None
    keys: int | None


@dataclass(frozen=True, kw_only=True)
class Returned:
    """What a restore brought back; `notes` say what is left to do, in two languages each."""

    restored: Restored
    forgotten: int
    keys: int | None
    notes: Sequence[str]


class Safekeeping:
    """What `jejak backup` and `jejak restore` do, under the settings of one service."""

    def __init__(self, chosen: Settings) -> None:
        self._chosen = chosen
        self._postgres = chosen.data_dir.absolute() / "postgres"

    def place(self, named: Path | None) -> Path:
        """Return where backups go: where it was said, or else `JEJAK_BACKUP_DIR`."""
        place = named or self._chosen.backup_dir
        if place is None:
            raise BackupRefused(
                "Sebutkan folder cadangan, atau isi JEJAK_BACKUP_DIR.\n"
                "Name a directory for backups, or set JEJAK_BACKUP_DIR."
            )
        return place.expanduser().absolute()

    def back_up(self, place: Path, keys_to: Path | None, *, keep: int, progress: Progress) -> Taken:
        """Take a base backup, beside the running service or without it; then copy the keys.

        In this order, so that the copy holds every key that a page of the backup is sealed under.
        Raises `BackupRefused`, `BackupDamaged` or `KeyCopyRefused`.
        """
        self._refuse_foreign_server()
        self._refuse_within_the_data(place)
        keys_to = keys_to.expanduser() if keys_to else self._chosen.keys_backup_dir
        if keys_to:
            self._refuse_within_the_data(keys_to)
            ensure_writable(keys_to)  # before the ledger is copied, which takes long
        copies = Copies(tombstones=self._chosen.data_dir / TOMBSTONES, keys=keys_to, ledger=place)
        copies.ensure_apart()
        with open_database(self._chosen, as_guest=True, to_back_up=True) as database:
            source = Source(directory=self._postgres, conninfo=database.dsn, programs=Programs())
            base = take(source, place, keep=keep, progress=progress)
            keys = copies.make(database.keys_dsn)
            return Taken(base=base, archiving=self._caught_up(place), keys=keys)

    def listed(self, place: Path) -> list[BaseBackup]:
        """Return the base backups of a place, the oldest first."""
        return base_backups(place)

    def checked(self, place: Path) -> list[Verdict]:
        """Verify every base backup of a place, and the WAL after it."""
        return check(place, Programs())

    def archiving(self, place: Path) -> Archiving | None:
        """Say how the running service archives into a place; None where it does not run."""
        if self._chosen.database_url or not answers(self._conninfo):
            return None
        return self._archiving_into(place)

    def restore(  # noqa: PLR0913  # one for each thing that a person may say
        self,
        place: Path,
        into: Path,
        *,
        until: datetime | None,
        position: int | None,
        base: str | None,
        keys_from: Path | None,
        binaries: Path | None,
        tell: Callable[[str], object],
    ) -> Returned:
        """Restore into a data directory that has no ledger yet, and its keys where they are lost.

        Whoever was forgotten, by what the backups or the data directory know, is forgotten before
        anything can be read.
        """
        place, into = place.expanduser().absolute(), into.expanduser().absolute()
        bench = Workbench(binaries=binaries and binaries.absolute(), tell=tell)
        keys = Keys(self._chosen, into, place, keys_from and keys_from.expanduser().absolute())
        target = Target(until=until, position=position, base=base)
        restored = restore(place, into, target, bench, keys.settle)
        notes = notes_on(self._chosen, into, restored, filter(None, [place, keys_from]))
        return Returned(
            restored=restored, forgotten=keys.forgotten, keys=keys.restored, notes=notes
        )

    @property
    def _conninfo(self) -> str:
        return EmbeddedPostgres(self._postgres).conninfo(NAME)

    def _caught_up(self, place: Path) -> Archiving | None:
        """Give the archive a moment to have what the backup itself wrote."""
        until = monotonic() + PATIENCE_SECONDS
        while (found := self._archiving_into(place)) and found.bytes_behind and monotonic() < until:
            sleep(0.05)
        return found

    def _archiving_into(self, place: Path) -> Archiving | None:
        series = series_of(self._postgres, place)
        if series is None:
            return None
        return replace(state_of_archive(self._conninfo), baseless=not has_base(series))

    def _refuse_foreign_server(self) -> None:
        if self._chosen.database_url:
            raise BackupRefused(
                "Server pada JEJAK_DATABASE_URL dicadangkan oleh pengelolanya; lihat"
                " docs/backup.md.\n"
                "The server of JEJAK_DATABASE_URL is backed up by whoever runs it; see"
                " docs/backup.md."
            )

    def _refuse_within_the_data(self, place: Path) -> None:
        if place.resolve().is_relative_to(self._chosen.data_dir.resolve()):
            raise BackupRefused(
                f"{place} ada di dalam folder data: cadangan akan hilang bersamanya.\n"
                f"{place} is inside the data directory: the backup would be lost with it."
            )
