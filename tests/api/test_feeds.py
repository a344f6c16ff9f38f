"""A feed by pages and by waiting: what is sent, to whom, what is recorded, and what is not sent."""

import gzip
import json
import re
from pathlib import Path
from threading import Thread
from types import SimpleNamespace
from urllib.error import HTTPError

import httpx2
import orjson
import pytest
from cloudevents.core.formats.json import JSONFormat
from facts import MEDAN
from feed_doors import partnership, served
from partner_story import feed, records, within

import api.door
from api.routes.feeds import takes_gzip
from application.access import Unrecorded

HOUSE = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def house(postgres, followed_template):
    with partnership(postgres, followed_template) as house:
        yield house


@pytest.fixture
def listeners(house, monkeypatch):
    """Those who listen to feeds at this moment."""
    there, listen = [], house.services.feeds.listen

    def counted(audience, told):
        end = listen(audience, told)
        there.append(told)

        def ended():
            there.remove(told)
            end()

        return ended

    monkeypatch.setattr(house.services.feeds, "listen", counted)
    return there


@pytest.fixture
def address(house):
    with served(house.app) as server:
        yield server.address


def ids(answer):
    assert answer.status_code == 200, answer.text
    return [int(one["id"]) for one in answer.json()]


def test_a_feed_is_read_by_pages_each_of_which_says_what_comes_next(house):
    whole = ids(house.disnaker.get(house.feed))
    assert whole == list(range(1, len(whole) + 1))
    found, page = [], house.disnaker.get(f"{house.feed}?limit=1")
    while ids(page):
        assert len(ids(page)) == 1
        found += ids(page)
        page = house.disnaker.get(page.links["next"]["url"])
    assert found == whole
    assert page.links["next"]["url"].endswith(f"lastEventId={whole[-1]}")
    assert ids(house.disnaker.get(f"{house.feed}?lastEventId=0")) == whole
    assert ids(house.disnaker.get(f"{house.feed}?lastEventId=")) == whole
    assert ids(house.disnaker.get(f"{house.feed}?lastEventId=9999")) == []


def test_every_entry_is_a_cloud_event_by_the_sdk(house):
    answer = house.disnaker.get(house.feed)
    assert answer.headers["content-type"] == "application/cloudevents-batch+json"
    for entry in answer.json():
        event = JSONFormat().read(None, orjson.dumps(entry))
        assert event.get_source() == house.feed
        assert event.get_time().tzinfo is not None
        schema = event.get_dataschema().removeprefix("urn:jejak:record:").removesuffix(":1")
        served = house.disnaker.get(f"/v1/schemas/{schema}.json").json()
        assert served["$id"] == event.get_dataschema()
        assert set(event.get_data()) == set(house.scope()["fields"]) <= set(served["properties"])


@pytest.mark.parametrize("said", ["x", "-1", "1.0", "1 ", "\uff19", "1" * 17])
def test_a_place_that_is_none_is_refused_in_words(house, said):
    answer = house.disnaker.get(house.feed, params={"lastEventId": said})
    assert (answer.status_code, answer.json()["code"]) == (422, "feed.last_event_id")
    assert answer.json()["errors"][0]["pointer"] == "/query/lastEventId"
    assert answer.json()["detail"].startswith("`lastEventId` harus id entri")
    assert "1 sampai 16 angka" in answer.json()["detail"]
    if said.isascii():
        came = {"Last-Event-ID": said}
        answer = house.disnaker.get(f"{house.feed}/stream", headers=came)
        pointers = [one["pointer"] for one in answer.json()["errors"]]
        assert (answer.status_code, pointers) == (422, ["/header/Last-Event-ID"])


@pytest.mark.parametrize("query", ["limit=0", "limit=1001", "timeout=-1", "lastEventID=1"])
def test_what_a_feed_cannot_be_asked_is_refused(house, query):
    assert house.disnaker.get(f"{house.feed}?{query}").status_code == 422


def test_a_page_that_the_reader_has_is_not_delivered_again(house):
    first = house.disnaker.get(house.feed)
    before = len(house.kept())
    for said in (first.headers["etag"], f'"other", {first.headers["etag"]}'):
        again = house.disnaker.get(house.feed, headers={"If-None-Match": said})
        assert (again.status_code, again.content) == (304, b"")
        assert again.headers["etag"] == first.headers["etag"]
        assert again.headers["cache-control"] == "private, no-cache"
    assert len(house.kept()) == before
    house.teach("Sari Contoh")
    newer = house.disnaker.get(house.feed, headers={"If-None-Match": first.headers["etag"]})
    assert newer.status_code == 200
    assert newer.headers["etag"] != first.headers["etag"]


def test_the_head_of_a_page_is_what_the_page_says_of_itself_and_tells_of_nobody(house, address):
    for asked in ({}, {"Accept-Encoding": "identity"}):
        said = {**house.disnaker.headers, **asked}
        before = len(house.kept())
        head = httpx2.head(f"{address}{house.feed}", headers=said)
        assert (head.status_code, head.content) == (200, b"")
        assert len(house.kept()) == before
        page = httpx2.get(f"{address}{house.feed}", headers=said)
        same = ("etag", "link", "content-type", "content-length", "vary", "cache-control")
        assert [head.headers[name] for name in same] == [page.headers[name] for name in same]
        assert head.headers.get("content-encoding") == page.headers.get("content-encoding")
    has = house.disnaker.head(house.feed, headers={"If-None-Match": head.headers["etag"]})
    assert has.status_code == 304
    assert house.caller("agency", agency="POLRES-12.71").head(house.feed).status_code == 404
    assert house.service.stranger().head(house.feed).status_code == 401


def test_a_page_is_packed_for_whoever_takes_it_so(house):
    plain = house.disnaker.get(house.feed, headers={"Accept-Encoding": "identity"})
    assert len(plain.content) > 1_024
    assert "content-encoding" not in plain.headers
    with house.disnaker.stream("GET", house.feed, headers={"Accept-Encoding": "gzip"}) as packed:
        raw = b"".join(packed.iter_raw())
    assert packed.headers["content-encoding"] == "gzip"
    assert gzip.decompress(raw) == plain.content
    assert "Accept-Encoding" in plain.headers["vary"]
    assert packed.headers["etag"] == plain.headers["etag"]


@pytest.mark.parametrize(
    ("said", "taken"),
    [
        ("gzip", True),
        ("br, GZIP;q=0.5", True),
        ("*", True),
        ("", False),
        ("gzip;q=0", False),
        ("gzip; q=0.000, *", False),
        ("*;q=0", False),
        ("br", False),
    ],
)
def test_packing_is_taken_as_it_is_said(said, taken):
    assert takes_gzip(said) is taken


def test_a_wait_ends_with_the_next_entry_or_empty(house, listeners):
    head = ids(house.disnaker.get(house.feed))[-1]
    assert ids(house.disnaker.get(f"{house.feed}?lastEventId={head}&timeout=50")) == []
    heard = []
    asked = f"{house.feed}?lastEventId={head}&timeout=30000"
    waiting = Thread(target=lambda: heard.append(house.disnaker.get(asked)))
    waiting.start()
    house.teach("Dewi Contoh")
    waiting.join(20)
    assert ids(heard[0])[0] == head + 1
    assert within(20, lambda: not listeners)


def test_who_waits_takes_nobodys_place(house, address, listeners, monkeypatch):
    head = ids(house.disnaker.get(house.feed))[-1]
    asked = f"{address}{house.feed}?lastEventId={head}&timeout=30000"
    monkeypatch.setattr(api.door, "INSIDE_MOST", 1)
    waiting = Thread(target=lambda: httpx2.get(asked, headers=house.disnaker.headers, timeout=60))
    waiting.start()
    try:
        assert within(20, lambda: listeners)
        assert within(20, lambda: house.disnaker.get(house.records).status_code == 200)
        assert waiting.is_alive()
        monkeypatch.setattr(api.door, "WAITING_MOST", 0)
        full = house.disnaker.get(asked.removeprefix(address))
        assert (full.status_code, full.json()["code"]) == (503, "service.overloaded")
    finally:
        monkeypatch.setattr(api.door, "INSIDE_MOST", 9)
        house.teach("Rudi Contoh")
        waiting.join(20)


def test_each_delivery_is_on_record_with_its_agreement(house):
    answer = house.disnaker.get(house.feed, headers={"X-Purpose": "kerja_sama"})
    said = house.kept()[-1]
    assert said == {
        "format": 1,
        "actor": {
            "id": "agency-1",
            "role": "agency",
            "unit": None,
            "agency": "DISNAKER-12.71",
            "on_behalf_of": None,
        },
        "purpose": "kerja_sama",
        "agreement": house.agreement,
        "route": "/v1/feeds/{agreement_id}",
        "subjects": sorted(f"case:{case}" for case in house.cases),
        "fields": sorted(answer.json()[0]["data"]),
        "rows": len(answer.json()),
        "trace_id": answer.headers["x-trace-id"],
    }
    for path in ("", ".csv", ".ndjson"):
        house.disnaker.get(f"{house.records}{path}")
        told = house.kept()[-1]
        assert told["route"] == "/v1/agreements/{agreement_id}/records" + path
        assert (told["subjects"], told["agreement"]) == (said["subjects"], house.agreement)
    head = answer.json()[-1]["id"]
    before = len(house.kept())
    house.disnaker.get(f"{house.feed}?lastEventId={head}")
    assert len(house.kept()) == before, "nothing left the house"


def test_who_has_seen_my_data_names_the_agency_its_agreement_and_the_way(house):
    house.disnaker.get(house.feed)
    house.medan.get(f"/v1/cases/{house.cases[0]}")

    def reads(caller, **asked):
        return caller.get("/v1/reads", params=asked).json()["items"]

    compliance = house.caller("compliance", MEDAN)
    mine = {"subject": f"case:{house.cases[0]}", "agreement": house.agreement}
    seen = reads(compliance, **mine)[0]
    assert seen["route"] == "/v1/feeds/{agreement_id}"
    assert (seen["agency"], seen["agreement"]) == ("DISNAKER-12.71", house.agreement)
    assert seen["subjects"] == [f"case:{house.cases[0]}"], "and of nobody else"
    assert {one["agreement"] for one in reads(compliance, **mine)} == {house.agreement}
    assert None in {one["agreement"] for one in reads(compliance, subject=mine["subject"])}
    national = house.caller("auditor", level="ditjenpas")
    assert seen["number"] in {one["number"] for one in reads(national, agreement=house.agreement)}
    assert reads(national, agreement="01980f5c-7a00-7000-8000-0000000000ff") == []


def test_what_cannot_be_recorded_is_not_sent(house, monkeypatch):
    def fails(*_):
        raise Unrecorded

    monkeypatch.setattr(house.services.access, "record_all", fails)
    forms = [house.records + form for form in ("", ".csv", ".ndjson")]
    for path in (house.feed, f"{house.feed}/stream", *forms):
        answer = house.disnaker.get(path)
        assert (answer.status_code, answer.json()["code"]) == (503, "access.unrecorded"), path
        assert "Fiktif" not in answer.text


def test_who_may_look_and_through_whose_eyes(house):
    there = (
        house.feed,
        house.records,
        f"{house.records}.csv",
        f"/v1/agreements/{house.agreement}/scope",
    )

    def statuses(client, query=""):
        return {client.get(path + query).status_code for path in there}

    eyes = "?agency=DISNAKER-12.71"
    for who in (("supervisor", MEDAN), ("auditor", MEDAN)):
        assert statuses(house.caller(*who), eyes) == {200}
        assert statuses(house.caller(*who)) == {422}
        assert statuses(house.caller(*who), "?agency=POLRES-12.71") == {404}
        assert statuses(house.caller(*who), "?agency=%00") == {404}
    assert statuses(house.caller("auditor", level="ditjenpas"), eyes) == {200}
    for who in (("supervisor", "LAPAS-JAYAPURA"), ("supervisor",)):
        assert statuses(house.caller(*who), eyes) == {404}
    for who in ("caseworker", "compliance", "operator"):
        assert statuses(house.caller(who, MEDAN), eyes) == {403}
    assert statuses(house.caller("agency"), eyes) == {200}
    assert statuses(house.caller("agency"), "?agency=POLRES-12.71") == {404}
    assert statuses(house.caller("agency", agency="POLRES-12.71")) == {404}
    assert statuses(house.caller("agency", agency=None)) == {404}
    assert statuses(house.service.stranger()) == {401}
    for key in ("01980f5c-7a00-7000-8000-000000000009", "x", "..%2f"):
        assert house.disnaker.get(f"/v1/feeds/{key}").status_code == 404
    house.caller("supervisor", MEDAN).get(house.feed + eyes)
    told = house.kept()[-1]
    assert (told["actor"]["role"], told["actor"]["agency"]) == ("supervisor", None)
    assert told["agreement"] == house.agreement


def addresses(routes):
    for one in routes:
        if inner := getattr(one, "original_router", None):
            yield from addresses(inner.routes)
        elif "GET" in (getattr(one, "methods", None) or ()):
            yield one.path_format


OPEN_TO_AGENCIES = ("/v1/feeds/", "/v1/agreements/{agreement_id}/", "/mitra")


@pytest.mark.long
def test_an_agency_sees_nobody_at_any_other_address(house):
    case = house.cases[0]
    found = house.medan.get(f"/v1/cases/{case}").json()
    person = found["state"]["custody"]["person"]
    keys = {
        "case_id": case,
        "case": case,
        "person_id": person,
        "programme_id": house.cohort,
        "agreement_id": house.agreement,
        "name": "case_summary",
        "unit": MEDAN,
        "pseudonym": "a" * 26,
    }
    visitor = house.service.stranger()
    visitor.cookies.set("jejak_masuk", house.token())
    looked = 0
    for template in sorted(set(addresses(house.app.routes))):
        if set(re.findall(r"{(\w+)}", template)) - keys.keys() or template.startswith(
            OPEN_TO_AGENCIES
        ):
            continue
        client = house.disnaker if template.startswith("/v1/") else visitor
        path = template.format_map(keys)
        answer = client.get(path)
        assert answer.status_code < 500, (template, answer.text)
        for secret in ("Budi Fiktif", "Tono Contoh", person, *house.cases):
            assert secret not in answer.text or secret in path, template
        looked += 1
    assert looked > 50


def documented():
    """Return the client of the documentation, as it stands there."""
    text = (HOUSE / "docs/feeds.md").read_text(encoding="utf-8")
    (code,) = re.findall(r"```python\n(.*?)```", text, flags=re.DOTALL)
    assert len([line for line in code.splitlines() if line.strip()]) <= 20
    client = {}
    exec(code, client)  # noqa: S102  # the documentation's own
    return client


def test_the_client_of_the_documentation_holds_what_the_list_holds(house, address, tmp_path):
    follow, token, kept = documented()["follow"], house.token(), tmp_path / "records.json"
    assert next(follow(f"{address}{house.feed}", token, kept))["records"] == records(
        house.disnaker, house.agreement
    )
    house.teach("Wati Contoh")
    again = next(follow(f"{address}{house.feed}", token, kept))
    assert again["records"] == json.loads(kept.read_text())["records"]
    assert again["records"] == records(house.disnaker, house.agreement)
    assert again["last"] == int(feed(house.disnaker, house.agreement)[-1]["id"])


def test_the_client_of_the_documentation_outlives_a_restart_and_ends_when_told_to(house, tmp_path):
    client, kept = documented(), tmp_path / "records.json"
    with served(house.app) as before:
        states = client["follow"](f"{before.address}{house.feed}", house.token(), kept)
        first = next(states)["last"]
    asked_again = []
    client["time"] = SimpleNamespace(sleep=asked_again.append)
    assert next(states)["last"] == first, "nobody is there"
    assert asked_again == [5]
    house.teach("Nita Contoh")
    with served(house.app, int(before.address.rpartition(":")[2])):
        assert next(states)["records"] == records(house.disnaker, house.agreement)
        stranger = client["follow"](f"{before.address}{house.feed}", "x.y.z", tmp_path / "other")
        with pytest.raises(HTTPError) as refused:
            next(stranger)
    refused.value.close()
    assert refused.value.code == 401
    assert asked_again == [5]
