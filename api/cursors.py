"""Where a list goes on: the last key that was shown, bound to the question that was asked.

A cursor gives no right to anything: the scope is applied anew to every page.
"""

import hashlib
import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping
from typing import Any, Final

from api.problems import Problem
from domain.kernel import Words

LONGEST: Final = 600
NOT_OURS: Final[Words] = (
    "cursor ini bukan dari daftar dan saringan yang sama; mulai lagi tanpa cursor",
    "this cursor is not from the same list and filters; begin again without it",
)


def cursor_after(key: str, question: Mapping[str, Any]) -> str:
    """Return the cursor to what follows a key."""
    written = json.dumps([_digest(question), key]).encode()
    return urlsafe_b64encode(written).rstrip(b"=").decode()


def key_from(cursor: str | None, question: Mapping[str, Any]) -> str | None:
    """Return the key that a cursor names; a cursor to another question is a problem."""
    if cursor is None:
        return None
    try:
        said = json.loads(urlsafe_b64decode(cursor.encode("ascii") + b"=" * (-len(cursor) % 4)))
    except (ValueError, RecursionError):
        said = None
    match said:
        case [str(digest), str(key)] if digest == _digest(question) and key.isprintable():
            return key
        case _:
            place = ("/query/cursor", "list.cursor", NOT_OURS)
            raise Problem(422, "list.cursor", NOT_OURS, errors=[place])


def _digest(question: Mapping[str, Any]) -> str:
    written = json.dumps(question, sort_keys=True, default=str).encode()
    return hashlib.sha256(written).hexdigest()[:16]
