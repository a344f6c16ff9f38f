"""What sends webhooks while the service runs: one loop in one thread, a task for each subscription.

A receiver that is slow or dead holds up its own task and nothing else; what asks the database does
so in a few threads beside the loop. Which process sends for which subscription is a lease in its
row, kept alive by a beat: when a process is killed, another one goes on within `LEASE_SECONDS`
(by the database's clock), with the entry that was under way.
"""

import asyncio
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from threading import Thread
from typing import Any, Final, TypeVar
from uuid import uuid4

import psycopg
import structlog
from psycopg_pool import ConnectionPool, PoolTimeout

from application.access import AccessLedger
from application.feeds import Audience, Feeds
from infrastructure.webhook_courier import Courier, Lost, Onward, Parcel, Rest
from infrastructure.webhook_post import Post
from infrastructure.webhook_seals import WebhookSeals

BEAT_SECONDS: Final = 1.0
LEASE_SECONDS: Final = 6.0
RENEWED_SECONDS: Final = 4.0
"""A lease with more left is not written anew: a row for each subscription and second is a lot."""
LOOK_SECONDS: Final = 30.0
"""How long a task waits at most for something to happen before it looks."""
RETRY_SECONDS: Final = 2.0
GRACE_SECONDS: Final = 2.0
"""How long attempts that are under way may take once the service ends."""
DESKS: Final = 4
"""Threads that ask the database."""

CLAIM: Final = (
    "UPDATE feed.subscription SET holder = %(me)s,"
    " held_until = clock_timestamp() + make_interval(secs => %(lease)s) WHERE id IN"
    " (SELECT id FROM feed.subscription WHERE state = 'active'"
    "   AND (holder IS NULL OR held_until < clock_timestamp() OR (holder = %(me)s"
    "    AND held_until < clock_timestamp() + make_interval(secs => %(renewed)s)))"
    "   FOR UPDATE SKIP LOCKED)"
)
OURS: Final = (
    "SELECT s.id::text, a.agreement, a.agency, s.version, a.head, a.terms"
    " FROM feed.subscription AS s JOIN feed.audience AS a ON a.id = s.audience"
    " WHERE s.holder = %(me)s AND s.state = 'active'"
)
RELEASE: Final = "UPDATE feed.subscription SET holder = NULL WHERE holder = %(me)s"

R = TypeVar("R")
log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Claim:
    """A subscription that is ours to send: what changes when there is something to do for it."""

    audience: Audience
    version: int
    head: int
    terms: str | None


@dataclass(slots=True)
class Task:
    """What sends for one subscription, and how it is told that there may be something."""

    running: asyncio.Task[None]
    seen: Claim
    woken: asyncio.Event = field(default_factory=asyncio.Event)


class WebhookSender:
    """Sends while it runs. ``now`` gives an aware instant."""

    def __init__(  # noqa: PLR0913, PLR0917  # the parts it is built of
        self,
        pool: ConnectionPool,
        feeds: Feeds,
        access: AccessLedger,
        seals: WebhookSeals,
        post: Post,
        now: Callable[[], datetime],
    ) -> None:
        self._pool, self._feeds, self._post, self._now = pool, feeds, post, now
        self._me = {"me": str(uuid4()), "lease": LEASE_SECONDS, "renewed": RENEWED_SECONDS}
        self.courier = Courier(
            pool=pool, feeds=feeds, access=access, seals=seals, now=now, me=str(self._me["me"])
        )
        self._desks = ThreadPoolExecutor(DESKS, "webhook-desk")
        self._tasks: dict[str, Task] = {}
        self._loop: asyncio.AbstractEventLoop | None = None
        self._told: asyncio.Event | None = None
        self._closing = False
        self._thread = Thread(target=self._run, name="webhooks", daemon=True)

    def start(self) -> None:
        """Begin to send."""
        self._thread.start()

    def close(self) -> None:
        """Stop, once attempts that are under way have ended or taken too long; let others go on."""
        self._closing = True
        self.hint()
        if self._thread.ident:
            self._thread.join()
        self._desks.shutdown()  # what is being written down is still ours to write
        with suppress(psycopg.Error, PoolTimeout), self._pool.connection() as connection:
            connection.execute(RELEASE, self._me)

    def hint(self) -> None:
        """Say that a subscription was changed, or that the clock was: all look at once."""
        loop = self._loop
        if loop is not None:
            with suppress(RuntimeError):  # it has ended meanwhile
                loop.call_soon_threadsafe(self._wake)

    def claim(self) -> dict[str, Claim]:
        """Take what nobody sends for, and return all that is ours."""
        with self._pool.connection() as connection:
            connection.execute(CLAIM, self._me)
            rows = connection.execute(OURS, self._me).fetchall()
        return {
            key: Claim(Audience(agreement=agreement, agency=agency), *news)
            for key, agreement, agency, *news in rows
        }

    async def turn(self, subscription: str) -> Onward | Rest | Lost:
        """Send what is next of a subscription that is ours, if it is time; say what then."""
        taken = await self._at_desk(self.courier.take, subscription)
        if not isinstance(taken, Parcel):
            return taken
        answer = await self._post(taken.address, taken.headers, taken.body)
        return await self._at_desk(self.courier.settle, taken, answer)

    async def _at_desk(self, ask: Callable[..., R], *said: Any) -> R:
        """Ask the database beside the loop."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._desks, ask, *said)

    def _wake(self) -> None:
        if self._told is not None:
            self._told.set()
        for task in self._tasks.values():
            task.woken.set()

    def _run(self) -> None:
        asyncio.run(self._serve())

    async def _serve(self) -> None:
        self._loop, self._told = asyncio.get_running_loop(), asyncio.Event()
        away = False  # an outage is told of once, however often it is tried
        while not self._closing:
            self._told.clear()
            try:
                self._follow(await self._at_desk(self.claim))
                away = False
            except Exception as error:  # noqa: BLE001  # the loop must not end while we serve
                if not away:
                    log.warning("webhooks_interrupted", error=type(error).__name__)
                away = True
            await _happens(self._told, BEAT_SECONDS)
        await self._end()

    def _follow(self, ours: Mapping[str, Claim]) -> None:
        """Have a task for each subscription that is ours, and wake those that have news."""
        for key, claim in ours.items():
            task = self._tasks.get(key)
            if task is None or task.running.done():
                woken = asyncio.Event()
                running = asyncio.create_task(self._send(key, claim.audience, woken))
                self._tasks[key] = Task(running, claim, woken)
            elif task.seen != claim:
                task.seen = claim
                task.woken.set()
        for key in self._tasks.keys() - ours.keys():
            if self._tasks[key].running.done():
                del self._tasks[key]
            else:
                self._tasks[key].woken.set()  # it will see for itself

    async def _send(self, key: str, audience: Audience, woken: asyncio.Event) -> None:
        """Send for one subscription until it is not ours any more."""
        loop = asyncio.get_running_loop()

        def told() -> None:
            with suppress(RuntimeError):  # the loop has ended meanwhile
                loop.call_soon_threadsafe(woken.set)

        with suppress(psycopg.Error, PoolTimeout):  # the next beat begins it again
            end = await self._at_desk(self._feeds.listen, audience, told)
            try:
                await self._send_on(key, woken)
            finally:
                end()

    async def _send_on(self, key: str, woken: asyncio.Event) -> None:
        away = False  # what keeps going wrong is told of once
        while not self._closing:
            woken.clear()
            try:
                then = await self.turn(key)
                away = False
            except Exception as error:  # noqa: BLE001  # of this one; the others go on
                if not away:
                    log.warning("webhook_interrupted", error=type(error).__name__)
                away, then = True, Onward()
                await asyncio.sleep(RETRY_SECONDS)
            if isinstance(then, Lost):
                return
            if isinstance(then, Rest):
                await self._rest(then, woken)

    async def _rest(self, rest: Rest, woken: asyncio.Event) -> None:
        """Wait until it is time, or there is news; the clock is looked at at every beat."""
        if rest.until is None:
            await _happens(woken, LOOK_SECONDS)
            return
        while not self._closing:
            seconds = (rest.until - self._now()).total_seconds()
            if seconds <= 0 or await _happens(woken, min(seconds, BEAT_SECONDS)):
                return

    async def _end(self) -> None:
        self._wake()
        running = [task.running for task in self._tasks.values()]
        if running:
            _, late = await asyncio.wait(running, timeout=GRACE_SECONDS)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)


async def _happens(event: asyncio.Event, seconds: float) -> bool:
    """Wait for an event, but not for longer; say whether it came."""
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await event.wait()
    return event.is_set()
