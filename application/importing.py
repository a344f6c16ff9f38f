"""Rows of a file, recorded on the path of every other proposal: each row whole, or not at all.

A row is decided on a `Rehearsal`, a ledger that remembers what would be written and writes nothing:
what was checked is what `application.import_writing` then writes. A bad row never stops the rows of
other streams; what follows it in its own streams is not tried, since it may rest on it.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import Enum
from itertools import chain, islice
from typing import Final, Protocol

from application.append import Append, Proposal, Request
from application.holidays import Book
from application.in_turn import Decided, InTurn
from application.jurisdiction import of_opening
from application.ledger import Command
from application.people import WHEREVER
from application.references import References
from application.rehearsal import Rehearsal
from application.standing import standing
from application.units import Units
from application.zones import Zones
from domain.catalogue import PERSON
from domain.holiday import HolidayFixed
from domain.kernel import Event, Refused, Value, Words, ensure
from domain.record import Actor, StreamId
from domain.registry import AgencyNamed, UnitNamed, UserNamed, key_of
from domain.time import Effective, Zone

KEY_PREFIX: Final = "import/"
TOGETHER: Final = 200
"""Rows whose streams are read in one go."""


class ImportKeys(Protocol):
    """Keyed digests: what is told apart by them cannot be guessed from them."""

    def new_key(self, kind: str, text: str) -> str:
        """Return the id, always the same in this store, for somebody's own key of a kind."""
        ...

    def digest(self, content: bytes) -> str:
        """Return what a row is recognised by when it comes again."""
        ...


class Fault(Value):
    """One thing that is wrong in a row: in which column (or in all of it, ``""``), and why."""

    place: str
    code: str
    because: Words
    article: str | None


class Row(Value):
    """One row as it was understood, or with its faults.

    The last of the ``proposals`` is the row's own event, what comes before is recorded with it
    where it is not yet. Times of effect are in ``zone``, or in the zone of the unit concerned where
    it is `None`. ``event_id`` is that of the event which the row is a copy of.
    """

    number: int
    streams: tuple[StreamId, ...]
    proposals: tuple[Proposal, ...]
    places: tuple[str, ...]
    zone: Zone | None
    content: bytes
    event_id: str | None
    faults: tuple[Fault, ...]


class Fate(Enum):
    """What became of a row, or would."""

    RECORDED = "recorded"
    ALREADY_RECORDED = "already_recorded"
    DUPLICATE = "duplicate"
    BAD = "bad"
    NOT_TRIED = "not_tried"


class Outcome(Value):
    """What became of one row. ``cause`` is the earlier row that it repeats, or waits for in vain.

    ``decided`` is what the row leads to, be it nothing new; `None` where it is not to be written.
    """

    row: Row
    fate: Fate
    faults: tuple[Fault, ...]
    cause: int | None
    decided: Decided | None

    @property
    def number(self) -> int:
        """Return where in the file the row stands."""
        return self.row.number


@dataclass(frozen=True, slots=True, kw_only=True)
class Import:
    """What all rows of one run share: the ledger, what writes to it, who signs, and for what."""

    ledger: Book
    in_turn: InTurn
    keys: ImportKeys
    new_id: Callable[[], str]
    now: Callable[[], datetime]
    actor: Actor
    purpose: str
    correlation_id: str

    def check(self) -> "Run":
        """Return a run that decides every row on the ledger and the rows before it."""
        return Run(self, Rehearsal(self.ledger, self.now))


@dataclass(slots=True)
class Run:
    """One walk through the rows of a file, in their order."""

    shared: Import
    ledger: Rehearsal
    seen: dict[str, int] = field(default_factory=dict)
    blocked: dict[StreamId, int] = field(default_factory=dict)
    actors: dict[str | None, Actor] = field(default_factory=dict)
    units: Units = field(init=False)
    append: Append = field(init=False)

    def __post_init__(self) -> None:
        self.units = Units(self.ledger, self.shared.now)
        self.append = Append(self.ledger, self.shared.new_id, self.shared.now)

    def outcomes(self, rows: Iterator[Row]) -> Iterator[Outcome]:
        """Decide rows in their order, some of them read ahead."""
        while part := list(islice(rows, TOGETHER)):
            self.ledger.read_ahead(chain.from_iterable(map(_streams, part)))
            yield from map(self, part)

    def __call__(self, row: Row) -> Outcome:
        """Decide one row as it was read."""
        if row.faults:
            return self._bad(row, row.faults)
        key = self.shared.keys.digest(row.content)
        first = self.seen.setdefault(key, row.number)
        if first != row.number:
            return _outcome(row, Fate.DUPLICATE, cause=first)
        command = Command(key=KEY_PREFIX + key, body=row.content)
        if self._is_there(row, command.key):
            return _outcome(row, Fate.ALREADY_RECORDED)
        if cause := self._blocked_by(row):
            return self._waits(row, cause)
        ready = row
        try:
            ready = self._placed(row)
            receipt = self.append(self._request(ready, command))
        except Refused as no:
            return self.refused(ready, no)
        fate = Fate.RECORDED if receipt.written else Fate.ALREADY_RECORDED
        return _outcome(row, fate, decided=self.ledger.decided)

    def refused(self, row: Row, no: Refused) -> Outcome:
        """Return that a row is bad, and what of it was refused."""
        return self._bad(row, [self._fault(row, no)])

    def _is_there(self, row: Row, key: str) -> bool:
        """Say whether a row was recorded by an earlier run, or is a copy of what is here."""
        pages = self.ledger.read(row.proposals[-1].stream)
        return any(key == page.idempotency_key or row.event_id == page.event_id for page in pages)

    def _placed(self, row: Row) -> Row:
        """Return the row in its zone and without what is known already; raise `Refused`."""
        own = row.proposals[-1]
        _ensure_own_key(own)
        needed = [said for said in row.proposals[:-1] if not self._is_known(said)]
        proposals = [*needed, own]
        references = References(self.ledger, self.units, WHEREVER)
        for said in proposals:
            references.ensure(said.event)
            ensure(
                bool(self.ledger.read(said.stream)) or _opens(said.event, self._actor(row)),
                "stream.not_an_opening",
                article="Kaidah Jejak: catatan dimulai dengan peristiwa pembukanya",
                because=(
                    "peristiwa pertama harus yang membuka catatan ini",
                    "the first event must be the one that opens this record",
                ),
            )
        self._ensure_registered(own.event, proposals)
        zone = row.zone or self._zone(own)
        return replace(
            row,
            zone=zone,
            proposals=tuple(_placed_in(zone, said) for said in proposals),
            places=row.places[-len(proposals) :],
        )

    def _is_known(self, said: Proposal) -> bool:
        """Say whether a fact that only goes before is recorded, be it from another day."""
        events = [page.event for page in standing(self.ledger.read(said.stream))]
        return any(
            type(event) is type(said.event)
            and replace(said.event, effective=event.effective) == event
            for event in events
        )

    def _ensure_registered(self, event: Event, proposals: Sequence[Proposal]) -> None:
        """Refuse a person whom nobody registered, and this row does not register either."""
        person = getattr(event, "person", None)
        if person is None or any(said.stream.kind == PERSON.name for said in proposals):
            return
        ensure(
            bool(self.ledger.read(StreamId(kind=PERSON.name, key=person))),
            "case.no_such_person",
            article="Kaidah Jejak: orang dicatat sekali, sebelum keterangan lainnya",
            because=(
                "orang ini belum tercatat; isi kolom person.*, atau impor person.registered dulu",
                "no such person is registered; fill in person.*, or import person.registered first",
            ),
            field="person",
        )

    def _zone(self, said: Proposal) -> Zone:
        past = [page.event for page in standing(self.ledger.read(said.stream))]
        unit = self.shared.actor.unit
        return Zones(self.units).zone_for(said.stream, said.event, past, unit)

    def _request(self, row: Row, command: Command | None) -> Request:
        return Request(
            proposals=row.proposals,
            expected={},
            actor=self._actor(row),
            purpose=self.shared.purpose,
            correlation_id=self.shared.correlation_id,
            command=command,
        )

    def _actor(self, row: Row) -> Actor:
        """Let the unit that an opening names sign for it, where nobody else was named."""
        actor = self.shared.actor
        unit = actor.unit or getattr(row.proposals[-1].event, "unit", None)
        unit = unit if isinstance(unit, str) else None
        if unit not in self.actors:
            self.actors[unit] = replace(actor, unit=unit)
        return self.actors[unit]

    def _blocked_by(self, row: Row) -> int | None:
        return min((self.blocked[one] for one in row.streams if one in self.blocked), default=None)

    def _waits(self, row: Row, cause: int) -> Outcome:
        self._block(row, cause)
        return _outcome(row, Fate.NOT_TRIED, cause=cause)

    def _bad(self, row: Row, faults: Sequence[Fault]) -> Outcome:
        self._block(row, row.number)
        return _outcome(row, Fate.BAD, faults=tuple(faults))

    def _block(self, row: Row, cause: int) -> None:
        for stream in row.streams:
            self.blocked.setdefault(stream, cause)

    def _fault(self, row: Row, refused: Refused) -> Fault:
        place = refused.field or ""
        if refused.field and refused.field != "effective":
            index = self._refused(row)
            known = hasattr(row.proposals[index].event, refused.field)
            place = f"{row.places[index]}.{refused.field}" if known else ""
        return Fault(
            place=place, code=refused.code, because=refused.because, article=refused.article
        )

    def _refused(self, row: Row) -> int:
        """Find which proposal of a row was refused, by deciding once more without writing."""
        deliberation = self.append.deliberation(self._request(row, None))
        for index, said in enumerate(row.proposals[:-1]):
            try:
                deliberation.admit(said)
            except Refused:
                return index
        return len(row.proposals) - 1


def _placed_in(zone: Zone, said: Proposal) -> Proposal:
    """Return a proposal in a zone, which it mostly is in already."""
    if said.event.effective.zone is zone:
        return said
    return replace(said, event=in_zone(said.event, zone))


def in_zone(event: Event, zone: Zone) -> Event:
    """Return an event with its day or instant in another zone."""
    when = event.effective
    placed = Effective.since(when.at, zone) if when.at else Effective.on(when.day, zone)
    return replace(event, effective=placed)


def _streams(row: Row) -> Iterator[StreamId]:
    """Yield the streams that a row is sure to be decided on."""
    yield from row.streams
    yield from (said.stream for said in row.proposals)


def _outcome(
    row: Row,
    fate: Fate,
    *,
    faults: tuple[Fault, ...] = (),
    cause: int | None = None,
    decided: Decided | None = None,
) -> Outcome:
    return Outcome(row=row, fate=fate, faults=faults, cause=cause, decided=decided)


def _opens(event: Event, actor: Actor) -> bool:
    return of_opening(event, actor) is not None


def _ensure_own_key(said: Proposal) -> None:
    match said.event:
        case UnitNamed() | AgencyNamed() | UserNamed() | HolidayFixed():
            key = key_of(said.event)
            ensure(
                said.stream.key == key,
                "registry.another_key",
                article="Kaidah Jejak: satu kunci, satu nama",
                because=(
                    f"yang dicatat ini milik catatan registry:{key}",
                    f"what is recorded here belongs to registry:{key}",
                ),
            )
        case _:
            return
