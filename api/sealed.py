"""``jejak export --format sealed``: the archive for an auditor, with nothing in it to read."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from api.telling import err

if TYPE_CHECKING:
    from api.main import House, OpenLog


def seal_what_is_new(house: "House | OpenLog") -> None:
    """Have everything recorded so far sealed and signed; where that is refused, say so and go on.

    What was signed before can be exported and verified all the same. A log that was signed
    by a key that is not here gets no other one.
    """
    from api.main import TROUBLES  # noqa: PLC0415  # --help stays quick

    try:
        house.sealer.once()
    except TROUBLES as trouble:
        _warn(str(trouble))


def tell_what_is_left_out(house: "House | OpenLog", size: int, *, way_out: str) -> None:
    """Say on standard error that leaves were signed after these, which is no fault in itself."""
    newest = house.archives.newest().size
    if size < newest:
        _warn(
            f"hanya {size} dari {newest} daun: saksi belum menandatangani selebihnya; {way_out}\n"
            f"{size} of {newest} leaves only: no witness has cosigned the rest yet; {way_out}"
        )


def write_sealed(house: "House | OpenLog", output: Path | None, *, newest: bool = False) -> None:
    """Write the archive of the newest checkpoint that our witnesses cosigned, or of the newest."""
    from api.tables import written_beside  # noqa: PLC0415  # --help stays quick

    seal_what_is_new(house)
    archive = house.archives.newest() if newest else house.archives.witnessed()
    tell_what_is_left_out(house, archive.size, way_out="--newest: semuanya / all of it")
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


def _warn(words: str) -> None:
    err.print(words, style="yellow", highlight=False, markup=False, soft_wrap=True)
