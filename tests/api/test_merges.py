"""Two records of one human being over HTTP: asked, approved, read together, and taken apart."""

from datetime import UTC, datetime

import pytest
from facts import MEDAN, admission, append, event, new_case, open_case, person

pytestmark = pytest.mark.long

PEKALONGAN = "RUTAN-PEKALONGAN"
WHY = {"ground": "fingerprint", "explanation": "Sidik jari sama", "evidence": []}
APART = {"explanation": "Sidik jari tertukar"}


@pytest.fixture
def ratna(service):
    return service.caller("caseworker", MEDAN, user="ratna")


@pytest.fixture
def siti(service):
    return service.caller("supervisor", MEDAN, user="siti")


@pytest.fixture
def kanwil(service):
    return service.caller("supervisor", MEDAN, PEKALONGAN, level="kanwil", user="kanwil-1")


def person_of(client, case):
    return client.get(f"/v1/cases/{case}").json()["state"]["custody"]["person"]


def held(client, name, **changes):
    """Somebody in custody: the case and the person."""
    case = open_case(client, name, **changes)
    return case, person_of(client, case)


def free(client, name="Budy Fiktif", **changes):
    """Somebody registered and in no custody."""
    said = event("person.registered", "2025-01-02", **person(name, **changes))
    answer = client.post("/v1/persons", json={"events": [said], "is_new": True})
    assert answer.status_code == 201, answer.json()
    return answer.json()["person_id"]


def version_of(client, key):
    return client.get(f"/v1/persons/{key}/events").headers["ETag"]


def post(client, key, path, body, **headers):
    seen = {"If-Match": version_of(client, key)}
    return client.post(f"/v1/persons/{key}/merges{path}", json=body, headers=seen | headers)


def ask(client, survivor, other, **changes):
    return post(client, survivor, "", WHY | {"other": other} | changes)


def decide(client, survivor, merge, because=None):
    body = {"approve": because is None, "because": because}
    return post(client, survivor, f"/{merge}/approval", body)


def merged(ratna, siti, survivor, other):
    merge = ask(ratna, survivor, other).json()["merge"]
    answer = decide(siti, survivor, merge)
    assert answer.status_code == 201, answer.json()
    return merge


def unmerged(ratna, siti, survivor, merge):
    assert post(ratna, survivor, f"/{merge}/unmerging", APART).status_code == 201
    answer = decide(siti, survivor, merge)
    assert answer.status_code == 201, answer.json()
    return answer


def state_of(client, key):
    said = client.get(f"/v1/persons/{key}").json()
    return {name: said[name] for name in ("state", "together")}


def test_a_merge_is_approved_told_in_both_records_and_both_are_read_together(ratna, siti):
    case, survivor = held(ratna, "Budi Fiktif")
    other = free(ratna, "Budy Fiktif", nik="1271011203900001", nik_verification="seen")
    asked = ask(ratna, survivor, other)
    assert (asked.status_code, asked.json()["status"]) == (201, "requested")
    assert asked.headers["Location"] == f"/v1/persons/{survivor}/merges"
    merge = asked.json()["merge"]
    assert ratna.get(f"/v1/persons/{survivor}").json()["together"] is None
    (waiting,) = siti.get(f"/v1/persons/{survivor}/merges").json()["merges"]
    assert (waiting["may_approve"], waiting["steps"][0]["said"]) == (True, "Sidik jari sama")
    done = decide(siti, survivor, merge)
    assert (done.status_code, done.json()["status"]) == (201, "merged")
    assert [one["stream"] for one in done.json()["events"]] == [
        f"person:{survivor}",
        f"person:{other}",
    ]
    (said,) = ratna.get(f"/v1/persons/{other}/merges").json()["merges"]
    assert (said["status"], said["survivor"], said["may_approve"]) == ("merged", survivor, False)
    assert_each_thing_says_where_it_comes_from(ratna, case, survivor, other, merge)
    assert_what_is_new_belongs_to_the_survivor(ratna, case, survivor, other)


def assert_each_thing_says_where_it_comes_from(ratna, case, survivor, other, merge):
    first, second = (state_of(ratna, key)["together"] for key in (survivor, other))
    assert first == second
    assert [(r["person_id"], r["merge"]) for r in first["records"]] == [
        (survivor, None),
        (other, merge),
    ]
    names = {one["name"]: one["person_id"] for one in first["names"]}
    assert names == {"Budi Fiktif": survivor, "Budy Fiktif": other}
    (number,) = first["identifiers"]
    assert (number["number"], number["person_id"]) == ("1271011203900001", other)
    (held_in,) = first["cases"]
    assert (held_in["case_id"], held_in["person_id"], held_in["held"]) == (case, survivor, True)
    source = ratna.get(number["href"]).json()
    assert source["event_id"] == number["event_id"]
    rows = ratna.get("/v1/persons", params={"after": ratna.get("/v1/persons").json()["position"]})
    lines = {row["person"]: row for row in rows.json()["items"]}
    assert (lines[other]["merged_into"], lines[survivor]["merged_from"]) == (survivor, [other])


def assert_what_is_new_belongs_to_the_survivor(ratna, case, survivor, other):
    released = event("custody.released", "2025-09-01", kind="bebas_murni", document="SL/1")
    assert append(ratna, case, released).status_code == 201
    body = {"person": {"id": other}, "admission": admission(day="2025-10-01")}
    refused = ratna.post("/v1/cases", json=body)
    assert (refused.status_code, refused.json()["code"]) == (409, "person.merged_into")
    assert survivor in refused.json()["detail"]
    again = new_case("Bukan Dia", is_new=False)
    again["person"]["register"] |= {"nik": "1271011203900001", "nik_verification": "claimed"}
    (candidate,) = ratna.post("/v1/cases", json=again).json()["candidates"]
    assert (candidate["person"], candidate["score"]) == (survivor, 100)
    body["person"]["id"] = survivor
    assert ratna.post("/v1/cases", json=body).status_code == 201


def test_merged_and_unmerged_everything_reads_as_before_to_the_byte(ratna, siti, pool):
    cases, keys = zip(held(ratna, "Budi Fiktif"), held(ratna, "Budy Fiktif"), strict=True)
    survivor, _ = keys
    before = {key: state_of(ratna, key) for key in keys}
    told = {key: ratna.get(f"/v1/persons/{key}/events").json()["events"] for key in keys}
    elsewhere = {
        path: ratna.get(path).content
        for case in cases
        for path in (f"/v1/cases/{case}", f"/v1/cases/{case}/events")
    }
    pages = "SELECT * FROM ledger.event ORDER BY position"
    with pool.connection() as connection:
        written = connection.execute(pages).fetchall()
    merge = merged(ratna, siti, *keys)
    assert state_of(ratna, survivor) != before[survivor]
    together = state_of(ratna, survivor)["together"]
    then = datetime.now(UTC).isoformat()
    answer = unmerged(ratna, siti, survivor, merge)
    assert answer.json()["status"] == "unmerged"
    known = ratna.get(f"/v1/persons/{survivor}", params={"known_at": then}).json()
    assert known["together"] == together
    assert {key: state_of(ratna, key) for key in keys} == before
    for key in keys:
        events = ratna.get(f"/v1/persons/{key}/events").json()["events"]
        known = {one["event_id"] for one in told[key]}
        assert [one for one in events if one["event_id"] in known] == told[key]
    assert {path: ratna.get(path).content for path in elsewhere} == elsewhere
    with pool.connection() as connection:
        assert connection.execute(pages).fetchall()[: len(written)] == written


def test_what_was_told_in_between_waits_for_somebody_to_look_and_merges_are_no_such_fact(
    ratna, siti
):
    survivor, other = free(ratna, "Budi Fiktif"), free(ratna)
    merge = merged(ratna, siti, survivor, other)
    link = {"merge": merge, "other": other, "survivor": survivor}
    said = event("person.merged", **link, ground="nik", requester="a", approver="b")
    assert append_to(ratna, survivor, said).status_code == 422
    alias = event("person.alias_recorded", "2025-09-01", alias="Bang Budi")
    told = append_to(ratna, survivor, alias)
    assert told.status_code == 201
    unmerged(ratna, siti, survivor, merge)
    (item,) = ratna.get(f"/v1/persons/{survivor}/reviews").json()["reviews"]
    assert (item["code"], item["owner"], item["status"]) == (
        "person.told_while_merged",
        MEDAN,
        "open",
    )
    assert item["event"]["event_id"] == told.json()["events"][0]["event_id"]
    assert ratna.get(f"/v1/persons/{other}/reviews").json()["reviews"] == []


def test_who_may_ask_and_who_may_decide_and_on_what_they_have_seen(service, ratna, siti, kanwil):
    east = service.caller("caseworker", PEKALONGAN, user="putri")
    survivor, other = free(ratna, "Budi Fiktif"), free(ratna)
    elsewhere = free(east, "Budi F.")
    assert ask(ratna, survivor, elsewhere).json()["code"] == "person.not_found"
    body = WHY | {"other": other}
    hidden = east.post(f"/v1/persons/{survivor}/merges", json=body, headers={"If-Match": '"1"'})
    assert hidden.status_code == 404
    assert ask(service.caller("auditor", MEDAN), survivor, other).status_code == 403
    merge = ask(siti, survivor, other).json()["merge"]
    own = decide(siti, survivor, merge)
    assert (own.status_code, own.json()["code"]) == (409, "person.own_merge")
    assert decide(ratna, survivor, merge).json()["code"] == "person.supervisor_only"
    assert decide(kanwil, survivor, merge).status_code == 201
    far = ask(kanwil, survivor, elsewhere).json()["merge"]
    assert decide(siti, survivor, far).json()["code"] == "person.merge_elsewhere"
    withdrawn = decide(kanwil, survivor, far, because="Keliru")
    assert (withdrawn.status_code, withdrawn.json()["status"]) == (201, "declined")
    told = service.caller("compliance", MEDAN).get(f"/v1/persons/{survivor}/merges").json()
    assert {step["said"] for one in told["merges"] for step in one["steps"]} == {None}
    assert_a_step_is_taken_on_what_was_seen_and_once(ratna, siti)


def assert_a_step_is_taken_on_what_was_seen_and_once(ratna, siti):
    survivor, other = free(ratna, "Budi Fiktif"), free(ratna)
    path, body = f"/v1/persons/{survivor}/merges", WHY | {"other": other}
    assert ratna.post(path, json=body).status_code == 428
    assert ratna.post(path, json=body, headers={"If-Match": '"9"'}).status_code == 412
    headers = {"If-Match": '"1"', "Idempotency-Key": "k-1"}
    first = ratna.post(path, json=body, headers=headers)
    again = ratna.post(path, json=body, headers=headers)
    assert (first.status_code, again.json()) == (201, first.json())
    merge = first.json()["merge"]
    assert decide(siti, survivor, other).status_code == 404
    both = post(siti, survivor, f"/{merge}/approval", {"approve": True, "because": "ya"})
    assert both.json()["errors"][0]["pointer"] == "/because"
    assert post(ratna, survivor, f"/{merge}/unmerging", APART).json()["code"] == "person.not_merged"
    assert ask(ratna, survivor, survivor).json()["errors"][0]["pointer"] == "/other"


def append_to(client, key, said):
    return client.post(
        f"/v1/persons/{key}/events",
        json={"events": [said]},
        headers={"If-Match": version_of(client, key)},
    )


def test_who_has_two_records_is_found_by_both_and_forgotten_in_both_or_in_none(
    service, ratna, siti, kanwil
):
    case, survivor = held(ratna, "Budi Fiktif")
    other = free(ratna)
    ratna.get(f"/v1/persons/{other}")
    merged(ratna, siti, survivor, other)
    ratna.get(f"/v1/persons/{survivor}")
    compliance = service.caller("compliance", MEDAN)

    def reads(key):
        items = compliance.get("/v1/reads", params={"subject": f"person:{key}"}).json()["items"]
        return [one["number"] for one in items if one["route"] == "/v1/persons/{person_id}"]

    assert len(reads(survivor)) == len(reads(other)) == 2
    newest = compliance.get("/v1/reads", params={"subject": f"person:{survivor}"}).json()["items"]
    shown = next(one for one in newest if one["route"] == "/v1/persons/{person_id}")
    assert set(shown["subjects"]) == {f"person:{survivor}", f"person:{other}"}
    assert_forgotten_in_both_or_in_none(ratna, kanwil, case, survivor, other)


def assert_forgotten_in_both_or_in_none(ratna, kanwil, case, survivor, other):
    body = {"basis": "requested", "decided_by": "kanwil-7", "decision": "W2/12", "document": None}

    def forget():
        seen = {"If-Match": version_of(ratna, other)}
        return kanwil.post(f"/v1/persons/{other}/forgetting", json=body, headers=seen)

    assert forget().json()["code"] == "person.held"
    pdf = {"Content-Type": "application/pdf"}
    sha256 = ratna.post("/v1/evidence", content=b"%PDF Budi", headers=pdf).json()["sha256"]
    released = event("custody.released", "2025-09-01", kind="bebas_murni", document="SL/1")
    released["evidence"] = [{"number": "SL/1", "date": None, "sha256": sha256}]
    assert append(ratna, case, released).status_code == 201
    assert ratna.get(f"/v1/evidence/{sha256}").status_code == 200
    done = forget()
    assert done.status_code == 201, done.json()
    assert {one["stream"] for one in done.json()["events"]} == {
        f"person:{survivor}",
        f"person:{other}",
    }
    assert ratna.get(f"/v1/evidence/{sha256}").status_code == 404
    for key in (survivor, other):
        said = kanwil.get(f"/v1/persons/{key}").json()
        assert said["state"]["person"]["registered"]["full_name"] == {"forgotten": True}
        assert "Bud" not in kanwil.get(f"/v1/persons/{key}/events").text
        assert "Bud" not in kanwil.get(f"/v1/cases/{case}/events").text
