"""Signatures of Standard Webhooks: HMAC-SHA256 over id, time and body, one for each secret.

By hand, since they are five lines, and so that the spec's own library is an independent reader of
them in tests (ADR 28). https://github.com/standard-webhooks/standard-webhooks, "Signature scheme".
"""

import hmac
import os
from base64 import b64decode, b64encode
from collections.abc import Iterable
from datetime import datetime
from typing import Final

PREFIX: Final = "whsec_"
SECRET_BYTES: Final = 32
"""The spec asks for 24 to 64."""


def new_secret() -> str:
    """Return a secret as its receiver is told it."""
    return PREFIX + b64encode(os.urandom(SECRET_BYTES)).decode()


def signed_headers(
    message: str, at: datetime, body: bytes, secrets: Iterable[str]
) -> dict[str, str]:
    """Return the headers of a message that is sent at an instant, signed with each secret."""
    seconds = str(int(at.timestamp()))
    signed = f"{message}.{seconds}.".encode() + body
    return {
        "webhook-id": message,
        "webhook-timestamp": seconds,
        "webhook-signature": " ".join(_signature(secret, signed) for secret in secrets),
    }


def _signature(secret: str, signed: bytes) -> str:
    key = b64decode(secret.removeprefix(PREFIX))
    return "v1," + b64encode(hmac.digest(key, signed, "sha256")).decode()
