"""The one secret that unlocks the others: where it is kept, and how another one takes its place.

Three places, each a `MasterPlace`: a file beside the data (the default), the environment, or an
operator's program (`JEJAK_MASTER_KEY_COMMAND`) that wraps and unwraps with a key of a KMS or HSM.
"""

import os
import shlex
import subprocess
from pathlib import Path
from typing import Final, Protocol

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from infrastructure.durable import make_once, settle, succeed
from infrastructure.trouble import Trouble

LENGTH: Final = 32
"""Bytes in a master key, and in every key derived from it."""
COMMAND_SECONDS: Final = 30.0
"""How long an operator's program may take: it asks over a network."""


class MasterKeyUnreadable(Trouble):
    """The master key is there but cannot be used. Without it, no name can be read again."""


class MasterKeyRetired(MasterKeyUnreadable):
    """The master key was replaced by another one."""


class Secrets(Protocol):
    """What gives one secret per purpose: a master key, or a key store that outlives it."""

    def derive(self, purpose: str) -> bytes:
        """Return the 32-byte key for one purpose."""
        ...


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
        """Return the key of the place that the environment names, made when missing."""
        return cls(master_place(directory).read())

    def derive(self, purpose: str) -> bytes:
        """Return the 32-byte key for one purpose."""
        return HKDF(SHA256(), LENGTH, None, f"jejak/{purpose}".encode()).derive(self._secret)


class MasterPlace(Protocol):
    """Where a master key is kept. ``next`` is the one that a rotation has begun with."""

    name: str

    def read(self) -> bytes:
        """Return the key; made at the first call where the place can make one."""
        ...

    def next(self, *, make: bool) -> bytes | None:
        """Return the key that is to follow, made and durable first where one is asked for."""
        ...

    def promote(self, generation: int) -> Path | None:
        """Let the next key take the place of the one of this generation.

        Returns where that one is kept until the operator removes it, if anywhere.
        """
        ...


class KeptInFile:
    """A file of 64 hex digits, closed to all others."""

    name = "file"

    def __init__(self, directory: Path) -> None:
        self.path = directory / "master.key"
        self.next_path = directory / "master.key.next"

    def read(self) -> bytes:
        """Return the file's key, made when there is none. It is on the disk then."""
        make_once(self.path, self._another)
        return self.awake(self.path.read_bytes())

    def next(self, *, make: bool) -> bytes | None:
        """Return what `master.key.next` holds. It is on the disk then."""
        if make:
            make_once(self.next_path, self._another)
        elif self.next_path.exists():
            settle(self.next_path)
        return self.awake(self.next_path.read_bytes()) if self.next_path.exists() else None

    def promote(self, generation: int) -> Path:
        """Put the old file aside and the new one in its place."""
        retired = self.path.with_name(f"{self.path.name}.retired-{generation}")
        succeed(self.path, self.next_path, retired)
        return retired

    def _another(self) -> bytes:
        return self.asleep(os.urandom(LENGTH))

    def asleep(self, secret: bytes) -> bytes:
        """Return what the file says of a key."""
        return secret.hex().encode() + b"\n"

    def awake(self, content: bytes) -> bytes:
        """Return the key that a file's content stands for."""
        return _from_hex(content.decode("ascii", errors="replace"))


class WrappedByCommand(KeptInFile):
    """A file that only an operator's program can open: ``COMMAND wrap`` and ``COMMAND unwrap``.

    Either reads standard input and writes standard output; the file holds what ``wrap`` answered.
    The key itself is only ever in memory.
    """

    name = "command"

    def __init__(self, directory: Path, command: str) -> None:
        super().__init__(directory)
        self.path = directory / "master.key.wrapped"
        self.next_path = directory / "master.key.wrapped.next"
        self._command = shlex.split(command)

    def asleep(self, secret: bytes) -> bytes:
        """Have a key wrapped, and see that it can be unwrapped again."""
        wrapped = self._run("wrap", secret)
        if self._run("unwrap", wrapped) != secret:
            raise self._unusable("unwrap")
        return wrapped

    def awake(self, content: bytes) -> bytes:
        """Have a key unwrapped."""
        return self._run("unwrap", content)

    def _run(self, verb: str, content: bytes) -> bytes:
        try:
            done = subprocess.run(  # noqa: S603  # the operator's own program, without a shell
                [*self._command, verb],
                input=content,
                capture_output=True,
                check=True,
                timeout=COMMAND_SECONDS,
            )
        except (OSError, subprocess.SubprocessError):
            raise self._unusable(verb) from None
        return done.stdout

    @staticmethod
    def _unusable(verb: str) -> MasterKeyUnreadable:
        return MasterKeyUnreadable(
            f"program JEJAK_MASTER_KEY_COMMAND gagal pada '{verb}'; jalankan sendiri dan periksa\n"
            f"the program of JEJAK_MASTER_KEY_COMMAND failed at '{verb}'; run it and see"
        )


class KeptInEnvironment:
    """``JEJAK_MASTER_KEY``, 64 hex digits; what follows it is in ``JEJAK_MASTER_KEY_NEXT``."""

    name = "environment"

    def read(self) -> bytes:
        """Return the variable's key."""
        return _from_hex(os.environ["JEJAK_MASTER_KEY"])

    def next(self, *, make: bool) -> bytes | None:
        """Return the key that the operator gave for a rotation; nobody else can make one here."""
        given = os.environ.get("JEJAK_MASTER_KEY_NEXT")
        if given:
            return _from_hex(given)
        if make:
            raise MasterKeyUnreadable(
                "isi JEJAK_MASTER_KEY_NEXT dengan kunci induk yang baru (64 angka heksadesimal)\n"
                "set JEJAK_MASTER_KEY_NEXT to the new master key (64 hex digits)"
            )
        return None

    def promote(self, generation: int) -> None:  # the operator does it
        """Leave it to the operator, who sets the environment."""


def master_place(directory: Path) -> MasterPlace:
    """Return where the environment says that the master key is kept."""
    if os.environ.get("JEJAK_MASTER_KEY"):
        return KeptInEnvironment()
    if command := os.environ.get("JEJAK_MASTER_KEY_COMMAND"):
        return WrappedByCommand(directory, command)
    return KeptInFile(directory)


def _from_hex(text: str) -> bytes:
    try:
        return bytes.fromhex(text.strip())
    except ValueError:
        raise MasterKeyUnreadable(
            "kunci induk harus 64 angka heksadesimal / the master key must be 64 hex digits"
        ) from None
