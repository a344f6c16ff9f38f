"""A feed as server-sent events: what is new as it comes, from where the reader left off.

A stream holds no thread and at most one batch. It looks at the token and at the agreement anew
before every batch, ends with either, and ends at once when the service is asked to stop; whoever
comes back with ``Last-Event-ID`` misses nothing. The wire format is FastAPI's; its streaming of
generators is not used, as it neither ends on SIGTERM nor drops a reader that takes nothing.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from fastapi.responses import StreamingResponse
from fastapi.sse import KEEPALIVE_COMMENT, format_sse_event
from starlette.types import Message, Receive, Scope, Send

from api.agency_callers import Eyes
from api.deliveries import Deliveries, Delivery, News, heard, record_of
from api.dependencies import Services
from api.problems import Problem
from api.readings import Reading
from api.tokens import TokenRefused
from application.access import AccessRecord, Unrecorded
from application.feeds import Unready
from application.sharing import NoSuchScope

BATCH_MOST: Final = 200
"""Entries that leave together: what a stream keeps in memory at most."""
HEARTBEAT_SECONDS: Final = 15.0
SLOW_SECONDS: Final = 60.0
"""How long a reader may take nothing: then it is let go, and comes back to where it was."""
RETRY_MILLISECONDS: Final = 3_000
HEADERS: Final = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}


@dataclass(frozen=True, slots=True)
class Subscription:
    """One reader of a feed: who, with which token, and how what is read gets recorded."""

    services: Services
    deliveries: Deliveries
    eyes: Eyes
    reading: Reading
    token: str

    async def take(self, after: int) -> Delivery:
        """Return the entries after one, recorded as delivered."""
        audience = self.eyes.audience
        return await self.deliveries.take(self.services, audience, after, BATCH_MOST, self._sign)

    def _sign(self, delivery: Delivery) -> AccessRecord | None:
        self.ensure_may_read(delivery)
        return record_of(self.reading, self.eyes, delivery.shown)

    def ensure_may_read(self, delivery: Delivery) -> None:
        """Look at the token again, and at who may see what was read; raise why not to send it."""
        self.services.caller_of(self.token)
        self.eyes.ensure_may_see(delivery.told.scope)

    def known(self) -> bool:
        """Say whether the token is still good."""
        try:
            self.services.caller_of(self.token)
        except TokenRefused:
            return False
        return True

    @property
    def ends(self) -> tuple[type[Exception], ...]:
        """Return by what a stream ends without a word: its reader comes back and hears why."""
        return (NoSuchScope, TokenRefused, Unrecorded, Problem, *self.services.full)


class FeedStream(StreamingResponse):
    """A stream that goes on after its first delivery."""

    media_type = "text/event-stream"

    def __init__(self, subscription: Subscription, after: int, first: Delivery) -> None:
        self.subscription, self.first, self.after = subscription, first, after
        super().__init__(iter(()), headers=HEADERS)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send until the reader, the token, the agreement or the service has enough."""
        said = self.subscription
        async with said.deliveries.listening(said.services, said.eyes.audience) as woken:
            self.body_iterator = self._pieces(woken)
            with suppress(TimeoutError):  # the reader takes nothing: the server cuts it off
                await super().__call__(scope, receive, _patiently(send))

    async def _pieces(self, woken: News) -> AsyncIterator[bytes]:
        said, last = self.subscription, self.after
        delivery: Delivery | None = self.first
        until = self.first.told.until
        yield format_sse_event(comment="jejak", retry=RETRY_MILLISECONDS)
        woken.set()  # something may have come between the first reading and the listening
        while True:
            if delivery is not None:
                until = delivery.told.until
            if delivery is not None and delivery.last is not None:
                last = delivery.last
                yield delivery.frames
            if delivery is None or len(delivery.told.entries) < BATCH_MOST:
                async for piece in self._quietly(woken, until, last):
                    yield piece
                if not woken.is_set():
                    return
            if woken.over:
                return
            woken.clear()
            try:
                delivery = await said.take(last)
            except Unready:
                delivery = None  # waited for as if there were none: it is looked for now and then
            except said.ends:
                return

    async def _quietly(
        self, woken: News, until: datetime | None, last: int
    ) -> AsyncIterator[bytes]:
        """Yield a sign of life now and then, until there is news or no more reason to wait.

        News that was never told of, by a feeder cut off at the wrong moment, is noticed then.
        """
        said = self.subscription
        while not await heard(woken, HEARTBEAT_SECONDS):
            if not said.known() or (until is not None and until <= said.services.now()):
                return
            yield KEEPALIVE_COMMENT
            if said.services.feeds.head(said.eyes.audience) > last:
                woken.set()


def _patiently(send: Send) -> Send:
    """Return a way of sending that waits for a reader so long, and no longer."""

    async def patient(message: Message) -> None:
        async with asyncio.timeout(SLOW_SECONDS):
            await send(message)

    return patient
