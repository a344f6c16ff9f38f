"""``jejak bench``: the figures, beside the peers, on this machine."""

import json
from collections.abc import Collection, Mapping, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated, Any, Final, NamedTuple

import typer

from api.telling import err, fail, told

EXAMPLES: Final = (
    "Contoh / examples: `jejak bench`, `jejak bench ledger append --quick`, "
    "`jejak bench award-day --people 4000`, `jejak bench reads --rows 10000000`, "
    "`jejak bench feed --streams 1000 --rate 20`, `jejak bench day --minutes 40 --rate 50`, "
    "`jejak bench store --store-events 10000000`, `jejak bench read replay --store`, "
    "`jejak bench --write docs/performance.md`"
)
NOT_HERE: Final = (
    "bench hanya ada di pohon sumber, bukan di paket yang terpasang",
    "bench is part of the source tree, not of the installed package",
)
Runs = Annotated[int | None, typer.Option(min=1, max=50, help="Berapa kali diukur / runs (5).")]
StoreEvents = Annotated[
    int | None,
    typer.Option(min=1, help="Peristiwa dalam buku untuk read dan replay / events in the store."),
]
People = Annotated[
    int | None,
    typer.Option(min=1, help="Orang dalam unit untuk read dan award-day / people in the unit."),
]
Rows = Annotated[
    int | None,
    typer.Option(min=100, help="Jawaban dalam buku pembacaan untuk reads / answers in the book."),
]
Streams = Annotated[
    int | None, typer.Option(min=1, max=10_000, help="Aliran terbuka untuk feed / open streams.")
]
Rate = Annotated[
    int | None,
    typer.Option(
        min=1, max=1_000, help="Peristiwa (feed), pekerjaan (day) per detik / per second."
    ),
]
Store = Annotated[
    bool,
    typer.Option("--store", help="Buku yang disimpan, untuk read dan replay / the one kept."),
]
Minutes = Annotated[
    float | None, typer.Option(min=0.0, max=1_440.0, help="Lamanya hari untuk day / of a day.")
]
AsJson = Annotated[
    bool, typer.Option("--json", help="Untuk dibaca program / for a program to read.")
]
Kept = Annotated[
    Path | None, typer.Option(exists=True, dir_okay=False, help="Simpan di berkas ini / keep.")
]


class Found(NamedTuple):
    """What the benchmarks told, by name; on what; and why some told nothing."""

    results: Mapping[str, Any]
    facts: Mapping[str, str]
    failed: Mapping[str, str]


def bench(  # noqa: PLR0913, PLR0917  # each is a flag
    name: Annotated[list[str] | None, typer.Argument(help="Tolok ukur; kosong = semua.")] = None,
    runs: Runs = None,
    quick: Annotated[bool, typer.Option(help="Kurang teliti, < 2 menit / coarse.")] = False,
    tiny: Annotated[bool, typer.Option(hidden=True, help="Only that it runs.")] = False,
    store_events: StoreEvents = None,
    people: People = None,
    rows: Rows = None,
    streams: Streams = None,
    rate: Rate = None,
    minutes: Minutes = None,
    store: Store = False,
    as_json: AsJson = False,
    write: Kept = None,
) -> None:
    """Ukur Jejak di samping PostgreSQL, pustaka asal, Emmett, dan UmaDB, di mesin ini.

    Measure Jejak beside PostgreSQL, the stock library, Emmett and UmaDB, on this machine: medians
    of several runs, all on one durable PostgreSQL of its own. Peers are installed into the user's
    cache the first time. A goal that is missed is told in the table and is no error.
    """
    if find_spec("benchmarks") is None:
        fail(*NOT_HERE)
    from benchmarks.catalogue import ALONE, BENCHMARKS, scale_of  # noqa: PLC0415  # --help stays quick
    from benchmarks.table import keep, places_missing  # noqa: PLC0415

    names = list(dict.fromkeys(name or BENCHMARKS))
    _ensure_known(names, BENCHMARKS | ALONE)
    if write and (missing := places_missing(write, names)):
        fail(f"tidak ada {missing[0]} di {write}", f"{write} has no {missing[0]}", status=2)
    chosen: dict[str, Any] = {"runs": runs, "store_events": store_events, "people": people}
    chosen |= {"rows": rows, "streams": streams, "rate": rate, "minutes": minutes, "store": store}
    size = "tiny" if tiny else "quick" if quick else "default"
    found = _run_all(names, scale_of(size, **chosen))
    _tell(found, as_json=as_json)
    if write:
        keep(write, found.results, found.facts)
    if found.failed:
        fail(*(f"{one}: {why}" for one, why in found.failed.items()))


def _ensure_known(names: Sequence[str], known: Collection[str]) -> None:
    if unknown := [one for one in names if one not in known]:
        there = ", ".join(known)
        fail(
            f"tidak ada tolok ukur {unknown[0]}; ada {there}",
            f"no benchmark {unknown[0]}; there are {there}",
            status=2,
        )


def _run_all(names: Sequence[str], scale: Any) -> Found:
    """Run benchmarks one after the other; one that fails does not keep the others from it."""
    from benchmarks import machine  # noqa: PLC0415  # --help stays quick
    from benchmarks.catalogue import benchmark  # noqa: PLC0415
    from benchmarks.place import open_place  # noqa: PLC0415
    from benchmarks.result import Result  # noqa: PLC0415

    results: dict[str, Any] = {}
    failed: dict[str, str] = {}
    before = machine.load()
    with told(), open_place() as place:
        facts = machine.facts(place)
        for name in names:
            with err.status(f"{name} …"):
                try:
                    answer = benchmark(name)(scale, place)
                except Exception as error:  # noqa: BLE001  # told beside what the others found
                    failed[name] = f"{type(error).__name__}: {error}"
                    continue
            results[name] = answer if isinstance(answer, Result) else Result.from_dict(answer)
    load = {"load average": f"{before} before, {machine.load()} after"}
    return Found(results, {**facts, **load}, failed)


def _tell(found: Found, *, as_json: bool) -> None:
    """Print the tables, and on what they were measured."""
    from benchmarks.table import text  # noqa: PLC0415  # --help stays quick

    if as_json:
        rows = {name: result.as_dict() for name, result in found.results.items()}
        told = {"facts": found.facts, "results": rows, "failed": found.failed}
        typer.echo(json.dumps(told))
        return
    for name, result in found.results.items():
        typer.echo(text(name, result) + "\n")
    for fact, value in found.facts.items():
        typer.echo(f"{fact}: {value}")
