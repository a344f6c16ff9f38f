"""What a service and its projector both stand on: a ledger with its keys, and what was read of it.

Whoever is to be forgotten is forgotten before anything else is done here, and then whenever it is
heard of.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from psycopg_pool import ConnectionPool
from uuid_utils import uuid7

from application.append import Append
from infrastructure import arenas
from infrastructure.connections import service_pool
from infrastructure.database import Database
from infrastructure.forgetter import Forgetter
from infrastructure.key_opening import open_key_store
from infrastructure.ledger import EventsourcingLedger
from infrastructure.read_models import PostgresReadModels
from infrastructure.row_table import RowSeals
from infrastructure.workshops import open_workshop
from projections.catalogue import PROJECTIONS


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """An open ledger. Its read models are not followed yet."""

    pool: ConnectionPool
    ledger: EventsourcingLedger
    append: Append
    read_models: PostgresReadModels
    forgetter: Forgetter


@contextmanager
def open_ground(database: Database, data_dir: Path, *, as_guest: bool) -> Iterator[Ground]:
    """Open a ledger and its key store in databases that are open already."""
    arenas.keep_few()
    with (
        open_key_store(database, data_dir, as_guest=as_guest) as keys,
        service_pool(database.service) as pool,
        EventsourcingLedger(pool, keys) as ledger,
    ):
        seals = RowSeals(ledger.store, keys, keys)
        opening = partial(open_workshop, database, data_dir)
        read_models = PostgresReadModels(ledger, pool, seals, PROJECTIONS, opening=opening)
        append = Append(ledger=ledger, new_id=new_id, now=now)
        keys.on_forgotten += [append.known.clear, read_models.tail.let_go]
        with Forgetter(ledger, pool, database.keys_dsn) as forgetter:
            yield Ground(
                pool=pool,
                ledger=ledger,
                append=append,
                read_models=read_models,
                forgetter=forgetter,
            )


def new_id() -> str:
    """Return a UUIDv7 (RFC 9562): ids of one moment stand together."""
    return str(uuid7())


def now() -> datetime:
    """Return the instant."""
    return datetime.now(UTC)
