"""A ledger written at random, page by page and with no rule asked: facts, and corrections of them.

Every kind of correction is in it: void, correct, move, what another stream says of it, what is
undone, and what undoes that. Some wait, some are declined; reviews stand in between.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from random import Random

from pages import ACTOR, draft
from scenario import on
from strategies import one

from application.ledger import BEGINNING, Head
from domain.catalogue import STREAMS
from domain.conduct import ConductAssessed, DisciplineBegan
from domain.correction import (
    Arrival,
    Change,
    CorrectionApproved,
    CorrectionDeclined,
    CorrectionKind,
    CorrectionProposed,
    CorrectionRequested,
    ReasonCode,
)
from domain.forgotten import FORGETTING
from domain.kernel import Event
from domain.record import Draft, Recorded, StreamId
from domain.review import ReviewRaised
from infrastructure.ledger import EventsourcingLedger

CASES = tuple(StreamId(kind="case", key=str(number)) for number in range(1, 5))
OTHERS = tuple(
    StreamId(kind=kind, key=str(number))
    for kind in ("person", "programme", "agreement", "referral", "registry")
    for number in (1, 2)
)
WHEN = on("2026-01-05")


@dataclass
class Asked:
    """A correction as the story remembers it: what it does in each stream once it is approved."""

    id: str
    stream: StreamId
    changes: dict[StreamId, list[Change]]
    moving: list[Draft]
    to: StreamId | None
    undoes: "Asked | None"

    @property
    def streams(self) -> list[StreamId]:
        others = [self.to] if self.to else []
        undone = self.undoes.streams if self.undoes else []
        return list(dict.fromkeys([self.stream, *self.changes, *others, *undone]))


class Story:
    """Tells of what happens, some pages at a time."""

    def __init__(self, ledger: EventsourcingLedger, seed: int) -> None:
        self.ledger, self.random = ledger, Random(seed)  # noqa: S311  # a seed to say again
        self.heads = {stream: Head(version=0, hash=BEGINNING) for stream in (*CASES, *OTHERS)}
        self.facts: dict[StreamId, list[Draft]] = {stream: [] for stream in self.heads}
        self.waiting: list[Asked] = []
        self.acting: list[Asked] = []
        self.corrections = 0
        self._versions = dict.fromkeys(self.heads, 0)
        self._drafts: list[Draft] = []

    def write(self, steps: int) -> None:
        """Take some steps, and write what they tell in one go."""
        for _ in range(steps):
            self._step()
        if not self._drafts:
            return
        touched = {page.stream for page in self._drafts}
        heads = {stream: self.heads[stream] for stream in touched}
        self.ledger.append(self._drafts, heads=heads, actor=ACTOR.id, command=None)
        for stream in touched:
            last = self.ledger.read(stream)[-1]
            self.heads[stream] = Head(version=last.version, hash=last.hash)
        self._drafts = []

    def streams(self) -> list[Sequence[Recorded]]:
        """All that was written, stream by stream."""
        return [self.ledger.read(stream) for stream in self.heads]

    def _step(self) -> None:
        steps: dict[Callable[[], None], int] = {
            self._fact: 10,
            self._review: 1,
            self._void: 3,
            self._correct: 4,
            self._move: 3,
            self._undo: 3,
            self._settle: 8,
        }
        (step,) = self.random.choices(list(steps), list(steps.values()))
        step()

    def _tell(self, stream: StreamId, event: Event, **changes: str | None) -> Draft:
        self._versions[stream] += 1
        page = draft(event, to=stream, version=self._versions[stream])
        page = replace(page, subject=stream.key, evidence=(), **changes)
        self._drafts.append(page)
        return page

    def _fact(self) -> None:
        stream = self._anywhere()
        kinds = [k for k in STREAMS[stream.kind].chapter_of if k not in FORGETTING]
        if stream in CASES and self.random.random() < 0.4:
            kinds = [ConductAssessed, DisciplineBegan]  # which a test poisons
        event = one(self.random.choice(kinds), self.random.choice)
        self.facts[stream].append(self._tell(stream, event))

    def _review(self) -> None:
        if (target := self._some(self._anywhere())) is not None:
            self._tell(
                target[0].stream,
                ReviewRaised(
                    effective=WHEN,
                    item=target[0].event_id,
                    event=target[0].event_id,
                    cause=target[0].event_id,
                    code="x",
                    article="x",
                    because_id="x",
                    because_en="x",
                    owner=None,
                ),
            )

    def _anywhere(self) -> StreamId:
        return self.random.choice([*CASES, *CASES, *OTHERS])

    def _some(self, stream: StreamId, most: int = 1) -> list[Draft] | None:
        """Some facts that were told in a stream, often of late; they may be corrected already."""
        told = self.facts[stream][-self.random.choice((most, 1_000)) :]
        return self.random.sample(told, min(most, len(told))) if told else None

    def _void(self) -> None:
        if targets := self._some(self._anywhere(), most=self.random.randint(1, 3)):
            asked = self._asked(CorrectionKind.VOID, targets)
            asked.changes[asked.stream] = [Change(event=t.event_id, by=None) for t in targets]

    def _correct(self) -> None:
        if targets := self._some(self._anywhere()):
            asked = self._asked(CorrectionKind.CORRECT, targets)
            self._propose(asked, targets[0])

    def _move(self) -> None:
        source, to = self.random.sample(CASES, 2)
        if targets := self._some(source, most=self.random.randint(1, 3)):
            asked = self._asked(CorrectionKind.MOVE, targets, to)
            asked.changes[source] = [Change(event=t.event_id, by=None) for t in targets]
            asked.moving = targets
            if elsewhere := self._some(self.random.choice(OTHERS)):  # it told of the wrong case
                self._propose(asked, elsewhere[0])

    def _undo(self) -> None:
        if self.acting:
            undone = self.random.choice(self.acting)
            target = self.random.choice(self.facts[undone.stream])
            again = self.random.random() < 0.3
            kind = CorrectionKind.CORRECT if again else CorrectionKind.VOID
            asked = self._asked(kind, [replace(target, event_id=undone.id)])
            asked.undoes = undone
            if again:
                self._propose(asked, target)

    def _propose(self, asked: Asked, target: Draft) -> None:
        content = one(type(target.event), self.random.choice)
        proposed = CorrectionProposed(effective=WHEN, correction=asked.id, content=content)
        by = self._tell(target.stream, proposed).event_id
        change = Change(event=target.event_id, by=by)
        asked.changes.setdefault(target.stream, []).append(change)

    def _asked(
        self, kind: CorrectionKind, targets: Sequence[Draft], to: StreamId | None = None
    ) -> Asked:
        stream = targets[0].stream
        page = draft(None)
        self._tell(
            stream,
            CorrectionRequested(
                effective=WHEN,
                correction=page.event_id,
                kind=kind,
                events=tuple(target.event_id for target in targets),
                to=to.key if to else None,
                reason_code=ReasonCode.OTHER,
                explanation="salah catat",
                requester=ACTOR.id,
            ),
            event_id=page.event_id,
        )
        asked = Asked(page.event_id, stream, {}, [], to, None)
        self.waiting.append(asked)
        return asked

    def _settle(self) -> None:
        """Approve one that waits, or, seldom, decline it."""
        if not self.waiting:
            return
        asked = self.waiting.pop(self.random.choice((-1, -1, 0)))
        if self.random.random() < 0.1:
            self._tell(
                asked.stream,
                CorrectionDeclined(
                    effective=WHEN, correction=asked.id, approver="supervisor", because="x"
                ),
            )
            return
        arrivals = [self._arrived(asked, page) for page in asked.moving]
        for stream in asked.streams:
            self._tell(
                stream,
                CorrectionApproved(
                    effective=WHEN,
                    correction=asked.id,
                    requested_in=str(asked.stream),
                    approver="supervisor",
                    changes=tuple(asked.changes.get(stream, ())),
                    arrivals=tuple(arrivals) if stream == asked.to else (),
                    undoes=(asked.undoes.id,) if asked.undoes else (),
                ),
            )
        self.acting.append(asked)
        self.corrections += 1

    def _arrived(self, asked: Asked, page: Draft) -> Arrival:
        told = self._tell(asked.to or page.stream, page.event, causation_id=asked.id)
        self.facts[told.stream].append(told)
        return Arrival(origin=page.event_id, event=told.event_id)
