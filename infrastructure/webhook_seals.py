"""Addresses and secrets of webhooks at rest: AES-256-GCM under a key of the service.

An address may hold a token of its receiver, and a secret lets anybody sign as the house.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import orjson

from infrastructure.master_key import Secrets
from infrastructure.sealing import seal, unseal


@dataclass(frozen=True, slots=True)
class SigningSecret:
    """A secret, and until when it signs; `None` for the newest."""

    secret: str
    until: datetime | None


class WebhookSeals:
    """Seals what a subscription holds, each bound to it and to what it is."""

    def __init__(self, store: str, secrets: Secrets) -> None:
        self._store = store
        self._key = secrets.derive("webhooks")

    def seal_address(self, subscription: str, address: str) -> bytes:
        """Return a sealed address."""
        return seal(self._key, address.encode(), self._place(subscription, "url"))

    def address(self, subscription: str, box: bytes) -> str:
        """Return what was sealed."""
        return unseal(self._key, box, self._place(subscription, "url")).decode()

    def seal_secrets(self, subscription: str, secrets: Sequence[SigningSecret]) -> bytes:
        """Return sealed secrets."""
        content = orjson.dumps([[one.secret, one.until] for one in secrets])
        return seal(self._key, content, self._place(subscription, "secrets"))

    def secrets(self, subscription: str, box: bytes, at: datetime) -> Sequence[SigningSecret]:
        """Return the secrets that sign at an instant, the newest first."""
        content = orjson.loads(unseal(self._key, box, self._place(subscription, "secrets")))
        found = [
            SigningSecret(secret, until and datetime.fromisoformat(until))
            for secret, until in content
        ]
        return [one for one in found if one.until is None or one.until > at]

    def _place(self, subscription: str, what: str) -> str:
        return f"{self._store}|webhook/{subscription}|{what}"
