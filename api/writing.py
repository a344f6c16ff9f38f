"""From a filled-in form to a recorded fact: each route that writes walks this path."""

import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from fastapi import Response
from pydantic import BaseModel, ConfigDict

from api.callers import Signature, not_own_unit
from api.dependencies import Services
from api.event_forms import EventForm, event_model, to_event, to_evidence
from api.preconditions import etag
from api.problems import Problem, not_found, refusal
from api.sight import brought_by
from api.tokens import Level, Role
from application.append import Proposal, Request
from application.at_hand import AtHand
from application.document_days import ensure_signed
from application.journeys import History, Journeys
from application.jurisdiction import Jurisdiction, jurisdiction, of_opening
from application.ledger import Conflict, Ledger, NotAtHand, Receipt
from application.references import References
from application.timeline import Timeline
from application.zones import Zones
from domain.catalogue import STREAMS
from domain.custody import TransferReceived
from domain.kernel import Event, Json, Refused, Words
from domain.record import Actor, Evidence, Recorded, StreamId
from domain.registry import NOT_OF_A_KANWIL
from domain.shape import payload_shapes
from domain.time import Zone

KEY: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._/-]{0,80}", re.ASCII)
EVENTS_MOST: Final = 1_000
"""Events in one request; the marks of a whole class are one event."""
NOT_AN_OPENING: Final[Words] = (
    "peristiwa pertama harus yang membuka catatan ini",
    "the first event must be the one that opens this record",
)
NO_SUCH_DOCUMENT: Final[Words] = (
    "dokumen ini belum disimpan di sini; simpan dulu dengan POST /v1/evidence",
    "this document is not stored here; store it first with POST /v1/evidence",
)
NO_SUCH_STREAM: Final[Words] = (
    "sebut catatan sebagai jenis:kunci, misalnya programme:01980f5c-7a00-7000-8000-000000000001",
    "name a record as kind:key, for example programme:01980f5c-7a00-7000-8000-000000000001",
)


class WrittenEvent(BaseModel):
    """One event that was recorded, by its address."""

    model_config = ConfigDict(extra="forbid")

    event_id: str
    type: str
    stream: str
    version: int
    position: int


class ReceiptAnswer(BaseModel):
    """Where the events were written. Nothing new leaves ``events`` empty and ``position`` null."""

    version: int
    position: int | None
    events: list[WrittenEvent]


@dataclass(slots=True)
class Entry:
    """One form of a request, the stream it is for, and where it lies in what was sent.

    ``given`` holds fields that the route knows and the form does not; ``content`` is the key under
    which the event's own fields lie.
    """

    stream: StreamId
    form: EventForm
    pointer: str
    given: Mapping[str, Any] | None = None
    content: str = "data"
    _last: tuple[Zone, Event] | None = field(default=None, init=False, compare=False, repr=False)

    def event(self, zone: Zone) -> Event:
        """Return the proposed event, the same as last time where it was the same zone."""
        if self._last is None or self._last[0] is not zone:
            self._last = zone, self._event(zone)
        return self._last[1]

    def _event(self, zone: Zone) -> Event:
        if not self.given:
            return to_event(self.form, zone)
        kind = self.form.event_type
        data = self.form.data
        said = {name: getattr(data, name) for name in type(data).model_fields}
        whole = event_model(kind)
        content = whole.model_fields["data"].annotation
        if content is None:
            raise TypeError(kind)
        filled = content.model_construct(**said, **self.given)
        return to_event(
            whole.model_construct(type=kind.stored_as, effective=self.form.effective, data=filled),
            zone,
        )


@dataclass(slots=True)
class Write:
    """One atomic write: by whom, in whose zone where an event names no unit, on which versions.

    ``pages`` are those of the stream that is written to, and ``past`` what they lead to.
    """

    entries: Sequence[Entry]
    actor: Actor
    unit: str | None
    expected: Mapping[StreamId, int]
    pages: Sequence[Recorded] = ()
    past: Timeline | None = None


@dataclass(slots=True)
class Desk:
    """Records what one caller proposes: on what is ``at_hand``, for a coroutine; else on all."""

    services: Services
    signature: Signature
    at_hand: AtHand | None = None

    def once(self, record: Callable[[], Receipt]) -> Receipt:
        """Return what is recorded now, or the first answer where the request was sent before.

        The ledger knows a repeated key when it writes; what is refused before that is looked up.
        """
        try:
            return record()
        except (Problem, Conflict):
            command = self.signature.command
            if command and (
                first := self.services.ledger.answered(self.signature.caller.id, command)
            ):
                return first
            raise

    def actor(self, unit: str | None) -> Actor:
        """Return the caller as the envelope names who proposed."""
        return self.signature.caller.actor(unit, self.signature.on_behalf_of)

    def ensure_may_open(self, entry: Entry) -> Actor:
        """Refuse to open a stream for another unit; return who proposes."""
        opening = entry.event(Zone.WIB)
        unit = getattr(opening, "unit", None)
        own = min(self.signature.caller.units, default=None)
        actor = self.actor(unit if isinstance(unit, str) else own)
        owners = of_opening(opening, actor)
        if owners is None:
            place = (f"{entry.pointer}/type", "stream.not_an_opening", NOT_AN_OPENING)
            raise Problem(422, "stream.not_an_opening", NOT_AN_OPENING, errors=[place])
        self.ensure_may_write(entry.stream, owners, [opening])
        return actor

    def open(self, entries: Sequence[Entry], *, first: Sequence[Entry] = ()) -> Receipt:
        """Record entries of a new stream, and what goes ``first`` in another new one."""
        actor = self.ensure_may_open(entries[0])
        self.ensure_own_signature([entry.event(Zone.WIB) for entry in entries])
        unit = getattr(entries[0].event(Zone.WIB), "unit", None) or actor.unit
        streams = {entry.stream for entry in (*first, entries[0])}
        write = Write([*first, *entries], actor, unit, dict.fromkeys(streams, 0))
        return self._append(write)

    def add(self, entries: Sequence[Entry], seen: int, expected: Mapping[str, int]) -> Receipt:
        """Record entries of a stream that is there; 404 for one that the caller cannot see."""
        return self._append(self._addition(entries, seen, expected))

    def submit(
        self, entries: Sequence[Entry], seen: int, expected: Mapping[str, int]
    ) -> Awaitable[Receipt]:
        """Record as `add` does, from a coroutine; raise `NotAtHand`, `Refused` or what it does."""
        if self.at_hand is None:
            raise NotAtHand
        request = self._request(self._addition(entries, seen, expected))
        return self.services.append.submit(request, self.at_hand)

    def _addition(self, entries: Sequence[Entry], seen: int, expected: Mapping[str, int]) -> Write:
        stream = entries[0].stream
        ledger = self.at_hand or self.services.ledger
        pages = ledger.read(stream)
        past = self.services.append.known.timeline(stream, pages)
        owners = jurisdiction(ledger, stream, pages, past.journey)
        self._ensure_may_see(pages, owners)
        if pages[-1].version != seen:  # what the caller may write is decided on what it has seen
            raise Conflict(stream)
        events = [entry.event(Zone.WIB) for entry in entries]
        self.ensure_may_write(stream, owners, events)
        self.ensure_own_signature(events)
        own = (owners.owners | owners.onlookers) & self.signature.caller.units
        actor = self.actor(min(own, default=None))
        named = self._streams_named(expected)
        if named.get(stream, seen) != seen:
            raise Conflict(stream)
        versions = {**named, stream: seen}
        return Write(entries, actor, actor.unit, versions, pages, past)

    def visible(self, stream: StreamId) -> History:
        """Return a stream that the caller may see, or answer 404."""
        ledger = self.at_hand or self.services.ledger
        history = Journeys(ledger, self.services.now)(stream)
        self._ensure_may_see(history.known, jurisdiction(ledger, stream, history.known))
        return history

    def _ensure_may_see(self, pages: Sequence[Recorded], owners: Jurisdiction) -> None:
        if not (pages and owners.seen_by(self.signature.caller.access)):
            raise not_found()

    def _streams_named(self, expected: Mapping[str, int]) -> dict[StreamId, int]:
        """Read the names of streams in ``expected``: of those that the caller may see."""
        named: dict[StreamId, int] = {}
        for index, (name, version) in enumerate(expected.items()):
            try:
                stream = stream_named(name)
                self.visible(stream)
            except (ValueError, Problem):
                place = (f"/expected/{index}", "append.no_such_stream", NO_SUCH_STREAM)
                raise Problem(
                    422, "append.no_such_stream", NO_SUCH_STREAM, errors=[place]
                ) from None
            named[stream] = version
        return named

    def ensure_may_write(
        self, stream: StreamId, owners: Jurisdiction, events: Sequence[Event]
    ) -> None:
        """Refuse what another unit records; the registry is kept by supervisors."""
        caller = self.signature.caller
        if stream.kind == "registry":
            somebodys = stream.key.startswith(NOT_OF_A_KANWIL) or bool(owners.owners)
            wide = caller.level is not Level.UNIT and not somebodys
            may = caller.role is Role.SUPERVISOR and (
                wide or owners.written_by(caller.access, events)
            )
        else:
            may = owners.written_by(caller.access, events)
        if not may:
            raise not_own_unit()

    def ensure_own_signature(self, events: Sequence[Event]) -> None:
        """Let nobody but the receiving unit sign for having received somebody."""
        access = self.signature.caller.access
        received = [event.unit for event in events if isinstance(event, TransferReceived)]
        if not (access.everywhere or access.units.issuperset(received)):
            raise not_own_unit()

    def _append(self, write: Write) -> Receipt:
        request = self._request(write)
        try:
            return self.services.append(request)
        except Refused as refused:
            raise self._placed(refused, request, write.entries) from None

    def _request(self, write: Write) -> Request:
        proposals: list[Proposal] = []
        for entry in write.entries:
            proposals.append(self._proposal(entry, write, proposals))
        return Request(
            proposals=tuple(proposals),
            expected=write.expected,
            actor=write.actor,
            purpose=self.signature.purpose,
            correlation_id=self.signature.correlation_id,
            command=self.signature.command,
        )

    def _proposal(self, entry: Entry, write: Write, before: Sequence[Proposal]) -> Proposal:
        event, documents = entry.event(Zone.WIB), to_evidence(entry.form)
        ledger: Ledger = self.services.ledger
        units = self.services.units
        if self.at_hand:
            ledger, units = self.at_hand, units.over(self.at_hand)
        try:
            References(ledger, units, self.signature.caller.access).ensure(event)
        except Refused as refused:
            raise refusal(refused, field_of(entry, refused)) from None
        self.ensure_may_cite(documents, write.pages, entry.pointer)
        past: Sequence[Event] = write.past.events if write.past else ()
        more = [said.event for said in before if said.stream == entry.stream]
        told, known = ([*past, *more], None) if more else (past, write.past)
        zone = Zones(units).zone_for(entry.stream, event, told, write.unit, known)
        return Proposal(
            stream=entry.stream,
            event=event if zone is Zone.WIB else entry.event(zone),
            evidence=documents,
            reason=entry.form.reason,
        )

    def ensure_may_cite(
        self, documents: Sequence[Evidence], pages: Sequence[Recorded], pointer: str
    ) -> None:
        """Refuse a document that is not here, or that the caller could not read until now."""
        if not documents:
            return
        caller, store = self.signature.caller, self.services.evidence
        named = {item.sha256 for page in pages for item in page.evidence}
        for index, item in enumerate(documents):
            if item.sha256 is None or item.sha256 in named:
                continue
            if self.at_hand:
                raise NotAtHand
            if not brought_by(caller, store.deposits(item.sha256)):
                at = f"{pointer}/evidence/{index}/sha256"
                place = (at, "evidence.not_here", NO_SUCH_DOCUMENT)
                raise Problem(422, "evidence.not_here", NO_SUCH_DOCUMENT, errors=[place])

    def _placed(self, refused: Refused, request: Request, entries: Sequence[Entry]) -> Problem:
        """Find which entry was refused, by deciding once more without writing."""
        services = self.services
        deliberation = services.append.deliberation(request)
        now = services.now()
        for entry, proposal in zip(entries, request.proposals, strict=True):
            late = proposal.event.effective.instant > now
            if late and refused.code == "append.effective_in_future":
                return refusal(refused, field_of(entry, refused))
            try:
                ensure_signed(proposal.event, now)
                deliberation.admit(proposal)
            except (Refused, Conflict):
                return refusal(refused, field_of(entry, refused))
        return refusal(refused, entries[-1].pointer)


def field_of(entry: Entry, refused: Refused) -> str:
    """Return the pointer to the field of an entry that was refused, or to the entry itself."""
    if refused.field == "effective":
        return f"{entry.pointer}/effective"
    known = refused.field in payload_shapes(entry.form.event_type)
    return f"{entry.pointer}/{entry.content}/{refused.field}" if known else entry.pointer


def stream_named(name: str) -> StreamId:
    """Return the stream of a name such as ``programme:01980f5c-…``; raise `ValueError`."""
    stream = StreamId.of(name)
    if stream.kind not in STREAMS or not KEY.fullmatch(stream.key):
        raise ValueError(name)
    return stream


def entries_of(stream: StreamId, forms: Sequence[EventForm]) -> list[Entry]:
    """Return the entries of the list ``events`` of a body."""
    return [Entry(stream, form, f"/events/{index}") for index, form in enumerate(forms)]


def receipt_answer(receipt: Receipt, stream: StreamId, response: Response, *, key: str) -> Json:
    """Return a receipt as JSON, with its ETag; 201 where something was written, else 200."""
    response.headers["ETag"] = etag(receipt.versions[stream])
    response.status_code = status_of(receipt)
    return receipt_json(receipt, stream) | {key: stream.key}


def status_of(receipt: Receipt) -> int:
    """Return 201 where something was written, else 200."""
    return 201 if receipt.written else 200


def receipt_json(receipt: Receipt, stream: StreamId) -> Json:
    """Return a receipt as JSON, without the key that an address gives to a stream."""
    events = [
        {
            "event_id": written.event_id,
            "type": written.name,
            "stream": str(written.stream),
            "version": written.version,
            "position": written.position,
        }
        for written in receipt.written
    ]
    return {"version": receipt.versions[stream], "position": receipt.position, "events": events}
