"""A key store that is behind the ledger holds rows up until it has caught up, and no longer."""

import psycopg
import pytest
from forgetting_house import MASTER, House, somebody, take_keys

from infrastructure.awaited_keys import AwaitedKeys
from infrastructure.ledger import EventsourcingLedger
from projections.case_summary import CASE_SUMMARY


@pytest.fixture
def behind(house, pool, database):
    """Another process, whose key store lacks the keys of the first of two people."""
    people = [somebody(house, f"{name} Fiktif", name[0] * 64) for name in ("budi", "tono")]
    kept = take_keys(database, people[0][0].key)
    with EventsourcingLedger(pool, MASTER) as ledger:
        later = House(ledger, pool, database)
        later.follow()
        later.people, later.kept = [case.key for _, case in people], kept
        later.awaited = AwaitedKeys(ledger, pool, later.models)
        yield later


def give_back(database, kept):
    with psycopg.connect(database) as connection:
        connection.cursor().executemany(
            "INSERT INTO keys.sealing_key VALUES (%s, %s, %s, %s, %s)", kept
        )


def errors(house):
    return {letter.error for one in house.models.progress() for letter in one.dead_letters}


def test_what_a_missing_key_stopped_goes_on_by_itself_once_the_key_is_there(behind, database):
    budi, tono = behind.people
    assert behind.row(CASE_SUMMARY, tono).name == "tono Fiktif"
    assert errors(behind) == {"KeyMissing"}
    assert behind.awaited.look() == 0
    give_back(database, behind.kept)
    assert behind.awaited.look() > 0
    assert errors(behind) == set()
    assert behind.row(CASE_SUMMARY, budi).name == "budi Fiktif"
    (same,) = behind.models.compare([CASE_SUMMARY.name])
    assert same.live == same.replay
