"""Ed25519 keys that sign: made at the first start, kept beside the database and never in it."""

import os
import stat
from pathlib import Path
from typing import Final

import structlog

from infrastructure.durable import make_once, succeed
from infrastructure.trouble import Trouble

LENGTH: Final = 32
"""Bytes in the seed of an Ed25519 key (RFC 8032)."""
NEXT: Final = "log.key.next"
OPEN_TO_OTHERS: Final = (
    "berkas kunci tanda tangan dapat dibaca orang lain: chmod 600, dan anggap sudah disalin"
    " / others may read the file of the signing key: chmod 600, and take it for copied"
)

log = structlog.get_logger()


class SigningKeyUnreadable(Trouble):
    """The key is there but cannot be used."""


def log_seed(directory: Path) -> bytes:
    """Return the seed of the log's key: ``JEJAK_LOG_KEY`` (64 hex digits), or ``log.key``'s."""
    if given := os.environ.get("JEJAK_LOG_KEY"):
        return _from_hex(given)
    return seed_in(directory / "log.key")


def next_log_seed(directory: Path) -> bytes | None:
    """Return the seed of the key that is to follow: ``JEJAK_LOG_KEY_NEXT``, or ``log.key.next``'s.

    None where no other key is to follow.
    """
    if given := os.environ.get("JEJAK_LOG_KEY_NEXT"):
        return _from_hex(given)
    path = directory / NEXT
    return seed_in(path) if path.exists() else None


def make_next_log_key(directory: Path) -> bytes:
    """Return the seed of the key that is to follow; made where there is none, and then it stays."""
    return next_log_seed(directory) or seed_in(directory / NEXT)


def take_next_log_key(directory: Path, retired: str) -> None:
    """Put the key that was to follow in the place of the log's, which is kept beside it.

    Harmless when repeated. Keys of the environment are the operator's to change.
    """
    path, following = directory / "log.key", directory / NEXT
    if not following.exists() or os.environ.get("JEJAK_LOG_KEY"):
        return
    succeed(path, following, path.with_name(f"log.key.retired-{retired}"))


def has_log_key(directory: Path) -> bool:
    """Say whether the log's key is here, or would have to be made."""
    return bool(os.environ.get("JEJAK_LOG_KEY")) or (directory / "log.key").exists()


def seed_in(path: Path) -> bytes:
    """Return the seed that a file keeps, readable by its owner only; made when missing.

    It is on the disk before anything is signed with it.

    Raises `SigningKeyUnreadable`; a file that others may read as well is told of in the log.
    """
    try:
        make_once(path, _another)
        text = path.read_text(encoding="ascii", errors="replace")
        mode = path.stat().st_mode
    except OSError as error:
        raise SigningKeyUnreadable(
            f"{path}: kunci tanda tangan tidak terbaca atau tidak dapat dibuat ({error.strerror})\n"
            f"{path}: the signing key can be neither read nor made ({error.strerror})"
        ) from error
    if mode & (stat.S_IRWXG | stat.S_IRWXO):
        log.warning(OPEN_TO_OTHERS)
    return _from_hex(text)


def _another() -> bytes:
    return f"{os.urandom(LENGTH).hex()}\n".encode()


def _from_hex(text: str) -> bytes:
    try:
        seed = bytes.fromhex(text.strip())
    except ValueError:
        seed = b""
    if len(seed) != LENGTH:
        raise SigningKeyUnreadable(
            "kunci tanda tangan harus 64 angka heksadesimal\na signing key must be 64 hex digits"
        )
    return seed
