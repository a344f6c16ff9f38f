"""A line whose answer is heard without waiting says the same of a commit as one that waits."""

from select import select

import psycopg
import pytest
from failing_over import cut_all
from psycopg.conninfo import make_conninfo

from application.ledger import OutcomeUnknown
from infrastructure.prepared_line import PreparedLine
from infrastructure.writing_line import WritingLine

ECHO = b"SELECT $1::bytea"
SLOW = b"SELECT length($1::bytea) FROM pg_sleep(9)"


@pytest.fixture
def line_for(database):
    opened = []

    def made(statement=ECHO, conninfo=database, **how):
        opened.append(PreparedLine(conninfo, statement, **how))
        return opened[-1]

    yield made
    for one in opened:
        one.close()


def test_nothing_is_heard_before_the_answer_and_then_all_of_it(line_for, database):
    line = line_for(b"SELECT $1::bytea FROM (SELECT pg_advisory_xact_lock(7)) AS locked")
    assert not line.standing, "it is opened when it is first needed"
    with psycopg.connect(database) as other:
        other.execute("SELECT pg_advisory_lock(7)")
        descriptor = line.begin([b"one"])
        assert line.heard() is None
        assert line.under_way
    assert select([descriptor], [], [], 20)[0]
    assert heard(line).get_value(0, 0) == b"one"
    assert not line.under_way
    assert line.standing


def test_what_is_more_than_fits_on_the_way_is_sent_on_by_whoever_waits(line_for):
    line, much = line_for(b"SELECT sha256($1::bytea)"), bytes(30_000_000)
    assert line.begin([much]) is None, "nobody can only listen for the answer"
    assert len(line.waited_for().get_value(0, 0)) == 32


def test_what_the_statement_says_is_raised_and_the_line_goes_on(line_for):
    line = line_for(b"SELECT 1 / octet_length($1::bytea)")
    for _ in range(2):
        line.begin([b""])
        with pytest.raises(psycopg.errors.DivisionByZero):
            line.waited_for()
    line.begin([b"1"])
    assert line.waited_for().ntuples == 1


def test_what_only_the_commit_says_is_raised_too(line_for, database):
    with psycopg.connect(database, autocommit=True) as owner:
        owner.execute("CREATE TABLE public.late (n int UNIQUE DEFERRABLE INITIALLY DEFERRED)")
        owner.execute("GRANT ALL ON public.late TO public")
    line = line_for(b"INSERT INTO public.late VALUES ($1::int), ($1::int) RETURNING n")
    line.begin([b"\0\0\0\1"])
    with pytest.raises(psycopg.errors.UniqueViolation):
        line.waited_for()


def heard(line):
    """Ask over and over, as an event loop does whenever there is something to read."""
    while (answer := line.heard()) is None:
        pass
    return answer


@pytest.mark.parametrize("hear", [heard, PreparedLine.waited_for])
def test_a_line_that_is_cut_while_under_way_leaves_it_unknown_and_is_opened_anew(
    line_for, database, hear
):
    line = line_for(SLOW)
    line.begin([b""])
    with psycopg.connect(database, autocommit=True) as owner:
        cut_all(owner)
    with pytest.raises(OutcomeUnknown):
        hear(line)
    assert not line.standing
    again = line_for()
    again.begin([b"two"])
    assert again.waited_for().get_value(0, 0) == b"two"
    with pytest.raises(OutcomeUnknown):
        line.heard()  # nothing is under way that could be told of


def used_and_cut(line, database):
    line.begin([b"one"])
    line.waited_for()
    with psycopg.connect(database, autocommit=True) as owner:
        cut_all(owner)
    return line


def test_an_idle_line_that_was_cut_does_not_stand_and_nothing_is_unknown(line_for, database):
    line = used_and_cut(line_for(), database)
    assert not line.standing
    line.begin([b"two"])
    assert line.waited_for().get_value(0, 0) == b"two"


def test_a_line_that_was_opened_anew_for_another_statement_is_prepared_anew(line_for, database):
    line = used_and_cut(line_for(), database)
    assert line.commit(b"SELECT 1", ()) == [(1,)]
    assert line.standing is None
    line.begin([b"two"])
    assert line.waited_for().get_value(0, 0) == b"two"


def test_without_waiting_no_line_is_opened(line_for):
    line = line_for()
    assert line.begin([b"one"], waits=False) is None
    assert not line.under_way
    assert line.standing is None


def test_what_cannot_be_prepared_is_said_each_time_and_nothing_is_unknown(line_for):
    line = line_for(b"SELECT no_such_function($1::bytea)")
    for _ in range(2):
        with pytest.raises(psycopg.errors.UndefinedFunction):
            line.begin([b"one"])
        assert not line.under_way


def test_a_commit_that_is_never_answered_is_unknown_after_a_while(line_for, monkeypatch):
    monkeypatch.setattr(WritingLine, "ANSWER_SECONDS", 0.1)
    line = line_for(SLOW)
    line.begin([b""])
    with pytest.raises(OutcomeUnknown):
        line.waited_for()


def test_a_server_that_lets_in_and_then_says_nothing_keeps_nobody_waiting_for_ever(
    line_for, monkeypatch
):
    monkeypatch.setattr(WritingLine, "ANSWER_SECONDS", 0.1)
    line = line_for(opening="SELECT pg_sleep(9)")
    with pytest.raises(psycopg.OperationalError):
        line.begin([b"one"])
    assert not line.under_way, "nothing was sent, and so nothing is unknown"


def test_where_no_thread_can_be_started_no_line_stands_that_nobody_watches(line_for, monkeypatch):
    def none_left(*_):
        raise RuntimeError("can't start new thread")

    line = line_for()
    with monkeypatch.context() as patched:
        patched.setattr("threading.Thread.start", none_left)
        for _ in range(2):
            with pytest.raises(RuntimeError):
                line.begin([b"one"])
    line.begin([b"one"])
    assert line.waited_for().get_value(0, 0) == b"one"
    assert line._watch.is_alive()  # noqa: SLF001


def test_a_line_that_was_not_set_up_to_its_end_is_none(line_for):
    line = line_for(opening="SELECT no_such_function()")
    for _ in range(2):
        with pytest.raises(psycopg.errors.UndefinedFunction):
            line.begin([b"one"])


def test_a_warning_makes_a_commit_unknown_and_the_next_one_is_its_own(line_for, database):
    with psycopg.connect(database, autocommit=True) as owner:
        owner.execute(
            "CREATE FUNCTION public.warned(said bytea) RETURNS bytea LANGUAGE plpgsql AS $$ BEGIN"
            " IF said = '\\x01' THEN RAISE WARNING USING ERRCODE = '01000'; END IF;"
            " RETURN said; END $$"
        )
    line = line_for(b"SELECT public.warned($1::bytea)")
    line.begin([b"\1"])
    with pytest.raises(OutcomeUnknown):
        line.waited_for()
    line.begin([b"\2"])
    assert line.waited_for().get_value(0, 0) == b"\2"


def test_a_store_that_cannot_be_reached_has_written_nothing_and_is_tried_again(line_for, database):
    line = line_for(conninfo=make_conninfo(database, dbname="jejak_none_such"))
    for _ in range(2):
        with pytest.raises(psycopg.OperationalError):
            line.begin([b"one"])
        assert not line.under_way
