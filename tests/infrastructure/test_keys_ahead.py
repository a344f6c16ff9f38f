"""Keys that are sent for and asked for later: made once, durable, of nobody forgotten."""

from contextlib import closing

import psycopg
import pytest
from uuid_utils import uuid7

from application.ledger import OutcomeUnknown
from domain.kernel import DataClass, SubjectForgotten
from infrastructure.key_store import KeyStore
from infrastructure.keys_ahead import KeysAhead
from infrastructure.master_key import KeptInFile, MasterKey
from infrastructure.sealing import owner
from infrastructure.tombstones import Destruction
from infrastructure.wrapping import DOOR

MASTER = MasterKey(b"k" * 32)
BUDI, TONO, SITI = (owner(name, DataClass.PERSONAL) for name in ("budi", "tono", "siti"))


@pytest.fixture
def ahead(keys):
    with closing(KeysAhead(keys)) as ahead:
        yield ahead


@pytest.fixture
def elsewhere(pool, store):
    """The key store in another process."""
    keys = KeyStore(pool, MASTER)
    keys.ensure_master(store)
    return keys


def test_keys_are_made_while_something_else_is_done(ahead, elsewhere, database):
    with psycopg.connect(database) as door:
        door.execute("SELECT pg_advisory_xact_lock(%s)", (DOOR,))
        ahead.begin([BUDI, TONO])
        assert elsewhere.known([BUDI, TONO]) == {}
    taken = ahead.taken()
    assert taken.keys() == {BUDI, TONO}
    assert elsewhere.of([BUDI, TONO]) == taken


def test_keys_that_are_opened_here_are_not_made_again(ahead, keys):
    first = keys.of([BUDI])
    ahead.begin([BUDI])
    assert ahead.taken() == first
    ahead.begin([BUDI, TONO])
    assert ahead.taken()[BUDI] == first[BUDI]
    ahead.begin([])
    assert not ahead.taken()


def test_keys_that_another_process_made_are_the_ones_taken(ahead, elsewhere):
    first = elsewhere.of([BUDI])
    ahead.begin([BUDI, TONO])
    taken = ahead.taken()
    assert taken[BUDI] == first[BUDI]
    assert elsewhere.of([TONO])[TONO] == taken[TONO]


def test_no_key_is_taken_of_whom_another_process_forgot(ahead, elsewhere, keys):
    elsewhere.destroy(forgetting("budi"))
    ahead.begin([BUDI, TONO])
    with pytest.raises(SubjectForgotten):
        ahead.taken()
    assert keys.forgot("budi")
    ahead.begin([TONO])
    assert ahead.taken().keys() == {TONO}


def test_no_key_is_taken_of_who_is_forgotten_while_it_is_made(ahead, keys):
    ahead.begin([BUDI])
    keys.forget_here(["budi"])
    with pytest.raises(SubjectForgotten):
        ahead.taken()
    ahead.begin([BUDI])
    with pytest.raises(SubjectForgotten):
        ahead.taken()


def test_keys_are_wrapped_under_the_master_key_that_follows(ahead, elsewhere, pool, tmp_path):
    (tmp_path / "master.key").write_text((b"k" * 32).hex())
    following = KeptInFile(tmp_path).next(make=True)
    with pool.connection() as connection, connection.transaction():
        connection.execute("SET LOCAL ROLE jejak_keys")
        elsewhere.wrapping.hand_over(connection, MasterKey(following))
    ahead.begin([SITI])
    taken = ahead.taken()
    elsewhere.refresh()
    assert elsewhere.known([SITI]) == taken


def test_keys_that_are_not_known_to_be_durable_are_not_taken(ahead, database):
    with psycopg.connect(database) as owner:  # as a cancelled wait for a standby would warn
        owner.execute(
            "CREATE FUNCTION warn() RETURNS trigger LANGUAGE plpgsql AS"
            " $$ BEGIN RAISE WARNING USING ERRCODE = '01000'; RETURN NULL; END $$"
        )
        owner.execute(
            "CREATE CONSTRAINT TRIGGER warn AFTER INSERT ON keys.sealing_key DEFERRABLE"
            " INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION warn()"
        )
    ahead.begin([BUDI])
    with pytest.raises(OutcomeUnknown):
        ahead.taken()


def forgetting(subject):
    return Destruction(
        subjects=(subject,), event_id=str(uuid7()), stream=f"person:{subject}", told={"name": "x"}
    )
