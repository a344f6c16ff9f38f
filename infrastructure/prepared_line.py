"""A line that writes by one prepared statement: its answer is waited for, or heard as it comes."""

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
        self._results: list[pq.abc.PGresult] = []
        self.under_way = False

    def stands(self) -> bool:
        """Say whether the line is open, so that `begin` need not wait until it is."""
        return self._server is not None and self.open

    def begin(self, values: Sequence[bytes]) -> int:
        """Send the values, as far as they go without waiting; return the line's descriptor."""
        server = self._server
        if server is None or not self.open:
            server = self._prepared()
        with self._asking():
            formats = [BINARY] * len(values)
            server.send_query_prepared(NAME, values, formats, result_format=BINARY)
            server.flush()
        return server.socket

    def heard(self) -> pq.abc.PGresult | None:
        """Return what the statement gave once it is durable, and `None` before that."""
        if not self.under_way or self._server is None:
            raise OutcomeUnknown
        with self._asking():
            self._server.flush()
            self._server.consume_input()
            while not self._server.is_busy():
                result = self._server.get_result()
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
            prepared = server.prepare(NAME, self._statement)
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

    def _break(self) -> None:
        """Close a line that nobody can tell anything from."""
        self._answered()
        self._results, self._server = [], None
        if self._connection:
            self._connection.close()
