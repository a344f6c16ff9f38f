"""What a partner's receiver is sent: in order, once in effect, however long it was away."""

from datetime import timedelta

import pytest
from facts import open_case
from partner_story import (
    agreed,
    caught_up,
    changes,
    compacted,
    course_of,
    feed,
    moved,
    records,
    subscribed,
    taught,
    within,
)
from standardwebhooks import Webhook

pytestmark = pytest.mark.long
"""A whole service and its receivers."""

MINUTE = timedelta(minutes=1)


def delivered(house, receiver, agreement):
    """Wait until a receiver has all that the feed holds; return both."""
    caught_up(house.services)
    told = feed(house.disnaker, agreement)
    assert within(20, lambda: len(receiver.events()) >= len(told)), (receiver.got, told)
    return receiver.events(), told


def test_a_correction_reaches_a_webhook_in_the_order_of_the_feed_and_signed(house, receiver):
    agreement = agreed(house.medan)
    hook = subscribed(house.disnaker, agreement, receiver.url)
    cohort = course_of(house.medan, agreement)
    wrong, right = taught(house.medan, cohort, "Budi Fiktif"), open_case(house.medan, "Tono Contoh")
    delivered(house, receiver, agreement)
    moved(house.medan, house.supervisor, wrong, right)
    got, told = delivered(house, receiver, agreement)
    assert changes(got) == changes(told)
    assert compacted(got) == records(house.disnaker, agreement)
    assert [one["full_name"] for one in compacted(got).values()] == ["Tono Contoh"]
    for headers, body in receiver.got:
        Webhook(hook["secret"]).verify(body, headers)


@pytest.mark.long
def test_a_receiver_that_was_dead_for_an_hour_catches_up_without_loss_or_double_effect(
    house, receiver
):
    agreement = agreed(house.medan)
    hook = subscribed(house.disnaker, agreement, receiver.url)
    address = f"/v1/subscriptions/{hook['id']}"
    cohort = course_of(house.medan, agreement)
    wrong, right = taught(house.medan, cohort, "Budi Fiktif"), open_case(house.medan, "Tono Contoh")
    before, _ = delivered(house, receiver, agreement)
    house.clock.instant = house.clock()
    receiver.stop()
    for name in ("Sari Contoh", "Dewi Contoh"):
        taught(house.medan, cohort, name)
    moved(house.medan, house.supervisor, wrong, right)
    caught_up(house.services)
    for _ in range(6):
        assert within(20, lambda: house.disnaker.get(address).json()["failing_since"])
        house.clock.instant += 10 * MINUTE
    assert receiver.events() == before
    receiver.forgets_to_say = 2
    receiver.start()
    got, told = None, feed(house.disnaker, agreement)
    while len(got or ()) < len(told):
        house.clock.instant += MINUTE
        got, told = delivered_by(house, receiver, agreement)
    assert [one["id"] for one in got] == [one["id"] for one in told], "all, and in order"
    assert len(receiver.got) > len(got), "some of them twice, under one webhook-id"
    assert compacted(got) == records(house.disnaker, agreement)
    late = got[len(before) :]
    assert "Budi Fiktif" not in str(late), "nobody's data is sent after they were withdrawn"


def delivered_by(house, receiver, agreement):
    """Give a receiver a moment; return what it has, and what the feed holds."""
    told = feed(house.disnaker, agreement)
    within(1, lambda: len(receiver.events()) >= len(told))
    return receiver.events(), told
