"""/v1/reads: who read whom, within scope; missing scope is nothing, and asking is a read too."""

import csv
import io
import json

from facts import MEDAN, open_case

PEKALONGAN = "RUTAN-PEKALONGAN"


def reads(client, form="", **asked):
    answer = client.get(f"/v1/reads{form}", params=asked)
    assert answer.status_code == 200, answer.text
    return answer


def test_reads_are_seen_within_scope_and_missing_scope_is_nothing(service, medan):
    mine, theirs = (
        open_case(medan),
        open_case(service.caller("caseworker", PEKALONGAN), unit=PEKALONGAN),
    )
    national = service.caller("auditor", level="ditjenpas", user="auditor-9")
    pekalongan = service.caller("caseworker", PEKALONGAN, user="wali-9")
    medan.get(f"/v1/cases/{mine}")
    national.get(f"/v1/cases/{mine}")
    pekalongan.get(f"/v1/cases/{theirs}")
    assert service.services.read_models.wait(service.services.ledger.position(), 10)
    national.get("/v1/cases")

    def readers(client, **asked):
        return [one["actor"] for one in reads(client, **asked).json()["items"]]

    compliance = service.caller("compliance", MEDAN)
    assert readers(compliance) == ["caseworker-1"]
    by_subject = reads(compliance, subject=f"case:{mine}").json()["items"]
    assert [one["actor"] for one in by_subject if one["route"] != "/v1/reads"] == [
        "auditor-9",
        "auditor-9",
        "caseworker-1",
    ]
    assert all(one["subjects"] == [f"case:{mine}"] for one in by_subject), "and nobody else on it"
    assert compliance.get("/v1/reads", params={"subject": f"case:{theirs}"}).status_code == 404
    assert compliance.get("/v1/reads", params={"subject": f"case:{'0' * 36}"}).status_code == 404
    assert readers(service.caller("compliance")) == []
    assert service.caller("compliance").get(f"/v1/reads?subject=case:{mine}").status_code == 404
    assert set(readers(national)) >= {"caseworker-1", "wali-9", "auditor-9", "compliance-1"}
    assert readers(national, actor="wali-9") == ["wali-9"]
    assert readers(national, agency="DISNAKER-12.71") == []
    assert readers(national, since="2100-01-01T00:00:00Z") == []
    for role in ("caseworker", "supervisor", "agency", "operator"):
        answer = service.caller(role, MEDAN).get("/v1/reads")
        assert (answer.status_code, answer.json()["code"]) == (403, "access.no_reads")


def test_asking_who_read_is_a_read_too(service, medan, pool):
    case = open_case(medan)
    compliance = service.caller("compliance", MEDAN)
    reads(compliance)
    reads(compliance, ".csv", subject=f"case:{case}")
    last, first = reads(compliance, actor="compliance-1").json()["items"]
    assert (first["route"], first["subjects"], first["rows"]) == ("/v1/reads", [], 0)
    assert (last["route"], last["subjects"], last["rows"]) == ("/v1/reads.csv", [f"case:{case}"], 0)
    assert last["purpose"] == "pengawasan"


def test_the_list_goes_on_where_its_link_says_and_comes_as_files(service, medan, monkeypatch):
    case = open_case(medan)
    for _ in range(5):
        medan.get(f"/v1/cases/{case}")
    auditor = service.caller("auditor", MEDAN)
    seen, address = [], f"/v1/reads?limit=2&subject=case:{case}"
    while address:
        answer = auditor.get(address)
        assert answer.status_code == 200, answer.text
        seen += [one["number"] for one in answer.json()["items"]]
        link = answer.headers.get("link")
        address = link and link.removeprefix("<").partition(">")[0]
    assert seen == [5, 4, 3, 2, 1]
    monkeypatch.setattr("api.routes.reads.CHUNK", 2)
    rows = list(csv.DictReader(io.StringIO(reads(auditor, ".csv", actor="caseworker-1").text)))
    assert [row["number"] for row in rows] == ["5", "4", "3", "2", "1"]
    lines = reads(auditor, ".ndjson", actor="caseworker-1").text.splitlines()
    assert [json.loads(line)["number"] for line in lines] == [5, 4, 3, 2, 1]
    for asked, code in (
        ({"subject": "Budi"}, "reads.subject"),
        ({"since": "kemarin"}, "request.invalid"),
        ({"cursor": "x"}, "list.cursor"),
        ({"limit": 0}, "request.invalid"),
        ({"nama": "Budi"}, "request.unknown_parameter"),
    ):
        answer = auditor.get("/v1/reads", params=asked)
        assert (answer.status_code, answer.json()["code"]) == (422, code), asked
