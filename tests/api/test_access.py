"""Who may see and do what. Out of scope is not there; missing scope is nothing."""

import pytest
from facts import MEDAN, append, assessed, event, new_case, open_case, person

pytestmark = pytest.mark.long

PEKALONGAN, JAYAPURA = "RUTAN-PEKALONGAN", "LAPAS-JAYAPURA"
READS = pytest.mark.parametrize("path", ["", "/events"])


@READS
def test_without_a_valid_token_nobody_is_known(service, medan, path):
    case = open_case(medan)
    for headers in ({}, {"Authorization": "Bearer a.b.c"}, {"Authorization": "Basic YTpi"}):
        answer = service.stranger().get(f"/v1/cases/{case}{path}", headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (401, "request.unauthenticated")
        assert answer.headers["www-authenticate"] == "Bearer"


@READS
def test_a_case_of_another_unit_is_not_there(service, medan, path):
    case = open_case(medan)
    other = service.caller("caseworker", PEKALONGAN)
    nowhere = service.caller("caseworker")
    agency = service.caller("agency", MEDAN)
    for client in (other, nowhere, agency):
        assert client.get(f"/v1/cases/{case}{path}").status_code == 404
    if not path:
        assert append(other, case, assessed()).status_code == 404
    assert medan.get(f"/v1/cases/{case}{path}").status_code == 200
    kanwil = service.caller("supervisor", MEDAN, PEKALONGAN, level="kanwil")
    assert kanwil.get(f"/v1/cases/{case}{path}").status_code == 200
    national = service.caller("auditor", level="ditjenpas")
    assert national.get(f"/v1/cases/{case}{path}").status_code == 200


def test_a_caseworker_admits_to_the_own_unit_only(service):
    other = service.caller("caseworker", PEKALONGAN)
    answer = other.post("/v1/cases", json=new_case())
    assert (answer.status_code, answer.json()["code"]) == (403, "access.other_unit")


def test_a_transfer_is_seen_and_received_by_the_unit_it_goes_to(service, medan):
    case = open_case(medan)
    pekalongan = service.caller("caseworker", PEKALONGAN)
    proposed = event("custody.transfer_proposed", transfer="T-1", to=PEKALONGAN, reason="dekat")
    departed = event("custody.transfer_departed", "2025-08-02", transfer="T-1")
    assert append(medan, case, proposed, departed).status_code == 201
    assert pekalongan.get(f"/v1/cases/{case}").status_code == 200
    refused = append(pekalongan, case, assessed(), version=3)
    assert (refused.status_code, refused.json()["code"]) == (403, "access.other_unit")
    received = event("custody.transfer_received", "2025-08-03", transfer="T-1", unit=PEKALONGAN)
    assert append(pekalongan, case, received, version=3).status_code == 201
    assert append(pekalongan, case, assessed(), version=4).status_code == 201
    assert medan.get(f"/v1/cases/{case}").status_code == 404


def test_an_auditor_reads_and_changes_nothing(service, medan):
    case = open_case(medan)
    auditor = service.caller("auditor", MEDAN)
    shown = auditor.get(f"/v1/cases/{case}/events").json()["events"][0]
    assert shown["data"]["full_name"] == "Budi Fiktif"
    for answer in (
        append(auditor, case, assessed()),
        auditor.post("/v1/cases", json=new_case()),
        auditor.post("/v1/evidence", content=b"x"),
    ):
        assert (answer.status_code, answer.json()["code"]) == (403, "access.reads_only")


def test_compliance_sees_that_something_was_written_and_not_what(service, medan):
    case = open_case(medan)
    compliance = service.caller("compliance", MEDAN)
    answer = compliance.get(f"/v1/cases/{case}/events")
    [shown] = answer.json()["events"]
    assert shown["data"] is None
    assert "full_name" in shown["fields"]
    assert shown["evidence"][0]["number"] is None
    assert "Budi" not in answer.text
    for path in (f"/v1/cases/{case}", "/v1/cases", "/v1/read-models/case_summary"):
        assert compliance.get(path).status_code == 403


def test_an_operator_runs_the_service_and_reads_no_content(service, medan):
    case = open_case(medan)
    operator = service.caller("operator", level="ditjenpas")
    for path in (f"/v1/cases/{case}", f"/v1/cases/{case}/events", "/v1/cases", "/v1/persons"):
        assert operator.get(path).status_code == 403
    assert operator.get("/v1/projections").status_code == 200
    assert operator.post("/v1/projections/timeline/rebuild").status_code == 200
    assert operator.post("/v1/projections/unheard/rebuild").status_code == 404
    assert medan.post("/v1/projections/timeline/rebuild").status_code == 403


def test_a_person_is_seen_by_whoever_sees_a_case(service, medan):
    opened = medan.post("/v1/cases", json=new_case()).json()
    someone = next(e["stream"] for e in opened["events"] if e["type"] == "person.registered")
    address = f"/v1/persons/{someone.removeprefix('person:')}"
    shown = medan.get(address)
    assert shown.json()["state"]["person"]["held_in"] == opened["case_id"]
    assert service.caller("caseworker", PEKALONGAN).get(address).status_code == 404


def test_lists_hold_what_is_within_scope(service, medan):
    case = open_case(medan)
    east = service.caller("caseworker", JAYAPURA)
    position = append(medan, case, assessed()).json()["position"]
    assert len(medan.get("/v1/cases", params={"after": position}).json()["items"]) == 1
    for client in (east, service.caller("caseworker"), service.caller("agency", MEDAN)):
        assert client.get("/v1/cases").json()["items"] == []
        assert client.get("/v1/cases.csv").text.count("\n") == 1


def test_a_report_states_nothing_to_an_agency_that_may_see_no_row_of_it(service, medan):
    agency, services = service.caller("agency"), service.services
    names = [*services.projections, *services.reports, "unheard"]
    for name in names:
        for form in ("", ".csv", ".ndjson"):
            answer = agency.get(f"/v1/read-models/{name}{form}")
            assert (answer.status_code, answer.json()["code"]) == (404, "request.not_found"), name
    assert agency.get("/v1/read-models").json() == {"items": []}
    mine = [one["name"] for one in medan.get("/v1/read-models").json()["items"]]
    assert mine == names[:-1]
    assert medan.get("/v1/read-models/recidivism").status_code == 200


def test_only_the_receiving_unit_signs_that_it_received(service, medan):
    case = open_case(medan)
    receipt = event("custody.transfer_received", transfer="T-1", unit=PEKALONGAN)
    leaving = (
        event("custody.transfer_proposed", transfer="T-1", to=PEKALONGAN, reason="dekat"),
        event("custody.transfer_departed", transfer="T-1"),
    )
    assert append(medan, case, *leaving, receipt).status_code == 403
    assert append(medan, case, *leaving).status_code == 201
    pekalongan = service.caller("caseworker", PEKALONGAN, user="wali-9")
    assert append(pekalongan, case, receipt, version=3).status_code == 201


def test_a_document_of_another_unit_cannot_be_had_by_naming_it(service, medan):
    stored = medan.post(
        "/v1/evidence", content=b"%PDF-1.4 rahasia", headers={"Content-Type": "application/pdf"}
    ).json()["sha256"]
    pekalongan = service.caller("caseworker", PEKALONGAN, user="wali-9")
    case = open_case(pekalongan, unit=PEKALONGAN)
    for sha256 in (stored, "0" * 64):
        cited = assessed() | {"evidence": [{"number": "BA-1", "sha256": sha256}]}
        answer = append(pekalongan, case, cited)
        assert answer.status_code == 422
        assert answer.json()["errors"][0]["pointer"] == "/events/0/evidence/0/sha256"


def test_a_person_without_a_case_is_found_by_the_unit_that_registered_them(service, medan):
    registered = event("person.registered", **person())
    answer = medan.post("/v1/persons", json={"events": [registered]})
    assert answer.status_code == 201, answer.text
    position = answer.json()["position"]
    asked = {"q": "Budi", "after": position}
    assert len(medan.get("/v1/persons", params=asked).json()["items"]) == 1
    east = service.caller("caseworker", JAYAPURA)
    assert east.get("/v1/persons", params=asked).json()["items"] == []
