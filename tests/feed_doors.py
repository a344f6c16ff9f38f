"""One partnership behind a served address, for whoever looks at the doors of its feed."""

import json
import socket
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from threading import Event, Thread

from databases import own_database
from facts import MEDAN
from fastapi.testclient import TestClient
from partner_story import (
    DISNAKER,
    MovableClock,
    agreed,
    caught_up,
    course_of,
    name_agency,
    taught,
)
from whole_service import serving

from api.serving import Server
from api.tokens import Caller, Level, Role
from infrastructure.access_ledger import PostgresAccessLedger
from infrastructure.connections import service_pool
from infrastructure.ledger import EventsourcingLedger
from infrastructure.master_key import MasterKey


@dataclass
class Partnership:
    """A training under an agreement with two people in it, a clock, and who calls."""

    service: object
    clock: MovableClock
    pool: object
    cases: list = field(default_factory=list)

    def __post_init__(self) -> None:
        name_agency(self.services)
        self.medan = self.caller("caseworker", MEDAN)
        self.supervisor = self.caller("supervisor", MEDAN)
        self.disnaker = self.caller("agency")
        self.agreement = agreed(self.medan)
        self.cohort = course_of(self.medan, self.agreement)
        self.teach("Budi Fiktif", "Tono Contoh")

    @property
    def services(self):
        return self.service.services

    @property
    def app(self):
        return self.service.app

    @property
    def feed(self):
        return f"/v1/feeds/{self.agreement}"

    @property
    def records(self):
        return f"/v1/agreements/{self.agreement}/records"

    def scope(self):
        return self.disnaker.get(f"/v1/agreements/{self.agreement}/scope").json()

    def token(self, role="agency", *units, level="unit", agency=DISNAKER, **lasting):
        caller = Caller(
            id=f"{role}-1",
            role=Role(role),
            level=Level(level),
            units=frozenset(units),
            agency=agency if role == "agency" else None,
        )
        until = self.clock() + timedelta(**(lasting or {"days": 400}))
        return self.service.tokens.issue(caller, until)

    def caller(self, *said, **more):
        """Return a client whose token is good for all that the clock may do."""
        bearer = {"Authorization": f"Bearer {self.token(*said, **more)}"}
        return TestClient(self.app, headers=bearer)

    def teach(self, *names):
        self.cases += [taught(self.medan, self.cohort, name) for name in names]
        caught_up(self.services)

    def kept(self):
        """Return the bodies of the book of reads, in order."""
        with self.pool.connection() as connection:
            rows = connection.execute("SELECT body FROM ledger.access ORDER BY number").fetchall()
        return [json.loads(body) for (body,) in rows]


@contextmanager
def partnership(postgres, followed_template):
    clock = MovableClock()
    with (
        own_database(postgres, followed_template) as database,
        service_pool(database) as pool,
        EventsourcingLedger(pool, MasterKey(b"k" * 32)) as ledger,
        PostgresAccessLedger(pool) as access,
    ):
        for service in serving(pool, ledger, access, database, clock):
            yield Partnership(service, clock, pool)


@dataclass
class Served:
    """A server in a thread."""

    address: str
    server: Server
    thread: Thread

    def stop(self, seconds=20):
        """Ask it to stop, as a signal does; say whether it did."""
        self.server.should_exit = True
        self.thread.join(seconds)
        return not self.thread.is_alive()


@contextmanager
def served(app, port=0):
    """Serve an app as `jejak serve` does, on a free port or one that was free again."""
    with socket.socket() as door:
        door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # as the server does
        door.bind(("127.0.0.1", port))
        port = door.getsockname()[1]
    ready = Event()
    server = Server(app, "127.0.0.1", port, on_ready=ready.set)
    thread = Thread(target=server.run, daemon=True)
    thread.start()
    assert ready.wait(10)
    found = Served(f"http://127.0.0.1:{port}", server, thread)
    yield found
    assert found.stop()
