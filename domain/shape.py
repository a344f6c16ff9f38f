"""What the type of a field says, read once for all who derive from it: forms, pages, documents.

A chapter writes ``score: Open[Score]``; here that becomes `Whole(least=0, most=100)`, and whoever
needs a form, an example or a table row matches on the shape instead of on Python's type syntax.
"""

from collections.abc import Callable, Mapping
from dataclasses import fields
from datetime import date
from enum import Enum
from functools import cache
from types import NoneType, UnionType
from typing import Annotated, Any, Final, Literal, TypeVar, Union, cast, get_args, get_origin
from typing import get_type_hints as hints_of

from domain.fields import Note
from domain.kernel import Event, Length, Pattern, Range, Value

M = TypeVar("M")
F = TypeVar("F", bound=Callable[..., Any])

LARGEST: Final = 9_007_199_254_740_991
"""The largest whole number that RFC 8785 writes exactly, and so the bound where none is said."""
NOTE: Final = get_args(Note)[1]


class Text(Value):
    """A text: a code with its pattern, or words with their length."""

    length: Length | None
    pattern: Pattern | None

    @property
    def free(self) -> bool:
        """Whether it may run over several lines, as a `Note` may."""
        return self.pattern is None and (self.length is None or self.length == NOTE)


class Whole(Value):
    """A whole number, both ends included."""

    least: int
    most: int


class Flag(Value):
    """Yes or no."""


class Day(Value):
    """A civil day."""


class Choice(Value):
    """One of the words of an enum."""

    kind: type[Enum]


class Listed(Value):
    """One of a few values that a `Literal` lists."""

    values: tuple[int | str, ...]


class Part(Value):
    """A value with fields of its own."""

    kind: type[Value]


class Many(Value):
    """Any number of one shape, in order."""

    of: "Shape"
    length: Length | None


class Maybe(Value):
    """One shape, or nothing."""

    of: "Shape"


class AnyEvent(Value):
    """Another event in full, of whatever type, with its own time of effect."""


Shape = Text | Whole | Flag | Day | Choice | Listed | Part | Many | Maybe | AnyEvent


def once_per_type(function: F) -> F:
    """Remember what a function answers for each type: `functools.cache`, its signature kept."""
    return cast("F", cache(function))


@once_per_type
def payload_shapes(value: type[Value]) -> Mapping[str, Shape]:
    """Return the shape of every field but an event's ``effective``, which its envelope keeps.

    Raises `TypeError`, naming the field, at a type that has no shape.
    """
    hints = hints_of(value, include_extras=True)
    envelope = {"effective"} if issubclass(value, Event) else set()
    names = [field.name for field in fields(value) if field.name not in envelope]
    shapes: dict[str, Shape] = {}
    for name in names:
        try:
            shapes[name] = shape_of(hints[name])
        except TypeError as nothing:
            raise TypeError(value.__name__, name, *nothing.args) from nothing
    return shapes


def shape_of(hint: Any) -> Shape:
    """Return what a type says; raise `TypeError` at one that no form could be made of."""
    marks: tuple[Any, ...] = ()
    if get_origin(hint) is Annotated:
        hint, marks = hint.__origin__, hint.__metadata__
    origin, arguments = get_origin(hint), get_args(hint)
    if origin in (Union, UnionType):
        return _maybe(hint, arguments)
    if origin is tuple and len(arguments) == 2 and arguments[1] is Ellipsis:  # noqa: PLR2004
        return Many(of=shape_of(arguments[0]), length=_mark(marks, Length))
    if origin is Literal:
        return Listed(values=arguments)
    if isinstance(hint, type):
        return _plain(hint, marks)
    raise TypeError(hint)


def _maybe(hint: Any, arguments: tuple[Any, ...]) -> Maybe:
    inner = [argument for argument in arguments if argument is not NoneType]
    if len(inner) != 1 or len(arguments) == 1:
        raise TypeError(hint)
    return Maybe(of=shape_of(inner[0]))


def _plain(kind: type[Any], marks: tuple[Any, ...]) -> Shape:
    if kind is str:
        return Text(length=_mark(marks, Length), pattern=_mark(marks, Pattern))
    if kind is bool:
        return Flag()
    if kind is int:
        said = _mark(marks, Range) or Range(least=-LARGEST, most=LARGEST)
        return Whole(least=said.least, most=said.most)
    if kind is date:
        return Day()
    if issubclass(kind, Enum):
        return Choice(kind=kind)
    if issubclass(kind, Value):
        return AnyEvent() if kind is Event else Part(kind=kind)
    raise TypeError(kind)


def _mark(marks: tuple[Any, ...], kind: type[M]) -> M | None:
    return next((mark for mark in marks if isinstance(mark, kind)), None)
