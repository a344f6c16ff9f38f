"""A process that sends webhooks until it is killed, by a clock that goes a hundred times as fast.

For tests that kill it: ``sending_process.py CONNINFO SINCE``, the Unix time at which it was noon.
"""

import sys
import time
from datetime import timedelta

from feeding_house import NOON
from sending_house import ANYWHERE, SendingHouse

from infrastructure.access_ledger import PostgresAccessLedger
from infrastructure.connections import service_pool
from infrastructure.ledger import EventsourcingLedger
from infrastructure.master_key import MasterKey
from infrastructure.projector import sending

CONNINFO, SINCE = sys.argv[1], float(sys.argv[2])
HASTE = 100


def hasty():
    return NOON + timedelta(seconds=(time.time() - SINCE) * HASTE)


with (
    service_pool(CONNINFO) as pool,
    EventsourcingLedger(pool, MasterKey(b"k" * 32)) as ledger,
    PostgresAccessLedger(pool) as access,
):
    feeds = SendingHouse(ledger, pool, access, None).feeds
    sending(ANYWHERE, ledger, pool, feeds, access, hasty)[1].start()
    time.sleep(600)
