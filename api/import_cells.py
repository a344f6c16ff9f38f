"""Cells of a table as the line of NDJSON that says the same: text, numbers and days as meant.

A spreadsheet guesses: it keeps a NIK as a number and loses its last digit, drops the zeros in front
of a NISN, and writes 12.10 as 12.1. What is certain is put right, what is lost is refused.
"""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from difflib import get_close_matches
from typing import Any, Final, get_args

from api.lists import RISKY
from api.tables import BrokenFile, Cell
from application.importing import Fault
from domain.assessment import WORKED_OUT
from domain.catalogue import EVENTS, STREAMS
from domain.fields import RegionCode
from domain.forgotten import FORGETTING
from domain.kernel import Event, Json, Words
from domain.person import PersonRegistered
from domain.person_link import LINKING
from domain.shape import Choice, Day, Flag, Listed, Many, Maybe, Part, Shape, Text, Whole
from domain.shape import payload_shapes as shapes_of

KINDS: Final[Mapping[str, type[Event]]] = {
    event.stored_as: event for event in EVENTS if event not in (*FORGETTING, *LINKING, *WORKED_OUT)
}
"""Nobody is forgotten by a row of a file, no two records become one human being, and what the law
finds is worked out."""
STREAM_OF: Final[Mapping[type[Event], str]] = {
    event: stream.name for stream in STREAMS.values() for event in stream.chapter_of
}
REGION: Final = get_args(RegionCode)[1]
DIGITS_SAFE: Final = 15
"""Digits of a number that a spreadsheet keeps exactly."""
EVIDENCE: Final = ("number", "date", "sha256")
ENVELOPE: Final = frozenset(
    {"event_id", "version", "position", "recorded_at", "actor", "purpose", "subject"}
    | {"correlation_id", "causation_id", "idempotency_key", "prev_hash", "hash"}
)
"""What an export says besides, and an import leaves to the ledger."""
COLUMNS: Final[frozenset[str]] = (
    frozenset({"stream", *STREAMS, "type", "effective", "zone", "reason", "data", "evidence"})
    | frozenset(f"evidence.{name}" for name in EVIDENCE)
    | frozenset(f"person.{name}" for name in shapes_of(PersonRegistered))
    | frozenset(f"data.{name}" for event in EVENTS for name in shapes_of(event))
    | ENVELOPE
)
NAME: Final = re.compile(r"[a-z][a-z0-9_.]{0,60}")
YES_OR_NO: Final = {"true": True, "benar": True, "false": False, "salah": False}

LOST_DIGITS: Final[Words] = (
    "sel angka kehilangan digit terakhirnya; jadikan kolomnya Teks, lalu tulis ulang",
    "a number cell loses its last digits; make its column Text, and write it again",
)
NUMBER_CELL: Final[Words] = (
    "sel angka kehilangan nol di depannya; jadikan kolomnya Teks, lalu tulis ulang",
    "a number cell loses its leading zeros; make its column Text, and write it again",
)
NOT_JSON: Final[Words] = (
    'sel ini harus berisi JSON, misalnya ["12.71"] atau [{"kind": "penjara"}]',
    'this cell must hold JSON, for example ["12.71"] or [{"kind": "penjara"}]',
)
TOO_MANY_CELLS: Final[Words] = (
    "baris ini punya lebih banyak sel daripada kolom di baris judul",
    "this row has more cells than there are columns in the header",
)
NEEDED: Final[Words] = (
    "kolom wajib tidak ada: type, effective, dan stream (atau kolom seperti case, person)",
    "columns are missing: type, effective, and stream (or a column such as case, person)",
)


class Misread(Exception):
    """What a cell holds cannot be what was meant."""

    def __init__(self, code: str, because: Words) -> None:
        super().__init__(code)
        self.code, self.because = code, because


@dataclass(slots=True)
class Line:
    """One row as a line of NDJSON, and the cells that could not be read."""

    said: Any
    faults: list[Fault]
    number: int


def ensure_columns(header: Sequence[str]) -> None:
    """Raise `BrokenFile` at a header that lacks a column, has one twice, or one nobody knows."""
    doubled = sorted({name for name in header if name and header.count(name) > 1})
    if doubled:
        shown = ", ".join(name for name in doubled if NAME.fullmatch(name)) or "?"
        raise BrokenFile(
            "file.column_twice",
            (f"kolom tertulis dua kali: {shown}", f"a column stands twice: {shown}"),
        )
    unknown = [(index, name) for index, name in enumerate(header) if name not in COLUMNS]
    if unknown:
        shown = ", ".join(_unknown(index, name) for index, name in unknown[:10])
        raise BrokenFile(
            "file.unknown_column",
            (f"kolom tidak dikenal: {shown}", f"unknown columns: {shown}"),
        )
    if not ({"type", "effective"} <= set(header) and {"stream", *STREAMS} & set(header)):
        raise BrokenFile("file.missing_column", NEEDED)


def line_of(number: int, header: Sequence[str], cells: Sequence[Cell]) -> Line | None:
    """Return a row as a line, or `None` for a blank one."""
    filled = {name: cell for name, cell in zip(header, cells, strict=False) if not _is_blank(cell)}
    line = Line({}, [], number)
    if any(not _is_blank(cell) for cell in cells[len(header) :]):
        line.faults.append(_fault("", "import.too_many_cells", TOO_MANY_CELLS))
    elif not filled:
        return None
    kind = KINDS.get(str(filled.get("type")))
    shapes = shapes_of(kind) if kind else {}
    own = STREAM_OF[kind] if kind else ""
    for name, cell in filled.items():
        try:
            _put(line.said, name, cell, shapes, own)
        except Misread as misread:
            line.faults.append(_fault(name, misread.code, misread.because))
    return line


def _put(said: Json, name: str, cell: Cell, shapes: Mapping[str, Shape], own: str) -> None:
    match name.split("."):
        case ["stream" | "type" | "reason" | "zone" as key]:
            said[key] = _text(cell, None)
        case ["effective"]:
            said["effective"] = _day(cell)
        case ["data" as key] | ["evidence" as key]:
            said[key] = _nested(cell)
        case [kind] if kind in STREAMS:
            if kind == own:
                said.setdefault("stream", f"{kind}:{_text(cell, None)}")
            elif kind in shapes:
                said.setdefault("data", {}).setdefault(kind, _text(cell, None))
        case ["data", key]:
            shape = shapes.get(key)
            said.setdefault("data", {})[key] = coerced(cell, shape) if shape else _text(cell, None)
        case ["person", key]:
            shape = shapes_of(PersonRegistered)[key]
            said.setdefault("person", {})[key] = coerced(cell, shape)
        case ["evidence", key]:
            stated = said.setdefault("evidence", [dict.fromkeys(EVIDENCE)])
            stated[0][key] = _day(cell) if key == "date" else _text(cell, None)
        case _:
            return


def coerced(cell: Cell, shape: Shape) -> Any:  # noqa: PLR0911  # one answer per shape
    """Return what a cell means where a field of this shape is asked for."""
    match shape:
        case Maybe():
            return coerced(cell, shape.of)
        case Text():
            return _text(cell, shape)
        case Whole():
            return _whole(cell)
        case Flag():
            return YES_OR_NO.get(cell.strip().lower(), cell) if isinstance(cell, str) else cell
        case Day():
            return _day(cell)
        case Choice():
            return _text(cell, None)
        case Listed():
            number = _whole(cell)
            return number if number in shape.values else _text(cell, None)
        case Part() | Many():
            return _nested(cell)


def _text(cell: Cell, shape: Text | None) -> str:
    match cell:
        case str():
            return cell[1:] if cell[:1] == "'" and cell[1:].lstrip(" ").startswith(RISKY) else cell
        case bool():
            return str(cell).lower()
        case int() | float():
            return _digits(cell, shape)
        case datetime() | date() | time():
            return str(_day(cell))
        case _:
            return str(cell)


def _digits(number: float, shape: Text | None) -> str:
    if number != int(number):
        region = shape is not None and shape.pattern == REGION
        return f"{number:.2f}" if region else repr(number)
    digits = str(int(number))
    if len(digits) > DIGITS_SAFE:
        raise Misread("import.lost_digits", LOST_DIGITS)
    if shape and shape.pattern and not re.fullmatch(shape.pattern.regex, digits, re.ASCII):
        if shape.pattern == REGION:
            return digits
        raise Misread("import.number_cell", NUMBER_CELL)
    return digits


def _whole(cell: Cell) -> Any:
    if isinstance(cell, str) and re.fullmatch(r"\s*-?[0-9]{1,17}\s*", cell):
        return int(cell)
    if isinstance(cell, float) and cell.is_integer():
        return int(cell)
    return cell


def _day(cell: Cell) -> Any:
    if isinstance(cell, datetime):
        return cell.date().isoformat() if cell.time() == time() else cell.isoformat()
    return cell.isoformat() if isinstance(cell, date | time) else cell


def _nested(cell: Cell) -> Any:
    try:
        return json.loads(cell) if isinstance(cell, str) else [cell]
    except (ValueError, RecursionError):
        raise Misread("not_json", NOT_JSON) from None


def _is_blank(cell: Cell) -> bool:
    return cell is None or (isinstance(cell, str) and not cell.strip())


def _unknown(index: int, name: str) -> str:
    shown = name if NAME.fullmatch(name) else f"#{index + 1}"
    near = get_close_matches(name, COLUMNS, n=1)
    return f"{shown} (≈ {near[0]})" if near else shown


def _fault(place: str, code: str, because: Words) -> Fault:
    return Fault(place=place, code=code, because=because, article=None)
