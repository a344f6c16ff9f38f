"""Feeds as partners read them: the entries, under the agreement as it stands at that moment.

Every answer compiles the scope from the ledger and is gated by it: by unit and instant, by field,
and by the terms under which everybody present was last looked at. Where the agreement says
otherwise than the feed was made by, nothing is told until it was gone through, and nothing is lost:
whoever asks again from the same entry hears all of it. A list would say that nobody is there, so it
says to ask again. Who is in scope is only known as far as the ledger was seen: where that is too
long ago, no data leaves.

Many may ask the same at one moment. Those who ask while somebody's question is being answered get
the next answer together: never one that was begun before they asked.
"""

import time
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import Any, Final, NamedTuple

from psycopg import Connection, Cursor
from psycopg_pool import ConnectionPool

from application.feeds import Audience, Change, Entry, Fresh, Told, Unready
from application.read_models import DeadLetter, Progress
from application.sharing import NoSuchScope, Sharing
from domain.kernel import UNREADABLE, DataClass, Json
from domain.record import StreamId
from domain.sharing.scope import Scope, Standing
from infrastructure.dead_letters import shown
from infrastructure.feed_audiences import terms_of
from infrastructure.feed_looking import FEEDS
from infrastructure.feed_news import FeedNews
from infrastructure.feed_store import place_of
from infrastructure.leases import LEASE_SECONDS
from infrastructure.read_models import PROGRESS
from infrastructure.row_table import RowSeals
from infrastructure.tail import Tail
from infrastructure.together import Together

LOOK_SECONDS: Final = 0.1
LAG_MOST_SECONDS: Final = 60.0
"""How long somebody who has left may be shown to those who have not heard: a feeder lags by less
than a second, another one takes over in seconds, and a restart of the house takes some ten."""
FRESH: Final = (
    "SELECT p.position, CASE WHEN n.position IS NULL THEN clock_timestamp() ELSE"
    " (SELECT recorded_at FROM ledger.event AS e WHERE e.position = p.position) END,"
    " coalesce(extract(epoch FROM clock_timestamp() - n.recorded_at), 0)::float8"
    " FROM read_model.progress AS p LEFT JOIN ledger.event AS n ON n.position = p.position + 1"
    " WHERE p.projection = %s"
)
FOUND: Final = "SELECT id, head, terms FROM feed.audience WHERE agreement = %s AND agency = %s"
COLUMNS: Final = (
    "e.id, e.subject, e.pseudonym, e.change, e.event, e.at, e.position, e.owner, e.unit,"
    " e.fields, e.data"
)
AFTER: Final = (
    f"SELECT {COLUMNS} FROM feed.entry AS e WHERE audience ="  # noqa: S608
    " (SELECT id FROM feed.audience WHERE agreement = %s AND agency = %s)"
    " AND id > %s ORDER BY id LIMIT %s"
)
PRESENT: Final = (
    f"SELECT {COLUMNS} FROM feed.present AS p JOIN feed.entry AS e"  # noqa: S608
    " ON e.audience = p.audience AND e.id = p.entry WHERE p.audience = %s AND p.pseudonym > %s"
    " AND string_to_array(p.unit, ' ') <@ %s AND e.fields <@ %s AND e.data IS NOT NULL"
    " ORDER BY p.pseudonym LIMIT %s"
)
STREAM: Final = (
    "SELECT p.subject FROM feed.present AS p JOIN feed.entry AS e"
    " ON e.audience = p.audience AND e.id = p.entry WHERE p.audience = %s AND p.pseudonym = %s"
    " AND string_to_array(p.unit, ' ') <@ %s AND e.fields <@ %s AND e.data IS NOT NULL"
)
TOLD: Final = (
    "SELECT EXISTS (SELECT FROM feed.present WHERE audience = %(audience)s),"
    " (SELECT greatest(e.at, l.recorded_at) FROM feed.entry AS e"
    "  LEFT JOIN ledger.event AS l ON l.position = e.position"
    "  WHERE e.audience = %(audience)s AND e.id = %(head)s)"
)
REACHED: Final = (
    "SELECT p.position >= %s AND NOT EXISTS (SELECT FROM feed.audience WHERE settled IS NULL)"
    " FROM read_model.progress AS p WHERE p.projection = %s"
)
NOT_BEGUN: Final = (FEEDS, 0, None, 0, 0.0, None)
HEAD: Final = "SELECT coalesce(max(position), 0) FROM ledger.event"


class Stored(NamedTuple):
    """A row of `COLUMNS`."""

    id: int
    subject: str
    pseudonym: str
    change: str
    event: str
    at: Any
    position: int
    owner: str
    unit: str
    fields: list[str]
    data: bytes | None


class Gate(NamedTuple):
    """What of a feed may leave the house at this moment."""

    scope: Scope
    standing: Standing
    until: datetime | None
    units: frozenset[str]
    fields: frozenset[str]
    number: int | None
    head: int
    told: bool

    def ensure_ready(self, fresh: Fresh, *, whole: bool) -> None:
        """Raise `Unready` where what may be shown is not known, or not the ``whole`` of it.

        Where nothing is shared, nothing is what there is to show.
        """
        if self.units and (fresh.lag_seconds > LAG_MOST_SECONDS or (whole and not self.told)):
            raise Unready

    def lets(self, row: Stored) -> bool:
        """Say whether the data of an entry may."""
        return self.units.issuperset(row.unit.split()) and self.fields.issuperset(row.fields)


class PostgresFeeds(FeedNews):
    """An `application.feeds.Feeds`. For any number of threads."""

    def __init__(self, pool: ConnectionPool, sharing: Sharing, seals: RowSeals, tail: Tail) -> None:
        super().__init__(pool, tail)
        self._sharing, self._seals = sharing, seals
        self._together: Together[Told] = Together()

    def after(self, audience: Audience, entry: int, most: int) -> Told:
        """Return the entries after one, at most so many."""
        answer = partial(self._after, audience, entry, most)
        return self._together((audience, "after", entry, most), answer)

    def present(self, audience: Audience, after: str | None, most: int | None) -> Told:
        """Return the last entry of everybody in scope who can be shown, by pseudonym."""
        answer = partial(self._present, audience, after, most)
        return self._together((audience, "present", after, most), answer)

    def stream_of(self, audience: Audience, pseudonym: str) -> StreamId | None:
        """Return whom a pseudonym stands for."""
        asked = self._asked(audience)
        with self._pool.connection() as connection:
            fresh, found = _asked_first(connection, audience)
            gate = self._gate(connection, found, asked)
            gate.ensure_ready(_fresh(fresh), whole=True)
            if "\0" in pseudonym:
                return None
            values = (gate.number, pseudonym, list(gate.units), list(gate.fields))
            row = connection.execute(STREAM, values).fetchone()
        return StreamId.of(row[0]) if row else None

    def reached(self, position: int, seconds: float) -> bool:
        """Wait until the feeds have seen a position, and whoever that concerns was looked at."""
        deadline = time.monotonic() + seconds
        with self.asking():
            while True:
                with self._pool.connection() as connection:
                    row = connection.execute(REACHED, (position, FEEDS)).fetchone()
                left = deadline - time.monotonic()
                if row == (True,) or left <= 0:
                    return row == (True,)
                self.await_news(min(left, LOOK_SECONDS))

    def progress(self) -> Progress:
        """Return how far the feeds are, and who is stopped."""
        with self._pool.connection() as connection:
            query = f"{PROGRESS} WHERE p.projection = %s"
            row = connection.execute(query, (LEASE_SECONDS, FEEDS)).fetchone() or NOT_BEGUN
            letters = shown(connection).get(FEEDS, ()) if row[3] else ()
            head = connection.execute(HEAD).fetchone() or (0,)
        return Progress(
            name=FEEDS,
            version=1,
            position=row[1],
            head=max(head[0], row[1]),
            updated_at=row[2],
            stopped_keys=row[3],
            lag_seconds=max(row[4], 0.0),
            holder=row[5],
            dead_letters=tuple(
                DeadLetter(key=key, position=at, error=error, at=since)
                for key, at, error, since in letters
            ),
        )

    def _after(self, audience: Audience, entry: int, most: int) -> Told:
        asked = self._asked(audience, former=True)
        with self._pool.connection() as connection:
            with connection.pipeline():
                fresh, found = _asked_first(connection, audience)
                values = (audience.agreement, audience.agency, entry, most)
                rows = connection.execute(AFTER, values, binary=True)
            gate = self._gate(connection, found, asked)
            gate.ensure_ready(seen := _fresh(fresh), whole=False)
            return self._told(gate, seen, [Stored(*row) for row in rows] if gate.told else ())

    def _present(self, audience: Audience, after: str | None, most: int | None) -> Told:
        asked = self._asked(audience)
        with self._pool.connection() as connection:
            fresh, found = _asked_first(connection, audience)
            gate = self._gate(connection, found, asked)
            gate.ensure_ready(seen := _fresh(fresh), whole=True)
            rows: Iterable[Any] = ()
            if "\0" not in (after or ""):
                values = (gate.number, after or "", list(gate.units), list(gate.fields), most)
                rows = connection.execute(PRESENT, values, binary=True)
            told = self._told(gate, seen, [Stored(*row) for row in rows])
        return replace(told, entries=[one for one in told.entries if one.data is not None])

    def _asked(
        self, audience: Audience, *, former: bool = False
    ) -> tuple[Scope, Standing, frozenset[str]]:
        """Compile the scope as the ledger has it now, and see who is open; raise `NoSuchScope`.

        Not while a connection is held: this takes another. Who was a ``former`` party, the gate
        knows: it has a feed, and that a tail.
        """
        compiled = self._sharing.scope_or_none_left if former else self._sharing.scope
        scope = compiled(audience.agreement, audience.agency)
        standing = self._sharing.standing(scope)
        return scope, standing, frozenset(self._sharing.open_units(scope))

    def _gate(
        self,
        connection: Connection[Any],
        found: Cursor[Any],
        asked: tuple[Scope, Standing, frozenset[str]],
    ) -> Gate:
        scope, standing, units = asked
        number, head, terms = found.fetchone() or (None, 0, None)
        return Gate(
            scope=scope,
            standing=standing,
            until=self._tail(connection, standing, number, head),
            units=units,
            fields=frozenset(field.value for field in scope.fields),
            number=number,
            head=head,
            told=terms == terms_of(scope),
        )

    def _tail(
        self, connection: Connection[Any], standing: Standing, number: int | None, head: int
    ) -> datetime | None:
        """Return until when the tail is served; raise `NoSuchScope` where that is over.

        It is not while somebody is still to be withdrawn.
        """
        if standing.shares:
            return None
        row = connection.execute(TOLD, {"audience": number, "head": head}).fetchone()
        there, told_at = row or (False, None)
        until, now = standing.tail_ends(told_at), self._sharing.now()
        if until is None or there:
            return None
        if until <= now:
            raise NoSuchScope
        return until

    def _told(self, gate: Gate, fresh: Fresh, rows: Sequence[Stored]) -> Told:
        shown = {row.id: row for row in rows if row.data is not None and gate.lets(row)}
        self._seals.open_keys(
            {(row.owner, DataClass.SPECIFIC.value) for row in shown.values() if row.owner}
        )
        entries = [self._entry(gate, row, shown.get(row.id)) for row in rows]
        head = max([gate.head, *(row.id for row in rows)])
        return Told(
            scope=gate.scope,
            standing=gate.standing,
            until=gate.until,
            entries=entries,
            head=head,
            fresh=fresh,
        )

    def _entry(self, gate: Gate, row: Stored, shown: Stored | None) -> Entry:
        data: Json | None = None
        if shown is not None and shown.data is not None and gate.number is not None:
            place = place_of(gate.number, row.id)
            found = self._seals.unseal(row.owner, DataClass.SPECIFIC, place, shown.data.hex())
            data = None if found is UNREADABLE else found
        return Entry(
            id=row.id,
            subject=row.subject,
            pseudonym=row.pseudonym,
            change=Change(row.change),
            event=row.event,
            at=row.at,
            position=row.position,
            data=data,
        )


def _asked_first(
    connection: Connection[Any], audience: Audience
) -> tuple[Cursor[Any], Cursor[Any]]:
    """Ask how far the feeds are, and how a feed stands: what is read after it has all that."""
    fresh = connection.execute(FRESH, (FEEDS,))
    return fresh, connection.execute(FOUND, (audience.agreement, audience.agency))


def _fresh(asked: Cursor[Any]) -> Fresh:
    position, as_of, lag_seconds = asked.fetchone() or (0, None, 0.0)
    return Fresh(position=position, as_of=as_of, lag_seconds=max(lag_seconds, 0.0))
