"""Keys of one's own and rows of a file, told apart by a keyed digest that gives none of them away.

A register number or a NIK is short enough to be guessed from a plain hash, so all of this hangs on
a secret of the key store: the same text is the same id in every run of one store, and in no other.
"""

import hmac
from typing import Final
from uuid import UUID

from infrastructure.master_key import Secrets

OUR_OWN: Final = 0x8
"""Version of a UUID whose bits mean something to its maker only (RFC 9562, version 8)."""
VARIANT: Final = 0b10


class KeyedDigests:
    """An `application.importing.ImportKeys` under a secret of the key store."""

    def __init__(self, secrets: Secrets) -> None:
        self._secret = secrets.derive("import")

    def new_key(self, kind: str, text: str) -> str:
        """Return the UUID that stands for somebody's own key of a kind of stream."""
        number = int.from_bytes(self._digest(b"key", kind.encode(), text.encode())[:16])
        number = number & ~(0xF << 76) | OUR_OWN << 76
        number = number & ~(0b11 << 62) | VARIANT << 62
        return str(UUID(int=number))

    def digest(self, content: bytes) -> str:
        """Return what a row is recognised by when it comes again."""
        return self._digest(b"row", content).hex()

    def _digest(self, *parts: bytes) -> bytes:
        framed = b"".join(len(part).to_bytes(8) + part for part in parts)
        return hmac.digest(self._secret, framed, "sha256")
