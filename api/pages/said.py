"""What an event says, in the reader's words: its fields by their labels, one after another."""

from collections.abc import Iterator
from dataclasses import dataclass, fields
from datetime import date
from enum import Enum
from typing import Any, Final

from api.pages import labels
from api.pages.names import Names
from api.pages.tongue import MONTHS, Tongue
from domain.kernel import DataClass, Event, Forgotten, Value, Words, data_classes
from domain.remisi_assessment import CriterionSaid

UNSHOWN: Final = frozenset({"effective", "person", "sha256"})
"""What stands elsewhere on the page, or is nothing to read."""
LINKED: Final = frozenset(
    {"unit", "to", "domicile", "programme", "agreement", "activity", "bapas", "destination"}
)
"""Fields whose code has a name."""
GONE: Final[Words] = ("sudah dimusnahkan", "destroyed")
"""What stands on a page where a key was destroyed."""
ID_LENGTH: Final = 36
SHORT_ID: Final = 8


@dataclass(frozen=True, slots=True)
class Fact:
    """One field: its label and its content. ``guarded`` marks specific personal data."""

    label: str
    text: str
    guarded: bool


def facts(event: Event, tongue: Tongue, names: Names) -> Iterator[Fact]:
    """Yield the fields of an event that say something."""
    classes = data_classes(type(event))
    for field in fields(event):
        value = getattr(event, field.name)
        if field.name in UNSHOWN or value is None or value == ():
            continue
        text = text_of(field.name, value, tongue, names)
        guarded = classes[field.name] is DataClass.SPECIFIC
        yield Fact(tongue(*labels.of_field(field.name)), text, guarded)


def text_of(name: str, value: Any, tongue: Tongue, names: Names) -> str:  # noqa: C901, PLR0911
    """Return the content of a field."""
    match value:
        case Forgotten():
            return tongue(*GONE)
        case bool():
            return tongue("ya", "yes") if value else tongue("tidak", "no")
        case int():
            return tongue.number(value) if name == "fine" else str(value)
        case date():
            return tongue.day(value)
        case Enum():
            return tongue.value(value)
        case tuple():
            return "; ".join(text_of(name, one, tongue, names) for one in value)
        case Event():
            said = "; ".join(f"{one.label}: {one.text}" for one in facts(value, tongue, names))
            return f"{tongue(*labels.of_event(type(value)))} ({said})"
        case CriterionSaid():
            return _condition(value, tongue)
        case Value():
            return _parts(value, tongue, names)
        case str() if name == "month":
            return f"{tongue(*MONTHS[int(value[5:7]) - 1])} {value[:4]}"
        case str() if name in LINKED:
            title = names.of(value)
            return f"{title[:SHORT_ID]}…" if len(title) == ID_LENGTH == len(value) else title
        case _:
            return str(value)


def _condition(said: CriterionSaid, tongue: Tongue) -> str:
    """Return the sentence of a condition, and that it is not met where it is not."""
    sentence = tongue(said.because_id, said.because_en).removesuffix(".")
    return sentence if said.met else f"{tongue('BELUM TERPENUHI', 'NOT MET')}: {sentence}"


def _parts(value: Value, tongue: Tongue, names: Names) -> str:
    """Return a value's own fields, but those that are empty or nought."""
    said = []
    for field in fields(value):
        part = getattr(value, field.name)
        if part in (None, "", ()) or (part == 0 and not isinstance(part, bool)):
            continue
        text = text_of(field.name, part, tongue, names)
        counted = isinstance(part, int) and field.name != "fine"
        said.append(f"{text} {tongue(*labels.of_field(field.name))}" if counted else text)
    return " ".join(said)


def words_of(text: str | None, tongue: Tongue) -> str | None:
    """Return a text of an envelope, or that it was destroyed."""
    return tongue(*GONE) if isinstance(text, Forgotten) else text
