"""Rows that were found ready, written many at a time: in the order of the file, each of them whole.

A transaction holds whole rows, so that nothing of a row is ever half-written, and what was decided
is written only while every stream that it rests on stands where it stood then. Where one has moved
on, nothing of that transaction is written: it and all that follows are decided again, on what is
read anew, and a row that was recorded in the meantime is found by its key as in any later run.
"""

from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from application.append import ATTEMPTS_MAX
from application.importing import Fate, Import, Outcome, Run
from application.in_turn import Decided
from application.ledger import Conflict, Head
from domain.kernel import Refused
from domain.record import Draft, StreamId

EVENTS_MOST: Final = 1_000
"""Events in one transaction: a commit costs nothing then, and others wait some 30 ms for it."""
BYTES_MOST: Final = 4_000_000
"""The same for rows with much in them."""


@dataclass(slots=True)
class Writing:
    """One walk through rows that were found ready, in the order of the file."""

    shared: Import
    events_most: int = EVENTS_MOST
    blocked: dict[StreamId, int] = field(default_factory=dict)
    _events: int = field(init=False)
    _lost: int = 0

    def __post_init__(self) -> None:
        self._events = self.events_most

    def __call__(self, checked: Sequence[Outcome]) -> Iterator[Outcome]:
        """Record rows as they were decided; yield what became of each as soon as that is known.

        Raises `Conflict` where a row was lost to other writers too often, and `OutcomeUnknown`.
        """
        rows, told = [outcome.row for outcome in checked], 0
        outcomes: Iterator[Outcome] = iter(checked)
        while True:
            in_hand: deque[list[Outcome]] = deque()
            try:
                for _ in self.shared.in_turn(self._bundles(outcomes, in_hand)):
                    part = in_hand.popleft()
                    yield from self._noted(part)
                    told += len(part)
                    self._won()
            except (Conflict, Refused) as no:
                if alone := self._lost_one(in_hand[0], no):
                    yield from self._noted([alone])
                    told += 1
                outcomes = self._run().outcomes(iter(rows[told:]))
            else:
                return

    def _bundles(
        self, outcomes: Iterator[Outcome], in_hand: deque[list[Outcome]]
    ) -> Iterator[Decided]:
        """Yield what is to be written together. The last may be empty.

        It is a commit behind everything that was found recorded already: an earlier run may have
        left it without knowing whether it stands.
        """
        in_hand.append(part := [])
        events = size = 0
        for outcome in outcomes:
            part.append(outcome)
            events += max(1, len(outcome.decided.drafts)) if outcome.decided else 1
            size += len(outcome.row.content)
            if events >= self._events or size >= BYTES_MOST:
                yield _bundle(part)
                in_hand.append(part := [])
                events = size = 0
        yield _bundle(part)

    def _noted(self, part: Iterable[Outcome]) -> Iterator[Outcome]:
        """Yield outcomes, and remember the streams in which nothing that follows is tried."""
        for outcome in part:
            if outcome.fate in {Fate.BAD, Fate.NOT_TRIED}:
                for stream in outcome.row.streams:
                    self.blocked.setdefault(stream, outcome.cause or outcome.number)
            yield outcome

    def _won(self) -> None:
        self._lost, self._events = 0, min(2 * self._events, self.events_most)

    def _lost_one(self, part: Sequence[Outcome], no: Conflict | Refused) -> Outcome | None:
        """Try with fewer rows at once; return what became of a row that is refused by itself."""
        if len(part) > 1:
            self._events = max(1, self._events // 2)
            return None
        if isinstance(no, Refused):
            return self._run().refused(part[0].row, no)
        self._lost += 1
        if self._lost == ATTEMPTS_MAX:
            raise no
        return None

    def _run(self) -> Run:
        """Return a run that decides on what is recorded now."""
        run = self.shared.check()
        run.blocked.update(self.blocked)
        return run


def _bundle(part: Iterable[Outcome]) -> Decided:
    """Return what several rows lead to, with each stream where it stood before the first."""
    drafts: list[Draft] = []
    heads: dict[StreamId, Head] = {}
    for outcome in part:
        if outcome.decided:
            drafts += outcome.decided.drafts
            _first(heads, outcome.decided.heads)
    return Decided(drafts=tuple(drafts), heads=heads)


def _first(heads: dict[StreamId, Head], later: Mapping[StreamId, Head]) -> None:
    for stream, head in later.items():
        heads.setdefault(stream, head)
