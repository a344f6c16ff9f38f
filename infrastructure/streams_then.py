"""Which streams have to be folded again to say how a read model was: not those that said the same.

A row is right as it stands where its stream was told nothing since the position that is asked for,
and nothing that took effect after the day. Who may see one unit only is told of the cases that were
ever there: where somebody came from or went to stays in their row, and what was corrected since
is looked for apart.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from threading import Lock
from typing import Any, Final, LiteralString

from psycopg import Connection
from psycopg.sql import SQL, Composable

from application.read_models import Access
from domain.correction import CorrectionApproved
from domain.time import Zone
from infrastructure.histories import kinds_of
from infrastructure.row_table import RowTable
from projections.kernel import Scope

CASE, PERSON = frozenset({"case"}), frozenset({"person"})
NEAR: Final = 50_000
"""Pages that are looked through for the streams that they stand in; for more, streams are asked."""
SOME: Final = 20_000
"""Streams that are named one by one. Beyond that all of their kind are gone through."""
APPROVALS: Final = sorted(CorrectionApproved.names)
APPROVED: Final = (
    "SELECT position, stream FROM ledger.event"
    " WHERE position > %s AND position <= %s AND name = ANY(%s) ORDER BY position"
)
TOUCHED: Final = (
    "SELECT DISTINCT stream FROM ledger.event"
    " WHERE position > %s AND position <= %s AND name = ANY(%s)"
)
OF_KIND: Final = (
    "WITH RECURSIVE one AS ("
    " (SELECT stream FROM ledger.event WHERE stream >= %(first)s AND stream < %(end)s"
    "  ORDER BY stream LIMIT 1)"
    " UNION ALL SELECT (SELECT e.stream FROM ledger.event AS e"
    "  WHERE e.stream > one.stream AND e.stream < %(end)s ORDER BY e.stream LIMIT 1)"
    "  FROM one WHERE one.stream IS NOT NULL"
    ") SELECT stream FROM one WHERE stream IS NOT NULL LIMIT %(most)s"
)
LAST_PAGE: Final[LiteralString] = (
    "(SELECT position FROM ledger.event AS e WHERE e.stream = {0}"
    " ORDER BY e.version DESC LIMIT 1) > {1}"
)
EVER_THERE: Final[LiteralString] = (
    "(c.unit = ANY({0}) OR c.destination = ANY({0}) OR EXISTS ("
    "SELECT FROM jsonb_array_elements(c.movements) AS m"
    " WHERE m ->> 'unit' = ANY({0}) OR m ->> 'to' = ANY({0})))"
)
WESTERNMOST: Final = Zone.WIB.offset


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """Between what rows say and what is asked: pages after ``after`` up to ``upto`` differ.

    Those after ``told`` are in no row yet: neither of the table nor of the one that tells of cases.
    """

    after: int
    upto: int
    told: int

    @property
    def near(self) -> bool:
        """Say whether its pages can be looked through."""
        return self.upto - self.after <= NEAR


class Approvals:
    """Where corrections were approved: read once in a process, and then what is new.

    The newest pages are read again each time: after a fail-over they may be others.
    """

    def __init__(self) -> None:
        self._found: dict[int, str] = {}
        self._upto = 0
        self._turn = Lock()

    def within(self, connection: Connection[Any], stretch: Stretch) -> set[str]:
        """Return the streams in which any was approved within a stretch."""
        if stretch.near:
            values = (stretch.after, stretch.upto, APPROVALS)
            return {stream for _, stream in connection.execute(APPROVED, values)}
        with self._turn:
            since = max(self._upto - NEAR, 0)
            found = {at: stream for at, stream in self._found.items() if at <= since}
            values = (since, stretch.upto, APPROVALS)
            self._found = found | dict(connection.execute(APPROVED, values).fetchall())
            self._upto = stretch.upto
        return {stream for position, stream in self._found.items() if position > stretch.after}


class StreamsThen:
    """Finds the streams whose rows may have been others then."""

    def __init__(self, tables: Mapping[str, RowTable], cases: str, approvals: Approvals) -> None:
        self._tables, self._cases, self._approvals = tables, cases, approvals

    def to_fold(
        self,
        connection: Connection[Any],
        table: RowTable,
        access: Access,
        stretch: Stretch,
        valid_at: date | datetime | None,
    ) -> set[str] | None:
        """Return the streams that a table's rows have to be folded of; `None` where it is all."""
        kinds = kinds_of(table)
        if not table.projection.within_stream:
            return None
        if table.projection.as_told:  # what is there stays as it is
            stretch = Stretch(after=stretch.told, upto=stretch.upto, told=stretch.told)
        if kinds == CASE:
            return self.cases(connection, table.event_names, access, stretch, valid_at)
        if kinds == PERSON and not access.everywhere:
            return self._persons(connection, table, access, stretch, valid_at)
        if stretch.near and valid_at is None:
            return self._touched(connection, kinds, table.event_names, stretch)
        if len(kinds) > 1:  # what was once said about facts stays in their streams, and so do rows
            found = connection.execute(SQL("SELECT DISTINCT stream FROM {}").format(table.table))
            return {stream for (stream,) in found}
        return None

    def cases(
        self,
        connection: Connection[Any],
        names: Collection[str],
        access: Access,
        stretch: Stretch,
        valid_at: date | datetime | None,
    ) -> set[str] | None:
        """Return the cases to be folded for whoever has this access; `None` where it is all."""
        summary = self._tables[self._cases]
        if not access.everywhere:
            names = summary.event_names
        always = self._always(connection, CASE, names, stretch) | self._stopped(connection)
        changed: list[Composable] = []
        if stretch.near:
            touched = self._touched(connection, CASE, names, stretch)
            keys = [stream.removeprefix("case:") for stream in touched]
            changed.append(SQL("c.key = ANY({})").format(keys))
        elif access.everywhere:
            return None
        else:
            stream = SQL("('case:' || c.key)")
            changed.append(SQL(LAST_PAGE).format(stream, stretch.after))
        if valid_at is not None:
            changed.append(SQL("c.last_effective_day >= {}").format(quiet_until(valid_at)))
        there = SQL("true") if access.everywhere else self._ever_there(access)
        query = SQL("SELECT 'case:' || c.key FROM {} AS c WHERE {} AND ({}) LIMIT {}").format(
            summary.table, there, SQL(" OR ").join(changed), SOME + 1 if access.everywhere else None
        )
        found = {stream for (stream,) in connection.execute(query)}
        return None if access.everywhere and len(found) > SOME else found | always

    def _persons(
        self,
        connection: Connection[Any],
        table: RowTable,
        access: Access,
        stretch: Stretch,
        valid_at: date | datetime | None,
    ) -> set[str]:
        """Return the people to be folded: of the units, and of whom a case was ever there."""
        names = table.event_names | self._tables[self._cases].event_names
        always = self._always(connection, PERSON | CASE, names, stretch)
        changed: Composable = SQL("true")
        if valid_at is None and stretch.near:
            touched = self._touched(connection, PERSON, table.event_names, stretch)
            keys = [stream.removeprefix("person:") for stream in touched]
            changed = SQL("t.key = ANY({})").format(keys)
        elif valid_at is None:
            changed = SQL(LAST_PAGE).format(SQL("('person:' || t.key)"), stretch.after)
        cases = [one.removeprefix("case:") for one in always]
        query = SQL(
            "SELECT 'person:' || t.key FROM {} AS t WHERE {} AND (t.unit = ANY({}) OR EXISTS ("
            'SELECT FROM {} AS c WHERE (c.person = t.person OR c.key = t."case")'
            " AND (c.key = ANY({}) OR {})))"
        ).format(
            table.table,
            changed,
            sorted(access.units),
            self._tables[self._cases].table,
            cases,
            self._ever_there(access),
        )
        found = {stream for (stream,) in connection.execute(query)}
        return found | {one for one in always if one.startswith("person:")}

    def _always(
        self,
        connection: Connection[Any],
        kinds: Collection[str],
        names: Collection[str],
        stretch: Stretch,
    ) -> set[str]:
        """Return the streams of which rows cannot say whether they matter: corrected, or newer."""
        found = self._approvals.within(connection, stretch)
        if stretch.told < stretch.upto:
            newer = Stretch(after=stretch.told, upto=stretch.upto, told=stretch.told)
            found |= self._touched(connection, kinds, names, newer)
        return {one for one in found if one.partition(":")[0] in kinds}

    def _ever_there(self, access: Access) -> Composable:
        return SQL(EVER_THERE).format(SQL("{}::text[]").format(sorted(access.units)))

    def _stopped(self, connection: Connection[Any]) -> set[str]:
        """Return the cases whose summary a page stopped: it may not say where they were."""
        found = connection.execute(
            "SELECT key, whole_stream FROM read_model.dead_letter WHERE projection = %s",
            (self._tables[self._cases].name,),
        )
        return {key if whole else f"case:{key}" for key, whole in found}

    def _touched(
        self,
        connection: Connection[Any],
        kinds: Collection[str],
        names: Collection[str],
        stretch: Stretch,
    ) -> set[str]:
        """Return the streams of some kinds that pages of a stretch stand in."""
        values = (stretch.after, stretch.upto, sorted({*names, *APPROVALS}))
        found = connection.execute(TOUCHED, values)
        return {stream for (stream,) in found if stream.partition(":")[0] in kinds}


def all_of(
    connection: Connection[Any], kinds: Collection[str], first: str, most: int
) -> Iterator[Sequence[str]]:
    """Yield all streams of some kinds in their order, ``most`` at a time, from a key on."""
    for kind in sorted(kinds):
        start = f"{kind}:{first}"
        while True:
            values = {"first": start, "end": f"{kind};", "most": most}
            found = [stream for (stream,) in connection.execute(OF_KIND, values)]
            if found:
                yield found
            if len(found) < most:
                break
            start = found[-1] + "\x01"


def quiet_until(valid_at: date | datetime) -> date:
    """Return the day before which a case's last fact took effect if all had by then.

    Of two facts the earlier one may be of the later day, in a zone further east.
    """
    return valid_at.astimezone(WESTERNMOST).date() if isinstance(valid_at, datetime) else valid_at


def is_in_sight(table: RowTable, row: Any, access: Access) -> bool:
    """Say whether a row is within a scope by its own columns, where no case decides."""
    scope = table.projection.scope
    if access.everywhere or scope is Scope.SERVICE:
        return access.everywhere or bool(access.units)
    if scope is Scope.UNITS:
        return bool(access.units) and (not row.units or not access.units.isdisjoint(row.units))
    named = {row.unit, getattr(row, "destination", None)}
    return not access.units.isdisjoint(named - {None})
