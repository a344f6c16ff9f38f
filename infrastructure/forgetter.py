"""Keys are destroyed as the ledger says: at every opening, and every second while a house is open.

Ledger and key store are two databases, and each may come back from an old backup. What one of them
says is done in the other: a decision on record destroys keys, and a tombstone whose decision is not
on record any more is told to the ledger again.
"""

from collections.abc import Sequence
from contextlib import suppress
from threading import Event as Signal
from threading import Lock, Thread
from typing import Final, Self

import structlog
from psycopg_pool import ConnectionPool
from uuid_utils import uuid7

from application.forgetting import documents_to_destroy
from application.ledger import BEGINNING, Conflict, Head
from domain.forgotten import forgotten_by
from domain.kernel import Json
from domain.record import Actor, Draft, Recorded, StreamId
from infrastructure.codec import KINDS, effective_of, event_from, payload_of
from infrastructure.evidence import PostgresEvidenceStore, subject_of
from infrastructure.key_traces import SAID, Traces, behind, scrub
from infrastructure.ledger import EventsourcingLedger
from infrastructure.tombstones import Destruction

LOOK_SECONDS: Final = 1.0

log = structlog.get_logger()


class Forgetter:
    """Carries out what is on record. ``keys_dsn`` is the key store's, for its owner."""

    def __init__(self, ledger: EventsourcingLedger, pool: ConnectionPool, keys_dsn: str) -> None:
        self._ledger, self._keys, self._keys_dsn = ledger, ledger.keys, keys_dsn
        self._evidence = PostgresEvidenceStore(pool, ledger.keys, ledger.store)
        self._seen, self._written = 0, -1
        self._left: Traces | None = None
        self._turn = Lock()
        self._closing = Signal()
        self._thread = Thread(target=self._run, name="forgetter", daemon=True)

    def __enter__(self) -> Self:
        """Do what is left to do, and go on looking."""
        self.settle()
        self.tell_again()
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Stop looking."""
        self._closing.set()
        self._thread.join()

    def settle(self) -> int:
        """Destroy the keys that decisions on record name; return how many decisions were new.

        Whoever asks while another thread does it waits for that.
        """
        with self._turn:
            self._keys.refresh()
            decisions = self._ledger.forgettings.after(self._seen)
            left = [one for one in decisions if not self._keys.tombstoned(forgotten_by(one))]
            for decision in left:
                free = documents_to_destroy(self._ledger, self._evidence, decision)
                self._keys.destroy(destruction(decision, free))
            if self._written != (epoch := self._keys.epoch):  # by whichever process
                self._keys.write_down()
                self._written = epoch
            self._ledger.forgettings.hear()
            self._scrub()
            self._seen = decisions[-1].position if decisions else self._seen
        return len(left)

    def _scrub(self) -> None:
        """Let nothing of a destroyed key lie on the disk, whoever destroyed it and died then."""
        if not behind(self._keys.pool):
            return
        left = scrub(self._keys_dsn)
        if left is not self._left and left in SAID:
            log.warning(SAID[left])
        self._left = left

    def tell_again(self) -> int:
        """Record the decisions that a restored ledger has lost; return how many."""
        return sum(map(self._tell_again, self._keys.destructions()))

    def _tell_again(self, one: Destruction) -> bool:
        """Record a decision, unless it is on record, and say whether it was not."""
        stream = StreamId.of(one.stream)
        while pages := self._ledger.read(stream):
            known = {subject for page in pages for subject in forgotten_by(page)}
            if known.issuperset(one.subjects[:1]):
                break
            with suppress(Conflict):  # another process wrote meanwhile, perhaps this
                self._append(stream, pages, one.told)
                return True
        return False

    def _append(self, stream: StreamId, pages: Sequence[Recorded], told: Json) -> None:
        """Write the event as it was decided: that was done once, on a history that is lost."""
        event = event_from(told["name"], told["effective"], told["payload"], KINDS)
        draft = Draft(
            event=event,
            stream=stream,
            version=len(pages) + 1,
            event_id=str(uuid7()),
            subject=pages[-1].subject,
            actor=Actor(**told["actor"]),
            purpose=told["purpose"],
            reason=None,
            evidence=(),
            correlation_id=told["correlation_id"],
            causation_id=None,
            idempotency_key=None,
        )
        head = Head(version=len(pages), hash=pages[-1].hash if pages else BEGINNING)
        self._ledger.append([draft], heads={stream: head}, actor=draft.actor.id, command=None)

    def _run(self) -> None:
        while not self._closing.wait(LOOK_SECONDS):
            try:
                self.settle()
            except Exception as error:  # noqa: BLE001  # it is tried again in a second
                log.warning("forgetting_interrupted", error=type(error).__name__)


def destruction(page: Recorded, documents: Sequence[str]) -> Destruction:
    """Return what a decision on record asks of the key store: the person's keys, and documents'."""
    return Destruction(
        subjects=(*forgotten_by(page), *map(subject_of, documents)),
        event_id=page.event_id,
        stream=str(page.stream),
        told={
            "name": page.event.names[-1],
            "effective": effective_of(page.event),
            "payload": payload_of(page.event),
            "actor": {name: getattr(page.actor, name) for name in Actor.__dataclass_fields__},
            "purpose": page.purpose,
            "correlation_id": page.correlation_id,
        },
    )
