"""Who waits for what feeds will tell, and hears of it: in the process that feeds and in any other.

Between processes there are two messages (`infrastructure.tail`): that feeds have grown, and that
somebody waits for that, who is then not kept waiting. What a message was about, each asks itself.
"""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from threading import Condition, Event, Lock, Thread
from typing import Final, Self

import structlog
from psycopg_pool import ConnectionPool

from application.feeds import Audience
from infrastructure.messages import FEED_NEWS, FEED_READERS
from infrastructure.tail import Tail

SAID_SECONDS: Final = 1.0
"""How often other processes are told that somebody waits here."""
BELIEVED_SECONDS: Final = 3.0
"""How long they believe it."""
RETRY_SECONDS: Final = 1.0
HEADS: Final = "SELECT agreement, agency, head FROM feed.audience WHERE agreement = ANY(%s)"

log = structlog.get_logger()
Heard = Callable[[], None]


class FeedNews:
    """Tells those who listen how far feeds are. For any number of threads."""

    def __init__(self, pool: ConnectionPool, tail: Tail) -> None:
        self._pool, self._speaker = pool, tail
        self._heads: dict[Audience, int] = {}
        self._listeners: dict[Audience, list[Heard]] = {}
        self._door = Lock()
        self._moved = Condition()
        self._stale = False
        self._asking = 0
        self._said_at = self._asked_until = 0.0
        tail.awaited = lambda: self.awaited
        tail.on(FEED_NEWS, self.others_told)
        tail.on(FEED_READERS, self.others_ask)

    def head(self, audience: Audience) -> int:
        """Return the id of a feed's last entry, as last heard here."""
        return self._heads.get(audience, 0)

    def listen(self, audience: Audience, told: Heard) -> Heard:
        """Have ``told`` called whenever a feed may have grown or changed."""
        with self._door:
            known = audience in self._listeners
            self._listeners.setdefault(audience, []).append(told)
        self._wake()
        if not known:
            self.look([audience.agreement])
        return partial(self._leave, audience, told)

    def news(self, heads: Mapping[Audience, int | None]) -> None:
        """Hear from the feeder of this process."""
        with self._door:
            self._heads |= {one: head for one, head in heads.items() if head is not None}
            told = [heard for one in heads for heard in self._listeners.get(one, ())]
        for heard in told:
            heard()
        self._wake()

    def look(self, agreements: Sequence[str] | None = None) -> None:
        """Learn how far feeds are that somebody listens to; tell of those that have grown."""
        wanted = agreements or sorted({one.agreement for one in list(self._listeners)})
        with self._pool.connection() as connection:
            rows = connection.execute(HEADS, (wanted,)).fetchall()
        found = {Audience(agreement=key, agency=agency): head for key, agency, head in rows}
        self.news({one: head for one, head in found.items() if self._heads.get(one) != head})

    def elsewhere(self) -> None:
        """Learn what another process told, if it said so, and let it know of those who wait here.

        For a thread that may wait, again and again.
        """
        if self._unsaid:
            self._said_at = time.monotonic()
            self._speaker.tell(FEED_READERS)
        if self._stale:
            self._stale = False
            self.look()

    def others_told(self) -> None:
        """Hear that another process told something; what it was, `elsewhere` asks."""
        self._stale = True
        self._wake()

    def others_ask(self) -> None:
        """Hear that somebody waits in another process."""
        self._asked_until = time.monotonic() + BELIEVED_SECONDS
        self._wake()

    @contextmanager
    def asking(self) -> Iterator[None]:
        """Have it known meanwhile that somebody waits."""
        self._ask(1)
        try:
            yield
        finally:
            self._ask(-1)

    @property
    def awaited(self) -> bool:
        """Say whether anybody waits for what feeds will tell, here or elsewhere."""
        return self._awaited_here or time.monotonic() < self._asked_until

    def await_news(self, seconds: float) -> None:
        """Wait until something was told."""
        with self._moved:
            self._moved.wait(seconds)

    def await_asking(self, seconds: float, closing: Event) -> None:
        """Wait until somebody waits for what feeds will tell; whoever set ``closing`` need not."""
        with self._moved:
            self._moved.wait_for(lambda: self.awaited or closing.is_set(), seconds)

    def await_others(self, seconds: float, closing: Event) -> None:
        """Wait until `elsewhere` has something to do; whoever set ``closing`` need not."""
        with self._moved:
            self._moved.wait_for(lambda: self._stale or self._unsaid or closing.is_set(), seconds)

    @property
    def _awaited_here(self) -> bool:
        return bool(self._listeners or self._asking)

    @property
    def _unsaid(self) -> bool:
        """Say whether others are to be told that somebody waits here."""
        return self._awaited_here and time.monotonic() >= self._said_at + SAID_SECONDS

    def _ask(self, more: int) -> None:
        with self._moved:
            self._asking += more
            self._moved.notify_all()

    def _wake(self) -> None:
        with self._moved:
            self._moved.notify_all()

    def _leave(self, audience: Audience, told: Heard) -> None:
        with self._door:
            staying = [one for one in self._listeners.get(audience, ()) if one is not told]
            if staying:
                self._listeners[audience] = staying
            else:
                self._listeners.pop(audience, None)


class FeedsElsewhere:
    """Hears what feeds tell for a process that never feeds, in a thread of its own."""

    def __init__(self, news: FeedNews) -> None:
        self._news = news
        self._closing = Event()
        self._thread = Thread(target=self._run, name="feeds-elsewhere", daemon=True)

    def __enter__(self) -> Self:
        """Begin to hear."""
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Stop."""
        self._closing.set()
        self._news.news({})
        self._thread.join()

    def _run(self) -> None:
        away = False  # an outage is told of once, however often it is tried
        while not self._closing.is_set():
            self._news.await_others(SAID_SECONDS, self._closing)
            try:
                self._news.elsewhere()
                away = False
            except Exception as error:  # noqa: BLE001  # the thread must not end while we serve
                if not away:
                    log.warning("feeds_interrupted", error=type(error).__name__)
                away = True
                self._news.others_told()  # what was not learned is asked again
                self._closing.wait(RETRY_SECONDS)
