"""``jejak export``: the ledger's pages, the rows of one read model, or logs for process mining."""

import os
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from enum import Enum
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final, TypeVar

import typer
from rich.progress import Progress, SpinnerColumn, TextColumn

from api.sealed import write_sealed
from api.telling import err, fail, told
from application.process_mining import KINDS
from domain.catalogue import STREAMS
from domain.kernel import Json
from domain.record import Recorded, StreamId
from domain.shape import payload_shapes

if TYPE_CHECKING:
    from api.main import House

EXAMPLES: Final = (
    "Contoh / examples: `jejak export --output cadangan.ndjson`, `jejak export --kind case`, "
    "`jejak export --read-model case_summary --format csv --output kasus.csv`, "
    "`jejak export --format sealed --output arsip.ndjson`, "
    "`jejak export --format xes --unit RUTAN-MEDAN --output log.xes`, "
    "`jejak export --format ocel --output log.jsonocel`"
)
NEWEST: Final = (
    "Arsip tersegel sampai tanda tangan terakhir, walau saksi belum menyusul"
    " / the sealed archive to its last signature, though witnesses lag behind."
)
UNIT: Final = (
    "Hanya yang ditangani unit ini, untuk xes dan ocel; boleh diulang / of this unit only."
)
PATIENCE_SECONDS: Final = 120.0
T = TypeVar("T")
CHUNK: Final = 1_000
"""Lines whose subjects are one record of the book of reads."""
PAGE_COLUMNS: Final = (
    "stream",
    "type",
    "effective",
    "zone",
    "data",
    "evidence",
    "reason",
    "event_id",
    "version",
    "position",
    "recorded_at",
    "actor",
    "purpose",
    "subject",
    "correlation_id",
    "causation_id",
    "idempotency_key",
    "prev_hash",
    "hash",
)


class Format(Enum):
    """What kind of file it is to be."""

    NDJSON = "ndjson"
    CSV = "csv"
    SEALED = "sealed"
    XES = "xes"
    OCEL = "ocel"


TOLD_OF: Final = {Format.XES: frozenset({"case"}), Format.OCEL: frozenset(KINDS)}
"""Logs for process mining, and of which kinds of streams they tell."""


def export(  # noqa: PLR0913  # its options
    *,
    form: Annotated[Format, typer.Option("--format", help="Bentuk / form.")] = Format.NDJSON,
    kind: Annotated[
        list[str] | None, typer.Option(help="Jenis catatan, misalnya case; boleh diulang.")
    ] = None,
    stream: Annotated[
        list[str] | None, typer.Option(help="Satu catatan, misalnya case:0198…; boleh diulang.")
    ] = None,
    output: Annotated[Path | None, typer.Option(help="Berkas tujuan; tanpa ini, stdout.")] = None,
    read_model: Annotated[str | None, typer.Option(help="Baris satu model baca.")] = None,
    unit: Annotated[list[str] | None, typer.Option(help=UNIT)] = None,
    newest: Annotated[bool, typer.Option("--newest", help=NEWEST)] = False,
) -> None:
    """Tulis buku peristiwa atau satu model baca ke berkas / write the ledger or a read model.

    Isinya data pribadi: simpan seperti berkas aslinya. It holds personal data: keep it as such.
    `--format sealed` tidak: itu arsip tersegel untuk auditor (`jejak verify`). That one does not:
    it is the sealed archive for an auditor. `--format xes` (IEEE 1849, perkara) dan `--format ocel`
    (OCEL 2.0) adalah log untuk process mining: fakta yang berlaku, isian terbuka, nama samaran.
    These are event logs for process mining: facts that stand, open fields, pseudonyms.
    """
    from api.main import open_house, open_log, settings  # noqa: PLC0415  # --help stays quick

    streams = [_stream(name) for name in stream or ()]
    kinds = frozenset(_kind(name) for name in kind or ())
    _ensure_together(form, read_model, a_part=bool(streams or kinds))
    _ensure_of_a_log(form, kinds | {one.kind for one in streams}, units=bool(unit))
    _ensure_a_file(output)
    if form is Format.SEALED:
        with told(), open_log(settings()) as log, _told_when_full(output):
            write_sealed(log, output, newest=newest)
        return
    with told(), open_house(settings(), as_guest=True) as house, _told_when_full(output):
        if form in TOLD_OF:
            _put(_log(house, form, kinds, streams, frozenset(unit or ())), output)
        elif read_model:
            _write(form, *_rows(house, read_model), output)
        else:
            _write(form, PAGE_COLUMNS, _pages(house, kinds, streams), output)


def _ensure_a_file(output: Path | None) -> None:
    """Refuse what a file cannot be put in the place of, before anything is read."""
    if output and not output.parent.is_dir():
        fail("folder tujuan tidak ada", "there is no such folder to write to", status=2)
    if output and output.exists() and not output.is_file():
        fail(f"{output}: bukan berkas biasa", f"{output}: is no ordinary file", status=2)


@contextmanager
def _told_when_full(output: Path | None) -> Iterator[None]:
    """Say why what was to be written could not be; a reader that went away is no trouble."""
    try:
        yield
        sys.stdout.flush()
    except BrokenPipeError:
        raise
    except OSError as error:
        with suppress(OSError, ValueError):  # what is left in its buffer would fail once more
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        name, why = error.filename or output or "stdout", error.strerror
        fail(f"{name}: tidak dapat ditulis: {why}", f"{name}: cannot be written: {why}")


def _ensure_together(form: Format, read_model: str | None, *, a_part: bool) -> None:
    if read_model and a_part:
        fail(
            "--read-model tidak dapat digabung dengan --kind atau --stream",
            "--read-model does not go with --kind or --stream",
            status=2,
        )
    if read_model and form in TOLD_OF:
        fail(
            "--read-model ditulis sebagai ndjson atau csv",
            "--read-model is written as ndjson or csv",
            status=2,
        )
    if form is Format.SEALED and (read_model or a_part):
        fail(
            "--format sealed selalu seluruh buku, tanpa --kind, --stream, --read-model",
            "--format sealed is always the whole ledger: no --kind, --stream, --read-model",
            status=2,
        )


def _ensure_of_a_log(form: Format, kinds: frozenset[str], *, units: bool) -> None:
    if units and form not in TOLD_OF:
        fail("--unit hanya untuk xes dan ocel", "--unit is for xes and ocel only", status=2)
    told_of = TOLD_OF.get(form)
    if told_of is not None and not kinds <= told_of:
        known = ", ".join(sorted(told_of))
        fail(
            f"--format {form.value} hanya memuat: {known}",
            f"--format {form.value} only holds: {known}",
            status=2,
        )


def page_line(page: Recorded) -> Json:
    """Return a page as `jejak import` reads it, with all of its envelope."""
    event = page.event
    return {
        "stream": str(page.stream),
        "type": event.stored_as,
        "effective": (event.effective.at or event.effective.day).isoformat(),
        "zone": event.effective.zone.value,
        "data": {name: _plain(getattr(event, name)) for name in payload_shapes(type(event))},
        "evidence": _plain(page.evidence),
        "reason": _plain(page.reason),
        "event_id": page.event_id,
        "version": page.version,
        "position": page.position,
        "recorded_at": page.recorded_at.isoformat(),
        "actor": _plain(page.actor),
        "purpose": page.purpose,
        "subject": page.subject,
        "correlation_id": page.correlation_id,
        "causation_id": page.causation_id,
        "idempotency_key": page.idempotency_key,
        "prev_hash": page.prev_hash,
        "hash": page.hash,
    }


def _plain(value: Any) -> Any:
    from pydantic_core import to_jsonable_python  # noqa: PLC0415  # --help stays quick

    return to_jsonable_python(value)


def _pages(house: "House", kinds: frozenset[str], streams: Sequence[StreamId]) -> Iterator[Json]:
    """Yield pages as lines; whom a chunk of them shows is recorded before it leaves."""
    from api.readings import by_operator, of_pages  # noqa: PLC0415  # --help stays quick
    from application.exporting import pages  # noqa: PLC0415

    for chunk in _chunks(pages(house.ledger, kinds, streams)):
        by_operator(house.services, "export", *of_pages(chunk), len(chunk))
        yield from map(page_line, chunk)


def _chunks(many: Iterable[T]) -> Iterator[Sequence[T]]:
    left = iter(many)
    while chunk := list(islice(left, CHUNK)):
        yield chunk


def _rows(house: "House", name: str) -> tuple[Sequence[str], Iterator[Json]]:
    from api.lists import as_json, shown  # noqa: PLC0415  # --help stays quick
    from api.readings import by_operator, of_rows  # noqa: PLC0415
    from application.people import WHEREVER  # noqa: PLC0415
    from application.read_models import Question  # noqa: PLC0415

    projection = house.services.projections.get(name)
    if projection is None:
        known = ", ".join(sorted(house.services.projections))
        fail(f"model baca yang ada: {known}", f"there are these read models: {known}", status=2)
    if not house.read_models.wait(house.ledger.position(), PATIENCE_SECONDS):
        fail(
            "model baca belum mengejar buku; coba lagi sebentar",
            "the read model has not caught up with the ledger; try again shortly",
        )
    every = Question(where={}, words=(), after=None, limit=None)
    columns = shown(projection.row)
    page = house.read_models.ask(name, every, WHEREVER)

    def recorded() -> Iterator[Json]:
        for chunk in _chunks(row for _, row in page.rows):
            by_operator(house.services, "export", *of_rows(projection, chunk, columns), len(chunk))
            yield from (as_json(row, columns) for row in chunk)

    return columns, recorded()


def _log(
    house: "House",
    form: Format,
    kinds: frozenset[str],
    streams: Sequence[StreamId],
    units: frozenset[str],
) -> Iterator[str]:
    from api.event_logs import ocel, xes  # noqa: PLC0415  # --help stays quick
    from api.logged import Logged  # noqa: PLC0415

    kinds = kinds or TOLD_OF[form]
    position = house.ledger.position()
    log = Logged(house.services, house.ledger, position, kinds, streams, units)
    if form is Format.XES:
        return xes(log.courses(), position)
    return ocel(log.courses(), log.courses(again=True), log.unit, sorted(kinds))


def _write(form: Format, columns: Sequence[str], rows: Iterator[Json], output: Path | None) -> None:
    from api.lists import written  # noqa: PLC0415  # --help stays quick

    _put(written(form.value, columns, rows), output, mark=form is Format.CSV)


def _put(lines: Iterator[str], output: Path | None, *, mark: bool = False) -> None:
    """Write lines, with a progress that counts them; with a ``mark``, so that Excel reads UTF-8."""
    from api.tables import written_beside  # noqa: PLC0415  # --help stays quick

    if output is None:
        for line in lines:
            sys.stdout.write(line)
        return
    with _progress() as progress, written_beside(output) as file:
        if mark:
            file.write("\ufeff")
        task = progress.add_task("Menulis / writing", total=None)
        for line in lines:
            file.write(line)
            progress.advance(task)


def _progress() -> Progress:
    columns = (SpinnerColumn(), TextColumn("{task.description} {task.completed}"))
    return Progress(*columns, console=err, transient=True, disable=not err.is_terminal)


def _kind(name: str) -> str:
    if name not in STREAMS:
        known = ", ".join(STREAMS)
        fail(f"jenis catatan yang ada: {known}", f"there are these kinds: {known}", status=2)
    return name


def _stream(name: str) -> StreamId:
    try:
        stream = StreamId.of(name)
    except ValueError:
        fail("--stream: tulis jenis:kunci", "--stream: write kind:key", status=2)
    _kind(stream.kind)
    return stream
