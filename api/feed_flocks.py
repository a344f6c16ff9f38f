"""The streams of one audience: read for together, recorded together, and sent to without a wake.

A flock goes in rounds. Streams that have come equally far are read for once, and stay together:
none of them is asked about again before the last of them was sent to, so that news which comes
meanwhile makes one next round, and not one for each part that had heard already. The more there is
to tell, the more of it each round takes. Streams that are behind have rounds of their own, and
join the others where they meet.

Within a round some hundreds are recorded, durably, while those before them are sent to, fifty at a
time; the event loop does in between what else there is to do. Nobody's coroutine is woken for it,
and one clock shows all readers that the service lives.
"""

import asyncio
from collections import defaultdict, deque
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from concurrent.futures import Executor
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import islice
from threading import Lock
from time import monotonic
from typing import Final, Protocol

from api.delivery import Delivery
from api.dependencies import Services
from application.access import AccessRecord
from application.feeds import Audience

BATCH_MOST: Final = 200
"""Entries that leave together: what a stream keeps in memory at most."""
RECORDED_AT_ONCE: Final = 250
"""Streams whose reads share a commit: PostgreSQL takes 30 microseconds for each, and whoever was
recorded is sent to meanwhile."""
FRESH_SECONDS: Final = 0.1
"""How long ago entries may have been read when they are recorded for some of a round. Where those
before them took longer than that, an agreement may rest by now, or somebody be forgotten."""
SENT_AT_ONCE: Final = 50
"""Streams that are sent to at once, some 0.3 ms of work: no request waits for all of them."""
HEARTBEAT_SECONDS: Final = 15.0
"""How long a stream may be silent."""


class Member(Protocol):
    """A stream, as its flock sees it.

    ``last`` is the id of the entry that it has come to. Those of one ``signature`` read by the same
    right, and are on record in the same words but for the ``trace_id`` of each.
    """

    last: int
    signature: Hashable
    trace_id: str

    @property
    def at_rest(self) -> bool:
        """Say whether it can be sent to."""
        ...

    def sign(self, delivery: Delivery) -> AccessRecord | None:
        """Return the record of what is sent, `None` where nobody is shown; or raise why not to."""
        ...

    def hear(self, outcome: Delivery | Exception) -> None:
        """Send what was recorded, or end by what forbids it."""
        ...

    def look(self) -> None:
        """Show a sign of life where nothing else was sent of late; end where it is time to."""
        ...

    def end(self) -> None:
        """End."""
        ...


Outcome = tuple[Member, Delivery | Exception]


@dataclass(slots=True)
class Round:
    """One reading for some streams: who is still to hear what became of it, and who has heard.

    ``news`` is how much had been told when it began. It is ``read`` once nobody more will be to
    hear, and there is ``more`` where a batch was full.
    """

    members: Sequence[Member]
    news: int
    left: deque[Outcome] = field(default_factory=deque)
    heard: list[Member] = field(default_factory=list)
    read: bool = False
    more: bool = False


class Flock:
    """The streams of one audience on one event loop, by which all but the reading is done.

    A stream is in a round, or at rest, or waits for a reader who is slow; it is sent something
    by its round, and while it is at rest by the clock: never by two at a time.
    """

    def __init__(
        self,
        services: Services,
        audience: Audience,
        threads: Executor,
        told: Callable[[AccessRecord, int], None],
    ) -> None:
        self._services, self._audience = services, audience
        self._threads, self._told = threads, told
        self._loop = asyncio.get_running_loop()
        self._members: set[Member] = set()
        self._resting: set[Member] = set()
        self._gathering: dict[int, list[Member]] = {}
        self._door = Lock()
        self._news = 0
        self._clock: asyncio.Handle | None = None

    def enter(self, member: Member) -> None:
        """Take a stream in; it is sent nothing before it asks to `go_on`."""
        self._members.add(member)
        if self._clock is None:
            self._wind()

    def leave(self, member: Member) -> None:
        """Let a stream go."""
        self._members.discard(member)
        self._resting.discard(member)
        if self._clock and not self._members:
            self._clock.cancel()
            self._clock = None

    def go_on(self, member: Member) -> None:
        """Begin to tell a stream, or again after its reader was slow: first what it missed."""
        self._ask([member])

    def stir(self) -> None:
        """Hear that the feed may have grown or changed."""
        self._news += 1
        resting, self._resting = self._resting, set()
        self._ask(resting)

    def end(self) -> None:
        """Have every stream end."""
        for member in self._members:
            member.end()

    def _ask(self, members: Iterable[Member]) -> None:
        """Have entries read for streams, together with whoever waits for the same."""
        with self._door:
            for member in members:
                if (gathered := self._gathering.get(member.last)) is None:
                    self._gathering[member.last] = gathered = []
                    self._threads.submit(self._read, member.last)
                gathered.append(member)

    def _read(self, after: int) -> None:
        """Read for all who came until now, in a thread; whoever comes later is read for anew."""
        with self._door:
            gathered, news = self._gathering.pop(after), self._news
        going = Round([one for one in gathered if one.at_rest], news)  # whoever is still there
        left = going.members
        try:
            delivery, old_at = self._read_after(after, BATCH_MOST)
            going.more = len(delivery.told.entries) >= BATCH_MOST
            while left:
                if monotonic() >= old_at:
                    delivery, old_at = self._read_after(after, len(delivery.told.entries))
                some = left[:RECORDED_AT_ONCE]
                self._on_loop(self._hand_out, going, self._recorded(delivery, some))
                left = left[RECORDED_AT_ONCE:]
        except Exception as error:  # noqa: BLE001  # whoever waits hears it, and the door logs it
            self._on_loop(self._hand_out, going, [(one, error) for one in left])
        self._on_loop(self._finish, going)

    def _read_after(self, entry: int, most: int) -> tuple[Delivery, float]:
        """Return what may be told by now, and when that is too long ago for a record to begin."""
        delivery = Delivery(self._services.feeds.after(self._audience, entry, most))
        _ = delivery.frames  # here, in a thread
        return delivery, monotonic() + FRESH_SECONDS

    def _recorded(self, delivery: Delivery, members: Sequence[Member]) -> Sequence[Outcome]:
        """Record that streams are sent something; return what each of them hears, in a thread.

        By what right it is sent is looked at once for all who read by the same.
        """
        alike: defaultdict[Hashable, list[Member]] = defaultdict(list)
        for member in members:
            alike[member.signature].append(member)
        outcomes: list[Outcome] = []
        answers: list[tuple[AccessRecord, Sequence[str]]] = []
        for some in alike.values():
            outcome: Delivery | Exception = delivery
            try:
                if (record := some[0].sign(delivery)) is not None:
                    answers.append((record, [one.trace_id for one in some]))
            except Exception as error:  # noqa: BLE001  # it concerns these and no others
                outcome = error
            outcomes += [(one, outcome) for one in some]
        try:
            self._services.access.record_alike(answers)
        except Exception as error:  # noqa: BLE001  # none of these is sent anything
            return [(one, error) for one in members]
        for record, trace_ids in answers:
            self._told(record, len(trace_ids))
        return outcomes

    def _on_loop(self, do: Callable[..., None], *said: object) -> None:
        with suppress(RuntimeError):  # the loop is closed, and nobody waits any more
            self._loop.call_soon_threadsafe(do, *said)

    def _hand_out(self, going: Round, outcomes: Sequence[Outcome]) -> None:
        idle = not going.left
        going.left.extend(outcomes)
        if idle:
            self._send(going)

    def _send(self, going: Round) -> None:
        """Send to some, and to the others after whatever else the loop has to do by then."""
        for _ in range(min(SENT_AT_ONCE, len(going.left))):
            member, outcome = going.left.popleft()
            member.hear(outcome)
            if member.at_rest:
                going.heard.append(member)
        if going.left:
            self._loop.call_soon(self._send, going)
        elif going.read:
            self._rest(going)

    def _finish(self, going: Round) -> None:
        going.read = True
        if not going.left:
            self._rest(going)

    def _rest(self, going: Round) -> None:
        """Have the streams of a round rest, unless there may be something new by now."""
        there = self._members.intersection(going.heard)
        if going.more or self._news != going.news:
            self._ask(there)
        else:
            self._resting |= there

    def _wind(self) -> None:
        self._clock = self._loop.call_later(HEARTBEAT_SECONDS / 2, self._look)

    def _look(self, left: Iterator[Member] | None = None) -> None:
        """Look at some who are at rest, and then at the others; ask for those who missed news.

        A feeder that was cut off before it told of an entry is noticed by that.
        """
        left = iter(tuple(self._resting)) if left is None else left
        some = list(islice(left, SENT_AT_ONCE))
        head = self._services.feeds.head(self._audience)
        for member in self._resting.intersection(some):
            if member.at_rest:
                member.look()
            if not member.at_rest or head > member.last:
                self._resting.discard(member)
                if member.at_rest:
                    self._ask([member])
        if some:
            self._clock = self._loop.call_soon(self._look, left)
        elif self._members:
            self._wind()
