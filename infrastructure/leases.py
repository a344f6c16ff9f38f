"""Who folds which projection: processes share them fairly, and one that is gone is replaced.

Each process says twice a second that it lives. Whoever has not said so for `LEASE_SECONDS` (by the
database's clock) holds nothing any more, whether it was killed, hangs or cannot reach the database;
the others see its projections free and take them. One that wakes up again writes nothing: with
each holder the projection's epoch goes up, and every batch compares it in its own transaction.
"""

import os
import socket
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from time import monotonic
from typing import Any, Final
from uuid import uuid4

from psycopg import Connection

from infrastructure.array_text import array_of

BEAT_SECONDS: Final = 0.5
LEASE_SECONDS: Final = 2.0
RIPE_SECONDS: Final = 5.0
"""How long a newcomer takes only what nobody else can: commands come and go."""

LET_GO: Final = (
    "UPDATE read_model.progress SET holder = NULL"
    " WHERE holder = %(me)s AND projection <> ALL(%(mine)s)"
)
TAKE: Final = (
    "UPDATE read_model.progress SET holder = %(me)s, epoch = epoch + 1 WHERE projection IN"
    " (SELECT p.projection FROM read_model.progress AS p"
    "   WHERE p.projection = ANY(%(mine)s) AND p.holder IS DISTINCT FROM %(me)s"
    "   AND NOT EXISTS (SELECT FROM read_model.member AS m WHERE m.process = p.holder"
    "    AND m.beat_at > clock_timestamp() - make_interval(secs => %(lease)s))"
    "   FOR UPDATE SKIP LOCKED)"
)
MEMBERS: Final = (
    "SELECT process::text, projections,"
    " since < clock_timestamp() - make_interval(secs => %(ripe)s) FROM read_model.member"
    " WHERE beat_at > clock_timestamp() - make_interval(secs => %(lease)s)"
)


MOVE: Final = (
    b"UPDATE read_model.progress AS p SET position = %s, updated_at = clock_timestamp()"
    b" FROM unnest(%s::text[], %s::bigint[], %s::bigint[]) AS held (name, epoch, position)"
    b" WHERE p.projection = held.name AND p.holder = %s AND p.epoch = held.epoch"
    b" AND p.position = held.position RETURNING p.projection"
)


@dataclass(frozen=True, slots=True)
class Member:
    """A process that lives, the projections that it knows, and whether it is past its beginning."""

    process: str
    projections: frozenset[str]
    ripe: bool


@dataclass(frozen=True, slots=True)
class Held:
    """A projection that is ours to fold: its epoch while it is, and where it stands."""

    epoch: int
    position: int


class Leases:
    """The share of one process in the projections. For one thread."""

    def __init__(self, projections: Collection[str]) -> None:
        self.process = str(uuid4())
        self._projections = sorted(projections)
        self._beat_at = 0.0
        self.held: dict[str, Held] = {}

    @property
    def due(self) -> float:
        """Return in how many seconds the next beat is."""
        return max(self._beat_at + BEAT_SECONDS - monotonic(), 0.0)

    def beat(self, connection: Connection[Any]) -> None:
        """Say that we live, let go of what is others' by now, and take what is ours."""
        self._beat_at = monotonic()
        label = f"{socket.gethostname()}/{os.getpid()}"
        connection.execute(
            "INSERT INTO read_model.member (process, label, projections) VALUES (%s, %s, %s)"
            " ON CONFLICT (process) DO UPDATE SET beat_at = clock_timestamp()",
            (self.process, label, self._projections),
        )
        mine = shares(self._living(connection)).get(self.process, [])
        values = {"me": self.process, "mine": mine, "lease": LEASE_SECONDS}
        with connection.pipeline():
            connection.execute(LET_GO, values)
            connection.execute(TAKE, values)
            held = connection.execute(
                "SELECT projection, epoch, position FROM read_model.progress WHERE holder = %(me)s",
                values,
            )
        self.held = {name: Held(epoch, position) for name, epoch, position in held}

    def release(self, connection: Connection[Any]) -> None:
        """Let everything go, so that the others need not wait for it."""
        self.held = {}
        connection.execute(
            "UPDATE read_model.progress SET holder = NULL WHERE holder = %s", (self.process,)
        )
        connection.execute("DELETE FROM read_model.member WHERE process = %s", (self.process,))

    def _living(self, connection: Connection[Any]) -> Sequence[Member]:
        connection.execute(
            "DELETE FROM read_model.member WHERE beat_at < clock_timestamp() - interval '1 minute'"
        )
        rows = connection.execute(MEMBERS, {"ripe": RIPE_SECONDS, "lease": LEASE_SECONDS})
        return [Member(process, frozenset(known), ripe) for process, known, ripe in rows]


def shares(members: Iterable[Member]) -> Mapping[str, Sequence[str]]:
    """Return who is to fold what: all who ask at one moment get the same answer.

    Each projection goes to whoever of those that know it has the fewest so far; to a newcomer only
    where nobody else knows it.
    """
    everybody = sorted(members, key=lambda member: member.process)
    given: dict[str, list[str]] = {member.process: [] for member in everybody}
    known = {name for member in everybody for name in member.projections}
    able = {name: [m for m in everybody if name in m.projections] for name in known}
    for name in sorted(known, key=lambda name: (len(able[name]), name)):
        candidates = [m for m in able[name] if m.ripe] or able[name]
        least = min(candidates, key=lambda member: len(given[member.process]))
        given[least.process].append(name)
    return given


def taken(
    connection: Connection[Any], process: str, held: Mapping[str, Held], upto: int
) -> set[str]:
    """Move projections on to a position, as far as they are still ours and stand where we think.

    Returns those that were moved; their rows stay locked until the transaction ends, so that what
    it writes is written by the one holder. Whatever is not among them is not to be written.
    """
    columns = (
        array_of(held),
        array_of([str(one.epoch) for one in held.values()]),
        array_of([str(one.position) for one in held.values()]),
    )
    rows = connection.execute(MOVE, (upto, *columns, process))
    return {name for (name,) in rows}
