"""Streams that are kept awake go on by what is written, where no follower wakes all that is read.

A request decides on what is at hand (ADR 6). What this process wrote itself is woken for next to
nothing, since what it was made of is kept; without this, the next request would read it anew.
"""

from threading import Event, Thread
from typing import Final, Self

import structlog

from infrastructure.ledger import EventsourcingLedger
from infrastructure.tail import Tail

BEAT_SECONDS: Final = 5.0
RETRY_SECONDS: Final = 0.2

log = structlog.get_logger()


class GoingOn:
    """Follows the tail in a thread of its own."""

    def __init__(self, ledger: EventsourcingLedger, tail: Tail) -> None:
        self._ledger, self._tail = ledger, tail
        self._closing = Event()
        self._thread = Thread(target=self._run, name="going-on", daemon=True)

    def __enter__(self) -> Self:
        """Begin to follow."""
        self._tail.start()
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Stop."""
        self._closing.set()
        self._tail.stir()
        self._thread.join()

    def _run(self) -> None:
        position: int | None = None
        while not self._closing.is_set():
            try:
                if position is None:
                    position = self._ledger.position()
                if self._tail.wait(position, BEAT_SECONDS, self._closing):
                    batch = self._tail.after(position)
                    position = batch.upto
                    self._ledger.go_on([one.page for one in batch.kept])
            except Exception as error:  # noqa: BLE001  # who decides next reads what is missing
                log.warning("going_on_interrupted", error=type(error).__name__)
                position = None
                self._closing.wait(RETRY_SECONDS)
