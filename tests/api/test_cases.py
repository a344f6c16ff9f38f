"""A journey over HTTP: opened, carried on, and read back at two times."""

from datetime import UTC, datetime

import pytest
from facts import MEDAN, admission, append, assessed, event, new_case, open_case, person

PEKALONGAN, JAYAPURA = "RUTAN-PEKALONGAN", "LAPAS-JAYAPURA"


def test_a_case_is_opened_with_its_person_and_admission_in_one_write(medan):
    answer = medan.post("/v1/cases", json=new_case(events=[assessed()]))
    assert answer.status_code == 201
    said = answer.json()
    assert [event["type"] for event in said["events"]] == [
        "person.registered",
        "custody.admitted",
        "person.custody_began",
        "conduct.assessed",
    ]
    assert said["version"] == 2
    assert said["position"] == said["events"][-1]["position"]
    assert answer.headers["etag"] == '"2"'
    assert answer.headers["location"] == f"/v1/cases/{said['case_id']}"


def test_a_person_who_is_known_comes_back_by_id(medan):
    first = medan.post("/v1/cases", json=new_case()).json()
    someone = next(e["stream"] for e in first["events"] if e["type"] == "person.registered")
    body = {"person": {"id": someone.removeprefix("person:")}, "admission": admission()}
    held = medan.post("/v1/cases", json=body)
    assert held.status_code == 409
    assert held.json()["code"] == "person.already_in_custody"
    released = event("custody.released", kind="bebas_murni", document="SL/1")
    assert append(medan, first["case_id"], released).status_code == 201
    again = medan.post("/v1/cases", json=body | {"admission": admission(day="2025-10-01")})
    assert again.status_code == 201, again.json()
    assert again.json()["case_id"] != first["case_id"]


def test_somebody_very_like_is_answered_with_candidates_and_a_way_on(medan):
    open_case(medan, "Siti Nurhaliza Fiktif")
    body = new_case("Siti Nur Haliza Fiktif", is_new=False)
    answer = medan.post("/v1/cases", json=body)
    assert answer.status_code == 409
    assert answer.json()["code"] == "person.likely_duplicates"
    [candidate] = answer.json()["candidates"]
    assert candidate["reasons"] == ["name_similar", "birth_date_same"]
    assert 75 <= candidate["score"] <= 100
    assert "Siti" not in answer.text
    assert "is_new" in answer.json()["detail"]
    body["person"]["is_new"] = True
    assert medan.post("/v1/cases", json=body).status_code == 201


def test_a_nik_finds_the_person_whatever_the_name(medan):
    body = new_case("Andi Fiktif")
    body["person"]["register"] |= {"nik": "1271011203900001", "nik_verification": "seen"}
    assert medan.post("/v1/cases", json=body).status_code == 201
    other = new_case("Bukan Dia", is_new=False)
    other["person"]["register"] |= {"nik": "1271011203900001", "nik_verification": "claimed"}
    answer = medan.post("/v1/cases", json=other)
    assert answer.json()["candidates"][0]["reasons"] == ["nik_same"]


@pytest.mark.parametrize("choice", [{}, {"id": "0" * 8, "register": person()}])
def test_a_person_is_named_in_one_way(medan, choice):
    if "id" in choice:
        choice = choice | {"id": "01980f5c-7a00-7000-8000-000000000001"}
    answer = medan.post("/v1/cases", json={"person": choice, "admission": admission()})
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["pointer"] == "/person"


def test_a_person_whom_nobody_registered_is_pointed_at(medan):
    body = {
        "person": {"id": "01980f5c-7a00-7000-8000-000000000009"},
        "admission": admission(),
    }
    answer = medan.post("/v1/cases", json=body)
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "/person/id")


def test_an_append_names_the_version_it_has_seen(medan):
    case = open_case(medan)
    body = {"events": [assessed()]}
    without = medan.post(f"/v1/cases/{case}/events", json=body)
    assert (without.status_code, without.json()["code"]) == (428, "append.version_needed")
    assert append(medan, case, assessed()).status_code == 201
    stale = append(medan, case, assessed("2025-06"))
    assert (stale.status_code, stale.json()["code"]) == (412, "append.conflict")
    for malformed in ("1", 'W/"2"', '"1", "2"'):
        said = medan.post(f"/v1/cases/{case}/events", json=body, headers={"If-Match": malformed})
        assert said.status_code == 400
    other = medan.post(f"/v1/cases/{case}/events", json=body, headers={"If-Match": '"x"'})
    assert other.status_code == 412


def test_what_is_recorded_already_is_answered_with_nothing_new(medan):
    case = open_case(medan)
    append(medan, case, assessed())
    again = append(medan, case, assessed(), version=2)
    assert again.status_code == 200
    assert again.json() == {"case_id": case, "version": 2, "position": None, "events": []}


def test_a_repeated_request_is_answered_as_the_first_time(medan):
    case = open_case(medan)
    first = append(medan, case, assessed(), **{"Idempotency-Key": "k-1"})
    again = append(medan, case, assessed(), **{"Idempotency-Key": "k-1"})
    assert (again.status_code, again.json()) == (201, first.json())
    other = append(medan, case, assessed("2025-06"), **{"Idempotency-Key": "k-1"})
    assert (other.status_code, other.json()["code"]) == (422, "append.key_reused")


def test_a_key_that_says_something_is_kept_as_a_digest_and_a_uuid_as_it_is(medan, pool):
    case = open_case(medan)
    said, plain = "NIK-3201010101010003-Gunanto", "018fe08b-a800-72dc-a69d-69fe3577663e"
    for seen, (key, month) in enumerate(((said, "2025-05"), (plain, "2025-06")), start=1):
        answer = append(medan, case, assessed(month), version=seen, **{"Idempotency-Key": key})
        assert answer.status_code == 201
    with pool.connection() as connection:
        (kept,) = connection.execute(
            "SELECT string_agg(convert_from(page, 'UTF8'), '') ||"
            " (SELECT string_agg(key, '') FROM ledger.command) FROM ledger.event"
        ).fetchone()
    assert plain in kept
    assert "Gunanto" not in kept
    assert "3201010101010003" not in kept


def test_an_opening_that_is_repeated_registers_nobody_twice(medan):
    body = new_case(is_new=False)
    first = medan.post("/v1/cases", json=body, headers={"Idempotency-Key": "k-2"})
    again = medan.post("/v1/cases", json=body, headers={"Idempotency-Key": "k-2"})
    assert (again.status_code, again.json()) == (201, first.json())


def test_several_events_are_recorded_together_or_not_at_all(medan):
    case = open_case(medan)
    ended = event("conduct.discipline_ended", measure="F-9")
    answer = append(medan, case, assessed(), ended)
    assert answer.status_code == 409
    assert answer.json()["code"] == "conduct.no_such_measure"
    assert answer.json()["article"] == "Register F"
    assert medan.get(f"/v1/cases/{case}").json()["version"] == 1


def test_a_field_that_can_never_be_right_is_pointed_at_in_its_event(medan):
    case = open_case(medan)
    answer = append(medan, case, assessed(), assessed("2025-12", day="2025-08-02"))
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["pointer"] == "/events/1/data/month"
    late = append(medan, case, assessed(day="2199-01-01"))
    assert late.json()["errors"][0]["pointer"] == "/events/0/effective"
    born = medan.post("/v1/cases", json=new_case("Lahir Esok", birth_date="2025-12-01"))
    assert born.json()["errors"][0]["pointer"] == "/admission/data/birth_date"
    body = new_case("Tanpa Nik")
    body["person"]["register"]["nik_verification"] = "seen"
    nik = medan.post("/v1/cases", json=body)
    assert nik.json()["errors"][0]["pointer"] == "/person/register/nik_verification"


def test_an_unknown_unit_is_refused_with_a_hint(service):
    national = service.caller("supervisor", level="ditjenpas")
    answer = national.post("/v1/cases", json=new_case(unit="RUTAN-ANTAH"))
    assert answer.status_code == 422
    assert answer.json()["code"] == "registry.unknown_unit"
    assert answer.json()["errors"][0]["pointer"] == "/admission/data/unit"


def test_a_day_counts_in_the_zone_of_the_unit(service):
    east = service.caller("caseworker", JAYAPURA)
    case = open_case(east, unit=JAYAPURA)
    append(east, case, assessed())
    events = east.get(f"/v1/cases/{case}/events").json()["events"]
    assert {event["zone"] for event in events} == {"Asia/Jayapura"}
    assert [event["effective"] for event in events] == ["2025-02-10", "2025-08-01"]


def test_a_state_is_read_as_it_was_and_as_it_was_known(medan):
    case = open_case(medan)
    before = datetime.now(UTC).isoformat()
    append(medan, case, assessed())
    now = medan.get(f"/v1/cases/{case}")
    assert now.json()["state"]["conduct"]["assessments"]["2025-07"]["score"] == 82
    assert now.headers["etag"] == '"2"'
    july = medan.get(f"/v1/cases/{case}", params={"valid_at": "2025-07-31"}).json()
    assert july["state"]["conduct"]["assessments"] == {}
    assert july["state"]["custody"]["presence"] == "present"
    known = medan.get(f"/v1/cases/{case}", params={"known_at": before})
    assert known.json()["state"]["conduct"]["assessments"] == {}
    assert known.headers["etag"] == '"1"'
    ahead = medan.get(f"/v1/cases/{case}", params={"known_at": "2199-01-01T00:00:00Z"})
    assert (ahead.status_code, ahead.json()["code"]) == (422, "journey.known_at_in_future")
    for wrong in ("2025-07-31", "besok"):
        assert medan.get(f"/v1/cases/{case}?known_at={wrong}").status_code == 422


def test_a_history_shows_every_event_in_its_envelope(medan):
    body = {
        "events": [assessed() | {"reason": "karena terlambat", "evidence": [{"number": "B-1"}]}]
    }
    case = open_case(medan)
    medan.post(
        f"/v1/cases/{case}/events",
        json=body,
        headers={"If-Match": '"1"', "X-Purpose": "audit", "X-On-Behalf-Of": "kepala-1"}
        | {"traceparent": "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"},
    )
    said = medan.get(f"/v1/cases/{case}/events").json()
    assert [event["type"] for event in said["events"]] == ["custody.admitted", "conduct.assessed"]
    last = said["events"][-1]
    assert last["actor"] == {
        "id": "caseworker-1",
        "role": "caseworker",
        "unit": MEDAN,
        "agency": None,
        "on_behalf_of": "kepala-1",
    }
    assert (last["purpose"], last["reason"]) == ("audit", "karena terlambat")
    assert last["evidence"] == [{"number": "B-1", "date": None, "sha256": None}]
    assert last["correlation_id"] == "0af7651916cd43dd8448eb211c80319c"
    assert last["data"]["month"] == "2025-07"
    assert last["prev_hash"] == said["events"][0]["hash"]


def test_other_streams_are_expected_at_the_versions_seen(medan):
    answer = medan.post("/v1/cases", json=new_case()).json()
    someone = next(e["stream"] for e in answer["events"] if e["type"] == "person.registered")
    address = f"/v1/cases/{answer['case_id']}/events"
    body = {"events": [assessed()], "expected": {someone: 1}}
    stale = medan.post(address, json=body, headers={"If-Match": '"1"'})
    assert stale.status_code == 412
    body["expected"] = {someone: 2}
    assert medan.post(address, json=body, headers={"If-Match": '"1"'}).status_code == 201
    for wrong in (
        "person",
        "person:x\x00",
        "inmate:1",
        "case:01980f5c-7a00-7000-8000-00000000000f",
    ):
        body["expected"] = {wrong: 1}
        said = medan.post(address, json=body, headers={"If-Match": '"2"'})
        assert (said.status_code, said.json()["code"]) == (422, "append.no_such_stream")
