"""Streams folded as they were known at a position, and as far as their facts held at a time."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from psycopg_pool import ConnectionPool

from application.journeys import holds
from application.read_models import Access
from domain.kernel import Refused
from domain.record import Recorded
from infrastructure.histories import CORRECTING, Span, Told, by_stream, concerning, of_kinds
from infrastructure.ledger import EventsourcingLedger
from infrastructure.page_reader import COLUMNS, StoredPage
from infrastructure.row_table import RowTable
from infrastructure.streams_then import all_of
from infrastructure.tail import Kept, Woken, wake_all
from infrastructure.work import Work, folded, work_of
from projections.dated import entered
from projections.whereabouts import MOVING, Movement, movement, whereabouts

TOGETHER: Final = 100
"""Streams whose pages are read and woken together."""
STREAMS_MOST: Final = 20_000
"""Streams that are folded for one answer: about a minute."""
PAGES: Final = (
    f"SELECT {COLUMNS} FROM ledger.event"  # noqa: S608  # constants only
    " WHERE stream = ANY(%s) AND position <= %s AND name = ANY(%s) ORDER BY stream, version"
).encode()


@dataclass(slots=True)
class Folding:
    """Folds streams for one answer, some at a time."""

    ledger: EventsourcingLedger
    pool: ConnectionPool
    position: int
    valid_at: date | datetime | None
    count: int = 0

    def told(self, streams: Sequence[str], names: Collection[str]) -> Iterator[tuple[str, Told]]:
        """Yield each of some streams with its pages of some names, and what corrects them."""
        values = (list(streams), self.position, sorted(CORRECTING.union(names)))
        with self.pool.connection() as connection:
            found = connection.execute(PAGES, values, binary=True)
            kept = [Kept(StoredPage.of(row)) for row in found]
        wake_all(kept, self.ledger.awake)
        for pages in by_stream([kept]):
            self._ensure_not_too_many()
            yield (
                str(pages[0].page.originator_id),
                Told.of([(one.page, one.woken) for one in pages if one.woken is not None]),
            )

    def _ensure_not_too_many(self) -> None:
        self.count += 1
        if self.count > STREAMS_MOST:
            raise Refused(
                "read_model.too_much_then",
                article="Kaidah Jejak: dua waktu",
                because=(
                    "terlalu banyak catatan untuk dihitung ulang; persempit unit atau waktunya",
                    "too many records to be folded anew; ask for a unit, or for a nearer time",
                ),
                field="known_at" if self.valid_at is None else "valid_at",
            )

    def rows(self, table: RowTable, told: Told) -> Mapping[str, Any]:
        """Return the rows that one stream comes to, by their keys."""
        return self._rows(work_of(table, self._held(concerning(table, told))))

    def across(self, table: RowTable) -> Mapping[str, Any]:
        """Return all rows of a table whose rows are about pages of several streams."""
        work, span = Work(table), Span(self.position, self.position, self.ledger.awake)
        with self.pool.connection() as connection, connection.transaction():
            for pages in of_kinds(connection, table, span):
                one = work_of(table, self._held(concerning(table, Told.of(pages))))
                work.pages += one.pages
        work.pages.sort(key=lambda one: one[1].position)
        return self._rows(work)

    def all_streams(self, kinds: Collection[str], first: str) -> Iterator[Sequence[str]]:
        """Yield the names of all streams of some kinds in their order, some at a time."""
        with self.pool.connection() as connection:
            parts = all_of(connection, kinds, first, TOGETHER)
            while part := next(parts, None):
                yield part

    def _rows(self, work: Work) -> Mapping[str, Any]:
        return {key: row for key, row in folded(work, {}).items() if row is not None}

    def facts(self, told: Told) -> Iterator[Recorded]:
        """Yield the facts of a stream that stand and held, as far as they can be woken."""
        for _, page in self._held(told.standing):
            if isinstance(page, Recorded):
                yield page

    def _held(self, pages: Sequence[Woken]) -> Sequence[Woken]:
        """Return the pages whose facts held; what cannot be woken stops its row at every time."""
        valid_at = self.valid_at
        if valid_at is None:
            return pages
        return [
            (stored, page)
            for stored, page in pages
            if isinstance(page, Exception) or holds(page.event, valid_at)
        ]


class Sight:
    """Which cases were within a scope then, by where their movements left them.

    So does `projections.case_summary` say which units see a case.
    """

    names: Final = frozenset(name for kind in MOVING for name in kind.names)
    """Names of the pages that it needs to see of a case."""

    def __init__(self, folding: Folding, access: Access) -> None:
        self._folding, self._access = folding, access
        self._seen: dict[str, bool] = {}

    def of(self, case: str, told: Told) -> bool:
        """Say whether a case was in sight, by its own pages."""
        movements: tuple[Movement, ...] = ()
        for page in self._folding.facts(told):
            if step := movement(page):
                movements = entered(movements, step)
        there = whereabouts(movements)
        self._seen[case] = bool({there.unit, there.destination} & self._access.units)
        return self._seen[case]

    def learn(self, cases: Collection[str]) -> None:
        """Look at the pages of cases that were not looked at yet."""
        new = sorted(set(cases) - self._seen.keys())
        for first in range(0, len(new), TOGETHER):
            part = new[first : first + TOGETHER]
            self._seen |= dict.fromkeys(part, False)
            for stream, told in self._folding.told([f"case:{one}" for one in part], self.names):
                self.of(stream.removeprefix("case:"), told)

    def unknown(self, cases: Collection[str]) -> set[str]:
        """Return those of which it is not known yet."""
        return set(cases) - self._seen.keys()

    def seen(self, case: str) -> bool:
        """Say whether a case that was looked at was in sight."""
        return self._seen[case]
