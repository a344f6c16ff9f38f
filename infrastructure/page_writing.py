"""How groups of entries are written: as one where all can stand, else each is told apart."""

from collections.abc import Callable, Sequence
from itertools import accumulate
from typing import Final

import psycopg
from eventsourcing.persistence import IntegrityError
from psycopg.pq.abc import PGresult

from infrastructure.entry import BIGINT, EVERYTHING, Entry, all_values, numbered_columns
from infrastructure.lane import MustWait
from infrastructure.prepared_line import Ear, PreparedLine

VALUES: Final = 16
ALL: Final = (
    f"SELECT ledger.append_all({', '.join(f'${n}' for n in range(1, VALUES + 1))})".encode()
)
"""Writes a group as one, where all of it can stand."""
EACH: Final = (
    b"SELECT request, first, moved_on, answered FROM ledger.append(%b::text[], %b::int[],"
    b" %b::text[], %b::uuid[], %b::bytea[], %b::bytea[], %b::int[], %b::text[], %b::int[],"
    b" %b::bytea[], %b::int[], %b::text[], %b::text[], %b::bytea[], %b::text[], %b::int[], %b,"
    b" %b::bigint)"
)
"""Writes of a group what can stand, and says what became of each request."""
REFUSED: Final = (
    psycopg.DataError,
    psycopg.IntegrityError,
    psycopg.ProgrammingError,
    ValueError,
)
"""What says that something cannot be written, and that nothing was."""
UNHEARD: Final = "JF001"
"""What the database says where a decision to forget is later than all that was heard of."""


class AnsweredAlready(Exception):
    """The key was answered by another writer while this one was deciding."""


class ForgottenSince(IntegrityError):
    """Somebody is to be forgotten whose key these pages may have been sealed under."""


class MovedOn(IntegrityError):
    """A stream is no longer as it was when the pages for it were decided."""


class PageWriting:
    """Writes groups of entries over a line of its own (`lane.Writing`).

    ``written`` is called whenever something may be new in the ledger.
    """

    def __init__(self, conninfo: str, written: Callable[[], None]) -> None:
        self._line, self._written = PreparedLine(conninfo, ALL), written
        self._sent: Sequence[Entry] = ()
        self._refusal: psycopg.DatabaseError | None = None
        self.close = self._line.close

    def begin(self, entries: Sequence[Entry]) -> Ear:
        """Send what several requests bring, as one; raise `MustWait` where it would wait."""
        self._line.abandon()  # what somebody sent who was called away: its answer is not ours
        self._sent, self._refusal = entries, None
        try:
            ear = self._line.begin(all_values(entries), waits=False)
        except ValueError as error:  # it alone is to hear so of whom that is
            raise MustWait from error
        if ear is None:
            raise MustWait
        return ear

    def end(self, entries: Sequence[Entry]) -> Sequence[int] | None:
        """Return the first position of each once all is durable, or `None` before that.

        Raises `MustWait` where one of them cannot stand, and `OutcomeUnknown`.
        """
        try:
            result = self._line.heard()
        except psycopg.DatabaseError as error:
            self._refusal = error
            raise MustWait from error
        return None if result is None else self._firsts(result, entries)

    def write(self, entries: Sequence[Entry]) -> Sequence[int | Exception]:
        """Write what several requests bring in one round trip; each has its own outcome.

        Where one of them cannot stand nothing was written, and they are told apart. What was begun
        of the same entries is gone on with.
        """
        try:
            return self._firsts(self._answer_to(entries), entries)
        except REFUSED:
            return self._write_each(entries)
        except psycopg.DatabaseError as error:
            return self._heard_of(error, entries)

    def _answer_to(self, entries: Sequence[Entry]) -> PGresult:
        """Return what was answered to these entries, however far that has come already."""
        if self._sent != entries:
            self._line.abandon()  # as in `begin`
            self._sent, self._refusal = entries, None
        if self._refusal:
            raise self._refusal
        if not self._line.under_way:
            self._line.begin(all_values(entries))
        return self._line.waited_for()

    def _firsts(self, result: PGresult, entries: Sequence[Entry]) -> Sequence[int]:
        self._written()
        (before,) = BIGINT.unpack(result.get_value(0, 0) or b"")
        firsts = accumulate((len(entry.pages) for entry in entries), initial=before + 1)
        return [first if entry.pages else 0 for entry, first in zip(entries, firsts, strict=False)]

    def _write_each(self, entries: Sequence[Entry]) -> Sequence[int | Exception]:
        """Write those of several requests that can stand, and say what became of the others."""
        try:
            rows = self._line.commit(EACH, numbered_columns(entries))
        except REFUSED:
            if len(entries) == 1:
                raise
            # One of them cannot be stored at all: it alone is to hear so.
            return [self._alone(entry) for entry in entries]
        except psycopg.DatabaseError as error:
            return self._heard_of(error, entries)
        self._written()
        outcomes: list[int | Exception] = [0] * len(entries)
        for request, first, moved_on, answered in rows:
            outcomes[request] = first or 0
            if moved_on:
                outcomes[request] = MovedOn(moved_on)
            if answered:
                outcomes[request] = AnsweredAlready()
        return outcomes

    def _heard_of(
        self, error: psycopg.DatabaseError, entries: Sequence[Entry]
    ) -> Sequence[int | Exception]:
        """Write those that had heard of the last decision to forget, where that was the error."""
        if error.sqlstate != UNHEARD:
            raise error
        forgotten = int(error.diag.message_detail or EVERYTHING)
        return [
            ForgottenSince() if entry.heard < forgotten else self._alone(entry) for entry in entries
        ]

    def _alone(self, entry: Entry) -> int | Exception:
        try:
            return self._write_each([entry])[0]
        except Exception as error:  # noqa: BLE001  # its caller raises it
            return error
