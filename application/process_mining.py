"""What a process miner may see of the streams: who did what to which objects, and no name.

Only facts that stand are told, in the order of their effect, and of their content only fields that
lie in the open. Whoever is meant by a case, a person or an event is named by a pseudonym: the same
in every log of one store, and in no other. What a document is known by stays out.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, datetime
from enum import Enum
from typing import Any, Final

from application.exporting import Book
from application.standing import standing
from application.timeline import by_effect
from domain import agreement, programme, registry
from domain.catalogue import STREAMS
from domain.custody import CUSTODY
from domain.fields import Sha256
from domain.kernel import DataClass, Event, Journey, Value, data_classes
from domain.record import Recorded, StreamId
from domain.shape import (
    Choice,
    Day,
    Flag,
    Listed,
    Many,
    Maybe,
    Shape,
    Text,
    Whole,
    once_per_type,
    payload_shapes,
    shape_of,
)
from domain.verdict import legal_status

Pseudonym = Callable[[str], str]
"""Gives what stands for a stream or an event, given as ``case:KEY`` or by its id."""
Scalar = str | int | bool

KINDS: Final = ("case", "programme", "agreement", "person")
"""Kinds of streams that an object-centric log tells of. Youths who were referred are in none."""
CONDITIONS: Final[Mapping[str, Sequence[str]]] = {
    "case": ("unit", "presence", "legal_status", "release"),
    "programme": ("kind", "provider", "capacity", "seated", "waiting", "status"),
    "agreement": ("instrument", "status"),
    "person": (),
    "unit": ("kind", "region", "title"),
}
"""Kinds of objects, and what is told of one over time."""
NAMING: Final = {
    "case": "case",
    "person": "person",
    "programme": "programme",
    "agreement": "agreement",
    "unit": "unit",
    "units": "unit",
    "to": "unit",
}
"""Fields that name an object, and of which kind."""
SOMEBODY: Final = frozenset({"case", "person"})
DOCUMENT: Final = shape_of(Sha256)


class Kind(Enum):
    """What kind of value an attribute has."""

    STRING = "string"
    INTEGER = "integer"
    BOOLEAN = "boolean"


class Thing(Value):
    """An object: its kind, and its id in the log."""

    kind: str
    id: str


class Link(Value):
    """That an event, or an object, concerns an object, and as what."""

    thing: Thing
    qualifier: str


class Happening(Value):
    """One fact of a log. ``unit`` answers for the case from then on, where it is one."""

    id: str
    page: Recorded
    unit: str | None
    attributes: dict[str, Scalar]
    links: tuple[Link, ...]


class Condition(Value):
    """How an object was from an instant on."""

    name: str
    value: str
    since: datetime


class Course(Value):
    """One stream as a log tells it: the object that it is about, and what happened."""

    thing: Thing
    happenings: tuple[Happening, ...]
    conditions: tuple[Condition, ...]
    links: tuple[Link, ...]


def streams_of(book: Book, kinds: frozenset[str], upto: int) -> Iterator[StreamId]:
    """Yield the streams of these kinds that had begun by a position, in the order of beginning."""
    walk = book.walk(0, upto)
    return (page.stream for page in walk if page.version == 1 and page.stream.kind in kinds)


def course(stream: StreamId, pages: Sequence[Recorded], pseudonym: Pseudonym) -> Course | None:
    """Return what a log tells of a stream; `None` where no fact of it stands."""
    facts = by_effect(standing(pages))
    if not facts:
        return None
    names = _Names(pseudonym)
    kind = STREAMS[stream.kind]
    journey, happenings, conditions = kind.begin(), list[Happening](), dict[str, Condition]()
    told: list[Condition] = []
    for page in facts:
        journey = kind.evolve(journey, [page.event])
        happenings.append(_happening(page, journey, names))
        for one in _conditions(page, journey):
            if one.name not in conditions or conditions[one.name].value != one.value:
                conditions[one.name] = one
                told.append(one)
    thing = names.thing(stream.kind, stream.key)
    if stream.kind == "registry":
        thing = Thing(kind="unit", id=names.unit(stream.key.partition("/")[2]))
    return Course(
        thing=thing,
        happenings=tuple(happenings),
        conditions=tuple(told),
        links=tuple(_standing_links(thing, happenings)),
    )


@once_per_type
def attribute_kinds(event: type[Event]) -> Mapping[str, Kind]:
    """Return the attributes that an event of a type may have, with their kinds."""
    classes = data_classes(event)
    found = {
        name: _kind_of(shape)
        for name, shape in payload_shapes(event).items()
        if classes[name] is DataClass.NONE and NAMING.get(name) not in SOMEBODY
    }
    return {name: kind for name, kind in found.items() if kind is not None}


def _kind_of(shape: Shape) -> Kind | None:
    match shape:
        case Maybe(of=inner) | Many(of=Text() | Choice() as inner):
            return _kind_of(inner)
        case Text() | Day() | Choice():
            return Kind.STRING if shape != DOCUMENT else None
        case Whole():
            return Kind.INTEGER
        case Listed(values=values):
            return Kind.INTEGER if all(isinstance(one, int) for one in values) else Kind.STRING
        case Flag():
            return Kind.BOOLEAN
        case _:
            return None


def _attributes(event: Event) -> Iterator[tuple[str, Scalar]]:
    for name in attribute_kinds(type(event)):
        value = getattr(event, name)
        if value is not None:
            yield name, _scalar(value)


def _scalar(value: Any) -> Scalar:
    match value:
        case tuple():
            return "; ".join(str(_scalar(one)) for one in value)
        case Enum():
            return str(value.value)
        case date():
            return value.isoformat()
        case bool() | int():
            return value
        case _:
            return str(value)


class _Names:
    """What things are called in a log."""

    def __init__(self, pseudonym: Pseudonym) -> None:
        self.pseudonym = pseudonym

    def thing(self, kind: str, key: str) -> Thing:
        """Return an object; ids of different kinds never meet."""
        if kind in SOMEBODY:
            return Thing(kind=kind, id=f"{kind}:{self.pseudonym(f'{kind}:{key}')}")
        return Thing(kind=kind, id=f"{kind}:{key}")

    def unit(self, code: str) -> str:
        """Return the id of a unit."""
        return self.thing("unit", code).id

    def event(self, event_id: str) -> str:
        """Return the id of an event."""
        return f"event:{self.pseudonym(event_id)}"


def _happening(page: Recorded, journey: Journey, names: _Names) -> Happening:
    custody = journey[CUSTODY] if page.stream.kind == "case" else None
    links = [Link(thing=names.thing(page.stream.kind, page.stream.key), qualifier=page.stream.kind)]
    links += _links(page.event, names)
    if custody and custody.person:
        links.append(Link(thing=names.thing("person", custody.person), qualifier="person"))
    for unit, qualifier in ((custody and custody.unit, "answers"), (page.actor.unit, "recorded")):
        if unit:
            links.append(Link(thing=names.thing("unit", unit), qualifier=qualifier))
    first: dict[Thing, Link] = {}
    for link in links:
        first.setdefault(link.thing, link)
    return Happening(
        id=names.event(page.event_id),
        page=page,
        unit=custody.unit if custody else None,
        attributes=dict(_attributes(page.event)),
        links=tuple(first.values()),
    )


def _links(event: Event, names: _Names) -> Iterator[Link]:
    """Yield the objects that an event names, each by its field; attendance by what it was."""
    if isinstance(event, programme.SessionHeld):
        for mark in event.marks:
            yield Link(thing=names.thing("case", mark.case), qualifier=mark.presence.value)
    for name, kind in NAMING.items():
        said = getattr(event, name, None)
        for key in (said,) if isinstance(said, str) else said or ():
            yield Link(thing=names.thing(kind, key), qualifier=name)


def _standing_links(thing: Thing, happenings: Sequence[Happening]) -> Iterator[Link]:
    """Yield whose case it is, and what a programme or an agreement is under or for."""
    wanted = {"case": {"person"}, "programme": {"agreement", "unit"}, "agreement": {"units"}}
    seen: set[Thing] = set()
    for happening in happenings:
        for link in happening.links:
            if link.qualifier in wanted.get(thing.kind, ()) and link.thing not in seen:
                seen.add(link.thing)
                yield link


def _conditions(page: Recorded, journey: Journey) -> Iterator[Condition]:
    since = page.event.effective.instant
    for name, value in _state(page, journey):
        if value is not None:
            yield Condition(name=name, value=str(_scalar(value)), since=since)


def _state(page: Recorded, journey: Journey) -> Iterator[tuple[str, Any]]:
    match page.stream.kind:
        case "case":
            custody = journey[CUSTODY]
            yield "unit", custody.unit
            yield "presence", custody.presence
            yield "legal_status", legal_status(journey)
            yield "release", custody.release
        case "programme":
            held = journey[programme.PROGRAMME]
            if held.opened:
                yield "kind", held.opened.kind
                yield "provider", held.opened.provider
            yield "capacity", held.capacity
            yield "seated", len(held.seated)
            yield "waiting", len(held.queue)
            yield "status", "closed" if held.closed else "open"
        case "agreement":
            known = journey[agreement.AGREEMENT]
            yield "instrument", known.draft and known.draft.instrument
            yield "status", agreement.status_on(known, page.event.effective.day)
        case "registry":
            if isinstance(page.event, registry.UnitNamed):
                yield "kind", page.event.kind
                yield "region", page.event.region
                yield "title", page.event.title
        case _:
            return
