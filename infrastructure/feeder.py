"""What keeps feeds up to date: makes of what the ledger tells the entries that partners read.

It works by state: whoever a batch touches is looked at as they stand at its end, and compared with
what was last told of them. So it never matters how often somebody is looked at, or which process
died in the middle of it. One process at a time feeds (`infrastructure.leases`); each batch moves
the position and writes its entries in one transaction, and durably, since what a partner has read
can never be numbered anew.

What changes for everybody, an agreement or a clock, is gone through in pieces between the batches
(`infrastructure.feed_settling`). Whoever is shared no more is left out first, all at once.
"""

from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import datetime
from threading import Event, Thread
from time import monotonic
from typing import Any, Final

import psycopg
import structlog
from psycopg import Connection
from psycopg_pool import ConnectionPool

from application.feeds import Audience
from domain.record import StreamId
from infrastructure import dead_letters
from infrastructure.changed_streams import learn
from infrastructure.feed_audiences import Audiences, Cause, Party
from infrastructure.feed_changes import SUBJECTS, Touched, corrected, touched_by, whole_streams
from infrastructure.feed_looking import FEEDS, Looking, Looks, Plan
from infrastructure.feed_reading import PostgresFeeds
from infrastructure.feed_records import FeedRecords
from infrastructure.feed_settling import Settling, closings
from infrastructure.feed_store import FeedStore
from infrastructure.leases import Leases, taken
from infrastructure.ledger import EventsourcingLedger
from infrastructure.messages import FEED_NEWS
from infrastructure.page_reader import PageReader
from infrastructure.read_models import PostgresReadModels
from infrastructure.standing_connection import StandingConnection
from infrastructure.tail import Batch

RETRY_SECONDS: Final = 0.2
REST_SECONDS: Final = 0.02
"""How long it waits before it asks again for what the read models have not seen yet."""
PACE_SECONDS: Final = 0.1
"""Between batches, while nobody here waits for what they tell: few large ones cost the least."""
CAUGHT_UP_SECONDS: Final = 30.0
BEGIN: Final = (
    "WITH begun AS (INSERT INTO read_model.progress (projection, position)"
    "  SELECT %(name)s, greatest(coalesce(max(position), 0) - 1, 0) FROM ledger.event"
    "  ON CONFLICT DO NOTHING RETURNING projection)"
    " UPDATE feed.audience SET settled = NULL FROM begun"
)
UNSETTLED: Final = "UPDATE feed.audience SET settled = NULL WHERE id = ANY(%s)"
UNJUDGED: Final = "UPDATE feed.audience SET settled = NULL, terms = NULL WHERE id = ANY(%s)"
UNHURRIED: Final = "SET LOCAL synchronous_commit TO off"
"""Where nothing is told, nothing is lost."""
REACHED: Final = "UPDATE feed.audience SET terms = coalesce(%s, terms), settled = %s WHERE id = %s"

log = structlog.get_logger()


class Displaced(Exception):
    """Another process feeds by now."""


class Feeder:
    """Follows the ledger in a thread of its own. ``now`` is this machine's clock."""

    def __init__(  # noqa: PLR0913, PLR0917  # what it reads, writes and tells
        self,
        ledger: EventsourcingLedger,
        pool: ConnectionPool,
        models: PostgresReadModels,
        store: FeedStore,
        now: Callable[[], datetime],
        feeds: PostgresFeeds,
    ) -> None:
        self._ledger, self._store, self._now = ledger, store, now
        self._tail, self.feeds = models.tail, feeds
        # What was read by a partner must not be lost with a machine: its commit waits for the disk.
        self._own = StandingConnection(
            str(pool.conninfo),
            synchronous_commit="on",
            idle_in_transaction_session_timeout="5s",
            lock_timeout="5s",
        )
        self._reader = PageReader(self._own)
        self._leases = Leases([FEEDS])
        self._audiences = Audiences(ledger, now)
        self._records = FeedRecords(ledger)
        ledger.keys.on_forgotten.append(self._records.clear)
        self._looking = Looking(self._audiences, self._records, store)
        self._settling = Settling(self._audiences, self._looking, models)
        self._loaded: int | None = None
        self._begun = False
        self._closing = Event()
        self._thread = Thread(target=self._run, name="feeder", daemon=True)

    @property
    def process(self) -> str:
        """Return what this process is called among those who feed."""
        return self._leases.process

    def prepare(self) -> None:
        """Begin where the ledger ends, where nobody has fed yet: all that is there is gone through.

        One page before its end, so that nobody hears that it was reached before that was begun.
        """
        self._begun = True
        with self._own.connection() as connection:
            connection.execute(BEGIN, {"name": FEEDS})

    def start(self) -> None:
        """Begin to feed."""
        self.prepare()
        self._tail.start()
        self._thread.start()

    def close(self) -> None:
        """Stop after what is under way, and let another process take over."""
        self._closing.set()
        self._tail.stir()
        self.feeds.news({})
        if self._thread.ident:
            self._thread.join()
        if self._begun:
            with suppress(psycopg.Error), self._own.connection() as connection:
                self._leases.release(connection)
        self._own.close()

    def catch_up(self) -> None:
        """Feed all that there is, in the caller's thread: for one that was not started.

        Raises `TimeoutError` where the read models do not come after.
        """
        self.prepare()
        with self._own.connection() as connection:
            self._leases.beat(connection)
        until = monotonic() + CAUGHT_UP_SECONDS
        while self.turn() or not self._is_through():
            if monotonic() > until:
                raise TimeoutError

    def turn(self) -> bool:
        """Do what there is to do next; say whether anything was."""
        with self._own.connection() as connection:
            return self._turn(connection)

    def _is_through(self) -> bool:
        held = self._leases.held.get(FEEDS)
        if held is None or held.position < self._ledger.position():
            return held is None
        if self._waiting:
            self._closing.wait(REST_SECONDS)
        return not self._waiting

    @property
    def _waiting(self) -> bool:
        """Say whether somebody is still to be looked at."""
        return any(True for _ in self._audiences.unsettled())

    def _run(self) -> None:
        failed: str | None = None  # what keeps going wrong is told of once
        while not self._closing.is_set():
            try:
                with self._own.connection() as connection:
                    while not self._closing.is_set():
                        if not self._turn(connection):
                            self._rest()
                        elif not self._waiting:
                            self.feeds.await_asking(PACE_SECONDS, self._closing)
                        failed = None
            except Exception as error:  # noqa: BLE001  # the thread must not end while we serve
                self._loaded = None
                if failed != (failed := type(error).__name__):
                    log.warning("feeder_interrupted", error=failed)
                self._closing.wait(RETRY_SECONDS)

    def _rest(self) -> None:
        """Wait for a page, for the next beat, or for midnight."""
        seconds = self._leases.due
        held = self._leases.held.get(FEEDS)
        if held is None:
            self.feeds.await_others(seconds, self._closing)
            return
        if (change := self._audiences.next_change) is not None:
            seconds = min(seconds, max((change - self._now()).total_seconds(), 0.0))
        if self._waiting:
            seconds = min(seconds, REST_SECONDS)
        self._tail.wait(held.position, seconds, self._closing)

    def _turn(self, connection: Connection[Any]) -> bool:
        if not self._leases.due:
            self._leases.beat(connection)
        held = self._leases.held.get(FEEDS)
        if held is None:
            self._loaded = None
            self.feeds.elsewhere()
            return False
        try:
            if self._loaded != held.epoch:
                self._take_over(connection, held.position)
                self._loaded = held.epoch
                return True
            # The clock is looked at once, and after the pages: whatever they say, it is by then.
            batch = self._tail.after(held.position, reader=self._reader)
            at = self._now()
            return self._by_the_clock(connection, at) or (
                self._feed(connection, batch, at) | self._settle(connection, at)
            )
        except Displaced:
            self._leases.held.pop(FEEDS, None)
            return False
        except Exception:
            self._loaded = None  # what is known here may be ahead of what was written
            raise

    def _take_over(self, connection: Connection[Any], position: int) -> None:
        """Know all that there is to know, do what the clock asks for, and try the stopped anew."""
        self._records.start_anew()
        self._settling.forget()
        learn(self._ledger, position)
        self._looking.learn_stopped(connection)
        self.feeds.look()
        self._recompile(connection, position, self._now())
        stopped = [one for one in map(StreamId.of, self._looking.stopped) if one.kind in SUBJECTS]
        if stopped:
            causes = dict.fromkeys(stopped, Cause(position=position, at=self._now()))
            plan = self._looking.plan(connection, Looks(causes), position)
            with self._ours(connection, position):
                heads = self._write(connection, plan)
            self._tell(heads)

    def _by_the_clock(self, connection: Connection[Any], at: datetime) -> bool:
        """Open and close what is due; say whether anything was."""
        if not self._audiences.due(at):
            return False
        self._recompile(connection, self._leases.held[FEEDS].position, at)
        return True

    def _recompile(self, connection: Connection[Any], position: int, at: datetime) -> None:
        """Compile all scopes, and close at once what is closed by now."""
        numbers = self._audiences.load(connection, position, at)
        with self._ours(connection, position):
            heads = self._close(connection, numbers, position, at)
        self._tell(heads)

    def _feed(self, connection: Connection[Any], batch: Batch, at: datetime) -> bool:
        """Take the next batch of the ledger; say whether there was one.

        What closes is closed first, and in a transaction of its own: whoever is looked at then is
        compared with who is still there.
        """
        if not batch.kept:
            return False
        held = self._leases.held[FEEDS]
        touched = touched_by(batch)
        self._ledger.keys.forget_here(touched.forgotten)
        changed = self._learn(connection, touched, batch.upto, at)
        heads: dict[Audience, int] = {}
        if changed:
            with self._ours(connection, held.position):
                heads = self._close(connection, changed, batch.upto, at)
        whole = whole_streams(batch, touched.begun) if self._audiences.by_unit else {}
        looks = Looks(touched.subjects, touched.versions, whole, touched.moved)
        plan = self._looking.plan(connection, looks, batch.upto)
        for telling in self._looking.forgotten(connection, touched.forgotten):
            plan.add(telling)
        with self._ours(connection, batch.upto):
            if not (plan or touched.forgotten):
                connection.execute(UNHURRIED)
            heads |= self._write(connection, plan)
            if touched.forgotten:
                self._store.blank(connection, touched.forgotten)
        self._leases.held[FEEDS] = replace(held, position=batch.upto)
        self._tell({**self._nothing_new(changed), **heads})
        return True

    def _learn(
        self, connection: Connection[Any], touched: Touched, upto: int, at: datetime
    ) -> list[int]:
        """Compile the scopes that a batch may have changed; return the parties."""
        for programme in touched.programmes:
            self._records.programme_changed(programme)
        agreements = {**touched.agreements}
        for stream, cause in touched.registry.items():
            agreements |= dict.fromkeys(self._audiences.naming([stream]), cause)
        changed: list[int] = []
        if agreements:
            self._audiences.causes |= agreements
            changed += self._audiences.compile(connection, agreements, upto, at)
        if corrected(touched.programmes):
            parties = self._audiences.parties.values()
            again = [p.id for p in parties if self._audiences.open[p.id] and not p.counts]
            connection.execute(UNJUDGED, (again,))
            for number in again:
                self._audiences.terms[number] = self._audiences.settled[number] = None
            changed += again
        return changed

    def _settle(self, connection: Connection[Any], at: datetime) -> bool:
        """Look at some more of those for whom everybody is looked at; say whether there were."""
        position = self._leases.held[FEEDS].position
        piece = self._settling.piece(connection, position, at)
        if piece is None:
            return False
        number = piece.party.id
        with self._ours(connection, position):
            if not piece.plan:
                connection.execute(UNHURRIED)
            heads = self._write(connection, piece.plan)
            if piece.terms or piece.settled:
                connection.execute(REACHED, (piece.terms, piece.settled, number))
        if piece.terms:
            self._audiences.terms[number] = piece.terms
        if piece.settled:
            self._audiences.settled[number] = piece.settled
        self._tell({**self._nothing_new([number]), **heads})
        return True

    def _close(
        self, connection: Connection[Any], numbers: Collection[int], position: int, at: datetime
    ) -> dict[Audience, int]:
        """Withdraw whoever is of a unit that is not open, and have the others looked at again."""
        self._settling.begin_anew(numbers)
        heads = {}
        there = self._store.units(connection, numbers)
        for party in self._parties(numbers):
            open_units = self._audiences.open[party.id]
            found = there.get(party.id, ())
            gone = [unit for unit in found if not open_units.issuperset(unit.split())]
            for (event, since), units in closings(party, gone, at).items():
                heads[party.audience] = self._store.close(
                    connection, party, units, event=event, at=since, position=position
                )
        waiting = {party.id for party in self._audiences.unsettled()}
        again = sorted(waiting.intersection(numbers))
        if again:
            connection.execute(UNSETTLED, (again,))
            self._audiences.settled |= dict.fromkeys(again)
        return heads

    def _write(self, connection: Connection[Any], plan: Plan) -> dict[Audience, int]:
        for party, subject, unit in plan.moved:
            self._store.moved(connection, party, subject, unit)
        if plan.letters:
            dead_letters.send(connection, plan.letters)
        if plan.mended:
            dead_letters.release(connection, {FEEDS: plan.mended})
            self._looking.stopped.difference_update(plan.mended)
        heads = self._store.write(connection, plan.tellings.values())
        return {self._audiences.parties[n].audience: head for n, head in heads.items()}

    @contextmanager
    def _ours(self, connection: Connection[Any], upto: int) -> Iterator[None]:
        """Give a transaction that moves the feeds to a position, as long as they are ours."""
        with connection.pipeline(), connection.transaction():
            if not taken(connection, self._leases.process, self._leases.held, upto):
                raise Displaced
            yield

    def _parties(self, numbers: Collection[int]) -> list[Party]:
        return [self._audiences.parties[number] for number in numbers]

    def _nothing_new(self, numbers: Collection[int]) -> dict[Audience, int | None]:
        """Return parties of whom something else than entries changed."""
        return {party.audience: None for party in self._parties(numbers)}

    def _tell(self, heads: Mapping[Audience, int | None]) -> None:
        """Tell whoever listens, here and elsewhere."""
        self.feeds.news(heads)
        if heads:
            self._tail.tell(FEED_NEWS)
