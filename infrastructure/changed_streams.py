"""Streams of which a batch says that they are not what they were, and whom it forgets.

A correction that is approved changes what earlier pages of its stream say, and so does forgetting
somebody in all streams about them, whose sealed fields are `FORGOTTEN` from then on.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any, Final

from psycopg import Connection

from domain.correction import CorrectionProposed
from domain.forgotten import FORGETTING, forgotten_by, streams_of
from domain.record import Recorded
from infrastructure.histories import CORRECTING, Span, as_they_stand, of_stream
from infrastructure.ledger import EventsourcingLedger
from infrastructure.row_table import RowTable
from infrastructure.tail import Batch

NAMES: Final = frozenset(name for kind in FORGETTING for name in kind.names)


@dataclass(frozen=True, slots=True)
class Changed:
    """Streams to be folded anew, and the subjects who are forgotten."""

    streams: Collection[str]
    gone: Collection[str]


def learn(ledger: EventsourcingLedger, upto: int) -> None:
    """Have this process know whom the pages up to a position forget, before it wakes any other.

    A decision may stand in the ledger a moment before its keys are destroyed.
    """
    decisions = ledger.read_after(0, upto + 1, names=sorted(NAMES))
    said = [page for page in decisions if page.position <= upto]
    ledger.keys.forget_here(subject for page in said for subject in forgotten_by(page))


def changed_by(connection: Connection[Any], tables: Sequence[RowTable], batch: Batch) -> Changed:
    """Return what a batch changes: without a query, where it holds nothing that changes any.

    Whom it forgets is known from then on, and no page of theirs is woken whole any more.
    """
    streams = corrected_by(batch)
    said = [page for _, page in batch.woken(NAMES) if isinstance(page, Recorded)]
    gone = sorted({subject for page in said for subject in forgotten_by(page)})
    if gone:
        tables[0].seals.keys.forget_here(gone)
    span = Span(batch.after, batch.upto, batch.wake)
    for stream in {str(page.stream) for page in said}:
        streams |= {stream, *_about_the_same(connection, stream, span)}
    return Changed(streams, gone)


def corrected_by(batch: Batch) -> set[str]:
    """Return the streams in which a batch approves a correction, or may: it cannot be woken."""
    return {
        str(stored.originator_id)
        for stored, page in batch.woken(CORRECTING)
        if isinstance(page, Exception) or not isinstance(page.event, CorrectionProposed)
    }


def _about_the_same(connection: Connection[Any], stream: str, span: Span) -> set[str]:
    """Return the other streams that one says, or said, to be about the same subject."""
    pages = of_stream(connection, stream, span)
    told = [page for _, page in (*pages, *as_they_stand(pages)) if isinstance(page, Recorded)]
    return {str(other) for page in told for other in streams_of(page)}
