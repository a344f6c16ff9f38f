"""Field by field: what differs between two states of a case, and which event made it so."""

from datetime import UTC, datetime, timedelta

import pytest
from facts import MEDAN, append, assessed, event, open_case
from scenario import on
from told_corrections import WHY, Hands

PEKALONGAN = "RUTAN-PEKALONGAN"
CELL, SCORE = "/register/placed/cell", "/conduct/assessments/0/score"


def now():
    return datetime.now(UTC).isoformat()


@pytest.fixture(scope="module")
def service(lasting_service):
    """Each test asks about cases of its own."""
    return lasting_service


@pytest.fixture
def hands(service):
    return Hands(service.services)


@pytest.fixture
def case(medan):
    key = open_case(medan)
    placed = event("register.placed", "2025-03-02", block="A", cell="3")
    assert append(medan, key, placed).status_code == 201
    return key


def diff(client, case, **asked):
    asked = {key.rstrip("_"): value for key, value in asked.items()}
    return client.get(f"/v1/cases/{case}/diff", params=asked)


def fields(answer):
    assert answer.status_code == 200, answer.json()
    return {one["pointer"]: one for one in answer.json()["differences"]}


def test_what_was_learnt_between_two_instants(medan, hands, case):
    before = now()
    assert append(medan, case, assessed(), version=2).status_code == 201
    between = now()
    hands.correct(hands.fact(case, "register.placed"), cell="9")
    told = fields(diff(medan, case, from_=before, to=between))
    assert CELL not in told
    (pointer,) = [one for one in told if one.endswith("/score")]
    assert (told[pointer]["from"], told[pointer]["to"]) == (None, 82)
    since = fields(diff(medan, case, from_=between))
    assert set(since) == {CELL}
    assert (since[CELL]["from"], since[CELL]["to"]) == ("3", "9")
    assert since[CELL]["earlier"] == [], "what was known before is behind nothing"


def test_the_event_behind_it_and_the_correction_that_it_approved(medan, hands, case):
    before = now()
    correction = hands.correct(hands.fact(case, "register.placed"), cell="9")
    approval = hands.fact(case, "correction.approved")
    cause = fields(diff(medan, case, from_=before))[CELL]["event"]
    assert cause["event_id"] == approval.event_id
    assert cause["actor"]["id"] == "penyelia-2"
    assert cause["recorded_at"] == approval.recorded_at.isoformat()
    said = cause["correction"]
    assert (said["correction"], said["requester"], said["approver"]) == (
        correction,
        "wali-7",
        "penyelia-2",
    )
    assert said["explanation"] == WHY
    assert medan.get(cause["href"]).json()["event_id"] == approval.event_id


def test_what_came_to_be_so_between_two_days(medan, hands, case):
    assert (
        append(
            medan, case, event("register.placed", "2025-05-01", block="A", cell="5"), version=2
        ).status_code
        == 201
    )
    told = fields(diff(medan, case, axis="valid", from_="2025-03-02", to="2025-05-01"))
    assert (told[CELL]["from"], told[CELL]["to"]) == ("3", "5")
    assert told[CELL]["event"]["effective"] == "2025-05-01"
    assert told[CELL]["earlier"] == []
    assert told[CELL]["event"]["correction"] is None
    known = now()
    hands.correct(hands.fact(case, "register.placed"), cell="7", effective=on("2025-06-01"))
    days = {"from_": "2025-03-02", "to": "2025-05-01", "axis": "valid"}
    assert fields(diff(medan, case, **days)) == {}
    assert fields(diff(medan, case, **days, known_at=known)) == told
    later = fields(diff(medan, case, axis="valid", from_="2025-05-01"))[CELL]
    assert (later["event"]["effective"], later["to"]) == ("2025-06-01", "7")
    assert later["event"]["correction"]["deed"] == "corrected"


def test_a_state_of_a_day_as_it_was_known_at_two_instants(medan, hands, case):
    before = now()
    hands.correct(hands.fact(case, "register.placed"), effective=on("2025-04-02"))
    assert CELL in fields(diff(medan, case, from_=before, valid_at="2025-03-15"))
    assert CELL not in fields(diff(medan, case, from_=before, valid_at="2025-04-02"))


def test_from_before_there_was_anything_every_field_came_to_be(medan, case):
    told = fields(diff(medan, case, from_="2020-01-01T00:00:00Z"))
    assert told["/custody/opening/full_name"]["to"] == "Budi Fiktif"
    assert {one["from"] for one in told.values() if one["pointer"].startswith("/register")} == {
        None
    }


def test_compliance_sees_which_fields_and_who_and_no_value(service, hands, case):
    before = now()
    hands.correct(hands.fact(case, "register.placed"), cell="9")
    told = fields(diff(service.caller("compliance", MEDAN), case, from_=before))
    assert set(told) == {CELL}
    assert told[CELL]["from"] is told[CELL]["to"] is None
    assert told[CELL]["event"]["correction"]["explanation"] is None
    assert told[CELL]["event"]["actor"]["id"] == "penyelia-2"


FUTURE = (datetime.now(UTC) + timedelta(days=1)).isoformat()
SOME = "2025-08-17T09:00:00+07:00"


REFUSED = [
    ({}, "/from", "missing"),
    ({"from": "2025-08-17"}, "/query/from", "diff.instant_needed"),
    ({"from": FUTURE}, "/query/from", "journey.known_at_in_future"),
    ({"from": SOME, "to": FUTURE}, "/query/to", "journey.known_at_in_future"),
    ({"from": SOME, "to": "2025-08-16T09:00:00+07:00"}, "/query/to", "diff.wrong_way"),
    ({"from": SOME, "known_at": SOME}, "/query/known_at", "diff.not_with_axis"),
    ({"axis": "valid", "from": "2025-01-01", "valid_at": SOME}, None, "diff.not_with_axis"),
    ({"axis": "valid", "from": "2025-01-02", "to": "2025-01-01"}, None, "diff.wrong_way"),
    ({"axis": "valid", "from": "2025-01-02", "known_at": FUTURE}, None, None),
    ({"axis": "sideways", "from": SOME}, "/axis", "not_in_list"),
    ({"from": "kemarin"}, None, None),
    ({"from": SOME, "unheard": "1"}, None, "request.unknown_parameter"),
]


def test_what_cannot_be_asked_is_refused_where_it_is(medan, case):
    for asked, pointer, code in REFUSED:
        answer = medan.get(f"/v1/cases/{case}/diff", params=asked)
        assert answer.status_code == 422, answer.json()
        (error,) = answer.json()["errors"]
        assert code in {None, error["code"]}, error
        assert pointer is None or error["pointer"].endswith(pointer), error


def test_a_case_out_of_scope_is_not_there(service, case):
    asked = {"from_": SOME}
    assert diff(service.caller("caseworker", PEKALONGAN), case, **asked).status_code == 404
    assert diff(service.caller("auditor", MEDAN), case, **asked).status_code == 200
    assert diff(service.caller("auditor", MEDAN), "x", **asked).status_code == 404
    assert diff(service.caller("operator"), case, **asked).status_code == 403


def test_a_read_is_recorded_with_the_fields_that_differ_and_no_others(service, medan, hands, case):
    overseer = service.caller("auditor", level="ditjenpas")

    def fields_read():
        (item,) = overseer.get("/v1/reads", params={"limit": 1}).json()["items"]
        assert (item["route"], item["subjects"]) == ("/v1/cases/{case_id}/diff", [f"case:{case}"])
        return set(item["fields"])

    before = now()
    hands.correct(hands.fact(case, "custody.admitted"), full_name="Budi Betul")
    assert "/custody/opening/full_name" in fields(diff(medan, case, from_=before))
    assert {"full_name", "explanation", "evidence.number"} <= fields_read()
    assert fields(diff(medan, case, axis="valid", from_="2025-02-10", to="2025-03-02"))
    assert fields_read() == set()


def test_a_key_that_may_be_a_value_is_none_of_compliances_fields(service, medan, case):
    before = now()
    began = event(
        "conduct.discipline_began",
        "2025-08-02",
        measure="F-1",
        level="berat",
        offence="contoh",
        document="BA.F/1",
    )
    assert append(medan, case, began, version=2).status_code == 201
    told = fields(diff(service.caller("compliance", MEDAN), case, from_=before))
    assert {one for one in told if one.startswith("/conduct/register_f")} == {
        "/conduct/register_f/*/began"
    }
    assert "/conduct/register_f/F-1/began" in fields(diff(medan, case, from_=before))
