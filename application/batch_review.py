"""What a case tells of its batch and the batch does not say any more: somebody is to look at it.

A step of a batch may be voided when the cases have told it already. They are not unsaid by a
machine: an item is raised in each case, once, and ends when the fact is corrected or kept.
"""

from collections.abc import Sequence

from application.append import Append, Deliberation
from application.batch_cases import Batch, request_of
from application.standing import review_of, standing
from application.timeline import in_order
from domain.batch_due import BATCH_SAYS_OTHERWISE, proposal_key, says_otherwise, told_otherwise
from domain.batch_standing import BatchLine
from domain.kernel import Refused
from domain.record import Recorded, StreamId
from domain.remisi import REMISI
from domain.review import ReviewOutcome


def look_again(
    append: Append,
    batch: Batch,
    stream: StreamId,
    pages: Sequence[Recorded],
    lines: Sequence[BatchLine],
) -> int:
    """Have somebody look at what one case tells otherwise; return how many pages were written.

    An item ends by itself where the batch has come to say the same again.
    """
    remisi = REMISI.fold(in_order(pages))
    events = [
        event
        for line in lines
        for event in told_otherwise(batch.state, line, proposal_key(batch.key, line.kind), remisi)
    ]
    told = {page.event_id for page in standing(pages) if page.event in events}
    items = {
        key: item
        for key, item in review_of(pages).items.items()
        if item.raised.code == BATCH_SAYS_OTHERWISE
    }
    fresh = told - {item.raised.event for item in items.values()}
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
