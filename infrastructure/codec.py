"""Events asleep and awake: the only module that knows what a page looks like in the store.

A page is RFC 8785 canonical JSON, so that any language can check it decades from now: the envelope
without position, time of recording and hash; the open fields under ``payload``; and in ``sealed`` a
box for each field that belongs to a person, by its JSON pointer in the page.
"""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from functools import lru_cache, partial
from itertools import repeat
from typing import Final, NamedTuple, Protocol

import orjson
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from pydantic import ValidationError

from domain.catalogue import RECORDED
from domain.kernel import FORGOTTEN, Event, Forgotten, Json
from domain.record import Actor, Draft, Evidence, Recorded, StreamId
from infrastructure.event_form import EFFECTIVE, SAME, Form, form_of, moment_of
from infrastructure.page_secrets import owners_of, taken_out
from infrastructure.sealing import (
    Fields,
    Keys,
    Owner,
    SubjectKey,
    open_fields,
    seal_fields,
)

FORMAT: Final = 1
"""Version of the page's form itself."""

KINDS: Final[Mapping[str, type[Event]]] = {name: kind for kind in RECORDED for name in kind.names}
CONTENT: Final = frozenset({"name", "effective", "payload"})
"""The keys of an event that a page holds besides its own."""
PARSED: Final = 50
"""Pages that are parsed at a time: of a thousand at once, what the processor keeps at hand of the
first is gone when it is their turn, and looks for garbage find them all (16 µs a page, not 12)."""


class Unreadable(Exception):
    """A page's name or keys are not known here. Nothing is guessed and nothing is skipped."""


class Unwakeable(Exception):
    """What would be written could not be read back. Nothing was written."""


def canonical(page: Json) -> bytes:
    """Return RFC 8785 canonical JSON, for pages: ASCII keys, and no numbers but whole ones.

    Within these, sorted keys are all that the RFC asks for beyond what `orjson` writes; a test
    compares it with the `rfc8785` library, which takes a hundred times as long.
    """
    return orjson.dumps(page, option=orjson.OPT_SORT_KEYS)


def payload_of(event: Event) -> Json:
    """Return the fields of an event, without its time of effect, as JSON's types."""
    said = form_of(type(event)).write(event)
    del said["effective"]
    return said


def effective_of(event: Event) -> Json:
    """Return when an event took effect, as JSON's types."""
    written: Json = EFFECTIVE.dump_python(event.effective, mode="json")
    return written


def event_from(
    name: str, effective: Json, payload: Json, known: Mapping[str, type[Event]]
) -> Event:
    """Wake an event in the words of today; raise `Unreadable` at an unknown name or key."""
    gaps = Forgotten in map(type, payload.values())
    return _event(name, effective, {**payload}, known, gaps=gaps)


def _event(
    name: str, effective: Json, payload: Json, known: Mapping[str, type[Event]], *, gaps: bool
) -> Event:
    """Wake an event whose payload is given away; ``gaps`` says that some of it is `FORGOTTEN`."""
    kind = known.get(name)
    if kind is None:
        raise Unreadable(name)
    if name != kind.names[-1]:
        for upcast in kind.upcasts[kind.names.index(name) :]:
            payload = upcast(payload)
    payload["effective"] = moment_of(effective)
    return _read(name, form_of(kind), payload, known, gaps=gaps)


def _read(
    name: str, form: Form, said: Json, known: Mapping[str, type[Event]], *, gaps: bool
) -> Event:
    """Read all fields of an event that is stored under this name."""
    try:
        if gaps or form.held is not None:
            return _read_each(form, said, known)
        event: Event = form.whole.validator.validate_python(said)
    except ValidationError as error:
        keys = ["/".join(map(str, at["loc"])) + ": " + at["type"] for at in error.errors()]
        raise Unreadable(name, *keys) from None
    return event


def _read_each(form: Form, said: Json, known: Mapping[str, type[Event]]) -> Event:
    """Read field by field an event that holds another one, or has gaps."""
    if said.keys() != form.each.keys():
        raise Unreadable(form.kind.stored_as, *sorted(said.keys() ^ form.each.keys()))
    read: Json = {
        name: FORGOTTEN if said[name] is FORGOTTEN else field.validate_python(said[name])
        for name, field in form.each.items()
        if name != form.held
    }
    if form.held is not None:
        content = said[form.held]
        if not isinstance(content, dict) or content.keys() != CONTENT:
            raise Unreadable(form.kind.stored_as, form.held)
        read[form.held] = event_from(
            content["name"], content["effective"], content["payload"], known
        )
    return form.kind(**read)


class Asleep(Protocol):
    """A page as it is stored, in its place in the ledger; it has no time before it is written."""

    @property
    def state(self) -> bytes:
        """The page's own bytes."""
        ...

    @property
    def id(self) -> int:
        """Its position."""
        ...

    @property
    def recorded_at(self) -> datetime | None:
        """When it was recorded, by the ledger's clock."""
        ...

    @property
    def prev_hash(self) -> str:
        """The hash of the page before it in its stream."""
        ...

    @property
    def hash(self) -> str:
        """Its own."""
        ...


class PageAlone(NamedTuple):
    """A page that was not read as part of its stream: its hashes are nobody's matter."""

    state: bytes
    id: int
    recorded_at: datetime | None
    prev_hash: str = ""
    hash: str = ""


class PageCodec:
    """Puts drafts to sleep as sealed pages, and wakes pages as they were recorded."""

    def __init__(self, store: str, keys: Keys, kinds: Mapping[str, type[Event]] = KINDS) -> None:
        self._store = store
        self._keys = keys
        self._kinds = kinds

    def page(
        self, draft: Draft, prev_hash: str, taken: Mapping[Owner, SubjectKey] | None = None
    ) -> bytes:
        """Return the bytes of a page, having made sure that its event can be read back.

        ``taken`` are its keys, among others, where those of many pages were taken at once.
        """
        event, stream = draft.event, str(draft.stream)
        form, name = form_of(type(event)), event.names[-1]
        payload = form.write(event)
        if self._kinds.get(name) is not form.kind or event != _read(
            name, form, payload, self._kinds, gaps=False
        ):
            raise Unwakeable(event.stored_as)
        effective = payload.pop("effective")
        secrets = taken_out(form, draft, payload)
        return canonical(  # in the order of its keys: so there is less to sort
            {
                "actor": vars(draft.actor),
                "causation_id": draft.causation_id,
                "correlation_id": draft.correlation_id,
                "effective": effective,
                "event_id": draft.event_id,
                "evidence": list(map(_open_evidence, draft.evidence)),
                "format": FORMAT,
                "idempotency_key": draft.idempotency_key,
                "name": name,
                "payload": payload,
                "prev_hash": prev_hash,
                "purpose": draft.purpose,
                "sealed": self._boxes(f"{self._store}|{stream}|{draft.version}", secrets, taken),
                "stream": stream,
                "subject": draft.subject,
                "version": draft.version,
            }
        )

    def recorded(self, pages: Sequence[Asleep]) -> list[Recorded]:
        """Return stored pages in their places in the ledger; raise `Unreadable`.

        A long stream has few keys, and they are told in its first pages; where more are to be
        fetched after these, all are, for which the pages that follow are parsed twice.
        """
        woken: list[Recorded] = []
        for begin in range(0, len(pages), PARSED):
            some = pages[begin : begin + PARSED]
            parsed = [orjson.loads(page.state) for page in some]
            ahead = partial(_keys_after, pages, begin + PARSED) if begin else dict
            wanted = _keys_in(parsed)
            keys = self._keys.by_id(wanted, ahead)
            ciphers = {one: key.cipher if (key := keys[one]) else None for one in wanted}
            woken += map(placed, map(self._awake, parsed, repeat(ciphers)), some)
        return woken

    @staticmethod
    def hash_of(page: bytes) -> str:
        """Return the hash that the next page of the stream holds: SHA-256, hex."""
        return hashlib.sha256(page).hexdigest()

    def make_keys(self, drafts: Iterable[Draft]) -> None:
        """Have the keys of many drafts made, and durable, before they are put to sleep.

        Raises `SubjectForgotten` where one would hold what is personal of somebody forgotten.
        """
        self._keys.of(owners_of(drafts))

    def _boxes(
        self,
        place: str,
        secrets: Mapping[Owner, Fields],
        taken: Mapping[Owner, SubjectKey] | None,
    ) -> list[Json]:
        if not secrets:
            return []
        boxes, keys = [], self._keys.of(secrets) if taken is None else taken
        for one, values in secrets.items():
            key = keys[one]
            page_key, fields = seal_fields(key, f"{place}|{key.key_id}", values)
            boxes.append(
                {
                    "class": one[1],
                    "fields": fields,
                    "key": key.key_id,
                    "page_key": page_key,
                    "subject": one[0],
                }
            )
        return boxes

    def _awake(self, page: Json, ciphers: Mapping[str, AESGCM | None]) -> Json:
        """Return the fields of the draft that a page was made of."""
        if page["format"] != FORMAT:
            raise Unreadable(page["name"], "format")
        payload, page["reason"], gaps = page["payload"], None, False
        for box in page["sealed"]:
            cipher = ciphers[box["key"]]
            if cipher is None:
                gaps, values = True, dict.fromkeys(box["fields"], FORGOTTEN)
            else:
                place = f"{self._store}|{page['stream']}|{page['version']}|{box['key']}"
                values = open_fields(cipher, place, box["page_key"], box["fields"])
            for pointer, value in values.items():
                where, _, field = pointer.rpartition("/")
                if where == "/payload":
                    payload[field] = value
                else:
                    _put_elsewhere(page, pointer, value)
        return {
            **envelope_of(page),
            "event": _event(page["name"], page["effective"], payload, self._kinds, gaps=gaps),
            "reason": page["reason"],
            "evidence": tuple(map(_evidence, page["evidence"])),
        }


def envelope_of(page: Json) -> Json:
    """Return the fields of a draft that lie open in every page, as they are awake."""
    return {
        "stream": _stream(page["stream"]),
        "version": page["version"],
        "event_id": page["event_id"],
        "subject": page["subject"],
        "actor": _actor(**page["actor"]),
        "purpose": page["purpose"],
        "correlation_id": page["correlation_id"],
        "causation_id": page["causation_id"],
        "idempotency_key": page["idempotency_key"],
    }


def placed(draft: Json, page: Asleep) -> Recorded:
    """Return the fields of a draft in its page's place in the ledger.

    They are put into the value as they are: its own way sets each of its sixteen fields by a call,
    which was a tenth of what it takes to wake a page.
    """
    if page.recorded_at is None:
        raise TypeError("only a page that was read from the ledger can be woken")
    recorded = object.__new__(Recorded)
    vars(recorded).update(
        draft,
        position=page.id,
        recorded_at=page.recorded_at,
        prev_hash=page.prev_hash,
        hash=page.hash,
    )
    return recorded


def _keys_in(pages: Iterable[Json]) -> Mapping[str, str]:
    """Return which keys pages were sealed under, each with its subject."""
    return {box["key"]: box["subject"] for page in pages for box in page["sealed"]}


def _keys_after(pages: Sequence[Asleep], begin: int) -> Mapping[str, str]:
    return _keys_in(orjson.loads(page.state) for page in pages[begin:])


_stream = lru_cache(SAME)(StreamId.of)
_actor = lru_cache(SAME)(Actor)


def _put_elsewhere(page: Json, pointer: str, value: object) -> None:
    """Put back what was sealed outside of the page's own payload."""
    match pointer.split("/")[1:]:
        case ["payload", held, "payload", field]:
            page["payload"][held]["payload"][field] = value
        case ["evidence", index, "number"]:
            page["evidence"][int(index)]["number"] = value
        case ["reason"]:
            page["reason"] = value
        case _:
            raise Unreadable(page["name"], pointer)


def _open_evidence(item: Evidence) -> Json:
    return {"date": item.date and item.date.isoformat(), "sha256": item.sha256}


def _evidence(written: Json) -> Evidence:
    day = written["date"]
    return Evidence(
        number=written["number"],
        date=date.fromisoformat(day) if day else None,
        sha256=written["sha256"],
    )
