"""What the approval of a correction does, in every stream that it touches, in one atomic write.

What a fact brought about in other streams was decided and written together with it, and goes with
it: voided with what is voided, told of the right person where something is moved, shifted with a
date that was wrong. Where a corrected fact brings about something else than before, that is voided,
and the other is decided as it would be today.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from datetime import UTC, datetime
from typing import Final

from application.deliberation import Deliberation, Proposal
from application.ledger import Pages
from application.standing import corrections_of, standing
from application.timeline import by_effect
from domain.assessment import WORKED_OUT
from domain.catalogue import ANNOTATIONS, STREAMS
from domain.consequences import consequences
from domain.correction import (
    WELL_SAID,
    Arrival,
    Change,
    Correction,
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
PERSON: Final = "person"
NO_FACTS: Final = (*ANNOTATIONS, *WORKED_OUT)
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
        """Draft every page of the approval; raise `Refused` where a rule speaks against it.

        What stops acting does so first: what is corrected instead is corrected as it then stands.
        """
        self._in(self.stream)
        known = corrections_of(self._pages(self.stream)).by_id
        facts = [event_id for event_id in self.requested.events if event_id not in known]
        for event_id in self.requested.events:
            if event_id in known:
                self._undo(event_id)
                if self.requested.kind is CorrectionKind.CORRECT:
                    facts += meant_by(event_id, known)
        if len(facts) and any(doing.undoes for doing in self.doing.values()):
            self._approve_all()
        for event_id in facts:
            if (fact := self._facts(self.stream).get(event_id)) is None:
                raise overtaken()
            self._act(fact)
        for fact in by_effect(self.moving.values()):
            self._arrive(fact)
        cause = self._in(self.stream).approval
        self._approve_all()
        for proposal in self.following:
            self.deliberation.admit(proposal, cause=cause)

    def _approve_all(self) -> None:
        for stream, doing in self.doing.items():
            self._approve(stream, doing)
        self.doing = {}

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
        elif fact.stream.kind == PERSON:  # the right person has a record of their own
            self._void([fact])
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
        self._void(self._findings(fact.stream, fact.event_id))
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
        """Have a correction stop acting wherever it does, and what it had brought about go."""
        own = [
            page
            for page in self._pages(self.stream)
            if isinstance(page.event, CorrectionApproved) and page.event.correction == correction
        ]
        arrived: set[str] = set()
        for page in (own[0], *self._written_with(own[0])):
            if isinstance(page.event, CorrectionApproved) and page.event.correction == correction:
                if correction not in self._in(page.stream).undoes:
                    self._ensure_not_built_upon(page.stream, correction)
                    self._in(page.stream).undoes.append(correction)
                arrived.update(arrival.event for arrival in page.event.arrivals)
                for change in page.event.changes:  # what was found of it as it was corrected
                    self._void(self._findings(page.stream, change.event))
        for approval in own:
            self._void([one for one in self._chain(approval) if one.event_id not in arrived])

    def _ensure_not_built_upon(self, stream: StreamId, correction: str) -> None:
        """Refuse to undo what a later correction has gone on from: the later goes first."""
        approvals = corrections_of(self._pages(stream)).approvals
        first = next(n for n, one in enumerate(approvals) if one.correction == correction)
        gone = undone(approvals)
        later = [one for one in approvals[first:] if one.correction not in {correction, *gone}]
        meant = touched_by(correction, approvals)
        ensure(
            meant.isdisjoint(change.event for one in later for change in one.changes),
            "correction.built_upon",
            article=WELL_SAID,
            because=(
                "peristiwa yang sama sudah dikoreksi lagi sesudahnya; batalkan koreksi itu dulu",
                "the same event was corrected again since; undo that correction first",
            ),
            field="events",
        )

    def _arrive(self, fact: Draft) -> None:
        to = StreamId(kind=self.stream.kind, key=self.requested.to or "")
        doing = self._in(to)
        before = self.deliberation.strand(to).timeline.until(fact.event).journey
        told = self.deliberation.arrive(to, fact, cause=doing.approval)
        if told is None:
            return
        doing.arrivals.append(Arrival(origin=fact.event_id, event=told.event_id))
        for target, event in consequences(to, fact.event, before):
            if target.kind == PERSON:
                said = Proposal(stream=target, event=event, evidence=(), reason=None)
                self.following.append(said)
                continue
            for event_id, content in self._in(target).contents.items():
                if type(content) is type(event) and content.effective == event.effective:
                    self._in(target).contents[event_id] = event  # with what is theirs in it

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

    def _findings(self, stream: StreamId, event_id: str) -> Sequence[Draft]:
        """Return what stands of what was worked out about a fact."""
        return [
            fact
            for fact in standing(self._pages(stream))
            if isinstance(fact.event, WORKED_OUT) and fact.causation_id == event_id
        ]

    def caused_by(self, fact: Draft) -> Iterator[Draft]:
        """Yield what stands of what a fact brought about: as told, as moved, as corrected."""
        yield from self._caused(fact.stream, fact.event_id)

    def _caused(self, stream: StreamId, event_id: str) -> Iterator[Draft]:
        pages = self._pages(stream)
        yield from self._chain(_fact(pages, event_id))
        gone = undone(corrections_of(pages).approvals)
        for page in pages:
            approved = page.event
            if not isinstance(approved, CorrectionApproved) or approved.correction in gone:
                continue
            if any(change.event == event_id for change in approved.changes):
                yield from self._chain(page)
            for arrival in approved.arrivals:
                if arrival.event == event_id and (origin := self.pages.find(arrival.origin)):
                    yield from self._caused(origin.stream, arrival.origin)

    def _chain(self, page: Draft) -> Iterator[Draft]:
        """Yield the facts that stand of those that a page brought about in its write.

        What was worked out about them goes with them by itself (`application.standing`).
        """
        ids = {page.event_id}
        for other in self._written_with(page):
            if other.causation_id in ids and not isinstance(other.event, NO_FACTS):
                ids.add(other.event_id)
                if fact := self._now(other.stream, other.event_id):
                    yield fact

    def _now(self, stream: StreamId, event_id: str) -> Draft | None:
        """Return the fact that a page tells of, where it stands or where it was moved to."""
        if fact := self._facts(stream).get(event_id):
            return fact
        for known in corrections_of(self._pages(stream)).by_id.values():
            if known.requested and known.approved and known.requested.to:
                to = StreamId(kind=stream.kind, key=known.requested.to)
                for approved in corrections_of(self._pages(to)).approvals:
                    for arrival in approved.arrivals:
                        if arrival.origin == event_id:
                            return self._now(to, arrival.event)
        return None

    def _written_with(self, page: Draft) -> Iterator[Recorded]:
        """Yield the pages that were written after a page by the same request."""
        after = page.position if isinstance(page, Recorded) else None
        while after is not None and (following := self.pages.read_after(after, READ)):
            for other in following:
                if other.correlation_id != page.correlation_id:
                    return
                yield other
            after = following[-1].position


def meant_by(event_id: str, known: Mapping[str, Correction]) -> Iterator[str]:
    """Yield the facts that a correction was asked for, be it by way of another correction."""
    correction = known.get(event_id)
    if correction is None:
        yield event_id
    elif correction.requested:
        for one in correction.requested.events:
            yield from meant_by(one, known)


def touched_by(correction: str, approvals: Sequence[CorrectionApproved]) -> set[str]:
    """Return the facts of a stream that a correction is about, and those it undoes are about."""
    own = [one for one in approvals if one.correction == correction]
    touched = {change.event for one in own for change in one.changes}
    touched |= {arrival.event for one in own for arrival in one.arrivals}
    for one in own:
        touched = touched.union(*(touched_by(other, approvals) for other in one.undoes))
    return touched


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
