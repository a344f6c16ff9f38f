"""What is wrong with a filled-in form, field by field, and what would be right.

pydantic's messages quote what was sent, which may be anybody's name or NIK, and they are in one
language. Here each error becomes a pointer, a stable code and a sentence that says only what was
asked for: the field's own shape, never its content.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import takewhile
from typing import Any, Final, Literal, Protocol

from api.event_forms import FIRST_YEAR, LAST_YEAR, StatedEvidence
from api.shape_words import said
from domain.catalogue import RECORDED
from domain.fields import EXAMPLE_ID, UUID, Note
from domain.kernel import Event, Length, Words
from domain.shape import Many, Maybe, Part, Shape, payload_shapes, shape_of

Language = Literal["id", "en"]
Place = tuple[int | str, ...]

KEY: Final = re.compile(r"[a-z][a-z0-9_]{0,39}")
"""A key that may be repeated to whoever sent it; any other could be somebody's number."""


class Problem(Protocol):
    """pydantic's `ValidationError`, or FastAPI's `RequestValidationError`."""

    def errors(self) -> Sequence[Any]:
        """Return one dict per error."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldError:
    """One thing that is wrong: where (a JSON pointer), a stable code, and a sentence."""

    pointer: str
    code: str
    detail: str


WRONG_TYPE: Final[tuple[str, Words]] = (
    "wrong_type",
    ("bukan jenis yang diminta", "is not of the type asked for"),
)
PROBLEMS: Final[dict[str, tuple[str, Words]]] = {
    "missing": ("missing", ("wajib diisi", "is missing")),
    "extra_forbidden": ("unknown_field", ("tidak dikenal di sini", "is not known here")),
    "enum": ("not_in_list", ("bukan salah satu pilihan", "is none of the choices")),
    "literal_error": ("not_in_list", ("bukan salah satu pilihan", "is none of the choices")),
    "union_tag_invalid": (
        "unknown_type",
        ("bukan jenis peristiwa yang dikenal di sini", "is no type of event known here"),
    ),
    "union_tag_not_found": ("missing", ("wajib diisi", "is missing")),
    "string_pattern_mismatch": (
        "wrong_form",
        ("tidak sesuai bentuk yang ditetapkan", "does not have the form laid down"),
    ),
    "control_character": (
        "control_character",
        (
            "memuat karakter kendali atau karakter tak terlihat",
            "holds a control character or an invisible one",
        ),
    ),
    "string_unicode": (
        "control_character",
        ("memuat karakter Unicode yang rusak", "holds broken Unicode"),
    ),
    "string_too_short": ("too_short", ("terlalu pendek atau kosong", "is too short, or empty")),
    "string_too_long": ("too_long", ("terlalu panjang", "is too long")),
    "too_short": ("too_few", ("terlalu sedikit isinya", "holds too few items")),
    "too_long": ("too_many", ("terlalu banyak isinya", "holds too many items")),
    "greater_than_equal": ("too_small", ("terlalu kecil", "is too small")),
    "greater_than": ("too_small", ("terlalu kecil", "is too small")),
    "less_than_equal": ("too_large", ("terlalu besar", "is too large")),
    "less_than": ("too_large", ("terlalu besar", "is too large")),
    "date_form": ("not_a_date", ("bukan tanggal ISO 8601", "is not an ISO 8601 date")),
    "date_impossible": (
        "impossible_date",
        ("menyebut tanggal yang tidak ada di kalender", "names a day that no calendar has"),
    ),
    "time_impossible": (
        "impossible_time",
        ("menyebut jam atau selisih waktu yang tidak ada", "names an impossible time or offset"),
    ),
    "year_out_of_range": (
        "year_out_of_range",
        (
            f"menyebut tahun di luar {FIRST_YEAR} sampai {LAST_YEAR}",
            f"names a year outside {FIRST_YEAR} to {LAST_YEAR}",
        ),
    ),
    "offset_missing": (
        "offset_missing",
        (
            "menyebut jam tanpa selisih waktu; tambahkan misalnya +07:00",
            "names an hour without its offset; add +07:00, for example",
        ),
    ),
    "int_parsing_size": ("too_large", ("terlalu besar", "is too large")),
    "just_one_of": (
        "just_one_of",
        ("harus menyebut tepat satu pilihan", "must name just one of the choices"),
    ),
    "json_invalid": ("not_json", ("bukan JSON yang benar", "is not valid JSON")),
    "value_error": ("invalid", ("tidak dapat diterima", "cannot be accepted")),
}
HIDDEN: Final[Words] = ("isian", "a field")
"""What is said in place of a name that may not be repeated."""
EXPECTED: Final[Words] = ("yang diharapkan", "expected")
TYPES: Final[Mapping[str, Words]] = {
    "bool": ("true atau false", "true or false"),
    "date": ("tanggal seperti 2025-07-21", "a day such as 2025-07-21"),
    "datetime": (
        "waktu seperti 2025-07-21T09:30:00+07:00",
        "an instant such as 2025-07-21T09:30:00+07:00",
    ),
    "decimal": ("bilangan", "a number"),
    "dict": ("objek", "an object"),
    "float": ("bilangan", "a number"),
    "frozen": ("daftar", "a list"),
    "int": ("bilangan bulat", "a whole number"),
    "list": ("daftar", "a list"),
    "model": ("objek", "an object"),
    "set": ("daftar", "a list"),
    "string": ("teks", "a text"),
    "tuple": ("daftar", "a list"),
}
"""What was asked for, by the first word of pydantic's error."""
BOUNDS: Final[Mapping[str, Words]] = {
    "ge": ("sedikitnya", "at least"),
    "gt": ("lebih dari", "more than"),
    "min_length": ("sedikitnya", "at least"),
    "le": ("paling banyak", "at most"),
    "lt": ("kurang dari", "less than"),
    "max_length": ("paling banyak", "at most"),
}
COUNTED: Final[Mapping[str, Words]] = {
    "string_too_short": ("karakter", "character"),
    "string_too_long": ("karakter", "character"),
    "too_short": ("butir", "item"),
    "too_long": ("butir", "item"),
}
"""What a length counts, by pydantic's error."""
DATES: Final = frozenset({"date_form", "date_impossible"})
EFFECTIVE: Final[Words] = (
    "tanggal seperti 2025-07-21, atau waktu seperti 2025-07-21T09:30:00+07:00",
    "a day such as 2025-07-21, or an instant such as 2025-07-21T09:30:00+07:00",
)
EXAMPLE_OF: Final[Mapping[str, str]] = {f"^{UUID}$": EXAMPLE_ID}
"""Forms that are laid down by their pattern alone."""
ENVELOPE: Final[dict[str, Shape]] = {
    "evidence": Many(of=Part(kind=StatedEvidence), length=Length(least=0, most=100)),
    "reason": shape_of(Note | None),
}


def field_errors(
    problem: Problem, language: Language = "id", events: Iterable[type[Event]] = RECORDED
) -> list[FieldError]:
    """Translate what pydantic found; ``events`` are those whose types may be spoken of."""
    kinds = {event.stored_as: event for event in events}
    tongue = 0 if language == "id" else 1
    return [_field_error(error, tongue, kinds) for error in problem.errors()]


def _field_error(error: Any, tongue: int, kinds: dict[str, type[Event]]) -> FieldError:
    kind: str = error["type"]
    code, words = PROBLEMS.get(kind, WRONG_TYPE)
    if kind not in PROBLEMS and not kind.endswith(("_type", "_parsing", "_from_float")):
        code, words = PROBLEMS["value_error"]
    event, path = _without_tag(_place(error), kinds)
    shown = tuple(takewhile(lambda part: isinstance(part, int) or KEY.fullmatch(part), path))
    expected = _expected(kind, error.get("ctx", {}), event, path, tongue)
    subject = _subject(path) if shown == path else HIDDEN
    detail = f"{subject[tongue]} {words[tongue]}"
    return FieldError(
        pointer="".join(f"/{part}" for part in shown),
        code=code,
        detail=f"{detail}; {EXPECTED[tongue]}: {expected}" if expected else detail,
    )


def _place(error: Any) -> Place:
    """Return where an error lies in what was sent, not in how FastAPI and pydantic read it."""
    if error["type"] == "json_invalid":
        return ()
    place: Place = tuple(error["loc"])[tuple(error["loc"])[:1] == ("body",) :]
    return (*place, "type") if error["type"].startswith("union_tag") else place


def _subject(path: Place) -> Words:
    if not path:
        return "isi permintaan", "the content"
    last = path[-1]
    return (
        (f"butir ke-{last + 1}", f"item {last + 1}")
        if isinstance(last, int)
        else (f"`{last}`",) * 2
    )


def _without_tag(place: Place, kinds: dict[str, type[Event]]) -> tuple[type[Event] | None, Place]:
    """Take out the ``type`` that pydantic writes into a place where it told forms apart by it."""
    for index, part in enumerate(place[:-1]):
        if isinstance(part, str) and part in kinds:
            return kinds[part], place[:index] + place[index + 1 :]
    return None, place


def _expected(
    kind: str, context: Any, event: type[Event] | None, path: Place, tongue: int
) -> str | None:
    if kind == "union_tag_invalid":
        return str(context["expected_tags"]).replace("'", "")
    if event and path[-1:] == ("effective",):
        return EFFECTIVE[tongue]
    if kind == "extra_forbidden":
        holder = _shape(event, path[:-1])
        known = payload_shapes(holder.kind) if isinstance(holder, Part) else ()
        return ", ".join(known) or None
    shape = _shape(event, path)
    if shape is not None:
        return said(shape)[tongue]
    if kind in {"enum", "literal_error"}:
        return ", ".join(re.findall(r"'([^']*)'", str(context.get("expected", "")))) or None
    return _bound(kind, context, tongue) or _form(kind, context, tongue)


def _bound(kind: str, context: Any, tongue: int) -> str | None:
    """Say which bound was overstepped, and what it counts."""
    for key, words in BOUNDS.items():
        if key in context:
            counted = ""
            if kind in COUNTED:
                several = "s" if tongue and context[key] != 1 else ""
                counted = f" {COUNTED[kind][tongue]}{several}"
            return f"{words[tongue]} {context[key]}{counted}"
    return None


def _form(kind: str, context: Any, tongue: int) -> str | None:
    """Say of which form or type something should be."""
    if kind == "just_one_of":
        return str(context["choices"])
    if kind == "string_pattern_mismatch":
        example = EXAMPLE_OF.get(context.get("pattern", ""), context.get("example"))
        if example is not None:
            return (f"teks seperti {example}", f"a text such as {example}")[tongue]
        pattern = context.get("pattern")
        return pattern and (f"teks berpola {pattern}", f"a text of the form {pattern}")[tongue]
    if kind in DATES:
        return TYPES["date"][tongue]
    known = kind not in PROBLEMS or kind == "int_parsing_size"
    words = TYPES.get(kind.partition("_")[0]) if known else None
    return words and words[tongue]


def _shape(event: type[Event] | None, path: Place) -> Shape | None:
    """Follow a place from the event it lies in; None where nothing is known of it."""
    starts = [i for i, part in enumerate(path) if part == "data" or part in ENVELOPE]
    if event is None or not starts:
        return None
    first = path[starts[0]]
    shape: Shape | None = Part(kind=event) if first == "data" else ENVELOPE[str(first)]
    for part in path[starts[0] + 1 :]:
        if isinstance(shape, Maybe):
            shape = shape.of
        match shape:
            case Part():
                shape = payload_shapes(shape.kind).get(str(part))
            case Many():
                shape = shape.of
            case _:
                return None
    return shape
