"""A feed as server-sent events: what is new as it comes, from where the reader left off.

A stream holds no thread and at most one batch. It looks at the token and at the agreement anew
before every batch, ends with either, and ends at once when the service is asked to stop; whoever
comes back with ``Last-Event-ID`` misses nothing. The wire format is FastAPI's; its streaming of
generators is not used, as it neither ends on SIGTERM nor drops a reader that takes nothing.

Its coroutine sleeps from the first entries to the end. What comes is sent by its flock
(`api.feed_flocks`), by as much of the server's ``send`` as runs without waiting; only where the
socket of a slow reader is full, the coroutine is called to wait for the rest.
"""

import asyncio
from collections.abc import Awaitable, Hashable
from contextlib import suppress
from dataclasses import dataclass
from typing import Final

from fastapi.responses import StreamingResponse
from fastapi.sse import KEEPALIVE_COMMENT, format_sse_event
from starlette.types import Message, Receive, Scope, Send

from api.agency_callers import Eyes
from api.deliveries import Deliveries
from api.delivery import Delivery, record_of
from api.dependencies import Services
from api.door import goes_on
from api.feed_flocks import BATCH_MOST, Flock
from api.problems import Problem, trace_of
from api.readings import Reading
from api.tokens import TokenRefused
from application.access import AccessRecord, Unrecorded
from application.feeds import Unready
from application.sharing import NoSuchScope

SLOW_SECONDS: Final = 60.0
"""How long a reader may take nothing: then it is let go, and comes back to where it was."""
RETRY_MILLISECONDS: Final = 3_000
START: Final = "http.response.start"
BODY: Final = "http.response.body"
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
        return await self.deliveries.take(self.services, audience, after, BATCH_MOST, self.sign)

    def sign(self, delivery: Delivery) -> AccessRecord | None:
        """Return the record of what is sent, or raise why not to send it."""
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


class OpenStream:
    """A stream after its first entries: an `api.feed_flocks.Member`."""

    def __init__(self, said: Subscription, send: Send, after: int, first: Delivery) -> None:
        self._said, self._send = said, send
        self._until = first.told.until
        self._spoke = self._ended = False
        self._called: asyncio.Future[Awaitable[None] | None] = _future()
        self.last = after if first.last is None else first.last
        reading = said.reading
        self.trace_id = trace_of(reading.request.scope)
        self.signature: Hashable = (said.token, reading.purpose, reading.on_behalf_of)

    async def run(self, flock: Flock) -> None:
        """Be told by a flock until the end; wait for a reader who is slow."""
        flock.go_on(self)
        while (rest := await self._called) is not None:
            async with asyncio.timeout(SLOW_SECONDS):
                await rest
            if self._ended:
                return
            self._called = _future()
            flock.go_on(self)

    @property
    def at_rest(self) -> bool:
        """Say whether it can be sent to."""
        return not self._called.done()

    def sign(self, delivery: Delivery) -> AccessRecord | None:
        """Return the record of what is sent, or raise why not to send it."""
        return self._said.sign(delivery)

    def hear(self, outcome: Delivery | Exception) -> None:
        """Send what was recorded, or end by what forbids it.

        Where feeds are not ready, it is as if there were nothing: it is looked for now and then.
        """
        if not self.at_rest or isinstance(outcome, Unready):
            return
        if isinstance(outcome, self._said.ends):
            self.end()
        elif isinstance(outcome, Exception):
            self._called.set_exception(outcome)
        else:
            self._until = outcome.told.until
            if outcome.last is not None:
                self.last = outcome.last
                self._push(outcome.frames)

    def look(self) -> None:
        """Show a sign of life unless it spoke since the last look; end where it is time to."""
        if self._spoke:
            self._spoke = False
        elif self._is_over():
            self.end()
        else:
            self._push(KEEPALIVE_COMMENT)
            self._spoke = False

    def end(self) -> None:
        """End, once a reader who is slow has what is under way."""
        self._ended = True
        if self.at_rest:
            self._called.set_result(None)

    def _is_over(self) -> bool:
        """Say whether there is no more reason to wait."""
        until = self._until
        return not self._said.known() or (until is not None and until <= self._said.services.now())

    def _push(self, body: bytes) -> None:
        self._spoke = True
        try:
            rest = begun(self._send({"type": BODY, "body": body, "more_body": True}))
        except Exception as error:  # noqa: BLE001  # its coroutine raises it
            self._called.set_exception(error)
        else:
            if rest is not None:
                self._called.set_result(rest)


class FeedStream(StreamingResponse):
    """A stream that goes on after its first delivery."""

    media_type = "text/event-stream"

    def __init__(self, subscription: Subscription, after: int, first: Delivery) -> None:
        self.subscription, self.first, self.after = subscription, first, after
        super().__init__(iter(()), headers=HEADERS)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send until the reader, the token, the agreement or the service has enough."""
        said, patient = self.subscription, patiently(send)
        stream = OpenStream(said, send, self.after, self.first)
        gone = asyncio.create_task(_hung_up(receive))
        gone.add_done_callback(lambda _: stream.end())
        try:
            async with said.deliveries.streaming(
                said.services, said.eyes.audience, stream
            ) as flock:
                with suppress(TimeoutError):  # the reader takes nothing: the server cuts it off
                    await patient({"type": START, "status": 200, "headers": self.raw_headers})
                    await patient({"type": BODY, "body": self._beginning, "more_body": True})
                    await stream.run(flock)
                    await patient({"type": BODY, "body": b"", "more_body": False})
        finally:
            gone.cancel()

    @property
    def _beginning(self) -> bytes:
        said = format_sse_event(comment="jejak", retry=RETRY_MILLISECONDS)
        return said + self.first.frames


def _future() -> asyncio.Future[Awaitable[None] | None]:
    return asyncio.get_running_loop().create_future()


async def _hung_up(receive: Receive) -> None:
    """Return when the reader is gone."""
    while (await receive())["type"] != "http.disconnect":
        pass


def begun(sending: Awaitable[None]) -> Awaitable[None] | None:
    """Begin to send; return what is still to be waited for, if anything is."""
    steps = sending.__await__()
    try:
        waits_for = next(steps)
    except StopIteration:  # the socket took it at once, as it does for most
        return None
    return goes_on(steps, waits_for)


def patiently(send: Send) -> Send:
    """Return a way of sending that waits for a reader so long, and no longer."""

    async def patient(message: Message) -> None:
        if (rest := begun(send(message))) is not None:
            async with asyncio.timeout(SLOW_SECONDS):
                await rest

    return patient
