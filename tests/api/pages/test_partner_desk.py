"""The desk of an agency: agreements as they stand, records as the feed has them, and webhooks."""

import re
from datetime import timedelta

import pytest
from agency_house import house
from facts import MEDAN
from fastapi.testclient import TestClient
from partner_story import (
    DISNAKER,
    agreed,
    caught_up,
    course_of,
    feed,
    name_agency,
    receiver,
    subscribed,
    taught,
    within,
)

__all__ = ["house", "receiver"]


@pytest.fixture
def partnership(service, medan):
    """An agreement that runs, and somebody taught under it."""
    name_agency(service.services)
    agreement = agreed(medan)
    case = taught(medan, course_of(medan, agreement), "Budi Fiktif")
    caught_up(service.services)
    return agreement, case


@pytest.fixture
def disnaker(service):
    return service.caller("agency")


def test_an_agency_sees_its_agreement_as_its_feed_has_it_and_it_is_recorded(
    service, visitor, partnership, disnaker
):
    agreement, case = partnership
    client = visitor("agency")
    assert "berjalan, tanpa batas waktu" in client.get("/mitra").text
    shown = client.get(f"/mitra/{agreement}")
    (one,) = feed(disnaker, agreement)
    assert shown.status_code == 200
    assert one["subject"][:8] in shown.text
    assert one["data"]["full_name"] in shown.text
    assert case not in shown.text
    assert f"/v1/feeds/{agreement}?lastEventId=0" in shown.text
    asked = {"subject": f"case:{case}", "agency": DISNAKER}
    reads = service.caller("compliance", MEDAN).get("/v1/reads", params=asked).json()["items"]
    (record,) = [one for one in reads if one["route"] == "/mitra/{agreement}"]
    assert (record["agreement"], record["actor"]) == (agreement, "agency-1")
    assert set(record["fields"]) == set(one["data"])


def test_what_is_not_signed_shows_nobody_and_says_why(service, visitor, medan, partnership):
    proposed = agreed(medan, running=False, title="PKS yang diusulkan")
    caught_up(service.services)
    client = visitor("agency")
    listed, shown = client.get("/mitra").text, client.get(f"/mitra/{proposed}").text
    for text in (listed, shown):
        assert "elum ditandatangani: tidak ada yang dibagikan" in text
    assert "Budi Fiktif" not in shown


def test_an_agency_is_at_home_with_its_own_agreements_alone(service, visitor, medan, partnership):
    other = agreed(medan, parties=[MEDAN, "BPVP-MEDAN"], title="PKS orang lain")
    caught_up(service.services)
    client = visitor("agency")
    assert "PKS orang lain" not in client.get("/mitra").text
    assert client.get(f"/mitra/{other}").status_code == 404
    assert client.get(f"/mitra/{partnership[0]}?agency=BPVP-MEDAN").status_code == 404
    assert client.get("/mitra/nothing").status_code == 404


def test_who_answers_for_all_units_of_an_agreement_looks_through_an_agency_s_eyes(
    service, visitor, partnership
):
    agreement, case = partnership
    address = f"/mitra/{agreement}?agency={DISNAKER}"
    client = visitor("supervisor", MEDAN)
    assert f'href="{address}"' in client.get("/mitra").text
    shown = client.get(address).text
    assert "Budi Fiktif" in shown
    assert "seperti instansi ini" in shown
    assert "Webhook" not in shown, "what it does with its feed is the agency's own"
    reads = service.caller("compliance", MEDAN).get(
        "/v1/reads", params={"subject": f"case:{case}", "actor": "supervisor-1"}
    )
    (record,) = [one for one in reads.json()["items"] if one["agreement"]]  # and not of the case
    assert (record["agreement"], record["agency"]) == (agreement, None)
    assert visitor("caseworker", MEDAN).get(address).status_code == 403
    assert visitor("supervisor", "RUTAN-PEKALONGAN").get(address).status_code == 404
    assert visitor("supervisor").get(address).status_code == 404


@pytest.mark.long
def test_the_agency_sends_again_what_its_receiver_would_not_take(house, receiver):
    agreement, disnaker = agreed(house.medan), house.disnaker
    taught(house.medan, course_of(house.medan, agreement), "Budi Fiktif")
    receiver.answers = lambda _: 422
    hook = subscribed(disnaker, agreement, receiver.url)["id"]
    dead = f"/v1/subscriptions/{hook}/dead-letters"
    caught_up(house.services)
    assert within(20, lambda: put_aside(house, disnaker, dead))
    client = TestClient(house.service.app, headers={"Accept-Language": "id"})
    client.post("/masuk", data={"token": house.token})
    shown = client.get(f"/mitra/{agreement}").text
    assert receiver.url in shown
    (cause,) = set(re.findall(r'name="cause" value="([^"]+)"', shown))
    receiver.answers = lambda _: 204
    said = {"decision": "replay", "cause": cause, "agreement": agreement}
    answer = client.post(f"/mitra/webhook/{hook}", data=said)
    assert answer.url.path == f"/mitra/{agreement}"
    assert within(10, receiver.events)
    assert receiver.events() == feed(disnaker, agreement)
    assert within(10, lambda: not disnaker.get(dead).json()["items"])


def test_a_webhook_is_nobody_s_but_its_agency_s(service, visitor, partnership, disnaker, receiver):
    hook = subscribed(disnaker, partnership[0], receiver.url)["id"]
    said = {"decision": "pause"}
    assert visitor("supervisor", MEDAN).post(f"/mitra/webhook/{hook}", data=said).status_code == 403
    client = visitor("agency")
    elsewhere = {"Sec-Fetch-Site": "cross-site"}
    answer = client.post(f"/mitra/webhook/{hook}", data=said, headers=elsewhere)
    assert answer.status_code == 403
    assert disnaker.get(f"/v1/subscriptions/{hook}").json()["state"] == "active"
    assert client.post(f"/mitra/webhook/{hook}", data=said).status_code == 200
    assert disnaker.get(f"/v1/subscriptions/{hook}").json()["state"] == "paused"
    assert client.post("/mitra/webhook/nobody", data=said).status_code == 404


def put_aside(house, client, dead):
    """Let time pass, and say whether an entry is a dead letter by now."""
    house.clock.instant = house.clock() + timedelta(minutes=5)
    return client.get(dead).json()["items"]
