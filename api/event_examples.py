"""An example of every event, made from its types: for OpenAPI, the golden pages and the tests."""

from datetime import date
from typing import Any, Final

from pydantic import TypeAdapter

from domain.catalogue import EVENTS
from domain.fields import Sha256
from domain.kernel import Event, Json, Length, Value
from domain.shape import (
    AnyEvent,
    Choice,
    Day,
    Flag,
    Listed,
    Many,
    Maybe,
    Part,
    Shape,
    Text,
    Whole,
    once_per_type,
    payload_shapes,
    shape_of,
)
from domain.time import Effective, Zone

DAY: Final = date(2025, 7, 21)
"""The day on which every example happens: the first school day of 2025/2026."""
NUMBER: Final = 12


@once_per_type
def example_event(event: type[Event]) -> Event:
    """Return an event of this type with every field filled in."""
    return event(effective=Effective.on(DAY, Zone.WIB), **_content(event))


def example_json(event: type[Event]) -> Json:
    """Return `example_event` as a client would propose it."""
    number = example("number", shape_of(str))
    sha256 = example("sha256", shape_of(Sha256))
    return {
        "type": event.stored_as,
        "effective": DAY.isoformat(),
        "data": data_json(example_event(event)),
        "evidence": [{"number": number, "date": DAY.isoformat(), "sha256": sha256}],
        "reason": None,
    }


def data_json(event: Event) -> Json:
    """Return what an event says, without its time of effect, as JSON's types.

    What was forgotten is ``{"forgotten": true}``, whatever type the field has. Another event that
    it holds is written as a client would propose it, without evidence and reason.
    """
    writes = adapter(type(event))
    written: Json = writes.dump_python(event, mode="json", exclude={"effective"}, warnings=False)
    for field, shape in payload_shapes(type(event)).items():
        if isinstance(shape, AnyEvent):
            written[field] = inner_json(getattr(event, field))
    return written


@once_per_type
def adapter(event: type[Event]) -> TypeAdapter[Any]:
    """Return what writes an event as JSON's types: to make it takes longer than a whole answer."""
    return TypeAdapter(event)


def inner_json(event: Event) -> Json:
    """Return an event that another one holds: its type, its time of effect, and what it says."""
    effective = event.effective
    at = effective.at and effective.at.astimezone(effective.zone.offset)
    return {
        "type": event.stored_as,
        "effective": (at or effective.day).isoformat(),
        "data": data_json(event),
    }


def example(field: str, shape: Shape) -> Any:  # noqa: C901, PLR0911  # one answer per shape
    """Return a value that a field of this shape may hold."""
    match shape:
        case Text():
            return shape.pattern.example if shape.pattern else _words(field, shape.length)
        case Whole():
            return max(shape.least, min(shape.most, NUMBER))
        case Flag():
            return True
        case Day():
            return DAY
        case Choice():
            return next(iter(shape.kind))
        case Listed():
            return shape.values[0]
        case Part():
            return shape.kind(**_content(shape.kind))
        case Many():
            return (example(field, shape.of),) * max(1, shape.length.least if shape.length else 1)
        case Maybe():
            return example(field, shape.of)
        case AnyEvent():
            return example_event(EVENTS[0])


def _content(value: type[Value]) -> dict[str, Any]:
    return {field: example(field, shape) for field, shape in payload_shapes(value).items()}


def _words(field: str, length: Length | None) -> str:
    words = f"contoh {field.replace('_', ' ')}"
    return words.ljust(length.least, "x")[: length.most] if length else words
