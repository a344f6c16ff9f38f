"""Which keys a log was signed with, one after the other: each named by the one before it.

A checkpoint announces the next key in a line after its third, and both keys sign it: so whoever
trusts the one knows the other, and a witness that cosigns it has seen it. Nothing is signed with
the earlier key for a larger tree.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from psycopg import Connection

from application.transparency import Checkpoint
from infrastructure.signed_note import SUCCESSOR, Note, successor_in

ANNOUNCED: Final = (
    "SELECT size, root, note FROM ledger.checkpoint WHERE note LIKE %s AND size > %s ORDER BY size"
)
LIKE: Final = f"%\n{SUCCESSOR}%"


@dataclass(frozen=True, slots=True)
class Rotated:
    """The key that follows, and the size at which it was announced; None where it waits for it."""

    vkey: str
    since: int | None


def announced(connection: Connection[Any], beyond: int = 0) -> Sequence[Checkpoint]:
    """Return the checkpoints of more leaves that announce a key, as they were signed."""
    rows = connection.execute(ANNOUNCED.encode(), (LIKE, beyond)).fetchall()
    return [Checkpoint(*row) for row in rows]


def named_in(note: str) -> str:
    """Return the vkey that an announcement names."""
    return str(successor_in(Note.of(note)) or "")
