"""What bad requests left in the ledger, beside what they were told."""

import json
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field

import psycopg

from .checker import Kind, check, read_ledger
from .journal import History
from .scene import OWN
from .sealed_log import faults_of, read_log

OF_THE_HOUSE = frozenset({"service", "clock"})
"""Who records by itself, asked by nobody."""


@dataclass
class Written:
    """Traces of requests that were told yes or shown somebody, and the events they were told of."""

    traces: set[str] = field(default_factory=set)
    events: set[str] = field(default_factory=set)
    shown: set[str] = field(default_factory=set)

    def told(self, trace: str, body: bytes) -> None:
        """Take in an answer that said yes."""
        self.traces.add(trace)
        try:
            said = json.loads(body)
        except ValueError:
            return
        events = said.get("events", ()) if isinstance(said, dict) else ()
        self.events |= {
            one["event_id"] for one in events if isinstance(one, dict) and "event_id" in one
        }


def faults_of_ledger(conninfo: str, written: Written) -> list[str]:
    """Return what is wrong: order, chains and log, and what was told against what stands there."""
    found = [
        f"{one.kind.value}: {one.where}"
        for one in check(History(), read_ledger(conninfo))
        if one.kind is not Kind.NOBODY_ASKED  # not by a journal: that is looked at here
    ]
    found += faults_of(read_log(conninfo))
    return found + list(_unlike(conninfo, written)) + list(_unrecorded(conninfo, written))


def _unlike(conninfo: str, written: Written) -> Iterator[str]:
    there: set[str] = set()
    transactions: dict[str, set[str]] = defaultdict(set)
    by_whom: dict[str, str] = {}
    with psycopg.connect(conninfo) as owner, owner.cursor("pages") as pages:
        pages.execute("SELECT event_id::text, page, xid::text FROM ledger.event")
        for event_id, page, xid in pages:
            said = json.loads(page)
            there.add(event_id)
            trace, by = said["correlation_id"], said["actor"]["id"]
            if trace != OWN and by not in OF_THE_HOUSE:
                transactions[trace].add(xid)
                by_whom[trace] = f"{by}: {said['name']}"
    for trace, ids in transactions.items():
        if trace not in written.traces:
            yield f"refused, yet written: {trace}, by {by_whom[trace]}"
        if len(ids) > 1:
            yield f"half written: {trace}, by {len(ids)} transactions"
    for event_id in written.events - there:
        yield f"acknowledged and not there: {event_id}"


def _unrecorded(conninfo: str, written: Written) -> Iterator[str]:
    with psycopg.connect(conninfo) as owner:
        bodies = owner.execute("SELECT body FROM ledger.access").fetchall()
    recorded = {json.loads(bytes(body))["trace_id"] for (body,) in bodies}
    yield from (f"shown without a record: {trace}" for trace in written.shown - recorded)
