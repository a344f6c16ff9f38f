"""What columns the table of a row class has: of which SQL types, and sealed under whose key."""

from collections.abc import Mapping
from datetime import date, datetime
from enum import Enum
from types import NoneType
from typing import Annotated, Any, Final, LiteralString, get_args, get_origin

from pydantic import TypeAdapter

from domain.kernel import Value, subjects
from domain.shape import once_per_type

COLUMNS: Final[Mapping[type, LiteralString]] = {
    str: "text",
    bool: "boolean",
    int: "bigint",
    date: "date",
    datetime: "timestamptz",
}
FOUND_BY: Final = ("case", "unit", "destination", "person", "programme", "agreement")
"""Columns that get an index where a row has them."""


@once_per_type
def form_of(row: type[Any]) -> TypeAdapter[Any]:
    """Return what writes and reads a row; a service's tables took 40 ms to make one each."""
    return TypeAdapter(row)


def column_of(hint: Any) -> LiteralString:
    """Return the SQL type of a field: ``jsonb`` where it holds more than one value."""
    hint = bare(hint)
    if isinstance(hint, type) and issubclass(hint, Enum):
        return "text"
    return COLUMNS.get(hint, "jsonb")


def bare(hint: Any) -> Any:
    """Return a field's type without its marks, and without the `None` that it may be."""
    if get_origin(hint) is Annotated:
        return bare(get_args(hint)[0])
    inner = [argument for argument in get_args(hint) if argument is not NoneType]
    if NoneType in get_args(hint) and len(inner) == 1:
        return bare(inner[0])
    return hint


def roles_of(row: type[Value]) -> Mapping[str, str]:
    """Return the columns that are about somebody with a role to the row's subject.

    Raises `TypeError` for one about somebody with a record of their own: what is forgotten of them
    would be looked for in their rows only.
    """
    marks = subjects(row)
    roles = {name: mark.role for name, mark in marks.items() if mark.role}
    if others := marks.keys() - roles.keys():
        raise TypeError(row.__name__, *sorted(others))
    return roles


def owned(subject: str, role: str | None) -> str:
    """Return whose is what is about somebody with a role to a subject, or about the subject."""
    return f"{subject}/{role}" if role else subject
