"""Signed notes, checkpoints and cosignatures, after the specifications at c2sp.org."""

import re
from base64 import b64decode, b64encode
from binascii import Error as NotBase64
from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256
from typing import Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

LOG_KEY: Final = 0x01
WITNESS_KEY: Final = 0x04
SUCCESSOR: Final = "successor "
SIZE: Final = re.compile("0|[1-9][0-9]{0,14}")
CONTROL: Final = re.compile("[\x00-\x09\x0b-\x1f]")
NAME: Final = re.compile(r"[^\x00-\x20+\ud800-\udfff]+")
"""A key's name. What Unicode calls a space differs from language to language; this does not."""
SIGNATURE: Final = re.compile(rf"— ({NAME.pattern}) ([A-Za-z0-9+/]+={{0,2}})")
ROOT_LENGTH, ID_LENGTH, TIME_LENGTH, SIGNATURE_LENGTH = 32, 4, 8, 64


class Unreadable(Exception):
    """A text is no verifier key, or no checkpoint."""


@dataclass(frozen=True, slots=True)
class VerifierKey:
    """A name, what kind of signature it makes, and its Ed25519 public key."""

    name: str
    algorithm: int
    key: bytes

    @classmethod
    def of(cls, vkey: str) -> "VerifierKey":
        """Read ``name+hex(id)+base64(algorithm || key)``; raise `Unreadable`."""
        name, _, rest = vkey.partition("+")
        key_id, _, material = rest.partition("+")
        raw = decoded(material)
        if len(raw) != 1 + ROOT_LENGTH or raw[0] not in (LOG_KEY, WITNESS_KEY):
            raise Unreadable(vkey)
        read = cls(name=name, algorithm=raw[0], key=raw[1:])
        if not NAME.fullmatch(name) or read.key_id.hex() != key_id:
            raise Unreadable(vkey)
        return read

    @property
    def key_id(self) -> bytes:
        """Return the four bytes by which a signature names its key."""
        named = self.name.encode() + b"\n" + bytes([self.algorithm]) + self.key
        return sha256(named).digest()[:ID_LENGTH]

    @property
    def vkey(self) -> str:
        """Return the key as text."""
        material = b64encode(bytes([self.algorithm]) + self.key).decode()
        return f"{self.name}+{self.key_id.hex()}+{material}"

    def has_signed(self, signature: bytes, text: bytes) -> bool:
        """Say whether this key made the signature over exactly this text."""
        try:
            Ed25519PublicKey.from_public_bytes(self.key).verify(signature, text)
        except InvalidSignature:
            return False
        return True


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """What a log said of itself: so many leaves have this root; and who signed that."""

    origin: str
    size: int
    root: bytes
    body: bytes
    signatures: tuple[tuple[str, bytes], ...]

    @classmethod
    def of(cls, note: str) -> "Checkpoint":
        """Read a signed note whose text is a checkpoint; raise `Unreadable`."""
        text, blank, signed = note.rpartition("\n\n")
        lines = text.split("\n")
        if not blank or CONTROL.search(note) or len(lines) < 3 or not all(lines):  # noqa: PLR2004
            raise Unreadable("note")
        if not SIZE.fullmatch(lines[1]) or not signed.endswith("\n"):
            raise Unreadable("note")
        root = decoded(lines[2])
        if len(root) != ROOT_LENGTH:
            raise Unreadable("root")
        return cls(
            origin=lines[0],
            size=int(lines[1]),
            root=root,
            body=f"{text}\n".encode(),
            signatures=tuple(map(_signature, signed[:-1].split("\n"))),
        )

    @classmethod
    def as_found(cls, size: int, note: str) -> "Checkpoint":
        """Return a checkpoint that was kept under its size; unreadable, it is signed by nobody."""
        try:
            read = cls.of(note)
        except Unreadable:
            read = None
        if read and read.size == size:
            return read
        origin = note.partition("\n")[0]
        return cls(origin=origin, size=size, root=b"", body=b"", signatures=())

    @property
    def successor(self) -> str:
        """Return the vkey that signs after this, as its text says; empty where it names none."""
        lines = self.body.decode().split("\n")[3:]
        named = [line.removeprefix(SUCCESSOR) for line in lines if line.startswith(SUCCESSOR)]
        return named[0] if len(named) == 1 else ""

    def signed_by(self, log: VerifierKey) -> bool:
        """Say whether the log signed this; a signature of its key that is wrong spoils it all."""
        said = [raw[ID_LENGTH:] for raw in self._of(log)]
        return bool(said) and all(log.has_signed(signature, self.body) for signature in said)

    def cosigned_by(self, witness: VerifierKey) -> int | None:
        """Return when (Unix seconds) a witness saw this as the newest, or None if it did not."""
        times = []
        for raw in self._of(witness):
            time, signature = raw[ID_LENGTH : ID_LENGTH + TIME_LENGTH], raw[-SIGNATURE_LENGTH:]
            seconds = int.from_bytes(time)
            text = f"cosignature/v1\ntime {seconds}\n".encode() + self.body
            if len(raw) != ID_LENGTH + TIME_LENGTH + SIGNATURE_LENGTH or seconds >> 63:
                return None
            if not witness.has_signed(signature, text):
                return None
            times.append(seconds)
        return max(times, default=None)

    def _of(self, key: VerifierKey) -> Iterable[bytes]:
        return (
            raw for name, raw in self.signatures if name == key.name and raw.startswith(key.key_id)
        )


def _signature(line: str) -> tuple[str, bytes]:
    found = SIGNATURE.fullmatch(line)
    raw = decoded(found[2]) if found else b""
    if not found or len(raw) <= ID_LENGTH:
        raise Unreadable("signature")
    return found[1], raw


def decoded(text: str) -> bytes:
    """Return the bytes of standard base64 in its one canonical spelling."""
    try:
        raw = b64decode(text, validate=True)
    except (NotBase64, ValueError):
        raise Unreadable("base64") from None
    if b64encode(raw).decode() != text:
        raise Unreadable("base64")
    return raw
