"""Notes, checkpoints and cosignatures as C2SP has them, with Ed25519.

signed-note, tlog-checkpoint, tlog-cosignature. Strict: what is not as specified is not read.
"""

import base64
import binascii
import hashlib
import re
import struct
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, Self

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from infrastructure.merkle import HASH, MAX_SIZE

ED25519: Final = 1
COSIGNATURE: Final = 4
"""Signature types: a log's own, and cosignature/v1 with a time."""
NOTE_MOST: Final = 256_000
"""Characters in a note: room for sixteen of the largest signatures there are."""
SIGNATURES_MOST: Final = 64
DASH: Final = "\N{EM DASH} "
SUCCESSOR: Final = "successor "
"""Begins the line of a checkpoint, after its third, that names the key which signs from then on."""
PUBLIC_KEY: Final = 32


class NoteRefused(ValueError):
    """A note, key or checkpoint that is not well-formed, or that no trusted key stands behind."""


@dataclass(frozen=True, slots=True)
class VerifierKey:
    """A public key with the name it signs under: a vkey."""

    name: str
    kind: int
    public: bytes

    @classmethod
    def of(cls, vkey: str) -> Self:
        """Read a vkey; raise `NoteRefused`."""
        name, _, rest = vkey.partition("+")
        key_id, _, encoded = rest.partition("+")
        material = from_base64(encoded)
        key = cls(checked_name(name), material[0] if material else 0, material[1:])
        if key.kind not in {ED25519, COSIGNATURE} or len(key.public) != PUBLIC_KEY:
            raise NoteRefused("no Ed25519 key")
        if key.key_id.hex() != key_id:
            raise NoteRefused("the key id is not that of the key")
        return key

    def __str__(self) -> str:
        return f"{self.name}+{self.key_id.hex()}+{to_base64(bytes([self.kind]) + self.public)}"

    @property
    def key_id(self) -> bytes:
        """Return the four bytes that, with the name, say which key signed."""
        named = self.name.encode() + b"\n" + bytes([self.kind]) + self.public
        return hashlib.sha256(named).digest()[:4]

    def verifies(self, text: str, signature: bytes) -> bool:
        """Say whether this key signed the text of a note."""
        message = text.encode()
        if self.kind == COSIGNATURE:
            if len(signature) < TIME.size:
                return False
            at = TIME.unpack_from(signature)[0]
            if not 0 < at <= MAX_TIME:
                return False
            message = cosigned(text, at)
            signature = signature[TIME.size :]
        try:
            Ed25519PublicKey.from_public_bytes(self.public).verify(signature, message)
        except (InvalidSignature, ValueError):
            return False
        return True


class Signer:
    """A private Ed25519 key with the name it signs under. ``seed`` has 32 bytes."""

    def __init__(self, name: str, seed: bytes, kind: int = ED25519) -> None:
        self._private = Ed25519PrivateKey.from_private_bytes(seed)
        public = self._private.public_key().public_bytes_raw()
        self.key = VerifierKey(checked_name(name), kind, public)

    def sign(self, text: str) -> str:
        """Return the signature line of a note's text, as a log signs."""
        return self._line(self._private.sign(text.encode()))

    def cosign(self, text: str, at: int) -> str:
        """Return the line by which a witness says that it saw a checkpoint; seconds since 1970."""
        return self._line(TIME.pack(at) + self._private.sign(cosigned(text, at)))

    def _line(self, signature: bytes) -> str:
        return f"{DASH}{self.key.name} {to_base64(self.key.key_id + signature)}\n"


TIME: Final = struct.Struct(">Q")
MAX_TIME: Final = 2**63 - 1
"""As C2SP has it; and a witness leaves no time out."""


def cosigned(text: str, at: int) -> bytes:
    """Return what a cosignature/v1 signs."""
    return f"cosignature/v1\ntime {at}\n{text}".encode()


@dataclass(frozen=True, slots=True)
class Signature:
    """One signature line, and what it says."""

    line: str
    name: str
    key_id: bytes
    value: bytes

    @classmethod
    def of(cls, line: str) -> Self:
        """Read a line, its newline included."""
        if not (line.startswith(DASH) and line.endswith("\n")):
            raise NoteRefused("not a signature line")
        name, _, encoded = line[len(DASH) : -1].partition(" ")
        value = from_base64(encoded)
        if len(value) <= len(b"key!"):
            raise NoteRefused("a signature is too short")
        return cls(line, checked_name(name), value[:4], value[4:])

    @property
    def time(self) -> int:
        """Return when a cosignature was given, in seconds since 1970."""
        return int(TIME.unpack_from(self.value)[0])


@dataclass(frozen=True, slots=True)
class Note:
    """A text and its signatures, none of them verified yet."""

    text: str
    signatures: tuple[Signature, ...]

    @classmethod
    def of(cls, raw: str | bytes) -> Self:
        """Read a signed note; raise `NoteRefused`."""
        note = _decoded(raw)
        if len(note) > NOTE_MOST or re.search(r"[\x00-\x09\x0b-\x1f]", note):
            raise NoteRefused("too long, or with control characters")
        text, blank, lines = note.rpartition("\n\n")
        if not (text and blank and lines.endswith("\n")):
            raise NoteRefused("no text, or no signatures")
        signatures = [f"{line}\n" for line in lines[:-1].split("\n")]
        if not 0 < len(signatures) <= SIGNATURES_MOST:
            raise NoteRefused("too few or too many signatures")
        return cls(text + "\n", tuple(Signature.of(line) for line in signatures))

    def __str__(self) -> str:
        return self.text + "\n" + "".join(one.line for one in self.signatures)

    def verified(self, keys: Iterable[VerifierKey]) -> tuple[Signature, ...]:
        """Return the signatures of known keys; raise `NoteRefused` for none, or for a false one."""
        known = {(key.name, key.key_id): key for key in keys}
        found = []
        for one in self.signatures:
            if key := known.get((one.name, one.key_id)):
                if not key.verifies(self.text, one.value):
                    raise NoteRefused("a known key's signature is false")
                found.append(one)
        if not found:
            raise NoteRefused("signed by no known key")
        return tuple(found)


@dataclass(frozen=True, slots=True)
class TreeHead:
    """What a checkpoint says: the first ``size`` leaves of the log ``origin`` have this root."""

    origin: str
    size: int
    root: bytes

    @classmethod
    def of(cls, text: str) -> Self:
        """Read the text of a checkpoint; lines after the third are allowed and not read."""
        lines = text.split("\n")
        if len(lines) < len(("origin", "size", "root", "")) or not all(lines[:-1]) or lines[-1]:
            raise NoteRefused("no checkpoint")
        root = from_base64(lines[2])
        if len(root) != HASH:
            raise NoteRefused("no root")
        return cls(lines[0], size_from(lines[1]), root)

    @property
    def text(self) -> str:
        """Return the text that is signed."""
        return f"{self.origin}\n{self.size}\n{to_base64(self.root)}\n"


def announcing(text: str, successor: VerifierKey) -> str:
    """Return the text of a checkpoint that says which key signs after it."""
    return f"{text}{SUCCESSOR}{successor}\n"


def successor_in(note: "Note") -> VerifierKey | None:
    """Return the key that a checkpoint says will sign after it, if it names one.

    Whoever knows the key before has to see that both signed it. Raises `NoteRefused` where the
    successor did not, or is no key of this log.
    """
    origin, _, _, *more = note.text.split("\n")
    named = [line.removeprefix(SUCCESSOR) for line in more if line.startswith(SUCCESSOR)]
    if not named:
        return None
    key = VerifierKey.of(named[0])
    if len(named) > 1 or key.name != origin or key.kind != ED25519:
        raise NoteRefused("no successor of this log's key")
    note.verified([key])
    return key


def size_from(text: str) -> int:
    """Read a decimal without leading zeroes that fits 63 bits."""
    if not re.fullmatch(r"0|[1-9][0-9]{0,18}", text, re.ASCII) or int(text) > MAX_SIZE:
        raise NoteRefused("no number")
    return int(text)


def checked_name(name: str) -> str:
    """Return the name of a key, if one may be called so."""
    if not name or "+" in name or any(it.isspace() or it < " " for it in name):
        raise NoteRefused("no name for a key")
    return name


def to_base64(raw: bytes) -> str:
    """Return RFC 4648 base64, padded."""
    return base64.b64encode(raw).decode()


def from_base64(text: str) -> bytes:
    """Read RFC 4648 base64 in its one canonical form."""
    try:
        raw = base64.b64decode(text.encode("ascii"), validate=True)
    except (binascii.Error, UnicodeEncodeError):
        raise NoteRefused("no base64") from None
    if to_base64(raw) != text:
        raise NoteRefused("no canonical base64")
    return raw


def _decoded(raw: str | bytes) -> str:
    try:
        return raw if isinstance(raw, str) else raw.decode()
    except UnicodeDecodeError:
        raise NoteRefused("no UTF-8") from None
