"""Nobody is shown before it is recorded who was shown, to whom, and which fields: never a value."""

import json
import re

import psycopg
import pytest
from facts import (
    MEDAN,
    append,
    ask,
    asking,
    assessed,
    event,
    new_case,
    open_case,
    programme,
    referral,
)
from fastapi import FastAPI
from fastapi.testclient import TestClient
from silent_addresses import OF_NOBODY, SILENT

from api import lists, readings
from api.door import Door
from api.measures import Measures
from api.readings import PERSONS, must_be_recorded
from application.access import Unrecorded
from domain.kernel import DataClass, data_classes
from domain.record import StreamId
from projections.catalogue import PROJECTIONS, REPORTS

PEKALONGAN = "RUTAN-PEKALONGAN"
NAME, NIK = "Sapardi Terencana", "1271011203900777"


@pytest.fixture
def kept(pool):
    """What the book of reads holds, in order, without the reads of it."""

    def bodies():
        with pool.connection() as connection:
            rows = connection.execute("SELECT body FROM ledger.access ORDER BY number").fetchall()
        said = [json.loads(body) for (body,) in rows]
        return [one for one in said if not one["route"].startswith("/v1/reads")]

    return bodies


@pytest.fixture
def filled(service, medan, access):
    """Something of every kind that there is an address for: its keys by their names there."""
    document = medan.post(
        "/v1/evidence", content=b"%PDF-1.4", headers={"Content-Type": "application/pdf"}
    ).json()["sha256"]
    ordered = assessed() | {"evidence": [{"number": "BA/1", "date": None, "sha256": document}]}
    opened = medan.post("/v1/cases", json=new_case(NAME, events=[ordered])).json()
    case = opened["case_id"]
    streams = [one["stream"] for one in opened["events"]]
    whom = next(one for one in streams if one.startswith("person:")).removeprefix("person:")
    youth = medan.post("/v1/referrals", json={"events": [referral()]}).json()
    taught = medan.post("/v1/programmes", json={"events": [programme()]}).json()["programme_id"]
    home = event("register.domicile_recorded", domicile="12.71")
    asked = event("skill_training.applied", "2025-11-05", programme=taught, agreement=None)
    assert append(medan, case, home, asked, version=2).status_code == 201
    named = event("registry.user_named", user="ratna", full_name="Ratna Petugas", role="wali")
    wide = service.caller("supervisor", MEDAN, level="kanwil")
    assert wide.post("/v1/registry/users", json={"events": [named]}).status_code == 201
    assert service.services.read_models.wait(service.services.ledger.position(), 10)
    listed = {"unit": MEDAN, "award_day": "2099-08-17", "kinds": ["umum"]}
    (batch,) = medan.post("/v1/remisi-batches", json=listed).json()["batches"]
    assert service.services.read_models.wait(batch["position"], 10)
    return {
        "remisi_batch_id": batch["remisi_batch_id"],
        "batch": batch["remisi_batch_id"],
        "case": case,
        "case_id": case,
        "event_id": opened["events"][0]["event_id"],
        "person_id": whom,
        "referral_id": youth["referral_id"],
        "programme_id": taught,
        "user": "ratna",
        "sha256": document,
    }


@pytest.fixture
def corrected(service, medan, filled):
    """The same, and a correction that waits."""
    stream = StreamId(kind="case", key=filled["case_id"])
    told = service.services.ledger.read(stream)
    body = asking(told[1].event_id)
    asked = ask(medan, f"/v1/cases/{stream.key}", body, len(told)).json()
    assert service.services.read_models.wait(asked["position"], 10)
    return filled | {"correction": asked["correction"]}


def addresses(routes):
    """Every address that is read, as its route writes it."""
    for one in routes:
        if inner := getattr(one, "original_router", None):
            yield from addresses(inner.routes)
        elif "GET" in (getattr(one, "methods", None) or ()):
            yield one.path_format


@pytest.mark.long
def test_every_address_that_shows_somebody_records_it(service, medan, corrected, kept):
    """Over all routes there are: a new one records, or stands among those that show nobody."""
    visitor = TestClient(service.app)
    token = medan.headers["authorization"].removeprefix("Bearer ")
    visitor.cookies.set("jejak_masuk", token)
    shown, silent = set(), set()
    for template in sorted(set(addresses(service.app.routes))):
        keys = {**corrected, "name": "unheard"}
        if not must_be_recorded("GET", template) or template.startswith(OF_OVERSEERS):
            continue
        if set(re.findall(r"{(\w+)}", template)) - keys.keys():
            silent.add(template)
            continue
        before = len(kept())
        client = medan if template.startswith("/v1/") else visitor
        answer = client.get(template.format_map(keys), params=ASKED.get(template))
        assert answer.status_code in {200, 404, 409}, template
        if len(kept()) == before:
            silent.add(template)
            continue
        assert answer.status_code == 200, template
        assert kept()[-1]["route"] == template
        shown.add(template)
    assert {"/perkara", "/perkara/{case_id}", "/v1/cases.csv", "/v1/evidence/{sha256}"} <= shown
    assert {"/v1/registry/users/{user}", "/v1/programmes/{programme_id}"} <= shown
    assert silent == SILENT


OF_OVERSEERS = ("/v1/reads", "/siapa-melihat")
"""The book itself, which a caseworker may not read; its own tests look at its records."""
ASKED = {
    "/v1/cases/{case_id}/diff": {"from": "2020-01-01T00:00:00+07:00"},
    "/v1/integration-rights": {"unit": "RUTAN-MEDAN"},
}
"""What an address cannot be read without."""


def test_whatever_a_read_model_keeps_sealed_is_somebodys_by_a_column():
    nobodys = set()
    for projection in PROJECTIONS:
        classes = data_classes(projection.row)
        if not set(PERSONS) & classes.keys():
            assert set(classes.values()) == {DataClass.NONE}, projection.name
            nobodys.add(projection.name)
    assert nobodys == set(OF_NOBODY)


def test_what_is_counted_names_nobody():
    naming = set()
    for report in REPORTS:
        classes = data_classes(report.row)
        if set(PERSONS) & classes.keys():
            naming.add(report.name)
        else:
            assert set(classes.values()) == {DataClass.NONE}
    assert {report.name for report in REPORTS} - naming == set(readings.REPORTS)


def test_a_route_that_forgets_it_answers_nothing():
    forgetful = FastAPI()
    forgetful.add_middleware(Door, new_id=lambda: "0" * 32, measures=Measures())

    @forgetful.get("/v1/forgetful")
    def forgets():
        return {"full_name": NAME}

    @forgetful.get("/livez")
    def shows_nobody():
        return {"status": "ok"}

    forgetful.state.services = type("Services", (), {"language": "id"})()
    answer = TestClient(forgetful).get("/v1/forgetful")
    assert (answer.status_code, answer.json()["code"]) == (500, "service.error")
    assert NAME not in answer.text
    assert TestClient(forgetful).get("/livez").status_code == 200


def test_a_record_says_who_read_what_of_whom_and_no_value(service, medan, filled, kept):
    case = filled["case_id"]
    headers = {"X-Purpose": "permintaan_subjek", "X-On-Behalf-Of": "ratna"}
    answer = medan.get(f"/v1/cases/{case}/events", headers=headers)
    assert answer.status_code == 200, answer.text
    assert kept()[-1] == {
        "format": 1,
        "actor": {
            "id": "caseworker-1",
            "role": "caseworker",
            "unit": MEDAN,
            "agency": None,
            "on_behalf_of": "ratna",
        },
        "purpose": "permintaan_subjek",
        "agreement": None,
        "route": "/v1/cases/{case_id}/events",
        "subjects": [f"case:{case}"],
        "fields": ["birth_date", "evidence.number", "full_name", "religion"],
        "rows": 5,
        "trace_id": answer.headers["x-trace-id"],
    }
    compliance = service.caller("compliance", MEDAN)
    compliance.get(f"/v1/cases/{case}/events")
    assert (kept()[-1]["fields"], kept()[-1]["purpose"]) == ([], "pengawasan")
    medan.get(f"/v1/programmes/{filled['programme_id']}")
    assert kept()[-1]["subjects"] == [f"case:{case}"]
    medan.get(f"/v1/evidence/{filled['sha256']}")
    assert kept()[-1]["subjects"] == [f"evidence:{filled['sha256']}"]
    medan.get("/v1/registry/users/ratna")
    assert kept()[-1]["subjects"] == ["registry:user/ratna"]


def test_a_purpose_is_one_of_a_few_and_nobody_is_read_for_a_stranger(medan, filled, kept):
    address, before = f"/v1/cases/{filled['case_id']}", len(kept())
    for header, said, code in (
        ("X-Purpose", NAME.replace(" ", "-"), "access.purpose"),
        ("X-On-Behalf-Of", NIK, "access.unknown_user"),
        ("X-On-Behalf-Of", NAME, "access.unknown_user"),
    ):
        answer = medan.get(address, headers={header: said})
        assert (answer.status_code, answer.json()["code"]) == (422, code)
        assert answer.json()["errors"][0]["pointer"] == f"/header/{header}"
        assert NAME not in answer.text
    assert len(kept()) == before


def test_one_list_is_one_record_with_everybody_on_it(medan, kept):
    cases = sorted(f"case:{open_case(medan, f'Peserta {n} Fiktif')}" for n in range(3))
    position = append(medan, cases[0].removeprefix("case:"), assessed()).json()["position"]
    before = len(kept())
    assert len(medan.get(f"/v1/cases?after={position}").json()["items"]) == 3
    assert medan.get("/v1/cases?q=Nobody").json()["items"] == []
    [one] = kept()[before:]
    assert (one["subjects"], one["rows"]) == (cases, 3)
    assert {"name", "birth_date", "religion"} <= set(one["fields"])


def test_those_who_may_be_meant_were_shown_too(medan, kept):
    opened = medan.post("/v1/cases", json=new_case(NAME)).json()
    whom = next(e["stream"] for e in opened["events"] if e["type"] == "person.registered")
    again = medan.post("/v1/cases", json=new_case(NAME, is_new=False))
    assert again.status_code == 409, again.text
    assert kept()[-1]["subjects"] == [whom]
    assert kept()[-1]["fields"] == ["birth_date_same", "name_same"]


def test_no_name_and_no_nik_is_in_the_book_whatever_was_searched(service, medan, pool):
    someone = new_case(NAME)
    someone["person"]["register"] |= {"nik": NIK, "nik_verification": "claimed"}
    opened = medan.post("/v1/cases", json=someone)
    assert opened.status_code == 201, opened.text
    case = opened.json()["case_id"]
    assert service.services.read_models.wait(service.services.ledger.position(), 10)
    visitor = TestClient(service.app)
    visitor.cookies.set("jejak_masuk", medan.headers["authorization"].removeprefix("Bearer "))
    visitor.post("/perkara", data={"words": NAME})
    auditor = service.caller("auditor", MEDAN)
    for client, address in (
        (medan, f"/v1/cases?q={NAME}"),
        (medan, f"/v1/cases.csv?q={NAME}"),
        (medan, f"/v1/persons?q={NIK}"),
        (medan, f"/v1/read-models/persons.ndjson?q={NIK}"),
        (medan, f"/v1/cases/{case}"),
        (medan, f"/v1/cases/{case}/events?valid_at=2025-08-01"),
        (medan, f"/v1/cases/{NIK}"),
        (visitor, "/perkara"),
        (visitor, f"/perkara/{case}?valid_at={NIK}"),
        (auditor, f"/v1/reads?actor={NIK}"),
        (auditor, f"/v1/reads?subject=person:{NIK}"),
    ):
        client.get(address)
    medan.post("/v1/cases", json={**someone, "person": {**someone["person"], "is_new": False}})
    with pool.connection() as connection:
        text = str(
            connection.execute(
                "SELECT a::text, convert_from(body, 'UTF8') FROM ledger.access AS a"
            ).fetchall()
        )
    assert text.count("/v1/") > 5
    for secret in (NAME, *NAME.split(), NIK, "1990-03-12"):
        assert secret.casefold() not in text.casefold()
        assert secret.encode().hex() not in text


def test_what_cannot_be_recorded_is_not_shown(service, medan, database):
    case = open_case(medan, NAME)
    assert service.services.read_models.wait(service.services.ledger.position(), 10)
    visitor = TestClient(service.app)
    visitor.cookies.set("jejak_masuk", medan.headers["authorization"].removeprefix("Bearer "))
    addresses = [f"/v1/cases/{case}", f"/v1/cases/{case}/events", "/v1/cases", "/v1/cases.csv"]
    assert all(NAME in medan.get(address).text for address in addresses)
    assert NAME in visitor.get(f"/perkara/{case}").text
    with psycopg.connect(database) as owner:
        owner.execute("REVOKE EXECUTE ON FUNCTION ledger.record_access FROM jejak_service")
    for address in addresses:
        answer = medan.get(address)
        assert (answer.status_code, answer.json()["code"]) == (503, "access.unrecorded")
        assert answer.headers["retry-after"] == "1"
        assert NAME not in answer.text
    for address in ("/perkara", f"/perkara/{case}"):
        page = visitor.get(address)
        assert page.status_code == 503
        assert NAME not in page.text


def test_each_chunk_of_a_file_is_recorded_before_it_leaves(service, medan, kept, monkeypatch):
    names = ["Andi Fiktif", "Budi Fiktif", "Candra Fiktif"]
    for name in names:
        open_case(medan, name)
    assert service.services.read_models.wait(service.services.ledger.position(), 10)
    monkeypatch.setattr(lists, "CHUNK", 2)
    before = len(kept())
    whole = medan.get("/v1/cases.ndjson").text
    assert [len(one["subjects"]) for one in kept()[before:]] == [2, 1]
    assert all(name in whole for name in names)
    record, calls = service.services.access.record, []

    def fails_at_the_second(one):
        calls.append(one)
        if len(calls) == 2:
            raise Unrecorded
        record(one)

    monkeypatch.setattr(service.services.access, "record", fails_at_the_second)
    assert medan.get("/v1/cases.ndjson").text.splitlines() == whole.splitlines()[:2]
    assert len(calls) == 2


def test_whoever_was_read_is_answered_by_person_case_and_document(service, medan, filled):
    national = service.caller("auditor", level="ditjenpas")
    case = filled["case_id"]
    for address in (
        f"/v1/persons/{filled['person_id']}",
        f"/v1/cases/{case}",
        f"/v1/evidence/{filled['sha256']}",
    ):
        assert medan.get(address).status_code == 200

    def routes(subject):
        found = national.get("/v1/reads", params={"subject": subject}).json()["items"]
        return [one["route"] for one in found if one["route"] != "/v1/reads"]

    of_the_case = ["/v1/evidence/{sha256}", "/v1/cases/{case_id}"]
    assert routes(f"person:{filled['person_id']}") == [*of_the_case, "/v1/persons/{person_id}"]
    assert routes(f"case:{case}") == of_the_case
    assert routes(f"referral:{filled['referral_id']}") == []
