"""``jejak export --format sealed``: the archive for an auditor, with nothing in it to read."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from api.telling import err

if TYPE_CHECKING:
    from api.main import House


def seal_what_is_new(house: "House") -> None:
    """Have everything recorded so far sealed and signed; where that is refused, say so and go on.

    What was signed before can be exported and verified all the same.
    """
    from api.main import TROUBLES  # noqa: PLC0415  # --help stays quick

    try:
        house.sealer.once()
    except TROUBLES as trouble:
        err.print(str(trouble), style="yellow", highlight=False, markup=False, soft_wrap=True)


def write_sealed(house: "House", output: Path | None) -> None:
    """Write the archive of the newest checkpoint that a witness cosigned, or else of the newest."""
    from api.tables import written_beside  # noqa: PLC0415  # --help stays quick

    seal_what_is_new(house)
    archive = house.archives.witnessed()
    if output is None:
        for block in archive.blocks():
            sys.stdout.buffer.write(block)
        return
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    bar = Progress(*columns, console=err, transient=True, disable=not err.is_terminal)
    with bar, written_beside(output) as file:
        task = bar.add_task("Menulis / writing", total=archive.size + 2)
        for block in archive.blocks():
            file.buffer.write(block)
            bar.advance(task, block.count(b"\n"))
