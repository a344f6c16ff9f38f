"""``jejak backup`` and ``jejak restore``: the ledger kept elsewhere, and brought back."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any, Final

import typer
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn

from api.moments import instant_of
from api.telling import err, fail, print_table, told

BACKUP_EXAMPLES: Final = (
    "Contoh / examples: `jejak backup /mnt/cadangan --keys-to /media/kunci`, `jejak backup --list`,"
    " `jejak backup --check`"
)
RESTORE_EXAMPLES: Final = (
    "Contoh / examples: `jejak restore /mnt/cadangan --into ~/jejak-pulih`, "
    "`jejak restore /mnt/cadangan --into ~/jejak-pulih --until 2026-11-22T09:00:00+07:00`"
)
AsJson = Annotated[bool, typer.Option("--json", help="Untuk dibaca program / for a program.")]
Place = Annotated[
    Path | None, typer.Argument(help="Folder cadangan; kosong = JEJAK_BACKUP_DIR.", metavar="TO")
]
KeysTo = Annotated[
    Path | None,
    typer.Option(help="Folder lain untuk gudang kunci / another directory, for the key store."),
]
Position = Annotated[
    int | None, typer.Option(min=0, help="Sampai posisi ini / up to this position.")
]
KeysFrom = Annotated[
    Path | None, typer.Option(help="Cadangan gudang kunci / backup of the key store.")
]
Binaries = Annotated[
    Path | None, typer.Option(help="Program PostgreSQL versi cadangan / of its version.")
]


def backup(  # noqa: PLR0913  # one for each thing that a person may say
    *,
    to: Place = None,
    keys_to: KeysTo = None,
    keep: Annotated[int, typer.Option(min=1, help="Berapa yang disimpan / how many to keep.")] = 7,
    listing: Annotated[bool, typer.Option("--list", help="Yang ada / what there is.")] = False,
    check: Annotated[bool, typer.Option(help="Periksa semuanya / verify everything.")] = False,
    as_json: AsJson = False,
) -> None:
    """Cadangkan buku peristiwa, selagi layanan berjalan atau tidak / back the ledger up.

    Kunci induk, kunci log, dan gudang kunci tidak ikut: simpan di tempat lain (docs/backup.md).
    The master key, the log's key and the key store are not in it: keep them somewhere else.
    """
    from api.main import safekeeping, settings  # noqa: PLC0415  # --help stays quick

    keeper = safekeeping(settings())
    with told():
        place = keeper.place(to)
        if listing or check:
            _show(keeper, place, verify=check, as_json=as_json)
            return
        with _copying() as progress:
            taken = keeper.back_up(place, keys_to, keep=keep, progress=progress)
    facts, archiving = taken.base.facts, taken.archiving
    if as_json:
        row = _row(taken.base) | {"keys": taken.keys, "archive": _archive(archiving)}
        typer.echo(json.dumps(row))
        return
    typer.echo(f"{taken.base.path}")
    typer.echo(f"posisi / position {facts.position}, {facts.bytes / 1e6:.0f} MB, utuh / verified")
    if taken.keys is not None:
        typer.echo(f"kunci / keys: {taken.keys}")
    _tell_archive(archiving)


def restore(  # noqa: PLR0913  # one for each thing that a person may say
    *,
    source: Annotated[Path, typer.Argument(metavar="FROM", help="Folder cadangan.")],
    into: Annotated[Path, typer.Option(help="Folder data yang baru / new data directory.")],
    until: Annotated[str | None, typer.Option(help="Sampai saat ini / up to then.")] = None,
    position: Position = None,
    base: Annotated[str | None, typer.Option(help="Dari cadangan ini, lihat --list.")] = None,
    keys_from: KeysFrom = None,
    binaries: Binaries = None,
    as_json: AsJson = False,
) -> None:
    """Pulihkan buku ke folder data baru, periksa seluruhnya / restore into a new data directory.

    Yang sudah ada tidak pernah ditimpa; webhook dijeda sampai `jejak webhooks --resume`.
    Nothing that is there is ever written over; webhooks are paused until `jejak webhooks --resume`.
    """
    from api.main import safekeeping, settings  # noqa: PLC0415  # --help stays quick

    if until is not None and position is not None:
        fail("pilih --until atau --position", "choose --until or --position", status=2)
    instant = instant_of(until, "--until")
    with told(), err.status("…") as status:
        back = safekeeping(settings()).restore(
            source,
            into,
            until=instant,
            position=position,
            base=base,
            keys_from=keys_from,
            binaries=binaries,
            tell=_teller(status.update),
        )
    facts = _facts(back) | {"into": str(into)}
    if as_json:
        typer.echo(json.dumps(facts))
    else:
        _tell_restored(facts, instant)


def _facts(back: Any) -> dict[str, Any]:
    restored = back.restored
    return {
        "from": restored.base.name,
        "events": restored.ledger.events,
        "recorded_at": _iso(restored.ledger.recorded_at),
        "last_commit": _iso(restored.last_commit),
        "archive_ends": _iso(restored.archive_ends),
        "fell_short": restored.fell_short,
        "forgotten": back.forgotten,
        "keys": back.keys,
        "webhooks_paused": restored.paused,
        "notes": list(back.notes),
    }


def _tell_restored(facts: dict[str, Any], asked: datetime | None) -> None:
    typer.echo(
        f"Pulih: {facts['events']} peristiwa, posisi terakhir {facts['events']}, direkam"
        f" {facts['recorded_at'] or '-'}; rantai utuh.\n"
        f"Restored: {facts['events']} events, last position {facts['events']}, recorded"
        f" {facts['recorded_at'] or '-'}; the chain is whole."
    )
    if asked is None or facts["fell_short"]:
        typer.echo(
            f"Arsip berakhir {facts['archive_ends']}: yang dicatat sesudahnya tidak ada di sini.\n"
            f"The archive ends at {facts['archive_ends']}: what was recorded later is not here."
        )
    if facts["fell_short"]:
        typer.echo(
            "Saat yang diminta ada sesudah akhir arsip.\n"
            "The moment asked for lies after the archive's end."
        )
    if facts["keys"] is not None:
        typer.echo(f"\nKunci / keys: {facts['keys']}; dilupakan / forgotten: {facts['forgotten']}")
    for note in facts["notes"]:
        typer.echo(f"\n{note}")
    typer.echo(f"\nJEJAK_DATA_DIR={facts['into']} jejak serve")


def _show(keeper: Any, place: Path, *, verify: bool, as_json: bool) -> None:
    archiving = keeper.archiving(place)
    if verify:
        with err.status("memeriksa / verifying …"):
            verdicts = keeper.checked(place)
        rows = [_row(v.base) | {"reaches": _iso(v.reaches), "wrong": v.wrong} for v in verdicts]
    else:
        rows = [_row(base) for base in keeper.listed(place)]
    if as_json:
        typer.echo(json.dumps({"backups": rows, "archive": _archive(archiving)}))
    else:
        print_table(rows)
        if archiving:
            _tell_archive(archiving)
    if not rows:
        fail(f"tidak ada cadangan di {place}", f"there is no backup in {place}")
    if any(row.get("wrong") for row in rows) or (verify and _is_in_want(archiving)):
        fail("ada yang tidak utuh", "not everything is whole")


def _is_in_want(archiving: Any) -> bool:
    return bool(archiving and (archiving.broken or archiving.baseless or not archiving.streaming))


def _row(base: Any) -> dict[str, Any]:
    return {
        "name": base.name,
        "finished_at": _iso(base.facts.finished_at),
        "position": base.facts.position,
        "megabytes": round(base.facts.bytes / 1e6),
        "postgres": base.facts.major,
    }


def _archive(archiving: Any) -> dict[str, Any] | None:
    if archiving is None:
        return None
    names = ("streaming", "bytes_behind", "broken", "baseless")
    return {name: getattr(archiving, name) for name in names}


def _tell_archive(archiving: Any) -> None:
    if archiving is None:
        typer.echo(
            "Tanpa arsip WAL: yang dicatat setelah cadangan ini hilang bersama disknya. Jalankan"
            " layanan dengan JEJAK_BACKUP_DIR.\n"
            "No WAL is archived: what is recorded after this backup is lost with the disk. Run the"
            " service with JEJAK_BACKUP_DIR."
        )
    elif archiving.baseless:
        typer.echo(
            "Arsip WAL belum punya cadangan dasar; jalankan jejak backup.\n"
            "The WAL archive has no base backup yet; run jejak backup."
        )
    elif archiving.streaming:
        behind = archiving.bytes_behind
        typer.echo(f"arsip WAL mengalir / WAL is streamed, {behind} bita / bytes behind")
    else:
        typer.echo(
            "Arsip WAL berhenti; lihat log layanan.\nThe WAL archive stands still; see the log."
        )


def _teller(show: Callable[[str], object]) -> Callable[[str], object]:
    def tell(words: str) -> None:
        show(f"{words} …")
        if not err.is_terminal:
            err.print(words, highlight=False, markup=False)

    return tell


@contextmanager
def _copying() -> Iterator[Callable[[int, int], object]]:
    columns = (TextColumn("menyalin / copying"), BarColumn(), DownloadColumn())
    silent = not err.is_terminal
    with Progress(*columns, console=err, transient=True, disable=silent) as progress:
        task = progress.add_task("", total=None)
        yield lambda done, of: progress.update(task, completed=done * 1024, total=of * 1024)


def _iso(instant: datetime | None) -> str | None:
    return None if instant is None else instant.astimezone(UTC).isoformat(timespec="milliseconds")
