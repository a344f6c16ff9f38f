"""Who was shown whose data: one record for each answer, kept before the answer leaves the house.

A record says who, for what, by which route, of whom, and which fields by their names. It holds ids
and never a value: neither what was shown nor the words that were searched for.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime
from enum import Enum
from typing import Final, Protocol

from application.ledger import Ledger
from application.records import read_by, records_of
from domain.kernel import Value, Words
from domain.person import CustodyBegan, CustodyEnded
from domain.record import Actor, Recorded, StreamId


class Purpose(Enum):
    """What somebody looks for. A closed list: a code of somebody's own could be anybody's name."""

    PEMBINAAN = "pembinaan"
    PENGAWASAN = "pengawasan"
    AUDIT = "audit"
    KERJA_SAMA = "kerja_sama"
    PERMINTAAN_SUBJEK = "permintaan_subjek"
    PENANGANAN_INSIDEN = "penanganan_insiden"
    OPERASI = "operasi"


class AccessRecord(Value):
    """One answer that showed somebody's data.

    ``route`` is the address as the route writes it. ``subjects`` are streams (``case:…``,
    ``person:…``, ``referral:…``) or documents (``evidence:SHA-256``), ``fields`` the names of the
    sealed fields that were shown, ``rows`` how many rows or events there were. ``agreement`` is
    the one under which an agency was answered.
    """

    actor: Actor
    purpose: Purpose
    agreement: str | None
    route: str
    subjects: tuple[str, ...]
    fields: tuple[str, ...]
    rows: int
    trace_id: str


class Kept(AccessRecord):
    """A record in its place: gap-free ``number``, the database's time, SHA-256 of its bytes."""

    number: int
    recorded_at: datetime
    hash: str


class Asked(Value):
    """Which records are asked for, the newest first; `None` is all of them.

    ``subjects`` means any of these, ``units`` those of readers of any of these. ``before`` is a
    number that all are below.
    """

    subjects: frozenset[str] | None
    units: frozenset[str] | None
    actor: str | None
    agency: str | None
    agreement: str | None = None
    since: datetime | None
    before: int | None
    limit: int


class Unrecorded(Exception):
    """The record of a read could not be kept, or not for certain: nothing may be shown."""


UNRECORDED: Final[Words] = (
    "pembacaan ini belum dapat dicatat, jadi isinya tidak ditampilkan; coba lagi sebentar",
    "this read cannot be recorded now, so nothing is shown; try again shortly",
)


class AccessLedger(Protocol):
    """The book of reads: written to and looked up, and never changed."""

    def record(self, record: AccessRecord) -> None:
        """Keep a record, durable once this returns; raise `Unrecorded`."""
        ...

    def record_all(self, records: Sequence[AccessRecord]) -> None:
        """Keep records together, all of them or none; raise `Unrecorded`."""
        ...

    def record_alike(self, answers: Sequence[tuple[AccessRecord, Sequence[str]]]) -> None:
        """Keep each record once for every request whose ``trace_id`` is named beside it.

        Together, and all of them or none; raise `Unrecorded`.
        """
        ...

    def ask(self, asked: Asked) -> list[Kept]:
        """Return records, the newest first."""
        ...


def subjects_behind(ledger: Ledger, stream: StreamId) -> frozenset[str]:
    """Return all by which a stream may stand in a record, so that no read of it is missed.

    A person is read in each case, also in one that was later found to be another's, and in each
    record that is merged with this one; and a case in each document that bears it out.
    """
    records = records_of(stream, read_by(ledger.read))
    return frozenset(one for record in {stream, *records} for one in _behind(ledger, record))


def _behind(ledger: Ledger, stream: StreamId) -> Iterator[str]:
    yield str(stream)
    cases: set[str] = set()
    for page in ledger.read(stream):
        yield from documents_of(page)
        if isinstance(page.event, CustodyBegan | CustodyEnded):
            cases.add(page.event.case)
    for key in cases:
        yield from _behind(ledger, StreamId(kind="case", key=key))


def documents_of(page: Recorded) -> Iterator[str]:
    """Yield the documents that a page names."""
    yield from (document(item.sha256) for item in page.evidence if item.sha256)


def document(sha256: str) -> str:
    """Return how a document is named among the subjects."""
    return f"evidence:{sha256}"
