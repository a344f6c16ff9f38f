"""An award day begins by itself: on time, once, and whatever happens to whoever sees to it."""

from contextlib import closing
from datetime import timedelta
from threading import Thread

import pytest
from award_days import MIDNIGHT, AwardDays, just_before
from forgetting_house import MASTER, take_keys

from application import batch_following
from benchmarks.convicts import AWARD_DAY
from domain.remisi import RemisiApplied
from domain.time import Zone
from infrastructure.ledger import EventsourcingLedger
from infrastructure.ticker import Ticker

AWARDED = 8
"""Of ten convicts."""
WIB, WITA, WIT = (MIDNIGHT[zone] for zone in Zone)


class Killed(BaseException):
    """As a process that is gone: nobody catches it."""


@pytest.fixture
def days(ledger, pool):
    return AwardDays(ledger, pool)


def clock(pool, days, now):
    """A process that does what comes due, and has not begun by itself."""
    return closing(Ticker(pool, days.following().follow_due, lambda: now, "remisi_batches"))


def look(pool, days, now):
    days.follow()
    with clock(pool, days, now) as ticker:
        return ticker.turn()


def test_the_day_begins_in_each_zone_at_its_own_midnight(days, pool):
    for zone in Zone:
        days.signed(days.unit(f"RUTAN-{zone.name}", zone), zone)
    told = []
    for instant, following in ((WIT, WITA), (WITA, WIB), (WIB, None)):
        look(pool, days, just_before(instant))
        before = sum(days.awards().values())
        assert look(pool, days, just_before(instant)).next_at == instant
        look(pool, days, instant)
        told.append(sum(days.awards().values()) - before)
        assert look(pool, days, instant).next_at == following
    assert told == [AWARDED] * 3


def test_what_began_while_the_service_was_down_is_made_up_for_and_takes_effect_on_its_day(
    days, pool
):
    days.signed(days.unit("RUTAN-MEDAN"))
    assert look(pool, days, WIB + timedelta(days=40)).recorded
    assert look(pool, days, WIB + timedelta(days=41)).recorded == 0
    assert set(days.awards().values()) == {1}
    assert len(days.awards()) == AWARDED
    applied = [page.event for page in days.ledger.walk() if isinstance(page.event, RemisiApplied)]
    assert {event.effective.day for event in applied} == {AWARD_DAY}


def test_whoever_is_killed_in_the_middle_is_replaced_and_nobody_gets_an_award_twice(
    days, pool, monkeypatch
):
    monkeypatch.setattr(batch_following, "TOGETHER", 3)
    days.signed(days.unit("RUTAN-MEDAN"))
    pieces = iter(range(2))

    def killed_after_two():
        if next(pieces, None) is None:
            raise Killed
        return True

    def due(now, goes_on):
        return days.following().follow_due(now, killed_after_two)

    with closing(Ticker(pool, due, lambda: WIB, "remisi_batches")) as killed:
        with pytest.raises(Killed):
            killed.turn()
        assert 0 < len(days.awards()) < AWARDED, "it was in the middle"
        with clock(pool, days, WIB) as second:
            assert second.turn() is None, "the first has only just been heard of"
            with pool.connection() as connection:
                connection.execute("UPDATE read_model.clock SET beat_at = beat_at - interval '9 s'")
            assert second.turn().recorded
    assert len(days.awards()) == AWARDED
    assert set(days.awards().values()) == {1}


@pytest.mark.long
def test_a_list_that_cannot_be_followed_holds_up_no_other(days, pool, database):
    lost, other = (days.signed(days.unit(f"RUTAN-{name}")) for name in ("LUPA", "MEDAN"))
    take_keys(database, days.ledger.read(days.cases_of(lost)[0])[0].subject)
    with EventsourcingLedger(pool, MASTER) as ledger:  # a process whose key store is behind
        later = AwardDays(ledger, pool)
        found = look(pool, later, WIB)
    assert (found.failed, found.left) == ("KeyMissing", 1)
    awarded = {case.key for case in days.cases_of(other)} & days.awards().keys()
    assert len(awarded) == AWARDED == len(days.awards())


@pytest.mark.long
def test_two_that_do_the_same_work_at_once_do_it_once(days, pool, monkeypatch):
    monkeypatch.setattr(batch_following, "TOGETHER", 2)
    stream = days.signed(days.unit("RUTAN-MEDAN"))
    both = [Thread(target=days.following().follow, args=(stream, WIB)) for _ in range(2)]
    for one in both:
        one.start()
    for one in both:
        one.join()
    look(pool, days, WIB)  # what the one had to leave to the other
    assert len(days.awards()) == AWARDED
    assert set(days.awards().values()) == {1}
