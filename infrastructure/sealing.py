"""Personal data at rest: AES-256-GCM under a key per page, wrapped by a key per person and class.

A seal is bound (as associated data) to its store, stream, version, field and key, so that no box
can be moved to another page. A box is 12 bytes of nonce and the ciphertext with its tag.
"""

from binascii import a2b_base64, b2a_base64
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from ssl import RAND_bytes
from typing import Any, Final, Protocol

import orjson
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from domain.kernel import DataClass
from infrastructure.master_key import LENGTH

NONCE: Final = 12
Owner = tuple[str, str]
"""A subject and a data class: whose key it is, and for what."""
Wanted = Mapping[str, str]
"""Ids of keys, each with its subject."""
Fields = dict[str, Any]
"""Values by their JSON pointers in a page: as JSON's types, or sealed, in base64."""


class KeyMissing(Exception):
    """A key is neither in the key store nor destroyed there: what it sealed cannot be read."""


@dataclass(frozen=True, slots=True)
class SubjectKey:
    """The key of one person for one class of data."""

    key_id: str
    secret: bytes

    @property
    def cipher(self) -> AESGCM:
        """Return what encrypts under it: made anew, which takes longer than to use it.

        It is kept by whoever has many boxes to open, and only while he does: it holds 2 KB, and the
        secret, which is to go when somebody is forgotten.
        """
        return AESGCM(self.secret)


class Keys(Protocol):
    """The keys of people (`infrastructure.key_store.KeyStore`), or those that are at hand."""

    def of(self, owners: Collection[Owner]) -> Mapping[Owner, SubjectKey]:
        """Return a key for each owner; each is named once."""
        ...

    def by_id(
        self, wanted: Wanted, ahead: Callable[[], Wanted] = dict
    ) -> Mapping[str, SubjectKey | None]:
        """Return keys by their ids, `None` for one that was destroyed.

        ``ahead`` tells of others that will be asked for next.
        """
        ...


def seal(secret: bytes, content: bytes, bound_to: str) -> bytes:
    """Encrypt, bound to a place."""
    return sealed_by(AESGCM(secret), RAND_bytes(NONCE), content, bound_to)


def sealed_by(cipher: AESGCM, nonce: bytes, content: bytes, bound_to: str) -> bytes:
    """Encrypt as `seal` does, by a cipher that is at hand and a nonce that was just drawn."""
    return nonce + cipher.encrypt(nonce, content, bound_to.encode())


def opened_by(cipher: AESGCM, box: bytes, bound_to: str) -> bytes:
    """Decrypt as `unseal` does, by a cipher that is at hand."""
    return cipher.decrypt(box[:NONCE], box[NONCE:], bound_to.encode())


def unseal(secret: bytes, box: bytes, bound_to: str) -> bytes:
    """Decrypt; raise `cryptography.exceptions.InvalidTag` where the place or a byte differs."""
    return opened_by(AESGCM(secret), box, bound_to)


def seal_fields(key: SubjectKey, place: str, values: Fields) -> tuple[str, Fields]:
    """Seal what a page holds of one owner, under a page key that is drawn for it.

    Returns the page key, wrapped by the owner's key, and the fields, each bound to its pointer.
    """
    # OpenSSL's, seeded by the kernel: `os.urandom` hands the interpreter to whoever waits for it,
    # and to get it back takes longer than to seal.
    drawn = RAND_bytes(LENGTH + NONCE * (1 + len(values)))
    secret, at = drawn[:LENGTH], LENGTH + NONCE
    nonce, cipher, fields = drawn[LENGTH:at], AESGCM(secret), {}
    wrapped = nonce + AESGCM(key.secret).encrypt(nonce, secret, place.encode())
    for pointer, value in values.items():
        nonce, at = drawn[at : at + NONCE], at + NONCE
        bound_to = f"{place}|{pointer}".encode()
        sealed = nonce + cipher.encrypt(nonce, orjson.dumps(value), bound_to)
        fields[pointer] = b2a_base64(sealed, newline=False).decode("ascii")
    return b2a_base64(wrapped, newline=False).decode("ascii"), fields


def open_fields(owners: AESGCM, place: str, wrapped: str, fields: Fields) -> Fields:
    """Open what `seal_fields` sealed, with the owner's cipher; raise `InvalidTag` as `unseal`."""
    cipher = AESGCM(opened_by(owners, a2b_base64(wrapped), place))
    opened = {}
    for pointer, sealed in fields.items():
        content = opened_by(cipher, a2b_base64(sealed), f"{place}|{pointer}")
        opened[pointer] = orjson.loads(content)
    return opened


def owner(subject: str, data_class: DataClass) -> Owner:
    """Return whose key seals a field of this class."""
    return subject, data_class.value
