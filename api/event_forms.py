"""The form on which each type of event is proposed, made from the event's own types.

A form is stricter than JSON: numbers are numbers, days are ISO 8601, and no key is unknown. Text is
brought to NFC and trimmed; what PostgreSQL, RFC 8785 or a reader's eye would stumble over (control
and invisible characters, half a surrogate pair) is refused. A field that may be empty may be left
out. A new event type needs nothing here.
"""

import re
import unicodedata
from collections.abc import Iterable
from datetime import date, datetime
from functools import partial
from typing import Annotated, Any, ClassVar, Final, Literal, Union

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainValidator,
    Strict,
    WithJsonSchema,
    create_model,
)
from pydantic_core import PydanticCustomError

from api.event_examples import DAY, example, example_json
from domain.fields import Line, Note, Sha256
from domain.kernel import Event, Json, Length, Stream, Value, data_classes, made_of
from domain.record import Evidence
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

FIRST_YEAR: Final = 1900
LAST_YEAR: Final = 2199
"""Years outside are slips of the pen, and far from where calendars and offsets overflow."""
ITEMS_MOST: Final = 10_000
"""Items of a list whose type says no length: the attendance of a whole unit fits in."""
EVIDENCE_MOST: Final = 100

ISO_DAY: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
DAY_LENGTH: Final = len("2025-01-31")
ISO_INSTANT: Final = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,6})?)?"
    r"(?P<offset>Z|[+-][0-9]{2}:[0-9]{2})?"
)
PLAIN: Final = frozenset({str, int, bool, date, type(None)})
"""Types of fields that an event holds as a form does: most of them."""
FLAGS: Final = (bool, float)
JOINERS: Final = "\u200c\u200d"
"""Invisible, but Javanese, Balinese and Arabic script cannot be written without them."""


class StatedEvidence(Value):
    """A document that bears the event out: its number, date, and the SHA-256 of its bytes."""

    number: Line
    date: date | None
    sha256: Sha256 | None


class ValueForm(BaseModel):
    """The fields of a value, as a client fills them in."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    value_type: ClassVar[type[Value]]


class EventForm(BaseModel):
    """One proposed event; each type of event has a form of its own."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    event_type: ClassVar[type[Event]]

    type: str
    effective: Any
    data: Any
    evidence: Any
    reason: str | None


@once_per_type
def event_model(event: type[Event]) -> type[EventForm]:
    """Return the form of one type of event."""
    name = "".join(word.capitalize() for word in re.split(r"[._]", event.stored_as))
    meaning = _meaning(event)
    evidence = Many(of=Part(kind=StatedEvidence), length=Length(least=0, most=EVIDENCE_MOST))
    fields: dict[str, Any] = {
        "type": (Literal[event.stored_as], ...),
        "effective": (EffectiveText, ...),
        "data": (value_model(event, f"{name}Data"), ...),
        "evidence": (_annotation("evidence", evidence), ()),
        "reason": (_annotation("reason", shape_of(Note | None)), None),
    }
    shown = {"title": _title(meaning), "json_schema_extra": partial(_with_example, event)}
    form: type[EventForm] = create_model(
        name,
        __base__=EventForm,
        __module__=__name__,
        __doc__=meaning,
        __cls_kwargs__=shown,
        **fields,
    )
    form.event_type = event
    return form


def _with_example(event: type[Event], said: Json) -> None:
    """Put an example into a schema: it is made when somebody looks, and all of them are 2 MB."""
    said["examples"] = [example_json(event)]


def proposal_union(streams: Iterable[Stream]) -> Any:
    """Return the type of a proposal to any of these streams, told apart by its ``type``."""
    forms = tuple(
        event_model(event)
        for stream in streams
        for chapter in stream.chapters
        for event in chapter.events
    )
    if len(forms) == 1:
        return forms[0]
    return Annotated[Union[forms], Field(discriminator="type")]  # noqa: UP007  # built at run time


def to_event(form: EventForm, zone: Zone) -> Event:
    """Return the event that a form proposes; ``zone`` is that of the unit it concerns."""
    said = form.effective
    effective = (
        Effective.since(said, zone) if isinstance(said, datetime) else Effective.on(said, zone)
    )
    return made_of(form.event_type, {"effective": effective, **_content(form.data)})


def to_evidence(form: EventForm) -> tuple[Evidence, ...]:
    """Return the documents that a form names."""
    return tuple(Evidence(**_content(stated)) for stated in form.evidence) if form.evidence else ()


@once_per_type
def value_model(value: type[Value], name: str | None = None) -> type[ValueForm]:
    """Return the form of a value with fields of its own, or of an event's payload."""
    classes = data_classes(value) if issubclass(value, Event) else {}
    fields: dict[str, Any] = {}
    for field, shape in payload_shapes(value).items():
        marks = [Field(json_schema_extra={"x-data-class": classes[field].value})] if classes else []
        fields[field] = (
            Annotated[_annotation(field, shape), Field(), *marks],
            None if isinstance(shape, Maybe) else ...,
        )
    meaning = _meaning(value)
    form: type[ValueForm] = create_model(
        name or value.__name__,
        __base__=ValueForm,
        __module__=value.__module__,
        __doc__=meaning,
        **fields,
    )
    form.value_type = value
    return form


def _annotation(field: str, shape: Shape) -> Any:  # noqa: C901, PLR0911  # one answer per shape
    match shape:
        case Text():
            return _text(field, shape)
        case Whole():
            shown = Field(ge=shape.least, le=shape.most, examples=[example(field, shape)])
            return Annotated[int, Strict(), shown]
        case Flag():
            return Annotated[bool, Strict()]
        case Day():
            return Annotated[date, BeforeValidator(read_day), Field(examples=[DAY.isoformat()])]
        case Choice():
            return Annotated[shape.kind, BeforeValidator(_no_flag)]
        case Listed():
            return Annotated[Literal[shape.values], BeforeValidator(_no_flag)]
        case Part():
            return value_model(shape.kind)
        case Many():
            items: Any = _annotation(field, shape.of)
            length = shape.length or Length(least=0, most=ITEMS_MOST)
            bounds = Field(min_length=length.least, max_length=length.most)
            return Annotated[list[items], bounds]
        case Maybe():
            return _annotation(field, shape.of) | None
        case AnyEvent():
            raise TypeError(field)  # what holds another event is never proposed on a form


def _text(field: str, shape: Text) -> Any:
    marks: list[Any] = [Strict()]
    if shape.length:
        marks.append(Field(min_length=shape.length.least, max_length=shape.length.most))
    schema: dict[str, Any] = {}
    if shape.pattern:
        whole = re.compile(shape.pattern.regex, re.ASCII)
        such = {"example": shape.pattern.example}

        def matches(text: str) -> str:
            if not whole.fullmatch(text):
                raise PydanticCustomError("string_pattern_mismatch", "not of this form", such)
            return text

        marks.append(AfterValidator(matches))
        schema["pattern"] = f"^(?:{_portable(shape.pattern.regex)})$"
    clean = BeforeValidator(clean_note if shape.free else clean_line)
    shown = Field(examples=[example(field, shape)], json_schema_extra=schema)
    return Annotated[str, *marks, clean, shown]


def clean_line(text: Any) -> Any:
    """Return a text on one line in NFC, trimmed; leave anything else to the type's own check."""
    return _clean(text, allowed=JOINERS)


def clean_note(text: Any) -> Any:
    """Return a text of several lines in NFC, trimmed, its lines ended by a line feed."""
    return _clean(text.replace("\r\n", "\n") if isinstance(text, str) else text, JOINERS + "\n\t")


def _clean(text: Any, allowed: str) -> Any:
    if not isinstance(text, str):
        return text
    if text.isascii() and text.isprintable():
        return text.strip()  # as most texts are: nothing in it is out of place, and all is in NFC
    for character in text:
        kind = unicodedata.category(character)
        if kind in {"Cc", "Cf", "Cs", "Zl", "Zp"} and character not in allowed:
            raise PydanticCustomError("control_character", "a control or invisible character")
    return unicodedata.normalize("NFC", text).strip()


def _no_flag(value: Any) -> Any:
    """Keep True from counting as 1 where whole numbers are listed, and 1.0 as well."""
    if isinstance(value, FLAGS):
        raise PydanticCustomError("literal_error", "none of the allowed values")
    return value


def read_day(text: Any) -> date:
    """Return the day that an ISO 8601 date names."""
    if not isinstance(text, str) or not ISO_DAY.fullmatch(text):
        raise PydanticCustomError("date_form", "not an ISO 8601 date")
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise PydanticCustomError("date_impossible", "no such day") from None
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise PydanticCustomError("year_out_of_range", "year out of range")
    return day


def read_effective(text: Any) -> date | datetime:
    """Return the day, or the instant with its offset, at which an event took effect."""
    if not isinstance(text, str) or len(text) == DAY_LENGTH:
        return read_day(text)
    instant = ISO_INSTANT.fullmatch(text)
    if instant is None:
        return read_day(text)
    if instant["offset"] is None:
        raise PydanticCustomError("offset_missing", "an instant needs its offset")
    read_day(text[:10])
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        raise PydanticCustomError("time_impossible", "no such time") from None


EffectiveText = Annotated[
    date | datetime,
    PlainValidator(read_effective),
    WithJsonSchema(
        {
            "title": "Effective",
            "description": "When it took effect: a civil day in the unit's zone, or an instant.",
            "anyOf": [
                {"type": "string", "format": "date"},
                {"type": "string", "format": "date-time"},
            ],
            "examples": [DAY.isoformat(), f"{DAY.isoformat()}T09:30:00+07:00"],
        }
    ),
]


def _content(form: BaseModel) -> dict[str, Any]:
    return {
        field: value if type(value) in PLAIN else _said(value)
        for field, value in vars(form).items()
    }


def _said(value: Any) -> Any:
    if isinstance(value, ValueForm):
        return value.value_type(**_content(value))
    return tuple(_said(item) for item in value) if isinstance(value, list) else value


def _meaning(value: type[Value]) -> str:
    return " ".join((value.__doc__ or "").split())


def _title(meaning: str) -> str:
    return re.split(r"(?<=\.)\s", meaning, maxsplit=1)[0].removesuffix(".")


def _portable(regex: str) -> str:
    r"""Spell ``\d`` out: JSON Schema means 0 to 9 by it, Python every digit of every script."""
    return re.sub(
        r"\[[^\]]*\]|\\d",
        lambda part: part[0].replace(r"\d", "0-9") if part[0][0] == "[" else "[0-9]",
        regex,
    )
