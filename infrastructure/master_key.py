"""The one secret that unlocks the others: made at the first start, kept apart from the database."""

import os
from contextlib import suppress
from pathlib import Path
from typing import Final

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from infrastructure.trouble import Trouble

LENGTH: Final = 32
"""Bytes in a master key, and in every key derived from it."""


class MasterKeyUnreadable(Trouble):
    """The master key is there but cannot be used. Without it, no name can be read again."""


class MasterKey:
    """Derives a key of its own for each purpose (HKDF-SHA256, RFC 5869)."""

    def __init__(self, secret: bytes) -> None:
        if len(secret) != LENGTH:
            raise MasterKeyUnreadable(
                f"kunci induk harus {LENGTH} bita / the master key must have {LENGTH} bytes"
            )
        self._secret = secret

    @classmethod
    def kept_in(cls, directory: Path) -> "MasterKey":
        """Return ``JEJAK_MASTER_KEY`` (64 hex digits), or the file's key, made when missing."""
        if given := os.environ.get("JEJAK_MASTER_KEY"):
            return cls(_from_hex(given))
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        path = directory / "master.key"
        if not path.exists():
            _make(path)
        return cls(_from_hex(path.read_text(encoding="ascii")))

    def derive(self, purpose: str) -> bytes:
        """Return the 32-byte key for one purpose."""
        return HKDF(SHA256(), LENGTH, None, f"jejak/{purpose}".encode()).derive(self._secret)


def _make(path: Path) -> None:
    """Write a new key, whole and durable, unless somebody else does so at the same moment."""
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        file.write(os.urandom(LENGTH).hex() + "\n")
        file.flush()
        os.fsync(file.fileno())
    with suppress(FileExistsError):
        os.link(draft, path)
    draft.unlink()
    directory = os.open(path.parent, os.O_RDONLY)
    os.fsync(directory)
    os.close(directory)


def _from_hex(text: str) -> bytes:
    try:
        return bytes.fromhex(text.strip())
    except ValueError:
        raise MasterKeyUnreadable(
            "kunci induk harus 64 angka heksadesimal / the master key must be 64 hex digits"
        ) from None
