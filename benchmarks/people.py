"""Invented people to measure with: whole cases, as the service itself would write them.

One case is decided on the service's own path (`Append` over a ledger in memory); the others are its
copies with ids, names and numbers of their own, so that a store of any size is written as fast as
the ledger takes it, and every page in it is one that could stand in a real one.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from datetime import UTC, date, datetime
from typing import Any, Final

from uuid_utils import uuid7

from application.append import Append, Proposal, Request
from application.ledger import BEGINNING, Command, Head, Receipt
from domain.admission import AdmissionReason, CustodyAdmitted, Religion
from domain.conduct import ConductAssessed, DisciplineBegan, DisciplineLevel, Predicate
from domain.kernel import Event
from domain.person import PersonRegistered, Sex, Verification
from domain.record import Actor, Draft, Recorded, StreamId
from domain.registry import UnitKind, UnitNamed
from domain.time import Effective, Zone
from infrastructure.ledger import EventsourcingLedger

UNIT: Final = "RUTAN-BENCH"
OTHER_UNIT: Final = "RUTAN-ELSEWHERE"
ACTOR: Final = Actor(id="bench", role="caseworker", unit=UNIT, agency=None, on_behalf_of=None)
ADMITTED: Final = date(2024, 1, 2)
FIRST_YEAR: Final = 2024
MONTHS: Final = 12
OPENING: Final = 3
"""Events that open a case: the person registered, the admission, and custody begun."""
BATCH: Final = 1_000
NAMES: Final = ("Adi", "Budi", "Citra", "Dewi", "Eko", "Fajar", "Gita", "Hendra", "Indah", "Joko")
NIK_FROM: Final = 10**15
OFFENCE: Final = "Berkelahi dengan sesama penghuni kamar; dilerai petugas jaga, tanpa luka"


def now() -> datetime:
    """Return the instant."""
    return datetime.now(UTC)


def new_id() -> str:
    """Return a UUIDv7."""
    return str(uuid7())


def on(day: date) -> Effective:
    """Return a civil day in the bench's zone."""
    return Effective.on(day, Zone.WIB)


def disciplined(number: int) -> DisciplineBegan:
    """Return a line of Register F: recorded any number of times, with a sealed field."""
    return DisciplineBegan(
        effective=on(date(2025, 1, 1)),
        measure=f"F-{number}",
        level=DisciplineLevel.RINGAN,
        offence=OFFENCE,
        document=f"BA-{number}/RUTAN-BENCH/2025",
    )


def assessed(number: int) -> ConductAssessed:
    """Return the assessment of a month: another one for each number."""
    year, month = FIRST_YEAR + number // MONTHS, number % MONTHS + 1
    return ConductAssessed(
        effective=on(date(2026, 10, 1)),
        month=f"{year}-{month:02}",
        score=60 + number % 40,
        predicate=Predicate.BAIK,
        risk_declined=True,
    )


@dataclass(slots=True)
class Notebook:
    """A `Ledger` in memory, in which one case is decided."""

    pages: list[Recorded] = field(default_factory=list)

    def read(self, stream: StreamId) -> Sequence[Recorded]:
        """Return the pages of a stream."""
        return [page for page in self.pages if page.stream == stream]

    def recall(self, stream: StreamId) -> Sequence[Recorded]:
        """Return the same."""
        return self.read(stream)

    def answered(self, actor: str, command: Command) -> Receipt | None:
        """Return nothing: no request is repeated here."""
        return None

    def append(
        self,
        drafts: Sequence[Draft],
        *,
        heads: Mapping[StreamId, Head],
        actor: str,
        command: Command | None,
    ) -> Receipt:
        """Keep drafts as if they were recorded."""
        for draft in drafts:
            said: dict[str, Any] = {one.name: getattr(draft, one.name) for one in fields(Draft)}
            said |= {"position": len(self.pages) + 1, "recorded_at": now()}
            said |= {"prev_hash": BEGINNING, "hash": BEGINNING}
            self.pages.append(Recorded(**said))
        return Receipt(written=(), versions={}, position=len(self.pages))

    def position(self) -> int:
        """Return the last position."""
        return len(self.pages)

    def position_at(self, known_at: datetime) -> int:
        """Return the last position: everything was recorded by now."""
        return len(self.pages)


def whole_case(events: int, unit: str = UNIT) -> Sequence[Draft]:
    """Decide a case of so many events (three at least, the person's own two among them)."""
    numbers = range(events - OPENING)
    return decided_case([disciplined(n) if n % 3 == 0 else assessed(n) for n in numbers], unit)


def decided_case(
    later: Iterable[Event], unit: str = UNIT, since: date = ADMITTED
) -> Sequence[Draft]:
    """Decide a case that begins on a day, and then these events of it."""
    notebook = Notebook()
    append = Append(notebook, new_id, now)
    person, case = new_id(), StreamId(kind="case", key=new_id())
    actor = replace(ACTOR, unit=unit)
    first = [
        Proposal(
            stream=StreamId(kind="person", key=person),
            event=_registered(since),
            evidence=(),
            reason=None,
        ),
        Proposal(stream=case, event=_admitted(person, unit, since), evidence=(), reason=None),
    ]
    append(_request(first, actor))
    for event in later:
        append(_request([Proposal(stream=case, event=event, evidence=(), reason=None)], actor))
    return [_as_draft(page) for page in notebook.pages]


def copies(case: Sequence[Draft], first: int = 0) -> Iterator[Sequence[Draft]]:
    """Yield the same case of other people, numbered from ``first``, without end."""
    number = first
    while True:
        ids = {draft.stream.key: new_id() for draft in case}
        events = {draft.event_id: new_id() for draft in case}
        yield [_copied(draft, number, ids, events) for draft in case]
        number += 1


def write_units(ledger: EventsourcingLedger) -> None:
    """Record the units that cases are in."""
    write_unit(ledger, UNIT, "12.71")
    write_unit(ledger, OTHER_UNIT, "33.75")


def write_unit(ledger: EventsourcingLedger, unit: str, region: str) -> None:
    """Record a unit."""
    named = UnitNamed(
        effective=on(date(2020, 1, 1)),
        unit=unit,
        kind=UnitKind.RUTAN,
        unit_class=None,
        title=unit.title(),
        region=region,
    )
    stream = StreamId(kind="registry", key=f"unit/{unit}")
    said = Proposal(stream=stream, event=named, evidence=(), reason=None)
    Append(ledger, new_id, now)(_request([said], ACTOR))


def batches(cases: Iterator[Sequence[Draft]], events: int) -> Iterator[Sequence[Draft]]:
    """Yield batches of about a thousand drafts, whole cases each, until there were so many."""
    batch: list[Draft] = []
    written = 0
    while written < events:
        batch += next(cases)
        if len(batch) >= min(BATCH, events - written):
            written += len(batch)
            yield batch
            batch = []


def write_batch(ledger: EventsourcingLedger, batch: Sequence[Draft]) -> None:
    """Record drafts of streams that begin with them, in one transaction."""
    ledger.append(batch, heads=new_streams(batch), actor=ACTOR.id, command=None)


def new_streams(batch: Sequence[Draft]) -> Mapping[StreamId, Head]:
    """Return where streams stand that begin with a batch."""
    return {draft.stream: Head(version=0, hash=BEGINNING) for draft in batch}


def _registered(since: date) -> PersonRegistered:
    return PersonRegistered(
        effective=on(since),
        full_name="Adi Bench",
        sex=Sex.MALE,
        birth_date=date(1990, 5, 17),
        birth_place="Medan",
        nationality="ID",
        nik=str(NIK_FROM),
        nik_verification=Verification.MATCHED,
    )


def _admitted(person: str, unit: str, since: date) -> CustodyAdmitted:
    return CustodyAdmitted(
        effective=on(since),
        person=person,
        unit=unit,
        reason=AdmissionReason.PENAHANAN,
        full_name="Adi Bench",
        sex=Sex.MALE,
        birth_date=date(1990, 5, 17),
        religion=Religion.ISLAM,
        domicile="12.71",
    )


def _request(proposals: Sequence[Proposal], actor: Actor) -> Request:
    return Request(
        proposals=tuple(proposals),
        expected={},
        actor=actor,
        purpose="pembinaan",
        correlation_id="bench",
        command=None,
    )


def _as_draft(page: Recorded) -> Draft:
    return Draft(**{one.name: getattr(page, one.name) for one in fields(Draft)})


def _copied(draft: Draft, number: int, ids: Mapping[str, str], events: Mapping[str, str]) -> Draft:
    said = {one.name: getattr(draft.event, one.name) for one in fields(draft.event)}
    own: dict[str, Any] = {
        name: ids[old] for name, old in said.items() if isinstance(old, str) and old in ids
    }
    if "full_name" in said:
        own["full_name"] = f"{NAMES[number % len(NAMES)]} Bench {number}"
    if "nik" in said:
        own["nik"] = str(NIK_FROM + number)
    cause = draft.causation_id
    return replace(
        draft,
        event=replace(draft.event, **own) if own else draft.event,
        stream=draft.stream._replace(key=ids[draft.stream.key]),
        event_id=events[draft.event_id],
        subject=_renamed(draft.subject, ids),
        causation_id=events[cause] if cause else None,
    )


def _renamed(subject: str, ids: Mapping[str, str]) -> str:
    for old, new in ids.items():
        subject = subject.replace(old, new)
    return subject
