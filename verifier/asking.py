"""What the auditor types, turned into what the verifier is asked with."""

import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Final

from .archive import LINE_MOST, Asked, checkpoint_in
from .faults import Misuse
from .kept import kept_in
from .lines import CLOSING
from .notes import LOG_KEY, WITNESS_KEY, Checkpoint, Unreadable, VerifierKey
from .proof import PROOF_MOST, Handed, ProofVerdict, Sought, verify_proof
from .succession import Succession

BLOCK: Final = 1 << 18
"""Bytes read at a time: so few that they are still in the processor's cache when looked at."""
BLANK: Final = " \t\n\v\f\r"
"""What may stand around a key that somebody copied."""
BOM: Final = "\ufeff"


def asked(
    *,
    key: str | None = None,
    witnesses: Sequence[str] = (),
    checkpoints: Sequence[Path] = (),
    against: Path | None = None,
    thorough: bool = False,
) -> Asked:
    """Return what was asked; raise `Misuse` for what cannot be read."""
    return Asked(
        key=key_in(key, LOG_KEY) if key is not None else None,
        witnesses=tuple(key_in(vkey, WITNESS_KEY) for vkey in witnesses),
        older=tuple(map(_checkpoint, checkpoints)),
        kept=kept_in(_there(against)) if against else None,
        thorough=thorough,
    )


def proof_asked(path: Path, leaf: Path | None, wanted: Asked) -> ProofVerdict:
    """Read a proof and say what it proves; raise `Misuse` for what cannot be read or compared.

    The older checkpoints that were asked for are those that announce the keys after the key.
    """
    if wanted.kept or wanted.thorough:
        raise Misuse(
            "--against, --thorough: hanya untuk arsip",
            "--against, --thorough: for an archive only",
        )
    if wanted.key is None:
        raise Misuse(
            "--proof: beri --key; kunci buku tidak tertulis di dalam bukti",
            "--proof: give --key; a proof does not hold the log's key",
        )
    sought = Sought(
        keys=_succession(wanted.key, wanted.older),
        witnesses=wanted.witnesses,
        handed=Handed.of(_whole(leaf, LINE_MOST)) if leaf else None,
    )
    return verify_proof(_whole(path, PROOF_MOST), sought)


def ensure_one(archive: Path | None, proof: Path | None, leaf: Path | None) -> None:
    """Raise `Misuse` where an archive is given along with a proof, or a leaf without one."""
    if archive and proof:
        raise Misuse("beri arsip atau --proof", "give an archive or --proof")
    if leaf and not proof:
        raise Misuse("--leaf: hanya bersama --proof", "--leaf: only along with --proof")


def key_in(vkey: str, algorithm: int) -> VerifierKey:
    """Read a key of a log or of a witness; raise `Misuse`."""
    try:
        key = VerifierKey.of(vkey.strip(BLANK))
    except Unreadable:
        key = None
    if key is None or key.algorithm != algorithm:
        kind = ("buku", "log") if algorithm == LOG_KEY else ("saksi", "witness")
        raise Misuse(
            f"ini bukan kunci {kind[0]} (nama+id+base64): {vkey}",
            f"this is no key of a {kind[1]} (name+id+base64): {vkey}",
        )
    return key


def blocks_of(path: Path, note: Callable[[int], None] = lambda _: None) -> Iterator[bytes]:
    """Yield a file in blocks, or standard input for ``-``; ``note`` hears how many bytes."""
    if str(path) == "-":
        while block := sys.stdin.buffer.read(BLOCK):
            yield block
        return
    if path.is_dir():
        raise Misuse(f"{path}: folder, bukan berkas", f"{path}: a folder and no file")
    with _there(path).open("rb") as file:
        while block := file.read(BLOCK):
            note(len(block))
            yield block


def checkpoint_of(text: str) -> Checkpoint:
    """Read a checkpoint as somebody kept it: a signed note, or an archive's last line.

    Editors put a byte order mark at a file's beginning and end its lines with CRLF: neither was
    signed, and neither is read. Raises `Unreadable`.
    """
    text = text.removeprefix(BOM).replace("\r\n", "\n")
    if text.startswith(CLOSING.decode()):
        return checkpoint_in(text.removesuffix("\n").encode())
    return Checkpoint.of(text)


def _checkpoint(path: Path) -> Checkpoint:
    try:
        return checkpoint_of(_there(path).read_bytes().decode())
    except (IsADirectoryError, Unreadable, UnicodeDecodeError):
        raise Misuse(
            f"{path}: bukan titik periksa (signed note)",
            f"{path}: this is no checkpoint (a signed note)",
        ) from None


def _succession(key: VerifierKey, announcements: Sequence[Checkpoint]) -> Succession:
    """Return a key and those that are announced after it; whether they may follow is not seen."""
    keys, said = [key], tuple(sorted(announcements, key=lambda it: it.size))
    for it in said:
        try:
            keys.append(VerifierKey.of(it.successor))
        except Unreadable:
            raise Misuse(
                f"--checkpoint ({it.size}): bersama --proof hanya yang mengumumkan kunci",
                f"--checkpoint ({it.size}): with --proof only one that announces a key",
            ) from None
    return Succession(tuple(keys), said)


def _whole(path: Path, most: int) -> bytes:
    read = b""
    for block in blocks_of(path):
        read += block
        if len(read) > most:
            raise Misuse(f"{path}: lebih dari {most} byte", f"{path}: more than {most} bytes")
    return read


def _there(path: Path) -> Path:
    if not path.exists():
        raise Misuse(f"{path}: tidak ada", f"{path}: there is no such file")
    return path
