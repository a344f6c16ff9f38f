"""Forgetting over HTTP: by whom, when not, and what everybody sees of it afterwards."""

import pytest
from facts import MEDAN, append, event, open_case

pytestmark = pytest.mark.long

BODY = {"basis": "requested", "decided_by": "kanwil-7", "decision": "W2/12", "document": None}


@pytest.fixture
def medan(service):
    return service.caller("caseworker", MEDAN)


@pytest.fixture
def kanwil(service):
    return service.caller("supervisor", MEDAN, level="kanwil")


@pytest.fixture
def budi(medan):
    """Somebody free: the case and the person."""
    case = open_case(medan, "Budi Fiktif")
    assert append(medan, case, freed()).status_code == 201
    return case, person_of(medan, case)


def freed():
    return event("custody.released", "2025-09-01", kind="bebas_murni", document="SL/1")


def person_of(client, case):
    return client.get(f"/v1/cases/{case}").json()["state"]["custody"]["person"]


def forget(client, person, version=3, **body):
    return client.post(
        f"/v1/persons/{person}/forgetting",
        json=BODY | body,
        headers={"If-Match": f'"{version}"'},
    )


def test_a_supervisor_above_the_unit_forgets_and_everybody_sees_that_it_is_so(medan, kanwil, budi):
    case, person = budi
    assert "Budi" in medan.get("/v1/persons.csv").text
    done = forget(kanwil, person)
    assert done.status_code == 201
    (written,) = done.json()["events"]
    assert (written["type"], done.headers["ETag"]) == ("person.forgotten", '"4"')
    (admitted, _) = medan.get(f"/v1/cases/{case}/events").json()["events"]
    assert admitted["data"]["full_name"] == {"forgotten": True}
    assert admitted["evidence"][0]["number"] == {"forgotten": True}
    assert admitted["data"]["unit"] == MEDAN
    state = medan.get(f"/v1/cases/{case}").json()["state"]
    assert state["custody"]["opening"]["full_name"] == {"forgotten": True}
    after = {"after": done.json()["position"]}
    assert medan.get("/v1/persons", params={"q": "budi", **after}).json()["items"] == []
    for answer in (
        medan.get("/v1/persons.csv"),
        medan.get("/v1/cases.csv"),
        kanwil.get(f"/v1/persons/{person}/events"),
    ):
        assert answer.status_code == 200
        assert "Budi" not in answer.text


def test_nobody_has_an_id_that_cannot_be_stored(service):
    assert forget(service.caller("supervisor", level="ditjenpas"), "%00").status_code == 404


@pytest.mark.parametrize("role", ["caseworker", "supervisor"])
def test_a_unit_does_not_forget_whom_it_held(service, budi, role):
    refused = forget(service.caller(role, MEDAN), budi[1])
    assert (refused.status_code, refused.json()["code"]) == (403, "access.may_not_forget")


def test_it_is_no_event_that_could_be_proposed_among_others(kanwil, budi):
    said = event("person.forgotten", "2025-10-01", **BODY, documents=[])
    answer = kanwil.post(
        f"/v1/persons/{budi[1]}/events",
        json={"events": [said]},
        headers={"If-Match": '"3"'},
    )
    assert answer.status_code == 422


def test_who_is_in_custody_out_of_sight_or_forgotten_already_is_not(service, medan, kanwil, budi):
    held = person_of(medan, open_case(medan, "Tono Fiktif"))
    assert forget(kanwil, held, 2).json()["code"] == "person.held"
    elsewhere = service.caller("supervisor", "RUTAN-PEKALONGAN", level="kanwil")
    assert forget(elsewhere, budi[1]).status_code == 404
    assert forget(kanwil, budi[1], 2).status_code == 412
    assert forget(kanwil, budi[1]).status_code == 201
    assert forget(kanwil, budi[1], 4).json()["code"] == "person.forgotten"
    assessed = event("custody.readmitted", "2025-10-01", unit=MEDAN, reason="pelanggaran")
    assert append(medan, budi[0], assessed, version=2).status_code in {409, 422}


@pytest.mark.parametrize(
    ("field", "value"), [("decided_by", "Pak Budi"), ("decision", ""), ("basis", "because")]
)
def test_words_are_refused_where_a_code_is_asked_for(kanwil, budi, field, value):
    refused = forget(kanwil, budi[1], **{field: value})
    assert refused.status_code == 422
    assert refused.json()["errors"][0]["pointer"] == f"/{field}"


def test_the_document_of_the_decision_must_be_stored(kanwil, budi):
    refused = forget(kanwil, budi[1], document="0" * 64)
    assert refused.json()["code"] == "evidence.not_here"


def test_a_document_goes_with_the_only_one_whom_it_was_about(medan, kanwil):
    paper, headers = b"%PDF Budi", {"Content-Type": "application/pdf"}
    sha256 = medan.post("/v1/evidence", content=paper, headers=headers).json()["sha256"]
    case = open_case(medan, "Budi Fiktif")
    named = freed() | {"evidence": [{"number": "SL/1", "date": None, "sha256": sha256}]}
    assert append(medan, case, named).status_code == 201
    assert medan.get(f"/v1/evidence/{sha256}").content == paper
    assert forget(kanwil, person_of(medan, case)).status_code == 201
    assert medan.get(f"/v1/evidence/{sha256}").status_code == 404
    again = medan.post("/v1/evidence", content=paper, headers=headers)
    assert (again.status_code, again.json()["code"]) == (409, "evidence.forgotten")
