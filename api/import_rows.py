"""Lines of a file as rows to decide: the same forms and the same refusals as over HTTP.

A stream may be named by somebody's own key, such as an old register number: the same key is the
same stream in every run.
"""

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Final

from pydantic import TypeAdapter, ValidationError
from pydantic_core import PydanticCustomError, to_jsonable_python

from api.event_forms import EventForm, clean_line, event_model, to_event, to_evidence
from api.field_errors import KEY as SHOWN_KEY
from api.field_errors import FieldError, field_errors
from api.import_cells import ENVELOPE, KINDS, REGION, STREAM_OF, Line, ensure_columns, line_of
from api.tables import NO_ROWS, BrokenFile, opened_sheet, read_lines
from application.append import Proposal
from application.importing import Fault, ImportKeys, Row
from domain.catalogue import STREAMS
from domain.fields import UUID
from domain.kernel import Event, Json, Refused, Value, Words
from domain.person import PersonRegistered
from domain.record import StreamId
from domain.region import known_region
from domain.shape import Many, Maybe, Part, Shape, Text, once_per_type, payload_shapes
from domain.time import Zone

KEYS: Final = frozenset({"stream", "type", "effective", "zone", "data", "evidence", "reason"})
OWN_KEY_MOST: Final = 200
PLAIN_KEY: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._/-]{0,80}", re.ASCII)
REGISTRY: Final = "registry"
CANONICAL: Final = json.JSONEncoder(sort_keys=True, separators=(",", ":"))

NOT_AN_OBJECT: Final[Words] = (
    "baris bukan objek JSON yang benar (atau menyebut satu kunci dua kali)",
    "the line is no valid JSON object (or names a key twice)",
)
UNKNOWN_KEY: Final[Words] = ("isian ini tidak dikenal di sini", "this field is not known here")
UNKNOWN_TYPE: Final[Words] = (
    "bukan jenis peristiwa yang dikenal; lihat docs/events.md",
    "is no type of event known here; see docs/events.md",
)
NO_STREAM: Final[Words] = (
    "sebut catatannya sebagai jenis:kunci, misalnya case:01980f5c-7a00-7000-8000-000000000001",
    "name the record as kind:key, for example case:01980f5c-7a00-7000-8000-000000000001",
)
ZONES: Final[Words] = (
    f"bukan zona waktu; salah satu dari {', '.join(zone.value for zone in Zone)}",
    f"is no time zone; one of {', '.join(zone.value for zone in Zone)}",
)
NO_PERSON_HERE: Final[Words] = (
    "kolom person.* hanya untuk peristiwa yang membuka perkara seseorang",
    "person.* columns are for events that open somebody's case",
)


@dataclass(frozen=True, slots=True)
class Tagged:
    """What pydantic found in one form, with the event's type where `field_errors` looks for it."""

    tag: str
    invalid: ValidationError

    def errors(self) -> Sequence[Any]:
        """Return one dict per error."""
        return [{**error, "loc": (self.tag, *error["loc"])} for error in self.invalid.errors()]


@contextmanager
def opened_rows(path: Path, form: str, keys: ImportKeys) -> Iterator[Iterator[Row]]:
    """Open a file as rows; raise `BrokenFile` now or while it is read."""
    reader = Reader(keys)
    if form == "ndjson":
        lines = (Line(said, [], number) for number, said in read_lines(path))
        yield reader.rows(lines)
        return
    opened: AbstractContextManager[Any] = opened_sheet(path, form)
    with opened as sheet:
        ensure_columns(sheet.header)
        found = (line_of(number, sheet.header, cells) for number, cells in sheet.rows)
        yield reader.rows(line for line in found if line)


@dataclass(frozen=True, slots=True)
class Reader:
    """Understands lines."""

    keys: ImportKeys

    def rows(self, lines: Iterator[Line]) -> Iterator[Row]:
        """Yield the rows of a file; raise `BrokenFile` where there is none."""
        line = None
        for line in lines:
            yield self.row(line)
        if line is None:
            raise BrokenFile("file.no_rows", NO_ROWS)

    def row(self, line: Line) -> Row:
        """Return a line as a row, with all of its faults."""
        said = line.said
        if not isinstance(said, dict):
            return _faulty(line, [_fault("", "not_json", NOT_AN_OBJECT)], ())
        faults = [*line.faults, *_unknown_keys(said)]
        kind = KINDS.get(said["type"]) if isinstance(said.get("type"), str) else None
        if kind is None:
            return _faulty(line, [*faults, _unknown_type(said)], self._streams(said, None))
        stream = self._stream(said.get("stream"), STREAM_OF[kind], faults)
        data, person = self._filled(said, kind)
        own = self._form(kind, said, data, "data", faults)
        first = self._person(kind, said, person, faults)
        zone = _zone(said.get("zone"), faults)
        holder = _person_stream(data)
        streams = tuple(one for one in (stream, holder) if one)
        if faults or own is None or stream is None or (first and not holder):
            return _faulty(line, _once(faults), streams)
        proposals = [_proposal(stream, own)]
        if first and holder:
            proposals.insert(0, _proposal(holder, first))
        return Row(
            number=line.number,
            streams=streams,
            proposals=tuple(proposals),
            places=("data",) if first is None else ("person", "data"),
            zone=zone,
            content=content_of(proposals, said),
            event_id=said["event_id"] if isinstance(said.get("event_id"), str) else None,
            faults=(),
        )

    def _stream(self, said: Any, kind: str, faults: list[Fault]) -> StreamId | None:
        if isinstance(said, dict) and said.keys() == {"kind", "key"}:
            said = f"{said['kind']}:{said['key']}" if isinstance(said["key"], str) else None
        named, _, key = said.partition(":") if isinstance(said, str) else ("", "", "")
        if named in STREAMS and named != kind:
            because = (
                f"peristiwa ini dicatat dalam {kind}, bukan {named}",
                f"this event belongs in a {kind}, not in a {named}",
            )
            faults.append(_fault("stream", "import.other_stream", because))
            return None
        key = self._key(kind, key) if named == kind else ""
        if not key:
            faults.append(_fault("stream", "import.no_stream", NO_STREAM))
            return None
        return StreamId(kind=kind, key=key)

    def _streams(self, said: Json, kind: str | None) -> tuple[StreamId, ...]:
        """Return the stream that a faulty line names, so that what follows in it can wait."""
        named = str(said.get("stream")).partition(":")[0]
        stream = self._stream(said.get("stream"), kind or named, []) if named in STREAMS else None
        return (stream,) if stream else ()

    def _key(self, kind: str, text: str) -> str:
        """Return the key of a stream; nothing where the text can be none."""
        try:
            clean = str(clean_line(text))
        except PydanticCustomError:
            return ""
        if kind == REGISTRY:
            return clean if PLAIN_KEY.fullmatch(clean) else ""
        if re.fullmatch(UUID, clean.lower(), re.ASCII):
            return clean.lower()
        return self.keys.new_key(kind, clean) if 0 < len(clean) <= OWN_KEY_MOST else ""

    def _filled(self, said: Json, kind: type[Event]) -> tuple[Any, Any]:
        """Return data and person of a line, ids in the place of own keys, each filling the other.

        What the person's record and the case's opening both ask for has to be said only once.
        """
        data = self._with_ids(said.get("data", {}), Part(kind=kind), "data")
        person = said.get("person")
        if isinstance(data, dict) and isinstance(person, dict):
            shared = _asked_twice(kind)
            both = {name: person[name] for name in shared if name in person}
            both |= {name: data[name] for name in shared if name in data}
            filled = {name: both[name] for name in both if name not in person}
            data, person = both | data, person | filled
        return data, person

    def _with_ids(self, said: Any, shape: Shape | None, name: str) -> Any:
        match shape, said:
            case Maybe(), _:
                return self._with_ids(said, shape.of, name)
            case Text(), str():
                return self._key(name, said) or said
            case Part(), dict():
                named = {
                    key: self._with_ids(said[key], part, key)
                    for key, part in _naming(shape.kind).items()
                    if key in said
                }
                return {**said, **named} if named else said
            case Many(), list():
                return [self._with_ids(one, shape.of, name) for one in said]
            case _:
                return said

    def _form(
        self, kind: type[Event], said: Json, data: Any, place: str, faults: list[Fault]
    ) -> EventForm | None:
        form = {"type": kind.stored_as, "data": data}
        form |= {key: said[key] for key in ("effective", "evidence", "reason") if key in said}
        try:
            return event_model(kind).model_validate(form)
        except ValidationError as invalid:
            faults.extend(_form_faults(kind, invalid, form, place))
            return None

    def _person(
        self, kind: type[Event], said: Json, person: Any, faults: list[Fault]
    ) -> EventForm | None:
        if person is None:
            return None
        if "person" not in payload_shapes(kind):
            faults.append(_fault("person", "import.no_person_here", NO_PERSON_HERE))
            return None
        stated = {"effective": said.get("effective"), "reason": said.get("reason")}
        return self._form(PersonRegistered, stated, person, "person", faults)


@once_per_type
def _naming(kind: type[Value]) -> Mapping[str, Shape]:
    """Return the parts of a value in which keys of streams stand, at whatever depth."""
    return {name: part for name, part in payload_shapes(kind).items() if _names_one(part, name)}


def _names_one(shape: Shape, name: str) -> bool:
    match shape:
        case Maybe() | Many():
            return _names_one(shape.of, name)
        case Text():
            return name in STREAMS and shape.pattern is not None and shape.pattern.regex == UUID
        case Part():
            return bool(_naming(shape.kind))
        case _:
            return False


@once_per_type
def _asked_twice(kind: type[Event]) -> frozenset[str]:
    """Return what both the opening of a case and the record of its person ask for."""
    return frozenset(payload_shapes(kind).keys() & payload_shapes(PersonRegistered).keys())


def _proposal(stream: StreamId, form: EventForm) -> Proposal:
    """Return a proposal whose zone is not decided yet."""
    return Proposal(
        stream=stream,
        event=to_event(form, Zone.WIB),
        evidence=to_evidence(form),
        reason=form.reason,
    )


def _person_stream(data: Any) -> StreamId | None:
    """Return the person whom a row is about besides its own stream; what is no id names nobody."""
    key = data.get("person") if isinstance(data, dict) else None
    if not (isinstance(key, str) and re.fullmatch(UUID, key, re.ASCII)):
        return None
    return StreamId(kind="person", key=key)


def content_of(proposals: Sequence[Proposal], said: Json) -> bytes:
    """Return what makes two rows the same row, whatever kind of file they come in.

    Rows that are on record are found by it: its bytes never change.
    """
    types = [proposal.event.stored_as for proposal in proposals]
    content = [types, list(map(_as_json, proposals)), said.get("zone"), said.get("event_id")]
    return CANONICAL.encode(content).encode()


def _as_json(proposal: Proposal) -> Json:
    """Return a proposal as JSON's types: as `to_jsonable_python` would, which looks for long."""
    return {
        "event": _writer(type(proposal.event))(proposal.event, mode="json"),
        "evidence": to_jsonable_python(proposal.evidence),
        "reason": proposal.reason,
        "stream": {"key": proposal.stream.key, "kind": proposal.stream.kind},
    }


@once_per_type
def _writer(kind: type[Event]) -> Callable[..., Json]:
    """Return what writes events of a type, all of whose fields are known from it."""
    return TypeAdapter(kind).serializer.to_python


def _unknown_keys(said: Mapping[Any, Any]) -> list[Fault]:
    unknown = [key for key in said if key not in KEYS | ENVELOPE and key != "person"]
    return [
        _fault(key if SHOWN_KEY.fullmatch(key) else "", "unknown_field", UNKNOWN_KEY)
        for key in unknown
    ]


def _unknown_type(said: Json) -> Fault:
    near = get_close_matches(str(said.get("type"))[:80], KINDS, n=3)
    hint = (f"; mungkin {', '.join(near)}", f"; perhaps {', '.join(near)}") if near else ("", "")
    because = (UNKNOWN_TYPE[0] + hint[0], UNKNOWN_TYPE[1] + hint[1])
    return _fault("type", "unknown_type", because)


def _zone(said: Any, faults: list[Fault]) -> Zone | None:
    if said is None:
        return None
    try:
        return Zone(said)
    except ValueError:
        faults.append(_fault("zone", "not_in_list", ZONES))
        return None


def _form_faults(
    kind: type[Event], invalid: ValidationError, form: Json, place: str
) -> Iterator[Fault]:
    found = Tagged(kind.stored_as, invalid)
    both = zip(field_errors(found, "id"), field_errors(found, "en"), strict=True)
    for indonesian, english in both:
        path = indonesian.pointer.split("/")[1:]
        if path[:1] == ["data"]:
            yield _bps(kind, form, path, indonesian, place) or _of(indonesian, english, place, path)
        elif place == "data":  # what is not the person's own is said once
            yield _of(indonesian, english, "", path)


def _of(indonesian: FieldError, english: FieldError, place: str, path: Sequence[str]) -> Fault:
    shown = ".".join([place, *path[1:]] if place else path)
    return _fault(shown, indonesian.code, (indonesian.detail, english.detail))


def _bps(
    kind: type[Event], form: Json, path: Sequence[str], error: FieldError, place: str
) -> Fault | None:
    """Say of four digits without their dot which region they may be by BPS's numbers."""
    shape: Shape | None = Part(kind=kind)
    value: Any = form["data"]
    for part in path[1:]:
        while isinstance(shape, Maybe):
            shape = shape.of
        match shape, value:
            case Part(), dict():
                shape, value = payload_shapes(shape.kind).get(part), value.get(part)
            case Many(), list():
                shape, value = shape.of, value[int(part)]
            case _:
                return None
    shape = shape.of if isinstance(shape, Maybe) else shape
    if error.code != "wrong_form" or not isinstance(shape, Text) or shape.pattern != REGION:
        return None
    if not (isinstance(value, str) and re.fullmatch(r"[0-9]{4}", value.strip())):
        return None
    try:
        known_region(value.strip(), path[1])
    except Refused as refused:
        shown = ".".join([place, *path[1:]])
        return _fault(shown, refused.code, refused.because, refused.article)
    return None


def _once(faults: Sequence[Fault]) -> list[Fault]:
    """Keep the first fault of each place: a cell that was misread is not missing as well."""
    first: dict[tuple[str, str | None], Fault] = {}
    for fault in faults:
        first.setdefault((fault.place, None if fault.place else fault.code), fault)
    return list(first.values())


def _faulty(line: Line, faults: Sequence[Fault], streams: tuple[StreamId, ...]) -> Row:
    return Row(
        number=line.number,
        streams=streams,
        proposals=(),
        places=(),
        zone=None,
        content=b"",
        event_id=None,
        faults=tuple(faults),
    )


def _fault(place: str, code: str, because: Words, article: str | None = None) -> Fault:
    return Fault(place=place, code=code, because=because, article=article)
