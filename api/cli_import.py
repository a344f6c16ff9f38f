"""``jejak import``: rows of a file, checked as a whole and then recorded, with a report by row."""

import gc
import json
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from enum import Enum
from pathlib import Path
from typing import Annotated, Any, Final, NoReturn

import typer

from api.import_report import COLUMNS, Report, in_words
from api.telling import bar, fail, told
from application.import_writing import Writing
from application.importing import Import, Outcome
from domain.fields import REF
from domain.kernel import Words
from domain.record import Actor

EXAMPLES: Final = (
    "Contoh / examples: `jejak import warga.xlsx --check`, "
    "`jejak import warga.csv --report galat.csv`, `jejak import cadangan.ndjson --partial`"
)
PURPOSE: Final = "pembinaan"
UNKNOWN_OUTCOME: Final[Words] = (
    "terputus; jalankan lagi perintah yang sama, yang sudah tercatat tidak berulang",
    "cut off; run the same command again, what is recorded is not repeated",
)
NOTHING: Final[Words] = (
    "Tidak ada yang ditulis. Perbaiki baris di atas, atau pakai --partial untuk baris yang benar.",
    "Nothing was written. Put these rows right, or use --partial for those that are.",
)
CHECKING: Final[Words] = ("Memeriksa", "Checking")
WRITING: Final[Words] = ("Menulis", "Writing")
ONLY_CHECKED: Final[Words] = (
    "Hanya diperiksa; tidak ada yang ditulis.",
    "Only checked; nothing was written.",
)


class Format(Enum):
    """What kind of file it is."""

    CSV = "csv"
    XLSX = "xlsx"
    NDJSON = "ndjson"


class Tongue(Enum):
    """In which language the report is."""

    INDONESIAN = "id"
    ENGLISH = "en"


Source = Annotated[Path, typer.Argument(help="CSV, XLSX, NDJSON.", show_default=False)]
Check = Annotated[bool, typer.Option("--check", help="Hanya periksa / only check.")]
Partial = Annotated[
    bool, typer.Option("--partial", help="Catat baris yang benar saja / the good rows only.")
]
ReportTo = Annotated[
    Path | None, typer.Option(help="Tulis galat ke CSV ini / write faults to this CSV.")
]
Kind = Annotated[
    Format | None,
    typer.Option("--format", help="Bila akhirannya tidak menyebutnya / if its suffix does not."),
]
Unit = Annotated[str | None, typer.Option(help="Unit yang mengimpor / the unit that imports.")]
By = Annotated[str | None, typer.Option(help="Atas nama pengguna (kode) / on behalf of (code).")]
Purpose = Annotated[str, typer.Option(help="Tujuan, sebagai kode / what for, as a code.")]
InTongue = Annotated[Tongue | None, typer.Option(help="Bahasa laporan / of the report.")]
AsJson = Annotated[bool, typer.Option("--json", help="Untuk dibaca program / for a program.")]


def import_file(  # noqa: PLR0913  # one parameter per option
    file: Source,
    *,
    check: Check = False,
    partial: Partial = False,
    report: ReportTo = None,
    kind: Kind = None,
    unit: Unit = None,
    by: By = None,
    purpose: Purpose = PURPOSE,
    language: InTongue = None,
    as_json: AsJson = False,
) -> None:
    """Catat baris-baris CSV, XLSX, atau NDJSON: semuanya diperiksa dulu, dan aman diulang.

    Record the rows of a file: all are checked first, and running it again adds nothing twice.
    See docs/import.md.
    """
    from api.main import CUT_OFF, open_import, settings  # noqa: PLC0415  # --help stays quick
    from api.tables import BrokenFile, format_of  # noqa: PLC0415

    for name, said in (("--unit", unit), ("--by", by), ("--purpose", purpose)):
        _ensure_code(name, said)
    if report and not report.parent.is_dir():
        fail("folder untuk --report tidak ada", "there is no folder for --report", status=2)
    chosen = settings()
    tongue = 0 if (language.value if language else chosen.language) == "id" else 1
    actor = Actor(id="import", role="operator", unit=unit, agency=None, on_behalf_of=by)
    try:
        form = format_of(file, kind.value if kind else None)
        opened = open_import(chosen, actor, purpose)
        with told(), opened as shared, _unbroken(CUT_OFF, tongue):
            done = imported(shared, file, form, check=check, partial=partial, tongue=tongue)
    except BrokenFile as broken:
        _say_broken(broken.code, broken.because, tongue, as_json=as_json)
    _tell(done, file, report, check=check, as_json=as_json)
    raise typer.Exit(1 if done.bad else 0)


def imported(  # noqa: PLR0913  # what to do, and how to tell
    shared: Import, file: Path, form: str, *, check: bool, partial: bool, tongue: int
) -> Report:
    """Check every row of a file, and record them unless that is not wanted."""
    from api.import_rows import opened_rows  # noqa: PLC0415  # --help stays quick

    report = Report(tongue, written=False)
    ready: list[Outcome] = []
    with bar(passing=True) as progress:
        with opened_rows(file, form, shared.keys) as rows, settled():
            outcomes = shared.check().outcomes(rows)
            for outcome in progress.track(outcomes, total=None, description=CHECKING[tongue]):
                report.note(outcome)
                if outcome.decided:
                    ready.append(outcome)
        if check or (report.bad and not partial):
            return report
        report.written = True
        written = zip(ready, Writing(shared)(ready), strict=True)
        with settled():
            for before, outcome in progress.track(written, len(ready), description=WRITING[tongue]):
                report.forget(before.fate)
                report.note(outcome)
    return report


@contextmanager
def _unbroken(cut_off: tuple[type[Exception], ...], tongue: int) -> Iterator[None]:
    """Say what to do where the store went away, or may or may not have kept a row."""
    try:
        yield
    except cut_off as unknown:
        fail(f"{UNKNOWN_OUTCOME[tongue]} ({type(unknown).__name__})")


@contextmanager
def settled() -> Iterator[None]:
    """Keep what is there already out of the garbage collector's way.

    It stays, and many objects are made: to go through it again and again took a third of the time
    of a check, and a tenth of that of writing.
    """
    gc.freeze()
    try:
        yield
    finally:
        gc.unfreeze()


def _ensure_code(option: str, said: str | None) -> None:
    if said is not None and not re.fullmatch(REF.regex, said, re.ASCII):
        fail(
            f"{option}: harus berupa kode, bukan nama: huruf, angka, titik, garis",
            f"{option}: must be a code and no name: letters, digits, dots, dashes",
            status=2,
        )


def _say_broken(code: str, because: Words, tongue: int, *, as_json: bool) -> NoReturn:
    if as_json:
        typer.echo(json.dumps({"code": code, "detail": because[tongue]}, ensure_ascii=False))
    fail(f"{code}: {because[tongue]}", status=2)


def _tell(report: Report, file: Path, saved: Path | None, *, check: bool, as_json: bool) -> None:
    if saved is not None:
        _save(saved, report.rows)
    if as_json:
        said = {
            "file": file.name,
            "written": report.written,
            "counts": report.counts(),
            "rows": report.rows,
        }
        typer.echo(json.dumps(said, ensure_ascii=False))
        return
    for row in report.rows:
        typer.echo(in_words(row, report.tongue))
    typer.echo(report.summary())
    if not report.written:
        typer.echo((ONLY_CHECKED if check else NOTHING)[report.tongue])


def _save(path: Path, rows: Sequence[dict[str, Any]]) -> None:
    from api.lists import written  # noqa: PLC0415  # --help stays quick
    from api.tables import written_beside  # noqa: PLC0415

    with written_beside(path) as file:
        file.write("\ufeff")  # so that Excel reads UTF-8
        file.writelines(written("csv", COLUMNS, iter(rows)))
