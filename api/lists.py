"""Rows of a read model as an answer: JSON by pages, or CSV and NDJSON whole.

Unknown filters are refused: a filter that is misspelt and ignored shows more than was asked for.
"""

import csv
import io
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime
from enum import Enum
from itertools import chain, islice
from types import UnionType
from typing import Annotated, Any, Final, Union, get_args, get_origin, get_type_hints
from urllib.parse import urlencode

from fastapi import Request, Response
from fastapi.responses import JSONResponse, StreamingResponse
from pydantic_core import to_jsonable_python

from api.cursors import cursor_after, key_from
from api.dependencies import Services
from api.other_times import TIMES, Times
from api.problems import Problem
from api.readings import Reading, of_rows
from api.strictness import unknown
from application.read_models import Access, Page, Question, Then
from domain.kernel import DataClass, Json, Value, Words, data_classes
from projections.kernel import Projection

PAGE: Final = 100
PAGE_MOST: Final = 1_000
CHUNK: Final = 200
"""Rows of a file that are awake at once. A thousand were 9 MB, and Python keeps its height."""
LINES: Final = 200
"""Of a file, that leave together."""
WAIT_SECONDS: Final = 5.0
CONTROL: Final = ("limit", "cursor", "after", "q", *TIMES)
RISKY: Final = ("=", "+", "-", "@", "\t", "\r", "\n")
"""What a spreadsheet would take for the beginning of a formula."""
POSITION_MOST: Final = 2**53
BEHIND: Final[Words] = (
    "read model belum sampai ke posisi itu; coba lagi sebentar",
    "the read model has not reached that position; try again shortly",
)
NO_SUCH_POSITION: Final[Words] = (
    "`after` melampaui catatan terakhir; sebut posisi yang pernah dijawab layanan ini",
    "`after` is beyond the last record; name a position that this service has answered",
)
NOT_A_WORD: Final[Words] = ("bukan nilai yang mungkin", "no possible value")
TWICE: Final[Words] = ("hanya boleh satu kali", "may be given once only")
NOW: Final = Times()
MEDIA_TYPES: Final = {"csv": "text/csv; charset=utf-8", "ndjson": "application/x-ndjson"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What a query asks for: filters by column, words, a page, how fresh, and at which times."""

    where: Mapping[str, Any]
    q: str | None
    cursor: str | None
    limit: int
    after: int | None
    times: Times = NOW


def fault(name: str, code: str, words: Words) -> Problem:
    """Return the refusal of a query parameter."""
    return Problem(422, code, words, errors=[(f"/query/{name}", code, words)])


def asked_of(
    request: Request,
    columns: Mapping[str, Any],
    fixed: Mapping[str, Any],
    control: Sequence[str] = CONTROL,
) -> Asked:
    """Read a query; ``columns`` are the filters that there are, with their types."""
    said: dict[str, list[str]] = {}
    for name, value in request.query_params.multi_items():
        said.setdefault(name, []).append(value)
    for name in said:
        if name not in columns and name not in control:
            raise unknown(name, [*columns, *control], "list.unknown_filter")
    for name in CONTROL:
        if len(said.get(name, ())) > 1:
            raise fault(name, "list.given_twice", TWICE)
    one = {name: values[0] for name, values in said.items() if name in CONTROL}
    return Asked(
        where=dict(fixed)
        | {
            name: tuple(wanted(name, value, columns[name]) for value in values)
            for name, values in said.items()
            if name in columns
        },
        q=clean(one["q"]) if one.get("q") else None,
        cursor=one.get("cursor"),
        limit=number(one, "limit", 1, PAGE_MOST) or PAGE,
        after=number(one, "after", 0, POSITION_MOST),
        times=Times.of(one),
    )


def number(said: Mapping[str, str], name: str, least: int, most: int) -> int | None:
    """Return a whole number of the query."""
    if name not in said:
        return None
    text = said[name]
    if text.isascii() and text.isdecimal() and len(text) < 17 and least <= int(text) <= most:  # noqa: PLR2004
        return int(text)
    words = (
        f"`{name}` harus bilangan bulat {least} sampai {most}",
        f"`{name}` must be a whole number from {least} to {most}",
    )
    raise fault(name, "list.number", words)


def clean(text: str) -> str:
    """Return words to search for, without what no name holds."""
    if len(text) > 200 or any(ord(c) < 32 or 0xD800 <= ord(c) < 0xE000 for c in text):  # noqa: PLR2004
        raise fault("q", "list.words", NOT_A_WORD)
    return text


def wanted(name: str, text: str, kind: Any) -> str:
    """Return a value to compare a column with, as the column writes it."""
    try:
        if isinstance(kind, type) and issubclass(kind, Enum):
            return next(str(word.value) for word in kind if str(word.value) == text)
        if kind is bool:
            return {"true": "true", "false": "false"}[text]
        if kind is int and not (text.lstrip("-").isdecimal() and text.isascii()):
            raise fault(name, "list.value", NOT_A_WORD)
        if kind is date:
            return date.fromisoformat(text).isoformat()
    except (KeyError, ValueError, StopIteration):
        raise fault(name, "list.value", NOT_A_WORD) from None
    if len(text) > 200 or not text.isprintable():  # noqa: PLR2004
        raise fault(name, "list.value", NOT_A_WORD)
    return text


def filters(row: type[Value]) -> dict[str, Any]:
    """Return the columns of a row that can be asked for, with their types."""
    classes = data_classes(row)
    kinds = {name: plain(hint) for name, hint in get_type_hints(row).items()}
    return {
        name: kinds[name]
        for name, mark in classes.items()
        if mark is DataClass.NONE
        and (kinds[name] in (str, int, bool, date) or is_enum(kinds[name]))
    }


def is_enum(kind: Any) -> bool:
    """Say whether a type is a list of words."""
    return isinstance(kind, type) and issubclass(kind, Enum)


def plain(hint: Any) -> Any:
    """Return a type without its marks, and without its `None`."""
    if get_origin(hint) is Annotated:
        return plain(get_args(hint)[0])
    if get_origin(hint) in (Union, UnionType):
        inner = [part for part in get_args(hint) if part is not type(None)]
        return plain(inner[0]) if len(inner) == 1 else object
    return hint


def shown(row: type[Value]) -> list[str]:
    """Return the columns that are shown: not the records by which a fold remembers its steps."""
    hints = get_type_hints(row)
    return [field.name for field in fields(row) if not _remembers(plain(hints[field.name]))]


def _remembers(kind: Any) -> bool:
    parts = [plain(part) for part in get_args(kind)]
    return any(isinstance(part, type) and issubclass(part, Value) for part in [kind, *parts])


def wait_for(services: Services, after: int | None) -> None:
    """Wait, within bounds, until all read models have seen a position."""
    if after is None:
        return
    if after > services.ledger.position():
        raise fault("after", "list.no_such_position", NO_SUCH_POSITION)
    if not services.read_models.wait(after, WAIT_SECONDS):
        raise Problem(503, "read_model.behind", BEHIND, headers={"Retry-After": "1"})


def as_json(row: Any, columns: Sequence[str]) -> Json:
    """Return one row as JSON's types."""
    said: Json = to_jsonable_python({name: getattr(row, name) for name in columns})
    return said


def freshness(services: Services, names: Sequence[str], page: Page, times: Times = NOW) -> Json:
    """Return up to where an answer is true, since when, and how many events it lags behind.

    Nothing that was known at an earlier time is missing from an answer about it.
    """
    head = page.position
    if times.known_at is None:
        progress = [one for one in services.read_models.progress() if one.name in names]
        head = max((one.head for one in progress), default=page.position)
    return {
        "position": page.position,
        "as_of": page.as_of.isoformat() if page.as_of else None,
        "lag": max(head - page.position, 0),
        **times.said(),
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """The rows of one projection that a caller may see."""

    services: Services
    projection: Projection[Any]
    access: Access
    asked: Asked
    reading: Reading

    def then(self) -> Then | None:
        """Return the time that all pages of one answer are of."""
        return self.asked.times.then(self.services, [self.projection])

    def page(self, after: str | None, limit: int, then: Then | None = None) -> Page:
        """Return rows after a key."""
        words = tuple((self.asked.q or "").split())
        question = Question(
            where=self.asked.where, words=words, after=after, limit=limit, then=then
        )
        return self.services.read_models.ask(self.projection.name, question, self.access)

    def json(self, request: Request) -> Response:
        """Return one page, and where the next one is."""
        asked = self.asked
        wait_for(self.services, asked.after)
        bound = {"list": self.projection.name, "where": asked.where, "q": asked.q}
        if asked.times:
            bound |= asked.times.said()
        page = self.page(key_from(asked.cursor, bound), asked.limit + 1, self.then())
        rows = page.rows[: asked.limit]
        columns = shown(self.projection.row)
        self._record(rows, columns)
        content = {
            "items": [{"key": key, **as_json(row, columns)} for key, row in rows],
            **freshness(self.services, [self.projection.name], page, asked.times),
        }
        headers = {}
        if len(page.rows) > asked.limit:
            items = [item for item in request.query_params.multi_items() if item[0] != "cursor"]
            query = urlencode([*items, ("cursor", cursor_after(rows[-1][0], bound))])
            headers["Link"] = f'<{request.url.path}?{query}>; rel="next"'
        return JSONResponse(content, headers=headers)

    def file(self, form: str) -> Response:
        """Return all rows as CSV or NDJSON."""
        wait_for(self.services, self.asked.after)
        then = self.then()
        first = self.page(None, CHUNK, then)
        columns = shown(self.projection.row)
        self._record(first.rows, columns)
        chunks = self._chunks(first, columns, then)
        pieces = by_chunks(form, columns, chunks)
        return table(form, pieces, self.projection.name, first.position, self.asked.times)

    def _chunks(
        self, page: Page, columns: Sequence[str], then: Then | None
    ) -> Iterator[Iterator[Json]]:
        while page.rows:
            yield (as_json(row, columns) for _, row in page.rows)
            if len(page.rows) < CHUNK:
                return
            page = self.page(page.rows[-1][0], CHUNK, then)
            self._record(page.rows, columns)

    def _record(self, rows: Sequence[tuple[str, Any]], columns: Sequence[str]) -> None:
        """Record whom these rows show, before the first of them leaves."""
        self.reading(*of_rows(self.projection, [row for _, row in rows], columns), len(rows))


def table(
    form: str, lines: Iterator[str], name: str, position: int, times: Times = NOW
) -> Response:
    """Return lines as a file to keep."""
    return StreamingResponse(
        lines,
        media_type=MEDIA_TYPES[form],
        headers={
            "Content-Disposition": f'attachment; filename="{name}.{form}"',
            "X-Position": str(position),
            **times.headers(),
        },
    )


def together(lines: Iterator[str]) -> Iterator[str]:
    """Yield lines by the hundred: each piece of an answer goes through a thread of its own.

    Only of what is recorded as read already, as a piece waits for its last line.
    """
    while piece := "".join(islice(lines, LINES)):
        yield piece


def by_chunks(form: str, columns: Sequence[str], chunks: Iterable[Iterator[Json]]) -> Iterator[str]:
    """Yield rows as a file, by the hundred lines; none that is recorded waits for one that is not.

    Line by line it took twice the CPU and the time, and so rows of more files were awake at once.
    """
    head = heading(form, columns)
    for rows in chunks:
        yield from together(chain(head, lines_of(form, columns, rows)))
        head = ()
    yield from head


def written(form: str, columns: Sequence[str], rows: Iterator[Json]) -> Iterator[str]:
    """Return rows as the lines of a file of CSV or NDJSON."""
    return chain(heading(form, columns), lines_of(form, columns, rows))


def heading(form: str, columns: Sequence[str]) -> Sequence[str]:
    """Return the lines that a file begins with."""
    return [line(columns)] if form == "csv" else ()


def lines_of(form: str, columns: Sequence[str], rows: Iterator[Json]) -> Iterator[str]:
    """Return rows as lines of CSV or NDJSON."""
    if form == "csv":
        return (line([row[name] for name in columns]) for row in rows)
    return (json.dumps(row, ensure_ascii=False) + "\n" for row in rows)


def line(cells: Sequence[Any]) -> str:
    """Return one line of CSV (RFC 4180) that no spreadsheet runs as a formula."""
    sheet = io.StringIO()
    csv.writer(sheet).writerow([cell(one) for one in cells])
    return sheet.getvalue()


def cell(value: Any) -> Any:
    """Return a cell; a text that would be a formula is kept a text by an apostrophe."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int | float | date | datetime):
        return value
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    text = re.sub(r"(; *)(?=[=+@-])", r"\1'", text)  # where Excel in Indonesia begins a cell
    return f"'{text}" if text.lstrip(" ").startswith(RISKY) else text
