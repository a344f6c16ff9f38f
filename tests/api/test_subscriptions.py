"""An agency has its feed sent to it, sees how that goes, and mends it itself."""

import json
import re
from datetime import timedelta
from pathlib import Path
from threading import Thread

import pytest
import time_machine
from facts import open_case
from fastapi.testclient import TestClient
from feed_doors import partnership
from partner_story import (
    DISNAKER,
    agreed,
    caught_up,
    course_of,
    feed,
    moved,
    records,
    taught,
    within,
)
from running import free_port
from standardwebhooks import Webhook
from webhook_receivers import receiving

from api.pages.partner_webhooks import hooks_of
from api.pages.tongue import Tongue
from application.feeds import Audience
from domain.time import Zone

pytestmark = pytest.mark.long

PATH = "/v1/subscriptions"
DOCUMENT = Path(__file__).parents[2] / "docs/webhooks.md"
NOWHERE = "01980f5c-7a00-7000-8000-000000000009"
ACTIONS = ("pause", "resume", "test", "secret", "dead-letters/replay", "dead-letters/discard")
BODIES = {"secret": {}, "dead-letters/replay": {"all": True}, "dead-letters/discard": {"all": True}}


@pytest.fixture(scope="module")
def house(postgres, followed_template):
    with partnership(postgres, followed_template) as house:
        yield house


def subscribed(house, receiver, agreement=None, **said):
    wanted = {"agreement": agreement or house.agreement, "url": receiver.url, **said}
    answer = house.disnaker.post(PATH, json=wanted)
    assert answer.status_code == 201, answer.text
    return answer.json()


def post(client, subscription, action):
    """Call an action; one that takes a body is given one."""
    return client.post(f"{PATH}/{subscription}/{action}", json=BODIES.get(action))


def hurry(house, true):
    """Let the clock go on, and tell the sender so, until something is true."""
    for _ in range(200):
        if within(0.03, true):
            return
        house.clock.instant = house.clock() + timedelta(minutes=7)
        house.services.webhooks.changed[0]()
    raise AssertionError


def code_of(answer, status):
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    return answer.json()["code"]


def test_an_agency_subscribes_hears_its_feed_and_is_told_the_secret_once(house):
    with receiving() as receiver:
        answer = house.disnaker.post(PATH, json={"agreement": house.agreement, "url": receiver.url})
        opened, told = answer.json(), feed(house.disnaker, house.agreement)
        address = f"{PATH}/{opened['id']}"
        assert (answer.status_code, answer.headers["location"]) == (201, address)
        receiver.await_(len(told))
        assert [json.loads(body) for _, body in receiver.got] == told
        for headers, body in receiver.got:
            Webhook(opened["secret"]).verify(body, headers)
        assert within(5, lambda: house.disnaker.get(address).json()["delivered"] == len(told))
    one = house.disnaker.get(address).json()
    assert opened["secret"] not in str(one)
    assert one["last_attempt"]["status"] == 204
    assert (one["state"], one["dead_letters"], one["next_at"]) == ("active", 0, None)
    assert one in house.disnaker.get(PATH).json()["items"]
    again = house.disnaker.post(PATH, json={"agreement": house.agreement, "url": one["url"]})
    assert code_of(again, 409) == "subscription.exists"
    assert again.json()["subscription"] == opened["id"]


def test_who_has_read_the_feed_already_is_sent_what_comes_after(house):
    last = len(feed(house.disnaker, house.agreement))
    with receiving() as receiver:
        subscribed(house, receiver, after=last - 1)
        receiver.await_(1)
        assert [json.loads(body)["id"] for _, body in receiver.got] == [str(last)]
        wanted = {"agreement": house.agreement, "url": f"{receiver.url}/2", "after": last + 1}
        assert code_of(house.disnaker.post(PATH, json=wanted), 422) == "subscription.beyond"


def test_of_another_agency_there_is_nothing_and_other_roles_have_no_webhooks(house):
    other = house.caller("agency", agency="DISNAKER-33.75")
    with receiving() as receiver:
        mine = subscribed(house, receiver)["id"]
        wanted = {"agreement": house.agreement, "url": f"{receiver.url}/other"}
        assert code_of(other.post(PATH, json=wanted), 404) == "request.not_found"
        assert other.get(PATH).json() == {"items": []}
        for client, status in ((other, 404), (house.medan, 403), (TestClient(house.app), 401)):
            answers = [post(client, mine, action) for action in ACTIONS]
            answers += [
                client.get(f"{PATH}/{mine}{more}") for more in ("", "/deliveries", "/dead-letters")
            ]
            answers.append(client.delete(f"{PATH}/{mine}"))
            assert {one.status_code for one in answers} == {status}
        assert house.disnaker.get(f"{PATH}/{mine}").json()["state"] == "active"
        assert {post(house.disnaker, NOWHERE, action).status_code for action in ACTIONS} == {404}
        assert house.disnaker.get(f"{PATH}/no-uuid").status_code == 404


def test_an_agreement_that_shares_nothing_cannot_be_subscribed_to(house):
    proposed = agreed(house.medan, running=False)
    wanted = {"agreement": proposed, "url": "https://example.com/"}
    assert house.disnaker.post(PATH, json=wanted).status_code == 404
    assert house.disnaker.post(PATH, json={**wanted, "agreement": NOWHERE}).status_code == 404


@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("https://localhost/x", "not_public"),
        ("https://10.0.0.1/x", "not_public"),
        ("https://[::ffff:192.168.0.1]/x", "not_public"),
        ("http://example.com/x", "scheme"),
        ("https://a:b@example.com/", "userinfo"),
        ("https://example.com:22/", "port"),
        ("no address", "malformed"),
    ],
)
def test_an_address_inside_is_refused_in_both_languages_and_nothing_is_told_of_it(house, url, code):
    wanted = {"agreement": house.agreement, "url": url}
    said = {}
    for language in ("id", "en"):
        answer = house.disnaker.post(PATH, json=wanted, headers={"Accept-Language": language})
        assert code_of(answer, 422) == f"subscription.url_{code}"
        assert [one["pointer"] for one in answer.json()["errors"]] == ["/url"]
        said[language] = answer.json()["detail"]
        assert "127.0.0.1" not in answer.text
    assert said["id"] != said["en"]


def test_who_tries_it_without_tls_is_led_to_what_the_operator_sets(house):
    for url in ("http://192.0.2.1:9/x", "https://example.com:8443/x"):
        answer = house.disnaker.post(PATH, json={"agreement": house.agreement, "url": url})
        assert "JEJAK_WEBHOOK_ALLOW" in answer.json()["detail"]


def test_what_was_removed_in_the_middle_of_trying_is_not_tried_again_and_says_so(house):
    with receiving(lambda _: 422) as receiver:
        one = f"{PATH}/{subscribed(house, receiver)['id']}"
        assert within(5, lambda: house.disnaker.get(one).json()["attempts"])
        shown = house.disnaker.get(one).json()
        assert shown["failing_since"] < shown["next_at"]
        house.disnaker.delete(one)
        assert house.disnaker.get(one).json()["next_at"] is None


def test_a_test_event_is_sent_at_once_and_stands_in_the_log(house):
    with receiving() as receiver:
        one = subscribed(house, receiver)
        receiver.got.clear()
        assert post(house.disnaker, one["id"], "pause").json()["why"] == "asked"
        said = post(house.disnaker, one["id"], "test").json()
        assert (said["what"], said["status"], said["cause"]) == ("test", 204, None)
        tests = [got for got in receiver.got if b"jejak.test" in got[1]]
        assert len(tests) == 1
        event = Webhook(one["secret"]).verify(tests[0][1], tests[0][0])
        assert event["type"] == "jejak.test"
        assert "data" not in event
    assert post(house.disnaker, one["id"], "test").json()["cause"] == "unreachable"
    log = house.disnaker.get(f"{PATH}/{one['id']}/deliveries?limit=2")
    assert [line["what"] for line in log.json()["items"]] == ["test", "test"]
    rest = house.disnaker.get(log.links["next"]["url"]).json()["items"]
    assert rest[0]["number"] < log.json()["items"][-1]["number"]
    changed = [(line["what"], line["actor"]) for line in rest if line["actor"]]
    assert ("paused", "agency-1") in changed


def test_nobody_is_flooded_with_test_events(house):
    with receiving() as receiver:
        one = subscribed(house, receiver)["id"]
        assert [post(house.disnaker, one, "test").status_code for _ in range(6)] == [200] * 6
        more = post(house.disnaker, one, "test")
        assert code_of(more, 429) == "subscription.too_soon"
        document = house.app.openapi()["paths"][f"{PATH}/{{subscription_id}}/test"]["post"]
        assert "429" in document["responses"]
        assert more.headers["retry-after"] == "60"


def test_who_runs_the_house_sees_how_webhooks_go_and_not_where_to(house):
    with receiving(lambda _: 503) as receiver:
        one = subscribed(house, receiver)
        values = {}
        assert within(5, lambda: values.update(measured(house)) or values["failing"] >= 1)
        assert values["active"] >= values["failing"]
        assert values["behind"] >= one["head"]
        house.disnaker.delete(f"{PATH}/{one['id']}")
        assert measured(house)["active"] == values["active"] - 1


def measured(house):
    text = TestClient(house.app).get("/metrics").text
    assert "127.0.0.1" not in text
    lines = [line.split(" ") for line in text.splitlines() if line.startswith("jejak_webhooks_")]
    return {name.removeprefix("jejak_webhooks_"): int(value) for name, value in lines}


def test_a_secret_is_replaced_and_both_sign_for_a_while_unless_it_leaked(house):
    with receiving() as receiver:
        one = subscribed(house, receiver)
        new = post(house.disnaker, one["id"], "secret")
        assert new.status_code == 201
        assert [each["until"] is None for each in new.json()["signing"]] == [True, False]
        receiver.got.clear()
        post(house.disnaker, one["id"], "test")
        [(headers, body)] = [got for got in receiver.got if b"jejak.test" in got[1]]
        for secret in (one["secret"], new.json()["secret"]):
            Webhook(secret).verify(body, headers)
        plain = house.disnaker.post(f"{PATH}/{one['id']}/secret")
        assert plain.status_code == 201, "no body is needed"
        assert len(plain.json()["signing"]) == 3
        wrong = {"Content-Type": "text/plain"}
        said = house.disnaker.post(f"{PATH}/{one['id']}/secret", content="0", headers=wrong)
        assert code_of(said, 415) == "request.json_only"
        leaked = house.disnaker.post(f"{PATH}/{one['id']}/secret", json={"overlap_hours": 0})
        assert len(leaked.json()["signing"]) == 1
        too_long = house.disnaker.post(f"{PATH}/{one['id']}/secret", json={"overlap_hours": 999})
        assert too_long.status_code == 422


def test_a_removed_one_sends_nothing_more_and_its_log_stays(house):
    with receiving() as receiver:
        one = subscribed(house, receiver)["id"]
        removed = house.disnaker.delete(f"{PATH}/{one}").json()
        sent = len(receiver.got)
        assert (removed["state"], removed["why"]) == ("disabled", "removed")
        again = house.disnaker.delete(f"{PATH}/{one}").json()
        assert (again["state"], again["why"]) == ("disabled", "removed")
        for action in ("pause", "resume", "test", "secret", "dead-letters/replay"):
            assert code_of(post(house.disnaker, one, action), 409) == "subscription.disabled"
        taught(house.medan, house.cohort, "Rini Contoh")
        caught_up(house.services)
        log = house.disnaker.get(f"{PATH}/{one}/deliveries").json()["items"]
        assert [line["what"] for line in log if line["what"] != "entry"] == ["disabled", "opened"]
    assert len(receiver.got) <= sent + 1, "one may have been under way"


def test_dead_letters_are_grouped_recorded_replayed_and_thrown_away(house):
    agreement, refused = agreed(house.medan), [True]
    cohort = course_of(house.medan, agreement)
    taught(house.medan, cohort, "Sari Contoh")
    taught(house.medan, cohort, "Dewi Contoh")
    with receiving(lambda _: 422 if refused else 204) as receiver:
        one = subscribed(house, receiver, agreement)["id"]
        letters = f"{PATH}/{one}/dead-letters"
        hurry(house, lambda: house.disnaker.get(letters).json()["items"][1:])
        first = house.disnaker.get(letters, params={"limit": 1})
        [letter] = first.json()["items"]
        assert letter["cause"] == "status_422"
        assert letter["attempts"] == 5
        assert first.json()["causes"][0]["count"] == 2
        assert house.disnaker.get(first.links["next"]["url"]).json()["items"][0]["entry"] == 2
        assert house.disnaker.get(letters, params={"cause": "behind"}).json()["items"] == []
        kept = house.kept()[-1]
        assert (kept["agreement"], kept["fields"], kept["rows"]) == (agreement, ["type"], 1)
        assert "Sari" not in first.text
        assert "case:" not in first.text

        thrown = house.disnaker.post(f"{letters}/discard", json={"entries": [2, 77]})
        assert thrown.json() == {"count": 1}
        refused.clear()
        receiver.got.clear()
        again = house.disnaker.post(f"{letters}/replay", json={"cause": "status_422"})
        assert again.json() == {"count": 1}
        receiver.await_(1)
        assert [json.loads(body)["id"] for _, body in receiver.got] == ["1"]
        assert within(5, lambda: house.disnaker.get(letters).json() == {"causes": [], "items": []})


@pytest.mark.parametrize(
    "said",
    [{}, {"all": True, "cause": "behind"}, {"all": False}, {"entries": []}, {"entries": [0]}],
    ids=str,
)
def test_which_dead_letters_is_said_in_one_way(house, said):
    answer = house.disnaker.post(f"{PATH}/{NOWHERE}/dead-letters/replay", json=said)
    assert code_of(answer, 422) == "request.invalid"


def test_the_receiver_of_the_documentation_has_what_the_list_shows(house, tmp_path):
    code = re.search(r"```python\n(.*?)```", DOCUMENT.read_text(encoding="utf-8"), re.DOTALL)[1]
    assert len([line for line in code.splitlines() if line]) <= 25
    documented, kept = {}, tmp_path / "records.json"
    exec(code, documented)  # noqa: S102  # the documentation's own
    agreement = agreed(house.medan)
    cohort = course_of(house.medan, agreement)
    wrong, right = taught(house.medan, cohort, "Sari Contoh"), open_case(house.medan, "Tono Contoh")
    opened = house.disnaker.post(
        PATH, json={"agreement": agreement, "url": f"http://127.0.0.1:{free_port()}/"}
    ).json()
    post(house.disnaker, opened["id"], "pause")
    port = int(opened["url"].rstrip("/").rpartition(":")[2])
    with documented["receiver"](port, opened["secret"], kept) as server:
        server.RequestHandlerClass.log_message = lambda *_: None
        Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        with time_machine.travel(house.clock()):
            assert post(house.disnaker, opened["id"], "test").json()["status"] == 204
            caught_up(house.services)
            post(house.disnaker, opened["id"], "resume")
            moved(house.medan, house.supervisor, wrong, right)
            caught_up(house.services)
            told = feed(house.disnaker, agreement)
            address = f"{PATH}/{opened['id']}"
            assert within(9, lambda: house.disnaker.get(address).json()["delivered"] == len(told))
        server.shutdown()
    assert json.loads(kept.read_text())["records"] == records(house.disnaker, agreement) != {}


def test_once_a_feed_is_told_no_more_its_webhook_says_how_it_goes_and_of_nobody(house):
    """Last of this file: it lets months go by."""
    until = (house.clock() + timedelta(days=2)).date()
    agreement = agreed(house.medan, until=until)
    taught(house.medan, course_of(house.medan, agreement), "Sari Contoh")
    feed_of = f"/v1/feeds/{agreement}"
    with receiving(lambda _: 422) as receiver:
        one = f"{PATH}/{subscribed(house, receiver, agreement)['id']}"

        def asked(what):
            return house.disnaker.get(f"{one}/{what}").json()["items"]

        hurry(house, lambda: asked("dead-letters"))
        house.clock.instant += timedelta(days=10)
        assert house.disnaker.get(feed_of).status_code == 200
        hurry(
            house,
            lambda: [it["type"] for it in asked("dead-letters")] == ["agreement.expired.withdrawn"],
        )
        assert house.disnaker.get(one).json()["head"] == 2
        house.clock.instant += timedelta(days=95)
        assert house.disnaker.get(feed_of).status_code == 404
        before = len(house.kept())
        letters = house.disnaker.get(f"{one}/dead-letters").json()
        assert ([cause["count"] for cause in letters["causes"]], letters["items"]) == ([1], [])
        assert len(house.kept()) == before
        shown = house.disnaker.get(one).json()
        assert (shown["head"], shown["dead_letters"]) == (None, 1)
        assert shown in house.disnaker.get(PATH).json()["items"]
        assert {line["entry"] for line in [*asked("deliveries"), shown["last_attempt"]]} == {None}
        audience = Audience(agreement=agreement, agency=DISNAKER)
        [hook] = hooks_of(house.services, audience, Tongue("en"), Zone.WIB)
        assert dict(hook["said"])["Up to entry"] == "2"
        assert {line["entry"] for line in hook["log"]} == {"-"}
