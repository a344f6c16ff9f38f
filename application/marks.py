"""What became of each fact of a stream: voided, corrected, moved, undone; at whose word and why.

The pages are never touched. A mark is read off the corrections among them, as far as these pages
tell: with the pages that were known at an instant, the marks are those of that instant.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from enum import Enum
from typing import Final

from application.journeys import History, Moment, in_effect
from application.standing import standing
from domain.catalogue import ANNOTATIONS, CASE
from domain.correction import (
    CorrectionApproved,
    CorrectionDeclined,
    CorrectionKind,
    CorrectionProposed,
    CorrectionRequested,
)
from domain.kernel import Event, Value
from domain.record import Recorded, StreamId


class Deed(Enum):
    """What a correction did to a fact, or what it is asked to do."""

    VOIDED = "voided"
    CORRECTED = "corrected"
    MOVED_AWAY = "moved_away"
    MOVED_HERE = "moved_here"


class MarkState(Enum):
    """Whether a correction waits, acts, gave way to a later one, or was undone by one."""

    PENDING = "pending"
    ACTS = "acts"
    REPLACED = "replaced"
    UNDONE = "undone"


class Mark(Value):
    """One correction of one fact, or of a correction.

    ``requested`` is the page that asked for it, where it stands in this stream or was looked up;
    ``content`` the page with what stands instead. ``to`` and ``origin`` are the case that it was
    moved to, and the event that it was before it came here. ``undone_by`` is a correction.
    """

    deed: Deed
    state: MarkState
    correction: str
    approval: Recorded | None
    requested: Recorded | None
    content: Recorded | None
    to: StreamId | None
    origin: str | None
    undone_by: str | None


class Marked(Value):
    """A page as it was recorded, what stands of it now, and what became of it.

    ``stands`` is `None` for what was voided or moved away. A page that tells of corrections stands
    as it is.
    """

    page: Recorded
    stands: Event | None
    marks: tuple[Mark, ...]


Requests = Mapping[str, Recorded]
"""Pages that asked for corrections, by the corrections' ids."""
NOTHING: Final[Requests] = {}
ASKED: Final[Mapping[CorrectionKind, Deed]] = {
    CorrectionKind.VOID: Deed.VOIDED,
    CorrectionKind.CORRECT: Deed.CORRECTED,
    CorrectionKind.MOVE: Deed.MOVED_AWAY,
}


def asked_elsewhere(pages: Iterable[Recorded]) -> dict[str, StreamId]:
    """Return the corrections that were asked for in other streams, each with its stream."""
    return {
        page.event.correction: StreamId.of(page.event.requested_in)
        for page in pages
        if isinstance(page.event, CorrectionApproved)
        and page.event.requested_in != str(page.stream)
    }


def requests_in(pages: Iterable[Recorded]) -> dict[str, Recorded]:
    """Return the pages among these that asked for corrections, by the corrections' ids."""
    return {
        page.event.correction: page for page in pages if isinstance(page.event, CorrectionRequested)
    }


def marked(pages: Sequence[Recorded], elsewhere: Requests = NOTHING) -> Sequence[Marked]:
    """Return every page of a stream with its marks, in the order of the pages.

    ``elsewhere`` are requests in other streams that were looked up. The marks of a fact stand in
    the order in which they were approved; what waits comes last.
    """
    if not any(isinstance(page.event, ANNOTATIONS) for page in pages):
        return [Marked(page=page, stands=page.event, marks=()) for page in pages]
    found = marks(pages, elsewhere)
    now = {page.position: page.event for page in standing(pages)}
    return [
        Marked(
            page=page,
            stands=page.event if isinstance(page.event, ANNOTATIONS) else now.get(page.position),
            marks=tuple(found.get(page.event_id, ())),
        )
        for page in pages
    ]


def history_with_marks(
    history: History, moment: Moment, elsewhere: Requests = NOTHING
) -> Sequence[Marked]:
    """Return a stream as it was told, with marks, in the order in which things took effect.

    What had taken effect by then as it was recorded is there, and what had as it stands.
    """
    if len(history.pages) == len(history.known):
        return marked(history.pages)
    shown = {page.position for page in history.pages}
    shown |= {page.position for page in in_effect(history.known, moment.valid_at)}
    return sorted(
        (one for one in marked(history.known, elsewhere) if one.page.position in shown),
        key=lambda one: (one.stands or one.page.event).effective.instant,
    )


def marks(pages: Sequence[Recorded], elsewhere: Requests = NOTHING) -> Mapping[str, Sequence[Mark]]:
    """Return the marks of facts and of corrections, by the ids of their events."""
    corrections = _Corrections(pages, elsewhere)
    found: dict[str, list[Mark]] = {}
    for event_id, mark in (*corrections.approved(), *corrections.waiting()):
        earlier = found.setdefault(event_id, [])
        if mark.state is MarkState.ACTS and mark.deed is not Deed.MOVED_HERE:
            earlier[:] = map(_given_way, earlier)
        earlier.append(mark)
    return found


def _given_way(earlier: Mark) -> Mark:
    acted = earlier.state is MarkState.ACTS and earlier.deed is not Deed.MOVED_HERE
    return replace(earlier, state=MarkState.REPLACED) if acted else earlier


class _Corrections:
    """The pages of one stream that tell of corrections."""

    def __init__(self, pages: Sequence[Recorded], elsewhere: Requests) -> None:
        self.pages = pages
        self.requests = {**elsewhere, **requests_in(pages)}
        self.contents: dict[str, Recorded] = {}
        self.undone_by: dict[str, str] = {}
        for page in pages:
            if isinstance(page.event, CorrectionProposed):
                self.contents[page.event_id] = self.contents[page.event.correction] = page
        for page in reversed(pages):
            event = page.event
            if isinstance(event, CorrectionApproved) and event.correction not in self.undone_by:
                self.undone_by |= dict.fromkeys(event.undoes, event.correction)

    def approved(self) -> Iterator[tuple[str, Mark]]:
        """Yield what each approval did to which event, in their order."""
        for page in self.pages:
            event = page.event
            if not isinstance(event, CorrectionApproved):
                continue
            for one in event.changes:
                content = self.contents[one.by] if one.by else None
                yield one.event, self._mark(event, page, self._deed(event, content), content)
            for came in event.arrivals:
                mark = self._mark(event, page, Deed.MOVED_HERE, None)
                yield came.event, replace(mark, to=None, origin=came.origin)
            for correction in event.undoes:
                anew = any(change.by for change in event.changes)
                deed = Deed.CORRECTED if anew else Deed.VOIDED
                yield correction, self._mark(event, page, deed, None)

    def waiting(self) -> Iterator[tuple[str, Mark]]:
        """Yield what is asked of which event, and neither approved nor declined."""
        ended = {
            page.event.correction
            for page in self.pages
            if isinstance(page.event, CorrectionApproved | CorrectionDeclined)
        }
        for page in self.pages:
            event = page.event
            if isinstance(event, CorrectionRequested) and event.correction not in ended:
                for event_id in event.events:
                    yield event_id, self._mark(event, None, ASKED[event.kind], None)

    def _deed(self, event: CorrectionApproved, content: Recorded | None) -> Deed:
        if content is not None:
            return Deed.CORRECTED
        asked = self.requests.get(event.correction)
        moves = asked and isinstance(asked.event, CorrectionRequested) and asked.event.to
        here = asked and event.requested_in == str(asked.stream) == str(self.pages[0].stream)
        return Deed.MOVED_AWAY if moves and here else Deed.VOIDED

    def _mark(
        self,
        event: CorrectionApproved | CorrectionRequested,
        approval: Recorded | None,
        deed: Deed,
        content: Recorded | None,
    ) -> Mark:
        asked, by = self.requests.get(event.correction), self.undone_by.get(event.correction)
        to = asked.event.to if asked and isinstance(asked.event, CorrectionRequested) else None
        if approval is None:
            state, content = MarkState.PENDING, self.contents.get(event.correction)
        else:
            state = MarkState.UNDONE if by else MarkState.ACTS
        return Mark(
            deed=deed,
            state=state,
            correction=event.correction,
            approval=approval,
            requested=asked,
            content=content,
            to=StreamId(kind=CASE.name, key=to) if to else None,
            origin=None,
            undone_by=by,
        )
