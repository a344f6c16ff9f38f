"""Who was forgotten, written down outside of every database: a file beside the master key.

Whoever brings back old backups of both databases does not bring back this file, which is only ever
added to: at the next opening its lines destroy the keys again.
"""

import fcntl
import json
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from domain.kernel import Json, Value
from infrastructure.durable import make_folder, sync_folder
from infrastructure.trouble import Trouble

TOMBSTONES: Final = "forgotten.jsonl"
"""The file's name in a data directory."""


class Destruction(Value):
    """Whose keys are destroyed, and the event that says so.

    ``told`` is what the event says (no personal data), so that a ledger that lost it in a restore
    can be told again.
    """

    subjects: tuple[str, ...]
    event_id: str
    stream: str
    told: Json


class TombstonesUnreadable(Trouble):
    """The file was damaged. Guessing who was forgotten is not for us."""


class TombstoneFile:
    """One JSON object per line, each durable before any key is destroyed for it."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def add(self, *destructions: Destruction) -> None:
        """Write what the file lacks of these, and wait until the disk has it.

        Only one process writes at a time, whichever it is. Raises `TombstonesUnreadable`.
        """
        make_folder(self._path.parent, parents=True)  # it may be the first
        file = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
        try:
            fcntl.flock(file, fcntl.LOCK_EX)
            _cut_back(file)
            known = {destruction.event_id for destruction in self.read()}
            for one in destructions:
                if one.event_id not in known:
                    _append(file, one)
                    known.add(one.event_id)
            os.fsync(file)  # what is known already may be of somebody who died before this
        finally:
            os.close(file)
        sync_folder(self._path.parent)

    def read(self) -> Sequence[Destruction]:
        """Return all that was written; a last line that was cut short counts as not written.

        Raises `TombstonesUnreadable`.
        """
        if not self._path.exists():
            return []
        *lines, _cut_short = self._path.read_bytes().split(b"\n")
        try:
            return [_destruction(json.loads(line)) for line in lines if line]
        except (ValueError, KeyError, TypeError):
            raise TombstonesUnreadable(
                f"{self._path} rusak; pulihkan dari salinannya\n"
                f"{self._path} is damaged; restore it from its copy"
            ) from None


def _cut_back(file: int) -> None:
    """Remove a last line that was cut short: nothing was destroyed for it yet."""
    written = os.pread(file, os.fstat(file).st_size, 0)
    if written and not written.endswith(b"\n"):
        os.ftruncate(file, written.rfind(b"\n") + 1)
        os.fsync(file)


def _append(file: int, destruction: Destruction) -> None:
    """Write a line, and its end only once the disk has the rest.

    What a power cut leaves of it, with zeros perhaps, is then never taken for a line that was
    damaged later.
    """
    said = {
        "subjects": destruction.subjects,
        "event_id": destruction.event_id,
        "stream": destruction.stream,
        "told": destruction.told,
    }
    os.write(file, json.dumps(said).encode())
    os.fsync(file)
    os.write(file, b"\n")


def _destruction(said: Json) -> Destruction:
    return Destruction(
        subjects=tuple(said["subjects"]),
        event_id=said["event_id"],
        stream=said["stream"],
        told=said["told"],
    )
