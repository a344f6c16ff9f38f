"""Large transactions, sent ahead: in order, each whole, and nothing behind one that failed."""

from dataclasses import replace

import psycopg
import pytest
from pages import assessed, began, draft, stream, write
from psycopg import IntegrityError

from application.in_turn import Decided
from application.ledger import BEGINNING, Conflict, Head, OutcomeUnknown
from domain.kernel import SubjectForgotten
from infrastructure.in_turn import InTurn

FRESH = Head(version=0, hash=BEGINNING)
NOT_WRITTEN_YET = "f" * 64


def bundle(*drafts):
    """A bundle whose heads are as whoever rehearsed it knows them: no hash of what comes before."""
    heads = {}
    for one in drafts:
        before = one.version - 1
        head = Head(version=before, hash=NOT_WRITTEN_YET) if before else FRESH
        heads.setdefault(one.stream, head)
    return Decided(drafts=drafts, heads=heads)


@pytest.fixture
def in_turn(ledger, pool):
    return InTurn(ledger, pool)


def test_bundles_are_written_in_their_order_and_each_goes_on_from_those_before(ledger, in_turn):
    written = in_turn(
        [
            bundle(draft(assessed()), draft(assessed(), to=stream("2"))),
            bundle(draft(began(), version=2)),
            bundle(draft(began(), to=stream("2"), version=2), draft(assessed(), to=stream("3"))),
        ]
    )
    assert [list(positions) for positions in written] == [[1, 2], [3], [4, 5]]
    pages = list(ledger.walk())
    assert [page.position for page in pages] == [1, 2, 3, 4, 5]
    for one in map(ledger.read, (stream(), stream("2"), stream("3"))):
        hashes = [BEGINNING, *(page.hash for page in one)]
        assert [page.prev_hash for page in one] == hashes[:-1]


def test_behind_a_conflict_nothing_is_written_and_what_is_before_it_is_told(ledger, in_turn):
    write(ledger, draft(assessed(), to=stream("2")))
    written = in_turn(
        [
            bundle(draft(assessed())),
            bundle(draft(began(), to=stream("2")), draft(assessed(), to=stream("3"))),
            bundle(draft(assessed(), to=stream("4"))),
        ]
    )
    assert list(next(written)) == [2]
    with pytest.raises(Conflict) as lost:
        next(written)
    assert lost.value.stream == stream("2")
    assert ledger.position() == 2
    assert not ledger.read(stream("3"))
    assert not ledger.read(stream("4"))


def test_what_a_bundle_only_rests_on_must_stand_where_it_stood(ledger, in_turn):
    write(ledger, draft(assessed(), to=stream("2")))
    rests = Decided(drafts=(draft(assessed()),), heads={stream(): FRESH, stream("2"): FRESH})
    with pytest.raises(Conflict):
        list(in_turn([rests]))
    assert ledger.position() == 1


def test_who_was_forgotten_stops_a_bundle_and_not_the_one_before(ledger, in_turn):
    gone = replace(draft(assessed(), to=stream("2"), reason="karena Budi"), subject="budi")
    ledger.keys.forget_here([gone.subject])
    written = in_turn([bundle(draft(assessed())), bundle(gone)])
    assert list(next(written)) == [1]
    with pytest.raises(SubjectForgotten):
        next(written)
    assert ledger.position() == 1


def test_an_outcome_that_is_unknown_ends_it_and_nothing_behind_it_is_written(
    ledger, in_turn, database
):
    with psycopg.connect(database) as owner:  # as a cancelled wait for a standby would warn
        owner.execute(
            "CREATE FUNCTION warn() RETURNS trigger LANGUAGE plpgsql AS"
            " $$ BEGIN RAISE WARNING USING ERRCODE = '01000'; RETURN NULL; END $$"
        )
        owner.execute(
            "CREATE CONSTRAINT TRIGGER warn AFTER INSERT ON ledger.event DEFERRABLE"
            " INITIALLY DEFERRED FOR EACH ROW WHEN (NEW.position = 2) EXECUTE FUNCTION warn()"
        )
    written = in_turn([bundle(draft(assessed(), to=stream(str(n)))) for n in range(1, 5)])
    assert list(next(written)) == [1]
    with pytest.raises(OutcomeUnknown):
        next(written)
    assert ledger.position() == 2  # it stands as it happens, and was not claimed


def test_a_bundle_of_nothing_is_a_commit(ledger, in_turn, database):
    with psycopg.connect(database, autocommit=True) as other:
        before = other.execute("SELECT pg_current_wal_flush_lsn()").fetchone()
        assert [list(one) for one in in_turn([Decided(drafts=(), heads={})])] == [[]]
        assert other.execute("SELECT pg_current_wal_flush_lsn() > %s", before).fetchone() == (True,)
    assert ledger.position() == 0


def test_a_bundle_is_on_its_way_while_the_next_is_fetched(ledger, in_turn):
    def bundles():
        for number in range(1, 8):
            yield bundle(draft(assessed(), to=stream(str(number))))
            seen.append(ledger.position())

    seen = []
    assert [list(one) for one in in_turn(bundles())] == [[number] for number in range(1, 8)]
    assert seen[-1] >= 5  # the sixth is on its way, and the seventh has its keys


def test_what_is_on_its_way_is_told_before_the_error_of_whoever_fetches(ledger, in_turn):
    def bundles():
        for number in range(1, 5):
            yield bundle(draft(assessed(), to=stream(str(number))))
        raise ValueError("no more of them")

    written = in_turn(bundles())
    assert [list(next(written)) for _ in range(4)] == [[1], [2], [3], [4]]
    with pytest.raises(ValueError, match="no more"):
        next(written)


def test_a_line_that_breaks_during_a_commit_leaves_an_unknown_outcome(ledger, in_turn, database):
    with psycopg.connect(database) as owner:  # once: nobody may try again of its own accord
        owner.execute("CREATE SEQUENCE cuts")
        owner.execute(
            "CREATE FUNCTION cut() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS"
            " $$ BEGIN IF nextval('public.cuts') = 1 THEN"
            " PERFORM pg_terminate_backend(pg_backend_pid()); END IF; RETURN NULL; END $$"
        )
        owner.execute(
            "CREATE CONSTRAINT TRIGGER cut AFTER INSERT ON ledger.event DEFERRABLE"
            " INITIALLY DEFERRED FOR EACH ROW WHEN (NEW.position = 2) EXECUTE FUNCTION cut()"
        )
    written = in_turn([bundle(draft(assessed(), to=stream(str(n)))) for n in range(1, 5)])
    assert list(next(written)) == [1]
    with pytest.raises(OutcomeUnknown):
        next(written)
    assert ledger.position() == 1


def test_what_no_table_takes_is_told_as_ever_and_what_is_before_it_stands(ledger, in_turn):
    write(ledger, draft(assessed()))
    again = replace(draft(assessed(), to=stream("2")), event_id=ledger.read(stream())[0].event_id)
    with pytest.raises(IntegrityError):
        list(in_turn([bundle(draft(assessed(), to=stream("3"))), bundle(again)]))
    assert ledger.position() == 2
