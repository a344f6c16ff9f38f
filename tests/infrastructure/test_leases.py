"""Processes share the projections; one that is gone is replaced, and cannot write any more."""

from collections import Counter
from dataclasses import replace

import pytest
from lines import ANY, EVERYTHING, LINES
from pages import assessed, draft, write

from application.ledger import Head
from infrastructure.leases import Leases, Member, shares
from infrastructure.master_key import MasterKey
from infrastructure.read_models import PostgresReadModels
from infrastructure.row_table import RowSeals

NAMES = frozenset(f"projection_{number}" for number in range(14))


def test_each_projection_is_given_once_and_the_shares_are_even():
    members = [Member(process, NAMES, ripe=True) for process in "abc"]
    given = shares(members)
    assert sorted(name for names in given.values() for name in names) == sorted(NAMES)
    assert sorted(map(len, given.values())) == [4, 5, 5]
    assert given == shares(reversed(members)), "whoever asks gets the same answer"


def test_a_newcomer_is_given_what_nobody_else_knows_and_nothing_else():
    old = Member("a", NAMES, ripe=True)
    new = Member("b", NAMES | {"newer"}, ripe=False)
    assert shares([old, new])["b"] == ["newer"]
    assert Counter(shares([new])["b"]) == Counter(NAMES | {"newer"}), "alone, it does everything"


@pytest.fixture
def house(ledger, pool):
    """Make read models as one process does; all of them share one database."""

    def one(**changes):
        seals = RowSeals("store", ledger.keys, MasterKey(b"k" * 32))
        models = PostgresReadModels(ledger, pool, seals, [replace(LINES, **changes)])
        models.follower.prepare()
        return models

    return one


def says_nothing_for_a_while(pool):
    with pool.connection() as connection:
        connection.execute("UPDATE read_model.member SET beat_at = beat_at - interval '3 seconds'")


def months(models):
    return dict(models.ask("case_summary", ANY, EVERYTHING).rows)["1"].months


def test_while_one_process_lives_another_folds_nothing_of_its(house, ledger):
    one, other = house(), house()
    write(ledger, draft(assessed()))
    assert one.follower.advance() == 1
    write_more(ledger)
    assert other.follower.advance() == 0


def test_one_that_is_gone_is_replaced_and_one_that_wakes_up_again_writes_nothing(
    house, ledger, pool
):
    hung, other = house(), house()
    write(ledger, draft(assessed()))
    hung.follower.advance()
    says_nothing_for_a_while(pool)
    write_more(ledger)
    assert other.follower.advance() == 1
    hung.follower.advance()
    assert months(hung) == months(other) == ("2025-07", "2025-08"), "and not a month twice"
    (progress,) = other.progress()
    assert progress.position == 2


def test_one_that_hangs_with_a_batch_in_its_hands_writes_nothing_of_it(house, ledger, pool):
    other = house()

    def taken_over_meanwhile(line, page):
        says_nothing_for_a_while(pool)
        assert other.follower.advance() == 0, "the row is locked until this batch has ended"
        return LINES.evolve(line, page)

    hung = house(evolve=taken_over_meanwhile)
    write(ledger, draft(assessed()))
    hung.follower.advance()
    assert months(other) == ("2025-07",)


def test_one_that_closes_leaves_everything_to_the_others_at_once(house, ledger, pool):
    one, other = house(), house()
    one.follower.start()
    receipt = write(ledger, draft(assessed()))
    assert one.wait(receipt.position, 10)
    one.follower.close()
    write_more(ledger)
    assert other.follower.advance() == 1


def test_an_epoch_is_never_given_twice(house, pool):
    house()
    with pool.connection() as connection:
        epochs = []
        for _ in range(3):
            leases = Leases(["case_summary_v1"])
            leases.beat(connection)
            epochs.append(leases.held["case_summary_v1"].epoch)
            leases.release(connection)
    assert epochs == [1, 2, 3]


def write_more(ledger):
    page = draft(assessed("2025-08"), version=2)
    head = Head(version=1, hash=ledger.read(page.stream)[-1].hash)
    write(ledger, page, heads={page.stream: head})
