"""``jejak bench``: the figures, beside the peers, on this machine."""

import json
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated, Any, Final

import typer

from api.telling import err, fail, told

EXAMPLES: Final = (
    "Contoh / examples: `jejak bench`, `jejak bench ledger append --quick`, "
    "`jejak bench --write docs/performance.md`"
)
NOT_HERE: Final = (
    "bench hanya ada di pohon sumber, bukan di paket yang terpasang",
    "bench is part of the source tree, not of the installed package",
)
MISUSE: Final = 2


def bench(  # noqa: PLR0913, PLR0917  # each is a flag
    name: Annotated[list[str] | None, typer.Argument(help="Tolok ukur; kosong = semua.")] = None,
    runs: Annotated[
        int | None, typer.Option(min=1, max=50, help="Berapa kali diukur / runs of each (5).")
    ] = None,
    quick: Annotated[bool, typer.Option(help="Kurang teliti, < 2 menit / coarse.")] = False,
    tiny: Annotated[bool, typer.Option(hidden=True, help="Only that it runs.")] = False,
    store_events: Annotated[
        int | None,
        typer.Option(min=1, help="Peristiwa dalam buku untuk read dan replay / events in store."),
    ] = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="Untuk dibaca program / for a program to read.")
    ] = False,
    write: Annotated[
        Path | None, typer.Option(exists=True, dir_okay=False, help="Simpan di berkas ini / keep.")
    ] = None,
) -> None:
    """Ukur Jejak di samping PostgreSQL, pustaka asal, Emmett, dan UmaDB, di mesin ini.

    Measure Jejak beside PostgreSQL, the stock library, Emmett and UmaDB, on this machine: medians
    of several runs, all on one durable PostgreSQL of its own. Peers are installed into the user's
    cache the first time. A goal that is missed is told in the table and is no error.
    """
    if find_spec("benchmarks") is None:
        fail(*NOT_HERE)
    from benchmarks import machine, table  # noqa: PLC0415  # --help stays quick
    from benchmarks.catalogue import BENCHMARKS  # noqa: PLC0415
    from benchmarks.place import open_place  # noqa: PLC0415
    from benchmarks.result import DEFAULT, QUICK, TINY  # noqa: PLC0415

    names = list(dict.fromkeys(name or BENCHMARKS))
    if unknown := [one for one in names if one not in BENCHMARKS]:
        there = ", ".join(BENCHMARKS)
        words = f"tidak ada tolok ukur {unknown[0]}; ada {there}", f"no benchmark {unknown[0]}"
        fail(*words, status=MISUSE)
    scale = TINY if tiny else QUICK if quick else DEFAULT
    said = {"runs": runs, "store_events": store_events}
    scale = replace(scale, **{key: value for key, value in said.items() if value is not None})
    before = machine.load()
    with told(), open_place() as place:
        facts = machine.facts(place)
        results, failed = _run_all(names, scale, place)
    facts = {**facts, "load average": f"{before} before, {machine.load()} after"}
    if as_json:
        rows = {one: result.as_dict() for one, result in results.items()}
        typer.echo(json.dumps({"facts": facts, "results": rows, "failed": failed}))
    else:
        for one, result in results.items():
            typer.echo(table.text(one, result) + "\n")
        for key, value in facts.items():
            typer.echo(f"{key}: {value}")
    if write:
        table.write(write, results, facts)
    if failed:
        fail(*(f"{one}: {why}" for one, why in failed.items()))


def _run_all(names: list[str], scale: Any, place: Any) -> tuple[dict[str, Any], dict[str, str]]:
    """Run benchmarks one after the other; one that fails does not keep the others from it."""
    from benchmarks.catalogue import benchmark  # noqa: PLC0415  # --help stays quick
    from benchmarks.result import Result  # noqa: PLC0415

    results: dict[str, Any] = {}
    failed: dict[str, str] = {}
    for name in names:
        with err.status(f"{name} …"):
            try:
                found = benchmark(name)(scale, place)
            except Exception as error:  # noqa: BLE001  # told below, beside what the others found
                failed[name] = f"{type(error).__name__}: {error}"
                continue
        results[name] = found if isinstance(found, Result) else Result.from_dict(found)
    return results, failed
