"""How the command line tells a person what went wrong: one sentence in each language, no trace."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final, NoReturn

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from application.access import UNRECORDED, Unrecorded
from domain.kernel import Refused

out: Final = Console()
err: Final = Console(stderr=True)


def fail(*words: str, status: int = 1) -> NoReturn:
    """Say why on standard error, and end: status 1 for a no, 2 for misuse."""
    for line in words:
        err.print(line, style="red", highlight=False, markup=False, soft_wrap=True)
    raise typer.Exit(status)


def bar(*, passing: bool) -> Progress:
    """Return a progress bar on standard error.

    A ``passing`` one is gone when its work is done, and shows on a terminal only.
    """
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    silent = passing and not err.is_terminal
    return Progress(*columns, console=err, transient=passing, disable=silent)


def print_rows(rows: list[dict[str, Any]], *, as_json: bool) -> None:
    """Print rows, as JSON for a program or as a table for a person."""
    if as_json:
        typer.echo(json.dumps(rows))
    else:
        print_table(rows)


def print_table(rows: list[dict[str, Any]]) -> None:
    """Print every value whole, in columns, however narrow the window is."""
    table = [list(rows[0])] if rows else []
    table += [["" if value is None else str(value) for value in row.values()] for row in rows]
    widths = [max(map(len, column)) for column in zip(*table, strict=True)]
    for line in table:
        typer.echo("  ".join(map(str.ljust, line, widths)).rstrip())


@contextmanager
def told() -> Iterator[None]:
    """Turn the troubles that a person can do something about into words and exit status 1."""
    from api.main import TROUBLES  # noqa: PLC0415  # --help stays quick

    try:
        yield
    except Refused as refusal:
        fail(*refusal.because)
    except Unrecorded:
        fail(*UNRECORDED)
    except TROUBLES as trouble:
        fail(str(trouble))
