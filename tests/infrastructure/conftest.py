import pytest

from infrastructure.connections import service_pool
from infrastructure.ledger import EventsourcingLedger
from infrastructure.master_key import MasterKey


@pytest.fixture
def pool(database):
    with service_pool(database) as pool:
        yield pool


@pytest.fixture
def ledger(pool):
    with EventsourcingLedger(pool, MasterKey(b"k" * 32)) as ledger:
        yield ledger
