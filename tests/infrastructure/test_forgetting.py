"""Somebody is forgotten: at every time, in every table, in every process, after every restore."""

import hashlib
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise
from types import SimpleNamespace
from typing import Annotated

import psycopg
import pytest
from cryptography.exceptions import InvalidTag
from forgetting_house import (
    GROUNDS,
    MASTER,
    MEDAN,
    TABLES,
    House,
    admitted,
    new_id,
    now,
    offence,
    registered,
    somebody,
)
from pages import ACTOR, draft, stream, write
from psycopg.sql import SQL
from scenario import on
from told_corrections import Hands

from application.correcting import Correcting
from application.forgetting import Decision, PartyGrounds
from application.journeys import Journeys, Moment
from domain.forgetting import ForgettingBasis
from domain.kernel import FORGOTTEN, Event, Open, Personal, Refused, Whose
from domain.person import AliasRecorded, PersonForgotten
from domain.record import Evidence, StreamId
from domain.referral import Party
from infrastructure.codec import PageAlone, PageCodec
from infrastructure.forgetter import Forgetter, destruction
from infrastructure.key_store import KeyStore
from infrastructure.key_traces import behind
from infrastructure.ledger import EventsourcingLedger
from infrastructure.sealing import unseal
from infrastructure.tombstones import TombstoneFile
from projections.case_summary import CASE_SUMMARY
from projections.persons import PERSONS
from projections.referrals import REFERRALS


@pytest.fixture
def budi(house):
    """Somebody who was here, and is free: the person's stream and the case's."""
    return somebody(house, "Budi Fiktif", "a" * 64)


def test_every_sealed_field_is_forgotten_and_every_open_one_stays(house, budi):
    person, case = budi
    house.forget(person)
    opening, discipline, release = (page.event for page in house.ledger.read(case))
    assert (opening.full_name, opening.birth_date, opening.religion) == (FORGOTTEN,) * 3
    assert (opening.unit, opening.domicile) == (MEDAN, "12.71")
    assert discipline.offence is FORGOTTEN
    assert release.document is FORGOTTEN
    page = house.ledger.read(case)[0]
    assert (page.reason, page.evidence[0].number) == (FORGOTTEN, FORGOTTEN)
    assert page.evidence[0].sha256 == "a" * 64
    assert house.ledger.read(person)[0].event.nik is FORGOTTEN


def test_the_pages_and_their_chain_are_what_they_were(house, budi, pool):
    person, _ = budi
    before = bytes_in(pool)
    house.forget(person)
    assert bytes_in(pool)[: len(before)] == before
    for stream_of in {page[0] for page in before}:
        pages = [page for page in bytes_in(pool) if page[0] == stream_of]
        for earlier, later in pairwise(pages):
            assert hashlib.sha256(earlier[1]).digest() == later[2]


def bytes_in(pool):
    with pool.connection() as connection:
        return connection.execute(
            "SELECT stream, page, prev_hash FROM ledger.event ORDER BY position"
        ).fetchall()


def test_it_is_forgotten_at_every_time_known_and_valid(house, budi):
    person, case = budi
    then = house.ledger.read(case)[-1].recorded_at + timedelta(microseconds=1)
    house.forget(person)
    history = Journeys(house.ledger, now)(case, Moment(valid_at=date(2025, 3, 1), known_at=then))
    assert [page.event.stored_as for page in history.pages] == [
        "custody.admitted",
        "conduct.discipline_began",
    ]
    assert history.pages[0].event.full_name is FORGOTTEN


def test_read_models_follow_without_a_rebuild_and_say_what_a_replay_says(house, budi, pool):
    person, case = budi
    somebody(house, "Tono Fiktif", "b" * 64)
    house.follow()
    assert house.found(CASE_SUMMARY, "budi") == [case.key]
    house.forget(person)
    assert house.row(CASE_SUMMARY, case.key).name is None, "before any table has moved"
    house.follow()
    row = house.row(CASE_SUMMARY, case.key)
    assert (row.name, row.birth_date, row.religion, row.verdicts) == (None,) * 4
    assert row.unit == MEDAN
    assert house.row(PERSONS, person.key).nik is None
    for word in ("budi", "1271011203900001"):
        assert person.key not in house.found(PERSONS, word)
    assert len(house.found(CASE_SUMMARY, "tono")) == 1
    with pool.connection() as connection:
        left = connection.execute(
            "SELECT words, name, birth_date FROM read_model.case_summary_v2 WHERE key = %s",
            (case.key,),
        ).fetchone()
    assert left == ([], None, None)
    for same in house.models.compare([table.name for table in TABLES]):
        assert same.live == same.replay, same.name


def test_what_was_put_right_of_somebody_is_forgotten_with_the_rest(house, budi):
    person, case = budi
    correcting = Correcting(append=house.append, pages=house.ledger)
    hands = Hands(SimpleNamespace(ledger=house.ledger, correcting=correcting))
    hands.correct(house.ledger.read(case)[0], full_name="Budi Betul")
    house.follow()
    assert house.found(CASE_SUMMARY, "betul") == [case.key]
    house.forget(person)
    house.follow()
    assert house.row(CASE_SUMMARY, case.key).name is None
    assert house.found(CASE_SUMMARY, "betul") == house.found(CASE_SUMMARY, "budi") == []
    for same in house.models.compare([table.name for table in TABLES]):
        assert same.live == same.replay, same.name


def test_a_rebuild_between_the_decision_and_the_destruction_forgets_too(house, budi, pool):
    person, case = budi
    house.follow()
    house.forget(person, settle=False)
    house.models.rebuild([CASE_SUMMARY.name, PERSONS.name])
    house.forgetter.settle()
    for projection in (CASE_SUMMARY, PERSONS):
        assert house.found(projection, "budi") == []
    with pool.connection() as connection:
        left = connection.execute(
            "SELECT words, name FROM read_model.case_summary_v2 WHERE key = %s", (case.key,)
        ).fetchone()
    assert left == ([], None)


def test_nothing_more_is_recorded_of_whoever_was_forgotten(house, budi):
    person, case = budi
    house.forget(person)
    position = house.ledger.position()
    alias = AliasRecorded(effective=on("2025-07-01"), alias="Budi Kecil")
    for where, said in ((person, alias), (case, offence("Budi")), (person, registered("Budi"))):
        with pytest.raises(Refused) as refusal:
            house.tell(where, said)
        assert refusal.value.code in {"person.forgotten", "person.already_opened"}
    assert house.ledger.position() == position


def test_the_store_itself_seals_nothing_for_whoever_was_forgotten(house, ledger):
    ledger.keys.of([("person-1", "personal")])
    house.keys.forget_here(["person-1"])
    with pytest.raises(Refused, match="forgotten"):
        write(ledger, draft(offence("Budi"), to=stream("7")))
    assert ledger.read(stream("7")) == ()


def test_who_is_in_custody_is_not_forgotten(house):
    person, case = StreamId(kind="person", key=new_id()), StreamId(kind="case", key=new_id())
    house.tell(person, registered("Budi Fiktif"))
    house.tell(case, admitted(person, "Budi Fiktif"))
    with pytest.raises(Refused) as refusal:
        house.forget(person)
    assert refusal.value.code == "person.held"
    assert house.ledger.read(case)[0].event.full_name == "Budi Fiktif"


def test_a_process_that_dies_before_the_keys_are_destroyed_is_made_up_for(
    house, budi, pool, database
):
    person, case = budi
    house.forget(person, settle=False)
    with EventsourcingLedger(pool, MASTER) as next_morning:
        assert next_morning.read(case)[0].event.full_name == "Budi Fiktif"
        with Forgetter(next_morning, pool, database) as forgetter:
            assert next_morning.read(case)[0].event.full_name is FORGOTTEN
            assert forgetter.settle() == 0


def test_a_process_that_dies_before_the_disk_is_rid_of_the_keys_is_made_up_for(
    house, budi, pool, database
):
    person, _ = budi
    house.forget(person, settle=False)
    house.keys.destroy(destruction(house.ledger.read(person)[-1], ()))
    assert behind(house.keys.pool)
    with EventsourcingLedger(pool, MASTER) as next_morning:
        assert Forgetter(next_morning, pool, database).settle() == 0
    assert not behind(house.keys.pool)


def test_another_process_forgets_within_its_next_look(house, budi, pool, database):
    person, case = budi
    with EventsourcingLedger(pool, MASTER) as elsewhere:
        other = House(elsewhere, pool, database)
        assert elsewhere.read(case)[0].event.full_name == "Budi Fiktif"
        house.forget(person)
        assert other.forgetter.settle() == 0, "it is done already"
        assert elsewhere.read(case)[0].event.full_name is FORGOTTEN
        assert elsewhere.recall(case)[0].event.full_name is FORGOTTEN


def test_every_process_writes_down_who_was_forgotten_beside_its_own_master_key(
    house, budi, pool, database, tmp_path
):
    person, _ = budi
    files = [TombstoneFile(tmp_path / name) for name in ("at-work", "opened-later")]
    with house_with(files[0], pool) as elsewhere:
        other = Forgetter(elsewhere, pool, database)
        other.settle()
        house.forget(person)
        other.settle()
    with house_with(files[1], pool):
        assert [written(file) for file in files] == [[(person.key,)]] * 2


@contextmanager
def house_with(file, pool):
    """Open the ledger as a process with a data directory of its own does."""
    keys = KeyStore(pool, MASTER, file)
    with EventsourcingLedger(pool, keys) as ledger:
        keys.ensure_master(ledger.store)
        yield ledger


def written(file):
    return [one.subjects[:1] for one in file.read()]


def test_a_ledger_that_came_back_from_an_old_backup_is_told_again(house, budi, pool):
    person, case = budi
    today = on(now().date().isoformat())
    event = house.forgetting.event(Decision(stream=person, grounds=GROUNDS, effective=today))
    last = house.ledger.read(person)[-1]
    house.keys.destroy(destruction(replace(last, event=event, event_id=new_id()), ()))
    assert house.ledger.read(case)[0].event.full_name is FORGOTTEN
    assert house.forgetter.tell_again() == 1
    assert house.forgetter.tell_again() == 0
    told = house.ledger.read(person)[-1]
    assert (told.event, told.actor) == (event, last.actor)
    house.follow()
    assert house.row(PERSONS, person.key).name is None


def test_a_key_store_that_came_back_from_an_old_backup_is_emptied_again(house, budi, database):
    person, case = budi
    kept = rows_of_keys(database)
    house.forget(person)
    with psycopg.connect(database) as owner:  # as a restore of last week's backup leaves it
        owner.execute("ALTER TABLE keys.tombstone DISABLE TRIGGER unchanged")
        owner.execute("DELETE FROM keys.tombstone")
        owner.cursor().executemany(
            "INSERT INTO keys.sealing_key VALUES (%s, %s, %s, %s, %s) ON CONFLICT DO NOTHING", kept
        )
    pool = house.keys.pool
    with EventsourcingLedger(pool, MASTER) as restored:
        assert restored.read(case)[0].event.full_name == "Budi Fiktif"
        forgetter = Forgetter(restored, pool, database)
        assert forgetter.settle() == 1
        assert restored.read(case)[0].event.full_name is FORGOTTEN


def rows_of_keys(database):
    with psycopg.connect(database) as owner:
        return owner.execute(
            "SELECT key_id, subject, data_class, generation, wrapped FROM keys.sealing_key"
        ).fetchall()


def test_documents_that_only_their_pages_name_go_with_them(house):
    own, shared = (
        house.evidence.put(content, "application/pdf", ACTOR) for content in (b"own", b"shared")
    )
    person, case = somebody(house, "Budi Fiktif", own)
    _, other = somebody(house, "Tono Fiktif", shared)
    paper = Evidence(number="BA/1", date=None, sha256=shared)
    house.tell(case, replace(offence("Budi"), measure="F-2"), evidence=(paper,))
    house.forget(person)
    assert house.ledger.read(person)[-1].event.documents == (own,)
    with pytest.raises(LookupError):
        house.evidence.get(own)
    assert house.evidence.get(shared).content == b"shared"
    assert house.ledger.read(other)[0].event.full_name == "Tono Fiktif"


def test_a_guardian_is_forgotten_alone(house, referral):
    house.follow()
    assert house.row(REFERRALS, referral.key).guardian == "Ibu Fiktif"
    house.forget(referral, PartyGrounds(**vars(GROUNDS), party=Party.GUARDIAN))
    received, consented, decided = (page.event for page in house.ledger.read(referral))
    assert (consented.guardian, consented.document, consented.sha256) == (FORGOTTEN,) * 3
    assert received.full_name == "Sari Fiktif"
    assert decided.documents == ("c" * 64,)
    house.follow()
    row = house.row(REFERRALS, referral.key)
    assert (row.name, row.guardian) == ("Sari Fiktif", None)
    (same,) = house.models.compare([REFERRALS.name])
    assert same.live == same.replay


def test_a_forgotten_guardian_does_not_come_back_from_the_bytes_of_an_old_row(
    house, referral, pool
):
    house.follow()
    with pool.connection() as connection:
        table = house.models.follower.tables[REFERRALS.name].table
        query = SQL("SELECT guardian, name FROM {}").format(table)
        [(guardian, name)] = connection.execute(query).fetchall()
    house.forget(referral, PartyGrounds(**vars(GROUNDS), party=Party.GUARDIAN))
    left = house.keys.of([(referral.key, "specific")])[referral.key, "specific"].secret
    place = f"{house.ledger.store}|referrals|{referral.key}"
    assert unseal(left, name, f"{place}|name") == b'"Sari Fiktif"'
    with pytest.raises(InvalidTag):
        unseal(left, guardian, f"{place}|guardian")


def test_a_youth_is_forgotten_once_the_referral_is_over_and_the_guardian_as_well(house, referral):
    youth = PartyGrounds(**vars(GROUNDS), party=Party.YOUTH)
    with pytest.raises(Refused) as refusal:
        house.forget(referral, youth)
    assert refusal.value.code == "referral.not_over"


def test_each_field_is_sealed_under_the_key_of_whom_it_is_about(pool, ledger):
    class Visited(Event, stored_as="house.visited"):
        """Somebody with a record of their own visited."""

        visitor: Open[str]
        name: Annotated[Personal[str], Whose(field="visitor", role=None)]
        remark: Personal[str]

    codec = PageCodec("store", ledger.keys, {Visited.names[-1]: Visited})
    event = Visited(effective=on("2025-07-01"), visitor="tono", name="Tono", remark="sehat")
    page = PageAlone(codec.page(draft(event), "0" * 64), 1, now())
    (whole,) = codec.recorded([page])
    assert whole.event == event
    ledger.keys.destroy(
        destruction(
            replace(whole, event=forgotten(), stream=StreamId(kind="person", key="tono")), ()
        )
    )
    (left,) = codec.recorded([page])
    assert left.event == replace(event, name=FORGOTTEN)


def forgotten():
    return PersonForgotten(
        effective=on("2025-07-02"),
        basis=ForgettingBasis.REQUESTED,
        decided_by="kanwil-7",
        decision="W2/13",
        document=None,
        documents=(),
    )
