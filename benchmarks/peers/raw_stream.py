"""PostgreSQL without an event store: the rows of one stream through psycopg, in their order."""

from typing import Any, Final
from uuid import UUID, uuid4

import psycopg

from benchmarks.jobs import work_off
from benchmarks.peers.loading import loaded
from benchmarks.peers.raw import BATCH, NAME, TABLE

SELECT: Final = "SELECT version, name, state FROM raw_event WHERE stream = %s ORDER BY version"


def load(job: dict[str, Any]) -> dict[str, Any]:
    """Read streams, each in one statement."""
    with psycopg.connect(job["dsn"], autocommit=True) as connection:
        connection.execute(TABLE)
        connection.prepare_threshold = 0

        def write(length: int) -> UUID:
            stream, state = uuid4(), bytes(job["size"])
            columns = ([stream] * length, [*range(1, length + 1)], [NAME] * length)
            connection.execute(BATCH, (*columns, [state] * length), binary=True)
            return stream

        def read(stream: UUID) -> int:
            return len(connection.execute(SELECT, (stream,), binary=True).fetchall())

        return loaded(job, write, read)


if __name__ == "__main__":
    work_off(load)
