"""What a page shows of somebody who was forgotten."""

from facts import MEDAN, append, event


def test_a_case_whose_person_was_forgotten_is_a_line_without_what_was_sealed(
    service, visitor, journey
):
    caseworker = service.caller("caseworker", MEDAN)
    free = event("custody.released", "2025-09-01", kind="bebas_murni", document="SL/1")
    version = caseworker.get(f"/v1/cases/{journey}").json()["version"]
    assert append(caseworker, journey, free, version=version).status_code == 201
    client = visitor("caseworker", MEDAN)
    before = client.get(f"/perkara/{journey}").text
    assert "Budi" in before
    forgotten(service, caseworker, journey)
    page = client.get(f"/perkara/{journey}")
    assert page.status_code == 200
    assert "Budi" not in page.text
    assert "sudah dimusnahkan" in page.text
    assert client.get("/perkara").status_code == 200


def forgotten(service, caseworker, case):
    person = caseworker.get(f"/v1/cases/{case}").json()["state"]["custody"]["person"]
    version = caseworker.get(f"/v1/persons/{person}").json()["version"]
    answer = service.caller("supervisor", MEDAN, level="kanwil").post(
        f"/v1/persons/{person}/forgetting",
        json={"basis": "requested", "decided_by": "kanwil-7", "decision": "W2/1"},
        headers={"If-Match": f'"{version}"'},
    )
    assert answer.status_code == 201, answer.json()
