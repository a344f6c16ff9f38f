"""Event logs for process mining: XES (IEEE 1849) and OCEL 2.0 in JSON, written as they are read.

No more of a log is held than a few streams; of an object-centric one also the ids of its objects
and the order of its events.
`docs/adr/0017-event-logs-by-hand.md` says why no library writes them.
"""

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime
from html import escape
from tempfile import TemporaryFile
from typing import Any, Final

from api.pages.labels import of_event
from application.process_mining import (
    CONDITIONS,
    Condition,
    Course,
    Happening,
    Kind,
    Link,
    Scalar,
    Thing,
    attribute_kinds,
)
from domain.catalogue import STREAMS
from domain.kernel import Event, Json

EXTENSIONS: Final = {
    "Concept": "concept",
    "Time": "time",
    "Organizational": "org",
    "Lifecycle": "lifecycle",
}
ALWAYS: Final[Mapping[str, tuple[str, str]]] = {
    "concept:name": ("string", "custody.admitted"),
    "time:timestamp": ("date", "1970-01-01T00:00:00.000+00:00"),
    "lifecycle:transition": ("string", "complete"),
    "org:resource": ("string", "-"),
    "org:role": ("string", "-"),
    "label_id": ("string", "-"),
    "label_en": ("string", "-"),
    "effective": ("string", "1970-01-01"),
    "recorded_at": ("date", "1970-01-01T00:00:00.000+00:00"),
}
"""What every event of an XES log has, with what would stand for it where it had not."""
NOT_XML: Final = re.compile("[\\x00-\\x08\\x0b\\x0c\\x0e-\\x1f\\ud800-\\udfff\\ufffe\\uffff]")
ENVELOPE: Final[Mapping[str, Kind]] = {
    "recorded_at": Kind.STRING,
    "resource": Kind.STRING,
    "role": Kind.STRING,
    "purpose": Kind.STRING,
    "label_id": Kind.STRING,
    "label_en": Kind.STRING,
}
"""What every event of an OCEL has besides its content."""
TAKEN: Final = frozenset({*ENVELOPE, "effective", "case_unit"})
"""Names that a field of the content bears with ``data_`` before it."""


def xes(courses: Iterable[Course], position: int) -> Iterator[str]:
    """Yield an XES log: a trace for each course, whose events are in the order of their effect."""
    yield '<?xml version="1.0" encoding="UTF-8"?>\n'
    yield '<log xes.version="1849.2016" xes.features="">\n'
    for name, prefix in EXTENSIONS.items():
        uri = f"http://www.xes-standard.org/{prefix}.xesext"
        yield f'<extension name="{name}" prefix="{prefix}" uri="{uri}"/>\n'
    yield f'<global scope="trace">{_tag("string", "concept:name", "-")}</global>\n'
    always = "".join(_tag(kind, key, value) for key, (kind, value) in ALWAYS.items())
    yield f'<global scope="event">{always}</global>\n'
    yield '<classifier name="Activity" scope="event" keys="concept:name"/>\n'
    yield _tag("string", "concept:name", "Jejak") + _tag("int", "ledger_position", position) + "\n"
    for course in courses:
        person = [link.thing.id for link in course.links if link.qualifier == "person"]
        yield f"<trace>{_tag('string', 'concept:name', course.thing.id)}"
        yield from (_tag("string", "person", one) for one in person[-1:])
        for happening in course.happenings:
            yield f"\n<event>{''.join(_event(happening))}</event>"
        yield "\n</trace>\n"
    yield "</log>\n"


def _event(happening: Happening) -> Iterator[str]:
    page, effective = happening.page, happening.page.event.effective
    indonesian, english = of_event(type(page.event))
    yield _tag("string", "concept:name", page.event.stored_as)
    yield _tag("date", "time:timestamp", _at(effective.instant))
    yield _tag("string", "lifecycle:transition", "complete")
    yield _tag("string", "org:resource", page.actor.id)
    yield _tag("string", "org:role", page.actor.role)
    if page.actor.unit:
        yield _tag("string", "org:group", page.actor.unit)
    yield _tag("string", "label_id", indonesian)
    yield _tag("string", "label_en", english)
    yield _tag("string", "effective", (effective.at or effective.day).isoformat())
    yield _tag("date", "recorded_at", _at(page.recorded_at))
    if happening.unit:
        yield _tag("string", "case_unit", happening.unit)
    for name, value in happening.attributes.items():
        yield _tag(XES_KINDS[attribute_kinds(type(page.event))[name]], _named(name), value)


XES_KINDS: Final = {Kind.STRING: "string", Kind.INTEGER: "int", Kind.BOOLEAN: "boolean"}


def _tag(kind: str, key: str, value: Scalar) -> str:
    return f'<{kind} key="{key}" value="{_quoted(_text(value))}"/>'


def _quoted(text: str) -> str:
    """Return what reads as this text in an attribute; what XML cannot hold is replaced."""
    kept = escape(NOT_XML.sub("\ufffd", text))
    return kept.replace("\n", "&#10;").replace("\r", "&#13;").replace("\t", "&#9;")


def _text(value: Scalar) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _at(instant: datetime) -> str:
    return instant.isoformat(timespec="milliseconds")


def ocel(
    courses: Iterable[Course],
    again: Iterable[Course],
    unit: Callable[[Thing], Course | None],
    kinds: Iterable[str],
) -> Iterator[str]:
    """Yield an OCEL 2.0 in JSON: of the courses the events, and of the same ``again`` the objects.

    Every value is a text, as the published schema has it; the types say how to read it.
    """
    types = [event for kind in kinds for event in STREAMS[kind].chapter_of]
    yield f'{{"eventTypes":{_json([_event_type(event) for event in types])},\n'
    yield f'"objectTypes":{_json([_object_type(kind) for kind in CONDITIONS])},\n"events":['
    named: dict[Thing, None] = {}
    yield from _parted(_events(courses, named))
    yield '\n],\n"objects":['
    yield from _parted(map(_json, _objects(again, unit, named)))
    yield "\n]}\n"


def _events(courses: Iterable[Course], named: dict[Thing, None]) -> Iterator[str]:
    """Yield all events in the order of their effect, and of telling where that is the same.

    They come by streams: until the last one is there, they lie in a file that has no name.
    """
    with TemporaryFile() as file:
        places: list[tuple[datetime, int, int]] = []
        for course in courses:
            for happening in course.happenings:
                named.update((link.thing, None) for link in happening.links)
                page = happening.page
                places.append((page.event.effective.instant, page.position, file.tell()))
                file.write(f"{_json(_ocel_event(happening))}\n".encode())
        for _instant, _position, place in sorted(places):
            file.seek(place)
            yield file.readline().decode().removesuffix("\n")


def _objects(
    courses: Iterable[Course], unit: Callable[[Thing], Course | None], named: dict[Thing, None]
) -> Iterator[Json]:
    for course in courses:
        named.pop(course.thing, None)
        yield _object(course.thing, course.conditions, course.links)
    for thing in named:
        found = unit(thing) if thing.kind == "unit" else None
        yield _object(thing, found.conditions if found else (), ())


def _event_type(event: type[Event]) -> Json:
    kinds = {**{_named(name): kind for name, kind in attribute_kinds(event).items()}, **ENVELOPE}
    attributes = [{"name": name, "type": kind.value} for name, kind in kinds.items()]
    return {"name": event.stored_as, "attributes": attributes}


def _object_type(kind: str) -> Json:
    attributes = [{"name": name, "type": "string"} for name in CONDITIONS[kind]]
    return {"name": kind, "attributes": attributes}


def _ocel_event(happening: Happening) -> Json:
    page = happening.page
    indonesian, english = of_event(type(page.event))
    values = {_named(name): value for name, value in happening.attributes.items()} | {
        "recorded_at": _at(page.recorded_at),
        "resource": page.actor.id,
        "role": page.actor.role,
        "purpose": page.purpose,
        "label_id": indonesian,
        "label_en": english,
    }
    return {
        "id": happening.id,
        "type": page.event.stored_as,
        "time": _at(page.event.effective.instant),
        "attributes": [{"name": name, "value": _text(value)} for name, value in values.items()],
        "relationships": _relationships(happening.links),
    }


def _object(thing: Thing, conditions: Iterable[Condition], links: Iterable[Link]) -> Json:
    return {
        "id": thing.id,
        "type": thing.kind,
        "attributes": [
            {"name": one.name, "value": one.value, "time": _at(one.since)} for one in conditions
        ],
        "relationships": _relationships(links),
    }


def _relationships(links: Iterable[Link]) -> list[Json]:
    return [{"objectId": link.thing.id, "qualifier": link.qualifier} for link in links]


def _named(field: str) -> str:
    return f"data_{field}" if field in TAKEN else field


def _parted(items: Iterable[str]) -> Iterator[str]:
    comma = "\n"
    for item in items:
        yield comma + item
        comma = ",\n"


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
