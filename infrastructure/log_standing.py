"""How far the log is: what waits to be sealed, and how far behind each witness is."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from psycopg import Connection, sql

from infrastructure.log import origin_of, sources
from infrastructure.witness_client import WitnessAddress


@dataclass(frozen=True, slots=True)
class WitnessStanding:
    """The last checkpoint that a witness cosigned, and by how many leaves it is behind."""

    name: str
    size: int
    behind: int
    cosigned_at: datetime | None


@dataclass(frozen=True, slots=True)
class Standing:
    """What is signed: ``size`` leaves; ``waiting`` events and access records are not yet."""

    origin: str
    vkey: str
    size: int
    waiting: int
    signed_at: datetime | None
    witnesses: Sequence[WitnessStanding]


def standing(connection: Connection[Any], witnesses: Sequence[WitnessAddress]) -> Standing:
    """Return how far the log is, and those witnesses that the operator named."""
    [(store,)] = connection.execute("SELECT id::text FROM ledger.store")
    newest = connection.execute(
        "SELECT size, vkey, issued_at FROM ledger.checkpoint ORDER BY size DESC LIMIT 1"
    ).fetchone()
    size, vkey, signed_at = newest or (0, "", None)
    recorded = 0
    for source in sources(connection).values():
        query = sql.SQL("SELECT coalesce(max({number}), 0) FROM {table}").format(**source)
        [(last,)] = connection.execute(query)
        recorded += last
    return Standing(
        origin=origin_of(store),
        vkey=vkey,
        size=size,
        waiting=recorded - size,
        signed_at=signed_at,
        witnesses=[_witness(connection, it, size) for it in witnesses],
    )


def _witness(connection: Connection[Any], witness: WitnessAddress, size: int) -> WitnessStanding:
    found = connection.execute(
        "SELECT size, received_at FROM ledger.cosignature WHERE vkey = %s"
        " ORDER BY size DESC LIMIT 1",
        (str(witness.key),),
    ).fetchone()
    seen, at = found or (0, None)
    return WitnessStanding(witness.key.name, seen, size - seen, at)
