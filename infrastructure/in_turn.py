"""Pages written in large transactions, one after the other: the next is sealed meanwhile.

A transaction is sent, and while PostgreSQL writes it the pages of the next are sealed, chained to
those that are on their way. It is sent when the one before it is durable, and never otherwise.
"""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from itertools import chain, islice
from struct import Struct
from typing import Final

import psycopg
from psycopg_pool import ConnectionPool

from application.in_turn import Decided
from application.ledger import Conflict, Head
from domain.kernel import SubjectForgotten
from domain.record import StreamId
from infrastructure.columns import Column
from infrastructure.ledger import EventsourcingLedger
from infrastructure.line_ahead import LineAhead
from infrastructure.page_reader import StoredPage
from infrastructure.page_store import stored
from infrastructure.recorder import Entry, ForgottenSince, MovedOn, StoredHead, all_columns

TOGETHER: Final = 4
"""Bundles whose keys are made in one transaction of the key store."""
VALUES: Final = 16
APPEND: Final = (
    f"SELECT ledger.append_all({', '.join(f'${number}' for number in range(1, VALUES + 1))})"
).encode()
BIGINT: Final = Struct("!q")


@dataclass(frozen=True, slots=True)
class Sealed:
    """Pages, where their streams must stand, and what was heard before their keys were taken."""

    pages: Sequence[StoredPage]
    heads: Sequence[StoredHead]
    heard: int

    def values(self) -> list[bytes]:
        """Return what ``ledger.append_all`` is handed."""
        entry = Entry(self.pages, self.heads, None, self.heard)
        return [_binary(value) for value in all_columns([entry])]


class InTurn:
    """An `application.in_turn.InTurn` over a ledger, on a line of its own to where a pool leads."""

    def __init__(self, ledger: EventsourcingLedger, pool: ConnectionPool) -> None:
        self._pages, self._forgettings = ledger.pages, ledger.forgettings
        self._conninfo = str(pool.conninfo)

    def __call__(self, bundles: Iterable[Decided]) -> Iterator[Sequence[int]]:
        """Write bundles in their order, each in one transaction; yield the positions of each."""
        last: dict[StreamId, StoredPage] = {}
        under_way: Sealed | None = None
        with closing(LineAhead(self._conninfo)) as line:
            try:
                for bundle, heard in self._with_keys(bundles):
                    sealed = self._sealed(bundle, heard, last)
                    values = sealed.values()
                    if under_way:
                        ending, under_way = under_way, None
                        yield self._ended(line, ending)
                    line.begin(APPEND, values)
                    under_way = sealed
            except Exception:
                if under_way:  # what kept the next one from being sealed comes after it
                    yield self._ended(line, under_way)
                raise
            if under_way:
                yield self._ended(line, under_way)

    def _with_keys(self, bundles: Iterable[Decided]) -> Iterator[tuple[Decided, int]]:
        """Yield bundles whose keys are durable, with what was heard before they were taken."""
        rest = iter(bundles)
        while some := list(islice(rest, TOGETHER)):
            heard, made = self._forgettings.heard, True
            try:
                self._pages.make_keys(list(chain.from_iterable(one.drafts for one in some)))
            except SubjectForgotten:
                made = False  # whose it is comes out when it is each one's turn
            for bundle in some:
                if not made:
                    self._pages.make_keys(bundle.drafts)
                yield bundle, heard

    def _sealed(self, bundle: Decided, heard: int, last: dict[StreamId, StoredPage]) -> Sealed:
        """Put drafts to sleep after the pages of the bundles before, which may not be written."""
        heads = {
            stream: _after(last[stream]) if stream in last else head
            for stream, head in bundle.heads.items()
        }
        pages = self._pages.after(heads, bundle.drafts)
        last.update(zip((draft.stream for draft in bundle.drafts), pages, strict=True))
        return Sealed(pages, stored(heads), heard)

    def _ended(self, line: LineAhead, sealed: Sealed) -> Sequence[int]:
        try:
            (before,) = BIGINT.unpack(line.end().get_value(0, 0) or b"")
        except psycopg.DatabaseError:
            return self._carefully(sealed)  # nothing of it was written
        return range(before + 1, before + 1 + len(sealed.pages))

    def _carefully(self, sealed: Sealed) -> Sequence[int]:
        """Write on the line of everybody else, where it is told what cannot stand."""
        try:
            positions = self._pages.recorder.insert_events(
                sealed.pages, heads=sealed.heads, answer=None, heard=sealed.heard
            )
        except ForgottenSince as error:
            raise self._forgettings.conflict() from error
        except MovedOn as error:
            raise Conflict(StreamId.of(str(error))) from error
        return positions or ()


def _after(page: StoredPage) -> Head:
    return Head(version=page.originator_version, hash=page.hash)


def _binary(value: Column | bool | int) -> bytes:
    match value:
        case Column():
            return value.content
        case bool():
            return bytes([value])
        case int():
            return BIGINT.pack(value)
