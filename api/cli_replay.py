"""``jejak replay``: a stream gone through again, or two moments of it side by side."""

import json
from enum import Enum
from typing import Annotated, Final

import typer

from api.moments import instant_of, moment_of
from api.telling import fail, told
from domain.catalogue import STREAMS
from domain.record import StreamId

EXAMPLES: Final = (
    "Contoh / examples: `jejak replay 0198…`, `jejak replay 0198… --valid-at 2025-08-17`,"
    " `jejak replay 0198… --compare 2025-06-01T00:00:00+07:00` (dulu dan sekarang / then and now),"
    " `jejak replay programme:0198… --json`"
)


class Language(Enum):
    """In which language it is told."""

    INDONESIAN = "id"
    ENGLISH = "en"


Stream = Annotated[str, typer.Argument(help="Id perkara, atau jenis:kunci / case id, or kind:key.")]
ValidAt = Annotated[
    str | None, typer.Option(help="Yang benar pada: hari atau saat / true at: a day, an instant.")
]
KnownAt = Annotated[str | None, typer.Option(help="Yang diketahui pada saat ini / known at.")]
Compare = Annotated[
    str | None,
    typer.Option(help="Bandingkan dengan yang diketahui pada saat ini / with what was known at."),
]
InLanguage = Annotated[
    Language | None, typer.Option("--language", "--lang", help="Bahasa / language.")
]
AsJson = Annotated[bool, typer.Option("--json", help="Untuk dibaca program / for a program.")]


def replay(  # noqa: PLR0913  # its options
    stream: Stream,
    *,
    valid_at: ValidAt = None,
    known_at: KnownAt = None,
    compare: Compare = None,
    language: InLanguage = None,
    as_json: AsJson = False,
) -> None:
    """Putar ulang satu catatan: tiap fakta yang berlaku, sebabnya, dan apa yang diubahnya.

    Replay one stream: each fact that stands, in the order of its effect, at whose word, by which
    correction, and what it changed in the state, field by field. `--compare` shows side by side
    what was known at two instants: which facts, which fields, and why.
    """
    from api.main import open_house, settings  # noqa: PLC0415  # --help stays quick
    from api.replaying import Replaying  # noqa: PLC0415
    from application.journeys import Moment  # noqa: PLC0415

    named = _stream(stream)
    moment = Moment(
        valid_at=moment_of(valid_at, "--valid-at"), known_at=instant_of(known_at, "--known-at")
    )
    other = instant_of(compare, "--compare")
    chosen = settings()
    with told(), open_house(chosen, as_guest=True) as house:
        if not house.ledger.read(named):
            fail(f"{named}: tidak ada catatan itu", f"{named}: there is no such stream")
        spoken = language.value if language else chosen.language
        replaying = Replaying(house.services, named, "en" if spoken == "en" else "id")
        answer, lines = replaying.compared(moment, other) if other else replaying.alone(moment)
        if as_json:
            typer.echo(json.dumps(answer, ensure_ascii=False))
        else:
            for line in lines:
                typer.echo(line)


def _stream(name: str) -> StreamId:
    if ":" not in name:
        return StreamId(kind="case", key=name)
    try:
        stream = StreamId.of(name)
    except ValueError:
        fail("tulis jenis:kunci, atau id perkara", "write kind:key, or a case's id", status=2)
    if stream.kind not in STREAMS:
        known = ", ".join(STREAMS)
        fail(f"jenis catatan yang ada: {known}", f"there are these kinds: {known}", status=2)
    return stream
