"""``jejak seal``, ``jejak witness``, ``jejak log``: the log over the ledger, and who attests to it.

The first two are programs of their own: this process becomes them, so that they start quickly,
stay small, and hold nothing of the service.
"""

import json
import os
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Final, NoReturn

import typer

from api.telling import out, told

SEAL_EXAMPLES: Final = (
    "Contoh / examples: `jejak seal --once`, `jejak seal --every 5`,"
    " `jejak seal --once --head titik.txt`"
)
WITNESS_EXAMPLES: Final = (
    "Contoh / example: `jejak witness --name saksi.example/1 --key saksi.key --state saksi.json"
    " --log 'jejak/…+…'`; cetak kunci saja / only the key: `--vkey`"
)
EVERY: Final = typer.Option(
    min=0.1,
    help="Jarak detik antara titik periksa / seconds between checkpoints.",
    show_default="JEJAK_SEAL_EVERY, 5",
)
HEAD: Final = typer.Option(
    help="Titik periksa terbaru dari saksi, sesudah pemulihan yang kehilangan berkas `.head`"
    " / newest checkpoint from a witness, after a restore that lost the `.head` file."
)
LABELS: Final = {
    "origin": "nama / origin",
    "vkey": "kunci publik / vkey",
    "size": "daun / leaves",
    "waiting": "menunggu / waiting",
    "signed_at": "ditandatangani / signed",
    "witness": "saksi / witness",
}
ANNOUNCED: Final = (
    "Kunci baru / the new key: {vkey}",
    "Diumumkan pada {since} daun, ditandatangani kunci lama dan baru. Kirim ke saksi dan",
    "pemeriksa; simpan salinan log.key, lalu hapus log.key.retired-*.",
    "Announced at {since} leaves, signed by both keys. Send it to witnesses and auditors; keep a",
    "copy of log.key, then delete log.key.retired-*.",
)
WAITS: Final = (
    "Kunci baru / the new key: {vkey}",
    "Menunggu di log.key.next: diumumkan bersama titik periksa berikutnya, saat ada yang baru.",
    "It waits in log.key.next: announced with the next checkpoint, when there is anything new.",
)
WIDE: Final = max(map(len, LABELS.values()))
LOG_EXAMPLES: Final = "Contoh / examples: `jejak log`, `jejak log --json`, `jejak log rotate-key`"
ROTATE_EXAMPLES: Final = "Contoh / example: `jejak log rotate-key`"
AsJson = Annotated[bool, typer.Option("--json", help="Untuk program.")]

log_app = typer.Typer(invoke_without_command=True)


def seal(
    once: Annotated[bool, typer.Option(help="Sekali, lalu selesai / once, and end.")] = False,
    every: Annotated[float | None, EVERY] = None,
    head: Annotated[Path | None, HEAD] = None,
) -> None:
    """Segel yang baru ke log bukti dan tandatangani / seal what is new into the log, and sign it.

    `jejak serve` menjalankannya sendiri / runs it by itself.
    """
    words = ["--once"] if once else []
    words += ["--every", str(every)] if every else []
    words += ["--head", str(head.absolute())] if head else []
    become("infrastructure.sealer_process", *words)


def witness(  # noqa: PLR0913, PLR0917  # its options
    name: Annotated[str, typer.Option(help="Nama saksi / its name: saksi.example/1")],
    key: Annotated[Path, typer.Option(help="Berkas kunci, dibuat bila belum ada / key file.")],
    state: Annotated[Path, typer.Option(help="Berkas ingatan saksi / what it remembers.")],
    log: Annotated[
        list[str] | None, typer.Option(help="Kunci log yang disaksikan / a log's key; repeatable.")
    ] = None,
    listen: Annotated[str, typer.Option(help="HOST:PORT")] = "127.0.0.1:8117",
    vkey: Annotated[bool, typer.Option(help="Cetak kunci saja / only print its key.")] = False,
) -> None:
    """Saksikan log milik orang lain, di mesin lain / witness somebody's log, on another machine.

    C2SP tlog-witness: POST /add-checkpoint.
    """
    words = ["--name", name, "--key", str(key.absolute()), "--state", str(state.absolute())]
    words += [word for one in log or () for word in ("--log", one)]
    words += ["--listen", listen, *(["--vkey"] if vkey else [])]
    become("infrastructure.witness_process", *words)


@log_app.callback(epilog=LOG_EXAMPLES)
def log(context: typer.Context, as_json: AsJson = False) -> None:
    """Sampai di mana log bukti dan para saksinya / how far the log and its witnesses are."""
    if context.invoked_subcommand:
        return
    from api.main import open_log, settings  # noqa: PLC0415  # --help stays quick

    with told(), open_log(settings()) as house:
        standing = asdict(house.sealer.standing())
    witnesses = standing.pop("witnesses")
    if as_json:
        typer.echo(json.dumps({**standing, "witnesses": witnesses}, default=str))
        return
    for name, value in standing.items():
        said = value if value is not None else "-"
        out.print(f"{LABELS[name]:{WIDE}} {said}", soft_wrap=True, highlight=False)
    for one in witnesses:
        seen = f"{one['name']}: {one['size']}, tertinggal / behind {one['behind']}"
        at = f" ({one['cosigned_at']})" if one["cosigned_at"] else ""
        out.print(f"{LABELS['witness']:{WIDE}} {seen}{at}", soft_wrap=True, highlight=False)


@log_app.command("rotate-key", epilog=ROTATE_EXAMPLES)
def rotate_key(as_json: AsJson = False) -> None:
    """Ganti kunci log; layanan boleh tetap menyala / replace the log's key, the service up.

    Titik periksa berikutnya mengumumkan yang baru dan ditandatangani keduanya. The next checkpoint
    announces the new one, and both sign it.
    """
    from api.main import open_log, settings  # noqa: PLC0415  # --help stays quick

    with told(), open_log(settings()) as house:
        rotated = house.sealer.rotate_key()
    if as_json:
        typer.echo(json.dumps(asdict(rotated)))
        return
    lines = WAITS if rotated.since is None else ANNOUNCED
    for line in lines:
        out.print(line.format(**asdict(rotated)), soft_wrap=True, highlight=False)


def become(program: str, *words: str) -> NoReturn:
    """End as another program of ours."""
    os.execv(sys.executable, [sys.executable, "-I", "-m", program, *words])  # noqa: S606  # no shell
