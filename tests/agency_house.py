"""The whole service with a clock that a test moves, on an address, and a partnership's callers."""

import socket
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from threading import Event, Thread

import pytest
from facts import MEDAN
from fastapi.testclient import TestClient
from partner_story import DISNAKER, MovableClock, caught_up, feed, name_agency
from whole_service import serving

from api.serving import Server
from api.tokens import Caller, Level, Role

YEAR = timedelta(days=365)


@dataclass
class House:
    """The service of a test, its clock, and who calls it."""

    service: object
    clock: MovableClock
    address: str

    def __post_init__(self) -> None:
        self.services = self.service.services
        self.medan = self.caller("caseworker", MEDAN)
        self.supervisor = self.caller("supervisor", MEDAN)
        self.disnaker = self.caller("agency")

    def caller(self, role, *units, level="unit"):
        """Return a client whose token is good for all that the clock may do."""
        caller = Caller(
            id=f"{role}-1",
            role=Role(role),
            level=Level(level),
            units=frozenset(units),
            agency=DISNAKER if role == "agency" else None,
        )
        token = self.service.tokens.issue(caller, self.clock() + YEAR)
        return TestClient(self.service.app, headers={"Authorization": f"Bearer {token}"})

    @property
    def token(self):
        return self.disnaker.headers["Authorization"].removeprefix("Bearer ")

    def heard(self, agreement, after=0):
        """Return a feed once it has seen all that is recorded."""
        caught_up(self.services)
        return feed(self.disnaker, agreement, after)


@contextmanager
def served(app):
    """Serve the app on a free port, as `jejak serve` does."""
    with socket.socket() as door:
        door.bind(("127.0.0.1", 0))
        port = door.getsockname()[1]
    ready = Event()
    server = Server(app, "127.0.0.1", port, on_ready=ready.set)
    thread = Thread(target=server.run, daemon=True)
    thread.start()
    try:
        assert ready.wait(10)
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        thread.join(10)


@pytest.fixture
def house(pool, ledger, access, database):
    clock = MovableClock()
    for service in serving(pool, ledger, access, database, clock):
        name_agency(service.services)
        with served(service.app) as address:
            yield House(service, clock, address)
