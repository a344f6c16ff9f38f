"""The command line: ``jejak WORD``. Exit status 0 when done, 1 when the answer is no, 2 for misuse.

What a person reads is on standard error where a program may read standard output.
"""

from typing import Annotated

import typer

from api import (
    cli_backup,
    cli_bench,
    cli_calculate,
    cli_demo,
    cli_export,
    cli_import,
    cli_keys,
    cli_project,
    cli_projections,
    cli_replay,
    cli_seal,
    cli_verify,
    cli_webhooks,
)
from api.event_document import event_document
from api.telling import fail, told
from api.tokens import Caller, Level, Role

app = typer.Typer(
    name="jejak",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,  # they print locals, and locals hold names
    rich_markup_mode="markdown",
    help="Jejak: perjalanan warga binaan sebagai rangkaian peristiwa yang tak diubah.\n\n"
    "The journey of every warga binaan as an immutable stream of events.",
)

app.command("import", epilog=cli_import.EXAMPLES)(cli_import.import_file)
app.command("export", epilog=cli_export.EXAMPLES)(cli_export.export)
app.command("backup", epilog=cli_backup.BACKUP_EXAMPLES)(cli_backup.backup)
app.command("restore", epilog=cli_backup.RESTORE_EXAMPLES)(cli_backup.restore)
app.command("webhooks", epilog=cli_webhooks.EXAMPLES)(cli_webhooks.webhooks)
app.command("forget", epilog=cli_keys.FORGET_EXAMPLES)(cli_keys.forget)
app.add_typer(cli_keys.keys_app, name="keys")
app.command("demo", epilog=cli_demo.EXAMPLES)(cli_demo.demo)
app.command("calculate", epilog=cli_calculate.EXAMPLES)(cli_calculate.calculate)
app.command("project", epilog=cli_project.EXAMPLES)(cli_project.project)
app.command("rebuild", epilog=cli_projections.REBUILD_EXAMPLES)(cli_projections.rebuild)
app.command("status", epilog=cli_projections.STATUS_EXAMPLES)(cli_projections.status)
app.command("replay", epilog=cli_replay.EXAMPLES)(cli_replay.replay)
app.command("bench", epilog=cli_bench.EXAMPLES)(cli_bench.bench)
app.command("seal", epilog=cli_seal.SEAL_EXAMPLES)(cli_seal.seal)
app.command("witness", epilog=cli_seal.WITNESS_EXAMPLES)(cli_seal.witness)
app.command("verify", epilog=cli_verify.EXAMPLES)(cli_verify.verify)
app.add_typer(cli_seal.log_app, name="log")
app.command("serve", epilog="Contoh / example: `jejak serve --port 8017`")(cli_demo.serve)


@app.command(
    epilog="Contoh / example: `jejak token --role caseworker --unit RUTAN-MEDAN`;"
    " `jejak token --role agency --agency DISNAKER-12.71`"
)
def token(  # noqa: PLR0913, PLR0917  # its options
    role: Annotated[Role, typer.Option(help="Peran / role.")] = Role.CASEWORKER,
    level: Annotated[Level, typer.Option(help="Tingkat / level.")] = Level.UNIT,
    unit: Annotated[list[str] | None, typer.Option(help="Kode unit; boleh diulang.")] = None,
    agency: Annotated[str, typer.Option(help="Kode instansi / an agency's code.")] = "",
    user: Annotated[str, typer.Option(help="Kunci pengguna, bukan nama / a key, no name.")] = "",
    days: Annotated[int, typer.Option(min=1, max=366, help="Masa berlaku / good for.")] = 30,
    force: Annotated[
        bool,
        typer.Option("--force", help="Juga bila instansinya belum terdaftar / unregistered too."),
    ] = False,
) -> None:
    """Buat token masuk untuk satu pengguna / make one user's bearer token."""
    from api.main import issue, settings, tokens_of  # noqa: PLC0415  # --help stays quick

    if (role is Role.AGENCY) != bool(agency):
        fail(
            "--role agency dan --agency KODE saling membutuhkan",
            "--role agency and --agency CODE need each other",
            status=2,
        )
    named = unit or agency or level is Level.DITJENPAS or role is Role.OPERATOR
    if not named:
        fail(
            "sebutkan --unit; tanpa unit, token tidak membuka apa pun",
            "name a --unit; without one a token opens nothing",
            status=2,
        )
    caller = Caller(
        id=user or f"{role.value}-{'-'.join(unit or [agency or level.value])}".lower(),
        role=role,
        level=level,
        units=frozenset(unit or ()),
        agency=agency or None,
    )
    with told():
        if agency and not force:
            _ensure_registered(agency)
        typer.echo(issue(tokens_of(settings()), caller, days))


def _ensure_registered(agency: str) -> None:
    """End with status 1 where the registry does not know an agency: its token opens nothing."""
    from api.main import knows_agency, settings  # noqa: PLC0415  # --help stays quick

    if not knows_agency(settings(), agency):
        fail(
            f"registri tidak mengenal instansi {agency}: daftarkan dulu, atau pakai --force",
            f"the registry knows no agency {agency}: register it first, or use --force",
        )


@app.command(epilog="Contoh / example: `jejak events > docs/events.md`")
def events() -> None:
    """Cetak katalog peristiwa / print the event catalogue."""
    typer.echo(event_document(), nl=False)
