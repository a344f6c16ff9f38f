"""Pages written in large transactions, one after the other: the next is sealed meanwhile.

A transaction is sent, and while PostgreSQL writes it the pages of the next are sealed, chained to
those that are on their way, and the keys of the one after that are made. It is sent when the one
before it is durable, and never otherwise.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing

import psycopg
from psycopg_pool import ConnectionPool

from application.in_turn import Decided
from application.ledger import Conflict
from domain.record import StreamId
from infrastructure.bundle import Bundle, sealed
from infrastructure.entry import BIGINT, StoredHead
from infrastructure.keys_ahead import KeysAhead
from infrastructure.ledger import EventsourcingLedger
from infrastructure.line_ahead import LineAhead
from infrastructure.page_secrets import owners_of
from infrastructure.page_writing import ALL, ForgottenSince, MovedOn
from infrastructure.sealing import Owner, SubjectKey


class InTurn:
    """An `application.in_turn.InTurn` over a ledger, on a line of its own to where a pool leads."""

    def __init__(self, ledger: EventsourcingLedger, pool: ConnectionPool) -> None:
        self._recorder, self._forgettings = ledger.pages.recorder, ledger.forgettings
        self._codec, self._keys = ledger.codec, ledger.keys
        self._conninfo = str(pool.conninfo)

    def __call__(self, bundles: Iterable[Decided]) -> Iterator[Sequence[int]]:
        """Write bundles in their order, each in one transaction; yield the positions of each."""
        last: dict[str, StoredHead] = {}
        under_way: Bundle | None = None
        with (
            closing(LineAhead(self._conninfo, ALL)) as line,
            closing(KeysAhead(self._keys)) as keys,
        ):
            try:
                for decided, taken, heard in self._with_keys(keys, bundles):
                    bundle = sealed(self._codec, decided, taken, last, heard)
                    values = bundle.values()
                    if under_way:
                        ending, under_way = under_way, None
                        yield self._ended(line, ending)
                    line.begin(values)
                    under_way = bundle
            except Exception:
                if under_way:  # what kept the next one from being sealed comes after it
                    yield self._ended(line, under_way)
                raise
            if under_way:
                yield self._ended(line, under_way)

    def _with_keys(
        self, keys: KeysAhead, bundles: Iterable[Decided]
    ) -> Iterator[tuple[Decided, Mapping[Owner, SubjectKey], int]]:
        """Yield bundles, their keys, and what was heard before these were taken.

        Keys are durable by then, and those of the bundle after it are being made.
        """
        rest = iter(bundles)
        begun = self._begun(keys, rest)
        while begun:
            decided, heard = begun
            ready = decided, keys.taken(), heard
            try:
                begun = self._begun(keys, rest)
            except Exception:
                yield ready  # what kept the next one from being fetched comes after it
                raise
            yield ready

    def _begun(self, keys: KeysAhead, rest: Iterator[Decided]) -> tuple[Decided, int] | None:
        """Have the keys of the next bundle made, if there is one."""
        for decided in rest:
            heard = self._forgettings.heard
            keys.begin(owners_of(decided.drafts))
            return decided, heard
        return None

    def _ended(self, line: LineAhead, bundle: Bundle) -> Sequence[int]:
        try:
            (before,) = BIGINT.unpack(line.waited_for().get_value(0, 0) or b"")
        except psycopg.DatabaseError:
            return self._carefully(bundle)  # nothing of it was written
        return range(before + 1, before + 1 + len(bundle.pages))

    def _carefully(self, bundle: Bundle) -> Sequence[int]:
        """Write on the line of everybody else, where it is told what cannot stand."""
        try:
            positions = self._recorder.insert_events(
                bundle.stored_pages(), heads=bundle.heads, answer=None, heard=bundle.heard
            )
        except ForgottenSince as error:
            raise self._forgettings.conflict() from error
        except MovedOn as error:
            raise Conflict(StreamId.of(str(error))) from error
        return positions or ()
