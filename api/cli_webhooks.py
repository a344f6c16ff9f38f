"""``jejak webhooks``: how they go, and the word by which those of a restored house send again."""

from typing import Annotated, Final

import typer

from api.telling import print_rows, told

EXAMPLES: Final = "Contoh / examples: `jejak webhooks --json`, `jejak webhooks --resume`"


def webhooks(
    *,
    resume: Annotated[
        bool,
        typer.Option(help="Lanjutkan yang dijeda pemulihan / resume those that a restore paused."),
    ] = False,
    as_json: Annotated[
        bool, typer.Option("--json", help="Untuk dibaca program / for a program to read.")
    ] = False,
) -> None:
    """Bagaimana keadaan webhook mitra; setelah pemulihan, lanjutkan pengirimannya.

    How the webhooks of partners go. After a restore they call nobody until --resume: it may be a
    copy beside the house that goes on sending. Those that were paused otherwise stay so.
    """
    from api.main import open_house, settings  # noqa: PLC0415  # --help stays quick

    with told(), open_house(settings(), as_guest=True) as house:
        sending = house.services.webhooks
        more = {"resumed": sending.resume_restored()} if resume else {}
        print_rows([{**vars(sending.tally()), **more}], as_json=as_json)
