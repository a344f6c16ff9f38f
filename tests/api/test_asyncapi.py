"""The AsyncAPI document: sound by the official schema, and true of what leaves the house."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import jsonschema_rs
import pytest
from asyncapi_messages import messages_that_fit
from feeding_house import LIBRARY, TOWN, audience, opened_house
from scenario import on

from api.asyncapi import COUNTS, OF_THE_AGREEMENT, asyncapi, kinds_by_type
from application.cloud_events import cloud_event
from application.feeds import Change, Entry
from application.webhook_fates import PATIENCE, REFUSED_AGAIN, Answer
from domain.activity import ActivityFinished
from domain.agreement import AgreementResumed, AgreementSuspended
from domain.registry import AgencyKind
from domain.sharing.fields import RECORD_OF, RecordKind
from domain.sharing.scope import compile_scope
from infrastructure.feed_counts import PUBLISHED
from infrastructure.feed_settling import CHANGED, SAID
from projections.shared.names import names_known

pytestmark = pytest.mark.long

ALLOWED = ("full_name", "domicile", "programme", "attendance", "counts")
OFFICIAL = Path(__file__).parents[1] / "vectors" / "asyncapi-3.0.0.json"
ENTRY = Entry(
    id=4,
    subject="case:01980f5c-7a00-7000-8000-000000000001",
    pseudonym="k5q2vzc3h6x7m4tyd2aw6rbn3e",
    change=Change.UPSERT,
    event="journey.changed",
    at=datetime(2026, 8, 17, tzinfo=UTC),
    position=9,
    data=None,
)


@pytest.fixture(scope="module")
def official():
    return jsonschema_rs.validator_for(json.loads(OFFICIAL.read_text(encoding="utf-8")))


def scope_of(record):
    kind = next(kind for kind, seen in RECORD_OF.items() if seen is record)
    scope = compile_scope("01980f5c-7a00-7000-8000-000000000009", [], "DINAS-1", kind)
    assert isinstance(scope.kind, AgencyKind)
    return scope


def test_the_document_is_sound_by_the_official_schema(official):
    document = asyncapi()
    assert [str(error) for error in official.iter_errors(document)] == []
    del document["info"]["title"]
    assert not official.is_valid(document), "what is checked is the document"


def test_every_reference_leads_somewhere():
    document = asyncapi()

    def references(value):
        if isinstance(value, dict):
            yield from (said for name, said in value.items() if name == "$ref")
            value = list(value.values())
        if isinstance(value, list):
            for part in value:
                yield from references(part)

    for reference in set(references(document)):
        place = document
        for step in reference.removeprefix("#/").split("/"):
            place = place[step]


def test_a_message_stands_for_every_name_that_an_agency_may_hear():
    types = kinds_by_type()
    for record in set(RecordKind) - {RecordKind.COUNTS}:
        for name in names_known(record):
            assert all(record in types[f"{name}.{change.value}"] for change in Change)
    assert types["counts.published.upsert"] == [RecordKind.COUNTS]
    assert RecordKind.COUNTS not in types["person.forgotten.withdrawn"]
    for kinds in (types["agreement.expired.withdrawn"], types["agreement.started.upsert"]):
        assert set(kinds) == set(RecordKind)


@pytest.mark.parametrize("record", RecordKind)
def test_an_entry_fits_one_message_and_no_other(record):
    event = "counts.published" if record is RecordKind.COUNTS else "journey.changed"
    scope = scope_of(record)
    for change in Change:
        entry = replace(ENTRY, change=change, event=event)
        assert messages_that_fit(cloud_event(entry, scope)) == [entry.type]
        entry = replace(entry, data={})
        assert messages_that_fit(cloud_event(entry, scope)) == [entry.type]


def test_what_a_feed_really_tells_fits_one_message_each(postgres, followed_template):
    with opened_house(postgres, followed_template) as house:
        agreement = house.agree(parties=(LIBRARY, TOWN), allowed_fields=ALLOWED)
        case = house.reader(agreement)
        house.follow()
        house.tell(case, ActivityFinished(effective=on("2026-04-01"), activity="kelas-baca"))
        house.follow()
        rest = {"effective": on("2026-05-01")}
        house.tell(agreement, AgreementSuspended(**rest, reason="Evaluasi"))
        house.follow()
        house.tell(agreement, AgreementResumed(effective=on("2026-05-02")))
        house.follow()
        heard = set()
        for agency in (LIBRARY, TOWN):
            told = house.feeds.after(audience(agreement, agency), 0, 100)
            for entry in told.entries:
                event = cloud_event(entry, told.scope)
                assert messages_that_fit(event) == [entry.type]
                heard.add((agency, entry.type, "data" in event))
    assert heard >= {
        (LIBRARY, "activity.joined.upsert", False),
        (LIBRARY, "activity.finished.upsert", False),
        (LIBRARY, "agreement.suspended.withdrawn", False),
        (LIBRARY, "agreement.resumed.upsert", True),
        (TOWN, "counts.published.upsert", True),
        (TOWN, "agreement.suspended.withdrawn", False),
    }


def test_all_that_the_agreement_brings_about_is_in_the_document():
    assert {*SAID.values(), CHANGED} == set(OF_THE_AGREEMENT)
    assert PUBLISHED == COUNTS


def test_what_no_agency_of_that_kind_may_hear_fits_no_message():
    reader, learner = scope_of(RecordKind.READER), scope_of(RecordKind.LEARNER)
    passed = replace(ENTRY, event="kejar_paket.passed", data={})
    assert messages_that_fit(cloud_event(passed, learner)) == ["kejar_paket.passed.upsert"]
    assert messages_that_fit(cloud_event(passed, reader)) == []
    assert messages_that_fit(cloud_event(replace(ENTRY, data={"offence": "x"}), learner)) == []
    assert messages_that_fit(cloud_event(replace(ENTRY, event="remisi.applied"), learner)) == []
    assert messages_that_fit(cloud_event(ENTRY, learner) | {"subject": "case:1"}) == []


def test_it_is_served_to_whoever_asks(service):
    answer = service.stranger().get("/v1/asyncapi.json")
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("application/vnd.aai.asyncapi+json")
    assert answer.json() == asyncapi()


def test_what_may_be_asked_is_bound_as_the_routes_read_it(service):
    operations = asyncapi()["operations"]
    paths = service.app.openapi()["paths"]
    for name, path in (("readFeed", ""), ("readStream", "/stream")):
        route = paths[f"/v1/feeds/{{agreement_id}}{path}"]["get"]["parameters"]
        bound = operations[name]["bindings"]["http"]["query"]["properties"]
        assert set(bound) == {one["name"] for one in route if one["in"] == "query"}
        assert all(one["description"] for one in route if one["in"] == "query")
        assert all(one["description"] for one in bound.values())
        for one in route:
            if one["in"] == "query" and one["schema"].get("type") == "integer":
                for key in ("type", "minimum", "maximum", "default"):
                    assert bound[one["name"]].get(key) == one["schema"].get(key), one["name"]
    message = asyncapi()["channels"]["stream"]["messages"]["request"]
    headers = {one["name"] for one in route if one["in"] == "header"}
    assert {*message["bindings"]["http"]["headers"]["properties"]} <= headers


def came_of(status):
    return Answer(status=status, cause=None, retry_after=None, milliseconds=1)


def test_how_long_a_webhook_is_sent_again_is_told_as_it_is():
    said = asyncapi()["channels"]["webhook"]["description"]
    assert "until 2xx" not in said
    assert f"after {PATIENCE.days} days" in said
    assert f"tried {len(REFUSED_AGAIN) + 1} times at most" in said
    for status in (401, 403, 404, 408, 429):
        assert f"{status}" in said
        assert not came_of(status).refused
    assert came_of(422).refused


def test_each_example_fits_its_own_message_and_no_other():
    for name, message in asyncapi()["components"]["messages"].items():
        [example] = message["examples"]
        assert messages_that_fit(example["payload"]) == [name]
