"""One leaf's proof: a ``.tlog-proof`` file, as C2SP tlog-proof has it.

A file is read strictly, from its first line to its last: the version, the leaf's data (``extra``),
its index, the hashes beside its way up the tree, an empty line, a checkpoint. Nothing of it is
believed but what hashes and signatures lead to; keys and witnesses are known from elsewhere.
"""

import re
from base64 import b64encode
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import Any, Final

from .faults import Fault, Place
from .leaves import ACCESS_LEAF, EVENT_LEAF, LEAF, leaf_of
from .lines import ACCESS, EVENT, NUMBER
from .notes import ID_LENGTH, ROOT_LENGTH, Checkpoint, Unreadable, VerifierKey, decoded
from .succession import Succession
from .tree import leaf_hash, root_above

PROOF_MOST: Final = 1 << 20
"""Bytes: there is room for the longest way up and for thousands of signatures."""
VERSION: Final = b"c2sp.org/tlog-proof@v1"
EXTRA: Final = b"extra "
INDEX: Final = re.compile(rb"index (" + NUMBER + rb")")
FORMS: Final = ((EVENT, EVENT_LEAF), (ACCESS, ACCESS_LEAF))
NEVER: Final = 2**63


@dataclass(frozen=True, slots=True)
class Proof:
    """What a file says; ``extra`` is None where it has no such line."""

    extra: bytes | None
    index: int
    path: tuple[bytes, ...]
    checkpoint: Checkpoint

    @classmethod
    def of(cls, written: bytes) -> "Proof":
        """Read a file; raise `Fault` at the first line that is not what stands there."""
        head, blank, note = written.partition(b"\n\n")
        version, *rest = head.split(b"\n")
        if version != VERSION:
            raise Fault("proof.header", Place(line=1))
        extra, at = None, 2
        if rest and rest[0].startswith(EXTRA):
            extra, at = _decoded(rest.pop(0).removeprefix(EXTRA), at), at + 1
        found = INDEX.fullmatch(rest[0]) if rest else None
        if not found:
            raise Fault("proof.line", Place(line=at))
        path = tuple(_hash(line, number) for number, line in enumerate(rest[1:], at + 1))
        try:
            checkpoint = Checkpoint.of(note.decode() if blank else "")
        except (Unreadable, UnicodeDecodeError):
            raise Fault("proof.checkpoint", Place(line=at + len(rest) + 1)) from None
        return cls(extra=extra, index=int(found[1]), path=path, checkpoint=checkpoint)


@dataclass(frozen=True, slots=True)
class Handed:
    """What somebody was handed along with a proof; what it does not say is None.

    ``digest`` is the SHA-256 of a page or access record, in hex; ``data`` is that of its leaf.
    """

    digest: bytes | None = None
    data: bytes | None = None
    index: int | None = None

    @classmethod
    def of(cls, written: bytes) -> "Handed":
        """Tell a leaf, an archive's line and a bare page apart by their form.

        The end of line that an editor puts after the last one is no part of any of them.
        """
        bare = written.removesuffix(b"\n").removesuffix(b"\r")
        if LEAF.fullmatch(bare):
            return cls(data=bare)
        for line, form in FORMS:
            if found := line.fullmatch(bare + b"\n"):
                digest, _ = leaf_of(form, found)
                data = form % (digest, found[2], found[3])
                return cls(digest=digest, data=data, index=int(found[1]))
        return cls(digest=sha256(bare).hexdigest().encode())

    def is_of(self, data: bytes, digest: bytes, index: int) -> bool:
        """Say whether nothing of this contradicts a leaf."""
        said = (self.data, data), (self.digest, digest), (self.index, index)
        return all(mine in {None, its} for mine, its in said)


@dataclass(frozen=True, slots=True)
class Sought:
    """What a proof is held against.

    ``keys`` are the log's, from elsewhere. Every one of ``witnesses`` must have cosigned.
    """

    keys: Succession
    witnesses: tuple[VerifierKey, ...] = ()
    handed: Handed | None = None


@dataclass(frozen=True, slots=True)
class Proven:
    """A leaf that stands in the log: what it says, and who signed for it."""

    proof: Proof
    sought: Sought
    kind: str
    number: int
    digest: str
    recorded_at: str
    signer: VerifierKey

    def as_json(self) -> dict[str, Any]:
        """Return all of it for a program to read."""
        note, sought = self.proof.checkpoint, self.sought
        named = {(key.name, key.key_id) for key in (*sought.keys.keys, *sought.witnesses)}
        return {
            "origin": note.origin,
            "size": note.size,
            "root": b64encode(note.root).decode(),
            "index": self.proof.index,
            "kind": self.kind,
            "number": self.number,
            "hash": self.digest,
            "recorded_at": self.recorded_at,
            "content_compared": sought.handed is not None and sought.handed.digest is not None,
            "key": self.signer.vkey,
            "witnesses": [
                {"name": witness.name, "time": note.cosigned_by(witness)}
                for witness in sought.witnesses
            ],
            "unread": [
                name for name, raw in note.signatures if (name, raw[:ID_LENGTH]) not in named
            ],
        }


@dataclass(frozen=True, slots=True)
class ProofVerdict:
    """What was found: the leaf is proven, or the first thing that is wrong."""

    proven: Proven | None
    fault: Fault | None

    def as_json(self) -> dict[str, Any]:
        """Return all of it for a program to read."""
        return {
            "ok": self.fault is None,
            "proven": self.proven and self.proven.as_json(),
            "fault": self.fault and self.fault.as_json(),
        }


def verify_proof(written: bytes, sought: Sought) -> ProofVerdict:
    """Read a proof, and say what it proves or the first thing that is wrong."""
    try:
        return ProofVerdict(_proven(Proof.of(written), sought), None)
    except Fault as fault:
        return ProofVerdict(None, fault)


def _proven(proof: Proof, sought: Sought) -> Proven:
    """Check the leaf, then who signed, then the way from the one to the other; raise `Fault`."""
    handed, note = sought.handed or Handed(), proof.checkpoint
    data = proof.extra if proof.extra is not None else handed.data
    leaf = LEAF.fullmatch(data) if data is not None else None
    if data is None or not leaf:
        raise Fault("proof.leaf", Place(line=2))
    digest, number, recorded_at = leaf[1], leaf[2] or leaf[3], leaf[4]
    kind = "event" if leaf[2] else "access"
    place = Place(index=proof.index, kind=kind, number=int(number))
    if not handed.is_of(data, digest, proof.index):
        raise Fault("proof.handed", place)
    signer = _signer(note, sought)
    _ensure_under(note, proof, data, place)
    for witness in sought.witnesses:
        if note.cosigned_by(witness) is None:
            raise Fault("proof.witness", replace(place, name=witness.name))
    return Proven(
        proof=proof,
        sought=sought,
        kind=kind,
        number=int(number),
        digest=digest.decode(),
        recorded_at=recorded_at.decode(),
        signer=signer,
    )


def _signer(note: Checkpoint, sought: Sought) -> VerifierKey:
    keys = sought.keys
    if note.origin != keys.keys[0].name:
        raise Fault("proof.origin", Place(name=note.origin))
    if (at := keys.wrong(NEVER)) is not None:
        raise Fault("key.succession", Place(number=at))
    signer = keys.signer(note)
    if signer is None:
        raise Fault("proof.signature", Place())
    return signer


def _ensure_under(note: Checkpoint, proof: Proof, data: bytes, place: Place) -> None:
    """Raise a `Fault` unless a leaf's way up ends at the root that was signed."""
    if proof.index >= note.size:
        raise Fault("proof.index", place)
    root = root_above(leaf_hash(data), proof.index, note.size, proof.path)
    if root is None:
        raise Fault("proof.length", place)
    if root != note.root:
        raise Fault("proof.root", place)


def _hash(line: bytes, number: int) -> bytes:
    found = _decoded(line, number)
    if len(found) != ROOT_LENGTH:
        raise Fault("proof.line", Place(line=number))
    return found


def _decoded(text: bytes, number: int) -> bytes:
    try:
        return decoded(text.decode("latin-1"))
    except Unreadable:
        raise Fault("proof.line", Place(line=number)) from None
