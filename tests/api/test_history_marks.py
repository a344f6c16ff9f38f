"""What was corrected stays in the history as it was recorded, with marks of what it became."""

import json
from datetime import UTC, datetime

import pytest
from facts import MEDAN, append, assessed, event, open_case
from scenario import on
from told_corrections import WHY, Hands

from application.journeys import Journeys
from application.marks import marked
from domain.record import StreamId

PEKALONGAN = "RUTAN-PEKALONGAN"
PLACED = event("register.placed", "2025-03-02", block="A", cell="3")


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
    answer = append(medan, key, assessed(), PLACED)
    assert answer.status_code == 201, answer.json()
    return key


def events(client, case, **asked):
    answer = client.get(f"/v1/cases/{case}/events", params=asked)
    assert answer.status_code == 200, answer.json()
    return answer.json()["events"]


def of(said, name):
    (found,) = [one for one in said if one["type"] == name]
    return found


def test_without_corrections_no_event_says_a_word_about_them(medan, case):
    for one in events(medan, case):
        assert not {"marks", "stands"} & one.keys()


def test_what_was_voided_stays_as_it_was_recorded_and_says_why(medan, hands, case):
    page = hands.fact(case, "conduct.assessed")
    correction = hands.void(page)
    said = events(medan, case)
    fact = of(said, "conduct.assessed")
    assert (fact["data"]["score"], fact["stands"]) == (82, False)
    (mark,) = fact["marks"]
    asked, approved = hands.pages(case)[-2:]
    assert mark == {
        "deed": "voided",
        "state": "acts",
        "correction": correction,
        "href": f"/v1/events/{correction}",
        "requested_in": f"case:{case}",
        "requester": "wali-7",
        "requested_at": asked.recorded_at.isoformat(),
        "reason_code": "typing_error",
        "explanation": WHY,
        "evidence": [{"number": "BA/77 Rahasia", "date": None, "sha256": "b" * 64}],
        "approval": approved.event_id,
        "approver": "penyelia-2",
        "approved_at": approved.recorded_at.isoformat(),
        "content": None,
        "to": None,
        "origin": None,
        "undone_by": None,
    }
    assert [one["type"] for one in said][-2:] == ["correction.requested", "correction.approved"]
    assert medan.get(mark["href"]).json()["type"] == "correction.requested"


def test_what_was_corrected_names_what_stands_instead(medan, hands, case):
    page = hands.fact(case, "register.placed")
    hands.correct(page, cell="9", effective=on("2025-04-02"))
    fact = of(events(medan, case), "register.placed")
    assert (fact["effective"], fact["data"]["cell"]) == ("2025-03-02", "3")
    assert fact["stands"] is True
    content = fact["marks"][0]["content"]
    assert (content["effective"], content["data"]["cell"]) == ("2025-04-02", "9")
    assert content["type"] == "register.placed"
    proposal = medan.get(content["href"]).json()
    assert proposal["data"]["content"]["data"] == content["data"]
    assert proposal["stream"] == f"case:{case}"


def test_a_fact_is_there_as_soon_as_it_was_or_is_in_effect(medan, hands, case):
    hands.correct(hands.fact(case, "register.placed"), effective=on("2025-04-02"))
    assert of(events(medan, case, valid_at="2025-03-15"), "register.placed")["stands"] is True
    hands.correct(hands.fact(case, "register.placed"), effective=on("2025-02-20"))
    assert of(events(medan, case, valid_at="2025-02-25"), "register.placed")
    assert "register.placed" not in [
        one["type"] for one in events(medan, case, valid_at="2025-02-15")
    ]


def test_who_saw_it_before_the_approval_saw_no_mark_but_that_it_was_asked_for(medan, hands, case):
    page = hands.fact(case, "conduct.assessed")
    before = datetime.now(UTC).isoformat()
    asked = hands.ask(page, "void")
    between = datetime.now(UTC).isoformat()
    hands.approve(asked)
    assert "marks" not in of(events(medan, case, known_at=before), "conduct.assessed")
    pending = of(events(medan, case, known_at=between), "conduct.assessed")
    assert (pending["stands"], pending["marks"][0]["state"]) == (True, "pending")
    assert pending["marks"][0]["approver"] is None
    assert of(events(medan, case), "conduct.assessed")["stands"] is False


def test_a_later_correction_replaces_an_earlier_and_an_undone_one_gives_way(medan, hands, case):
    page = hands.fact(case, "conduct.assessed")
    first = hands.correct(page, score=70)
    second = hands.correct(page, score=71)
    fact = of(events(medan, case), "conduct.assessed")
    assert [mark["state"] for mark in fact["marks"]] == ["replaced", "acts"]
    undoing = hands.void(hands.fact(case, "correction.requested"))
    fact = of(events(medan, case), "conduct.assessed")
    assert [(mark["correction"], mark["state"]) for mark in fact["marks"]] == [
        (first, "acts"),
        (second, "undone"),
    ]
    assert fact["marks"][1]["undone_by"] == undoing
    request = next(one for one in events(medan, case) if one["event_id"] == second)
    assert [mark["deed"] for mark in request["marks"]] == ["voided"]


def test_what_was_moved_is_marked_on_both_sides(service, medan, hands, case):
    other = open_case(medan, "Budi Kembar")
    page = hands.fact(case, "conduct.assessed")
    hands.move(page, other)
    away = of(events(medan, case), "conduct.assessed")
    assert (away["stands"], away["marks"][0]["deed"]) == (False, "moved_away")
    assert away["marks"][0]["to"] == f"case:{other}"
    here = of(events(medan, other), "conduct.assessed")
    (mark,) = here["marks"]
    assert (here["stands"], mark["deed"], mark["requester"]) == (True, "moved_here", "wali-7")
    assert mark["origin"] == {
        "stream": f"case:{case}",
        "event_id": page.event_id,
        "href": f"/v1/events/{page.event_id}",
    }
    assert mark["explanation"] == WHY
    assert medan.get(mark["origin"]["href"]).json()["marks"][0]["to"] == f"case:{other}"


def test_words_said_where_the_reader_sees_nothing_stay_there(service, medan, hands, case):
    there = service.caller("caseworker", PEKALONGAN)
    other = open_case(there, "Budi Kembar", unit=PEKALONGAN)
    hands.move(hands.fact(case, "conduct.assessed"), other)
    (mark,) = of(events(there, other), "conduct.assessed")["marks"]
    assert (mark["requester"], mark["reason_code"]) == ("wali-7", "wrong_person")
    assert mark["explanation"] is None
    assert mark["evidence"][0]["number"] is None
    assert there.get(mark["origin"]["href"]).status_code == 404


def test_compliance_sees_who_and_when_and_no_value(service, hands, case):
    hands.correct(hands.fact(case, "register.placed"), cell="9")
    said = events(service.caller("compliance", MEDAN), case)
    (mark,) = of(said, "register.placed")["marks"]
    assert (mark["requester"], mark["approver"]) == ("wali-7", "penyelia-2")
    assert mark["content"]["fields"] == ["block", "cell"]
    assert mark["content"]["data"] is mark["explanation"] is None
    assert mark["evidence"] == [{"number": None, "date": None, "sha256": "b" * 64}]
    assert WHY not in json.dumps(said)


def test_other_streams_have_marks_too(medan, hands):
    opened = medan.post(
        "/v1/programmes",
        json={
            "events": [
                event(
                    "programme.opened",
                    "2025-11-01",
                    kind="pelatihan_keterampilan",
                    title="Barbershop",
                    unit=MEDAN,
                    provider="Dinas",
                    provider_kind="dinas",
                    certified=True,
                    scheme="SKKNI 1",
                    capacity=1,
                    agreement=None,
                    starts="2025-11-11",
                    ends=None,
                    eligible_domiciles=["12.71"],
                    asset=None,
                )
            ]
        },
    )
    key = opened.json()["programme_id"]
    hands.correct(hands.fact(key, "programme.opened", kind="programme"), capacity=9)
    said = medan.get(f"/v1/programmes/{key}/events").json()["events"]
    assert said[0]["marks"][0]["content"]["data"]["capacity"] == 9


def test_the_marks_known_at_an_instant_never_change(service, hands, case):
    """Law: whatever is appended later, the marks over the pages known by then stay the same."""
    stream, seen = StreamId(kind="case", key=case), []
    page = hands.fact(case, "conduct.assessed")

    def look():
        pages = service.services.ledger.read(stream)
        seen.append((len(pages), marked(pages)))

    for step in (
        lambda: hands.correct(page, score=60),
        lambda: hands.void(hands.fact(case, "correction.requested")),
        lambda: hands.void(page),
        lambda: hands.approve(hands.ask(hands.fact(case, "register.placed"), "void")),
    ):
        look()
        step()
    look()
    pages = Journeys(service.services.ledger, service.services.now)(stream).known
    assert all(marked(pages[:count]) == then for count, then in seen)
    assert len({len(then) for _, then in seen}) == 5


def test_an_event_out_of_scope_or_unheard_of_is_not_found(service, medan, hands, case):
    page = hands.fact(case, "conduct.assessed")
    address = f"/v1/events/{page.event_id}"
    said = medan.get(address).json()
    assert said == {"stream": f"case:{case}", **of(events(medan, case), "conduct.assessed")}
    assert service.caller("caseworker", PEKALONGAN).get(address).status_code == 404
    for wrong in ("01980f5c-7a00-7000-8000-00000000000f", "x", "%00"):
        assert medan.get(f"/v1/events/{wrong}").status_code == 404
    assert service.caller("operator").get(address).status_code == 403
    assert service.caller("agency").get(address).status_code == 404
