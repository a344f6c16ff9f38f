"""A new data directory from a base backup and the WAL since: all of it, or up to a moment.

It is built under another name, verified, recovered, read from end to end, and only then renamed:
what is called `postgres` is whole. Nothing that is there already is ever written over.
"""

import os
import shutil
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import psycopg

from infrastructure.backup import BackupDamaged, verify
from infrastructure.backup_series import (
    STAMP,
    BaseBackup,
    Reach,
    base_backups,
    has_base,
    location,
    reach,
    segment_name,
    written,
)
from infrastructure.database import NAME
from infrastructure.durable import make_folder, sync_folder, sync_tree
from infrastructure.embedded_postgres import EmbeddedPostgres, PostgresDidNotStart
from infrastructure.ledger_check import Ledger, ensure_whole
from infrastructure.postgres_directory import PostgresDirectory
from infrastructure.postgres_programs import Programs
from infrastructure.restored_feeds import tell_anew
from infrastructure.trouble import Trouble

WORKSHOP: Final = "postgres.restoring"
RECOVERY: Final = {
    "restore_command": "false",  # all that is to be replayed was laid into pg_wal
    "recovery_target_timeline": "current",
    "recovery_target_action": "promote",
    "hot_standby": "off",
}
ENDED_BEFORE: Final = "recovery ended before configured recovery target was reached"
RECOVERY_SECONDS: Final = 7 * 24 * 3600.0
TORN_BYTES: Final = 1024 * 1024
"""How much of the end of a stream may be one record that did not arrive whole."""
PATIENCE_SECONDS: Final = 10.0


class RestoreRefused(Trouble):
    """It cannot be restored there, or not up to that moment."""


@dataclass(frozen=True, kw_only=True)
class Target:
    """How far to go: everything unless told; `base` chooses the base backup by its name."""

    until: datetime | None = None
    position: int | None = None
    base: str | None = None


@dataclass(frozen=True, kw_only=True)
class Restored:
    """What came back. After `last_commit` nothing did.

    `archive_ends` is when the last of the WAL that there is was written; `fell_short` says that the
    moment asked for lies after the last transaction that the archive knows. ``paused`` counts the
    webhooks that were active, and call nobody until they are resumed.
    """

    base: BaseBackup
    ledger: Ledger
    last_commit: datetime | None
    archive_ends: datetime
    fell_short: bool
    paused: int


@dataclass(frozen=True, kw_only=True)
class Workbench:
    """With what a restore works; `tell` hears, in two languages, what is being done."""

    binaries: Path | None = None
    fsync: bool = True
    tell: Callable[[str], object] = lambda _: None


def restore(
    place: Path,
    into: Path,
    target: Target,
    bench: Workbench,
    settle: Callable[[psycopg.Connection[Any]], object] = lambda _: None,
) -> Restored:
    """Restore the ledger of the backups in `place` as the one of the data directory `into`.

    `settle` is handed the restored database before anybody else can read it. Raises
    `RestoreRefused`, `BackupDamaged` or `LedgerDamaged`; then nothing is left behind.
    """
    base = choose(place, target)
    with _workshop(into) as workshop:
        recovery = Recovery(workshop, base, bench)
        with recovery.to(target) as (connection, fell_short):
            bench.tell("memeriksa rantai / checking the chain")
            ledger = ensure_whole(connection)
            settle(connection)
            paused = tell_anew(connection)
            last_commit = _one(connection, "SELECT pg_last_xact_replay_timestamp()")
        (workshop / "cluster/backup_manifest").unlink(missing_ok=True)
        _put_in_place(workshop, into)
    return Restored(
        base=base,
        ledger=ledger,
        last_commit=last_commit,
        archive_ends=recovery.reach.last_written,
        fell_short=fell_short,
        paused=paused,
    )


def choose(place: Path, target: Target) -> BaseBackup:
    """Choose the newest base backup from which the target can be reached."""
    bases = base_backups(place)
    if target.base:
        bases = [base for base in bases if base.name == target.base]
    if not bases:
        raise RestoreRefused(
            f"Tidak ada cadangan seperti itu di {place}.\nThere is no such backup in {place}."
        )
    if len({base.facts.store for base in bases}) > 1:
        raise RestoreRefused(
            f"Di {place} ada cadangan beberapa buku; pilih dengan --base.\n"
            f"There are backups of several ledgers in {place}; choose one with --base."
        )
    before = [
        base
        for base in bases
        if (target.until is None or base.facts.finished_at <= target.until)
        and (target.position is None or base.facts.position <= target.position)
    ]
    if not before:
        first = bases[0].facts
        raise RestoreRefused(
            f"Cadangan tertua selesai {first.finished_at.isoformat()}, pada posisi"
            f" {first.position}; sebelum itu tidak ada jalan.\n"
            f"The oldest backup was finished at {first.finished_at.isoformat()}, at position"
            f" {first.position}; there is no way to before that."
        )
    if not target.base:
        _refuse_an_older_history(place, before[-1], target)
    return before[-1]


def _refuse_an_older_history(place: Path, base: BaseBackup, target: Target) -> None:
    """Refuse to pass over a newer history that has no base backup: its events would be missed."""
    until = target.until.astimezone(UTC).strftime(STAMP) if target.until else None
    for series in sorted(place.iterdir()):
        newer = series.name > base.path.parent.name and (series / "wal").is_dir()
        if newer and not has_base(series) and (until is None or series.name <= until):
            raise RestoreRefused(
                f"{series.name} lebih baru tetapi tanpa cadangan dasar: WAL-nya tidak dapat"
                f" dipulihkan. Kalau tetap mau yang lama: --base {base.name}\n"
                f"{series.name} is newer but has no base backup: its WAL cannot be restored. If you"
                f" want the older one nevertheless: --base {base.name}"
            )


class Recovery:
    """One base backup and its WAL, replayed in a workshop as far as is asked."""

    def __init__(self, workshop: Path, base: BaseBackup, bench: Workbench) -> None:
        self._workshop, self._base, self._bench = workshop, base, bench
        self._programs = Programs(bench.binaries)
        self.reach: Reach = reach(base)

    @contextmanager
    def to(self, target: Target) -> Iterator[tuple[psycopg.Connection[Any], bool]]:
        """Recover to the target; give the database, and whether the WAL ended before it."""
        stop_at: dict[str, str] = {}
        if target.until:
            until = target.until.astimezone(UTC).isoformat(sep=" ")
            stop_at = {"recovery_target_time": until}
        elif target.position is not None:
            stop_at = self._transaction_of(target.position)
        else:
            self._refuse_over_a_gap()
        with self._replayed(stop_at) as (connection, reached):
            if not stop_at or not reached:
                self._refuse_unless_all(connection)
            yield connection, bool(stop_at) and not reached

    def _transaction_of(self, position: int) -> dict[str, str]:
        """Find the transaction that wrote a position, by going as far as the WAL goes."""
        with self._replayed({}) as (connection, _):
            row = connection.execute(
                "SELECT (xid::text::numeric %% 4294967296)::text FROM ledger.event"
                " WHERE position = %s",
                (position,),
            ).fetchone()
            if row is None and position:
                self._refuse_unless_all(connection)
                last = _one(connection, "SELECT coalesce(max(position), 0) FROM ledger.event")
                raise RestoreRefused(
                    f"Posisi {position} tidak ada dalam cadangan; yang terakhir {last}.\n"
                    f"Position {position} is not in the backup; the last is {last}."
                )
        return {"recovery_target_xid": row[0]} if row else {}

    @contextmanager
    def _replayed(
        self, stop_at: Mapping[str, str]
    ) -> Iterator[tuple[psycopg.Connection[Any], bool]]:
        """Run the base with its WAL replayed; give the database, and whether the stop was met."""
        self._lay_out()
        self._bench.tell("memutar ulang WAL / replaying the WAL")
        postgres, reached = self._postgres(stop_at), True
        try:
            try:
                postgres.start()
            except PostgresDidNotStart as failure:
                if not stop_at or ENDED_BEFORE not in str(failure):
                    raise self._unreadable(failure) from failure
                postgres, reached = self._postgres({}), False
                postgres.start()
            with psycopg.connect(postgres.conninfo(NAME), autocommit=True) as connection:
                yield connection, reached
        finally:
            postgres.stop()

    def _postgres(self, stop_at: Mapping[str, str]) -> EmbeddedPostgres:
        return EmbeddedPostgres(
            self._workshop,
            binaries=self._bench.binaries,
            settings=RECOVERY | dict(stop_at),
            fsync=self._bench.fsync,
            deadline=RECOVERY_SECONDS,
        )

    def _lay_out(self) -> None:
        """Copy the base, verify the copy, and lay the WAL of the archive beside its own."""
        cluster = self._workshop / "cluster"
        shutil.rmtree(cluster, ignore_errors=True)
        self._bench.tell("menyalin / copying")
        shutil.copytree(self._base.cluster, cluster, symlinks=True)
        self._bench.tell("memeriksa setiap berkas / verifying every file")
        verify(cluster, self._programs, self._base.path)
        for number, file in self.reach.run.items():
            if file.parent == self._base.archive:
                name = segment_name(self._base.facts, number)
                shutil.copyfile(file, cluster / "pg_wal" / name)
        (cluster / "recovery.signal").touch(mode=0o600)

    def _refuse_over_a_gap(self) -> None:
        ended = self.reach.last_written.isoformat(timespec="seconds")
        if self.reach.missing:
            raise RestoreRefused(
                f"Segmen WAL {self.reach.missing} hilang, padahal yang sesudahnya ada. Yang utuh"
                f" berakhir sekitar {ended}: pilih saat sebelum itu dengan --until, atau cadangan"
                " lain dengan --base.\n"
                f"The WAL segment {self.reach.missing} is missing though later ones are there. What"
                f" is whole ends at about {ended}: choose a moment before that with --until, or"
                " another backup with --base."
            )

    def _refuse_unless_all(self, connection: psycopg.Connection[Any]) -> None:
        """Refuse to call something whole that ended at a gap, or at WAL that cannot be read."""
        self._refuse_over_a_gap()
        replayed = location(_one(connection, "SELECT pg_last_wal_replay_lsn()::text"))
        if self._end_of_wal() - replayed > TORN_BYTES:
            facts = self._base.facts
            segment = segment_name(facts, replayed // facts.segment_bytes)
            raise RestoreRefused(
                f"Segmen WAL {segment} rusak: sesudahnya masih ada WAL yang tidak terbaca. Pilih"
                " saat sebelum itu dengan --until.\n"
                f"The WAL segment {segment} is damaged: there is WAL after it that cannot be"
                " reached. Choose a moment before that with --until."
            )

    def _end_of_wal(self) -> int:
        for number in sorted(self.reach.run, reverse=True):
            if found := written(self.reach.run[number]):
                return number * self._base.facts.segment_bytes + found
        return 0

    def _unreadable(self, failure: PostgresDidNotStart) -> Trouble:
        return BackupDamaged(
            f"Cadangan {self._base.path} tidak dapat dipulihkan sejauh itu.\n"
            f"The backup {self._base.path} cannot be recovered that far.\n{failure}"
        )


@contextmanager
def _workshop(into: Path) -> Iterator[Path]:
    """Give a directory of our own beside the future ledger; whatever goes wrong, it is removed."""
    make_folder(into, parents=True)
    ledger, workshop = into / "postgres", into / WORKSHOP
    if ledger.exists() and any(ledger.iterdir()):
        raise RestoreRefused(
            f"Sudah ada buku di {ledger}; itu tidak ditimpa. Pindahkan dulu, atau pilih folder"
            " lain.\n"
            f"There is a ledger in {ledger} already; it is not written over. Move it away first,"
            " or choose another folder."
        )
    if workshop.exists():
        _discard(workshop)
    workshop.mkdir(mode=0o700)
    if os.geteuid() == 0:  # whoever owns the data directory is to own what comes into it
        os.chown(workshop, into.stat().st_uid, into.stat().st_gid)
    try:
        yield workshop
    finally:
        shutil.rmtree(workshop, ignore_errors=True)


def _discard(workshop: Path) -> None:
    """Remove what a killed restore left, once nothing runs in it; raise DataDirectoryInUse."""
    holder = PostgresDirectory(workshop)
    holder.take(time.monotonic() + PATIENCE_SECONDS)
    try:
        shutil.rmtree(workshop)
    finally:
        holder.give_back()


def _put_in_place(workshop: Path, into: Path) -> None:
    owner = workshop.stat()
    if os.geteuid() == 0:
        for path in workshop.rglob("*"):
            os.chown(path, owner.st_uid, owner.st_gid, follow_symlinks=False)
    sync_tree(workshop)
    workshop.rename(into / "postgres")
    sync_folder(into)


def _one(connection: psycopg.Connection[Any], question: str) -> Any:
    row = connection.execute(question.encode()).fetchone()
    return row[0] if row else None
