"""``jejak project``: the projector by itself, for services that leave the following to others."""

from typing import Final

from api.cli_seal import become

EXAMPLES: Final = "Contoh / example: `JEJAK_PROJECTOR=elsewhere jejak serve` & `jejak project`"


def project() -> None:
    """Ikuti buku: model baca, umpan, webhook, dan jam / follow the ledger, and tell of it.

    `jejak serve` menjalankannya sendiri / runs it by itself, unless JEJAK_PROJECTOR=elsewhere.
    """
    become("infrastructure.projector_process")
