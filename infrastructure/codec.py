"""Events asleep and awake: the only module that knows what a page looks like in the store.

A page is RFC 8785 canonical JSON, so that any language can check it decades from now: the envelope
without position, time of recording and hash; the open fields under ``payload``; and in ``sealed`` a
box for each field that belongs to a person, by its JSON pointer in the page.
"""

import hashlib
import os
from binascii import a2b_base64, b2a_base64
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime
from typing import Any, Final, get_type_hints

import orjson
from pydantic import TypeAdapter, ValidationError

from domain.catalogue import RECORDED
from domain.kernel import (
    FORGOTTEN,
    DataClass,
    Event,
    Json,
    Whose,
    data_classes,
    subject_of,
    subjects,
)
from domain.record import Actor, Draft, Evidence, Recorded, StreamId
from domain.time import Effective
from infrastructure.master_key import LENGTH
from infrastructure.sealing import Keys, Owner, SubjectKey, owner, seal, unseal

FORMAT: Final = 1
"""Version of the page's form itself."""

KINDS: Final[Mapping[str, type[Event]]] = {name: kind for kind in RECORDED for name in kind.names}
EFFECTIVE: Final = TypeAdapter(Effective)
ACTOR: Final = tuple(Actor.__dataclass_fields__)
CONTENT: Final = frozenset({"name", "effective", "payload"})
"""The keys of an event that a page holds besides its own."""


class Unreadable(Exception):
    """A page's name or keys are not known here. Nothing is guessed and nothing is skipped."""


class Unwakeable(Exception):
    """What would be written could not be read back. Nothing was written."""


_ADAPTERS: Final[dict[type[Event], TypeAdapter[Any]]] = {}
_FIELDS: Final[dict[type[Event], Mapping[str, TypeAdapter[Any]]]] = {}
_SEALED: Final[dict[type[Event], Mapping[str, DataClass]]] = {}
_MARKS: Final[dict[type[Event], Sequence[tuple[str, str, Whose | None]]]] = {}
_CONTENT: Final[dict[type[Event], str | None]] = {}


def adapter(kind: type[Event]) -> TypeAdapter[Any]:
    """Return what reads and writes the fields of an event type."""
    if kind not in _ADAPTERS:
        _ADAPTERS[kind] = TypeAdapter(kind)
    return _ADAPTERS[kind]


def sealed_fields(kind: type[Event]) -> Mapping[str, DataClass]:
    """Return the fields of an event type that do not lie open."""
    if kind not in _SEALED:
        classes = data_classes(kind)
        _SEALED[kind] = {f: mark for f, mark in classes.items() if mark is not DataClass.NONE}
    return _SEALED[kind]


def _marks(kind: type[Event]) -> Sequence[tuple[str, str, Whose | None]]:
    """Return the sealed fields of an event type, each with its class and whose it is."""
    if kind not in _MARKS:
        whose = subjects(kind)
        _MARKS[kind] = tuple(
            (field, data_class.value, whose.get(field))
            for field, data_class in sealed_fields(kind).items()
        )
    return _MARKS[kind]


def content_field(kind: type[Event]) -> str | None:
    """Return the field of an event type that holds another event in full, if it has one."""
    if kind not in _CONTENT:
        hints = get_type_hints(kind)
        held = [field.name for field in fields(kind) if hints[field.name] is Event]
        _CONTENT[kind] = held[0] if held else None
    return _CONTENT[kind]


def canonical(page: Json) -> bytes:
    """Return RFC 8785 canonical JSON, for pages: ASCII keys, and no numbers but whole ones.

    Within these, sorted keys are all that the RFC asks for beyond what `orjson` writes; a test
    compares it with the `rfc8785` library, which takes a hundred times as long.
    """
    return orjson.dumps(page, option=orjson.OPT_SORT_KEYS)


def payload_of(event: Event) -> Json:
    """Return the fields of an event, without its time of effect, as JSON's types."""
    return _said(event)[1]


def _said(event: Event) -> tuple[Json, Json]:
    """Return an event's time of effect, and its other fields, as JSON's types."""
    if (held := content_field(type(event))) is not None:
        return effective_of(event), _payload_around(event, held)
    fields: Json = adapter(type(event)).dump_python(event, mode="json")
    return fields.pop("effective"), fields


def _payload_around(event: Event, held: str) -> Json:
    """Return the fields of an event that holds another one, by its stored name and in full."""
    content = getattr(event, held)
    return {
        **{
            name: reads.dump_python(getattr(event, name), mode="json")
            for name, reads in _field_adapters(type(event)).items()
            if name not in {held, "effective"}
        },
        held: {
            "name": content.names[-1],
            "effective": effective_of(content),
            "payload": payload_of(content),
        },
    }


def effective_of(event: Event) -> Json:
    """Return when an event took effect, as JSON's types."""
    written: Json = EFFECTIVE.dump_python(event.effective, mode="json")
    return written


def event_from(
    name: str, effective: Json, payload: Json, known: Mapping[str, type[Event]]
) -> Event:
    """Wake an event in the words of today; raise `Unreadable` at an unknown name or key."""
    kind = known.get(name)
    if kind is None:
        raise Unreadable(name)
    for upcast in kind.upcasts[kind.names.index(name) :]:
        payload = upcast(payload)
    held = content_field(kind)
    gone = {field for field, value in payload.items() if value is FORGOTTEN}
    try:
        if held is not None:
            return _event_around(kind, effective, payload, held, known)
        if gone:
            return _with_gaps(kind, {**payload, "effective": effective}, gone)
        event: Event = adapter(kind).validate_python({**payload, "effective": effective})
    except ValidationError as error:
        keys = ["/".join(map(str, at["loc"])) + ": " + at["type"] for at in error.errors()]
        raise Unreadable(name, *keys) from None
    return event


def _event_around(
    kind: type[Event], effective: Json, payload: Json, held: str, known: Mapping[str, type[Event]]
) -> Event:
    """Wake an event that holds another one."""
    said, content = {**payload, "effective": effective}, payload.get(held)
    if said.keys() != _field_adapters(kind).keys():
        raise Unreadable(kind.stored_as, *sorted(said.keys() ^ _field_adapters(kind).keys()))
    if not isinstance(content, dict) or content.keys() != CONTENT:
        raise Unreadable(kind.stored_as, held)
    read: Json = {
        name: said[name] if said[name] is FORGOTTEN else reads.validate_python(said[name])
        for name, reads in _field_adapters(kind).items()
        if name != held
    }
    read[held] = event_from(content["name"], content["effective"], content["payload"], known)
    return kind(**read)


def _with_gaps(kind: type[Event], said: Json, gone: Collection[str]) -> Event:
    """Return an event some of whose fields are `FORGOTTEN`; every other one is read as ever."""
    adapters = _field_adapters(kind)
    if said.keys() != adapters.keys():
        raise Unreadable(kind.stored_as, *sorted(said.keys() ^ adapters.keys()))
    read = {
        name: FORGOTTEN if name in gone else adapters[name].validate_python(value)
        for name, value in said.items()
    }
    return kind(**read)


def _field_adapters(kind: type[Event]) -> Mapping[str, TypeAdapter[Any]]:
    if kind not in _FIELDS:
        hints = get_type_hints(kind, include_extras=True)
        _FIELDS[kind] = {field.name: TypeAdapter(hints[field.name]) for field in fields(kind)}
    return _FIELDS[kind]


@dataclass(frozen=True, slots=True)
class Stamp:
    """What the ledger adds to a page: its place, the time, and the hashes that chain it."""

    position: int
    recorded_at: datetime
    prev_hash: str
    hash: str


class PageCodec:
    """Puts drafts to sleep as sealed pages, and wakes pages as they were recorded."""

    def __init__(self, store: str, keys: Keys, kinds: Mapping[str, type[Event]] = KINDS) -> None:
        self._store = store
        self._keys = keys
        self._kinds = kinds

    def page(self, draft: Draft, prev_hash: str) -> bytes:
        """Return the bytes of a page, having made sure that its event can be read back."""
        content, secrets = self._divided(draft)
        return canonical({**content, "prev_hash": prev_hash, "sealed": self._boxes(draft, secrets)})

    def recorded(self, pages: Sequence[tuple[bytes, Stamp]]) -> list[Recorded]:
        """Return stored pages in their places in the ledger; raise `Unreadable`."""
        parsed = [orjson.loads(page) for page, _ in pages]
        keys = self._keys.by_id(
            {box["key"]: box["subject"] for page in parsed for box in page["sealed"]}
        )
        return [
            Recorded(
                **self._awake(page, keys),
                position=stamp.position,
                recorded_at=stamp.recorded_at,
                prev_hash=stamp.prev_hash,
                hash=stamp.hash,
            )
            for page, (_, stamp) in zip(parsed, pages, strict=True)
        ]

    @staticmethod
    def hash_of(page: bytes) -> str:
        """Return the hash that the next page of the stream holds: SHA-256, hex."""
        return hashlib.sha256(page).hexdigest()

    def make_keys(self, drafts: Iterable[Draft]) -> None:
        """Have the keys of many drafts made, and durable, before they are put to sleep.

        Raises `SubjectForgotten` where one would hold what is personal of somebody forgotten.
        """
        self._keys.of(one for draft in drafts for one in _owners(draft))

    def _divided(self, draft: Draft) -> tuple[Json, Mapping[Owner, Json]]:
        """Return the open part of a page, and the values to seal by owner and JSON pointer."""
        name, (effective, payload) = draft.event.names[-1], _said(draft.event)
        if event_from(name, effective, payload, self._kinds) != draft.event:
            raise Unwakeable(draft.event.stored_as)
        actor = draft.actor
        content = {
            "format": FORMAT,
            "event_id": draft.event_id,
            "stream": str(draft.stream),
            "version": draft.version,
            "name": name,
            "effective": effective,
            "actor": {field: getattr(actor, field) for field in ACTOR},
            "purpose": draft.purpose,
            "subject": draft.subject,
            "evidence": [
                {"date": item.date and item.date.isoformat(), "sha256": item.sha256}
                for item in draft.evidence
            ],
            "correlation_id": draft.correlation_id,
            "causation_id": draft.causation_id,
            "idempotency_key": draft.idempotency_key,
            "payload": payload,
        }
        return content, _taken_out(draft, payload)

    def _boxes(self, draft: Draft, secrets: Mapping[Owner, Json]) -> list[Json]:
        if not secrets:
            return []
        keys = self._keys.of(secrets)
        boxes = []
        for (subject, data_class), sealed in secrets.items():
            key = keys[subject, data_class]
            place = f"{self._store}|{draft.stream}|{draft.version}|{key.key_id}"
            page_key = os.urandom(LENGTH)
            boxes.append(
                {
                    "subject": subject,
                    "class": data_class,
                    "key": key.key_id,
                    "page_key": _text(seal(key.secret, page_key, place)),
                    "fields": {
                        pointer: _text(seal(page_key, orjson.dumps(value), f"{place}|{pointer}"))
                        for pointer, value in sealed.items()
                    },
                }
            )
        return boxes

    def _awake(self, page: Json, keys: Mapping[str, SubjectKey | None]) -> dict[str, Any]:
        """Return the fields of the draft that a page was made of."""
        if page["format"] != FORMAT:
            raise Unreadable(page["name"], "format")
        payload, evidence, reason = page["payload"], page["evidence"], None
        for pointer, value in self._unsealed(page, keys):
            match pointer.split("/")[1:]:
                case ["payload", field]:
                    payload[field] = value
                case ["payload", held, "payload", field]:
                    payload[held]["payload"][field] = value
                case ["evidence", index, "number"]:
                    evidence[int(index)]["number"] = value
                case ["reason"]:
                    reason = value
                case _:
                    raise Unreadable(page["name"], pointer)
        return {
            "event": event_from(page["name"], page["effective"], payload, self._kinds),
            "stream": StreamId.of(page["stream"]),
            "version": page["version"],
            "event_id": page["event_id"],
            "subject": page["subject"],
            "actor": Actor(**page["actor"]),
            "purpose": page["purpose"],
            "reason": reason,
            "evidence": tuple(map(_evidence, evidence)),
            "correlation_id": page["correlation_id"],
            "causation_id": page["causation_id"],
            "idempotency_key": page["idempotency_key"],
        }

    def _unsealed(
        self, page: Json, keys: Mapping[str, SubjectKey | None]
    ) -> Iterable[tuple[str, Any]]:
        for box in page["sealed"]:
            key = keys[box["key"]]
            if key is None:
                yield from dict.fromkeys(box["fields"], FORGOTTEN).items()
                continue
            place = f"{self._store}|{page['stream']}|{page['version']}|{key.key_id}"
            page_key = unseal(key.secret, a2b_base64(box["page_key"]), place)
            for pointer, sealed in box["fields"].items():
                yield (
                    pointer,
                    orjson.loads(unseal(page_key, a2b_base64(sealed), f"{place}|{pointer}")),
                )


def _owners(draft: Draft) -> set[Owner]:
    """Return whose keys a draft's page is sealed under."""
    owned = {one for event, subject in _told(draft) for one, _ in _secrets(event, subject)}
    free_text = draft.evidence or draft.reason is not None
    return owned | ({owner(draft.subject, DataClass.PERSONAL)} if free_text else set())


def _told(draft: Draft) -> Iterable[tuple[Event, str]]:
    """Yield the event of a draft and the one that it holds, each with whose it is."""
    event, subject = draft.event, draft.subject
    yield event, subject
    if (held := content_field(type(event))) is not None:
        yield getattr(event, held), subject_of(subjects(type(event)).get(held), event, subject)


def _secrets(event: Event, subject: str) -> Iterable[tuple[Owner, str]]:
    """Yield the fields of an event that are sealed, each with whose key seals it."""
    for field, data_class, whose in _marks(type(event)):
        yield (subject_of(whose, event, subject), data_class), field


def _taken_out(draft: Draft, payload: Json) -> Mapping[Owner, Json]:
    """Take out of a payload what is to be sealed, and add what else is: by owner and pointer."""
    secrets: dict[Owner, Json] = {}
    at, place = payload, "/payload"
    for event, subject in _told(draft):
        for whose, field in _secrets(event, subject):
            secrets.setdefault(whose, {})[f"{place}/{field}"] = at.pop(field)
        if (held := content_field(type(event))) is not None:
            at, place = at[held]["payload"], f"{place}/{held}/payload"
    free_text = {f"/evidence/{n}/number": item.number for n, item in enumerate(draft.evidence)}
    if draft.reason is not None:
        free_text["/reason"] = draft.reason
    if free_text:
        secrets.setdefault(owner(draft.subject, DataClass.PERSONAL), {}).update(free_text)
    return secrets


def _evidence(written: Json) -> Evidence:
    day = written["date"]
    return Evidence(
        number=written["number"],
        date=date.fromisoformat(day) if day else None,
        sha256=written["sha256"],
    )


def _text(sealed: bytes) -> str:
    return b2a_base64(sealed, newline=False).decode("ascii")
