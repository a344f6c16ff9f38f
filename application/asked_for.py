"""One correction as those see it who asked, who decide and who audit: before and after, and why.

What a correction did is read off the stream just before and just after its approval. What one would
do that waits is read off the stream as it stands now, with an approval put behind it that nobody
gave; and what one would have done that was declined or overtaken, as whoever asked saw it.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from enum import Enum
from typing import Final

from application.correction_effect import meant_by
from application.standing import corrections_of, standing
from domain.correction import (
    Change,
    Correction,
    CorrectionApproved,
    CorrectionDeclined,
    CorrectionKind,
    CorrectionProposed,
    CorrectionRequested,
    Corrections,
    undone,
)
from domain.kernel import Event, Value
from domain.record import Recorded

NEW: Final = ""
"""The id of what nobody has recorded."""


class CorrectionStatus(Enum):
    """It waits; it acts; somebody said no; a later one undid it; or came before it was decided."""

    PENDING = "pending"
    APPROVED = "approved"
    DECLINED = "declined"
    UNDONE = "undone"
    OVERTAKEN = "overtaken"


class Altered(Value):
    """A fact before and after: `None` where nothing of it stands.

    ``origin`` is the event that it was in the stream from which it was moved here.
    """

    event: str
    before: Recorded | None
    after: Recorded | None
    origin: str | None


class AskedFor(Value):
    """One correction, as far as one stream tells of it.

    ``requested`` is missing where it was asked for in another stream. ``decided`` is the page that
    approved or declined it, ``undone_by`` the correction that undid it.
    """

    correction: str
    status: CorrectionStatus
    requested: Recorded | None
    proposed: Recorded | None
    decided: Recorded | None
    undone_by: str | None
    altered: tuple[Altered, ...]

    @property
    def pages(self) -> Iterator[Recorded]:
        """Yield every page that is shown of it."""
        yield from filter(None, (self.requested, self.proposed, self.decided))
        for one in self.altered:
            yield from filter(None, (one.before, one.after))


def asked_for_in(pages: Sequence[Recorded]) -> list[AskedFor]:
    """Return the corrections that a stream tells of, in the order in which it first did."""
    corrections = corrections_of(pages)
    return [_asked_for(key, pages, corrections) for key in corrections.by_id]


def asked_for(correction: str, pages: Sequence[Recorded]) -> AskedFor:
    """Return one correction that a stream tells of; raise `KeyError` where it tells of no such."""
    corrections = corrections_of(pages)
    if correction not in corrections.by_id:
        raise KeyError(correction)
    return _asked_for(correction, pages, corrections)


def statuses_in(pages: Sequence[Recorded]) -> dict[str, CorrectionStatus]:
    """Return how the corrections that a stream tells of stand, and nothing else of them."""
    corrections = corrections_of(pages)
    gone = undone(corrections.approvals)
    return {key: _status(one, undone=key in gone) for key, one in corrections.by_id.items()}


def _asked_for(key: str, pages: Sequence[Recorded], corrections: Corrections) -> AskedFor:
    known, gone = corrections.by_id[key], undone(corrections.approvals)
    requested = _page(pages, known.requested)
    decided = _page(pages, known.approved or known.declined)
    proposed = _proposed(pages, key, requested)
    by = (
        a.correction for a in corrections.approvals if key in a.undoes and a.correction not in gone
    )
    altered: Iterator[Altered] = iter(())
    if known.approved:
        altered = _done(pages, key)
    elif requested and isinstance(requested.event, CorrectionRequested):
        asked, then = requested.event, _then(pages, known, proposed or requested)
        altered = _as_if(then, asked.kind, asked.events, proposed)
    return AskedFor(
        correction=key,
        status=_status(known, undone=key in gone),
        requested=requested,
        proposed=proposed,
        decided=decided,
        undone_by=next(by, None),
        altered=tuple(altered),
    )


def _status(known: Correction, *, undone: bool) -> CorrectionStatus:
    if known.approved:
        return CorrectionStatus.UNDONE if undone else CorrectionStatus.APPROVED
    if known.declined:
        return CorrectionStatus.DECLINED
    return CorrectionStatus.OVERTAKEN if known.overtaken else CorrectionStatus.PENDING


def _page(
    pages: Sequence[Recorded],
    event: CorrectionRequested | CorrectionApproved | CorrectionDeclined | None,
) -> Recorded | None:
    return next((page for page in pages if event and page.event is event), None)


def _proposed(pages: Sequence[Recorded], key: str, requested: Recorded | None) -> Recorded | None:
    """Return the page with the content that was asked for."""
    return next(
        (
            page
            for page in pages
            if isinstance(page.event, CorrectionProposed)
            and page.event.correction == key
            and requested is not None
            and page.causation_id == requested.event_id
        ),
        None,
    )


def _done(pages: Sequence[Recorded], key: str) -> Iterator[Altered]:
    """Yield what an approval altered in this stream, and what came to it from another.

    Where it first had another correction stop acting, it is told in two pages.
    """
    told = {
        page.version: page.event
        for page in pages
        if isinstance(page.event, CorrectionApproved) and page.event.correction == key
    }
    came = {arrival.event: arrival.origin for one in told.values() for arrival in one.arrivals}
    before = [page for page in pages if page.version < min(told)]
    after = [page for page in pages if page.version <= max(told)]
    yield from _between(
        {fact.event_id: fact for fact in standing(before) if fact.event_id not in came},
        {fact.event_id: fact for fact in standing(after)},
        came,
    )


def _then(
    pages: Sequence[Recorded], known: Correction, asked_until: Recorded
) -> Sequence[Recorded]:
    """Return the pages that tell what a request is about: all, while it can still be approved."""
    if known.pending and not known.overtaken:
        return pages
    return [page for page in pages if page.version <= asked_until.version]


def would_alter(
    pages: Sequence[Recorded],
    kind: CorrectionKind,
    events: Sequence[str],
    content: Event | None,
) -> Iterator[Altered]:
    """Yield what a correction would alter of a stream, were it asked for and approved now."""
    proposed = None
    if content is not None:
        said = CorrectionProposed(effective=content.effective, correction=NEW, content=content)
        proposed = replace(pages[-1], event_id=NEW, event=said)
        pages = [*pages, proposed]
    yield from _as_if(pages, kind, events, proposed)


def _as_if(
    pages: Sequence[Recorded],
    kind: CorrectionKind,
    events: Sequence[str],
    proposed: Recorded | None,
) -> Iterator[Altered]:
    """Yield what a request would alter, were it approved behind these pages."""
    by = proposed.event_id if proposed else None
    known = corrections_of(pages).by_id
    undoes = [event for event in events if event in known]
    changes = [
        Change(event=fact, by=by)
        for event in events
        if event not in undoes or kind is CorrectionKind.CORRECT
        for fact in meant_by(event, known)
    ]
    approved = CorrectionApproved(
        effective=pages[-1].event.effective,
        correction=NEW,
        requested_in=str(pages[-1].stream),
        approver="",
        changes=tuple(changes),
        arrivals=(),
        undoes=tuple(undoes),
    )
    yield from _between(
        {fact.event_id: fact for fact in standing(pages)},
        {fact.event_id: fact for fact in standing([*pages, replace(pages[-1], event=approved)])},
        {},
    )


def _between(
    before: dict[str, Recorded], after: dict[str, Recorded], came: dict[str, str]
) -> Iterator[Altered]:
    for event in dict.fromkeys((*before, *after)):
        was, now = before.get(event), after.get(event)
        if was is None or now is None or was.event != now.event:
            yield Altered(event=event, before=was, after=now, origin=came.get(event))
