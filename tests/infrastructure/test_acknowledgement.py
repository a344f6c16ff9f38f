"""2xx only after a COMMIT that is known to stand: a warned or broken one is an unknown outcome."""

import os
import resource
from contextlib import suppress

import psycopg
import pytest
from failing_over import cut_all, fail_over
from pages import ACTOR, assessed, began, draft, stream, write
from psycopg.conninfo import make_conninfo

from application.ledger import BEGINNING, Command, Head, OutcomeUnknown
from infrastructure.writing_line import WritingLine


def test_a_commit_that_comes_back_with_a_warning_is_not_acknowledged(ledger, pool, database):
    with psycopg.connect(database) as owner:  # as a cancelled wait for a standby would warn
        owner.execute(
            "CREATE FUNCTION warn() RETURNS trigger LANGUAGE plpgsql AS"
            " $$ BEGIN RAISE WARNING USING ERRCODE = '01000', MESSAGE = 'canceling wait for"
            " synchronous replication'; RETURN NULL; END $$"
        )
        owner.execute(
            "CREATE CONSTRAINT TRIGGER warn AFTER INSERT ON ledger.event"
            " DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION warn()"
        )
    command = Command(key="k-1", body=b"one")
    with pytest.raises(OutcomeUnknown):
        write(ledger, draft(assessed()), command=command)
    assert ledger.answered(ACTOR.id, command).position == 1


def test_a_connection_cut_during_commit_is_an_unknown_outcome_and_the_key_tells(ledger, database):
    with psycopg.connect(database) as owner:
        owner.execute(
            "CREATE FUNCTION cut() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS"
            " $$ BEGIN PERFORM pg_terminate_backend(pg_backend_pid()); RETURN NULL; END $$"
        )
        owner.execute(
            "CREATE CONSTRAINT TRIGGER cut AFTER INSERT ON ledger.event"
            " DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION cut()"
        )
    command = Command(key="k-1", body=b"one")
    with pytest.raises(OutcomeUnknown):
        write(ledger, draft(assessed()), command=command)
    assert ledger.answered(ACTOR.id, command) is None
    with psycopg.connect(database) as owner:
        owner.execute("DROP TRIGGER cut ON ledger.event")
    receipt = ledger.append(
        [draft(assessed())],
        heads={stream(): Head(version=0, hash=BEGINNING)},
        actor=ACTOR.id,
        command=command,
    )
    assert receipt.position == 1


def test_an_earlier_answer_is_given_only_after_a_commit_that_is_confirmed(ledger, database):
    """Its own COMMIT may not have been: a barrier behind it stands for it."""
    command = Command(key="k-1", body=b"one")
    write(ledger, draft(assessed()), command=command)
    with psycopg.connect(database, autocommit=True) as owner:
        before = owner.execute("SELECT pg_current_wal_insert_lsn()").fetchone()[0]
        ledger.answered(ACTOR.id, command)
        ((flushed,),) = owner.execute(
            "SELECT pg_wal_lsn_diff(pg_current_wal_insert_lsn(), %s)", (before,)
        ).fetchall()
    assert flushed > 0


def test_a_line_that_was_closed_while_idle_is_opened_anew_and_nothing_is_unknown(ledger, database):
    write(ledger, draft(assessed()))
    with psycopg.connect(database, autocommit=True) as owner:
        cut_all(owner)
    assert write(ledger, draft(assessed(), to=stream("2"))).position == 2


def test_a_store_that_cannot_be_reached_has_written_nothing_and_is_tried_again(database):
    line = WritingLine(make_conninfo(database, dbname="jejak_none_such"))
    for _ in range(2):
        with pytest.raises(psycopg.OperationalError):
            line.commit(b"SELECT 1", ())
    line.close()


def test_a_commit_that_is_never_answered_is_unknown_after_a_while(database, monkeypatch):
    monkeypatch.setattr(WritingLine, "ANSWER_SECONDS", 0.1)
    line = WritingLine(database)
    with pytest.raises(OutcomeUnknown):
        line.commit(b"SELECT pg_sleep(9)", ())
    assert line.commit(b"SELECT 1", ()) == [(1,)]
    line.close()


def test_a_busy_process_may_have_any_number_of_descriptors(database):
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
    if most < 2048:
        pytest.skip("this user may not open so many files")
    held = [os.dup(0) for _ in range(1100)]
    line = WritingLine(database)
    try:
        assert [line.commit(b"SELECT 1", ()) for _ in range(2)] == [[(1,)]] * 2
    finally:
        line.close()
        for one in held:
            os.close(one)


def test_what_is_acknowledged_is_on_the_disk_however_the_server_is_set(ledger, database):
    with psycopg.connect(database, autocommit=True) as owner:
        name = owner.info.dbname
        owner.execute(f"ALTER DATABASE {name} SET synchronous_commit = off")
    line = WritingLine(database)
    assert line.commit(b"SHOW synchronous_commit", ()) == [("on",)]
    line.close()


def test_a_page_that_was_seen_and_lost_at_a_fail_over_is_not_remembered(ledger, database):
    write(ledger, draft(assessed()))
    (first,) = ledger.read(stream())
    lost = draft(began(), version=2)
    write(ledger, lost, heads={stream(): Head(version=1, hash=first.hash)})
    assert len(ledger.read(stream())) == 2
    fail_over(database)
    assert len(read_over_a_new_connection(ledger)) == 1
    again = draft(assessed("2025-08"), version=2)
    write(ledger, again, heads={stream(): Head(version=1, hash=first.hash)})
    assert [page.event for page in ledger.read(stream())] == [first.event, again.event]


def read_over_a_new_connection(ledger):
    for _ in range(12):  # as many as the pool may have had, each cut
        with suppress(psycopg.OperationalError):
            return ledger.read(stream())
    raise AssertionError
