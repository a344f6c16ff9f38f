"""A process that sends webhooks until it is killed: for tests that kill it."""

import sys
import time

from sending_house import SendingHouse

from infrastructure.access_ledger import PostgresAccessLedger
from infrastructure.connections import service_pool
from infrastructure.ledger import EventsourcingLedger
from infrastructure.master_key import MasterKey

with (
    service_pool(sys.argv[1]) as pool,
    EventsourcingLedger(pool, MasterKey(b"k" * 32)) as ledger,
    PostgresAccessLedger(pool) as access,
):
    SendingHouse(ledger, pool, access, None).sender.start()
    time.sleep(600)
