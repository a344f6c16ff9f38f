"""Documents over HTTP: stored by who records, read by who may see them."""

import hashlib

import pytest
from facts import append, assessed, event, open_case

PEKALONGAN = "RUTAN-PEKALONGAN"
PDF = {"Content-Type": "application/pdf"}
CONTENT = b"%PDF-1.7 BA serah terima"


@pytest.fixture(scope="module")
def service(lasting_service):
    """Each test is about something of its own."""
    return lasting_service


def stored(client, content=CONTENT, headers=PDF):
    return client.post("/v1/evidence", content=content, headers=headers)


def test_a_document_is_answered_by_its_sha256(medan):
    answer = stored(medan)
    sha256 = hashlib.sha256(CONTENT).hexdigest()
    assert answer.status_code == 201
    assert answer.json() == {
        "sha256": sha256,
        "size": len(CONTENT),
        "media_type": "application/pdf",
    }
    shown = medan.get(answer.headers["location"])
    assert shown.content == CONTENT
    assert shown.headers["content-type"] == "application/pdf"
    assert shown.headers["content-disposition"].startswith("attachment")
    assert stored(medan).json()["sha256"] == sha256


def test_a_document_of_another_unit_is_read_through_a_case_that_names_it(service, medan):
    sha256 = stored(medan).json()["sha256"]
    other = service.caller("caseworker", PEKALONGAN, user="wali-9")
    assert other.get(f"/v1/evidence/{sha256}").status_code == 404
    case = open_case(medan)
    evidence = [{"number": "BA-1", "sha256": sha256}]
    append(
        medan,
        case,
        assessed() | {"evidence": evidence},
        event("custody.transfer_proposed", transfer="T-1", to=PEKALONGAN, reason="dekat"),
        event("custody.transfer_departed", transfer="T-1"),
    )
    assert other.get(f"/v1/evidence/{sha256}", params={"case": case}).status_code == 200
    third = service.caller("caseworker", "LAPAS-JAYAPURA", user="wali-8")
    assert third.get(f"/v1/evidence/{sha256}", params={"case": case}).status_code == 404


@pytest.mark.parametrize("sha256", ["0" * 64, "x", "0" * 63 + "G", "%00" * 64])
def test_a_document_that_is_not_there_is_not_found(medan, sha256):
    assert medan.get(f"/v1/evidence/{sha256}").status_code == 404


def test_a_document_has_a_size_and_a_type(medan):
    assert stored(medan, b"x" * 10_000_000).status_code == 201
    assert stored(medan, b"x" * 10_000_001).status_code == 413
    assert stored(medan, b"").status_code == 422
    for kind in ("text/html", "image/svg+xml", ""):
        assert stored(medan, b"<script>", {"Content-Type": kind}).status_code == 415
