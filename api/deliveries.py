"""Entries on their way out of a feed: read once for all who wait for the same, recorded, then sent.

Whoever asks while a reading is still to begin shares it; the reads of all are recorded in one
commit, and only then does anybody get anything. Those who wait hold no thread: a few threads read
for everybody, so that streams never take those that other requests are answered by
(docs/adr/0027). How streams go on from there is `api.feed_flocks`.
"""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from enum import Enum
from functools import partial
from itertools import islice
from threading import Lock
from typing import Final, NamedTuple

from api.delivery import Delivery
from api.dependencies import Services
from api.feed_flocks import Flock, Member
from application.access import AccessRecord
from application.feeds import Audience

READERS: Final = 8
"""Threads that read for all who wait."""
AT_ONCE: Final = 50
"""Requests that are answered at once, some 5 ms of work: no other one waits for all of them."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """The entries that somebody waits for: those of an audience after one, at most so many."""

    loop: asyncio.AbstractEventLoop
    audience: Audience
    after: int
    most: int


@dataclass(frozen=True, slots=True)
class Waiter:
    """One who waits. ``sign`` gives the record to keep, or `None`, or raises why not to send."""

    sign: Callable[[Delivery], AccessRecord | None]
    answer: asyncio.Future[Delivery]

    def hear(self, outcome: Delivery | Exception) -> None:
        """Hear what became of it, unless whoever waited is gone."""
        if self.answer.done():
            return
        if isinstance(outcome, Exception):
            self.answer.set_exception(outcome)
        else:
            self.answer.set_result(outcome)


class News(asyncio.Event):
    """Set whenever there may be something new, and for the last time when all is ``over``."""

    over = False


class Way(Enum):
    """How news is waited for: by a stream, or by a request that is answered when it comes."""

    STREAM = "streams"
    WAIT = "waiting"


class Tally(NamedTuple):
    """How many wait for news in each way, and how many entries left by each route so far."""

    waiting: Mapping[Way, int]
    told: Mapping[str, int]


@dataclass(slots=True)
class Listening:
    """Who waits on one event loop for news of one audience, so many; ``begun`` ends it."""

    flock: Flock
    begun: asyncio.Future[Callable[[], None]]
    woken: set[News] = field(default_factory=set)
    held: int = 0


class Deliveries:
    """All deliveries of a process: who waits for which entries, and who for news."""

    def __init__(self) -> None:
        self._threads = ThreadPoolExecutor(READERS, thread_name_prefix="feed")
        self._door = Lock()
        self._gathering: dict[Wanted, list[Waiter]] = {}
        self._listening: dict[tuple[asyncio.AbstractEventLoop, Audience], Listening] = {}
        self._waiting, self._told = Counter[Way](), Counter[str]()

    def tally(self) -> Tally:
        """Return how many wait, and how much was told since the process began."""
        with self._door:
            waiting = {way: self._waiting[way] for way in Way}
            return Tally(waiting, dict(self._told))

    async def take(
        self,
        services: Services,
        audience: Audience,
        after: int,
        most: int,
        sign: Callable[[Delivery], AccessRecord | None],
    ) -> Delivery:
        """Return entries after one, once what ``sign`` gives is recorded.

        Raises what ``sign`` does, `application.sharing.NoSuchScope` and `Unrecorded`: nothing may
        be sent then.
        """
        loop = asyncio.get_running_loop()
        wanted = Wanted(loop, audience, after, most)
        waiter = Waiter(sign, loop.create_future())
        with self._door:
            if (gathered := self._gathering.get(wanted)) is None:
                self._gathering[wanted] = gathered = []
                self._threads.submit(self._deliver, services, wanted)
            gathered.append(waiter)
        return await waiter.answer

    def _deliver(self, services: Services, wanted: Wanted) -> None:
        """Read for all who came until now, in a thread; whoever comes later is read for anew."""
        with self._door:
            waiters = self._gathering.pop(wanted)
        outcomes, told = _outcomes(services, wanted, waiters)
        with self._door:
            self._told.update(told)
        rest = zip(waiters, outcomes, strict=True)

        def settle() -> None:
            """Tell some, and the others after whatever else the loop has to do by then."""
            for waiter, outcome in (some := list(islice(rest, AT_ONCE))):
                waiter.hear(outcome)
            if some:
                wanted.loop.call_soon(settle)

        with suppress(RuntimeError):  # the loop is closed, and nobody waits any more
            wanted.loop.call_soon_threadsafe(settle)

    @asynccontextmanager
    async def listening(self, services: Services, audience: Audience) -> AsyncIterator[News]:
        """Give what is set whenever a feed may have grown or changed, or all is to end."""
        news = News()
        async with self._held(services, audience, Way.WAIT) as found:
            found.woken.add(news)
            try:
                yield news
            finally:
                found.woken.discard(news)

    @asynccontextmanager
    async def streaming(
        self, services: Services, audience: Audience, stream: Member
    ) -> AsyncIterator[Flock]:
        """Give the flock of a stream: whatever comes from now on is told to it."""
        async with self._held(services, audience, Way.STREAM) as found:
            found.flock.enter(stream)
            try:
                yield found.flock
            finally:
                found.flock.leave(stream)

    @asynccontextmanager
    async def _held(
        self, services: Services, audience: Audience, way: Way
    ) -> AsyncIterator[Listening]:
        loop = asyncio.get_running_loop()
        place = loop, audience
        found = self._listening.get(place)
        if found is None:
            heard = partial(self._wake, place)
            begun = loop.run_in_executor(self._threads, services.feeds.listen, audience, heard)
            flock = Flock(services, audience, self._threads, self._tell)
            found = self._listening[place] = Listening(flock, begun)
        found.held += 1
        self._count(way, 1)
        try:
            await asyncio.shield(found.begun)
            yield found
        finally:
            self._count(way, -1)
            found.held -= 1
            if not found.held and self._listening.get(place) is found:
                del self._listening[place]
                found.begun.add_done_callback(_end)

    def _count(self, way: Way, more: int) -> None:
        with self._door:
            self._waiting[way] += more

    def _tell(self, record: AccessRecord, times: int) -> None:
        """Count what is sent to so many streams."""
        with self._door:
            self._told[record.route] += record.rows * times

    def _wake(
        self, place: tuple[asyncio.AbstractEventLoop, Audience], *, over: bool = False
    ) -> None:
        """Wake all who wait for an audience, from whatever thread."""

        def wake() -> None:
            if (found := self._listening.get(place)) is None:
                return
            for news in found.woken:
                news.over |= over
                news.set()
            if over:
                found.flock.end()
            else:
                found.flock.stir()

        with suppress(RuntimeError):  # the loop is closed, and nobody waits any more
            place[0].call_soon_threadsafe(wake)

    def close(self) -> None:
        """Have every stream and every long wait that there is end at once."""
        for place in tuple(self._listening):
            self._wake(place, over=True)


def _end(begun: asyncio.Future[Callable[[], None]]) -> None:
    """Have a listening end that was begun, if it was."""
    if not begun.cancelled() and begun.exception() is None:
        begun.result()()


async def heard(woken: News, seconds: float) -> bool:
    """Wait so long for news; say whether there is some."""
    try:
        async with asyncio.timeout(seconds):
            await woken.wait()
    except TimeoutError:
        return False
    return True


def _outcomes(
    services: Services, wanted: Wanted, waiters: Sequence[Waiter]
) -> tuple[Sequence[Delivery | Exception], Counter[str]]:
    """Return what each waiter gets, or why none, and how many entries are sent by which route.

    Of what is sent, all is recorded.
    """
    try:
        delivery = Delivery(services.feeds.after(wanted.audience, wanted.after, wanted.most))
        signed = [_signed(waiter, delivery) for waiter in waiters]
        records = [one for one in signed if isinstance(one, AccessRecord)]
        services.access.record_all(records)
    except Exception as error:  # noqa: BLE001  # whoever waits hears it, and the door logs it
        return [error] * len(waiters), Counter()
    told = Counter[str]()
    for one in records:
        told[one.route] += one.rows
    return [one if isinstance(one, Exception) else delivery for one in signed], told


def _signed(waiter: Waiter, delivery: Delivery) -> AccessRecord | Exception | None:
    try:
        return waiter.sign(delivery)
    except Exception as error:  # noqa: BLE001  # it concerns this waiter and no other
        return error
