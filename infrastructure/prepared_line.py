"""A line that writes by one prepared statement: its answer is waited for, or heard as it comes."""

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from math import inf
from select import POLLIN, POLLOUT, poll
from time import monotonic
from typing import Final

from psycopg import pq
from psycopg.errors import error_from_result

from application.ledger import OutcomeUnknown
from infrastructure.writing_line import OPENING, WritingLine

NAME: Final = b"jejak_prepared"
BINARY: Final = 1


class Ear:
    """By what an answer can be heard, while the line itself may be closed by somebody else.

    It is open for as long as it is kept. To listen by a descriptor that was closed, or is another's
    by now, ends in silence, and with uvloop in the end of the process.
    """

    def __init__(self, descriptor: int) -> None:
        self._own = os.dup(descriptor)

    def __del__(self) -> None:
        os.close(self._own)

    def fileno(self) -> int:
        """Return its descriptor."""
        return self._own


class PreparedLine(WritingLine):
    """A `WritingLine` for one statement, a transaction of its own each time.

    ``begin`` sends it, and `heard` or `waited_for` end it: one thread at a time, but not always the
    same. Values and results are in binary form. What is raised is `OutcomeUnknown`, or else means
    that nothing was written.
    """

    def __init__(self, conninfo: str, statement: bytes, opening: str = OPENING) -> None:
        """Prepare to write by a statement, whose values are ``$1`` and so on."""
        super().__init__(conninfo, opening)
        self._statement = statement
        self._server: pq.abc.PGconn | None = None
        self._ear: Ear | None = None
        self._results: list[pq.abc.PGresult] = []
        self.under_way = False

    @property
    def standing(self) -> pq.abc.PGconn | None:
        """Return the server, where the line to it is open and prepared, as far as anybody knows."""
        connection, server = self._connection, self._server
        stands = connection is not None and connection.pgconn is server and self.open
        return server if stands else None

    def begin(self, values: Sequence[bytes], *, waits: bool = True) -> Ear | None:
        """Send the values, as far as they go without waiting; return by what to hear the answer.

        That is `None` where some of them are still here, for `waited_for` to send; and where
        nothing was begun, since without ``waits`` no line is opened for it.
        """
        server = self.standing
        if server is None:
            if not waits:
                return None
            server = self._prepared()
        with self._asking():
            formats = [BINARY] * len(values)
            server.send_query_prepared(NAME, values, formats, result_format=BINARY)
            return None if server.flush() else self._ear

    def heard(self) -> pq.abc.PGresult | None:
        """Return what the statement gave once it is durable, and `None` before that."""
        server = self._server
        if not self.under_way or server is None:
            self.abandon()
            raise OutcomeUnknown
        with self._asking():
            server.consume_input()
            while not server.is_busy():
                result = server.get_result()
                if result is None:
                    break
                self._results.append(result)
            else:
                return None
        return self._answer()

    def waited_for(self) -> pq.abc.PGresult:
        """Return what the statement gave, once it is durable."""
        while (answer := self.heard()) is None:
            with self._asking():
                self._wait()
        return answer

    def _wait(self) -> None:
        if self._server is not None:
            ear = poll()
            ear.register(self._server.socket, POLLIN | (self._server.flush() and POLLOUT))
            ear.poll()

    def _prepared(self) -> pq.abc.PGconn:
        """Open the line, and prepare the statement."""
        self._server = None
        server = self._open().pgconn
        with self._asking():
            prepared, self._ear = server.prepare(NAME, self._statement), Ear(server.socket)
        self._answered()
        if prepared.status != pq.ExecStatus.COMMAND_OK:
            raise error_from_result(prepared)
        self._server = server
        return server

    def _answer(self) -> pq.abc.PGresult:
        """Return the one result that is there, or raise what it says."""
        results, self._results = self._results, []
        self._answered()
        if self._warnings or not results:
            raise OutcomeUnknown(*self._warnings)
        for one in results:
            if one.status != pq.ExecStatus.TUPLES_OK:
                error = error_from_result(one)
                if not self.open:  # its last words are not about what was committed
                    raise OutcomeUnknown from error
                raise error
        return results[0]

    @contextmanager
    def _asking(self) -> Iterator[None]:
        """Have the watch look after the line; what breaks it leaves the outcome unknown."""
        if not self.under_way:
            self._warnings.clear()
            self._asked_at, self.under_way = monotonic(), True
        try:
            yield
        except Exception as error:
            self._break()
            raise OutcomeUnknown from error
        except BaseException:
            self._break()
            raise

    def _answered(self) -> None:
        self._asked_at, self.under_way = inf, False

    def abandon(self) -> None:
        """Close the line if something is under way of which nobody can tell any more."""
        if self.under_way:
            self._break()

    def _break(self) -> None:
        self._answered()
        self._results, self._server = [], None
        if self._connection:
            self._connection.close()
