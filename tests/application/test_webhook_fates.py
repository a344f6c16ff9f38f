"""What becomes of an entry after an attempt, and of its receiver."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from application.webhook_fates import (
    AFRESH,
    PATIENCE,
    REFUSED_AGAIN,
    Answer,
    Fate,
    Tries,
    decide,
)

AT = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)


def answered(status=None, cause=None, retry_after=None):
    return Answer(status=status, cause=cause, retry_after=retry_after, milliseconds=1)


def after(answers, at=AT, chance=1.0, **how):
    """Decide on one answer after another, each at the moment that the one before asked for."""
    tries, decided = AFRESH, None
    for answer in answers:
        decided = decide(answer, tries, at, chance, **how)
        tries, at = decided.tries, decided.next_at
    return decided, at


@pytest.mark.parametrize("status", [200, 202, 204, 299])
def test_what_was_taken_is_over_and_nothing_is_remembered_of_it(status):
    hour = AT - timedelta(hours=1)
    before = Tries(
        attempts=7, refusals=2, troubles=3, troubled_since=hour, failing_since=hour, spurned=2
    )
    decided = decide(answered(status), before, AT, 0.5)
    assert (decided.fate, decided.next_at, decided.tries) == (Fate.TAKEN, AT, AFRESH)


@pytest.mark.parametrize("status", [301, 307, 401, 403, 404, 408, 429, 500, 503])
def test_a_receiver_in_trouble_gets_the_same_entry_again(status):
    decided = decide(answered(status), AFRESH, AT, 1.0)
    assert decided.fate is Fate.AGAIN
    assert decided.tries.failing_since == AT


def test_a_receiver_is_asked_ever_more_seldom_up_to_once_an_hour():
    tries, at, waits = AFRESH, AT, []
    for _ in range(14):
        decided = decide(answered(cause="timeout"), tries, at, 1.0)
        waits.append((decided.next_at - at).total_seconds())
        tries, at = decided.tries, decided.next_at
    assert waits[:4] == [5, 10, 20, 40]
    assert waits[-1] == waits[-2] == 3600


def test_the_wait_is_by_chance_between_nothing_and_its_most_so_that_no_crowd_comes_at_once():
    before = replace(AFRESH, attempts=5, troubles=5, troubled_since=AT)
    waits = [
        (decide(answered(503), before, AT, chance).next_at - AT).total_seconds()
        for chance in (0.0, 0.25, 1.0)
    ]
    assert waits == [1, 40, 160]


def test_after_three_days_of_trouble_the_house_stops_by_itself():
    begun = replace(AFRESH, attempts=90, troubles=90, troubled_since=AT - PATIENCE)
    almost = replace(begun, troubled_since=AT - PATIENCE + timedelta(seconds=1))
    assert decide(answered(503), begun, AT, 0.5).fate is Fate.EXHAUSTED
    assert decide(answered(503), almost, AT, 0.5).fate is Fate.AGAIN


def test_an_entry_that_is_refused_is_put_aside_after_five_attempts_in_ten_minutes():
    answers = [answered(422)] * 4
    decided, at = after(answers, chance=0.5)
    assert decided.fate is Fate.AGAIN
    assert at - AT == sum(REFUSED_AGAIN, timedelta()) == timedelta(minutes=10)
    assert after([*answers, answered(422)])[0].fate is Fate.DEAD


def test_trouble_in_between_does_not_use_up_the_attempts_of_an_entry():
    answers = [answered(503)] * 20 + [answered(400)] * 4
    assert after(answers)[0].fate is Fate.AGAIN
    assert after([*answers, answered(400)])[0].fate is Fate.DEAD


def test_a_receiver_that_refuses_is_not_in_trouble_any_more_and_still_takes_nothing():
    decided, _ = after([answered(503), answered(503), answered(422)])
    assert (decided.tries.troubles, decided.tries.troubled_since) == (0, None)
    assert decided.tries.failing_since == AT


def test_days_of_refusals_do_not_use_up_the_patience_with_a_receiver_in_trouble():
    refusing = replace(AFRESH, failing_since=AT - 2 * PATIENCE, spurned=7)
    assert decide(answered(503), refusing, AT, 0.5).fate is Fate.AGAIN


def attempts_of(spurned):
    """Return how often an entry is tried that is refused after others that were."""
    tries, at, count = replace(AFRESH, spurned=spurned), AT, 0
    while True:
        decided = decide(answered(422), tries, at, 0.5)
        tries, at, count = decided.tries, decided.next_at, count + 1
        if decided.fate is Fate.DEAD:
            assert tries.spurned == spurned + 1
            return count


def test_who_refuses_one_entry_after_another_is_asked_less_and_less_often_of_each():
    assert [attempts_of(spurned) for spurned in range(6)] == [5, 3, 2, 1, 1, 1]


def test_a_dead_letter_that_is_refused_again_holds_up_nobody():
    assert decide(answered(422), AFRESH, AT, 0.5, replayed=True).fate is Fate.DEAD
    assert decide(answered(503), AFRESH, AT, 0.5, replayed=True).fate is Fate.AGAIN


def test_gone_is_for_good():
    assert decide(answered(410), AFRESH, AT, 0.5).fate is Fate.GONE


def test_a_receiver_that_asks_to_be_left_alone_is_left_alone_for_a_day_at_most():
    hour, week = timedelta(hours=1), timedelta(days=7)
    assert decide(answered(429, retry_after=hour), AFRESH, AT, 0.5).next_at == AT + hour
    assert decide(answered(503, retry_after=week), AFRESH, AT, 0.5).next_at == AT + timedelta(1)
    assert decide(answered(422, retry_after=hour), AFRESH, AT, 0.5).next_at == AT + hour


ANY = st.one_of(
    st.integers(100, 599).map(answered),
    st.sampled_from(["timeout", "unreachable", "tls", "broken"]).map(lambda it: answered(cause=it)),
)


@given(st.lists(ANY, min_size=1, max_size=40), st.floats(0, 1))
def test_whatever_comes_an_entry_is_taken_or_tried_again_later_or_kept(answers, chance):
    tries, at = AFRESH, AT
    for answer in answers:
        decided = decide(answer, tries, at, chance)
        match decided.fate:
            case Fate.TAKEN:
                assert answer.taken
                return
            case Fate.AGAIN:
                assert decided.next_at > at
                assert decided.tries.refusals <= len(REFUSED_AGAIN)
            case _:
                assert not answer.taken
                return
        tries, at = decided.tries, decided.next_at
