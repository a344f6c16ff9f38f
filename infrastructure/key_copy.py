"""The key store's backup: one file per ledger, always the newest, in a directory of its own.

There are no older ones on purpose: a key that was destroyed leaves this file within seconds too,
and nobody comes back through it. What guards against copying an emptied key store over a good copy
is a comparison: every key of the copy is still there, or its subject has a tombstone.
"""

import fcntl
import json
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import psycopg
import structlog
from psycopg import errors

from infrastructure.durable import replace_durably, settle, sync_folder
from infrastructure.key_dump import dump
from infrastructure.signed_note import Note, TreeHead
from infrastructure.tombstones import TombstoneFile
from infrastructure.trouble import Trouble

SECONDS: Final = 5.0
"""Between two looks whether a key was made or destroyed."""
STATE: Final = (
    "SELECT (SELECT key_id::text FROM keys.sealing_key ORDER BY key_id DESC LIMIT 1),"
    " (SELECT max(number) FROM keys.tombstone), (SELECT max(generation) FROM keys.master),"
    " (SELECT count(*) FROM keys.handover), (SELECT count(*) FROM keys.secret)"
)

HEADS: Final = "log.*.head"
"""What the sealer signed last, of whichever ledger, in the data directory and beside its copies."""

log = structlog.get_logger()


class KeyCopyRefused(Trouble):
    """The keys are not to be copied there, or what is there holds more than the key store."""


def copy_keys(dsn: str, directory: Path) -> int:
    """Copy the key store at `dsn` over its last copy; return how many keys it has.

    Raises `KeyCopyRefused`, and then the last copy stays.
    """
    ensure_writable(directory)
    if not (store := _store(dsn)):
        return 0
    copy = copy_of(directory, store)
    draft = copy.with_name(f".{copy.name}.new")
    with _held(directory):
        count = dump(dsn, draft)
        if copy.exists():
            try:
                _ensure_nothing_went(copy, draft)
            except KeyCopyRefused:
                draft.unlink()  # it holds every key
                raise
        draft.replace(copy)
        sync_folder(directory)
    return count


def ensure_writable(directory: Path) -> None:
    """Raise `KeyCopyRefused` where there is no such directory, or nothing may be written to it."""
    if not directory.is_dir():
        raise KeyCopyRefused(f"tidak ada / there is no {directory}")
    if not os.access(directory, os.W_OK | os.X_OK):
        raise KeyCopyRefused(f"tidak dapat ditulisi / cannot be written to: {directory}")


def copy_of(directory: Path, store: str) -> Path:
    """Say where the copy for one ledger is."""
    return directory / f"keys-{store}.jsonl"


def tombstone_copy(directory: Path, store: str) -> Path:
    """Say where a directory of backups keeps word of who was forgotten in one ledger."""
    return directory / f"forgotten-{store}.jsonl"


def merge_tombstones(into: Path, *sources: Path) -> int:
    """Add to one file of tombstones what the others know; return how many it has then."""
    file = TombstoneFile(into)
    if told := [one for source in sources for one in TombstoneFile(source).read()]:
        file.add(*told)
    return len(file.read())


@dataclass(frozen=True, kw_only=True)
class Copies:
    """What goes where: keys to `keys`, word of who was forgotten there and beside the `ledger`."""

    tombstones: Path
    keys: Path | None
    ledger: Path | None
    _settled: dict[Path, int] = field(default_factory=dict, init=False, compare=False, repr=False)
    """How many leaves each copied head is of, since it is on the disk."""

    def ensure_apart(self) -> None:
        """Raise `KeyCopyRefused` where one directory is the other, or lies in it."""
        if not (self.keys and self.ledger):
            return
        one, other = self.keys.resolve(), self.ledger.resolve()
        if one.is_relative_to(other) or other.is_relative_to(one):
            raise KeyCopyRefused(
                f"Kunci tidak boleh disimpan bersama buku: {self.keys} dan {self.ledger}"
                " bersarang.\n"
                f"Keys are not to be kept with the ledger: {self.keys} and {self.ledger} lie in one"
                " another."
            )

    def make(self, dsn: str) -> int | None:
        """Bring all copies up to date; return how many keys were copied, None for none wanted.

        Raises `KeyCopyRefused` or `OSError`.
        """
        count = copy_keys(dsn, self.keys) if self.keys else None
        store = _store(dsn)
        for directory in filter(None, [self.keys, self.ledger]):
            if store and directory.is_dir():
                merge_tombstones(tombstone_copy(directory, store), self.tombstones)
        self.keep_heads()
        return count

    def keep_heads(self) -> None:
        """Copy what the log's sealer signed last, so that no restored ledger is signed anew.

        A copy that says more than the data directory does stays. Raises `OSError` or `ValueError`.
        """
        for head in self.tombstones.parent.glob(HEADS):
            note = head.read_text(encoding="utf-8")
            for directory in filter(None, [self.keys, self.ledger]):
                copy = directory / head.name
                if not directory.is_dir():
                    continue
                signed, there = _signed_size(note), head_size(copy)
                if signed > there:
                    replace_durably(copy, note.encode())
                elif self._settled.get(copy) != there:  # else the disk is asked every few seconds
                    settle(copy)
                self._settled[copy] = max(signed, there)


def head_size(head: Path) -> int:
    """Return how many leaves a file says were signed: none where there is no file.

    Raises `OSError` or `ValueError` where it holds no checkpoint.
    """
    return _signed_size(head.read_text(encoding="utf-8")) if head.exists() else 0


def _signed_size(note: str) -> int:
    return TreeHead.of(Note.of(note).text).size


@contextmanager
def copying(dsn: str, copies: Copies, *, as_guest: bool = False) -> Iterator[None]:
    """For as long as the block runs, keep the copies as new as a few seconds, and at its end.

    A guest copies only what changed while it was there: the rest is its host's to do.
    """
    if not (copies.keys or copies.ledger):
        yield
        return
    copies.ensure_apart()
    ending = threading.Event()
    thread = threading.Thread(
        target=_keep_copying,
        args=(dsn, copies, ending, _state(dsn) if as_guest else None),
        name="key-copy",
        daemon=True,
    )
    thread.start()
    try:
        yield
    finally:
        ending.set()
        thread.join()


def _keep_copying(dsn: str, copies: Copies, ending: threading.Event, copied: Any) -> None:
    while True:
        last = ending.is_set()
        try:
            state = _state(dsn)
            if state != copied:
                copies.make(dsn)
                copied = state
            copies.keep_heads()
        except (OSError, ValueError, psycopg.Error, Trouble) as error:
            log.error("key_copy_failed", error=type(error).__name__)  # noqa: TRY400  # no trace
        if last:
            return
        ending.wait(SECONDS)


def _store(dsn: str) -> str:
    """Return whose keys these are: "" before there are any."""
    with psycopg.connect(dsn) as connection:
        row = connection.execute("SELECT store::text FROM keys.master LIMIT 1").fetchone()
    return row[0] if row else ""


def _state(dsn: str) -> Any:
    """Return what changes whenever a key is made or destroyed, or wrapped anew."""
    with psycopg.connect(dsn) as connection:
        try:
            return connection.execute(STATE).fetchone()
        except (errors.UndefinedTable, errors.InvalidSchemaName):
            return None  # not made yet: the house has only just been opened


def _ensure_nothing_went(copy: Path, draft: Path) -> None:
    known, _ = _contents(copy)
    there, forgotten = _contents(draft)
    gone = {key for key, subject in known.items() if key not in there and subject not in forgotten}
    if gone:
        raise KeyCopyRefused(
            f"{copy} memuat {len(gone)} kunci yang tidak ada lagi di gudang kunci dan tidak punya"
            " batu nisan; salinan itu tidak ditimpa.\n"
            f"{copy} has {len(gone)} keys that are no longer in the key store and have no"
            " tombstone; that copy is not written over."
        )


def _contents(copy: Path) -> tuple[dict[str, str], set[str]]:
    """Return the keys of a copy with their subjects, and who is forgotten in it."""
    keys, forgotten = {}, set()
    with copy.open("rb") as file:
        for line in file:
            match json.loads(line):
                case ["sealing_key", str(key), str(subject), *_]:
                    keys[key] = subject
                case ["tombstone", str(subject), *_]:
                    forgotten.add(subject)
    return keys, forgotten


@contextmanager
def _held(directory: Path) -> Iterator[None]:
    """Wait until nobody else copies into the directory."""
    descriptor = os.open(directory, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)
