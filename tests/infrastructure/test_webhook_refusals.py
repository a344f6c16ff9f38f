"""What is refused holds up no withdrawal, and nothing for a day; a restored house calls nobody."""

from datetime import timedelta

import pytest
from anyio.from_thread import start_blocking_portal
from feeding_house import LIBRARY
from sending_house import Lost, Rest, came, refusing, sending_house, sent
from webhook_receivers import receiving

from application.webhooks import Did, SubscriptionState, Why
from infrastructure.restored_feeds import tell_anew

MINUTE = timedelta(minutes=1)


@pytest.fixture(scope="module")
def house(postgres, template):
    with (
        start_blocking_portal() as portal,
        sending_house(postgres, template, portal) as house,
    ):
        yield house


def test_a_withdrawal_does_not_wait_for_what_was_refused_and_takes_its_place(house):
    agreement = house.agreed_on("a", "a", "b", "-a", "a")
    with receiving(lambda event: 422 if event["id"] in {"1", "3"} else 204) as receiver:
        subscription, _ = house.subscribe(agreement, receiver)
        house.send_on(subscription)
    assert sent(receiver) == [1, 3, 4, 5], "2 waited behind 1, and the withdrawal for neither"
    assert house.letters(subscription) == [(3, "status_422", False)]
    log = house.webhooks.deliveries(LIBRARY, subscription, None, 50)
    superseded = [one for one in log if one.what is Did.SUPERSEDED]
    assert [(one.entry, one.attempt, one.actor) for one in superseded] == [(4, 2, None)]


def test_a_withdrawal_that_is_refused_itself_lies_among_the_letters_and_is_counted(house):
    agreement = house.agreed_on("a", "-a", "a", "b")
    refused, answers = refusing("a")
    with receiving(answers) as receiver:
        subscription, _ = house.subscribe(agreement, receiver)
        house.send_on(subscription)
        assert house.letters(subscription) == [(2, "status_422", False), (3, "behind", False)]
        causes = house.webhooks.causes(LIBRARY, subscription)
        assert {one.cause: one.withdrawals for one in causes} == {"status_422": 1, "behind": 0}
        refused.clear()
        receiver.got.clear()
        house.webhooks.replay(LIBRARY, subscription, "user-1")
        house.send(subscription)
    assert came(receiver) == [2, 3]


def test_what_is_refused_is_failing_with_its_next_attempt_until_something_is_taken(house):
    agreement = house.agreed_on("a", "b")
    begun, failing = house.wall.at, house.webhooks.tally().failing
    with receiving(refusing("a")[1]) as receiver:
        subscription, _ = house.subscribe(agreement, receiver)
        then = house.send(subscription)
        one = house.one(subscription)
        assert (one.attempts, one.failing_since, one.next_attempt) == (1, begun, then.until)
        assert house.webhooks.tally().failing == failing + 1
        house.send_on(subscription)
        one = house.one(subscription)
        assert (one.attempts, one.failing_since, one.next_attempt) == (0, None, None)
        assert house.webhooks.tally().failing == failing


def test_what_lies_at_the_end_put_aside_is_not_failing_any_more(house):
    agreement, failing = house.agreed_on("a"), house.webhooks.tally().failing
    with receiving(refusing("a")[1]) as receiver:
        subscription, _ = house.subscribe(agreement, receiver)
        house.send_on(subscription)
    assert (house.one(subscription).failing_since, house.one(subscription).dead) == (None, 1)
    assert house.webhooks.tally().failing == failing


def test_a_receiver_that_refuses_everything_does_not_hold_up_the_feed_for_a_day(house):
    subjects = [f"s{number}" for number in range(40)]
    agreement = house.agreed_on(*subjects)
    with receiving(lambda _: 422) as receiver:
        subscription, _ = house.subscribe(agreement, receiver)
        begun = house.wall.at
        house.send_on(subscription)
        assert house.wall.at - begun < 15 * MINUTE
        assert [came(receiver).count(entry) for entry in range(1, 6)] == [5, 3, 2, 1, 1]
        assert house.one(subscription).dead == len(subjects)


def test_each_log_counts_its_own_lines_and_names_who_asked_for_a_replay(house):
    agreement = house.agreed_on("a", "a")
    refused, answers = refusing("a")
    with receiving() as other, receiving(answers) as receiver:
        house.subscribe(agreement, other)
        subscription, _ = house.subscribe(agreement, receiver)
        house.send_on(subscription)
        refused.clear()
        house.webhooks.replay(LIBRARY, subscription, "user-7")
        house.send(subscription)
    log = house.webhooks.deliveries(LIBRARY, subscription, None, 50)
    assert [one.number for one in reversed(log)] == list(range(1, len(log) + 1))
    assert log[-1].what is Did.OPENED
    assert [(one.what, one.actor) for one in log[:3]] == [
        (Did.REPLAY, "user-7"),
        (Did.REPLAY, "user-7"),
        (Did.REPLAYED, "user-7"),
    ]
    assert {one.actor for one in log if one.what is Did.ENTRY} == {None}


def test_what_a_restore_brought_back_calls_nobody_until_somebody_says_so(house):
    agreement = house.agreed_on("a")
    with receiving() as receiver, receiving() as other:
        subscription, _ = house.subscribe(agreement, receiver)
        asked, _ = house.subscribe(agreement, other)
        house.webhooks.pause(LIBRARY, asked, "user-1")
        with house.pool.connection() as connection:
            assert tell_anew(connection) >= 1
        assert house.send(subscription) == Lost()
        one = house.one(subscription)
        assert (one.state, one.why, one.next_attempt) == (
            SubscriptionState.PAUSED,
            Why.RESTORED,
            None,
        )
        assert house.webhooks.deliveries(LIBRARY, subscription, None, 1)[0].cause == "restored"
        assert house.webhooks.resume_restored() >= 1
        assert house.webhooks.tally().behind < 1_000, "numbers that are passed over are no entries"
        house.feeder.close()
        house.feeder = house.another()
        house.follow()
        assert house.send(subscription) == Rest(None)
        assert house.send(asked) == Lost(), "what its agency paused stays so"
        assert house.webhooks.resume_restored() == 0
    assert came(receiver)[0] == 1
