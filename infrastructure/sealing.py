"""Personal data at rest: AES-256-GCM under a key per page, wrapped by a key per person and class.

A seal is bound (as associated data) to its store, stream, version, field and key, so that no box
can be moved to another page. A box is 12 bytes of nonce and the ciphertext with its tag.
"""

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final, Protocol

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from domain.kernel import DataClass

NONCE: Final = 12
Owner = tuple[str, str]
"""A subject and a data class: whose key it is, and for what."""


class KeyMissing(Exception):
    """A key is neither in the key store nor destroyed there: what it sealed cannot be read."""


@dataclass(frozen=True, slots=True)
class SubjectKey:
    """The key of one person for one class of data."""

    key_id: str
    secret: bytes


class Keys(Protocol):
    """The keys of people (`infrastructure.key_store.KeyStore`), or those that are at hand."""

    def of(self, owners: Iterable[Owner]) -> Mapping[Owner, SubjectKey]:
        """Return a key for each owner."""
        ...

    def by_id(self, wanted: Mapping[str, str]) -> Mapping[str, SubjectKey | None]:
        """Return keys by their ids, `None` for one that was destroyed."""
        ...


def seal(secret: bytes, content: bytes, bound_to: str) -> bytes:
    """Encrypt, bound to a place."""
    nonce = os.urandom(NONCE)
    return nonce + AESGCM(secret).encrypt(nonce, content, bound_to.encode())


def unseal(secret: bytes, box: bytes, bound_to: str) -> bytes:
    """Decrypt; raise `cryptography.exceptions.InvalidTag` where the place or a byte differs."""
    return AESGCM(secret).decrypt(box[:NONCE], box[NONCE:], bound_to.encode())


def owner(subject: str, data_class: DataClass) -> Owner:
    """Return whose key seals a field of this class."""
    return subject, data_class.value
