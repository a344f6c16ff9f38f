"""The line by which an import writes: a statement is sent, and its answer is fetched later.

No thread waits for the answer meanwhile. One that did was woken whenever the sealing let go of the
interpreter for a moment, to ask the kernel for random bytes: 17 us of CPU an event, nothing won.
"""

from collections.abc import Sequence
from math import inf
from time import monotonic

from psycopg import pq

from infrastructure.prepared_line import PreparedLine


class LineAhead(PreparedLine):
    """A `PreparedLine` that is sent all there is at once: a megabyte, and nobody asks meanwhile."""

    def begin(self, values: Sequence[bytes], *, waits: bool = True) -> None:
        """Send the values, to the last byte."""
        super().begin(values, waits=waits)
        with self._asking():
            self._send()
        self._asked_at = inf  # however long it takes until somebody wants to know

    def waited_for(self) -> pq.abc.PGresult:
        """Return what the statement gave, once it is durable."""
        self._asked_at = monotonic()
        return super().waited_for()

    def _send(self) -> None:
        server = self._server
        while server and server.flush():
            self._wait()
            server.consume_input()
