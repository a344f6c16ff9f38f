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
from api.deliveries import Deliveries, Delivery, News, record_of
from api.dependencies import Services
from api.door import goes_on
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

    async def next(self, news: News, after: int) -> Delivery | None:
        """Return the same once there may be any; `None` after a while, or when all is over."""
        audience = self.eyes.audience
        return await self.deliveries.next(
            news, HEARTBEAT_SECONDS, self.services, audience, after, BATCH_MOST, self._sign
        )

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
                await super().__call__(scope, receive, patiently(send))

    async def _pieces(self, woken: News) -> AsyncIterator[bytes]:
        said, last, until = self.subscription, self.after, self.first.told.until
        delivery: Delivery | None = self.first
        yield format_sse_event(comment="jejak", retry=RETRY_MILLISECONDS)
        woken.set()  # something may have come between the first reading and the listening
        while True:
            if delivery is not None:
                until = delivery.told.until
                if delivery.last is not None:
                    last = delivery.last
                    yield delivery.frames
                if len(delivery.told.entries) >= BATCH_MOST:
                    woken.set()  # there may be more
            try:
                delivery = await said.next(woken, last)
            except Unready:
                delivery = None  # as if there were none: it is looked for now and then
                continue
            except said.ends:
                return
            if delivery is None:
                if woken.over or self._ends(until):
                    return
                yield KEEPALIVE_COMMENT
                if said.services.feeds.head(said.eyes.audience) > last:
                    woken.set()  # a feeder was cut off before it told of it

    def _ends(self, until: datetime | None) -> bool:
        """Say whether there is no more reason to wait."""
        said = self.subscription
        return not said.known() or (until is not None and until <= said.services.now())


def patiently(send: Send) -> Send:
    """Return a way of sending that waits for a reader so long, and no longer."""

    async def patient(message: Message) -> None:
        sending = send(message).__await__()
        try:
            waits_for = next(sending)
        except StopIteration:  # the socket took it at once, as it does for most: no clock was set
            return
        async with asyncio.timeout(SLOW_SECONDS):
            await goes_on(sending, waits_for)

    return patient
