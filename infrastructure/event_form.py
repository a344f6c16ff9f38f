"""The form of each type of event: what reads and writes its fields, and which of them are sealed.

All of it follows from the type, so it is worked out once, at the first event of that type; what is
done for every page only looks it up.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from functools import cached_property, lru_cache
from typing import Any, Final, NamedTuple, get_type_hints

from pydantic import TypeAdapter, ValidationError

from domain.kernel import DataClass, Event, Json, Whose, data_classes, subjects
from domain.time import Effective

EFFECTIVE: Final = TypeAdapter(Effective)
SAME: Final = 4_096
"""Times of effect, streams and actors that are told once for all the pages that name them: it is
quicker, and what is kept awake is looked through for garbage, value by value."""


class SealedFields(NamedTuple):
    """Fields of one owner that do not lie open, each by its name and its JSON pointer in a page."""

    whose: Whose | None
    data_class: str
    fields: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Form:
    """How events of one type are written and read.

    ``held`` is the field that holds another event in full, if there is one, and ``holder`` says
    whose is what that one seals. pydantic cannot know which type it is of: an event around another
    one is written and read field by field, as one with gaps is.
    """

    kind: type[Event]
    held: str | None
    holder: Whose | None
    sealed: tuple[SealedFields, ...]

    @cached_property
    def whole(self) -> TypeAdapter[Any]:
        """Return what reads and writes an event that holds no other one."""
        return TypeAdapter(self.kind)

    @cached_property
    def each(self) -> Mapping[str, TypeAdapter[Any]]:
        """Return what reads and writes each of the fields."""
        hints = get_type_hints(self.kind, include_extras=True)
        return {field.name: TypeAdapter(hints[field.name]) for field in fields(self.kind)}

    def write(self, event: Event) -> Json:
        """Return the fields of an event as JSON's types; one that it holds by its stored name."""
        said: Json
        if self.held is None:
            said = self.whole.serializer.to_python(event, mode="json")
            return said
        content: Event = getattr(event, self.held)
        inner = form_of(type(content)).write(content)
        said = {
            name: field.dump_python(getattr(event, name), mode="json")
            for name, field in self.each.items()
            if name != self.held
        }
        effective = inner.pop("effective")
        said[self.held] = {"name": content.names[-1], "effective": effective, "payload": inner}
        return said


_FORMS: Final[dict[type[Event], Form]] = {}


def form_of(kind: type[Event]) -> Form:
    """Return the form of a type of event; raise `TypeError` where a field is not classed."""
    form = _FORMS.get(kind)
    if form is None:
        form = _FORMS[kind] = _worked_out(kind)
    return form


def _worked_out(kind: type[Event]) -> Form:
    hints, whose = get_type_hints(kind), subjects(kind)
    held = next((field.name for field in fields(kind) if hints[field.name] is Event), None)
    of_owner: dict[tuple[Whose | None, str], list[tuple[str, str]]] = {}
    for name, data_class in sealed_fields(kind).items():
        owned = of_owner.setdefault((whose.get(name), data_class.value), [])
        owned.append((name, f"/payload/{name}"))
    sealed = tuple(SealedFields(*one, tuple(owned)) for one, owned in of_owner.items())
    return Form(kind, held, whose.get(held or ""), sealed)


_moment = lru_cache(SAME, typed=True)(lambda **said: EFFECTIVE.validate_python(said))


def moment_of(effective: Json) -> Effective | Json:
    """Return a time of effect; what is none as it is, for the form of the event to say so."""
    try:
        moment: Effective = _moment(**effective)
    except (TypeError, ValidationError):
        return effective
    return moment


def sealed_fields(kind: type[Event]) -> Mapping[str, DataClass]:
    """Return the fields of an event type that do not lie open."""
    return {f: mark for f, mark in data_classes(kind).items() if mark is not DataClass.NONE}
