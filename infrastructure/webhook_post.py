"""One attempt: a request to the address that was looked at, and what came of it, as a code.

Nothing that a receiver or a resolver says gets further than its status: words of an error name
addresses inside, and an answer may hold anything. No redirect is followed, no proxy of the
environment asked, no connection kept: the next attempt looks at the name again.
"""

import asyncio
import ssl
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from functools import cached_property
from time import monotonic
from typing import Final

import httpx2

from application.webhook_fates import Answer
from application.webhooks import AddressRefused
from infrastructure.webhook_guard import Guard, Target

CONNECT_SECONDS: Final = 5.0
TOTAL_SECONDS: Final = 10.0
"""For all of it: looking up, connecting, sending, and the head of the answer."""
LISTEN_SECONDS: Final = 2.0
ANSWER_BYTES: Final = 65_536
"""How long, and how much, is listened to of an answer whose status is known; then it is hung up."""
ADDRESSES_MOST: Final = 4
OWN_HEADERS: Final = {"User-Agent": "jejak-webhooks/1", "Accept": "*/*", "Accept-Encoding": ""}
TIMEOUT: Final = httpx2.Timeout(TOTAL_SECONDS, connect=CONNECT_SECONDS)


class Post:
    """Sends one request, within so many seconds."""

    def __init__(
        self, guard: Guard, total: float = TOTAL_SECONDS, listen: float = LISTEN_SECONDS
    ) -> None:
        self.guard, self._total, self._listen = guard, total, listen

    @cached_property
    def _tls(self) -> ssl.SSLContext:
        """The system's authorities, and those of ``SSL_CERT_FILE`` where an operator names some."""
        return ssl.create_default_context()

    async def __call__(self, address: str, headers: Mapping[str, str], body: bytes) -> Answer:
        """Send a body to an address; whatever happens is an answer."""
        began = monotonic()
        status, cause, retry_after = None, None, None
        try:
            target = self.guard.target(address)
            async with asyncio.timeout(self._total):
                found = await self.guard.addresses(target)
                status, retry_after = await self._sent(target, found, headers, body)
        except AddressRefused as refused:
            cause = refused.code
        except (TimeoutError, httpx2.TimeoutException):
            cause = "timeout"
        except httpx2.ConnectError as error:
            cause = "tls" if _of_tls(error) else "unreachable"
        except (httpx2.HTTPError, httpx2.InvalidURL, OSError, ValueError):
            cause = "broken"
        spent = int((monotonic() - began) * 1000)
        return Answer(status=status, cause=cause, retry_after=retry_after, milliseconds=spent)

    async def _sent(
        self, target: Target, found: Sequence[str], headers: Mapping[str, str], body: bytes
    ) -> tuple[int, timedelta | None]:
        """Send to the first address that lets us connect; nothing was sent to those before it."""
        for last, address in enumerate(found[:ADDRESSES_MOST], 1 - len(found[:ADDRESSES_MOST])):
            try:
                return await self._sent_to(address, target, headers, body)
            except (httpx2.ConnectError, httpx2.ConnectTimeout):
                if last == 0:
                    raise
        raise AddressRefused("unreachable")

    async def _sent_to(
        self, address: str, target: Target, headers: Mapping[str, str], body: bytes
    ) -> tuple[int, timedelta | None]:
        client = httpx2.AsyncClient(
            verify=self._tls, trust_env=False, follow_redirects=False, timeout=TIMEOUT
        )
        said = {**OWN_HEADERS, **headers, "Host": target.url.netloc.decode("ascii")}
        async with (
            client,
            client.stream(
                "POST",
                target.url.copy_with(host=address),
                headers={**said, "Connection": "close"},
                content=body,
                extensions={"sni_hostname": target.host},
            ) as response,
        ):
            await _heard_out(response, self._listen)
            return response.status_code, retry_after(response.headers.get("retry-after"))


async def _heard_out(response: httpx2.Response, seconds: float) -> None:
    """Let a receiver finish its answer, as far as it is short and quick, and throw it away."""
    heard = 0
    try:
        async with asyncio.timeout(seconds):
            async for chunk in response.aiter_raw():
                heard += len(chunk)
                if heard > ANSWER_BYTES:
                    return
    except (TimeoutError, httpx2.HTTPError):
        return


def retry_after(said: str | None) -> timedelta | None:
    """Return how long to wait: seconds or a date (RFC 9110, section 10.2.3); `None` if unclear."""
    if said is None:
        return None
    if said.isascii() and said.isdigit():
        return timedelta(seconds=int(said[:9]))
    try:
        until = parsedate_to_datetime(said)
    except ValueError:
        return None
    aware = until if until.tzinfo else until.replace(tzinfo=UTC)
    return max(aware - datetime.now(UTC), timedelta())


def _of_tls(error: BaseException) -> bool:
    """Say whether it was the certificate, or the handshake, that failed."""
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, ssl.SSLError):
            return True
        cause = cause.__cause__ or cause.__context__
    return False
