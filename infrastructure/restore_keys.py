"""What a restored ledger needs before anybody reads it: its keys, and that nobody comes back."""

import os
import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import psycopg

from infrastructure import key_dump
from infrastructure.durable import sync_folder
from infrastructure.key_cluster import FOLDER, NAME, embedded_keys
from infrastructure.key_copy import copy_of, head_size, merge_tombstones, tombstone_copy
from infrastructure.key_opening import tombstones_in
from infrastructure.restore import Restored, RestoreRefused
from infrastructure.servers import create_unless_there, reachable
from infrastructure.settings import Settings
from infrastructure.tombstones import TOMBSTONES

WORKSHOP: Final = "keys.restoring"
ANOTHER_HISTORY: Final = (
    "Ini sejarah baru: arsip WAL-nya mulai dengan cadangan dasar sendiri saat layanan menyala"
    " dengan JEJAK_BACKUP_DIR; tanpa itu, jalankan jejak backup.\n"
    "This is another history: its WAL archive begins with a base backup of its own when the"
    " service starts with JEJAK_BACKUP_DIR; without that, run jejak backup."
)
MASTER: Final = ("JEJAK_MASTER_KEY", "JEJAK_MASTER_KEY_COMMAND")
"""By which the master key is somewhere else than in the data directory."""


class Keys:
    """The keys of a ledger that is being restored into a data directory.

    `source` is where the copy of the key store is; without it the one that is there is used.
    """

    def __init__(self, chosen: Settings, into: Path, place: Path, source: Path | None) -> None:
        self._chosen, self._into, self._place, self._source = chosen, into, place, source
        self.forgotten = 0
        self.restored: int | None = None
        if source and not chosen.keys_url and (into / FOLDER).exists():
            raise RestoreRefused(
                f"Sudah ada gudang kunci di {into / FOLDER}; itu yang terbaru. Jangan pakai"
                " --keys-from, atau pindahkan dulu.\n"
                f"There is a key store in {into / FOLDER} already, and it is the newest. Leave out"
                " --keys-from, or move it away first."
            )

    def settle(self, connection: psycopg.Connection[Any]) -> None:
        """Have everybody who was forgotten forgotten, in all places; then bring the keys back."""
        [(store,)] = connection.execute("SELECT id::text FROM ledger.store")
        places = filter(None, [self._place, self._source])
        file = self._into / TOMBSTONES
        self.forgotten = merge_tombstones(file, *(tombstone_copy(it, store) for it in places))
        _give_to_the_owner(file)
        self._drop_old_keys(connection)
        if self._source:
            self._bring_back(copy_of(self._source, store))

    def _drop_old_keys(self, connection: psycopg.Connection[Any]) -> None:
        """Destroy keys of the forgotten that an older edition kept with the ledger."""
        subjects = [
            subject
            for destruction in tombstones_in(self._into).read()
            for subject in destruction.subjects
        ]
        [(there,)] = connection.execute("SELECT to_regclass('keys.subject_key') IS NOT NULL")
        if there and subjects:
            connection.execute("DELETE FROM keys.subject_key WHERE subject = ANY(%s)", (subjects,))
            connection.execute("VACUUM (FULL) keys.subject_key")

    def _bring_back(self, copy: Path) -> None:
        if not copy.exists():
            raise RestoreRefused(f"Tidak ada {copy}.\nThere is no {copy}.")
        with self._key_store() as dsn:
            self.restored = key_dump.restore(dsn, copy, tombstones_in(self._into))

    @contextmanager
    def _key_store(self) -> Iterator[str]:
        """Give an empty key store, which takes its place when the block is left without error."""
        if self._chosen.keys_url:
            yield reachable(self._chosen.keys_url, "JEJAK_KEYS_URL")
            return
        workshop = self._into / WORKSHOP
        shutil.rmtree(workshop, ignore_errors=True)
        workshop.mkdir(mode=0o700)
        _give_to_the_owner(workshop)
        try:
            with embedded_keys(workshop) as cluster:
                create_unless_there(cluster.conninfo(), NAME)
                yield cluster.conninfo(NAME)
            for path in workshop.rglob("*"):
                _give_to_the_owner(path, like=workshop)
            workshop.rename(self._into / FOLDER)
            sync_folder(self._into)  # before there is a ledger that would be opened without them
        finally:
            shutil.rmtree(workshop, ignore_errors=True)


def notes_on(
    chosen: Settings, into: Path, restored: Restored, copies: Iterable[Path] = ()
) -> list[str]:
    """Say what is left to do before the restored ledger is what it was, if anything.

    `copies` are the directories where the last signed head may have been copied to.
    """
    notes, ledger = [], restored.ledger
    if not (into / "master.key").exists() and not any(os.environ.get(name) for name in MASTER):
        notes.append(
            f"Kunci induk tidak ikut dicadangkan: taruh master.key di {into} sebelum menyalakan"
            " layanan.\n"
            f"The master key is in no backup: put master.key into {into} before starting."
        )
    if not (into / FOLDER).exists() and not chosen.keys_url:
        notes.append(
            "Gudang kunci tidak ada: tanpa itu tidak satu nama pun terbaca. Pulihkan dengan"
            f" --keys-from, atau pindahkan folder {FOLDER} yang lama ke {into}.\n"
            "There is no key store: without it no name can be read. Restore it with --keys-from,"
            f" or move the old folder {FOLDER} into {into}."
        )
    if ledger.leaves and not (into / "log.key").exists() and not os.environ.get("JEJAK_LOG_KEY"):
        notes.append(
            f"Kunci log tidak ikut dicadangkan: taruh log.key di {into}; dengan kunci lain log"
            " bukti tidak dapat diteruskan.\n"
            f"The log's key is in no backup: put log.key into {into}; with another one the log"
            " cannot be continued."
        )
    heads = [it / f"log.{ledger.store}.head" for it in (into, *copies)]
    if not heads[0].exists() and (ledger.leaves or any(_signed(it) for it in heads)):
        notes.append(_on_the_head(max(heads, key=_signed)))
    if (signed := max(map(_signed, heads))) > ledger.leaves:
        notes.append(_on_what_is_missing(signed, ledger.leaves))
    if restored.paused:
        notes.append(_on_webhooks(restored.paused))
    notes.append(ANOTHER_HISTORY)
    return notes


def _on_what_is_missing(signed: int, leaves: int) -> str:
    """Say that the restored log is shorter than what was signed."""
    return (
        f"Log bukti sudah ditandatangani sampai {signed} daun; di sini hanya {leaves}."
        " Penandatanganan berhenti, dan saksi menolak: yang hilang akan terlihat. Pulihkan lebih"
        " jauh, atau baca docs/backup.md.\n"
        f"The log was signed up to {signed} leaves; here are only {leaves}. Nothing will be signed,"
        " and witnesses refuse: what is missing will show. Restore further, or read docs/backup.md."
    )


def _on_webhooks(paused: int) -> str:
    return (
        f"Webhook yang dijeda: {paused}. Ini mungkin salinan, dan mitra tidak boleh dikirimi dari"
        " dua tempat. Kalau ini sekarang buku yang dipakai: jejak webhooks --resume (atau tiap"
        " instansi melanjutkan miliknya).\n"
        f"Webhooks that are paused: {paused}. This may be a copy, and partners must not be called"
        " from two places. If this is the house now: jejak webhooks --resume (or each agency"
        " resumes its own)."
    )


def _on_the_head(newest: Path) -> str:
    """Say how the sealer is to learn what was signed last: it signs nothing until then."""
    berkas, file = (newest, newest) if newest.exists() else ("BERKAS", "FILE")
    return (
        "Kepala log bukti yang terakhir ditandatangani tidak ada di sini. Ambil titik periksa"
        " terbaru dari saksi; kalau tidak ada saksi, salinan terbaru yang Anda punya. Lalu, sesudah"
        f" log.key di tempatnya: jejak seal --once --head {berkas}\n"
        "The head of the log that was signed last is not here. Fetch the newest checkpoint from a"
        " witness; without one, take the newest copy you have. Then, with log.key in its place:"
        f" jejak seal --once --head {file}"
    )


def _signed(head: Path) -> int:
    """Return how many leaves a file says were signed; the sealer is the one to complain of it."""
    try:
        return head_size(head)
    except (OSError, ValueError):
        return 0


def _give_to_the_owner(path: Path, like: Path | None = None) -> None:
    """Let what root makes belong to whoever owns the data directory."""
    if os.geteuid() == 0 and path.exists():
        owner = (like or path.parent).stat()
        os.chown(path, owner.st_uid, owner.st_gid, follow_symlinks=False)
