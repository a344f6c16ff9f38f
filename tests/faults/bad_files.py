"""Files that are nearly right: for the import, which takes all of one or nothing, and the verifier.

Tables are drawn from the sample of the documentation and from rows of our own; archives and
checkpoints are those of the tampering campaign. All are spoiled before they are read.
"""

import csv
import io
import json
import random
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any
from uuid import uuid4

import psycopg
import xlsxwriter

from api.cli_import import imported
from api.main import open_import
from api.tables import BrokenFile
from application.importing import Import
from domain.record import Actor
from infrastructure.settings import Settings
from tests.import_files import SAMPLE, assessed, taken_over, unit_named
from verifier.archive import verify
from verifier.faults import Misuse
from verifier.kept import kept_in
from verifier.notes import Checkpoint, Unreadable, VerifierKey

from . import nasty
from .house import ServedHouse
from .tampering import Held, invented

IMPORTER = Actor(id="import", role="operator", unit=None, agency=None, on_behalf_of=None)
ROWS_MOST = 6
FRESH_EVERY = 200


@dataclass
class Files:
    """How many files were read, what became of them, and what was wrong."""

    read: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)

    def as_json(self) -> dict[str, object]:
        return {"read": dict(sorted(self.read.items())), "wrong": len(self.wrong)}


def read_files(house: ServedHouse, seed: int, number: int) -> Files:
    """Read so many files: one in four is imported, the others are for the verifier."""
    draw, files = random.Random(f"{seed}/files"), Files()  # noqa: S311 - drawn files, no secret
    place = house.data.parent / "file"
    settings = Settings(
        database_url=house.conninfo, keys_url=house.keys_conninfo, data_dir=house.data
    )
    with (
        open_import(settings, IMPORTER, "pembinaan") as shared,
        psycopg.connect(house.conninfo, autocommit=True) as owner,
    ):
        for at in range(number):
            one = f"file {at} of seed {seed}"
            if at % 4 == 0:
                _import(shared, owner, place, draw, files, one)
            else:
                verified(place, draw, files, one)
    return files


def _import(  # noqa: PLR0913, PLR0917  # what is read, by what, and where it is noted
    shared: Import,
    owner: psycopg.Connection[Any],
    place: Path,
    draw: random.Random,
    files: Files,
    one: str,
) -> None:
    """Import a file; whatever is wrong with it, all of it is recorded or nothing."""
    form = draw.choice(["csv", "ndjson", "xlsx"])
    place.write_bytes(TABLES[form](draw))
    before = _count(owner)
    run = replace(shared, correlation_id=str(uuid4()))
    try:
        report = imported(run, place, form, check=False, partial=False, tongue=0)
    except BrokenFile as broken:
        files.read[f"{form}: {broken.code}"] += 1
        wrote = False
    except Exception as error:  # noqa: BLE001 - whatever else it says is what is looked for
        files.wrong.append(f"{one} ({form}): {error!r}: {place.read_bytes()[:2_000]!r}")
        wrote = False
    else:
        files.read[f"{form}: {'refused' if report.bad else 'recorded'}"] += 1
        wrote = report.written and not report.bad
        said = json.dumps(report.rows, ensure_ascii=False)
        if nasty.MARK in said:
            files.wrong.append(f"{one} ({form}): the report repeats what was sent: {said[:1_500]}")
    if _count(owner) != before and not wrote:
        files.wrong.append(f"{one} ({form}): refused, and something of it was written")


def _count(owner: psycopg.Connection[Any]) -> int:
    found = owner.execute("SELECT coalesce(max(position), 0) FROM ledger.event").fetchone()
    return int(found[0]) if found else 0


def _rows(draw: random.Random) -> list[Any]:
    """Return lines of a small file, one place or more of which is otherwise."""
    number = draw.randrange(10**6)
    rows: list[Any] = [unit_named()]
    for at in range(draw.randint(1, ROWS_MOST)):
        rows += [
            taken_over(number + at, name=nasty.MARK),
            assessed(number + at, draw.randint(1, 9)),
        ]
    for _ in range(draw.choice([0, 1, 1, 2, 4])):
        at = draw.randrange(len(rows))
        rows[at] = nasty.changed(draw, rows[at], draw.choice(rows))
    return rows


def _ndjson(draw: random.Random) -> bytes:
    return _perhaps_spoiled(draw, b"".join(nasty.dumped(one) + b"\n" for one in _rows(draw)))


def _cells(draw: random.Random) -> list[list[str]]:
    with SAMPLE.open(encoding="utf-8-sig", newline="") as file:
        table = list(csv.reader(file, delimiter=";"))
    for _ in range(draw.choice([0, 1, 1, 2, 4])):
        row = table[draw.choice([0, *range(len(table))])]
        row[draw.randrange(len(row))] = nasty.text(draw)[:40_000]
    return table


def _csv(draw: random.Random) -> bytes:
    sink = io.StringIO()
    csv.writer(sink, delimiter=draw.choice(",;\t")).writerows(_cells(draw))
    return _perhaps_spoiled(draw, sink.getvalue().encode("utf-8", "surrogatepass"))


def _xlsx(draw: random.Random) -> bytes:
    sink = io.BytesIO()
    with xlsxwriter.Workbook(sink, {"in_memory": True}) as book:
        sheet = book.add_worksheet()
        for at, row in enumerate(_cells(draw)):
            for column, said in enumerate(row):
                sheet.write_string(at, column, said.replace("\ud800", "")[:30_000])
            if draw.random() < 0.1:
                sheet.write(at, draw.randrange(40), draw.choice([1e300, -1, True, "=1/0"]))
    return _perhaps_spoiled(draw, sink.getvalue())


TABLES: dict[str, Callable[[random.Random], bytes]] = {
    "csv": _csv,
    "ndjson": _ndjson,
    "xlsx": _xlsx,
}


def _perhaps_spoiled(draw: random.Random, said: bytes) -> bytes:
    for _ in range(draw.choice([0, 0, 0, 1, 1, 3])):
        said = nasty.spoiled(draw, said)
    return said


def verified(place: Path, draw: random.Random, files: Files, one: str) -> None:
    """Give the verifier an archive, a checkpoint, a key or what was kept."""
    kind, read = draw.choice(list(_VERIFIED.items()))
    try:
        files.read[f"{kind}: {read(draw, place)}"] += 1
    except _Accepted as accepted:
        files.wrong.append(f"{one}: {kind} accepted: {accepted}")
    except Exception as error:  # noqa: BLE001 - whatever else it says is what is looked for
        files.wrong.append(f"{one}: {kind}: {error!r}")


class _Accepted(Exception):
    """Something that was edited was taken for whole."""


def _archives(draw: random.Random) -> Iterator[tuple[bytes, Held]]:
    while True:
        made, held = invented(random.Random(draw.randrange(10**9)))  # noqa: S311
        for _ in range(FRESH_EVERY):
            yield made.written(), held


_MADE: dict[str, Iterator[tuple[bytes, Held]]] = {}


def _whole(draw: random.Random) -> tuple[bytes, Held]:
    return next(_MADE.setdefault("archives", _archives(draw)))


def _line_spoiled(draw: random.Random, whole: bytes) -> bytes:
    """Spoil one line, so that it is still one: the first and the last say what all others are."""
    lines = whole.splitlines(keepends=True)
    at = draw.choice([0, -1, draw.randrange(len(lines))])
    lines[at] = nasty.spoiled(draw, lines[at][:-1]).replace(b"\n", b" ") + b"\n"
    return b"".join(lines)


def _archive(draw: random.Random, place: Path) -> str:
    whole, held = _whole(draw)
    written = _line_spoiled(draw, whole) if draw.random() < 0.5 else nasty.spoiled(draw, whole)
    fault = verify([written], held.asked(kept=draw.random() < 0.5)).fault
    if fault is None and written != whole:
        raise _Accepted(written[:1_000])
    return "fault" if fault else "whole"


def _checkpoint(draw: random.Random, place: Path) -> str:
    whole, _ = _whole(draw)
    note = json.loads(whole.splitlines()[-1])["checkpoint"].encode()
    with suppress(UnicodeDecodeError):
        try:
            Checkpoint.of(nasty.spoiled(draw, note).decode())
        except Unreadable:
            return "unreadable"
        return "read"
    return "no text"


def _key(draw: random.Random, place: Path) -> str:
    _, held = _whole(draw)
    said = nasty.spoiled(draw, held.key.vkey.encode()).decode("utf-8", "replace")
    try:
        VerifierKey.of(said)
    except Unreadable:
        return "unreadable"
    return "read"


def _kept(draw: random.Random, place: Path) -> str:
    whole, held = _whole(draw)
    place.write_bytes(nasty.spoiled(draw, draw.choice([whole, b"".join(held.hashes)])))
    try:
        kept_in(place).all()
    except Misuse:
        return "misuse"
    return "read"


_VERIFIED: dict[str, Callable[[random.Random, Path], str]] = {
    "archive": _archive,
    "checkpoint": _checkpoint,
    "key": _key,
    "kept": _kept,
}
