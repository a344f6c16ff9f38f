"""What comes due by the clock: when it is looked for, by whom, and who takes over."""

import time
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest
from databases import own_database

from application.clock import Round
from infrastructure import ticker as ticking
from infrastructure.connections import service_pool
from infrastructure.ticker import Ticker

MIDNIGHT = datetime(2025, 8, 16, 17, tzinfo=UTC)
"""The 17th of August begins, in WIB."""
NEVER = 600.0
SECOND = timedelta(seconds=1)


@dataclass
class Work:
    """Something that is due at midnight, done once; it notes when it was asked."""

    asked: list[datetime] = field(default_factory=list)
    done: bool = False

    def look(self, now, goes_on):
        self.asked.append(now)
        if now < MIDNIGHT:
            return Round(recorded=0, left=0, next_at=MIDNIGHT, failed=None)
        first, self.done = not self.done, True
        return Round(recorded=int(first), left=0, next_at=None, failed=None)


@dataclass
class Wall:
    """Where a clock hangs that tests move."""

    at: datetime = MIDNIGHT

    def now(self):
        return self.at


def at_midnight():
    return MIDNIGHT


@pytest.fixture(scope="module")
def shared_pool(postgres, template):
    """One database for all of them, whose clock each begins anew."""
    with own_database(postgres, template) as database, service_pool(database) as pool:
        yield pool


@pytest.fixture
def pool(shared_pool):
    yield shared_pool
    with shared_pool.connection() as connection:
        connection.execute("DELETE FROM read_model.clock")


def ticker_of(pool, look, now=at_midnight):
    """One that is not running by itself: tests turn it."""
    return closing(Ticker(pool, look, now, "test"))


@contextmanager
def running(pool, look):
    with closing(Ticker(pool, look, at_midnight, "test")) as ticker:
        ticker.start()
        yield ticker


def wait_until(condition):
    deadline = time.monotonic() + 10
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.005)


def says_nothing_for_a_while(pool):
    with pool.connection() as connection:
        connection.execute("UPDATE read_model.clock SET beat_at = beat_at - interval '1 minute'")


def test_at_the_first_look_what_came_due_while_nobody_was_there_is_done_once(pool):
    wall = Wall(MIDNIGHT + timedelta(days=3))
    with ticker_of(pool, Work().look, wall.now) as ticker:
        assert ticker.turn().recorded == 1
        assert ticker.turn().recorded == 0


def test_it_is_looked_for_when_its_time_has_come_and_not_before(pool, monkeypatch):
    monkeypatch.setattr(ticking, "LOOK_SECONDS", NEVER)
    work, wall = Work(), Wall(MIDNIGHT - SECOND)
    with ticker_of(pool, work.look, wall.now) as ticker:
        assert ticker.turn(must_look=False).recorded == 0, "at the beginning"
        assert ticker.turn(must_look=False) is None
        wall.at = MIDNIGHT
        assert ticker.turn(must_look=False).recorded == 1
        assert ticker.turn(must_look=False) is None
    assert work.asked == [MIDNIGHT - SECOND, MIDNIGHT]


def test_a_machine_whose_clock_goes_ahead_does_nothing_early(pool):
    work, wall = Work(), Wall(datetime(2099, 1, 1, tzinfo=UTC))
    with ticker_of(pool, work.look, wall.now) as ticker:
        ticker.turn()
    (asked,) = work.asked
    assert asked < datetime.now(UTC) + timedelta(minutes=1), "by the database's clock"


def test_what_somebody_records_is_looked_for_at_once(pool, monkeypatch):
    monkeypatch.setattr(ticking, "LOOK_SECONDS", NEVER)
    monkeypatch.setattr(ticking, "BEAT_SECONDS", NEVER)
    work = Work()
    with running(pool, work.look) as ticker:
        wait_until(lambda: len(work.asked) == 1)
        ticker.hint()
        wait_until(lambda: len(work.asked) == 2)


def test_by_itself_it_looks_now_and_then_for_what_others_recorded(pool, monkeypatch):
    monkeypatch.setattr(ticking, "LOOK_SECONDS", 0.01)
    work = Work()
    with running(pool, work.look):
        wait_until(lambda: len(work.asked) > 2)


def test_one_process_looks_and_another_as_soon_as_it_is_gone(pool):
    with ticker_of(pool, Work().look) as holder, ticker_of(pool, Work().look) as second:
        assert holder.turn()
        assert second.turn() is None
        assert holder.turn()
        says_nothing_for_a_while(pool)
        assert second.turn()
        assert holder.turn() is None, "it woke up, and holds nothing any more"


def test_whoever_loses_the_clock_in_the_middle_of_its_work_is_told_to_stop(pool, monkeypatch):
    monkeypatch.setattr(ticking, "BEAT_SECONDS", 0.0)
    told = []

    def long_work(now, goes_on):
        told.append(goes_on())
        says_nothing_for_a_while(pool)
        assert second.turn()
        told.append(goes_on())
        return Round(recorded=0, left=1, next_at=None, failed=None)

    with ticker_of(pool, long_work) as slow, ticker_of(pool, Work().look) as second:
        slow.turn()
    assert told == [True, False]


def test_long_work_keeps_the_clock_while_it_goes_on(pool, monkeypatch):
    monkeypatch.setattr(ticking, "BEAT_SECONDS", 0.0)

    def long_work(now, goes_on):
        with pool.connection() as connection:
            connection.execute("UPDATE read_model.clock SET beat_at = beat_at - interval '4 s'")
        assert goes_on()
        with pool.connection() as connection:
            connection.execute("UPDATE read_model.clock SET beat_at = beat_at - interval '4 s'")
        assert second.turn() is None
        return Round(recorded=0, left=0, next_at=None, failed=None)

    with ticker_of(pool, long_work) as slow, ticker_of(pool, Work().look) as second:
        assert slow.turn()


def test_what_is_left_is_gone_on_with_without_waiting(pool, monkeypatch):
    monkeypatch.setattr(ticking, "LOOK_SECONDS", NEVER)
    left = list(range(5))

    def in_pieces(now, goes_on):
        left.pop()
        return Round(recorded=1, left=len(left), next_at=None, failed=None)

    with running(pool, in_pieces):
        wait_until(lambda: not left)


def test_one_that_closes_stops_between_pieces_and_leaves_the_clock_at_once(pool):
    pieces = []

    def endless(now, goes_on):
        while goes_on():
            pieces.append(now)
            time.sleep(0.001)
        return Round(recorded=len(pieces), left=1, next_at=None, failed=None)

    with running(pool, endless):
        wait_until(lambda: pieces)
    with ticker_of(pool, Work().look) as second:
        assert second.turn()


def test_what_goes_wrong_is_shown_by_its_class_and_tried_again(pool, monkeypatch):
    monkeypatch.setattr(ticking, "LOOK_SECONDS", 0.01)
    monkeypatch.setattr(ticking, "BEAT_SECONDS", 0.01)
    tries = []

    def failing(now, goes_on):
        tries.append(now)
        if len(tries) < 3:
            raise LookupError("Budi Fiktif")
        return Round(recorded=2, left=1, next_at=MIDNIGHT, failed=None)

    with ticker_of(pool, failing) as ticker:
        with pytest.raises(LookupError):
            ticker.turn()
        (seen,) = ticker.looked()
        assert (seen.error, seen.name) == ("LookupError", "test")
        assert seen.holder
        ticker.start()
        wait_until(lambda: ticker.looked()[0].error is None)
        (seen,) = ticker.looked()
        assert (seen.left, seen.next_at) == (1, MIDNIGHT)
        ticker.close()
        assert ticker.looked()[0].holder is None


def test_what_fails_in_part_is_shown_beside_what_was_done(pool):
    def partly(now, goes_on):
        return Round(recorded=3, left=1, next_at=None, failed="KeyMissing")

    with ticker_of(pool, partly) as ticker:
        ticker.turn()
        (seen,) = ticker.looked()
    assert (seen.recorded, seen.left, seen.error) == (3, 1, "KeyMissing")


def test_a_lost_connection_is_made_anew(database, monkeypatch):
    monkeypatch.setattr(ticking, "LOOK_SECONDS", 0.01)
    monkeypatch.setattr(ticking, "BEAT_SECONDS", 0.01)
    work = Work()
    with service_pool(database) as pool, running(pool, work.look):
        wait_until(lambda: work.asked)
        cut(pool)
        seen = len(work.asked)
        wait_until(lambda: len(work.asked) > seen)


def cut(pool):
    with service_pool(pool.conninfo, most=1) as other, other.connection() as connection:
        connection.execute("RESET ROLE")
        connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )


def test_the_table_is_the_services_own_as_all_that_can_be_made_again(pool):
    with pool.connection() as connection:
        (owner,) = connection.execute(
            "SELECT tableowner FROM pg_tables WHERE tablename = 'clock'"
        ).fetchone()
    assert owner == "jejak_service"
