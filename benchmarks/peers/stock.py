"""The stock `eventsourcing` library: `Application.save()` on its own PostgreSQL recorder.

Each save is of an aggregate with one new event of about 600 bytes, made before the clock starts.
"""

from collections.abc import Callable
from typing import Any, Final

from eventsourcing.application import Application
from eventsourcing.domain import Aggregate
from psycopg.conninfo import conninfo_to_dict

from benchmarks.jobs import work_off
from benchmarks.writers import NothingLeft, run_writers

ENVELOPE: Final = 150
"""Bytes that the library's own fields take of the stored state, about."""


class Case(Aggregate):
    """An aggregate whose creation is the event that is saved."""

    def __init__(self, text: str) -> None:
        self.text = text


def application(dsn: str, writers: int) -> Application[Any]:
    """Return the library's application with a connection for every writer."""
    said = conninfo_to_dict(dsn)
    return Application(
        {
            "PERSISTENCE_MODULE": "eventsourcing.postgres",
            "POSTGRES_DBNAME": str(said["dbname"]),
            "POSTGRES_HOST": str(said["host"]),
            "POSTGRES_PORT": str(said["port"]),
            "POSTGRES_USER": str(said["user"]),
            "POSTGRES_PASSWORD": str(said.get("password", "")) or "none",
            "POSTGRES_POOL_SIZE": str(writers),
            "POSTGRES_CONN_MAX_AGE": "",
        }
    )


def save(job: dict[str, Any]) -> dict[str, Any]:
    """Save aggregates, one event each."""
    app = application(job["dsn"], job["writers"])
    text = "x" * (job["size"] - ENVELOPE)

    def writer() -> Callable[[], object]:
        waiting = iter([Case(text) for _ in range(max(1, job["events"] // job["writers"]))])

        def write() -> None:
            case = next(waiting, None)
            if case is None:
                raise NothingLeft
            app.save(case)

        return write

    try:
        return run_writers([writer() for _ in range(job["writers"])], job["seconds"])
    finally:
        app.close()


if __name__ == "__main__":
    work_off(save)
