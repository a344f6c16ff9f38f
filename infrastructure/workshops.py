"""What a process opens that only builds tables: the ledger, its keys and the seals of rows."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from infrastructure.connections import service_pool
from infrastructure.database import Database
from infrastructure.key_opening import open_key_store
from infrastructure.ledger import EventsourcingLedger
from infrastructure.logging import configure_logging
from infrastructure.rebuilding import Workshop
from infrastructure.row_table import RowSeals

CONNECTIONS_MAX: Final = 3
"""One to read pages, one to write rows, one for whatever else is asked meanwhile."""


@contextmanager
def open_workshop(database: Database, data_dir: Path) -> Iterator[Workshop]:
    """Open a workshop on a database that is open already, in the house or in another process."""
    configure_logging()
    with (
        open_key_store(database, data_dir, as_guest=True) as keys,
        service_pool(database.service, CONNECTIONS_MAX) as pool,
        EventsourcingLedger(pool, keys) as ledger,
    ):
        yield Workshop(ledger, pool, RowSeals(ledger.store, keys, keys))
