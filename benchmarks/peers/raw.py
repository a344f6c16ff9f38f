"""PostgreSQL without an event store: rows of a plain table through psycopg.

Jobs: ``prepare`` a database; ``insert`` one row per transaction by some writers, with or without
the advisory lock that gives a global order; ``batches`` of rows as arrays in one statement.
"""

from collections.abc import Callable
from time import perf_counter
from typing import Any, Final
from uuid import uuid4

import psycopg

from benchmarks.jobs import work_off
from benchmarks.writers import run_writers

TABLE: Final = """
CREATE TABLE IF NOT EXISTS raw_event (
  position bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  stream uuid NOT NULL, version integer NOT NULL, name text NOT NULL, state bytea NOT NULL,
  UNIQUE (stream, version))"""
INSERT: Final = "INSERT INTO raw_event (stream, version, name, state) VALUES (%s, %s, %s, %s)"
ORDERED: Final = (
    "WITH alone AS MATERIALIZED (SELECT pg_advisory_xact_lock(1))"
    " INSERT INTO raw_event (stream, version, name, state)"
    " SELECT %s::uuid, %s::int, %s, %s::bytea FROM alone"
)
BATCH: Final = (
    "INSERT INTO raw_event (stream, version, name, state)"
    " SELECT * FROM unnest(%b::uuid[], %b::int[], %b::text[], %b::bytea[])"
)
NAME: Final = "case.noted"


def prepare(job: dict[str, Any]) -> dict[str, Any]:
    """Make the table."""
    with psycopg.connect(job["dsn"], autocommit=True) as connection:
        connection.execute(TABLE)
    return {}


def insert(job: dict[str, Any]) -> dict[str, Any]:
    """Insert one row per transaction, each writer over a connection of its own."""
    statement = ORDERED if job["ordered"] else INSERT
    state = bytes(job["size"])
    connections = [psycopg.connect(job["dsn"], autocommit=True) for _ in range(job["writers"])]

    def writer(connection: psycopg.Connection[Any]) -> Callable[[], object]:
        connection.prepare_threshold = 0
        return lambda: connection.execute(statement, (uuid4(), 1, NAME, state))

    try:
        return run_writers([writer(connection) for connection in connections], job["seconds"])
    finally:
        for connection in connections:
            connection.close()


def batches(job: dict[str, Any]) -> dict[str, Any]:
    """Insert so many rows, each ``batch`` of them in one statement and one transaction."""
    size, state = job["batch"], bytes(job["size"])
    with psycopg.connect(job["dsn"], autocommit=True) as connection:
        connection.prepare_threshold = 0
        began = perf_counter()
        for _ in range(job["events"] // size):
            columns = ([uuid4() for _ in range(size)], [1] * size, [NAME] * size, [state] * size)
            connection.execute(BATCH, columns, binary=True)
        return {"done": job["events"] // size * size, "seconds": perf_counter() - began}


JOBS: Final = {"prepare": prepare, "insert": insert, "batches": batches}

if __name__ == "__main__":
    work_off(lambda job: JOBS[job["do"]](job))
