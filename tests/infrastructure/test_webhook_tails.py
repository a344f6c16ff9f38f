"""Webhooks of a party that a correction dropped, of feeds too far behind, and of counts."""

import json

import pytest
from anyio.from_thread import start_blocking_portal
from feeding_house import LIBRARY, OTHER_LIBRARY, TOWN, draft
from scenario import on
from sending_house import sending_house
from webhook_receivers import receiving

from application.webhooks import SubscriptionState
from domain.activity import ActivityFinished
from domain.agreement import AgreementProposed
from domain.sharing.scope import TAIL
from infrastructure import feed_reading
from infrastructure.webhook_courier import Lost, Rest

UPSERT, WITHDRAWN = "activity.joined.upsert", "agreement.changed.withdrawn"


@pytest.fixture(scope="module")
def portal():
    with start_blocking_portal() as portal:
        yield portal


@pytest.fixture(scope="module")
def house(postgres, followed_template, portal):
    with sending_house(postgres, followed_template, portal) as house:
        yield house


def types_of(receiver):
    return [json.loads(body)["type"] for _, body in receiver.got]


def test_a_party_that_a_correction_drops_is_sent_who_is_withdrawn_and_then_no_more(house):
    house.name("DINARPUS-99")
    agreement = house.agree()
    house.reader(agreement)
    house.told(agreement)
    with receiving(lambda _: 204) as receiver:
        subscription, _ = house.subscribe(agreement, receiver)
        house.send_on(subscription)
        assert types_of(receiver) == [UPSERT]
        page = house.fact(agreement, AgreementProposed)
        house.correct(agreement, page, draft(parties=(OTHER_LIBRARY, "DINARPUS-99")))
        house.follow()
        assert house.send_on(subscription) == Rest(None)
        assert types_of(receiver) == [UPSERT, WITHDRAWN]
        assert house.one(subscription).state is SubscriptionState.ACTIVE
        ((told_at,),) = house.ask_database("SELECT max(recorded_at) FROM ledger.event")
        before, house.wall.at = house.wall.at, told_at + TAIL
        assert house.send(subscription) == Lost()
        assert house.one(subscription).state is SubscriptionState.PAUSED
        house.wall.at = before
    assert types_of(receiver) == [UPSERT, WITHDRAWN]


def test_a_webhook_waits_for_feeds_that_are_too_far_behind_and_then_sends_all(house, monkeypatch):
    agreement = house.agree()
    case = house.reader(agreement)
    house.told(agreement)
    with receiving(lambda _: 204) as receiver:
        subscription, _ = house.subscribe(agreement, receiver)
        house.tell(case, ActivityFinished(effective=on("2026-04-01"), activity="kelas-baca"))
        recorded = len(house.recorded(agreement))
        with monkeypatch.context() as late:
            late.setattr(feed_reading, "LAG_MOST_SECONDS", 0.0)
            assert house.send(subscription) == Rest(None)
            assert (receiver.got, len(house.recorded(agreement))) == ([], recorded)
        house.follow()
        house.send(subscription)
    assert types_of(receiver)[-1] == "activity.finished.upsert"
    assert house.one(subscription).state is SubscriptionState.ACTIVE


def test_counts_are_recorded_as_sent_and_of_nobody_and_a_reader_as_somebody(house):
    fields = ("full_name", "counts")
    agreement = house.agree(parties=(TOWN, LIBRARY), allowed_fields=fields)
    case = house.reader(agreement)
    for agency in (TOWN, LIBRARY):
        house.told(agreement, agency)
        with receiving(lambda _: 204) as receiver:
            subscription, _ = house.subscribe(agreement, receiver, agency)
            house.send(subscription)
            assert receiver.got
    counts, somebody = house.recorded(agreement)
    assert (counts["subjects"], counts["fields"]) == ([], ["counts"])
    assert (somebody["subjects"], somebody["fields"]) == ([str(case)], ["full_name"])
