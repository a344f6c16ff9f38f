"""Values as the JSON that leaves the house, and what their types say of it: JSON Schema 2020-12.

Written by hand, some lines each: this room may know neither JSON nor a framework, and both walk the
types of `domain.shape`, so that what a record holds and what its schema says cannot part.
"""

from collections.abc import Mapping
from dataclasses import fields
from datetime import date
from enum import Enum
from typing import Any, Final

from domain.kernel import Json, Length, Value
from domain.shape import (
    LARGEST,
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
    payload_shapes,
)

NOTHING: Final[Json] = {"type": "null"}


def plain(value: Any) -> Any:
    """Return a value, or several, as JSON has it: enums as their words, days as ISO 8601."""
    match value:
        case Value():
            return {field.name: plain(getattr(value, field.name)) for field in fields(value)}
        case Enum():
            return value.value
        case date():
            return value.isoformat()
        case tuple():
            return [plain(one) for one in value]
        case _:
            return value


def schema(shape: Shape) -> Json:  # noqa: C901, PLR0911  # a table
    """Return what JSON of a shape looks like; raise `TypeError` at an event, which has no place."""
    match shape:
        case Text():
            return {"type": "string"} | _text(shape)
        case Whole():
            bounds = {"minimum": shape.least, "maximum": shape.most}
            return {"type": "integer"} | (bounds if shape.most < LARGEST else {})
        case Flag():
            return {"type": "boolean"}
        case Day():
            return {"type": "string", "format": "date"}
        case Choice():
            return {"type": "string", "enum": [one.value for one in shape.kind]}
        case Listed():
            return {"enum": list(shape.values)}
        case Part():
            return closed(payload_shapes(shape.kind), shape.kind.__doc__ or "", needed=True)
        case Many():
            return {"type": "array", "items": schema(shape.of)}
        case Maybe():
            return {"anyOf": [schema(shape.of), NOTHING]}
        case AnyEvent():
            raise TypeError(shape)


def closed(shapes: Mapping[str, Shape], said: str, *, needed: bool) -> Json:
    """Return the schema of an object that has these fields and no other."""
    found: Json = {
        "type": "object",
        "description": " ".join(said.split()),
        "properties": {name: schema(shape) for name, shape in shapes.items()},
        "additionalProperties": False,
    }
    return found | ({"required": list(shapes)} if needed else {})


def _text(shape: Text) -> Json:
    length: Length | None = shape.length
    found: Json = {"minLength": length.least, "maxLength": length.most} if length else {}
    return found | ({"pattern": f"^({shape.pattern.regex})$"} if shape.pattern else {})
