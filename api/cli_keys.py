"""``jejak forget`` and ``jejak keys``: somebody's keys destroyed, and the master key replaced."""

import json
import re
from hashlib import sha256
from mimetypes import guess_type
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from api.telling import bar, err, fail, out, told
from domain.fields import REF
from domain.forgetting import ARTICLES, ForgettingBasis
from domain.record import Actor, StreamId
from domain.referral import Party

if TYPE_CHECKING:
    from api.main import House

FORGET_EXAMPLES: Final = (
    "Contoh / examples: `jejak forget 0198… --reason retention_over --by kanwil-7 --decision "
    "W2.PK.01/12 --evidence keputusan.pdf`, `jejak forget referral:0198… --party guardian "
    "--reason requested --by kanwil-7 --decision W2.PK.01/13`"
)
STATUS_EXAMPLES: Final = "Contoh / example: `jejak keys status --json`"
ROTATE_EXAMPLES: Final = "Contoh / example: `jejak keys rotate`"
AsJson = Annotated[bool, typer.Option("--json", help="Untuk dibaca program / for a program.")]

keys_app = typer.Typer(
    no_args_is_help=True, help="Gudang kunci dan kunci induknya / the key store and its master key."
)


def forget(  # noqa: PLR0913  # one for each thing that the record has to say
    who: Annotated[str, typer.Argument(metavar="PERSON", help="Id orang, atau referral:id.")],
    *,
    reason: Annotated[ForgettingBasis, typer.Option(help="Dasar / ground (UU 27/2022).")],
    by: Annotated[str, typer.Option(help="Kunci pemutus, bukan nama / who decided, no name.")],
    decision: Annotated[str, typer.Option(help="Nomor keputusan / number of the decision.")],
    evidence: Annotated[
        Path | None, typer.Option(exists=True, dir_okay=False, help="Berkas keputusan / its file.")
    ] = None,
    party: Annotated[Party, typer.Option(help="Pihak rujukan / party to a referral.")] = (
        Party.YOUTH
    ),
    yes: Annotated[bool, typer.Option("--yes", help="Tanpa bertanya / do not ask.")] = False,
    as_json: AsJson = False,
) -> None:
    """Musnahkan kunci seseorang: data pribadinya tak terbaca lagi oleh siapa pun, di mana pun.

    Destroy somebody's keys: nobody reads what was personal again, anywhere. It cannot be undone.
    """
    from api.main import open_house, settings  # noqa: PLC0415  # --help stays quick

    stream = _stream(who)
    _ensure_codes(by, decision)
    if not yes:
        question = f"{stream}: tidak dapat dibatalkan; musnahkan? / destroy for good?"
        typer.confirm(question, abort=True, err=True)
    said = {"basis": reason, "decided_by": by, "decision": decision, "document": None}
    with told(), open_house(settings(), as_guest=True) as house:
        receipt = _forgotten(house, stream, said, party, evidence)
    position = receipt.position
    if as_json:
        typer.echo(json.dumps({"stream": str(stream), "position": position}))
    else:
        out.print(
            f"Dimusnahkan menurut {ARTICLES[reason]}; tercatat di posisi {position}\n"
            f"Destroyed under {ARTICLES[reason]}; recorded at position {position}",
            highlight=False,
        )


@keys_app.command("status", epilog=STATUS_EXAMPLES)
def status(as_json: AsJson = False) -> None:
    """Berapa kunci, di bawah kunci induk yang mana / how many keys, under which master key."""
    from api.main import open_keyring, settings  # noqa: PLC0415  # --help stays quick

    with told(), open_keyring(settings()) as ring:
        found = ring.status()
    said = {name: getattr(found, name) for name in type(found).__dataclass_fields__}
    if as_json:
        typer.echo(json.dumps(said))
        return
    for name, value in said.items():
        shown = ", ".join(value) if isinstance(value, tuple) else value
        out.print(f"{name:<12}{shown}", highlight=False, markup=False, soft_wrap=True)
    if not found.apart:
        err.print(
            "kunci disimpan bersama buku; isi JEJAK_KEYS_URL\n"
            "keys are kept with the ledger; set JEJAK_KEYS_URL",
            style="yellow",
        )


@keys_app.command("rotate", epilog=ROTATE_EXAMPLES)
def rotate(as_json: AsJson = False) -> None:
    """Ganti kunci induk; layanan boleh tetap menyala / replace the master key, the service up.

    Setelah terputus, jalankan lagi: dilanjutkan dari tempat berhenti. Run it again after an
    interruption: it goes on where it stopped.
    """
    from api.main import open_keyring, settings  # noqa: PLC0415  # --help stays quick

    with told(), open_keyring(settings()) as ring, bar(passing=True) as progress:
        task = progress.add_task("Membungkus ulang / wrapping anew", total=ring.status().keys)
        done = ring.rotate(lambda count: progress.advance(task, count))
    if as_json:
        said = {"generation": done.generation, "keys": done.keys, "retired": done.retired}
        typer.echo(json.dumps(said))
        return
    out.print(
        f"Kunci induk ke-{done.generation} dipakai; {done.keys} kunci dibungkus ulang\n"
        f"Master key number {done.generation} is in use; {done.keys} keys were wrapped anew",
        highlight=False,
    )
    if done.retired:
        out.print(
            f"\nKunci lama: {done.retired}\nBuat cadangan gudang kunci yang baru, lalu hapus berkas"
            " itu: sejak itu cadangan lama tidak membuka siapa pun.\n"
            "Make a new backup of the key store, then delete that file: from then on older backups"
            " open nobody.",
            highlight=False,
            soft_wrap=True,
        )
    else:
        out.print(
            "\nPasang kunci induk yang baru sebagai JEJAK_MASTER_KEY sebelum layanan dinyalakan"
            " lagi.\nSet the new master key as JEJAK_MASTER_KEY before the service starts again.",
            highlight=False,
            soft_wrap=True,
        )


def _stream(who: str) -> StreamId:
    try:
        stream = StreamId.of(who if ":" in who else f"person:{who}")
    except ValueError:
        stream = StreamId(kind="", key="")
    if stream.kind not in {"person", "referral"}:
        fail("tulis id orang, atau referral:id", "write a person's id, or referral:id", status=2)
    return stream


def _ensure_codes(*codes: str) -> None:
    """Refuse words where a code is asked for: they lie open for ever, and might be a name."""
    if not all(re.fullmatch(REF.regex, code, re.ASCII) for code in codes):
        fail(
            f"--by dan --decision berupa kode seperti {REF.example}, bukan nama",
            f"--by and --decision are codes like {REF.example}, not names",
            status=2,
        )


def _forgotten(
    house: "House", stream: StreamId, said: dict[str, Any], party: Party, evidence: Path | None
) -> Any:
    """Forget, and store the decision's document only where that is not refused."""
    from application.append import Request  # noqa: PLC0415  # --help stays quick
    from application.forgetting import (  # noqa: PLC0415
        PURPOSE,
        Decision,
        Grounds,
        PartyGrounds,
    )
    from domain.time import Effective, Zone  # noqa: PLC0415

    services = house.services
    content = evidence.read_bytes() if evidence else None
    if content is not None:
        said["document"] = sha256(content).hexdigest()
    of_referral = stream.kind == "referral"
    grounds = PartyGrounds(**said, party=party) if of_referral else Grounds(**said)
    now = Effective.since(services.now(), Zone.WIB)
    request = Request(
        proposals=(),
        expected={},
        actor=OPERATOR,
        purpose=PURPOSE,
        correlation_id=services.new_id(),
        command=None,
    )
    decided = Decision(stream=stream, grounds=grounds, effective=now)
    if evidence and content is not None:
        services.forgetting.ensure(decided, request)
        media_type = guess_type(evidence.name)[0] or "application/octet-stream"
        services.evidence.put(content, media_type, OPERATOR)
    return services.forgetting(decided, request)


OPERATOR: Final = Actor(id="operator", role="operator", unit=None, agency=None, on_behalf_of=None)
"""Whoever has a shell where the master key lies. Who decided is in the event."""
