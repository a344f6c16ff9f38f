"""The proxy cuts where it says that it does, on a real PostgreSQL and with the driver we use."""

from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest

from tests.faults.proxy import Cut, Rule

pytestmark = pytest.mark.long

CUT = (psycopg.OperationalError, psycopg.DatabaseError)
INSERT = "INSERT INTO ledger.note VALUES ('a')"


@pytest.fixture
def database(empty_database):
    with psycopg.connect(empty_database) as owner:
        owner.execute("CREATE SCHEMA ledger")
        owner.execute("CREATE TABLE ledger.note (said text CHECK (said <> 'wrong'))")
    return empty_database


def notes(database):
    with psycopg.connect(database) as owner:
        return owner.execute("SELECT count(*) FROM ledger.note").fetchone()[0]


def write(connection, alone, statement=INSERT):
    """Write in a transaction of its own, or with a COMMIT that is said."""
    if not alone:
        connection.execute("BEGIN")
    connection.execute(statement)
    if not alone:
        connection.execute("COMMIT")


@pytest.fixture
def client(way):
    with psycopg.connect(way, autocommit=True) as connection:
        yield connection


KEPT = {Cut.BEFORE_COMMIT: 0, Cut.AFTER_COMMIT: 1, Cut.ANSWER_SWALLOWED: 1}


@pytest.mark.parametrize("alone", [True, False], ids=["one statement", "BEGIN and COMMIT"])
@pytest.mark.parametrize("cut", KEPT)
def test_before_commit_nothing_is_kept_and_after_it_all_is(client, proxy, database, cut, alone):
    rule = proxy.arm(Rule(cut, silence=0.01))
    with pytest.raises(CUT):
        write(client, alone)
    assert rule.fired == 1
    assert client.closed
    assert notes(database) == KEPT[cut]


def test_a_prepared_statement_is_known_by_its_name(client, proxy, database):
    client.execute(INSERT, prepare=True)
    rule = proxy.arm(Rule(Cut.AFTER_COMMIT))
    with pytest.raises(CUT):
        client.execute(INSERT, prepare=True)
    assert rule.fired == 1
    assert notes(database) == 2


def test_the_first_may_be_spared_and_reading_is_never_cut_for_a_commit(client, proxy, database):
    rule = proxy.arm(Rule(Cut.AFTER_COMMIT, spared=1))
    client.execute("SELECT count(*) FROM ledger.note")
    write(client, alone=True)
    assert rule.fired == 0
    with pytest.raises(CUT):
        write(client, alone=True)
    assert notes(database) == 2


def test_a_write_that_failed_is_no_commit_and_its_error_arrives(client, proxy, database):
    rule = proxy.arm(Rule(Cut.AFTER_COMMIT))
    with pytest.raises(psycopg.errors.CheckViolation):
        client.execute("INSERT INTO ledger.note VALUES ('wrong')")
    assert rule.fired == 0
    with pytest.raises(CUT):
        write(client, alone=True)
    assert (rule.fired, notes(database)) == (1, 1)


def test_a_result_is_cut_in_the_middle_of_a_row(client, proxy):
    rule = proxy.arm(Rule(Cut.IN_RESULT))
    with pytest.raises(CUT):
        client.execute("SELECT repeat('x', 1000) FROM generate_series(1, 100)").fetchall()
    assert rule.fired == 1


def test_in_the_dark_nothing_arrives_and_what_waited_arrives_in_the_light(client, proxy, database):
    proxy.darken()
    with ThreadPoolExecutor(1) as hand:
        asked = hand.submit(client.execute, INSERT)
        with pytest.raises(TimeoutError):
            asked.result(timeout=0.05)
        assert notes(database) == 0
        proxy.lighten(sever=False)
        asked.result(timeout=10)
    assert notes(database) == 1


def test_much_data_passes_unchanged_both_ways(client, database):
    said = "é" * 300_000
    assert client.execute("SELECT %s::text", (said,)).fetchone() == (said,)
    with client.cursor().copy("COPY ledger.note FROM STDIN") as copy:
        for _ in range(1_000):
            copy.write_row(["x" * 100])
    assert notes(database) == 1_000
