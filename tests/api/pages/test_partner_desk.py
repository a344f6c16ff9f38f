"""The desk of an agency: agreements as they stand, records as the feed has them, and webhooks."""

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from agency_house import house
from agency_views import EXPECTED
from browsing import FAINT, NARROW, WIDE, ensure_legible, opened
from facts import MEDAN, event
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
    told_of,
    within,
)

from api.cli_demo import AGENCIES
from api.pages.partner_webhooks import said_of
from api.pages.tongue import Tongue
from application.demo.partners import AGENCIES as NAMED
from application.feeds import Audience
from application.webhooks import Subscription, SubscriptionState, Why
from domain.sharing.fields import RECORD_OF
from domain.time import Zone
from infrastructure import feed_reading

pytestmark = pytest.mark.long

__all__ = ["house", "receiver"]
EVERY_FIELD = (
    *("full_name", "sex", "age_band", "domicile", "programme", "attendance", "skill"),
    *("certificate", "availability", "placement"),
)


@pytest.fixture(scope="module")
def service(lasting_service):
    """Each test is about an agreement of its own."""
    name_agency(lasting_service.services)
    return lasting_service


@pytest.fixture
def partnership(service, medan):
    """An agreement that runs, and somebody taught under it."""
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


def test_the_desk_says_to_come_back_rather_than_that_nobody_is_there(
    visitor, partnership, monkeypatch
):
    agreement, _ = partnership
    monkeypatch.setattr(feed_reading, "LAG_MOST_SECONDS", -1.0)
    shown = visitor("agency").get(f"/mitra/{agreement}")
    assert shown.status_code == 503
    assert "coba lagi sebentar" in shown.text
    assert "Budi Fiktif" not in shown.text


def test_the_demo_offers_one_login_for_each_kind_of_agency_that_is_a_party():
    kinds = {code: kind for code, kind, *_ in NAMED}
    offered = [kinds[code] for _, code in AGENCIES]
    parties = {agency for _, agency in EXPECTED}
    assert set(offered) == {kinds[one] for one in parties} & set(RECORD_OF)
    assert len(set(offered)) == len(offered)


def test_what_is_not_signed_shows_nobody_and_says_why(service, visitor, medan, partnership):
    proposed = agreed(medan, running=False, title="PKS yang diusulkan")
    caught_up(service.services)
    client = visitor("agency")
    listed, shown = client.get("/mitra").text, client.get(f"/mitra/{proposed}").text
    for text in (listed, shown):
        assert "elum ditandatangani: tidak ada yang dibagikan" in text
    assert "Budi Fiktif" not in shown


def test_what_rests_shows_nobody_from_that_moment_and_says_until_when_the_feed_tells(
    service, visitor, medan, partnership
):
    agreement, _ = partnership
    client = visitor("agency")
    assert "Budi Fiktif" in client.get(f"/mitra/{agreement}").text
    today = datetime.now(Zone.WIB.offset).date()
    rests = event("agreement.suspended", today.isoformat(), reason="Evaluasi internal")
    told_of(medan, agreement, rests)
    shown = client.get(f"/mitra/{agreement}").text
    assert "Sedang ditangguhkan, sejak" in shown
    assert "tidak ada yang dibagikan" in shown
    assert "Umpan masih menyebut siapa yang ditarik, tanpa isi, setidaknya sampai" in shown
    assert "Budi Fiktif" not in shown
    assert "Evaluasi internal" not in shown
    assert "It is suspended, since" in client.get(f"/mitra/{agreement}?bahasa=en").text


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


def test_an_address_is_shown_without_what_may_be_a_token(
    service, visitor, partnership, disnaker, receiver
):
    subscribed(disnaker, partnership[0], f"{receiver.url}?token=rahasia")
    shown = visitor("agency").get(f"/mitra/{partnership[0]}").text
    assert f"{receiver.url}?…" in shown
    assert "rahasia" not in shown


WHEN = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
TRYING = Subscription(
    id="1",
    audience=Audience(agreement="2", agency=DISNAKER),
    url="https://example.com/",
    state=SubscriptionState.ACTIVE,
    why=None,
    delivered=150,
    head=151,
    attempts=3,
    failing_since=WHEN,
    next_at=WHEN + timedelta(minutes=3),
    signing=(None,),
    dead=6,
    last=None,
    created_by="agency-1",
    created_at=WHEN,
)


def test_what_is_put_aside_is_not_called_delivered_and_what_is_tried_says_when_and_how_often():
    said = dict(said_of(TRYING, Tongue("id"), Zone.WIB))
    assert "Terkirim" not in said
    assert (said["Sampai entri"], said["Tidak terkirim"]) == ("150 dari 151", "6")
    assert "08.03" in said["Dicoba lagi"].replace(":", ".")
    assert "sudah dicoba 3 kali" in said["Dicoba lagi"]
    rests = replace(TRYING, state=SubscriptionState.PAUSED, why=Why.RESTORED)
    said = dict(said_of(rests, Tongue("id"), Zone.WIB))
    assert "Dicoba lagi" not in said
    assert "dipulihkan dari cadangan" in said["Keadaan"]


def put_aside(house, client, dead):
    """Let time pass, and say whether an entry is a dead letter by now."""
    house.clock.instant = house.clock() + timedelta(minutes=5)
    return client.get(dead).json()["items"]


@pytest.mark.long
@pytest.mark.parametrize("screen", [WIDE, NARROW], ids=["wide", "narrow"])
def test_the_desk_is_read_and_worked_in_a_browser_without_scripts(
    chromium, house, receiver, screen, tmp_path
):
    agreement = agreed(house.medan, allowed_fields=list(EVERY_FIELD))
    cohort = course_of(house.medan, agreement)
    for name in ("Budi Fiktif", "Tono Contoh", "Sari Contoh"):
        taught(house.medan, cohort, name)
    agreed(house.medan, running=False, title="PKS yang diusulkan")
    receiver.answers = lambda _: 422
    hook = subscribed(house.disnaker, agreement, receiver.url)["id"]
    caught_up(house.services)
    dead = f"/v1/subscriptions/{hook}/dead-letters"
    assert within(20, lambda: put_aside(house, house.disnaker, dead))
    house.service.app.state.demo_logins = [("Disnaker", house.token)]
    with opened(chromium, house.address, screen, java_script_enabled=False) as page:
        page.goto("/masuk")
        page.get_by_role("button", name="Disnaker").click()
        assert page.url == f"{house.address}/mitra"
        assert page.get_by_text("elum ditandatangani").is_visible()
        page.screenshot(path=tmp_path / "desk.png", full_page=True)
        page.get_by_role("link", name="PKS Medan").click()
        assert page.get_by_text("Sari Contoh").is_visible()
        page.screenshot(path=tmp_path / "agreement.png", full_page=True)
        discard = page.get_by_role("button", name="Ya, buang").first
        assert not discard.is_visible(), "it is asked once more before anything is thrown away"
        page.locator("summary", has_text="Buang").first.click()
        assert discard.is_visible()
        page.screenshot(path=tmp_path / "discard.png", full_page=True)
        receiver.answers = lambda _: 204
        page.get_by_role("button", name="Kirim ulang").first.click()
        assert page.url == f"{house.address}/mitra/{agreement}#webhook"
    with opened(chromium, house.address, screen) as page:
        page.goto("/masuk")
        page.get_by_role("button", name="Disnaker").click()
        page.get_by_role("heading", name="Kerja sama").wait_for()
        for place in ("/mitra", f"/mitra/{agreement}"):
            page.goto(place)
            ensure_legible(page, screen)
            assert page.evaluate(FAINT) == []
