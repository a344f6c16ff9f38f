"""Who changed what, when, on what evidence: pages that changed something, the newest first.

Which pages those are a read model says, which holds no value; what each of them changed is read off
its stream, as far as whoever asks may see the stream.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, fields
from heapq import merge
from itertools import islice, takewhile
from operator import itemgetter
from typing import Any, Final

from application.differences import FieldChange, Plain, steps_told
from application.journeys import History, in_effect
from application.jurisdiction import jurisdiction
from application.ledger import Ledger
from application.read_models import Access, Page, Question, ReadModels
from application.standing import standing
from domain.catalogue import CASE, EVENTS, STREAMS
from domain.correction import CorrectionApproved, CorrectionProposed
from domain.kernel import Event, Value
from domain.record import Recorded, StreamId
from domain.shape import once_per_type

LINES: Final = "changes"
CORRECTIONS: Final = "corrections"
CHUNK: Final = 100
LOOKED_THROUGH: Final = 1_000
"""Lines that one answer looks through for a field: then it says where to go on."""
APPROVED: Final = "approved"
EVERYWHERE: Final = Access(everywhere=True, units=frozenset())
"""For lines of streams that are then looked at one by one."""
ONE_BY_ONE: Final = 10
"""Units that are looked for one by one: each has an index that has its newest lines first."""
APPROVAL: Final = CorrectionApproved.stored_as


class Touched(Value):
    """One fact before and after a page; `None` where nothing of it stands, or stood."""

    event: str
    before: Event | None
    after: Event | None

    @property
    def names(self) -> tuple[str, ...]:
        """Return the fields that differ, the time of effect among them."""
        one = self.after or self.before
        return tuple(
            field.name
            for field in (fields(one) if one else ())
            if getattr(self.before, field.name, None) != getattr(self.after, field.name, None)
        )


class Entry(Value):
    """A page that changed something: which facts, and the state of its stream.

    ``history`` is the stream as it is now, with what was told of the page since.
    """

    page: Recorded
    history: History
    touched: tuple[Touched, ...]
    differences: tuple[FieldChange, ...]

    def is_about(self, field: str | None) -> bool:
        """Say whether it changed a field: one of an event, or a place in the state and below."""
        if field is None:
            return True
        if not field.startswith("/"):
            return any(field in one.names for one in self.touched)
        return any(
            one.pointer == field or one.pointer.startswith(f"{field}/") for one in self.differences
        )


class Sought(Value):
    """What is asked for; `None` is any. Positions are from ``above`` (left out) up to ``upto``.

    ``actor`` told it or approved it, or asked for the correction; ``unit`` is the one for which it
    was told. ``field`` is as in `Entry.is_about`.
    """

    case: str | None
    actor: str | None
    unit: str | None
    type: str | None
    field: str | None
    above: int
    upto: int | None


class Found(Value):
    """Entries, and the key to go on after: `None` at the end."""

    entries: tuple[Entry, ...]
    after: str | None


Where = dict[str, Any]
"""Conditions on columns of the read model."""


def entry_of(pages: Sequence[Recorded], page: Recorded, plain: Plain) -> Entry:
    """Return what one page of a stream changed, when it was told."""
    return entries_of(history_of(pages), [page.version], plain)[page.version]


def entries_of(history: History, versions: Iterable[int], plain: Plain) -> dict[int, Entry]:
    """Return what pages of a stream changed when they were told, by their versions."""
    corrected = _corrected(history.known)
    gone_through = steps_told(history.known, sorted(versions), None, plain)
    return {
        step.page.version: Entry(
            page=step.page,
            history=history,
            touched=tuple(_touched(corrected, step.page)),
            differences=step.changes,
        )
        for step in gone_through
    }


def history_of(pages: Sequence[Recorded]) -> History:
    """Return what all pages of a stream come to now."""
    return History(
        stream=pages[-1].stream,
        pages=tuple(in_effect(standing(pages), None)),
        known=tuple(pages),
        version=pages[-1].version,
        position=pages[-1].position,
    )


def _corrected(pages: Sequence[Recorded]) -> Sequence[Recorded]:
    """Return what approvals act on, in its order: of any other fact stands what was recorded."""
    approvals = [page.event for page in pages if isinstance(page.event, CorrectionApproved)]
    named = {one.event for event in approvals for one in event.changes}
    named |= {one.event for event in approvals for one in event.arrivals}
    said = (CorrectionApproved, CorrectionProposed)
    return [page for page in pages if page.event_id in named or isinstance(page.event, said)]


def _touched(corrected: Sequence[Recorded], page: Recorded) -> Iterator[Touched]:
    """Yield what a page tells, or what of the facts that are corrected stands otherwise by it."""
    if not isinstance(page.event, CorrectionApproved):
        yield Touched(event=page.event_id, before=None, after=page.event)
        return
    told = [one for one in corrected if one.version <= page.version]
    arrived = {arrival.event for arrival in page.event.arrivals}
    before = {one.event_id: one.event for one in standing(told[:-1])}
    after = {one.event_id: one.event for one in standing(told)}
    for event in dict.fromkeys((*before, *after)):
        was, now = before.get(event), after.get(event)
        if was is not now and was != now and event not in arrived:
            yield Touched(event=event, before=was, after=now)


def types_with(field: str) -> frozenset[str]:
    """Return the types of event that may change a field; none where there is no such field."""
    if field.startswith("/"):
        chapter = field.split("/")[1]
        return frozenset(
            event.stored_as
            for stream in STREAMS.values()
            for one in stream.chapters
            if one.name == chapter
            for event in one.events
        )
    return frozenset(event.stored_as for event in EVENTS if field in names_of(event))


@once_per_type
def names_of(event: type[Event]) -> frozenset[str]:
    """Return the names of an event's fields."""
    return frozenset(field.name for field in fields(event))


Lines = Iterator[tuple[str, Any]]
"""Lines of the read model, each behind its key."""


@dataclass(frozen=True, slots=True)
class Changes:
    """Finds what changed, for one caller. ``key_at`` gives the key of the line of a position."""

    ledger: Ledger
    read_models: ReadModels
    access: Access
    key_at: Callable[[int], str]
    plain: Plain

    def freshness(self) -> Page:
        """Return up to which position lines are there, without them."""
        return self.read_models.ask(
            LINES, Question(where={}, words=(), after=None, limit=0), EVERYWHERE
        )

    def find(self, sought: Sought, after: str | None, limit: int) -> Found:
        """Return up to ``limit`` entries after a key; fewer where it took long to find them."""
        entries: list[Entry] = []
        seen: dict[str, History | None] = {}
        start = self.key_at(sought.upto + 1) if sought.upto is not None else None
        begin = max(filter(None, (after, start)), default=None)
        lines = takewhile(
            lambda one: one[1].position > sought.above, self._lines(sought, begin, limit + 1)
        )
        last, chunk, left = begin, limit, LOOKED_THROUGH
        while len(entries) < limit and (some := list(islice(lines, chunk))):
            for key, entry in self._entries(some, seen):
                if len(entries) == limit:
                    return Found(entries=tuple(entries), after=last)
                last = key
                if entry and entry.is_about(sought.field):
                    entries.append(entry)
            left -= len(some)
            chunk = min(CHUNK, left)
        more = next(lines, None) is not None
        return Found(entries=tuple(entries), after=last if more else None)

    def _entries(
        self, lines: Sequence[tuple[str, Any]], seen: dict[str, History | None]
    ) -> Iterator[tuple[str, Entry | None]]:
        """Yield what lines are about, each stream gone through once; `None` where it is not seen.

        ``seen`` is kept from one time to the next: streams as they are now.
        """
        versions: dict[str, list[int]] = {}
        for _, line in lines:
            versions.setdefault(line.stream, []).append(line.version)
        told: dict[str, dict[int, Entry]] = {}
        for name, some in versions.items():
            if name not in seen:
                seen[name] = self._seen(StreamId.of(name))
            history = seen[name]
            told[name] = entries_of(history, some, self.plain) if history else {}
        for key, line in lines:
            yield key, told[line.stream].get(line.version)

    def _seen(self, stream: StreamId) -> History | None:
        """Return a stream as it is now, where the caller may see it."""
        pages = self.ledger.read(stream)
        seen = jurisdiction(self.ledger, stream, pages).seen_by(self.access)
        return history_of(pages) if seen and pages else None

    def _lines(self, sought: Sought, after: str | None, chunk: int) -> Lines:
        """Yield the lines that may be meant, by their keys, each once."""
        where = _where(sought)
        if where is None:
            return
        sources = [
            self._source(one | more, access, after, chunk)
            for one, access in self._reaches(where)
            for more in self._told_by(sought.actor)
        ]
        last = ""
        for key, line in merge(*sources, key=itemgetter(0)):
            if key != last:
                yield key, line
            last = key

    def _reaches(self, where: Where) -> Iterator[tuple[Where, Access]]:
        """Yield what the caller may look for: cases in reach, and what one's own units told."""
        if self.access.everywhere:
            yield where, self.access
            return
        if self.access.units:
            yield where | {"stream_kind": CASE.name}, self.access
        units = sorted(self.access.units & set(where.get("unit", self.access.units)))
        if units and "case" not in where:
            each = [(unit,) for unit in units] if len(units) <= ONE_BY_ONE else [tuple(units)]
            for some in each:
                yield where | {"beside": some}, EVERYWHERE

    def _told_by(self, actor: str | None) -> Iterator[Where]:
        """Yield what to look for: what somebody told, and corrections that they asked for."""
        if actor is None:
            yield {}
            return
        yield {"actor": actor}
        asked = Question(
            where={"requester": actor, "status": APPROVED}, words=(), after=None, limit=None
        )
        rows = self.read_models.ask(CORRECTIONS, asked, EVERYWHERE).rows
        if rows:
            yield {"correction": tuple(row.correction for _, row in rows)}

    def _source(self, where: Where, access: Access, after: str | None, chunk: int) -> Lines:
        while True:
            question = Question(where=where, words=(), after=after, limit=chunk)
            rows = self.read_models.ask(LINES, question, access).rows
            yield from rows
            if len(rows) < chunk:
                return
            after, chunk = rows[-1][0], CHUNK


def _where(sought: Sought) -> Where | None:
    """Return the conditions on lines; `None` where no line can meet them."""
    where: Where = {}
    if sought.case is not None:
        where["case"] = (sought.case,)
    if sought.unit is not None:
        where["unit"] = (sought.unit,)
    types: frozenset[str] | None = frozenset({sought.type}) if sought.type else None
    if sought.field is not None:
        may = types_with(sought.field) | {APPROVAL}
        types = types & may if types else may
    if types is not None:
        if not types:
            return None
        where["name"] = tuple(sorted(types))
    return where
