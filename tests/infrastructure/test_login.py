"""The service's own login does the service's work, and nothing gets it any further."""

import psycopg
import pytest
from lines import ANY, EVERYTHING, LINES
from pages import assessed, draft, write
from psycopg.conninfo import make_conninfo

from infrastructure.connections import service_pool
from infrastructure.database import NotOurs, ensure_same_database, open_database
from infrastructure.key_store import KeyStore
from infrastructure.ledger import EventsourcingLedger
from infrastructure.login import let_in, own_login
from infrastructure.master_key import MasterKey
from infrastructure.read_models import PostgresReadModels
from infrastructure.row_table import RowSeals
from infrastructure.settings import Settings
from infrastructure.standing_connection import STEP_DOWN
from infrastructure.wrapping import keeper_pool

MASTER = MasterKey(b"k" * 32)


@pytest.fixture
def login(database):
    """The conninfo of the service's own login in this test's database."""
    return made(database, "jejak_service")


def made(database, role):
    other = own_login(database, role)
    let_in(database, other, role)
    let_in(database, other, role)
    return other


def test_with_its_own_login_the_service_records_and_follows(database, login):
    with (
        service_pool(login) as pool,
        keeper_pool(made(database, "jejak_keys")) as keepers,
        EventsourcingLedger(pool, KeyStore(keepers, MASTER)) as ledger,
    ):
        seals = RowSeals(ledger.store, ledger.keys, MASTER)
        models = PostgresReadModels(ledger, pool, seals, [LINES])
        models.follower.prepare()
        models.follower.start()
        receipt = write(ledger, draft(assessed()))
        assert models.wait(receipt.position, seconds=20)
        models.rebuild([LINES.name])
        assert len(models.ask(LINES.name, ANY, EVERYTHING).rows) == 1
        models.follower.close()


def test_it_has_nothing_to_go_back_to(login):
    with psycopg.connect(login, autocommit=True) as connection:
        connection.execute(STEP_DOWN)
        connection.execute("RESET ROLE")
        for statement in (
            "SET ROLE jejak_sealer",
            "SET ROLE jejak_keys",
            "ALTER TABLE ledger.event DISABLE TRIGGER ALL",
            "SET session_replication_role = replica",
            "DELETE FROM ledger.event",
            "UPDATE ledger.event SET name = 'x'",
            "INSERT INTO ledger.checkpoint (size) VALUES (1)",
            "SELECT FROM keys.sealing_key",
            "DROP SCHEMA ledger CASCADE",
            "CREATE ROLE another SUPERUSER",
        ):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                connection.execute(statement)


def test_the_keys_own_login_makes_and_destroys_keys_and_lifts_no_tombstone(database):
    keeper = made(database, "jejak_keys")
    with keeper_pool(keeper) as pool:
        assert len(KeyStore(pool, MASTER).destructions()) == 0
    with psycopg.connect(keeper, autocommit=True) as connection:
        for statement in (
            "SET ROLE jejak_service",
            "ALTER TABLE keys.tombstone DISABLE TRIGGER ALL",
            "DELETE FROM keys.tombstone",
            "SELECT FROM ledger.event",
        ):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                connection.execute(statement)


def test_an_operator_gives_the_owner_and_the_service_a_login_each(database, tmp_path):
    with psycopg.connect(database) as owner:
        owner.execute("DROP ROLE IF EXISTS jejak_test_login")
        owner.execute("CREATE ROLE jejak_test_login LOGIN")
    service = make_conninfo(database, user="jejak_test_login")
    try:
        settings = Settings(owner_url=database, database_url=service, data_dir=tmp_path)
        with open_database(settings) as given:
            assert (given.dsn, given.service) == (database, service)
            let_in(given.dsn, given.service, "jejak_service")
        with psycopg.connect(service) as connection:
            connection.execute(STEP_DOWN)
    finally:
        with psycopg.connect(database) as owner:
            owner.execute("DROP ROLE jejak_test_login")


def test_an_owner_without_a_database_is_misuse(tmp_path):
    settings = Settings(owner_url="host=nowhere", data_dir=tmp_path)
    with pytest.raises(NotOurs, match="JEJAK_DATABASE_URL"), open_database(settings):
        pass


def test_two_logins_to_two_databases_are_told_apart_be_the_one_a_copy(database, empty_database):
    ensure_same_database(database, database)
    with pytest.raises(NotOurs, match="two different databases"):
        ensure_same_database(database, empty_database)
