"""The tailing reader: one per process, who reads each page once for everybody that follows.

The newest pages are kept in a ring of bounded size; a follower has a position and takes from the
ring what comes after it. Whoever has fallen out of the ring reads by itself until it is back in it,
so that a slow one costs neither memory nor the others' time. A page is woken when the first
follower asks for it, and once.

Nothing is missed for lack of a message: the ledger is asked every `POLL_SECONDS`, and sooner when
`Tail.hint` says so within the process, and NOTIFY between processes: sent from here after the
commit and never by the writer, whose commit would wait in its line.
"""

import selectors
import socket
from collections import deque
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from dataclasses import dataclass
from itertools import chain
from threading import Condition, Event, RLock, Thread
from time import monotonic
from typing import Any, Final

import structlog
from eventsourcing.persistence import ApplicationRecorder, Notification, Subscription
from psycopg import Connection, Notify
from psycopg_pool import ConnectionPool

from domain.record import Recorded
from infrastructure.dead_letters import is_ours
from infrastructure.messages import CHANNELS, LEDGER
from infrastructure.page_reader import PageReader, StoredPage, contiguous
from infrastructure.standing_connection import StandingConnection

BATCH: Final = 1_000
"""Pages that are read, and handed on, at a time."""
RING_PAGES: Final = 2_000
RING_BYTES: Final = 8 * 2**20
"""Bytes of the pages asleep; awake they take several times as much."""
POLL_SECONDS: Final = 0.25
GATHER_SECONDS: Final = 0.02
"""Between two readings, while nobody waits: a batch costs 1.2 ms and more, however small it is."""
AWAITED_SECONDS: Final = 0.008
"""The same while streams are open: it took 6 ms off their 47, for a twentieth more of CPU."""
RETRY_SECONDS: Final = 0.2
TELL_SECONDS: Final = 0.005
"""At most one message in this time, however much is told."""

log = structlog.get_logger()

Wake = Callable[[Sequence[StoredPage]], Sequence[Recorded]]
Woken = tuple[StoredPage, Recorded | Exception]
"""A page asleep, and awake; or why it cannot be woken."""


class Kept:
    """A page in the ring, and what became of it when it was woken."""

    __slots__ = ("page", "woken")

    def __init__(self, page: StoredPage) -> None:
        self.page = page
        self.woken: Recorded | Exception | None = None


@dataclass(frozen=True, slots=True)
class Batch:
    """Consecutive pages after a position; ``upto`` is the last one's, or that position."""

    after: int
    kept: Sequence[Kept]
    wake: Wake
    waking: AbstractContextManager[Any]

    @property
    def upto(self) -> int:
        """Return the position up to which this is everything."""
        return self.kept[-1].page.id if self.kept else self.after

    def woken(self, names: Collection[str]) -> list[Woken]:
        """Return the pages of these names, awake: those that nobody has woken yet are."""
        wanted = [one for one in self.kept if one.page.topic in names]
        with self.waking:
            wake_all([one for one in wanted if one.woken is None], self.wake)
        return [(one.page, one.woken) for one in wanted if one.woken is not None]


def wake_all(sleeping: Sequence[Kept], wake: Wake) -> None:
    """Wake pages together; if that fails, one by one, to find those that cannot be woken.

    A store or a key store that is away says nothing of the page: that is raised, and tried again.
    """
    if not sleeping:
        return
    try:
        awake: Sequence[Recorded | Exception] = wake([one.page for one in sleeping])
    except Exception as error:
        if is_ours(error):
            raise
        awake = [error] if len(sleeping) == 1 else []
    if awake:
        for one, woken in zip(sleeping, awake, strict=True):
            one.woken = woken
    else:
        for one in sleeping:
            wake_all([one], wake)


class Tail:
    """Reads what is new, keeps it for a while, and wakes whoever waits for it.

    ``wake`` turns pages as they were read into pages awake (`EventsourcingLedger.awake`).
    """

    def __init__(self, pool: ConnectionPool, wake: Wake) -> None:
        self._reader = PageReader(pool)
        self._own = StandingConnection(str(pool.conninfo))
        self._own_reader = PageReader(self._own)
        self._wake_pages, self._waking = wake, RLock()
        self._forgettings = 0
        self._ring: deque[Kept] = deque()
        self._bytes = self._head = 0
        self._grown = Condition()
        self._bell: tuple[socket.socket, socket.socket] | None = None
        self._untold: set[str] = set()
        self._told_at = self._read_at = 0.0
        self._wrote, self._hinted, self._hurried = False, False, 0
        self.awaited: Callable[[], bool] = bool  # `FeedNews` knows whether streams are open
        self.pid: int | None = None
        self._listeners: dict[str, list[Callable[[], None]]] = {one: [] for one in CHANNELS}
        self._closing = Event()
        self._thread = Thread(target=self._run, name="tail", daemon=True)

    def start(self) -> None:
        """Begin to read what is written from now on, if that has not begun."""
        with self._grown:
            if self._bell:
                return
            self._bell = socket.socketpair()
            for end in self._bell:
                end.setblocking(False)  # noqa: FBT003  # the library takes it by position
        self._thread.start()

    def close(self) -> None:
        """Stop, and let go of everybody who waits."""
        self._closing.set()
        self._ring_bell()
        if self._bell:
            self._thread.join()
            for end in self._bell:
                end.close()
        with self._grown:
            self._grown.notify_all()
        self._own.close()

    @property
    def listening(self) -> bool:
        """Say whether it hears what other processes say."""
        return self.pid is not None

    @property
    def kept(self) -> int:
        """Return how many pages are in the ring."""
        return len(self._ring)

    @property
    def closed(self) -> bool:
        """Say whether nothing more will come."""
        return self._closing.is_set()

    def hint(self) -> None:
        """Say that this process has committed pages: it reads them, and others are told."""
        if not self._wrote:
            self._wrote = True
            self._ring_bell()

    def tell(self, channel: str) -> None:
        """Have the other processes told, soon and once for all that was said in the meantime."""
        if channel not in self._untold and not self._closing.is_set():
            self._untold.add(channel)
            self._ring_bell()

    @contextmanager
    def hurried(self) -> Iterator[None]:
        """Have pages read at once: somebody waits for what they lead to."""
        with self._grown:
            self._hurried += 1
        self._ring_bell()
        try:
            yield
        finally:
            with self._grown:
                self._hurried -= 1

    def on(self, channel: str, listener: Callable[[], None]) -> None:
        """Call ``listener`` when another process says so, or may have while it was not heard."""
        self._listeners[channel].append(listener)

    def after(self, position: int, *, most: int = BATCH, reader: PageReader | None = None) -> Batch:
        """Return the next pages after a position: out of the ring, or read by the caller itself.

        ``reader`` is what a caller who is behind reads with; without one, a connection of the pool.
        """
        with self._grown:
            first = self._ring[0].page.id if self._ring else self._head + 1
            if self._ring and position >= first - 1:
                begin = position - first + 1
                kept = [self._ring[n] for n in range(begin, min(begin + most, len(self._ring)))]
                return Batch(position, kept, self._wake, self._waking)
        pages = (reader or self._reader).select_notifications(
            position, most, inclusive_of_start=False
        )
        kept = [Kept(page) for page in contiguous(pages, position)]
        return Batch(position, kept, self._wake, nullcontext())

    def wait(self, position: int, seconds: float, closing: Event | None = None) -> bool:
        """Wait for a page after a position; say whether there is one.

        Whoever set ``closing`` need not wait: it is looked at when `stir` says so.
        """
        ends = closing or self._closing
        with self._grown:
            self._grown.wait_for(
                lambda: self._head > position or self.closed or ends.is_set(), seconds
            )
            return self._head > position

    def stir(self) -> None:
        """Have whoever waits for a page look at whether it is to end."""
        with self._grown:
            self._grown.notify_all()

    def let_go(self) -> None:
        """Let go of all pages that are awake: somebody was forgotten. They are woken again."""
        with self._waking, self._grown:
            self._forgettings += 1
            for one in self._ring:
                one.woken = None

    def _wake(self, pages: Sequence[StoredPage]) -> Sequence[Recorded]:
        """Wake pages, and again where somebody was forgotten meanwhile."""
        while True:
            before, woken = self._forgettings, self._wake_pages(pages)
            if self._forgettings == before:
                return woken

    def subscription(
        self, recorder: ApplicationRecorder, gt: int | None, topics: Sequence[str]
    ) -> "TailSubscription":
        """Return the library's subscription, over this reader."""
        self.start()
        return TailSubscription(self, recorder, gt, topics)

    def _run(self) -> None:
        away = False  # an outage is told of once, however often it is tried
        while not self._closing.is_set():
            try:
                with self._own.connection() as connection, self._ears(connection) as ears:
                    self._listen(connection)
                    away = False
                    while not self._closing.is_set():
                        reads = self._reading_due() <= 0
                        if reads and self._wrote:
                            self._wrote = False
                            self._untold.add(LEDGER)
                        self._say(connection)
                        if reads:
                            self._read_all()
                        self._await(connection, ears)
            except Exception as error:  # noqa: BLE001  # the reader must not end while we serve
                if not away:
                    log.warning("tail_interrupted", error=type(error).__name__)
                away = True
                self._closing.wait(RETRY_SECONDS)

    def _ears(self, connection: Connection[Any]) -> selectors.BaseSelector:
        """Return what hears the bell and a connection, for as long as that one is used."""
        ears = selectors.DefaultSelector()
        for one in (connection, *(self._bell or ())[1:]):
            ears.register(one, selectors.EVENT_READ)
        return ears

    def _listen(self, connection: Connection[Any]) -> None:
        connection.add_notify_handler(self._heard)
        for channel in CHANNELS:
            connection.execute(f"LISTEN {channel}".encode())
        before, self.pid = self.pid, connection.info.backend_pid
        self._read_at = 0.0
        if not (self._ring and self._still_there()):
            with self._grown:
                self._ring.clear()
                self._bytes, self._head = 0, self._own_reader.max_notification_id() or 0
                self._grown.notify_all()
        for listener in chain.from_iterable(self._listeners.values()) if before else ():
            listener()  # what was said meanwhile was not heard

    def _still_there(self) -> bool:
        """Say whether the ring's newest page is in the ledger: after a fail-over it may not be.

        What a server showed and had not yet handed to its standby, the standby writes differently.
        """
        newest = self._ring[-1].page
        found = self._own_reader.select_notifications(newest.id, 1)
        return bool(found) and found[0].hash == newest.hash

    def _read_all(self) -> None:
        """Read until there is nothing more."""
        self._hinted, self._read_at = False, monotonic()
        while not self._closing.is_set():
            pages = self._own_reader.select_notifications(
                self._head, BATCH, inclusive_of_start=False
            )
            self._keep(contiguous(pages, self._head))
            if len(pages) < BATCH:
                return

    def _keep(self, pages: Sequence[StoredPage]) -> None:
        if not pages:
            return
        with self._grown:
            for page in pages:
                self._ring.append(Kept(page))
                self._bytes += len(page.state)
            while len(self._ring) > RING_PAGES or (
                self._bytes > RING_BYTES and len(self._ring) > 1
            ):
                self._bytes -= len(self._ring.popleft().page.state)
            self._head = pages[-1].id
            self._grown.notify_all()

    def _say(self, connection: Connection[Any]) -> None:
        """Tell the other processes what is to be told by now."""
        if self._telling_due() <= 0:
            said = list(self._untold)
            self._untold.difference_update(said)  # before it is said: what comes now is said again
            self._told_at = monotonic()
            connection.execute(";".join(f"NOTIFY {channel}" for channel in said).encode())

    def _reading_due(self) -> float:
        """Return the seconds until the ledger is asked again."""
        if self._hinted or (self._wrote and self._hurried):
            return 0.0
        gather = AWAITED_SECONDS if self.awaited() else GATHER_SECONDS
        return self._read_at + (gather if self._wrote else POLL_SECONDS) - monotonic()

    def _telling_due(self) -> float:
        if not self._untold:
            return POLL_SECONDS
        return self._told_at + TELL_SECONDS - monotonic()

    def _await(self, connection: Connection[Any], ears: selectors.BaseSelector) -> None:
        """Sleep until somebody says something, or it is time to look."""
        seconds = min(self._reading_due(), self._telling_due())
        for key, _ in ears.select(max(seconds, 0.0)):
            if isinstance(key.fileobj, socket.socket):
                key.fileobj.recv(4096)  # the bell
                continue
            connection.pgconn.consume_input()
            while said := connection.pgconn.notifies():
                self._heard(Notify(said.relname.decode(), "", said.be_pid))

    def _heard(self, said: Notify) -> None:
        if said.pid == self.pid:
            return
        if said.channel == LEDGER:
            self._hinted = True  # at once: who said so has gathered
        else:
            for listener in self._listeners.get(said.channel, ()):
                listener()

    def _ring_bell(self) -> None:
        if self._bell:
            with suppress(OSError):  # it rings already, or is taken down
                self._bell[0].send(b"!")


class TailSubscription(Subscription[ApplicationRecorder]):
    """Pages in the order of their positions, without end; `stop` ends it."""

    def __init__(
        self, tail: Tail, recorder: ApplicationRecorder, gt: int | None, topics: Sequence[str]
    ) -> None:
        super().__init__(recorder, gt, topics)
        self._tail = tail
        self._pending: deque[StoredPage] = deque()

    def __next__(self) -> Notification:
        """Return the next page, waiting for it."""
        while not (self._has_been_stopped or self._tail.closed):
            if self._pending:
                return self._pending.popleft()
            position = self._last_notification_id or 0
            if not self._tail.wait(position, POLL_SECONDS):
                continue
            batch = self._tail.after(position)
            self._last_notification_id = batch.upto
            self._pending.extend(
                one.page for one in batch.kept if not self._topics or one.page.topic in self._topics
            )
        raise StopIteration
