"""A leaf of the log: what is hashed of an event and of an access record."""

import re
from hashlib import sha256
from re import Match
from typing import Final

from .lines import INSTANT, NUMBER
from .tree import leaf_hash

EVENT_LEAF: Final = b'{"hash":"%b","kind":"event","position":%b,"recorded_at":"%b"}'
ACCESS_LEAF: Final = b'{"hash":"%b","kind":"access","number":%b,"recorded_at":"%b"}'
LEAF: Final = re.compile(
    rb'\{"hash":"([0-9a-f]{64})","kind":"(?:event","position":(%(number)b)|access","number":(%(number)b))'
    rb',"recorded_at":"(%(instant)b)"\}' % {b"number": NUMBER, b"instant": INSTANT}
)
"""Either of them. Groups: hash, an event's position, an access record's number, time."""


def leaf_of(form: bytes, found: Match[bytes]) -> tuple[bytes, bytes]:
    """Return the SHA-256 of a line's content in hex, and the hash of its leaf.

    ``found`` is a match of `lines.EVENT` or `lines.ACCESS`, ``form`` the leaf's form for it.
    """
    _, number, recorded_at, content = found.groups()
    digest = sha256(content).hexdigest().encode()
    return digest, leaf_hash(form % (digest, number, recorded_at))
