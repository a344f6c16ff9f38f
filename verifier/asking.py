"""What the auditor types, turned into what the verifier is asked with."""

import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Final

from .archive import Asked, checkpoint_in
from .faults import Misuse
from .kept import kept_in
from .lines import CLOSING
from .notes import LOG_KEY, WITNESS_KEY, Checkpoint, Unreadable, VerifierKey

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
        raise Misuse(f"{path}: folder, bukan arsip", f"{path}: a folder and no archive")
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


def _there(path: Path) -> Path:
    if not path.exists():
        raise Misuse(f"{path}: tidak ada", f"{path}: there is no such file")
    return path
