"""Pages that a projection could not fold: which key they stopped, where, and by what error.

The key goes no further, and nothing else is held up by it. What comes after the page is not lost:
when the key is folded anew, it is folded from its first page. Of an error its class is kept, never
its words, which may hold a name.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import psycopg
import structlog
from psycopg import Connection

from application.ledger import OutcomeUnknown
from infrastructure.trouble import Trouble

SHOWN: Final = 100
"""Letters that are shown of each projection; the others are counted."""

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Stopped:
    """The keys of one projection, and the streams, that go no further."""

    keys: Collection[str] = frozenset()
    streams: Collection[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Letter:
    """A page that could not be folded.

    ``whole_stream`` where it is not known which row it is about: ``key`` is the stream's name then.
    """

    projection: str
    key: str
    whole_stream: bool
    position: int
    error: str


def is_ours(error: Exception) -> bool:
    """Say whether an error is of the house (it cannot reach its keys, say) and not of the page."""
    if isinstance(error, psycopg.DataError | psycopg.IntegrityError):
        return False
    return isinstance(error, psycopg.Error | OSError | MemoryError | OutcomeUnknown | Trouble)


def letter(
    projection: str, key: str, position: int, error: Exception, *, whole_stream: bool = False
) -> Letter:
    """Return the letter about an error."""
    return Letter(projection, key, whole_stream, position, type(error).__name__)


def send(connection: Connection[Any], letters: Sequence[Letter]) -> None:
    """Keep letters; the first about a key is the one that counts."""
    for one in letters:
        log.warning(
            "key_stopped", projection=one.projection, position=one.position, error=one.error
        )
        connection.execute(
            "INSERT INTO read_model.dead_letter (projection, key, whole_stream, position, error)"
            " VALUES (%s, %s, %s, %s, %s) ON CONFLICT DO NOTHING",
            (one.projection, one.key, one.whole_stream, one.position, one.error),
        )


def stopped(connection: Connection[Any], projections: Iterable[str]) -> Mapping[str, Stopped]:
    """Return what is stopped, of each projection that has anything stopped."""
    rows = connection.execute(
        "SELECT projection, key, whole_stream FROM read_model.dead_letter"
        " WHERE projection = ANY(%s)",
        (list(projections),),
    )
    return by_projection(rows)


def by_projection(letters: Iterable[tuple[str, str, bool]]) -> Mapping[str, Stopped]:
    """Return what letters (projection, key, whether it is a stream's) say is stopped."""
    found: dict[str, tuple[set[str], set[str]]] = {}
    for name, key, whole_stream in letters:
        found.setdefault(name, (set(), set()))[whole_stream].add(key)
    return {name: Stopped(keys, streams) for name, (keys, streams) in found.items()}


def forget(connection: Connection[Any], projection: str) -> None:
    """Let a projection that begins anew be stopped nowhere."""
    connection.execute("DELETE FROM read_model.dead_letter WHERE projection = %s", (projection,))


def release(connection: Connection[Any], keys: Mapping[str, Collection[str]]) -> None:
    """Let keys of some projections, or streams by their names, be stopped no more."""
    pairs = [(projection, key) for projection, some in keys.items() for key in some]
    connection.execute(
        "DELETE FROM read_model.dead_letter AS d"
        " USING unnest(%s::text[], %s::text[]) AS free (projection, key)"
        " WHERE d.projection = free.projection AND d.key = free.key",
        ([projection for projection, _ in pairs], [key for _, key in pairs]),
    )


def hand_over(connection: Connection[Any], projection: str, heir: str) -> None:
    """Let the letters of one table be those of the table that takes its place."""
    connection.execute(
        "UPDATE read_model.dead_letter SET projection = %s WHERE projection = %s",
        (heir, projection),
    )


def shown(connection: Connection[Any]) -> Mapping[str, Sequence[tuple[str, int, str, datetime]]]:
    """Return key, position, error and time of the first letters of each projection."""
    found: dict[str, list[tuple[str, int, str, datetime]]] = {}
    for name, *rest in connection.execute(
        "SELECT projection, key, position, error, at FROM (SELECT *, row_number() OVER"
        " (PARTITION BY projection ORDER BY position) AS place FROM read_model.dead_letter) AS d"
        " WHERE place <= %s ORDER BY projection, position",
        (SHOWN,),
    ):
        key, position, error, at = rest
        found.setdefault(name, []).append((key, position, error, at))
    return found
