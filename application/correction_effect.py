"""What the approval of a correction does, in every stream that it touches, in one atomic write.

What a fact brought about in other streams was decided and written together with it, and goes with
it: voided with what is voided, told of the right person where something is moved, shifted with a
date that was wrong. Where a corrected fact brings about something else than before, that is voided,
and the other is decided as it would be today.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, fields, replace
from datetime import UTC, datetime
from typing import Final

from application.deliberation import Deliberation, Proposal
from application.ledger import Pages
from application.standing import corrections_of, standing
from application.timeline import by_effect
from domain.catalogue import ANNOTATIONS, STREAMS
from domain.consequences import consequences
from domain.correction import (
    WELL_SAID,
    Arrival,
    Change,
    CorrectionApproved,
    CorrectionKind,
    CorrectionProposed,
    CorrectionRequested,
    overtaken,
    undone,
)
from domain.kernel import Event, Journey, ensure
from domain.record import Draft, Recorded, StreamId

ALL_TIME: Final = datetime(1, 1, 2, tzinfo=UTC)
"""Since when the past of a corrected stream is looked at again."""
READ: Final = 100
"""Pages read at a time, to find what was written together."""


@dataclass(slots=True)
class Doing:
    """What one approval does in one stream; ``contents`` are facts' new contents, by their ids."""

    approval: str
    changes: dict[str, str | None] = field(default_factory=dict)
    contents: dict[str, Event] = field(default_factory=dict)
    arrivals: list[Arrival] = field(default_factory=list)
    undoes: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Effect:
    """Works out the approval of one request within a deliberation, and drafts it."""

    deliberation: Deliberation
    pages: Pages
    stream: StreamId
    requested: CorrectionRequested
    approver: str
    doing: dict[StreamId, Doing] = field(default_factory=dict)
    moving: dict[str, Draft] = field(default_factory=dict)
    following: list[Proposal] = field(default_factory=list)

    def draft(self) -> None:
        """Draft every page of the approval; raise `Refused` where a rule speaks against it."""
        self._in(self.stream)
        for event_id in self.requested.events:
            if event_id in corrections_of(self._pages(self.stream)).by_id:
                self._undo(event_id)
            elif fact := self._facts(self.stream).get(event_id):
                self._act(fact)
            else:
                raise overtaken()
        for fact in by_effect(self.moving.values()):
            self._arrive(fact)
        for stream, doing in self.doing.items():
            self._approve(stream, doing)
        for proposal in self.following:
            self.deliberation.admit(proposal, cause=self._in(self.stream).approval)

    def _act(self, fact: Draft) -> None:
        match self.requested.kind:
            case CorrectionKind.VOID:
                self._void([fact, *self.caused_by(fact)])
            case CorrectionKind.MOVE:
                for one in (fact, *self.caused_by(fact)):
                    self._move(one)
            case CorrectionKind.CORRECT:
                self._correct(fact)

    def _void(self, facts: Sequence[Draft]) -> None:
        for fact in facts:
            self._in(fact.stream).changes[fact.event_id] = None

    def _move(self, fact: Draft) -> None:
        """Move what was told of the wrong person, and tell elsewhere of the right one."""
        if fact.stream == self.stream:
            self._void([fact])
            self.moving[fact.event_id] = fact
        elif (readdressed := self._readdressed(fact.event)) != fact.event:
            self._in(fact.stream).contents[fact.event_id] = readdressed

    def _readdressed(self, event: Event) -> Event:
        """Return an event with the case that it names replaced by the one moved to."""
        names = [one.name for one in fields(event) if getattr(event, one.name) == self.stream.key]
        return replace(event, **dict.fromkeys(names, self.requested.to))

    def _correct(self, fact: Draft) -> None:
        """Put the content that was proposed in the place of a fact's, and see what follows."""
        mine = [
            page
            for page in self._pages(self.stream)
            if isinstance(page.event, CorrectionProposed)
            and page.event.correction == self.requested.correction
        ]
        content = mine[-1].event.content  # type: ignore[attr-defined]  # filtered just above
        self._in(self.stream).changes[fact.event_id] = mine[-1].event_id
        caused = list(self.caused_by(fact))
        before = journey_before(content, fact, self._pages(self.stream), ids_of([fact, *caused]))
        new = [
            Proposal(stream=target, event=event, evidence=(), reason=None)
            for target, event in consequences(self.stream, content, before)
        ]
        if not _same_but_for_time(caused, new, fact):
            self._void(caused)
            self.following += new
            return
        for one in caused:
            if one.event.effective == fact.event.effective != content.effective:
                shifted = replace(one.event, effective=content.effective)
                self._in(one.stream).contents[one.event_id] = shifted

    def _undo(self, correction: str) -> None:
        """Have a correction stop acting wherever it does, and say what stands instead."""
        known = corrections_of(self._pages(self.stream)).by_id[correction]
        approval = next(page for page in self._pages(self.stream) if page.event is known.approved)
        arrived: set[str] = set()
        for page in (approval, *self._written_with(approval)):
            if isinstance(page.event, CorrectionApproved) and page.event.correction == correction:
                self._in(page.stream).undoes.append(correction)
                came = {arrival.event for arrival in page.event.arrivals}
                self._ensure_not_built_upon(page.stream, came)
                arrived |= came
        self._void([one for one in self._chain(approval) if one.event_id not in arrived])
        if self.requested.kind is CorrectionKind.CORRECT and known.approved:
            for change in known.approved.changes:
                self._correct(_fact(self._pages(self.stream), change.event))

    def _ensure_not_built_upon(self, stream: StreamId, came: set[str]) -> None:
        """Refuse to take back what was moved here and then corrected here."""
        approvals = corrections_of(self._pages(stream)).approvals
        gone = undone(approvals)
        later = [one for one in approvals if one.correction not in gone]
        ensure(
            came.isdisjoint(change.event for one in later for change in one.changes),
            "correction.built_upon",
            article=WELL_SAID,
            because=(
                "yang dipindahkan sudah dikoreksi di perkara tujuan; batalkan koreksi itu dulu",
                "what was moved was corrected where it is now; undo that correction first",
            ),
            field="events",
        )

    def _arrive(self, fact: Draft) -> None:
        to = StreamId(kind=self.stream.kind, key=self.requested.to or "")
        doing = self._in(to)
        told = self.deliberation.arrive(to, fact, cause=doing.approval)
        if told:
            doing.arrivals.append(Arrival(origin=fact.event_id, event=told.event_id))

    def _approve(self, stream: StreamId, doing: Doing) -> None:
        said, own = self.deliberation, self._in(self.stream).approval
        cause = None if stream == self.stream else own
        for event_id, content in doing.contents.items():
            proposed = CorrectionProposed(
                effective=said.today(), correction=self.requested.correction, content=content
            )
            doing.changes[event_id] = said.annotate(stream, proposed, cause=cause).event_id
        approved = CorrectionApproved(
            effective=said.today(),
            correction=self.requested.correction,
            requested_in=str(self.stream),
            approver=self.approver,
            changes=tuple(Change(event=event, by=by) for event, by in doing.changes.items()),
            arrivals=tuple(doing.arrivals),
            undoes=tuple(doing.undoes),
        )
        said.annotate(stream, approved, cause=cause, event_id=doing.approval)
        said.strand(stream).disturb(ALL_TIME)

    def _in(self, stream: StreamId) -> Doing:
        if stream not in self.doing:
            self.doing[stream] = Doing(approval=self.deliberation.new_id())
        return self.doing[stream]

    def _pages(self, stream: StreamId) -> Sequence[Draft]:
        return self.deliberation.strand(stream).pages

    def _facts(self, stream: StreamId) -> dict[str, Draft]:
        return {fact.event_id: fact for fact in standing(self._pages(stream))}

    def caused_by(self, fact: Draft) -> Iterator[Draft]:
        """Yield what stands of what a fact brought about: as told, as moved, as corrected."""
        pages = self._pages(fact.stream)
        approvals = [p for p in pages if isinstance(p.event, CorrectionApproved)]
        gone = undone([p.event for p in approvals if isinstance(p.event, CorrectionApproved)])
        origin = _fact(pages, fact.event_id)
        for page in approvals:
            approved = page.event
            if not isinstance(approved, CorrectionApproved) or approved.correction in gone:
                continue
            if any(change.event == fact.event_id and change.by for change in approved.changes):
                yield from self._chain(page)
            came_from = [a.origin for a in approved.arrivals if a.event == fact.event_id]
            if came_from and (found := self.pages.find(came_from[0])):
                origin = found
        yield from self._chain(origin)

    def _chain(self, page: Draft) -> Iterator[Draft]:
        """Yield the facts that stand of those that a page brought about in its write."""
        ids = {page.event_id}
        for other in self._written_with(page):
            if other.causation_id in ids:
                ids.add(other.event_id)
                if fact := self._now(other):
                    yield fact

    def _now(self, page: Recorded) -> Draft | None:
        """Return the fact that a page tells of, where it stands or where it was moved to."""
        if isinstance(page.event, ANNOTATIONS):
            return None
        if fact := self._facts(page.stream).get(page.event_id):
            return fact
        moved = {
            arrival.origin: arrival.event
            for one in self._pages(self.stream)
            if isinstance(one.event, CorrectionApproved)
            for arrival in one.event.arrivals
        }
        return self._facts(self.stream).get(moved.get(page.event_id, ""))

    def _written_with(self, page: Draft) -> Iterator[Recorded]:
        """Yield the pages that were written after a page by the same request."""
        after = page.position if isinstance(page, Recorded) else None
        while after is not None and (following := self.pages.read_after(after, READ)):
            for other in following:
                if other.correlation_id != page.correlation_id:
                    return
                yield other
            after = following[-1].position


def journey_before(
    content: Event, target: Draft, pages: Sequence[Draft], without: Collection[str]
) -> Journey:
    """Return what had been so when some content took effect in the place of a fact.

    Without what the fact itself had brought about.
    """
    place = content.effective.instant, target.version
    return STREAMS[target.stream.kind].fold(
        fact.event
        for fact in by_effect(standing(pages))
        if (fact.event.effective.instant, fact.version) < place and fact.event_id not in without
    )


def ids_of(facts: Iterable[Draft]) -> set[str]:
    """Return the ids of the events of some facts."""
    return {fact.event_id for fact in facts}


def _fact(pages: Sequence[Draft], event_id: str) -> Draft:
    return next(page for page in pages if page.event_id == event_id)


def _same_but_for_time(caused: Sequence[Draft], new: Sequence[Proposal], fact: Draft) -> bool:
    """Say whether a fact brings about what it brought about before, perhaps at another time."""
    streams = {one.stream for one in caused if one.stream != fact.stream}
    return streams <= {one.stream for one in new} and all(
        any(
            one.stream == proposal.stream
            and replace(one.event, effective=proposal.event.effective) == proposal.event
            for one in caused
        )
        for proposal in new
    )
