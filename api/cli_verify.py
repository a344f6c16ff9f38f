"""``jejak verify``: whether an archive, or the live ledger, is whole and what was signed.

The verifier itself is the package `verifier`, which knows nothing of this product.
"""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn

from api.sealed import seal_what_is_new, tell_what_is_left_out
from api.telling import err, fail, told

if TYPE_CHECKING:
    from verifier.archive import Asked, Verdict
    from verifier.proof import ProofVerdict

EXAMPLES: Final = (
    "Contoh / examples: `jejak verify`, `jejak verify arsip.ndjson --key 'jejak/…+…'"
    " --witness 'saksi.example/1+…' --checkpoint titik-lama.txt`,"
    " `jejak verify arsip.ndjson --against arsip-tahun-lalu.ndjson --json`,"
    " `jejak verify --proof 12.tlog-proof --key 'jejak/…+…' --leaf halaman.json`"
)
ARCHIVE: Final = typer.Argument(
    help="Arsip tersegel, - = stdin; kosong = buku ini / empty = this ledger."
)
CHECKPOINT: Final = typer.Option(
    help="Titik periksa yang disimpan dahulu / kept earlier; repeatable."
)
KEY: Final = typer.Option(help="Kunci buku, dari luar arsip / the log's vkey.")
WITNESS: Final = typer.Option(help="Saksi yang harus ada / a witness's vkey; repeatable.")
AGAINST: Final = typer.Option(
    help="Arsip lama, folder tile, atau berkas hash / to say which leaf differs."
)
PROOF: Final = typer.Option(help="Bukti satu daun / one leaf's .tlog-proof; - = stdin.")
LEAF: Final = typer.Option(help="Yang dibuktikan / its page, its leaf, or an archive's line of it.")
THOROUGH: Final = typer.Option("--thorough", help="Urai setiap halaman / parse every page; slower.")


def verify(  # noqa: PLR0913, PLR0917  # its options
    archive: Annotated[Path | None, ARCHIVE] = None,
    checkpoint: Annotated[list[Path] | None, CHECKPOINT] = None,
    key: Annotated[str | None, KEY] = None,
    witness: Annotated[list[str] | None, WITNESS] = None,
    against: Annotated[Path | None, AGAINST] = None,
    thorough: Annotated[bool, THOROUGH] = False,
    proof: Annotated[Path | None, PROOF] = None,
    leaf: Annotated[Path | None, LEAF] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Untuk dibaca program.")] = False,
) -> None:
    """Periksa arsip atau buku ini / verify an archive, or this ledger: exit status 1 if wrong.

    Menyebut yang pertama salah: catatan, versi, posisi, kode. Names the first thing that is wrong.
    """
    from verifier.asking import asked, ensure_one, proof_asked  # noqa: PLC0415  # --help is quick
    from verifier.faults import Misuse  # noqa: PLC0415

    verdict: Verdict | ProofVerdict
    try:
        ensure_one(archive, proof, leaf)
        wanted = asked(
            key=key,
            witnesses=witness or (),
            checkpoints=checkpoint or (),
            against=against,
            thorough=thorough,
        )
        if proof:
            verdict = proof_asked(proof, leaf, wanted)
        else:
            verdict = _of_file(archive, wanted) if archive else _of_ledger(wanted)
    except Misuse as misuse:
        fail(*misuse.args, status=2)
    except OSError as error:
        name, why = error.filename, error.strerror
        words = f"{name}: tidak terbaca: {why}", f"{name}: cannot be read: {why}"
        fail(*words, status=2 if archive or proof else 1)
    tell(verdict, as_json=as_json)


def tell(verdict: "Verdict | ProofVerdict", *, as_json: bool) -> None:
    """Print what was found; exit with status 1 where something is wrong."""
    from verifier.report import told_of  # noqa: PLC0415  # --help stays quick

    if as_json:
        typer.echo(json.dumps(verdict.as_json(), ensure_ascii=False))
    else:
        for line in told_of(verdict):
            typer.echo(line)
    if verdict.fault:
        raise typer.Exit(1)


def _of_file(path: Path, wanted: "Asked") -> "Verdict":
    from verifier.archive import verify as read  # noqa: PLC0415  # --help stays quick
    from verifier.asking import blocks_of  # noqa: PLC0415

    size = path.stat().st_size if path.is_file() else None
    with _progress() as progress:
        task = progress.add_task("Memeriksa / verifying", total=size)
        return read(blocks_of(path, lambda count: progress.advance(task, count)), wanted)


def _of_ledger(wanted: "Asked") -> "Verdict":
    from api.main import open_log, settings  # noqa: PLC0415  # --help stays quick

    with told(), open_log(settings()) as house:
        seal_what_is_new(house)
        with _progress(count=True) as progress:
            task = progress.add_task("Memeriksa / verifying", total=None)
            verdict = house.archives.verified(wanted, lambda count: progress.advance(task, count))
        if not verdict.fault:
            way_out = "tanpa --witness: semuanya / without --witness: all of it"
            tell_what_is_left_out(house, verdict.read.size, way_out=way_out)
        return verdict


def _progress(*, count: bool = False) -> Progress:
    """Return a bar of bytes, or a count of leaves, that a program does not see."""
    last = TextColumn("{task.completed}") if count else DownloadColumn()
    columns = (TextColumn("{task.description}"), BarColumn(), last)
    return Progress(*columns, console=err, transient=True, disable=not err.is_terminal)
