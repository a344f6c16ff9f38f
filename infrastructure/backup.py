"""Base backups of a running cluster: taken, verified, listed, and the oldest ones let go.

Nothing half-done is ever named like a backup: it is made under another name, verified by
`pg_verifybackup` against its manifest, and renamed.
"""

import fcntl
import json
import os
import re
import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import zip_longest
from pathlib import Path
from typing import Any, Final

import psycopg
from psycopg import errors

from infrastructure.backup_series import (
    FACTS,
    STAMP,
    BaseBackup,
    Facts,
    Reach,
    base_backups,
    current_series,
    location,
    reach,
    segments_in,
)
from infrastructure.durable import make_folder, replace_durably, sync_folder
from infrastructure.postgres_programs import ProgramFailed, Programs
from infrastructure.trouble import Trouble

PROGRESS: Final = re.compile(r"\s*(\d+)/(\d+) kB")
ROOM_TO_SPARE: Final = 64 * 1024 * 1024
Progress = Callable[[int, int], object]
"""Told how many kB are done, of how many."""


class BackupRefused(Trouble):
    """A backup cannot be taken there, or not now."""


class BackupDamaged(Trouble):
    """What lies in a backup is not what was written there."""


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """What a check found: `wrong` is None when a base can be restored up to `reaches`."""

    base: BaseBackup
    reaches: datetime
    wrong: str | None


@dataclass(frozen=True, kw_only=True)
class Source:
    """The cluster to back up: its directory of ours, and how its owner connects."""

    directory: Path
    conninfo: str = field(repr=False)
    programs: Programs
    fsync: bool = True


def take(
    source: Source, place: Path, *, keep: int | None, progress: Progress = lambda *_: 0
) -> BaseBackup:
    """Take a base backup into `place`, verify it, then let go of all but the newest `keep`.

    None lets go of nothing.

    Raises `BackupRefused`, `BackupDamaged` or `ProgramFailed`; what was there before stays then.
    """
    with psycopg.connect(source.conninfo, autocommit=True) as connection:
        before = _ask(connection)
        series = place / current_series(source.directory, before["system"])
        _refuse_without_room(place, before["bytes"])
        with _alone_in(place):
            make_folder(series)
            stamp = datetime.now(UTC).strftime(STAMP)
            draft, whole = series / f".draft-{stamp}", series / f"base-{stamp}"
            try:
                _copy_cluster(source, draft / "cluster", progress)
                verify(draft / "cluster", source.programs)
                replace_durably(draft / "backup.json", _facts(draft, before, _now(connection)))
                draft.rename(whole)
                sync_folder(series)
            finally:
                shutil.rmtree(draft, ignore_errors=True)
            if keep is not None:
                let_go(place, before["store"], keep)
    return next(base for base in base_backups(place) if base.path == whole)


def verify(cluster: Path, programs: Programs, named: Path | None = None) -> None:
    """Compare every file with the manifest, and parse the WAL; raise `BackupDamaged`."""
    named = named or cluster.parent
    try:
        programs.run("pg_verifybackup", "--quiet", str(cluster))
    except ProgramFailed as failure:
        raise BackupDamaged(
            f"Cadangan rusak, tidak dipakai: {named}\n"
            f"The backup is damaged and is not used: {named}\n{failure.said}"
        ) from failure


def check(place: Path, programs: Programs) -> list[Verdict]:
    """Verify each base, and its WAL: that there is no gap, and that every record can be read."""
    verdicts, bases = [], base_backups(place)
    for base, following in zip_longest(bases, bases[1:]):
        ahead = reach(base)
        try:
            verify(base.cluster, programs)
            _verify_wal(base, ahead, following, programs)
            wrong = f"WAL hilang / missing: {ahead.missing}" if ahead.missing else None
        except BackupDamaged as damaged:
            wrong = str(damaged)
        reaches = max(base.facts.finished_at, ahead.last_written) if ahead.run else None
        verdicts.append(Verdict(base=base, reaches=reaches or base.facts.finished_at, wrong=wrong))
    return verdicts


def _verify_wal(
    base: BaseBackup, ahead: Reach, following: BaseBackup | None, programs: Programs
) -> None:
    """Read every record of the full segments up to where the following base has its own."""
    alike = following and following.path.parent == base.path.parent
    until = following.facts.first_segment if following and alike else max(ahead.run, default=0)
    full = [
        file.name
        for number, file in sorted(ahead.run.items())
        if file.parent == base.archive and not file.suffix and number <= until
    ]
    if full:
        try:
            programs.run("pg_waldump", "--quiet", f"--path={base.archive}", full[0], full[-1])
        except ProgramFailed as failure:
            raise BackupDamaged(
                f"Arsip WAL rusak: {base.archive}\n"
                f"The WAL archive is damaged: {base.archive}\n{failure.said}"
            ) from failure


def let_go(place: Path, store: str, keep: int) -> Sequence[BaseBackup]:
    """Remove all base backups of a ledger but the newest `keep`, and the WAL only they needed.

    Called when a new one has just been verified, so a good one is always among those kept.
    """
    ours = [base for base in base_backups(place) if base.facts.store == store]
    gone = ours[: -max(keep, 1)]
    for base in gone:
        trash = base.path.with_name(f".trash-{base.path.name}")
        base.path.rename(trash)
        sync_folder(trash.parent)  # a base that begins to go has no longer the name of a whole one
        shutil.rmtree(trash)
    for series in {base.path.parent for base in gone}:
        _let_go_of_wal(series, [base for base in ours if base.path.exists()])
    return gone


def _let_go_of_wal(series: Path, kept: Sequence[BaseBackup]) -> None:
    needed = [base.facts for base in kept if base.path.parent == series]
    if not needed:  # a history that ended: nothing stands on its WAL any more
        shutil.rmtree(series)
        return
    first = min(facts.first_segment for facts in needed)
    for number, file in list(segments_in(series / "wal", needed[0])):
        if number < first:
            file.unlink()


def _ask(connection: psycopg.Connection[Any]) -> dict[str, Any]:
    try:
        row = connection.execute(
            "SELECT (SELECT system_identifier::text FROM pg_control_system()),"
            " (SELECT id::text FROM ledger.store), coalesce(max(position), 0), max(recorded_at),"
            " (SELECT sum(pg_database_size(oid)) FROM pg_database)::bigint,"
            " (SELECT setting::bigint FROM pg_settings WHERE name = 'wal_segment_size'),"
            " clock_timestamp() FROM ledger.event"
        ).fetchone()
    except (errors.UndefinedTable, errors.InvalidSchemaName):
        raise BackupRefused(
            "Belum ada buku peristiwa di sini.\nThere is no ledger here yet."
        ) from None
    names = ("system", "store", "position", "recorded_at", "bytes", "segment_bytes", "started_at")
    return dict(zip(names, row or (), strict=True))


def _now(connection: psycopg.Connection[Any]) -> datetime:
    row = connection.execute("SELECT clock_timestamp()").fetchone()
    return row[0] if row else datetime.now(UTC)


def _copy_cluster(source: Source, target: Path, progress: Progress) -> None:
    def on_line(line: str) -> None:
        if found := PROGRESS.match(line):
            progress(int(found[1]), int(found[2]))

    target.parent.mkdir(mode=0o700)
    words = [f"--pgdata={target}", f"--dbname={source.conninfo}", "--no-password", "--progress"]
    words += ["--format=plain", "--wal-method=stream", "--checkpoint=fast", "--label=jejak"]
    words += ["--manifest-checksums=SHA256", *([] if source.fsync else ["--no-sync"])]
    source.programs.run("pg_basebackup", *words, on_line=on_line)


def _facts(draft: Path, before: dict[str, Any], finished_at: datetime) -> bytes:
    """Return what is to be known of a copy, with the WAL it needs as its manifest says."""
    wal = json.loads((draft / "cluster/backup_manifest").read_bytes())["WAL-Ranges"][-1]
    return FACTS.dump_json(
        Facts(
            store=before["store"],
            position=before["position"],
            recorded_at=before["recorded_at"],
            started_at=before["started_at"],
            finished_at=finished_at,
            timeline=wal["Timeline"],
            first_segment=location(wal["Start-LSN"]) // before["segment_bytes"],
            last_segment=(location(wal["End-LSN"]) - 1) // before["segment_bytes"],
            segment_bytes=before["segment_bytes"],
            major=int((draft / "cluster/PG_VERSION").read_text()),
            bytes=sum(file.stat().st_size for file in draft.rglob("*") if file.is_file()),
        )
    )


def _refuse_without_room(place: Path, needed: int) -> None:
    """Refuse before the directory is made, where it is not there yet."""
    there = next(it for it in (place, *place.absolute().parents) if it.exists())
    if shutil.disk_usage(there).free < needed + ROOM_TO_SPARE:
        raise BackupRefused(
            f"Ruang di {place} tidak cukup: perlu sekitar {needed // 1_000_000} MB.\n"
            f"There is not enough room in {place}: about {needed // 1_000_000} MB are needed."
        )


@contextmanager
def _alone_in(place: Path) -> Iterator[None]:
    """Hold the directory against another backup, and clear what a killed one left behind."""
    try:
        make_folder(place)
        descriptor = os.open(place, os.O_RDONLY | os.O_DIRECTORY)
    except OSError as error:
        raise BackupRefused(
            f"Tidak dapat menulis ke {place}: {error.strerror}\n"
            f"Cannot write to {place}: {error.strerror}"
        ) from error
    try:
        _lock(descriptor, place)
        for rest in (*place.glob("*/.draft-*"), *place.glob("*/.trash-*")):
            shutil.rmtree(rest)
        yield
    finally:
        os.close(descriptor)


def _lock(descriptor: int, place: Path) -> None:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise BackupRefused(
            f"Pencadangan lain sedang berjalan di {place}.\n"
            f"Another backup is being taken in {place}."
        ) from None
