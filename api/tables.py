"""Files as they come: CSV as Excel saves it, XLSX, NDJSON; read row by row, or refused as a whole.

A file that cannot be read is a `BrokenFile` in words; what is wrong in one row is that row's fault
and found elsewhere. What is written goes into a file beside, which takes the name when it is whole.
"""

import csv
import errno
import json
import os
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from datetime import time as clock
from pathlib import Path
from typing import IO, Any, Final, TextIO

from python_calamine import CalamineWorkbook

from domain.kernel import Words

Cell = str | int | float | bool | date | datetime | clock | timedelta | None

LINE_MOST: Final = 10_000_000
"""Bytes of one line: a line without an end is no row."""
CELL_MOST: Final = 1_000_000
UNPACKED_MOST: Final = 500_000_000
"""Bytes that an XLSX may unfold to: a small archive can hold an endless one."""
COLUMNS_MOST: Final = 1_000
PROBED: Final = 4_096
FORMATS: Final = {".csv": "csv", ".xlsx": "xlsx", ".ndjson": "ndjson", ".jsonl": "ndjson"}

NOT_UTF8: Final[Words] = (
    "berkas bukan UTF-8; simpan ulang sebagai 'CSV UTF-8' atau UTF-8",
    "the file is not UTF-8; save it again as 'CSV UTF-8' or UTF-8",
)
BINARY: Final[Words] = (
    "isi berkas bukan teks; bila ini lembar Excel, simpan sebagai .xlsx atau CSV UTF-8",
    "the file does not hold text; if it is an Excel sheet, save it as .xlsx or CSV UTF-8",
)
TORN: Final[Words] = (
    "berkas CSV terpotong atau tanda petiknya tidak ditutup",
    "the CSV file is cut off, or a quotation mark is not closed",
)
NOT_XLSX: Final[Words] = (
    "berkas XLSX rusak, terpotong, atau terkunci sandi; simpan ulang dari Excel",
    "the XLSX file is damaged, cut off or locked with a password; save it again from Excel",
)
TOO_LARGE: Final[Words] = (
    "isi berkas XLSX terlalu besar setelah dibuka; bagi menjadi beberapa berkas, atau pakai CSV",
    "the XLSX unfolds to too much; divide it into several files, or use CSV",
)
NO_ROWS: Final[Words] = (
    "berkas tidak berisi baris data",
    "the file holds no rows of data",
)
LINE_TOO_LONG: Final[Words] = (
    f"ada baris yang lebih panjang dari {LINE_MOST} bita",
    f"there is a line of more than {LINE_MOST} bytes",
)
TOO_WIDE: Final[Words] = (
    f"lebih dari {COLUMNS_MOST} kolom",
    f"more than {COLUMNS_MOST} columns",
)
NOT_FOUND: Final[Words] = (
    "berkas tidak ada atau tidak dapat dibaca",
    "there is no such file, or it cannot be read",
)
UNKNOWN_FORMAT: Final[Words] = (
    "jenis berkas tidak dikenal; pakai .csv, .xlsx, atau .ndjson, atau sebut --format",
    "unknown kind of file; use .csv, .xlsx or .ndjson, or name its --format",
)


class BrokenFile(Exception):
    """The file as a whole cannot be used. Nothing was recorded."""

    def __init__(self, code: str, because: Words) -> None:
        super().__init__(because[1])
        self.code, self.because = code, because


class NotJson:
    """What stands for a line that is no JSON."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """A table: the names of its columns, and its rows with the numbers that a reader sees."""

    header: tuple[str, ...]
    rows: Iterator[tuple[int, Sequence[Cell]]]


def format_of(path: Path, said: str | None) -> str:
    """Return ``csv``, ``xlsx`` or ``ndjson``; raise `BrokenFile` for a file that is none."""
    if not (path.is_file() and os.access(path, os.R_OK)):
        raise BrokenFile("file.not_found", NOT_FOUND)
    form = said or FORMATS.get(path.suffix.lower())
    if form is None:
        raise BrokenFile("file.unknown_format", UNKNOWN_FORMAT)
    return form


@contextmanager
def opened_sheet(path: Path, form: str) -> Iterator[Sheet]:
    """Open a CSV or XLSX file; raise `BrokenFile` where there is no table in it."""
    if form == "xlsx":
        yield _sheet(enumerate(_xlsx(path), start=1))
        return
    _ensure_text(path)
    with path.open(encoding="utf-8-sig", newline="") as file:
        yield _sheet(enumerate(_csv(file), start=1))


def read_lines(path: Path) -> Iterator[tuple[int, Any]]:
    """Yield the lines of an NDJSON file with their numbers, `NotJson` for one that is not."""
    _ensure_text(path)
    with path.open("rb") as file:
        number = 0
        while line := file.readline(LINE_MOST + 1):
            number += 1
            if len(line) > LINE_MOST:
                raise BrokenFile("file.line_too_long", LINE_TOO_LONG)
            try:
                text = line.decode("utf-8-sig" if number == 1 else "utf-8").strip()
            except UnicodeDecodeError:
                raise BrokenFile("file.encoding", NOT_UTF8) from None
            if text:
                yield number, _json(text)


@contextmanager
def written_beside(path: Path) -> Iterator[TextIO]:
    """Write a file that only its owner reads, and that is there whole or not at all.

    Once it is left without an error, the disk has it, under its name.
    """
    beside = path.with_name(f".{path.name}.{os.getpid()}.part")
    descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8", newline="") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)
        _sync_names(path.parent)
    finally:
        beside.unlink(missing_ok=True)


def _sync_names(folder: Path) -> None:
    """Have the names in a folder reach the disk, where we may read it and it knows how."""
    with suppress(PermissionError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        except OSError as error:
            if error.errno not in {errno.EINVAL, errno.EBADF}:  # as `infrastructure.durable` has it
                raise
        finally:
            os.close(descriptor)


def _ensure_text(path: Path) -> None:
    with path.open("rb") as file:
        head = file.read(PROBED)
    if head[:2] in (b"\xff\xfe", b"\xfe\xff"):
        raise BrokenFile("file.encoding", NOT_UTF8)
    if b"\0" in head or head[:4] == b"PK\3\4":
        raise BrokenFile("file.binary", BINARY)


def _sheet(rows: Iterator[tuple[int, Sequence[Cell]]]) -> Sheet:
    for _, cells in rows:
        names = ["" if cell is None else str(cell).strip() for cell in cells]
        while names and not names[-1]:
            names.pop()
        if len(names) > COLUMNS_MOST:
            raise BrokenFile("file.too_wide", TOO_WIDE)
        if names:
            return Sheet(tuple(names), rows)
    raise BrokenFile("file.no_rows", NO_ROWS)


def _csv(file: IO[str]) -> Iterator[Sequence[Cell]]:
    csv.field_size_limit(CELL_MOST)
    try:
        first = file.readline()
        said = first.strip().removeprefix("sep=")
        if len(said) == 1 and first.startswith("sep="):  # what Excel writes to itself
            yield ()
            yield from csv.reader(file, delimiter=said, strict=True)
            return
        while first and not first.strip():
            first = file.readline()
        file.seek(0)
        delimiter = max(",;\t", key=first.count)
        yield from csv.reader(file, delimiter=delimiter, strict=True)
    except UnicodeDecodeError:
        raise BrokenFile("file.encoding", NOT_UTF8) from None
    except csv.Error:
        raise BrokenFile("file.torn", TORN) from None


def _xlsx(path: Path) -> Iterator[Sequence[Cell]]:
    try:
        unpacked = _unpacked_size(path)
    except Exception:  # noqa: BLE001  # a foreign parser over whatever bytes there are
        raise BrokenFile("file.not_xlsx", NOT_XLSX) from None
    if unpacked > UNPACKED_MOST:
        raise BrokenFile("file.too_large", TOO_LARGE)
    try:
        yield from _cells(path)
    except Exception:  # noqa: BLE001  # as above
        raise BrokenFile("file.not_xlsx", NOT_XLSX) from None


def _unpacked_size(path: Path) -> int:
    with zipfile.ZipFile(path) as archive:
        return sum(part.file_size for part in archive.infolist())


def _cells(path: Path) -> Iterator[Sequence[Cell]]:
    sheet = CalamineWorkbook.from_path(str(path)).get_sheet_by_index(0)
    above, left = sheet.start or (0, 0)
    yield from [()] * above
    for cells in sheet.to_python(skip_empty_area=True):
        yield [None] * left + [None if cell == "" else cell for cell in cells]


def _json(text: str) -> Any:
    try:
        return json.loads(text, parse_constant=_refuse, object_pairs_hook=_no_key_twice)
    except (ValueError, RecursionError):
        return NotJson


def _refuse(_: str) -> Any:
    raise ValueError


def _no_key_twice(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    said = dict(pairs)
    if len(said) != len(pairs):
        raise ValueError
    return said
