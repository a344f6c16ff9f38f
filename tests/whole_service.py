"""The whole service over a real database, and callers of every role."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from threading import Event, Thread
from typing import Any

import psycopg
import pytest
from databases import own_database
from fastapi.testclient import TestClient
from psycopg_pool import PoolTimeout
from running import free_port
from scenario import on
from uuid_utils import uuid7

from api.app import create_app
from api.dependencies import Services
from api.pages.counting import Counts
from api.serving import Server
from api.tokens import Caller, Level, Role, Tokens
from application.append import Append, Proposal, Request
from application.forgetting import Forgetting
from domain.record import Actor, StreamId
from domain.registry import UnitKind, UnitNamed
from infrastructure.access_ledger import PostgresAccessLedger
from infrastructure.connections import service_pool
from infrastructure.evidence import PostgresEvidenceStore
from infrastructure.forgetter import Forgetter
from infrastructure.import_keys import KeyedDigests
from infrastructure.ledger import EventsourcingLedger
from infrastructure.log import Log
from infrastructure.master_key import MasterKey
from infrastructure.projector import award_days, feeding, sending
from infrastructure.read_models import PostgresReadModels
from infrastructure.row_table import RowSeals
from infrastructure.ticker import Ticker
from projections.catalogue import PROJECTIONS, REPORTS

MEDAN, PEKALONGAN, JAYAPURA = "RUTAN-MEDAN", "RUTAN-PEKALONGAN", "LAPAS-JAYAPURA"
UNITS = {MEDAN: "12.71", PEKALONGAN: "33.75", JAYAPURA: "91.71"}
SYSTEM = Actor(id="system", role="supervisor", unit=None, agency=None, on_behalf_of=None)


def now():
    return datetime.now(UTC)


def new_id():
    return str(uuid7())


MADE = []


def cached_app(services):
    if not MADE:
        MADE.append(create_app(services))
    return MADE[0]


@dataclass
class Service:
    """The app, and clients that call it in some role."""

    services: Services
    tokens: Tokens
    follower: object
    feeder: object

    @property
    def app(self):
        """One app for all tests of a worker, since making it takes longer than most of them.

        Whoever asked last has it: of two services in one test, each asks again.
        """
        app = cached_app(self.services)
        if getattr(app.state, "asked_last", None) is not self:
            app.state.asked_last = self
            app.state.services = self.services
            app.state.page_counts = Counts()
            app.state.demo_logins = None
        return app

    def caller(self, role="caseworker", *units, level="unit", user=None):
        caller = Caller(
            id=user or f"{role}-1",
            role=Role(role),
            level=Level(level),
            units=frozenset(units),
            agency="DISNAKER-12.71" if role == "agency" else None,
        )
        token = self.tokens.issue(caller, now() + timedelta(hours=1))
        return TestClient(self.app, headers={"Authorization": f"Bearer {token}"})

    def stranger(self):
        return TestClient(self.app)


@pytest.fixture
def access(pool):
    """The book of reads of this test's database."""
    with PostgresAccessLedger(pool) as access:
        yield access


@pytest.fixture
def database(postgres, followed_template):
    """The owner's conninfo of a database that only this test sees, with empty read models."""
    with own_database(postgres, followed_template) as database:
        yield database


@pytest.fixture
def service(pool, ledger, access, database):
    yield from serving(pool, ledger, access, database, at_once=False)


@pytest.fixture(scope="module")
def lasting_service(postgres, followed_template):
    """One service for all tests of a module that each tell a story of their own."""
    with (
        own_database(postgres, followed_template) as database,
        service_pool(database) as pool,
        EventsourcingLedger(pool, MasterKey(b"k" * 32)) as ledger,
        PostgresAccessLedger(pool) as access,
    ):
        yield from serving(pool, ledger, access, database, at_once=False)


@dataclass
class OnDemand:
    """A port, and what is begun when it is first asked for anything: most tests never do."""

    port: object
    begin: object

    def __getattr__(self, name: str) -> Any:
        self.begin()
        return getattr(self.port, name)


def serving(pool, ledger, access, database, now=now, *, at_once=True):  # noqa: PLR0913
    """Yield a service over a database, whose read models follow it, and its feeds as it is used."""
    master = MasterKey(b"k" * 32)
    seals = RowSeals(ledger.store, ledger.keys, master)
    read_models = followed(PostgresReadModels(ledger, pool, seals, PROJECTIONS))
    tokens = Tokens(secret=master.derive("tokens"), now=now)
    append = Append(ledger, new_id, now)
    ticker = Ticker(pool, award_days(append, ledger, read_models), now, "remisi_batches")
    feeder = feeding(ledger, pool, read_models, now)
    webhooks, sender = sending("127.0.0.1:*", ledger, pool, feeder.feeds, access, now)

    @cache
    def begin():
        feeder.start()
        sender.start()

    _ = at_once and begin()
    services = Services(
        append=append,
        ledger=ledger,
        read_models=read_models,
        **papers(ledger, pool, database, append),
        access=access,
        clock=ticker,
        feeds=OnDemand(feeder.feeds, begin),
        webhooks=OnDemand(webhooks, begin),
        log=Log(pool),
        caller_of=tokens,
        projections={projection.name: projection for projection in PROJECTIONS},
        reports={report.name: report for report in REPORTS},
        new_id=new_id,
        now=now,
        full=(PoolTimeout, psycopg.OperationalError),
        opaque=KeyedDigests(ledger.keys).digest,
        language="id",
    )
    register_units(services)
    yield Service(services, tokens, read_models.follower, feeder)
    for one in (sender, ticker, feeder, read_models.follower):
        one.close()


def papers(ledger, pool, database, append):
    """What keeps documents, and what destroys them with whom they are about."""
    evidence = PostgresEvidenceStore(pool, ledger.keys, ledger.store)
    settle = Forgetter(ledger, pool, database).settle
    return {
        "evidence": evidence,
        "forgetting": Forgetting(append, ledger, evidence, settle),
    }


def followed(read_models):
    read_models.follower.prepare()
    read_models.follower.start()
    return read_models


def register_units(services):
    proposals = [
        Proposal(
            stream=StreamId(kind="registry", key=f"unit/{unit}"),
            event=UnitNamed(
                effective=on("2020-01-01"),
                unit=unit,
                kind=UnitKind.RUTAN,
                unit_class=None,
                title=unit.title(),
                region=region,
            ),
            evidence=(),
            reason=None,
        )
        for unit, region in UNITS.items()
    ]
    request = Request(
        proposals=tuple(proposals),
        expected={},
        actor=SYSTEM,
        purpose="pembinaan",
        correlation_id="test",
        command=None,
    )
    services.append(request)


@pytest.fixture
def address(service):
    """Serve the app on a free port, as `jejak serve` does, and say where."""
    ready, port = Event(), free_port()
    server = Server(service.app, "127.0.0.1", port, on_ready=ready.set)
    thread = Thread(target=server.run)
    thread.start()
    assert ready.wait(10)
    yield f"http://127.0.0.1:{port}"
    server.should_exit = True
    thread.join()


@pytest.fixture
def medan(service):
    """A caseworker of Rutan Medan."""
    return service.caller("caseworker", MEDAN)
