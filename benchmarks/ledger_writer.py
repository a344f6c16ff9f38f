"""Jejak's ledger in a process of its own, written to directly: no HTTP, no decision.

Jobs: ``open`` a database and begin streams in it; ``submit`` one event at a time by some writers
that are coroutines, or ``append`` it by threads, each to the next of its streams, chained to the
page that stands there. What is recorded is a line of Register F with its sealed field.
"""

import gc
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import ExitStack
from functools import partial
from itertools import chain, islice
from typing import Any, Final

import psycopg
import uvloop

from api.serving import GARBAGE
from application.ledger import Head
from benchmarks.jobs import work_off
from benchmarks.people import (
    ACTOR,
    BATCH,
    OPENING,
    copies,
    disciplined,
    new_id,
    whole_case,
    write_batch,
)
from benchmarks.writers import NothingLeft, run_coroutines, run_writers
from domain.record import Draft, StreamId
from infrastructure.connections import service_pool
from infrastructure.ledger import EventsourcingLedger
from infrastructure.logging import configure_logging
from infrastructure.master_key import LENGTH, MasterKey

MASTER: Final = MasterKey(b"b" * LENGTH)
HEADS: Final = (
    "SELECT DISTINCT ON (stream) stream, version, encode(hash, 'hex') FROM ledger.event"
    " WHERE stream = ANY(%s) ORDER BY stream, version DESC"
)
Work = tuple[Draft, Head]
"""An event, and the page that it is written after."""


class LedgerWriter:
    """Keeps the ledger open between jobs."""

    def __init__(self) -> None:
        self._stack = ExitStack()
        self._dsn = ""
        self._ledger: EventsourcingLedger | None = None
        self._subjects: dict[str, str] = {}

    def __call__(self, job: dict[str, Any]) -> dict[str, Any]:
        """Do one job."""
        doing = {
            "open": self.open,
            "submit": self.submit,
            "append": self.append,
        }
        return doing[job["do"]](job)

    def open(self, job: dict[str, Any]) -> dict[str, Any]:
        """Open the ledger as the service does, and begin ``streams`` cases of as many people."""
        configure_logging()
        gc.set_threshold(*GARBAGE)
        self._dsn = job["dsn"]
        pool = self._stack.enter_context(service_pool(self._dsn))
        self._ledger = self._stack.enter_context(EventsourcingLedger(pool, MASTER))
        begun = _begun(job["streams"])
        while drafts := list(chain.from_iterable(islice(begun, BATCH // 2))):
            write_batch(self._ledger, drafts)
            self._subjects |= {str(draft.stream): draft.subject for draft in drafts}
        return {}

    def submit(self, job: dict[str, Any]) -> dict[str, Any]:
        """Append by some coroutines; prepared before the clock starts are only the drafts."""
        submit = self._opened().submit

        def begun(work: Work) -> Awaitable[object]:
            draft, head = work
            return submit([draft], heads={draft.stream: head}, actor=ACTOR.id, command=None)

        prepare = partial(self._shares, job["writers"])
        work = run_coroutines(begun, prepare, job["seconds"])
        told: dict[str, Any] = uvloop.run(work)  # as the service does, by uvicorn
        return told

    def append(self, job: dict[str, Any]) -> dict[str, Any]:
        """Append by some threads."""
        writers = [self._writer(share) for share in self._shares(job["writers"])]
        return run_writers(writers, job["seconds"])

    def close(self) -> None:
        """Close the ledger."""
        self._stack.close()

    def _shares(self, writers: int) -> list[Sequence[Work]]:
        """Return what each writer is to write: one event to each of its streams."""
        with psycopg.connect(self._dsn) as connection:
            heads = connection.execute(HEADS, (list(self._subjects),)).fetchall()
        work = [self._next(*head) for head in heads]
        return [work[writer::writers] for writer in range(writers)]

    def _opened(self) -> EventsourcingLedger:
        if self._ledger is None:
            raise TypeError("open comes first")
        return self._ledger

    def _next(self, stream: str, version: int, page_hash: str) -> Work:
        draft = Draft(
            event=disciplined(version),
            stream=StreamId.of(stream),
            version=version + 1,
            event_id=new_id(),
            subject=self._subjects[stream],
            actor=ACTOR,
            purpose="pembinaan",
            reason=None,
            evidence=(),
            correlation_id="bench",
            causation_id=None,
            idempotency_key=None,
        )
        return draft, Head(version=version, hash=page_hash)

    def _writer(self, work: Sequence[Work]) -> Callable[[], object]:
        append, waiting = self._opened().append, iter(work)

        def write() -> None:
            todo = next(waiting, None)
            if todo is None:
                raise NothingLeft
            draft, head = todo
            append([draft], heads={draft.stream: head}, actor=ACTOR.id, command=None)

        return write


def _begun(count: int) -> Iterator[Sequence[Draft]]:
    """Yield the first pages of so many cases: the admission, and a line of Register F.

    So every key is there that what follows is sealed under, as with whoever is held already.
    """
    for case in islice(copies(whole_case(OPENING + 1)), count):
        yield [draft for draft in case if draft.stream.kind == "case"]


if __name__ == "__main__":
    writer = LedgerWriter()
    try:
        work_off(writer)
    finally:
        writer.close()
