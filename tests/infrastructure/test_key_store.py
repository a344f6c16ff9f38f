"""Keys apart from the ledger: made once, wrapped, replaced under another master key, destroyed."""

import hmac
import sys
from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest
from pages import began, draft, stream, write
from psycopg import errors
from uuid_utils import uuid7

from domain.kernel import DataClass, SubjectForgotten
from infrastructure.database import open_database
from infrastructure.key_opening import open_key_store
from infrastructure.key_store import KeyStore
from infrastructure.key_traces import move_keys
from infrastructure.ledger import EventsourcingLedger
from infrastructure.master_key import (
    KeptInFile,
    MasterKey,
    MasterKeyRetired,
    MasterKeyUnreadable,
    WrappedByCommand,
    master_place,
)
from infrastructure.rotation import RotationUnderWay, opened, rotate
from infrastructure.sealing import KeyMissing, owner, seal
from infrastructure.settings import Settings
from infrastructure.tombstones import Destruction, TombstoneFile
from infrastructure.wrapping import PURPOSES

MASTER = MasterKey(b"k" * 32)
BUDI, TONO = owner("budi", DataClass.PERSONAL), owner("tono", DataClass.SPECIFIC)
KMS = """
import sys
secret = bytes(255 - byte for byte in sys.stdin.buffer.read())
sys.stdout.buffer.write(secret if sys.argv[-1] in {"wrap", "unwrap"} else b"")
"""


@pytest.fixture
def place(tmp_path):
    place = KeptInFile(tmp_path)
    (tmp_path / "master.key").write_text((b"k" * 32).hex())
    return place


def forgetting(*subjects):
    return Destruction(
        subjects=subjects, event_id=str(uuid7()), stream=f"person:{subjects[0]}", told={"name": "x"}
    )


def again(pool, store, master=MASTER, tombstones=None):
    keys = KeyStore(pool, master, tombstones)
    keys.ensure_master(store)
    return keys


def test_a_key_is_made_once_whoever_asks_for_it_and_however_many_at_once(keys, pool, store):
    stores = [keys, *(again(pool, store) for _ in range(3))]
    with ThreadPoolExecutor(4) as hands:
        made = list(hands.map(lambda one: one.of([BUDI, TONO]), stores))
    assert all(keys == made[0] for keys in made)
    assert made[0][BUDI] != made[0][TONO]


def test_opened_keys_are_a_bounded_number_and_those_pushed_out_are_read_again(pool, store):
    keys = KeyStore(pool, MASTER, most=2)
    keys.ensure_master(store)
    owners = [owner(str(number), DataClass.PERSONAL) for number in range(5)]
    made = keys.of(owners)
    assert len(keys.opened) == 2
    assert keys.of(owners) == made


def test_a_key_that_is_neither_there_nor_destroyed_is_missed_loudly(keys):
    with pytest.raises(KeyMissing):
        keys.by_id({str(uuid7()): "budi"})


def test_a_destroyed_key_is_nobodys_and_no_other_is_ever_made(keys, pool, store):
    made = keys.of([BUDI, TONO])
    another = again(pool, store)
    another.of([BUDI])
    keys.destroy(forgetting("budi"))
    assert keys.by_id({made[BUDI].key_id: "budi"}) == {made[BUDI].key_id: None}
    assert keys.by_id({made[TONO].key_id: "tono"}) == {made[TONO].key_id: made[TONO]}
    another.refresh()
    for one in (keys, another, again(pool, store)):
        with pytest.raises(SubjectForgotten):
            one.of([BUDI])
        with pytest.raises(SubjectForgotten):
            one.of([owner("budi", DataClass.SPECIFIC)])


def test_a_process_that_has_not_heard_of_it_makes_no_key_either(keys, pool, store):
    another = again(pool, store)
    keys.destroy(forgetting("budi"))
    with pytest.raises(SubjectForgotten):
        another.of([BUDI])


def test_destroying_twice_is_destroying_once(keys):
    keys.of([BUDI])
    once = forgetting("budi")
    keys.destroy(once)
    keys.destroy(once)
    assert [one.subjects for one in keys.destructions()] == [("budi",)]


@pytest.mark.parametrize(
    "deed",
    [
        "DELETE FROM keys.sealing_key",
        "UPDATE keys.sealing_key SET subject = 'x'",
        "TRUNCATE keys.sealing_key",
        "DELETE FROM keys.tombstone",
        "UPDATE keys.tombstone SET subject = 'x'",
        "UPDATE keys.master SET digest = ''",
    ],
)
@pytest.mark.parametrize("who", ["jejak_keys", None], ids=["the keys' role", "the owner"])
def test_no_key_goes_without_a_tombstone_and_no_tombstone_goes(keys, database, deed, who):
    keys.of([BUDI, TONO])
    keys.destroy(forgetting("tono"))
    with psycopg.connect(database) as connection:
        connection.execute("SET CONSTRAINTS ALL IMMEDIATE")
        if who:
            connection.execute(f"SET ROLE {who}")
        with pytest.raises((errors.InsufficientPrivilege, errors.RestrictViolation)):
            connection.execute(deed)
    assert keys.of([BUDI])


@pytest.mark.parametrize(
    ("role", "question"),
    [
        ("jejak_service", "SELECT FROM keys.sealing_key"),
        ("jejak_service", "SELECT FROM keys.subject_key"),
        ("jejak_service", "SELECT FROM keys.secret"),
        ("jejak_keys", "SELECT FROM ledger.event"),
        ("jejak_keys", "SELECT FROM evidence.document"),
    ],
)
def test_who_has_the_pages_has_no_key_and_who_has_the_keys_has_no_page(database, role, question):
    with psycopg.connect(database) as connection:
        connection.execute(f"SET ROLE {role}")
        with pytest.raises(errors.InsufficientPrivilege):
            connection.execute(question)


def test_another_master_key_takes_the_place_of_the_first_and_touches_no_page(
    ledger, pool, store, place
):
    write(ledger, draft(began(), reason="karena Budi"))
    (before,) = ledger.read(stream())
    secrets = {purpose: ledger.keys.derive(purpose) for purpose in PURPOSES}
    assert secrets == {purpose: MASTER.derive(purpose) for purpose in PURPOSES}, "as ever"
    done = rotate(ledger.keys, place, heard_seconds=0)
    assert (done.generation, done.keys) == (2, 2)
    following = MasterKey(place.read())
    with EventsourcingLedger(pool, following) as later:
        assert later.read(stream()) == (before,)
        assert {purpose: later.keys.derive(purpose) for purpose in PURPOSES} == secrets
        write(later, draft(began(), to=stream("2")))
    with pytest.raises(MasterKeyRetired, match="replaced"):
        again(pool, store)
    with pytest.raises(MasterKeyUnreadable, match="not the ledger's"):
        again(pool, store, MasterKey(b"x" * 32))


def test_services_at_work_make_and_read_keys_while_the_master_key_is_replaced(pool, store, place):
    rotating, at_work = again(pool, store), again(pool, store)
    first = rotating.of([BUDI])
    with pool.connection() as connection, connection.transaction():
        connection.execute("SET LOCAL ROLE jejak_keys")
        rotating.wrapping.hand_over(connection, MasterKey(place.next(make=True)))
    made = at_work.of([TONO])
    assert again(pool, store).of([BUDI]) == first, "opened with the old one, while it still opens"
    assert rotate(rotating, place, heard_seconds=0).keys == 1, "one was wrapped anew already"
    assert again(pool, store, MasterKey(place.read())).of([BUDI, TONO]) == {**first, **made}


def test_a_rotation_that_was_cut_off_before_its_last_step_is_finished_at_the_next_opening(
    pool, store, place, tmp_path, monkeypatch
):
    monkeypatch.setattr(KeptInFile, "promote", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
    keys = again(pool, store)
    made = keys.of([BUDI])
    with pytest.raises(KeyboardInterrupt):
        rotate(keys, place, heard_seconds=0)
    monkeypatch.undo()
    assert opened(pool, place, store, None).of([BUDI]) == made
    assert opened(pool, place, store, None).of([BUDI]) == made
    assert (tmp_path / "master.key.retired-1").read_text() == (b"k" * 32).hex()
    assert not (tmp_path / "master.key.next").exists()


def test_a_second_rotation_at_the_same_time_is_refused_in_words(pool, store, place):
    first, second = again(pool, store), again(pool, store)
    made, refused = first.of([BUDI]), []

    def meanwhile(_):
        with pytest.raises(RotationUnderWay, match="another rotation"):
            rotate(second, place, heard_seconds=0)
        refused.append(True)

    assert rotate(first, place, meanwhile, heard_seconds=0).generation == 2
    assert refused == [True]
    with pytest.raises(MasterKeyRetired):  # it had not heard of the first
        rotate(second, place, heard_seconds=0)
    assert again(pool, store, MasterKey(place.read())).of([BUDI]) == made


def test_a_program_of_the_operator_wraps_the_master_key_and_the_file_alone_opens_nothing(
    pool, store, tmp_path, monkeypatch
):
    program = tmp_path / "kms.py"
    program.write_text(KMS)
    monkeypatch.delenv("JEJAK_MASTER_KEY", raising=False)
    monkeypatch.setenv("JEJAK_MASTER_KEY_COMMAND", f"{sys.executable} {program}")
    place = master_place(tmp_path)
    assert isinstance(place, WrappedByCommand)
    secret = place.read()
    assert place.read() == secret
    assert secret not in (tmp_path / "master.key.wrapped").read_bytes()
    keys = again(pool, store, MasterKey(secret))
    made = keys.of([BUDI])
    rotate(keys, place, heard_seconds=0)
    assert place.read() != secret
    assert again(pool, store, MasterKey(place.read())).of([BUDI]) == made
    monkeypatch.setenv("JEJAK_MASTER_KEY_COMMAND", "/bin/false")
    with pytest.raises(MasterKeyUnreadable, match="unwrap"):
        master_place(tmp_path).read()


def test_a_key_store_of_another_ledger_is_told_apart(keys, pool):
    with pytest.raises(MasterKeyUnreadable, match="another ledger"):
        again(pool, str(uuid7()))


def test_keys_that_an_older_edition_kept_with_the_ledger_are_moved_and_open_its_pages(
    database, pool, store
):
    wrapping, key_id = MASTER.derive("subject-keys"), str(uuid7())
    digest = hmac.digest(wrapping, store.encode(), "sha256")
    with psycopg.connect(database) as old:
        old.execute("INSERT INTO keys.master_check (digest) VALUES (%s)", (digest,))
        old.execute(
            "INSERT INTO keys.subject_key (key_id, subject, data_class, wrapped)"
            " VALUES (%s, 'budi', 'personal', %s)",
            (key_id, seal(wrapping, b"s" * 32, key_id)),
        )
    assert move_keys(database, database) == 1
    assert move_keys(database, database) == 0
    assert again(pool, store).of([BUDI])[BUDI].secret == b"s" * 32
    with psycopg.connect(database) as old:
        assert old.execute("SELECT FROM keys.subject_key").rowcount == 0


def test_the_file_beside_the_master_key_destroys_again_what_an_old_key_store_brings_back(
    pool, store, tmp_path
):
    tombstones = TombstoneFile(tmp_path / "forgotten.jsonl")
    made = again(pool, store).of([BUDI])
    tombstones.add(forgetting("budi"))
    opened_later = again(pool, store, MASTER, tombstones)
    assert opened_later.by_id({made[BUDI].key_id: "budi"}) == {made[BUDI].key_id: None}


def test_the_operator_says_where_keys_are_and_else_they_are_with_the_ledger(
    database, empty_database, tmp_path, monkeypatch
):
    beside = Settings(database_url=database, data_dir=tmp_path)
    with open_database(beside) as opened_beside:
        assert not opened_beside.apart
    apart = Settings(database_url=database, keys_url=empty_database, data_dir=tmp_path)
    with (
        open_database(apart) as opened_apart,
        open_key_store(opened_apart, tmp_path) as keys,
        psycopg.connect(empty_database) as connection,
    ):
        keys.of([BUDI])
        assert opened_apart.apart
        assert connection.execute("SELECT FROM keys.sealing_key").rowcount == 1
        assert connection.execute("SELECT to_regnamespace('ledger')").fetchone() == (None,)
