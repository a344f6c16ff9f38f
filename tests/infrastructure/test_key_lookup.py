"""Keys looked up: one that was destroyed, one that is lost, and no key that comes of looking."""

from dataclasses import replace

import psycopg
import pytest
from forgetting_house import MASTER, MEDAN, House, somebody, take_keys
from uuid_utils import uuid7

from domain.kernel import UNREADABLE, DataClass
from infrastructure.key_store import KeyStore
from infrastructure.ledger import EventsourcingLedger
from infrastructure.sealing import KeyMissing, owner
from infrastructure.tombstones import Destruction
from projections.case_summary import CASE_SUMMARY

BUDI, TONO = owner("budi", DataClass.PERSONAL), owner("tono", DataClass.SPECIFIC)


def forgetting(subject):
    return Destruction(
        subjects=(subject,), event_id=str(uuid7()), stream=f"person:{subject}", told={"name": "x"}
    )


def again(pool, store):
    keys = KeyStore(pool, MASTER)
    keys.ensure_master(store)
    return keys


def test_only_a_key_that_was_destroyed_is_forgotten_whatever_a_page_says_of_its_subject(keys):
    made = keys.of([BUDI, TONO])
    keys.destroy(forgetting("budi"))
    keys.destroy(forgetting("nobody"))
    assert keys.by_id({made[BUDI].key_id: "budi"}) == {made[BUDI].key_id: None}
    with pytest.raises(KeyMissing):
        keys.by_id({str(uuid7()): "budi"})
    unknown = str(uuid7())
    assert keys.by_id({unknown: "nobody"}) == {unknown: None}, "it had no keys in this store"


def test_a_key_that_is_there_is_found_although_a_page_says_that_its_subject_was_forgotten(
    keys, pool, store
):
    made = keys.of([BUDI, TONO])
    keys.destroy(forgetting("budi"))
    another = again(pool, store)
    assert another.by_id({made[TONO].key_id: "budi"}) == {made[TONO].key_id: made[TONO]}


def test_looking_makes_no_key(keys, pool, store):
    made = keys.of([BUDI])
    assert keys.known([BUDI, TONO]) == made
    assert again(pool, store).known([BUDI, TONO]) == made
    keys.destroy(forgetting("budi"))
    assert keys.known([BUDI, TONO]) == {}


def test_a_lost_key_leaves_a_field_unreadable_and_the_list_whole(house, pool, database):
    budi, case = somebody(house, "Budi Fiktif", "a" * 64)
    _, other = somebody(house, "Tono Fiktif", "b" * 64)
    house.follow()
    before = house.row(CASE_SUMMARY, case.key)
    kept = take_keys(database, budi.key)
    with EventsourcingLedger(pool, MASTER) as ledger:
        later = House(ledger, pool, database)
        row = later.row(CASE_SUMMARY, case.key)
        assert (row.name, row.unit) == (UNREADABLE, MEDAN)
        assert later.row(CASE_SUMMARY, other.key).name == "Tono Fiktif"
        assert take_keys(database, budi.key) == [], "looking makes none"
        table = later.models.follower.tables[CASE_SUMMARY.name]
        with pool.connection() as connection:
            table.write(connection, {case.key: replace(row, unit="LAPAS-X")})
    with psycopg.connect(database) as connection:
        connection.cursor().executemany(
            "INSERT INTO keys.sealing_key VALUES (%s, %s, %s, %s, %s)", kept
        )
    assert house.row(CASE_SUMMARY, case.key) == replace(before, unit="LAPAS-X"), "a backup helps"
    assert house.found(CASE_SUMMARY, "budi") == [case.key]
