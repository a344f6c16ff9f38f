"""The stock `eventsourcing` library: an aggregate got from its repository, every event applied."""

from typing import Any, Final
from uuid import UUID

from eventsourcing.domain import Aggregate, event

from benchmarks.jobs import work_off
from benchmarks.peers.loading import loaded
from benchmarks.peers.stock import ENVELOPE, application

AT_ONCE: Final = 50
"""Events that are saved together: of a thousand, the library's pipeline to PostgreSQL stands still,
both sides waiting to read."""


class Noted(Aggregate):
    """An aggregate that counts what was noted of it, its beginning among it."""

    def __init__(self) -> None:
        self.notes = 1

    @event("Note")
    def note(self, text: str) -> None:
        """Note something; the event keeps it."""
        self.notes += bool(text)


def load(job: dict[str, Any]) -> dict[str, Any]:
    """Get aggregates, each saved before in a few steps."""
    app = application(job["dsn"], 1)
    text = "x" * (job["size"] - ENVELOPE)

    def write(length: int) -> UUID:
        case = Noted()
        for number in range(1, length):
            case.note(text)
            if not number % AT_ONCE:
                app.save(case)
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
