"""A feed is sent in order, each entry until it is taken or put aside, and nothing is lost."""

import json
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from anyio.from_thread import start_blocking_portal
from feeding_house import LIBRARY, audience
from scenario import at
from sending_house import (
    ANYWHERE,
    Lost,
    Rest,
    came,
    refusing,
    sending_house,
    sent,
    withheld,
)
from standardwebhooks import Webhook
from webhook_receivers import receiving

from application.access import Unrecorded
from application.cloud_events import cloud_event
from application.webhook_fates import PATIENCE
from application.webhooks import (
    AlreadySent,
    Did,
    Disabled,
    NoSuchSubscription,
    SubscriptionState,
    TooMany,
    Why,
)
from domain.agreement import AgreementSuspended
from infrastructure.connections import transaction
from infrastructure.webhook_guard import Guard
from infrastructure.webhook_post import Post
from infrastructure.webhook_subscriptions import SUBSCRIPTIONS_MOST

pytestmark = pytest.mark.long

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


@pytest.fixture(scope="module")
def portal():
    with start_blocking_portal() as portal:
        yield portal


@pytest.fixture(scope="module")
def house(postgres, template, portal):
    with sending_house(postgres, template, portal) as house:
        yield house


def test_a_feed_is_sent_in_order_as_cloud_events_signed_and_recorded_first(house):
    agreement = house.agree()
    cases = [house.reader(agreement, name) for name in ("Budi Fiktif", "Sari Contoh")]
    house.follow()
    with receiving() as receiver:
        subscription, _ = house.subscribe(agreement, receiver)
        assert house.send(subscription) == Rest(None)
    told = house.feeds.after(audience(agreement), 0, 10)
    assert [json.loads(body) for _, body in receiver.got] == [
        cloud_event(entry, told.scope) for entry in told.entries
    ]
    assert receiver.ids() == [f"{subscription}.1", f"{subscription}.2"]
    assert receiver.got[0][0]["Content-Type"] == "application/cloudevents+json"
    recorded = house.recorded(agreement)
    assert [one["subjects"] for one in recorded] == [[str(case)] for case in cases]
    assert {tuple(one["fields"]) for one in recorded} == {("domicile", "full_name", "programme")}
    assert {(one["route"], one["actor"]["agency"]) for one in recorded} == {("webhook", LIBRARY)}
    by = house.one(subscription).created_by
    assert {one["actor"]["on_behalf_of"] for one in recorded} == {by}, "whose subscription it is"
    assert "Budi" not in json.dumps(recorded)
    one = house.one(subscription)
    assert (one.delivered, one.head, one.dead, one.last.status) == (2, 2, 0, 204)


def test_what_is_sent_verifies_with_the_specs_own_library(house):
    agreement = house.agreed_on("a")
    with receiving() as receiver:
        subscription, secret = house.subscribe(agreement, receiver)
        house.send(subscription)
    [(headers, body)] = receiver.got
    assert headers["webhook-timestamp"] == str(int(house.wall.at.timestamp()))
    with time_machine.travel(house.wall.at, tick=False):
        assert Webhook(secret).verify(body, headers)["subject"] == "a"


def test_a_dead_receiver_delays_nobody_and_catches_up_in_order_under_the_same_ids(house):
    agreement = house.agreed_on("a", "b", "a")
    dead, answers = refusing("a", "b", status=503)
    with receiving(answers) as bad, receiving() as good:
        late, _ = house.subscribe(agreement, bad)
        early, _ = house.subscribe(agreement, good)
        begun = house.wall.at
        assert house.send(late).until > begun
        assert house.send(early) == Rest(None)
        assert came(good) == [1, 2, 3]
        while house.wall.at < begun + HOUR:
            house.wall.at = house.send(late).until
        one = house.one(late)
        assert (one.state, one.delivered, one.failing_since) == (
            SubscriptionState.ACTIVE,
            0,
            begun,
        )
        assert set(came(bad)) == {1}
        assert len(set(bad.ids())) == 1
        dead.clear()
        assert house.send_on(late) == Rest(None)
        assert sent(bad) == [1, 2, 3]
        assert (house.one(late).failing_since, house.letters(late)) == (None, [])


def test_a_receiver_that_asks_for_time_is_given_it(house):
    agreement, busy = house.agreed_on("a"), [True]
    with receiving(lambda _: (429, {"Retry-After": "7200"}) if busy else 204) as receiver:
        subscription, _ = house.subscribe(agreement, receiver)
        assert house.send(subscription).until == house.wall.at + 2 * HOUR
        busy.clear()
        assert house.send(subscription).until == house.wall.at + 2 * HOUR, "not before that"
        house.wall.at += 2 * HOUR
        assert house.send(subscription) == Rest(None)


def test_what_is_refused_is_put_aside_with_what_follows_of_its_subject_and_others_go_on(house):
    agreement = house.agreed_on("a", "b", "a", "c", "b", "a")
    _, answers = refusing("a")
    with receiving(answers) as receiver:
        subscription, _ = house.subscribe(agreement, receiver)
        begun = house.wall.at
        assert house.send_on(subscription) == Rest(None)
        assert 8 * MINUTE < house.wall.at - begun < 12 * MINUTE
    assert came(receiver) == [1, 1, 1, 1, 1, 2, 4, 5]
    assert house.letters(subscription) == [
        (1, "status_422", False),
        (3, "behind", False),
        (6, "behind", False),
    ]
    causes = house.webhooks.causes(LIBRARY, subscription)
    assert {one.cause: one.count for one in causes} == {"behind": 2, "status_422": 1}
    assert house.one(subscription).delivered == 6


def test_dead_letters_are_replayed_in_order_and_what_waits_follows_before_anything_later(house):
    agreement = house.agreed_on("a", "b", "a", "b", "c")
    refused, answers = refusing("a", "b")
    with receiving(answers) as receiver:
        subscription, _ = house.subscribe(agreement, receiver)
        house.send_on(subscription)
        receiver.got.clear()
        refused.clear()
        house.fill(agreement, "a", "c")
        assert house.webhooks.replay(LIBRARY, subscription, "user-1", entries=[3]) == 2
        house.send(subscription)
        assert came(receiver) == [1, 3, 6, 7], "b was not asked for; a's later one waits for it"
        assert house.letters(subscription) == [(2, "status_422", False), (4, "behind", False)]
        assert house.webhooks.replay(LIBRARY, subscription, "user-1", cause="status_422") == 1
        house.send(subscription)
        assert came(receiver) == [1, 3, 6, 7, 2, 4]
        assert house.letters(subscription) == []


def test_a_dead_letter_that_is_refused_again_goes_back_and_what_follows_waits_still(house):
    agreement = house.agreed_on("a", "a", "b")
    _, answers = refusing("a")
    with receiving(answers) as receiver:
        subscription, _ = house.subscribe(agreement, receiver)
        house.send_on(subscription)
        receiver.got.clear()
        assert house.webhooks.replay(LIBRARY, subscription, "user-1") == 2
        assert house.send(subscription) == Rest(None)
        assert came(receiver) == [1]
        assert house.letters(subscription) == [(1, "status_422", False), (2, "behind", False)]
        assert house.webhooks.dead_letters(LIBRARY, subscription, None, 0, 1)[0].attempts == 6


def test_what_is_discarded_is_gone_and_what_waited_behind_it_follows(house):
    agreement = house.agreed_on("a", "a", "a")
    refused, answers = refusing("a")
    with receiving(answers) as receiver:
        subscription, _ = house.subscribe(agreement, receiver)
        house.send_on(subscription)
        receiver.got.clear()
        refused.clear()
        assert house.webhooks.discard(LIBRARY, subscription, "user-1", cause="status_422") == 1
        house.send(subscription)
    assert came(receiver) == [2, 3]
    whats = [one.what for one in house.webhooks.deliveries(LIBRARY, subscription, None, 3)]
    assert whats == [Did.REPLAY, Did.REPLAY, Did.DISCARDED]


def test_after_days_without_an_answer_it_pauses_by_itself_and_nothing_is_lost(house):
    agreement = house.agreed_on("a", "b", "a")
    dead, answers = refusing("a", "b", status=(500, {"Retry-After": "43200"}))
    with receiving(answers) as receiver:
        subscription, _ = house.subscribe(agreement, receiver)
        begun = house.wall.at
        assert house.send_on(subscription) == Lost()
        assert house.wall.at - begun == PATIENCE
        one = house.one(subscription)
        assert (one.state, one.why) == (SubscriptionState.PAUSED, Why.EXHAUSTED)
        assert house.letters(subscription) == [(1, "status_500", False)]
        dead.clear()
        receiver.got.clear()
        house.webhooks.resume(LIBRARY, subscription, "user-1")
        assert house.send(subscription) == Rest(None)
        assert came(receiver) == [2]
        house.webhooks.replay(LIBRARY, subscription, "user-1")
        house.send(subscription)
        assert came(receiver) == [2, 1, 3]


def test_gone_disables_for_good_and_the_log_can_still_be_read(house):
    agreement = house.agreed_on("a", "b")
    with receiving(lambda _: 410) as receiver:
        subscription, _ = house.subscribe(agreement, receiver)
        assert house.send(subscription) == Lost()
        assert house.send(subscription) == Lost()
        one = house.one(subscription)
        assert (one.state, one.why, len(receiver.got)) == (SubscriptionState.DISABLED, Why.GONE, 1)
        for change in (house.webhooks.resume, house.webhooks.pause):
            with pytest.raises(Disabled):
                change(LIBRARY, subscription, "user-1")
        again, _ = house.subscribe(agreement, receiver)
    assert again != subscription
    log = house.webhooks.deliveries(LIBRARY, subscription, None, 10)
    assert [(one.what, one.cause) for one in log] == [
        (Did.DISABLED, "gone"),
        (Did.ENTRY, "status_410"),
        (Did.OPENED, None),
    ]


def test_pausing_keeps_all_that_comes_meanwhile(house):
    agreement = house.agreed_on("a")
    with receiving() as receiver:
        subscription, _ = house.subscribe(agreement, receiver)
        house.webhooks.pause(LIBRARY, subscription, "user-1")
        house.fill(agreement, "b")
        assert house.send(subscription) == Lost()
        assert receiver.got == []
        house.webhooks.resume(LIBRARY, subscription, "user-1")
        house.send(subscription)
        assert came(receiver) == [1, 2]


def test_who_was_withdrawn_while_the_receiver_was_away_is_not_sent_late(house):
    agreement = house.agree()
    house.reader(agreement, "Budi Fiktif")
    dead = [True]
    with receiving(lambda _: 503 if dead else 204) as receiver:
        subscription, _ = house.subscribe(agreement, receiver)
        house.follow()
        house.send(subscription)
        assert "Budi Fiktif" in str(receiver.got)
        receiver.got.clear()
        dead.clear()
        house.tell(agreement, AgreementSuspended(effective=at_wall(house), reason="Periksa"))
        house.follow()
        house.send_on(subscription)
    events = [json.loads(body) for _, body in receiver.got]
    assert [one["type"].rpartition(".")[2] for one in events] == ["upsert", "withdrawn"]
    assert not any("data" in one for one in events)
    assert [one["fields"] for one in house.recorded(agreement)[-2:]] == [[], []]


def test_under_an_agreement_that_is_over_it_stops_after_the_tail_of_withdrawals(house):
    agreement = house.agree()
    house.reader(agreement, "Budi Fiktif")
    with receiving() as receiver:
        subscription, _ = house.subscribe(agreement, receiver)
        house.follow()
        house.send(subscription)
        house.tell(agreement, AgreementSuspended(effective=at_wall(house), reason="Periksa"))
        house.follow()
        assert house.send(subscription) == Rest(None)
        assert json.loads(receiver.got[-1][1])["type"] == "agreement.suspended.withdrawn"
        house.wall.at = datetime.now(UTC) + 91 * DAY  # since it was recorded
        assert house.send(subscription) == Lost()
    assert house.one(subscription).why is Why.OVER


def at_wall(house):
    return at(house.wall.at.isoformat())


def test_a_new_secret_signs_beside_the_old_one_for_as_long_as_was_said(house):
    agreement = house.agreed_on("a")
    with receiving() as receiver:
        subscription, old = house.subscribe(agreement, receiver)
        new = house.webhooks.rotate(LIBRARY, subscription, "user-1", DAY).secret
        assert house.one(subscription).signing == (None, house.wall.at + DAY)
        house.send(subscription)
        house.wall.at += DAY
        house.fill(agreement, "b")
        house.send(subscription)
        leaked = house.webhooks.rotate(LIBRARY, subscription, "user-1", timedelta()).secret
        house.fill(agreement, "c")
        house.send(subscription)
    assert [signers(one, old, new, leaked) for one in receiver.got] == [
        [new, old],
        [new],
        [leaked],
    ]


def signers(got, *secrets):
    """Return whose signatures a request bears, in its order."""
    headers, body = got
    of = {}
    for secret in secrets:
        said = Webhook(secret).sign(
            headers["webhook-id"], at_seconds(headers["webhook-timestamp"]), body.decode()
        )
        of[said] = secret
    return [of[one] for one in headers["webhook-signature"].split(" ")]


def at_seconds(said):
    return datetime.fromtimestamp(int(said), UTC)


def test_two_processes_do_not_send_the_same_and_one_goes_on_where_the_other_died(house):
    agreement = house.agreed_on("a", "b")
    _, other = house.another_sender()
    with receiving() as receiver:
        subscription, _ = house.subscribe(agreement, receiver)
        house.sender.claim()
        parcel = house.sender.courier.take(subscription)
        assert subscription not in other.claim()
        assert house.portal.call(other.turn, subscription) == Lost()
        with transaction(house.pool) as connection:
            connection.execute(
                "UPDATE feed.subscription SET held_until = clock_timestamp() WHERE id = %s",
                (subscription,),
            )
        assert house.send(subscription, other) == Rest(None)
        post = Post(Guard([ANYWHERE]))
        answer = house.portal.call(post, parcel.address, parcel.headers, parcel.body)
        assert house.sender.courier.settle(parcel, answer) == Lost()
    assert came(receiver) == [1, 2, 1], "the one that woke up late sent its entry once more"
    assert receiver.ids()[0] == receiver.ids()[2], "under the same id"
    assert house.one(subscription).delivered == 2
    other.close()


def test_what_cannot_be_recorded_is_not_sent(house):
    agreement = house.agreed_on("a")
    with receiving() as receiver:
        subscription, _ = house.subscribe(agreement, receiver)
        with withheld(house):
            with pytest.raises(Unrecorded):
                house.send(subscription)
            assert receiver.got == []
        assert house.send(subscription) == Rest(None)
    assert came(receiver) == [1]
    assert house.one(subscription).attempts == 0


def test_an_address_is_sent_to_once_by_an_agency_and_others_subscriptions_are_not_there(house):
    agreement = house.agreed_on("a")
    with receiving() as receiver:
        subscription, _ = house.subscribe(agreement, receiver)
        with pytest.raises(AlreadySent) as there:
            house.subscribe(agreement, receiver)
        assert there.value.subscription == subscription
        house.webhooks.disable(LIBRARY, subscription, "user-1")
        house.subscribe(agreement, receiver)
        with pytest.raises(NoSuchSubscription):
            house.webhooks.pause("ANOTHER", subscription, "user-2")
    to = audience(agreement)
    for number in range(SUBSCRIPTIONS_MOST - 1):
        house.webhooks.open(to, f"https://example.com/{number}", "user-1")
    with pytest.raises(TooMany):
        house.webhooks.open(to, "https://example.com/more", "user-1")


def test_addresses_and_secrets_lie_sealed(house):
    agreement = house.agreed_on("a")
    with receiving() as receiver:
        subscription, secret = house.subscribe(agreement, receiver)
    ((url, secrets),) = house.ask_database(
        "SELECT url, secrets FROM feed.subscription WHERE id = %s", subscription
    )
    assert b"127.0.0.1" not in url
    assert secret.removeprefix("whsec_").encode() not in secrets
