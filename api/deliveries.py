"""Entries on their way out of a feed: read once for all who wait for the same, recorded, then sent.

A thousand streams of one audience ask for the same entries at the same moment. Whoever asks while
a reading is still to begin shares it; the reads of all are recorded in one commit, and only then
does anybody get anything. Those who wait hold no thread: a few threads read for everybody, so that
streams never take those that other requests are answered by (docs/adr/0027).
"""

import asyncio
import gzip
from collections import Counter
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from enum import Enum
from functools import cached_property, partial
from hashlib import sha256
from itertools import islice
from threading import Lock
from typing import Final, NamedTuple

import orjson
from fastapi.sse import format_sse_event

from api.agency_callers import Eyes
from api.dependencies import Services
from api.readings import PERSONS, Reading
from application.access import AccessRecord
from application.cloud_events import cloud_event
from application.feeds import Audience, Entry, Told

READERS: Final = 8
"""Threads that read for all who wait."""
AT_ONCE: Final = 50
"""Streams that are sent to at once, some 5 ms of work: no request waits for all of them."""
PACKED_FROM: Final = 1_024
"""Bytes below which packing an answer gains nothing."""


class Shown(NamedTuple):
    """Whom entries are about, the names of the fields that they hold, and how many there are."""

    subjects: frozenset[str]
    fields: frozenset[str]
    rows: int


class Delivery:
    """Entries as read once, and as many times sent. What is worked out is so in a thread."""

    def __init__(self, told: Told) -> None:
        self.told = told

    @cached_property
    def events(self) -> Sequence[bytes]:
        """Return each entry as a CloudEvent."""
        return [orjson.dumps(cloud_event(one, self.told.scope)) for one in self.told.entries]

    @cached_property
    def batch(self) -> bytes:
        """Return the entries as a batch of CloudEvents."""
        return b"[" + b",".join(self.events) + b"]"

    @cached_property
    def packed(self) -> bytes:
        """Return the batch packed by gzip, the same bytes each time."""
        return gzip.compress(self.batch, mtime=0)

    @cached_property
    def etag(self) -> str:
        """Return what names exactly this batch: it changes when somebody's data is withheld."""
        return f'W/"{sha256(self.batch).hexdigest()[:32]}"'

    @cached_property
    def frames(self) -> bytes:
        """Return the entries as server-sent events."""
        return b"".join(
            format_sse_event(id=str(one.id), event=one.type, data_str=event.decode())
            for one, event in zip(self.told.entries, self.events, strict=True)
        )

    @cached_property
    def shown(self) -> Shown:
        """Return whom the entries show, and of what."""
        return shown_in(self.told.entries)

    @property
    def last(self) -> int | None:
        """Return the id of the last entry, if there is one."""
        return self.told.entries[-1].id if self.told.entries else None


def shown_in(entries: Sequence[Entry]) -> Shown:
    """Return whom entries show, and the names of the fields that they hold.

    Whoever was withdrawn is among them: that somebody is gone is told of them too. Counts are
    about nobody.
    """
    about = {one.subject for one in entries if one.subject.partition(":")[0] in PERSONS}
    fields = {name for one in entries for name in one.data or ()}
    return Shown(frozenset(about), frozenset(fields), len(entries))


def record_of(reading: Reading, eyes: Eyes, shown: Shown) -> AccessRecord | None:
    """Return the record of entries that leave the house; `None` where none does."""
    if not shown.rows:
        return None
    agreement = eyes.audience.agreement
    return reading.record(shown.subjects, shown.fields, shown.rows, agreement=agreement)


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
    """Set whenever there may be something new, and for the last time when all is ``over``.

    A stream that wishes for nothing else than what comes next is not woken to ask for it.
    """

    over = False
    wish: tuple[Wanted, Waiter] | None = None


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
    """The streams of one audience on one event loop, woken together; ``begun`` ends it."""

    services: Services
    woken: set[News]
    begun: asyncio.Future[Callable[[], None]]

    def wishes(self) -> Mapping[Wanted, Sequence[Waiter]]:
        """Return what is to be read for whom by now, and wake all others."""
        found: dict[Wanted, list[Waiter]] = {}
        for news in tuple(self.woken):
            wish, news.wish = news.wish, None
            if wish is None:
                news.set()
            elif news.over:
                wish[1].hear(TimeoutError())
            else:
                found.setdefault(wish[0], []).append(wish[1])
        return found


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
        wanted, waiter = _wanting(audience, after, most, sign)
        self._gather(services, {wanted: [waiter]})
        return await waiter.answer

    async def next(  # noqa: PLR0913, PLR0917  # as `take`, and until when
        self,
        news: News,
        seconds: float,
        services: Services,
        audience: Audience,
        after: int,
        most: int,
        sign: Callable[[Delivery], AccessRecord | None],
    ) -> Delivery | None:
        """Return what `take` does once there may be some; `None` after so long, or when it is over.

        Streams that have come equally far are read for together, before any of them is woken.
        """
        if news.over:
            return None
        if news.is_set():
            news.clear()
            return await self.take(services, audience, after, most, sign)
        news.wish = _, waiter = _wanting(audience, after, most, sign)
        try:
            async with asyncio.timeout(seconds):
                return await waiter.answer
        except TimeoutError:
            return None
        finally:
            news.wish = None

    def _gather(self, services: Services, wanted: Mapping[Wanted, Sequence[Waiter]]) -> None:
        """Have entries read for those who wait, together with whoever waits for the same."""
        with self._door:
            for one, waiters in wanted.items():
                gathered = self._gathering.get(one)
                if gathered is None:
                    self._gathering[one] = list(waiters)
                    self._threads.submit(self._deliver, services, one)
                else:
                    gathered.extend(waiters)

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
    async def listening(
        self, services: Services, audience: Audience, way: Way = Way.STREAM
    ) -> AsyncIterator[News]:
        """Give what is set whenever a feed may have grown or changed, or all is to end."""
        loop, news = asyncio.get_running_loop(), News()
        place = loop, audience
        found = self._listening.get(place)
        if found is None:
            heard = partial(self._wake, place)
            begun = loop.run_in_executor(self._threads, services.feeds.listen, audience, heard)
            found = self._listening[place] = Listening(services, set(), begun)
        found.woken.add(news)
        self._count(way, 1)
        try:
            await asyncio.shield(found.begun)
            yield news
        finally:
            self._count(way, -1)
            found.woken.discard(news)
            if not found.woken and self._listening.get(place) is found:
                del self._listening[place]
                found.begun.add_done_callback(_end)

    def _count(self, way: Way, more: int) -> None:
        with self._door:
            self._waiting[way] += more

    def _wake(
        self, place: tuple[asyncio.AbstractEventLoop, Audience], *, over: bool = False
    ) -> None:
        """Wake the streams of an audience, from whatever thread."""

        def wake() -> None:
            if (found := self._listening.get(place)) is None:
                return
            for news in found.woken if over else ():
                news.over = True
            self._gather(found.services, found.wishes())

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


def _wanting(
    audience: Audience,
    after: int,
    most: int,
    sign: Callable[[Delivery], AccessRecord | None],
) -> tuple[Wanted, Waiter]:
    loop = asyncio.get_running_loop()
    return Wanted(loop, audience, after, most), Waiter(sign, loop.create_future())


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
