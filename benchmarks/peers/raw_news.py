"""PostgreSQL without an event store: NOTIFY in the transaction that inserts, and a LISTEN.

It is the quickest way to tell somebody, and the one that makes writers wait for each other.
"""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any, Final
from uuid import uuid4

import psycopg

from benchmarks.jobs import work_off
from benchmarks.peers.following import followed
from benchmarks.peers.raw import NAME, TABLE

TOLD: Final = (
    "WITH new AS (INSERT INTO raw_event (stream, version, name, state) VALUES (%s, 1, %s, %s)"
    " RETURNING position) SELECT position, pg_notify('raw_event', position::text) FROM new"
)


def follow(job: dict[str, Any]) -> dict[str, Any]:
    """Insert rows on schedule, and hear of them."""
    with ExitStack() as stack:

        def opened() -> psycopg.Connection[Any]:
            return stack.enter_context(psycopg.connect(job["dsn"], autocommit=True))

        def writer() -> Callable[[], int]:
            connection = opened()
            connection.prepare_threshold = 0
            return lambda: position_of(connection)

        def position_of(connection: psycopg.Connection[Any]) -> int:
            row = connection.execute(TOLD, (uuid4(), NAME, bytes(job["size"]))).fetchone()
            return int(row[0]) if row else 0

        def news() -> Iterator[int]:
            for told in listening.notifies():
                yield int(told.payload)

        listening = opened()
        listening.execute(TABLE)
        listening.execute("LISTEN raw_event")
        return followed(job, [writer() for _ in range(job["writers"])], news())


if __name__ == "__main__":
    work_off(follow)
