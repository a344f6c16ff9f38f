"""The line by which an import writes: a statement is sent, and its answer is fetched later.

No thread waits for the answer meanwhile. One that did was woken whenever the sealing let go of the
interpreter for a moment, to ask the kernel for random bytes: 17 us of CPU an event, nothing won.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from math import inf
from select import POLLIN, POLLOUT, poll
from time import monotonic
from typing import Any, Final

from psycopg import Connection, OperationalError, pq
from psycopg.errors import error_from_result

from application.ledger import OutcomeUnknown
from infrastructure.writing_line import WritingLine

BINARY: Final = 1


class LineAhead(WritingLine):
    """A `WritingLine` that does something else until an answer is wanted."""

    def begin(self, query: bytes, values: Sequence[bytes]) -> None:
        """Send one statement, as a transaction of its own, with its values in binary form.

        Its values are ``$1`` and so on. Raises `OutcomeUnknown` where the line breaks.
        """
        connection = self._open()
        self._warnings.clear()
        with self._asking(connection):
            server = connection.pgconn
            formats = [BINARY] * len(values)
            server.send_query_params(query, values, param_formats=formats, result_format=BINARY)
            while server.flush():
                _await(server, POLLIN | POLLOUT)
                server.consume_input()

    def end(self) -> pq.abc.PGresult:
        """Return what the statement that was sent gave, once it is durable.

        Raises `OutcomeUnknown` as `commit` does; any other exception means: nothing was written.
        """
        connection = self._connection
        if connection is None:
            raise OutcomeUnknown
        with self._asking(connection):
            results = _answers(connection.pgconn)
            for one in results:
                if one.status != pq.ExecStatus.TUPLES_OK:
                    raise error_from_result(one)
        if self._warnings:
            raise OutcomeUnknown(*self._warnings)
        return results[0]

    @contextmanager
    def _asking(self, connection: Connection[Any]) -> Iterator[None]:
        """Have the watch look after the line, and say that a broken one leaves it unknown."""
        self._asked_at = monotonic()
        try:
            yield
        except OperationalError as error:
            if connection.closed:
                raise OutcomeUnknown from error
            raise
        finally:
            self._asked_at = inf


def _answers(server: pq.abc.PGconn) -> list[pq.abc.PGresult]:
    """Return all that is answered, up to where the server waits for the next statement."""
    answers: list[pq.abc.PGresult] = []
    while True:
        while server.is_busy():
            _await(server, POLLIN)
            server.consume_input()
        answer = server.get_result()
        if answer is None:
            return answers
        answers.append(answer)


def _await(server: pq.abc.PGconn, what: int) -> None:
    ear = poll()
    ear.register(server.socket, what)
    ear.poll()
