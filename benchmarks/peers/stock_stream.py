"""The stock `eventsourcing` library: an aggregate got from its repository, every event applied."""

from typing import Any
from uuid import UUID

from eventsourcing.domain import Aggregate, event

from benchmarks.jobs import work_off
from benchmarks.peers.loading import loaded
from benchmarks.peers.stock import ENVELOPE, application


class Noted(Aggregate):
    """An aggregate that counts what was noted of it, its beginning among it."""

    def __init__(self) -> None:
        self.notes = 1

    @event("Note")
    def note(self, text: str) -> None:
        """Note something; the event keeps it."""
        self.notes += bool(text)


def load(job: dict[str, Any]) -> dict[str, Any]:
    """Get aggregates, each saved at once."""
    app = application(job["dsn"], 1)
    text = "x" * (job["size"] - ENVELOPE)

    def write(length: int) -> UUID:
        case = Noted()
        for _ in range(length - 1):
            case.note(text)
        app.save(case)
        return case.id

    def read(stream: UUID) -> int:
        case: Noted = app.repository.get(stream)
        return case.notes

    try:
        return loaded(job, write, read)
    finally:
        app.close()


if __name__ == "__main__":
    work_off(load)
