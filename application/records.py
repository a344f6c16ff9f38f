"""The records of one human being, found by the links between them; what holds across them.

Which records are linked is asked as it is known, whatever time a fact is told for: two records of
one human being always were. Nothing is read of another record where there is no link.
"""

from collections.abc import Callable, Mapping, Sequence
from math import inf
from typing import TYPE_CHECKING

from application.standing import review_of, standing
from application.timeline import by_effect, in_order
from domain.kernel import Event, Refused, is_forgotten
from domain.one_person import (
    ACROSS_RECORDS,
    HELD_TWICE,
    ensure_of_one,
    ensure_whole,
    held_twice,
)
from domain.person import PERSON, PersonForgotten
from domain.person_link import LINKING, Merges, absorbed, merged_into
from domain.record import Draft, Recorded, StreamId
from domain.review import ReviewOutcome

if TYPE_CHECKING:
    from application.deliberation import Deliberation, Strand

MergesOf = Callable[[StreamId], Merges]
"""How the links of a record are found."""


def person_stream(key: str) -> StreamId:
    """Return the stream of a record."""
    return StreamId(kind="person", key=key)


def merges_in(pages: Sequence[Draft]) -> Merges:
    """Return the links that a record's pages tell of."""
    if not any(isinstance(page.event, LINKING) for page in pages):
        return {}
    return PERSON.fold(in_order(pages)).merges


def records_of(stream: StreamId, merges_of: MergesOf) -> tuple[StreamId, ...]:
    """Return all records of the human being whose record this is, the surviving one first."""
    if stream.kind != "person":
        return (stream,)
    own = merges_of(stream)
    survivor = merged_into(own)
    first = stream if survivor is None else person_stream(survivor)
    return (first, *map(person_stream, absorbed(own if first == stream else merges_of(first))))


def read_by(read: Callable[[StreamId], Sequence[Draft]]) -> MergesOf:
    """Return how links are found in what a ledger holds."""
    return lambda stream: merges_in(read(stream))


def ensure_as_one(deliberation: "Deliberation", stream: StreamId, told: Event) -> None:
    """Refuse what may not be told of a record, because of those that it is linked to."""
    strand = deliberation.strand(stream)
    records = records_of(stream, _now(deliberation))
    if len(records) == 1 or told in strand.timeline.events:
        return
    if isinstance(told, PersonForgotten):
        said = deliberation.request.proposals
        ensure_whole((p.stream for p in said if isinstance(p.event, PersonForgotten)), records)
    others = [deliberation.strand(other).timeline for other in records if other != stream]
    ensure_of_one(
        told,
        strand.timeline.journey[PERSON],
        strand.timeline.events,
        [other.until(told).journey[PERSON] for other in others],
    )


def review_records(deliberation: "Deliberation") -> None:
    """Raise the custodies that overlap across records, and resolve what does no longer."""
    touched = [
        strand
        for strand in deliberation.strands.values()
        if strand.stream.kind == "person" and strand.added
    ]
    if not touched:
        return
    survivors = {
        records[0]: strand
        for strand in touched
        for merges_of in (_before(deliberation), _now(deliberation))
        if len(records := records_of(strand.stream, merges_of)) > 1
    }
    survivors |= {strand.stream: strand for strand in touched if _is_looked_at(strand)}
    for survivor, strand in survivors.items():
        _review_of_one(deliberation, deliberation.strand(survivor), strand.added[-1].event_id)


def _is_looked_at(strand: "Strand") -> bool:
    items = review_of(strand.pages).items.values()
    return any(item.raised.code in ACROSS_RECORDS and not item.resolved for item in items)


def _review_of_one(deliberation: "Deliberation", survivor: "Strand", cause: str) -> None:
    if is_forgotten(survivor.read[0].event):
        return
    before = _overlaps(deliberation, survivor.stream, now=False)
    after = _overlaps(deliberation, survivor.stream, now=True)
    for event_id, refused in after.items():
        if event_id not in before:
            deliberation.raise_item(survivor, event_id, refused, cause)
    facts = {fact.event_id for fact in standing(survivor.pages)}
    for key, item in review_of(survivor.pages).items.items():
        if item.resolved or item.raised.code not in ACROSS_RECORDS:
            continue
        if item.raised.code == HELD_TWICE and item.raised.event not in after:
            deliberation.resolve_item(survivor, key, ReviewOutcome.STANDS_AGAIN, cause)
        elif item.raised.code != HELD_TWICE and item.raised.event not in facts:
            deliberation.resolve_item(survivor, key, ReviewOutcome.PUT_RIGHT, cause)


def _overlaps(
    deliberation: "Deliberation", survivor: StreamId, *, now: bool
) -> Mapping[str, Refused]:
    """Return the custodies that overlap, with what this request adds or without."""
    strands = [
        deliberation.strand(record)
        for record in records_of(survivor, _now(deliberation) if now else _before(deliberation))
    ]
    facts = [fact for strand in strands for fact in standing(strand.pages if now else strand.read)]
    return held_twice(survivor, by_effect(sorted(facts, key=_told)))


def _told(page: Draft) -> float:
    """Return where a page was told: what is not written yet comes last."""
    return page.position if isinstance(page, Recorded) else inf


def _now(deliberation: "Deliberation") -> MergesOf:
    """Return how links are found with what this request adds."""
    return lambda stream: deliberation.strand(stream).timeline.journey[PERSON].merges


def _before(deliberation: "Deliberation") -> MergesOf:
    """Return how links are found without what this request adds."""
    return lambda stream: merges_in(deliberation.strand(stream).read)
