"""Corrections over HTTP, as they are asked for and read under their stream."""

import pytest
from facts import MEDAN, append, ask, asking, assessed, decide, event, open_case, programme
from wrong_score import NOBODY, asked, scored, scores

from api.correction_answers import CorrectionAnswer
from api.review_answers import ReviewAnswer
from api.routes.corrections import body_of
from api.routes.streams import CASES, COLLECTIONS

PEKALONGAN = "RUTAN-PEKALONGAN"


@pytest.fixture(scope="module")
def service(lasting_service):
    return lasting_service


@pytest.fixture
def supervisor(service):
    return service.caller("supervisor", MEDAN)


def test_a_correction_is_asked_for_and_acts_once_a_second_person_approves(medan, supervisor):
    case, wrong = scored(medan)
    answer = ask(
        medan, f"/v1/cases/{case}", asking(wrong, kind="correct", event=assessed(score=82))
    )
    assert answer.status_code == 201
    said = answer.json()
    assert (said["case_id"], said["version"], said["status"]) == (case, 4, "pending")
    assert answer.headers["etag"] == '"4"'
    assert answer.headers["location"] == f"/v1/corrections/{said['correction']}"
    told = [one["type"] for one in said["events"]]
    assert told == ["correction.requested", "correction.proposed"]
    assert scores(medan, case) == {"2025-07": 28}
    (change,) = medan.get(answer.headers["location"]).json()["changes"]
    assert (change["event_id"], change["type"]) == (wrong, "conduct.assessed")
    assert change["fields"] == ["score"]
    assert [change[side]["data"]["score"] for side in ("before", "after")] == [28, 82]
    answer = decide(supervisor, said["correction"], 4)
    assert answer.status_code == 201, answer.json()
    assert (answer.json()["status"], answer.headers["etag"]) == ("approved", '"5"')
    assert scores(medan, case) == {"2025-07": 82}
    (later,) = medan.get(f"/v1/cases/{case}/corrections").json()["corrections"]
    assert later["changes"] == [change]
    assert (later["requester"], later["decided_by"]) == ("caseworker-1", "supervisor-1")


def test_a_void_can_be_undone_and_a_correction_be_corrected(medan, supervisor):
    case, wrong = scored(medan)
    void = asked(medan, case, asking(wrong))
    (change,) = medan.get(f"/v1/corrections/{void}").json()["changes"]
    assert (change["before"]["data"]["score"], change["after"]) == (28, None)
    decide(supervisor, void, 3)
    assert scores(medan, case) == {}
    undo = asked(medan, case, asking(void), version=4)
    (change,) = medan.get(f"/v1/corrections/{undo}").json()["changes"]
    assert (change["before"], change["after"]["data"]["score"]) == (None, 28)
    decide(supervisor, undo, 5)
    assert scores(medan, case) == {"2025-07": 28}
    told = wrong
    for version, score in {6: 82, 9: 83}.items():  # the fact, and then its correction
        body = asking(told, kind="correct", event=assessed(score=score))
        told = asked(medan, case, body, version)
        (change,) = medan.get(f"/v1/corrections/{told}").json()["changes"]
        assert change["after"]["data"]["score"] == score
        assert decide(supervisor, told, version + 2).status_code == 201
    said = medan.get(f"/v1/cases/{case}/corrections").json()["corrections"]
    assert [one["status"] for one in said] == ["undone", "approved", "undone", "approved"]
    assert said[0]["undone_by"] == undo
    (change,) = said[3]["changes"]
    assert [change[side]["data"]["score"] for side in ("before", "after")] == [82, 83]


def test_what_waits_is_shown_beside_what_stands_now_and_not_when_it_was_asked_for(
    medan, supervisor
):
    case, wrong = scored(medan)
    body = asking(wrong, kind="correct", event=assessed(score=82))
    first = asked(medan, case, body)
    decide(supervisor, first, 4)
    body = asking(first, kind="correct", event=assessed(score=90))
    waits = asked(medan, case, body, 5)

    def shown():
        said = medan.get(f"/v1/corrections/{waits}").json()
        (change,) = said["changes"]
        return said["status"], *(change[side]["data"]["score"] for side in ("before", "after"))

    assert shown() == ("pending", 82, 90)
    body = asking(wrong, kind="correct", event=assessed(score=83))
    decide(supervisor, asked(medan, case, body, 7), 9)
    assert shown() == ("pending", 83, 90)
    assert decide(supervisor, waits, 10, approve=False, because="sudah").status_code == 201
    assert shown() == ("declined", 82, 90)


def test_an_event_is_moved_to_the_case_of_the_right_person_and_back(medan, supervisor):
    case, wrong = scored(medan)
    right = open_case(medan, "Orang Lain")
    correction = asked(medan, case, asking(wrong, kind="move", to=right))
    said = medan.get(f"/v1/corrections/{correction}").json()
    assert (said["to"], said["changes"][0]["after"]) == (f"case:{right}", None)
    answer = decide(supervisor, correction, 3)
    assert answer.status_code == 201, answer.json()
    assert {one["stream"] for one in answer.json()["events"]} == {f"case:{case}", f"case:{right}"}
    assert (scores(medan, case), scores(medan, right)) == ({}, {"2025-07": 28})
    (there,) = medan.get(f"/v1/cases/{right}/corrections").json()["corrections"]
    assert (there["correction"], there["requested_in"]) == (correction, f"case:{case}")
    (change,) = there["changes"]
    assert (change["before"], change["origin"]) == (None, wrong)
    assert change["after"]["data"]["score"] == 28
    undo = asked(medan, case, asking(correction), version=4)
    assert decide(supervisor, undo, 5).status_code == 201
    assert (scores(medan, case), scores(medan, right)) == ({"2025-07": 28}, {})


WRONG = [
    ({"kind": "correct"}, "correction.content", "/event"),
    ({"event": assessed()}, "correction.content", "/event"),
    ({"to": NOBODY}, "case.not_found", "/to"),
    ({"kind": "move"}, "correction.to", "/to"),
    ({"events": [NOBODY]}, "correction.no_such_event", "/events"),
    ({"events": []}, "request.invalid", "/events"),
    ({"explanation": " "}, "request.invalid", "/explanation"),
    ({"reason_code": "because"}, "request.invalid", "/reason_code"),
    ({"kind": "delete"}, "request.invalid", "/kind"),
    ({"why": 1}, "request.invalid", "/why"),
    ({"evidence": [{"number": ""}]}, "request.invalid", "/evidence/0/number"),
    (
        {"evidence": [{"number": "1", "date": None, "sha256": "0" * 64}]},
        "evidence.not_here",
        "/evidence/0/sha256",
    ),
    ({"kind": "correct", "event": {"type": "x"}}, "request.invalid", "/event/type"),
    ({"kind": "correct", "event": assessed(score=101)}, "request.invalid", "/event/data/score"),
    (
        {"kind": "correct", "event": assessed() | {"reason": "sebab"}},
        "correction.evidence_beside",
        "/event",
    ),
    (
        {"kind": "correct", "event": event("register.placed", block="A", cell="3")},
        "correction.another_type",
        "/event/type",
    ),
    (
        {"kind": "correct", "event": assessed(day="2190-01-01")},
        "append.effective_in_future",
        "/event/effective",
    ),
    (
        {"kind": "correct", "event": event("register.domicile_recorded", domicile="1271")},
        "correction.another_type",
        "/event/type",
    ),
]


def test_what_is_wrong_with_a_request_is_said_at_its_place_and_nothing_is_recorded(medan):
    case, wrong = scored(medan)
    for body, code, pointer in WRONG:
        answer = ask(medan, f"/v1/cases/{case}", asking(wrong) | body)
        assert (answer.status_code, answer.json()["code"]) == (422, code), body
        assert pointer in {one["pointer"] for one in answer.json()["errors"]}
    same = asking(wrong, kind="correct", event=assessed(score=28))
    answer = ask(medan, f"/v1/cases/{case}", same)
    assert (answer.status_code, answer.json()["code"]) == (409, "correction.changes_nothing")
    without = medan.post(f"/v1/cases/{case}/corrections", json=asking(wrong))
    assert without.status_code == 428
    assert ask(medan, f"/v1/cases/{case}", asking(wrong), 1).status_code == 412
    assert medan.get(f"/v1/cases/{case}/corrections").json()["corrections"] == []


def test_what_is_said_to_be_right_is_tried_by_its_chapter(medan):
    case = open_case(medan)
    began = event(
        "conduct.discipline_began",
        "2025-08-01",
        measure="F-1",
        level="ringan",
        offence="terlambat apel",
        document="F/1",
    )
    ended = event("conduct.discipline_ended", "2025-08-10", measure="F-1")
    told = append(medan, case, began, ended).json()["events"]
    earlier = event("conduct.discipline_ended", "2025-07-20", measure="F-1")
    body = asking(told[1]["event_id"], kind="correct", event=earlier)
    answer = ask(medan, f"/v1/cases/{case}", body, 3)
    assert (answer.status_code, answer.json()["code"]) == (409, "conduct.no_such_measure")
    assert answer.json()["article"] == "Register F"


def test_the_same_key_gives_the_first_answer_again(medan, supervisor):
    case, wrong = scored(medan)
    first, again = (
        ask(medan, f"/v1/cases/{case}", asking(wrong), **{"Idempotency-Key": "k-1"}) for _ in "12"
    )
    assert again.json() == first.json()
    correction = first.json()["correction"]
    one, two = (decide(supervisor, correction, 3, **{"Idempotency-Key": "k-2"}) for _ in "12")
    assert (one.status_code, two.status_code) == (201, 201)
    assert two.json() == one.json()
    assert len(medan.get(f"/v1/cases/{case}/corrections").json()["corrections"]) == 1


def test_compliance_sees_who_and_which_fields_and_no_values(service, medan):
    case, wrong = scored(medan)
    evidence = [{"number": "BA-7", "date": None, "sha256": None}]
    body = asking(wrong, kind="correct", event=assessed(score=82), evidence=evidence)
    correction = asked(medan, case, body)
    compliance = service.caller("compliance", MEDAN)
    said = compliance.get(f"/v1/corrections/{correction}").json()
    assert said["requester"] == "caseworker-1"
    (change,) = said["changes"]
    assert change["fields"] == ["score"]
    assert (change["before"]["data"], change["after"]["data"]) == (None, None)
    assert said["explanation"] is None
    assert said["evidence"] == [{"number": None, "date": None, "sha256": None}]
    for role in ("auditor", "compliance"):
        answer = ask(service.caller(role, MEDAN), f"/v1/cases/{case}", asking(wrong), 4)
        assert answer.json()["code"] == "access.reads_only"
    asked_of = service.caller("auditor", MEDAN).get(f"/v1/reads?subject=case:{case}").json()
    reads = {(one["actor"], *one["fields"]) for one in asked_of["items"]}
    assert ("compliance-1",) in reads


@pytest.mark.parametrize(
    ("path", "first", "second"),
    [
        (
            "/v1/programmes",
            programme(),
            event("programme.capacity_changed", "2025-11-02", capacity=9),
        ),
        (
            "/v1/persons",
            event(
                "person.registered",
                full_name="Orang Lain",
                sex="male",
                birth_date="1991-01-01",
                birth_place=None,
                nationality="ID",
                nik=None,
                nik_verification="missing",
            ),
            event("person.alias_recorded", alias="Si Lain"),
        ),
    ],
)
def test_other_streams_are_corrected_in_the_same_manner(medan, supervisor, path, first, second):
    answer = medan.post(path, json={"events": [first, second]})
    assert answer.status_code == 201, answer.json()
    address, wrong = answer.headers["location"], answer.json()["events"][1]["event_id"]
    moved = ask(medan, address, asking(wrong, kind="move", to=NOBODY))
    assert (moved.status_code, moved.json()["code"]) == (422, "request.invalid")
    answer = ask(medan, address, asking(wrong))
    assert answer.status_code == 201, answer.json()
    assert decide(supervisor, answer.json()["correction"], 3).status_code == 201
    (said,) = medan.get(f"{address}/corrections").json()["corrections"]
    assert said["status"] == "approved"
    assert [(one["event_id"], one["after"]) for one in said["changes"]] == [(wrong, None)]


def test_the_registry_is_corrected_by_supervisors_only(service, medan):
    named = event("registry.agency_named", "2025-01-01", agency="DISNAKER-12.71", kind="dinas")
    named["data"] |= {"title": "Dinas Tenaga Kera", "region": "12.71"}
    wide = service.caller("supervisor", MEDAN, PEKALONGAN, level="kanwil", user="kanwil-1")
    answer = wide.post("/v1/registry/agencies", json={"events": [named]})
    assert answer.status_code == 201, answer.json()
    address, wrong = answer.headers["location"], answer.json()["events"][0]["event_id"]
    right = named | {"data": named["data"] | {"title": "Dinas Tenaga Kerja"}}
    body = asking(wrong, kind="correct", event=right)
    caseworker = service.caller("caseworker", MEDAN, level="kanwil")
    for nobody in (medan, caseworker, service.caller("supervisor", MEDAN)):
        assert ask(nobody, address, body, 1).status_code == 403
    correction = ask(wide, address, body, 1).json()["correction"]
    other = service.caller("supervisor", MEDAN, level="kanwil", user="kanwil-2")
    assert decide(other, correction, 3).status_code == 201
    assert "Dinas Tenaga Kerja" in other.get(address).text


@pytest.mark.long
def test_the_examples_of_the_document_are_what_is_taken_and_answered(service):
    schemas = service.stranger().get("/openapi.json").json()["components"]["schemas"]
    for collection in (CASES, *COLLECTIONS):
        for example in schemas[f"{collection.word}Correction"]["examples"]:
            assert body_of(collection).model_validate(example)
    for model in (CorrectionAnswer, ReviewAnswer):
        (example,) = model.model_config["json_schema_extra"]["examples"]
        assert model.model_validate(example)
        assert schemas[model.__name__]["examples"]
