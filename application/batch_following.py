"""Bringing cases up to the batches that they stand in: after a step, and when an award day begins.

Everything is worked out from what is on record (`domain.batch_due`), so that it may be begun at any
time, by two at once, broken off and begun again: what was done is found done, and nothing is told
twice. What a case refuses takes its line off the list, with the code, and holds nobody else up.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import islice
from typing import Any, Final

from application.append import Append, Proposal
from application.batch_cases import (
    NOTHING_MOVED,
    Batch,
    LineDue,
    batch_in,
    due_of,
    request_of,
    totals_of,
)
from application.batch_review import look_again
from application.case_facts import Book
from application.clock import GoesOn, Round
from application.holidays import on_other_days
from application.ledger import Conflict
from application.read_ahead import ReadAhead
from application.read_models import Access, Question, ReadModels
from application.timeline import in_order
from domain.batch_list import BatchApplied, BatchClosed, BatchLineWithdrawn, StopReason
from domain.batch_standing import BatchLine, BatchStatus
from domain.catalogue import CASE, REMISI_BATCH
from domain.kernel import Event, Refused, SubjectForgotten
from domain.law.facts import RemisiKind
from domain.record import Recorded, StreamId
from domain.remisi import REMISI
from domain.time import Effective, Zone

TOGETHER: Final = 50
"""Cases that one write brings up: one page for each step of each, and one commit."""
AT_ONCE: Final = 50
"""Lines of a batch whose cases are brought up before the step is answered."""
LOOKS_MOST: Final = 4
"""Times that a batch is gone through: what a case refused takes its line off, and is told then."""
WHEREVER: Final = Access(everywhere=True, units=frozenset())
REMISI_NAMES: Final = frozenset(name for kind in REMISI.events for name in kind.names)
NOTHING_DONE: Final = Round(recorded=0, left=0, next_at=None, failed=None)


@dataclass(slots=True)
class Tally:
    """What one look has recorded, what is due and was not, and the class of what went wrong."""

    recorded: int = 0
    left: int = 0
    failed: str | None = None


@dataclass(frozen=True, slots=True)
class BatchFollowing:
    """Tells cases what their batches say. ``follow_due`` is what a clock runs.

    ``_seen`` remembers which batches have nothing due until they, or the day, move on: by the last
    position of each, and whether its award day had come. ``hints`` are told when a step was taken
    whose cases wait for the clock.
    """

    append: Append
    ledger: Book
    read_models: ReadModels
    hints: list[Callable[[], None]] = field(default_factory=list)
    _seen: dict[str, tuple[int, bool]] = field(default_factory=dict)

    def after_step(self, stream: StreamId, now: datetime) -> None:
        """Bring up the cases of a small batch at once, and leave those of a large to the clock.

        A batch that has ended no clock looks at any more: a correction of it is followed here.
        """
        self._seen.pop(stream.key, None)
        batch = self._batch(stream)
        if len(batch.state.lines) <= AT_ONCE or batch.state.told:
            self.follow(stream, now)
        for hint in self.hints:
            hint()

    def follow_due(self, now: datetime, goes_on: GoesOn = lambda: True) -> Round:
        """Bring the cases of every batch up to it, as far as their days have come."""
        rounds = []
        for key, row in self._open():
            begins = Effective.on(row.award_day, row.zone).instant if row.award_day else None
            begun = begins is not None and begins <= now
            if self._seen.get(key) != (row.position, begun):
                rounds.append(self._tried(StreamId(kind=REMISI_BATCH.name, key=key), now, goes_on))
                if not rounds[-1].left:
                    self._seen[key] = row.position, begun
            elif row.sk_effective and not begun:
                rounds.append(replace(NOTHING_DONE, next_at=begins))
            if not goes_on():
                break
        return _united(rounds)

    def follow(self, stream: StreamId, now: datetime, goes_on: GoesOn = lambda: True) -> Round:
        """Bring the cases of one batch up to it; say when its award day begins, if that is next.

        One that was corrected after its end is looked at again: its cases may tell otherwise.
        """
        tally = Tally()
        for _ in range(LOOKS_MOST):
            batch = self._batch(stream)
            if batch.state.told and not batch.corrected:
                break
            before, tally.left = tally.recorded, 0
            if batch.heard:
                self._tell(batch, now, tally, goes_on)
            if not (tally.left or batch.state.told):
                self._end(batch, now, tally)
            if tally.recorded == before or tally.left:
                break
        award = batch.award
        waits = batch.state.status is BatchStatus.SK_ISSUED and award and award.instant > now
        return Round(
            recorded=tally.recorded,
            left=tally.left,
            next_at=award.instant if award and waits else None,
            failed=tally.failed,
        )

    def _tried(self, stream: StreamId, now: datetime, goes_on: GoesOn) -> Round:
        """Bring the cases of one batch up to it; what goes wrong with one holds up no other."""
        try:
            return self.follow(stream, now, goes_on)
        except Exception as error:  # noqa: BLE001  # whatever it is, it is told, and tried again
            return replace(NOTHING_DONE, left=1, failed=type(error).__name__)

    def _open(self) -> Sequence[tuple[str, Any]]:
        question = Question(where={"open": True}, words=(), after=None, limit=None)
        return self.read_models.ask("remisi_batches", question, WHEREVER).rows

    def _batch(self, stream: StreamId) -> Batch:
        return batch_in(stream.key, self.ledger.read(stream))

    def _tell(self, batch: Batch, now: datetime, tally: Tally, goes_on: GoesOn) -> None:
        """Tell every case what is due in it, some in one write."""
        lines, heard = batch.lines_by_case(), batch.heard_by_case()
        streams = (StreamId(kind=CASE.name, key=case) for case in heard)
        read = self.ledger.read_many(streams)
        while part := dict(islice(read, TOGETHER)):
            for stream, pages in part.items():
                with self._by_itself(tally):
                    kinds = heard[stream.key]
                    tally.recorded += look_again(self.append, batch, stream, pages, kinds)
            try:
                due = list(self._due(batch, lines, part, now))
                if any(one.events or one.hindered for one in due) and not goes_on():
                    tally.left += len(due)
                    return
                self._record(batch, due, part, tally)
            except Conflict:
                tally.left += len(due)
            except Exception:  # noqa: BLE001  # whatever one of them raises: each by itself
                for stream in part:
                    self._tell_one(batch, lines, stream, now, tally)
            else:
                self._leave(batch, due, now, tally)

    def _due(
        self,
        batch: Batch,
        lines: Mapping[str, Sequence[BatchLine]],
        read: Mapping[StreamId, Sequence[Recorded]],
        now: datetime,
    ) -> Iterator[LineDue]:
        today, draft = batch.today(now), batch.state.draft
        moved = NOTHING_MOVED
        if draft and RemisiKind.KHUSUS in draft.kinds and draft.award_day <= today:
            moved = on_other_days(self.ledger, draft.award_day)
        for stream, pages in read.items():
            timeline = self.append.known.timeline(stream, pages)
            yield from due_of(batch, lines.get(stream.key, ()), timeline, today, moved)

    def _tell_one(
        self,
        batch: Batch,
        lines: Mapping[str, Sequence[BatchLine]],
        stream: StreamId,
        now: datetime,
        tally: Tally,
    ) -> None:
        """Tell one case line by line, and take off the list what it refuses."""
        for line in lines.get(stream.key, ()):
            read = {stream: self.ledger.read(stream)}
            with self._by_itself(tally):
                due = list(self._due(batch, {stream.key: [line]}, read, now))
                try:
                    self._record(batch, due, read, tally)
                except Refused as no:
                    self._take_off(batch, line, no, now, tally)
                self._leave(batch, due, now, tally)

    @contextmanager
    def _by_itself(self, tally: Tally) -> Iterator[None]:
        """Let what goes wrong with one case hold up no other: it is told, and tried again."""
        try:
            yield
        except Conflict:
            tally.left += 1
        except Exception as error:  # noqa: BLE001  # whatever it is
            tally.left += 1
            tally.failed = tally.failed or type(error).__name__

    def _leave(self, batch: Batch, due: Sequence[LineDue], now: datetime, tally: Tally) -> None:
        """Take off the list what its case cannot have; what waits for somebody is left."""
        for one in due:
            tally.left += one.waits
            if one.hindered:
                self._take_off(batch, one.line, one.hindered, now, tally)

    def _record(
        self,
        batch: Batch,
        due: Sequence[LineDue],
        read: Mapping[StreamId, Sequence[Recorded]],
        tally: Tally,
    ) -> None:
        """Record what is due, step by step: each by whoever took the step, the award by the day."""
        steps: dict[int, tuple[Recorded | None, list[Proposal]]] = {}
        for one in due:
            stream = StreamId(kind=CASE.name, key=one.line.case)
            for event in one.events:
                page = batch.page_of(event, one.line)
                place = page.version if page else len(batch.pages) + 1
                proposal = Proposal(stream=stream, event=event, evidence=(), reason=None)
                steps.setdefault(place, (page, []))[1].append(proposal)
        append = replace(self.append, ledger=ReadAhead(self.ledger, read))
        for place in sorted(steps):
            page, proposals = steps[place]
            tally.recorded += len(append(request_of(batch, page, proposals)).written)
            append = self.append

    def _take_off(
        self, batch: Batch, line: BatchLine, no: Refused, now: datetime, tally: Tally
    ) -> None:
        """Take a line off the list for good, with the code by which its case would not have it."""
        if line.stop or batch.state.stop:  # it was taken off, and the case will not hear of that
            told_of = line.stop is not None and line.stop.refused is not None
            tally.left += not (told_of or isinstance(no, SubjectForgotten))
            return
        event = BatchLineWithdrawn(
            effective=_at(batch, now),
            case=line.case,
            kind=line.kind,
            reason=StopReason.NOT_POSSIBLE,
            refused=no.code,
        )
        self._say(batch, event, tally)

    def _end(self, batch: Batch, now: datetime, tally: Tally) -> None:
        """Say what became of all lines, once every case has told its end."""
        award, status = batch.award, batch.state.status
        over = status in {BatchStatus.TURNED_DOWN, BatchStatus.WITHDRAWN}
        come = status is BatchStatus.SK_ISSUED and award and award.instant <= now
        if award is None or not batch.state.listed or not (over or come):
            return
        streams = (StreamId(kind=CASE.name, key=case) for case in batch.lines_by_case())
        told = {
            stream.key: REMISI.fold(in_order(pages)).proposals
            for stream, pages in self.ledger.read_many(streams, names=REMISI_NAMES)
        }
        totals = totals_of(batch, told)
        if totals is None:
            return
        if over:
            self._say(batch, BatchClosed(effective=_at(batch, now), totals=totals), tally)
        else:
            self._say(batch, BatchApplied(effective=award, totals=totals), tally)

    def _say(self, batch: Batch, event: Event, tally: Tally) -> None:
        stream = StreamId(kind=REMISI_BATCH.name, key=batch.key)
        proposal = Proposal(stream=stream, event=event, evidence=(), reason=None)
        try:
            tally.recorded += len(self.append(request_of(batch, None, [proposal])).written)
        except (Conflict, Refused):
            tally.left += 1  # another hand was there: look again


def _at(batch: Batch, now: datetime) -> Effective:
    """Return the present in the unit's zone, as a time of effect."""
    award = batch.award
    return Effective.since(now, award.zone if award else Zone.WIB)


def _united(rounds: Sequence[Round]) -> Round:
    return Round(
        recorded=sum(one.recorded for one in rounds),
        left=sum(one.left for one in rounds),
        next_at=min((one.next_at for one in rounds if one.next_at), default=None),
        failed=next((one.failed for one in rounds if one.failed), None),
    )
