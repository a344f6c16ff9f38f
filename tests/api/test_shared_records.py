"""What an agreement shares as records, and what it was compiled to, in words that say why."""

import csv
import io
import json
from datetime import date, datetime, timedelta

import pytest
from facts import MEDAN
from feed_doors import partnership
from partner_story import DISNAKER, FIELDS, agreed, caught_up, feed, name_agency, records

from domain.registry import AgencyKind
from domain.sharing.fields import RecordKind
from domain.time import Zone
from infrastructure import feed_reading
from infrastructure.feed_audiences import terms_of

pytestmark = pytest.mark.long

PEMDA = "PEMDA-12.71"


@pytest.fixture(scope="module")
def house(postgres, followed_template):
    with partnership(postgres, followed_template) as house:
        name_agency(house.services, PEMDA, AgencyKind.OTHER)
        yield house


def scope(house, agreement, client=None):
    answer = (client or house.disnaker).get(f"/v1/agreements/{agreement}/scope")
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_records_come_by_pages_in_the_order_of_pseudonyms_and_say_how_fresh_they_are(house):
    first = house.disnaker.get(f"{house.records}?limit=1")
    assert len(first.json()["items"]) == 1
    assert records(house.disnaker, house.agreement).keys() == set(pseudonyms(house))
    assert pseudonyms(house) == sorted(pseudonyms(house))
    position = house.services.ledger.position()
    said = house.disnaker.get(f"{house.records}?after={position}").json()
    assert said["position"] >= position
    assert said["lag_seconds"] >= 0
    assert datetime.fromisoformat(said["as_of"]).tzinfo is not None
    assert said["standing"]["shares"] is True
    behind = house.disnaker.get(f"{house.records}?after={position + 9_999}")
    assert (behind.status_code, behind.json()["code"]) == (422, "list.no_such_position")
    cursor = first.links["next"]["url"].partition("cursor=")[2]
    other = agreed(house.medan)
    answer = house.disnaker.get(f"/v1/agreements/{other}/records?cursor={cursor}")
    assert (answer.status_code, answer.json()["code"]) == (422, "list.cursor")


def pseudonyms(house):
    return [one["subject"] for one in house.disnaker.get(house.records).json()["items"]]


def test_one_record_is_there_by_its_pseudonym_and_by_no_other_name(house):
    for item in house.disnaker.get(house.records).json()["items"]:
        assert house.disnaker.get(f"{house.records}/{item['subject']}").json() == item
    there = pseudonyms(house)[0]
    for name in ("a" * 26, there[:-1], there.upper(), house.cases[0], there[:-1] + "0", "%00" * 9):
        assert house.disnaker.get(f"{house.records}/{name}").status_code == 404
    other = agreed(house.medan)
    caught_up(house.services)
    assert house.disnaker.get(f"/v1/agreements/{other}/records/{there}").status_code == 404


def not_ready(answer):
    """Say whether an answer is that there is none now, and when to ask again."""
    said = answer.status_code, answer.json()["code"], answer.headers["Retry-After"]
    return said == (503, "feed.not_ready", "1")


LISTS = ("", ".csv", ".ndjson")
ANEW = "UPDATE feed.audience SET terms = %s WHERE agreement = %s AND agency = %s"


def test_a_list_says_to_ask_again_while_everybody_is_looked_at_and_a_feed_stands_still(house):
    there, whole = pseudonyms(house)[0], feed(house.disnaker, house.agreement)
    scope = house.services.sharing.scope(house.agreement, DISNAKER)
    with house.pool.connection() as connection:
        connection.execute(ANEW, ("of before", house.agreement, DISNAKER))
    for address in (*(f"{house.records}{form}" for form in LISTS), f"{house.records}/{there}"):
        assert not_ready(house.disnaker.get(address)), address
    assert feed(house.disnaker, house.agreement) == []
    with house.pool.connection() as connection:
        connection.execute(ANEW, (terms_of(scope), house.agreement, DISNAKER))
    assert feed(house.disnaker, house.agreement) == whole
    assert pseudonyms(house)[0] == there


def test_nothing_leaves_by_any_door_while_the_feeds_are_too_far_behind(house, monkeypatch):
    there, before = pseudonyms(house)[0], len(house.kept())
    monkeypatch.setattr(feed_reading, "LAG_MOST_SECONDS", -1.0)
    lists = [f"{house.records}{form}" for form in LISTS]
    for address in (*lists, f"{house.records}/{there}", house.feed, f"{house.feed}/stream"):
        assert not_ready(house.disnaker.get(address)), address
    assert len(house.kept()) == before, "nobody is told of, and nobody said to have been"


def test_a_file_has_a_column_for_each_field_and_runs_no_formula(house):
    house.teach('=HYPERLINK("http://x")')
    answer = house.disnaker.get(f"{house.records}.csv")
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert "attachment" in answer.headers["content-disposition"]
    rows = list(csv.DictReader(io.StringIO(answer.text)))
    assert list(rows[0]) == ["subject", "entry", "type", "time", *sorted_as_compiled(house)]
    assert '\'=HYPERLINK("http://x")' in {row["full_name"] for row in rows}


def sorted_as_compiled(house):
    fields = house.scope()["fields"]
    assert set(fields) == set(FIELDS)
    return fields


def test_a_scope_says_what_is_seen_and_that_it_runs(house):
    said = scope(house, house.agreement)
    assert said["record"] == "trainee"
    assert said["kind"] == "dinas_ketenagakerjaan"
    assert said["units"] == said["open_units"] == [MEDAN]
    assert said["missing"] == []
    assert said["standing"] == {
        "shares": True,
        "since": "2025-10-06T00:00:00+07:00",
        "because": "running",
        "words": {"id": "berjalan", "en": "it runs"},
        "tail_until": None,
    }


def test_a_scope_that_shares_nothing_says_why_and_shows_nobody(house):
    tomorrow = datetime.now(Zone.WIB.offset).date() + timedelta(days=1)
    cases = {
        "not_signed": agreed(house.medan, running=False),
        "nothing_named": agreed(house.medan, regions=[]),
        "expired": agreed(house.medan, until=date(2025, 12, 31)),
    }
    caught_up(house.services)
    for because, agreement in cases.items():
        said = scope(house, agreement)
        assert said["standing"]["because"] == because
        assert (said["standing"]["shares"], said["open_units"]) == (False, [])
        assert all(said["standing"]["words"].values())
        for path in (f"/v1/feeds/{agreement}", f"/v1/agreements/{agreement}/records"):
            assert house.disnaker.get(path).status_code == 404, because
    nothing = scope(house, cases["nothing_named"])
    assert [one["part"] for one in nothing["missing"]] == ["regions"]
    assert scope(house, cases["expired"])["standing"]["tail_until"] == "2026-04-01T00:00:00+07:00"
    soon = agreed(house.medan, until=tomorrow)
    house.clock.instant = datetime.combine(tomorrow + timedelta(days=1), datetime.min.time())
    house.clock.instant = house.clock.instant.replace(tzinfo=Zone.WIB.offset)
    try:
        assert scope(house, soon)["standing"]["because"] == "expired"
        caught_up(house.services)
        tail = house.disnaker.get(f"/v1/agreements/{soon}/records").json()
        assert (tail["items"], tail["standing"]["shares"]) == ([], False)
    finally:
        house.clock.instant = None


def test_an_agency_of_a_kind_that_is_told_nothing_hears_so(house):
    agreement = agreed(house.medan, parties=[MEDAN, PEMDA])
    client = house.caller("agency", agency=PEMDA)
    said = scope(house, agreement, client)
    assert said["record"] is None
    assert said["fields"] == []
    assert said["missing"][0]["part"] == "kind"
    assert client.get(f"/v1/feeds/{agreement}").status_code == 404


def test_an_agency_lists_the_agreements_that_it_is_a_party_to_and_no_others(house):
    mine = house.agreement
    others = agreed(house.medan, parties=[MEDAN, PEMDA])
    proposed = agreed(house.medan, running=False)
    assert house.services.read_models.wait(house.services.ledger.position(), 20)
    items = house.disnaker.get("/v1/agreements").json()["items"]
    found = {one["agreement"]: one for one in items}
    assert others not in found
    assert found[mine]["standing"]["shares"] is True
    assert found[proposed]["standing"]["because"] == "not_signed"
    assert {one["agency"] for one in items} == {"DISNAKER-12.71"}
    assert "plans" not in found[mine]
    paged, address = [], "/v1/agreements?limit=2"
    while address:
        answer = house.disnaker.get(address)
        paged += answer.json()["items"]
        address = answer.links.get("next", {}).get("url")
    assert paged == items
    assert house.disnaker.get("/v1/agreements?status=running").status_code == 422
    assert house.caller("agency", agency=None).get("/v1/agreements").json()["items"] == []


def test_an_agency_has_its_agreements_as_files_and_each_by_its_key_as_the_list_has_it(house):
    items = house.disnaker.get("/v1/agreements?limit=1000").json()["items"]
    assert house.agreement in {one["agreement"] for one in items}
    lines = house.disnaker.get("/v1/agreements.ndjson")
    assert [json.loads(line) for line in lines.text.splitlines()] == items
    assert "x-position" not in lines.headers
    rows = list(csv.DictReader(io.StringIO(house.disnaker.get("/v1/agreements.csv").text)))
    assert [row["agreement"] for row in rows] == [one["agreement"] for one in items]
    for row, one in zip(rows, items, strict=True):
        assert row["shares"] == str(one["standing"]["shares"]).lower()
        assert row["words_id"] == one["standing"]["words"]["id"]
        assert house.disnaker.get(f"/v1/agreements/{one['agreement']}").json() == one
    for form in ("csv", "ndjson"):
        staff = house.medan.get(f"/v1/agreements.{form}").text
        assert staff != house.disnaker.get(f"/v1/agreements.{form}").text
        assert (
            house.agreement
            not in house.caller("agency", agency=None).get(f"/v1/agreements.{form}").text
        )


def test_an_agreement_is_there_for_its_parties_only_and_as_it_stands_now(house):
    address = f"/v1/agreements/{house.agreement}"
    for party in ("POLRES-12.71", None):
        assert house.caller("agency", agency=party).get(address).status_code == 404
    unheard = "01980f5c-7a00-7000-8000-000000000009"
    for key in (unheard, "x", f"{unheard}x"):
        assert house.disnaker.get(f"/v1/agreements/{key}").status_code == 404
    then = house.disnaker.get(f"{address}?known_at=2025-01-01T00:00:00%2B07:00")
    assert (then.status_code, then.json()["code"]) == (422, "list.unknown_filter")
    assert house.disnaker.get(f"{address}/events").status_code == 404
    assert "state" in house.medan.get(address).json()


@pytest.mark.parametrize("record", RecordKind)
def test_the_schema_of_each_kind_of_record_is_served_to_whoever_asks(house, record):
    stranger = house.service.stranger()
    served = stranger.get("/v1/schemas").json()["items"]
    [found] = [one for one in served if one["record"] == record.value]
    assert found["dataschema"] == f"urn:jejak:record:{record.value}:1"
    answer = stranger.get(found["address"])
    assert answer.json()["$id"] == found["dataschema"]
    assert answer.headers["content-type"] == "application/schema+json"
    assert stranger.get("/v1/schemas/unheard.json").status_code == 404
    assert len(served) == len(RecordKind)


def test_the_document_says_what_addresses_refuse_that_need_no_token(house):
    paths = house.app.openapi()["paths"]
    one, listed = paths["/v1/schemas/{record}.json"]["get"], paths["/v1/schemas"]["get"]
    assert set(one["responses"]) == {"200", "404", "422"}
    assert set(listed["responses"]) == {"200", "422"}
    assert "HTTPValidationError" not in str(paths)
    assert house.service.stranger().get("/v1/schemas?x=1").status_code == 422


def test_an_agency_reads_for_its_agreement_whatever_it_says(house):
    head = house.disnaker.get(house.feed).json()[-1]["id"]
    there = (house.feed, f"{house.feed}?lastEventId={head}", f"{house.feed}/stream", house.records)
    before = len(house.kept())
    for path in (*there, f"{house.records}.csv", "/v1/agreements", "/v1/agreements.csv"):
        for purpose in ("audit", "pembinaan", "apa-saja"):
            answer = house.disnaker.get(path, headers={"X-Purpose": purpose})
            assert (answer.status_code, answer.json()["code"]) == (422, "access.purpose"), path
            assert answer.json()["errors"][0]["pointer"] == "/header/X-Purpose"
            assert "kerja_sama" in answer.json()["detail"]
    assert len(house.kept()) == before
    house.caller("supervisor", MEDAN).get(
        f"{house.feed}?agency=DISNAKER-12.71", headers={"X-Purpose": "audit"}
    )
    assert house.kept()[-1]["purpose"] == "audit"


def test_an_agency_names_its_user_by_its_own_code(house):
    for path in (house.feed, house.records, f"{house.records}.ndjson"):
        house.disnaker.get(path, headers={"X-On-Behalf-Of": "petugas-7"})
        told = house.kept()[-1]["actor"]
        assert (told["agency"], told["on_behalf_of"]) == ("DISNAKER-12.71", "petugas-7")
    before = len(house.kept())
    head = house.disnaker.get(f"{house.feed}?limit=1000").json()[-1]["id"]
    for said in ("Ratna Petugas", "1271011203900777", "u-199001012015031001", "x" * 65, "-"):
        for path in (house.feed, f"{house.feed}?lastEventId={head}"):
            answer = house.disnaker.get(path, headers={"X-On-Behalf-Of": said})
            assert (answer.status_code, answer.json()["code"]) == (422, "access.user_code"), said
            assert answer.json()["errors"][0]["pointer"] == "/header/X-On-Behalf-Of"
            assert said == "-" or said not in answer.text
    assert len(house.kept()) == before + 1, "of the page that said where the feed's head is"
    eyes = f"{house.feed}?agency=DISNAKER-12.71"
    staff = house.caller("supervisor", MEDAN).get(eyes, headers={"X-On-Behalf-Of": "petugas-7"})
    assert (staff.status_code, staff.json()["code"]) == (422, "access.unknown_user")
