"""Read models at another time: what had taken effect by a day, as it was known at a position.

No history of rows is kept. A row whose stream was told nothing since is right as it stands; the
streams that were are folded again from the pages known by then, as they stood then. Who may see a
row is decided as of then as well: the unit that held somebody then sees it as it saw it then. Whom
the service has forgotten since is forgotten at every time.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from heapq import merge
from itertools import islice
from operator import itemgetter
from threading import BoundedSemaphore
from typing import Any, Final

from psycopg.sql import SQL, Composable, Identifier
from psycopg_pool import ConnectionPool

from application.read_models import Access, Busy, Page, Question, Then
from infrastructure.asking import CASES, Asking, snapshot, texts_of
from infrastructure.blind_words import words_of
from infrastructure.folded_then import TOGETHER, Folding, Sight
from infrastructure.histories import kinds_of
from infrastructure.ledger import EventsourcingLedger
from infrastructure.row_table import RowTable
from infrastructure.streams_then import CASE, Approvals, StreamsThen, Stretch, is_in_sight
from projections.kernel import Scope, Stated

AT_ONCE: Final = 2
"""Questions about another time that are answered at once: each keeps a core busy."""
WAIT_SECONDS: Final = 5.0
LOOKS: Final = 10
"""How often it is looked again where cases move while it is found out who saw them."""
Rows = Iterable[tuple[str, Any]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """What stands in a table, true up to ``told``, and what has to be folded beside it.

    ``streams`` of `None` are all of their kind, and then no row of the table is taken.
    """

    told: int
    as_of: datetime | None
    rows: Mapping[str, Any]
    streams: set[str] | None


@dataclass(frozen=True, kw_only=True)
class Asked:
    """One question to one table, by one caller."""

    table: RowTable
    question: Question
    access: Access
    kinds: frozenset[str]

    @property
    def by_case(self) -> bool:
        """Say whether a case decides who sees a row."""
        return self.table.projection.scope is Scope.CASE and not self.access.everywhere

    @property
    def by_another(self) -> bool:
        """Say whether that case is not the one that the row's stream is about."""
        return self.by_case and self.kinds != CASE

    @property
    def in_order(self) -> bool:
        """Say whether keys come in the order of their streams, whose keys they begin with."""
        return len(self.kinds) == 1 and self.table.projection.within_stream

    @cached_property
    def wanted(self) -> Mapping[str, Collection[str] | None]:
        """Return the texts, any of which a column must be; `None` where any text will do.

        A report may name thousands of cases: they are not gone through for each row.
        """
        where = {**self.question.where, **self.table.projection.listed}
        return {
            column: None if value is Stated.ANY else frozenset(texts_of(value))
            for column, value in where.items()
        }

    def wants(self, key: str, row: Any) -> bool:
        """Say whether a row is one of those asked for."""
        question, table = self.question, self.table
        if question.after is not None and key <= question.after:
            return False
        for column, texts in self.wanted.items():
            said = getattr(row, column)
            said = getattr(said, "value", said)
            if said is None or (texts is not None and texts_of(said)[0] not in texts):
                return False
        if not question.words:
            return True
        stored = table.as_json(row)
        found = {w for f in table.projection.indexed for w in words_of(str(stored[f] or ""))}
        return found.issuperset(word for text in question.words for word in words_of(text))


class AsKnown:
    """Answers questions about another time than now, a few at once."""

    def __init__(
        self,
        ledger: EventsourcingLedger,
        pool: ConnectionPool,
        tables: Mapping[str, RowTable],
        asking: Asking,
    ) -> None:
        self._ledger, self._pool, self._tables, self._asking = ledger, pool, tables, asking
        self._streams = StreamsThen(tables, CASES, Approvals())
        self._places = BoundedSemaphore(AT_ONCE)

    def ask(self, table: RowTable, question: Question, then: Then, access: Access) -> Page:
        """Return the rows that the caller may see, as of then; raise `Busy`."""
        asked = Asked(table=table, question=question, access=access, kinds=kinds_of(table))
        with self.place():
            position = then.position
            if position is None:
                with self._pool.connection() as connection:
                    position, _ = self._asking.freshness(connection, table)
            folding = Folding(self._ledger, self._pool, position, then.valid_at)
            sight = Sight(folding, access)
            look = self._looked(asked, folding, sight)
            folded = self._folded(asked, look, folding, sight)
            rows = merge(look.rows.items(), folded, key=itemgetter(0))
            return Page(
                rows=tuple(islice(rows, question.limit)),
                position=position,
                as_of=then.known_at or look.as_of,
            )

    @contextmanager
    def place(self) -> Iterator[None]:
        """Take one of the places for what takes long; raise `Busy` where none becomes free."""
        if not self._places.acquire(timeout=WAIT_SECONDS):
            raise Busy
        try:
            yield
        finally:
            self._places.release()

    def _looked(self, asked: Asked, folding: Folding, sight: Sight) -> Look:
        """Look at the table once it is known who saw the cases that changed since.

        These are folded while nothing waits for this: a rebuild could not put its table in place.
        """
        for _ in range(LOOKS):
            found = self._look(asked, folding, sight)
            if isinstance(found, Look):
                return found
            sight.learn(found)
        raise Busy

    def _look(self, asked: Asked, folding: Folding, sight: Sight) -> Look | set[str]:
        """Look at the table; or return the cases of which has to be known who saw them."""
        table, access, valid_at = asked.table, asked.access, folding.valid_at
        with snapshot(self._pool, [table, self._tables[CASES]]) as connection:
            told, as_of = self._asking.freshness(connection, table)
            seen, _ = self._asking.freshness(connection, self._tables[CASES])
            stretch = Stretch(
                after=min(told, seen, folding.position),
                upto=max(told, seen, folding.position),
                told=min(told, seen),
            )
            streams = self._streams.to_fold(connection, table, access, stretch, valid_at)
            conditions = [self._asking.within(table, access)]
            if asked.by_another:
                names = self._tables[CASES].event_names
                found = self._streams.cases(connection, names, access, stretch, valid_at) or set()
                cases = {one.removeprefix("case:") for one in found}
                if unknown := sight.unknown(cases):
                    return unknown
                conditions = [_within_then(conditions[0], cases, sight)]
            if streams is None:
                self._asking.wanted(table, asked.question)  # refuses what cannot be asked
                return Look(told=told, as_of=as_of, rows={}, streams=None)
            conditions.append(_but_of(asked, streams, folding.position))
            query = self._asking.query(table, asked.question, *conditions)
            rows = self._asking.found(connection, table, asked.question, query)
        return Look(told=told, as_of=as_of, rows=rows, streams=streams)

    def _folded(self, asked: Asked, look: Look, folding: Folding, sight: Sight) -> Rows:
        """Return the rows that are folded anew, in the order of their keys."""
        if not asked.access.everywhere and not asked.access.units:
            return ()
        if not asked.table.projection.within_stream:
            parts: Iterable[Mapping[str, Any]] = [folding.across(asked.table)]
        else:
            parts = (
                self._part(asked, part, folding, sight) for part in _parts(asked, look, folding)
            )
        wanted = (self._wanted(asked, rows, sight) for rows in parts)
        if asked.in_order:
            return (one for rows in wanted for one in rows)
        return sorted((one for rows in wanted for one in rows), key=itemgetter(0))

    def _part(
        self, asked: Asked, streams: Sequence[str], folding: Folding, sight: Sight
    ) -> Mapping[str, Any]:
        """Return the rows of some streams; of cases, of those that were in sight."""
        names, rows = set(asked.table.event_names), dict[str, Any]()
        by_own = asked.by_case and not asked.by_another
        if by_own:
            names |= sight.names
        for stream, told in folding.told(streams, names):
            if not by_own or sight.of(stream.removeprefix("case:"), told):
                rows |= folding.rows(asked.table, told)
        return rows

    def _wanted(self, asked: Asked, rows: Mapping[str, Any], sight: Sight) -> Rows:
        """Return the rows that were asked for and were in sight, in the order of their keys."""
        found = {key: row for key, row in rows.items() if asked.wants(key, row)}
        if asked.by_another:
            sight.learn({row.case for row in found.values() if row.case is not None})
        return sorted(
            ((key, row) for key, row in found.items() if _in_sight(asked, row, sight)),
            key=itemgetter(0),
        )


def _in_sight(asked: Asked, row: Any, sight: Sight) -> bool:
    if not asked.by_case:
        return is_in_sight(asked.table, row, asked.access)
    if not asked.by_another:
        return True
    if row.case is not None:
        return sight.seen(row.case)
    return getattr(row, "unit", None) in asked.access.units


def _parts(asked: Asked, look: Look, folding: Folding) -> Iterator[Sequence[str]]:
    """Yield the streams to be folded, some at a time, in the order of their keys."""
    after = asked.question.after
    first = (after or "").partition("/")[0].rpartition(":")[2] if asked.in_order else ""
    if look.streams is None:
        yield from folding.all_streams(asked.kinds, first)
        return
    left = sorted(one for one in look.streams if one.partition(":")[2] >= first)
    for start in range(0, len(left), TOGETHER):
        yield left[start : start + TOGETHER]


def _within_then(within: Composable, cases: set[str], sight: Sight) -> Composable:
    """Return the condition of a scope where some cases were not seen then by whom they are now."""
    seen = [case for case in cases if sight.seen(case)]
    return SQL(
        """(t."case" = ANY({}::text[]) OR (coalesce(t."case", '') <> ALL({}::text[]) AND {}))"""
    ).format(sorted(seen), sorted(cases), within)


def _but_of(asked: Asked, streams: set[str], position: int) -> Composable:
    """Return the condition that a row is not of some streams, nor of what was told later."""
    table = asked.table
    if "stream" in table.open_columns:
        own: Composable = SQL("t.stream")
    else:
        (kind,) = asked.kinds
        column = kind.rpartition("-")[2]  # of a remisi-batch: batch
        own = SQL("({} || t.{})").format(f"{kind}:", Identifier(column))
    others = SQL("{} <> ALL({}::text[])").format(own, sorted(streams))
    if table.projection.as_told:
        return SQL("(t.position <= {} AND {})").format(position, others)
    return others
