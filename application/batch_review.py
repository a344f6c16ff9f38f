"""What a case tells of its batch and the batch does not say any more: somebody is to look at it.

A step of a batch may be voided or corrected when the cases have told it already. They are not
unsaid by a machine: an item is raised in each case, once, and ends when the fact is corrected or
kept.
"""

from collections.abc import Iterable, Iterator, Sequence

from application.append import Append, Deliberation
from application.batch_cases import Batch, request_of
from application.standing import review_of, standing
from application.timeline import in_order
from domain.batch_due import (
    BATCH_SAYS_OTHERWISE,
    cancelled_in_vain,
    proposal_key,
    says_otherwise,
    told_otherwise,
)
from domain.batch_standing import line_key
from domain.kernel import Event, Refused
from domain.law.facts import RemisiKind
from domain.record import Recorded, StreamId
from domain.remisi import REMISI, Remisi, RemisiCancelled
from domain.review import Item, ReviewOutcome


def look_again(
    append: Append,
    batch: Batch,
    stream: StreamId,
    pages: Sequence[Recorded],
    kinds: Iterable[RemisiKind],
) -> int:
    """Have somebody look at what one case tells otherwise; return how many pages were written.

    ``kinds`` are those for which the case was ever on the list. An item ends by itself where the
    batch has come to say the same again.
    """
    told = _told_otherwise(batch, stream.key, pages, kinds)
    items = {
        key: item
        for key, item in review_of(pages).items.items()
        if item.raised.code == BATCH_SAYS_OTHERWISE
    }
    looked = {item.raised.event for item in items.values() if not _stood_again(item)}
    fresh = told - looked
    over = [key for key, one in items.items() if not one.resolved and one.raised.event not in told]
    if not fresh and not over:
        return 0
    cause = batch.pages[-1].event_id

    def plan(deliberation: Deliberation) -> None:
        strand = deliberation.strand(stream)
        for event_id in sorted(fresh):
            deliberation.raise_item(strand, event_id, says_otherwise(), cause)
        for key in over:
            deliberation.resolve_item(strand, key, ReviewOutcome.STANDS_AGAIN, cause)

    try:
        return len(append(request_of(batch, None, ()), plan).written)
    except Refused:  # whoever was forgotten since: nothing more is written of them
        return 0


def _told_otherwise(
    batch: Batch, case: str, pages: Sequence[Recorded], kinds: Iterable[RemisiKind]
) -> set[str]:
    """Return the ids of what a case tells and its batch does not say."""
    facts = standing(pages)
    remisi = REMISI.fold(in_order(facts))
    cancelled = [page.event for page in facts if isinstance(page.event, RemisiCancelled)]
    events = [event for kind in kinds for event in _otherwise(batch, case, kind, remisi, cancelled)]
    return {page.event_id for page in facts if page.event in events} if events else set()


def _otherwise(
    batch: Batch,
    case: str,
    kind: RemisiKind,
    remisi: Remisi,
    cancelled: Iterable[RemisiCancelled],
) -> Iterator[Event]:
    line, key = batch.state.lines.get(line_key(case, kind)), proposal_key(batch.key, kind)
    yield from told_otherwise(batch.state, line, remisi.proposals.get(key))
    for event in cancelled:
        if event.proposal == key and cancelled_in_vain(batch.state, line, event):
            yield event


def _stood_again(item: Item) -> bool:
    return item.resolved is not None and item.resolved.outcome is ReviewOutcome.STANDS_AGAIN
