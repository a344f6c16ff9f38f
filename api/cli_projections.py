"""``jejak rebuild`` and ``jejak status``: read models made anew and proved, and how far each is."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import fields
from datetime import datetime
from typing import Annotated, Any, Final

import typer

from api.telling import err, fail, print_rows, told
from application.clock import Looked
from application.read_models import Digests, Progress

JSON: Final = typer.Option("--json", help="Untuk dibaca program / for a program to read.")
REBUILD_EXAMPLES: Final = (
    "Contoh / examples:\n\n"
    "`jejak rebuild` (semua / all)\n\n"
    "`jejak rebuild --compare`\n\n"
    "`jejak rebuild case_summary --key 0198…` (satu kunci yang berhenti / one stopped key)"
)
STATUS_EXAMPLES: Final = (
    "Contoh / examples: `jejak status --json`, `jejak status --dead-letters`, "
    "`jejak status --clock`"
)
CAUGHT_UP_SECONDS: Final = 60.0


def rebuild(
    name: Annotated[list[str] | None, typer.Argument(help="Model baca; kosong = semua.")] = None,
    compare: Annotated[bool, typer.Option(help="Hanya bandingkan / only compare.")] = False,
    key: Annotated[
        str | None, typer.Option(help="Lipat ulang kunci yang berhenti / refold a stopped key.")
    ] = None,
    as_json: Annotated[bool, JSON] = False,
) -> None:
    """Bangun ulang model baca, atau buktikan bahwa isinya sama dengan putar ulangnya.

    Rebuild read models, or prove that they equal their replay.
    """
    from api.main import open_house, settings  # noqa: PLC0415  # --help stays quick

    if key is not None and (compare or len(name or ()) != 1):
        fail("--key: sebutkan satu model baca", "--key: name one read model", status=2)
    with told(), open_house(settings(), as_guest=True) as house:
        models = house.read_models
        names = name or sorted(house.services.projections)
        unknown = [one for one in names if one not in house.services.projections]
        if unknown:
            fail(f"tidak ada model baca {unknown[0]}", f"no read model {unknown[0]}", status=2)
        models.wait(house.ledger.position(), seconds=CAUGHT_UP_SECONDS)
        with err.status("…"):
            if key is not None:
                _refold(models.refold, names[0], key)
            elif not compare:
                models.rebuild(names)
            digests = models.compare(names)
    print_rows([_compared(one) for one in digests], as_json=as_json)
    if any(one.live != one.replay for one in digests):
        fail("ada model baca yang tidak sama dengan putar ulangnya", "a read model differs")


def status(
    dead_letters: Annotated[
        bool, typer.Option(help="Halaman yang tak terlipat / pages that could not be folded.")
    ] = False,
    clock: Annotated[
        bool, typer.Option(help="Siapa memegang jam, kapan terakhir melihat / who holds the clock.")
    ] = False,
    as_json: Annotated[bool, JSON] = False,
) -> None:
    """Sampai di mana setiap model baca, atau jam yang memulai hari pemberian.

    How far each read model is, or the clock by which award days begin.
    """
    from api.main import open_house, settings  # noqa: PLC0415  # --help stays quick

    with told(), open_house(settings(), as_guest=True) as house:
        progress = [*house.read_models.progress(), house.services.feeds.progress()]
        looked = house.services.clock.looked()
    if clock:
        print_rows([_looked(one) for one in looked], as_json=as_json)
        return
    if dead_letters:
        print_rows(list(_letters(progress)), as_json=as_json)
        return
    print_rows([_how_far(one) for one in progress], as_json=as_json)


def _letters(progress: Iterable[Progress]) -> Iterator[dict[str, Any]]:
    for one in progress:
        for letter in one.dead_letters:
            yield {
                "name": one.name,
                "key": letter.key,
                "position": letter.position,
                "error": letter.error,
                "at": letter.at.isoformat(timespec="seconds"),
            }


def _how_far(one: Progress) -> dict[str, Any]:
    return {
        "name": one.name,
        "version": one.version,
        "position": one.position,
        "lag": one.head - one.position,
        "lag_seconds": round(one.lag_seconds, 1),
        "stopped_keys": one.stopped_keys,
        "holder": one.holder,
    }


def _looked(look: Looked) -> dict[str, Any]:
    """Return a look of the clock as a row: its instants to the second."""
    said = {field.name: getattr(look, field.name) for field in fields(look)}
    return {
        name: value.isoformat(timespec="seconds") if isinstance(value, datetime) else value
        for name, value in said.items()
    }


def _compared(digests: Digests) -> dict[str, Any]:
    return {
        "name": digests.name,
        "rows": digests.rows,
        "position": digests.position,
        "live": digests.live[:16],
        "replay": digests.replay[:16],
        "equal": digests.live == digests.replay,
    }


def _refold(refold: Callable[[str, str], bool], name: str, key: str) -> None:
    try:
        goes_on = refold(name, key)
    except LookupError:
        fail("kunci itu tidak berhenti di sana", "that key is not stopped there")
    if not goes_on:
        fail(
            "kunci itu masih berhenti: lihat jejak status --dead-letters",
            "that key is stopped still: see jejak status --dead-letters",
        )
