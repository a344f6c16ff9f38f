"""Who decides on corrections, and who does not; what waits, for whom."""

import pytest
from facts import (
    MEDAN,
    admission,
    agreement,
    ask,
    asking,
    decide,
    event,
    new_case,
    open_case,
    programme,
    referral,
)
from wrong_score import NOBODY, asked, scored, scores

PEKALONGAN = "RUTAN-PEKALONGAN"
OWN = (409, "correction.own_request")


@pytest.fixture(scope="module")
def service(lasting_service):
    return lasting_service


@pytest.fixture
def supervisor(service):
    return service.caller("supervisor", MEDAN)


def code(answer):
    return answer.status_code, answer.json().get("code")


def test_whoever_asked_does_not_approve_and_may_withdraw(service, medan):
    case, wrong = scored(medan)
    both = service.caller("supervisor", MEDAN, user="siti")
    correction = asked(both, case, asking(wrong))
    answer = decide(both, correction, 3)
    assert code(answer) == OWN
    assert answer.json()["article"] == "Kaidah Jejak: empat mata"
    answer = decide(both, correction, 3, approve=False, because="salah saya sendiri")
    assert answer.json()["status"] == "declined"
    said = both.get(f"/v1/corrections/{correction}").json()
    assert (said["status"], said["because"]) == ("declined", "salah saya sendiri")
    assert code(decide(both, correction, 4, approve=False, because="lagi")) == (
        409,
        "correction.not_pending",
    )


def test_what_was_asked_on_somebodys_behalf_is_their_own_request(service, medan, supervisor):
    case, wrong = scored(medan)
    principal = {"X-On-Behalf-Of": "supervisor-1"}
    answer = ask(medan, f"/v1/cases/{case}", asking(wrong), **principal)
    assert code(decide(supervisor, answer.json()["correction"], 3)) == OWN
    correction = asked(supervisor, case, asking(wrong), 3)
    other = service.caller("supervisor", MEDAN, user="siti")
    assert code(decide(other, correction, 4, **principal)) == OWN
    assert decide(other, correction, 4).status_code == 201


def test_the_level_above_approves_for_a_unit_with_one_supervisor(service, medan, supervisor):
    case, wrong = scored(medan)
    correction = asked(supervisor, case, asking(wrong))
    kanwil = service.caller("supervisor", MEDAN, PEKALONGAN, level="kanwil", user="kanwil-2")
    assert kanwil.get(f"/v1/corrections/{correction}").json()["may_approve"] is True
    assert supervisor.get(f"/v1/corrections/{correction}").json()["may_approve"] is False
    assert decide(kanwil, correction, 3).status_code == 201


def test_a_caseworker_withdraws_their_own_and_decides_nothing_else(service, medan):
    case, wrong = scored(medan)
    correction = asked(medan, case, asking(wrong))
    other = service.caller("caseworker", MEDAN, user="wali-8")
    for said in ({"approve": True}, {"approve": False, "because": "tidak"}):
        assert code(decide(other, correction, 3, **said)) == (403, "correction.supervisor_only")
    assert decide(medan, correction, 3, approve=False, because="keliru").status_code == 201


def test_out_of_scope_is_not_found(service, medan):
    case, wrong = scored(medan)
    correction = asked(medan, case, asking(wrong))
    for stranger in (
        service.caller("supervisor", PEKALONGAN),
        service.caller("agency", MEDAN),
        service.caller("operator"),
    ):
        addresses = f"/v1/corrections/{correction}", f"/v1/cases/{case}/corrections"
        assert {stranger.get(one).status_code for one in addresses} <= {403, 404}
        assert stranger.get("/v1/corrections").json().get("items", []) == []
    elsewhere = service.caller("supervisor", PEKALONGAN)
    assert decide(elsewhere, correction, 3).status_code == 404
    assert ask(elsewhere, f"/v1/cases/{case}", asking(wrong), 3).status_code == 404
    for nothing in (NOBODY, "x", "%00", wrong):
        assert medan.get(f"/v1/corrections/{nothing}").status_code == 404
        assert decide(medan, nothing, 3).status_code == 404


def test_no_is_said_with_its_reason_yes_without_and_both_of_what_was_seen(medan, supervisor):
    case, wrong = scored(medan)
    correction = asked(medan, case, asking(wrong))
    address = f"/v1/corrections/{correction}/approval"
    for body in ({"approve": True, "because": "baik"}, {"approve": False}):
        answer = supervisor.post(address, json=body, headers={"If-Match": '"3"'})
        assert code(answer) == (422, "correction.because")
    assert supervisor.post(address, json={"approve": True}).status_code == 428
    assert code(decide(supervisor, correction, 2)) == (412, "append.conflict")


def test_what_is_overtaken_is_said_to_be_and_can_only_be_declined(medan, supervisor):
    case, wrong = scored(medan)
    first = asked(medan, case, asking(wrong))
    second = asked(medan, case, asking(wrong), version=3)
    assert decide(supervisor, first, 4).status_code == 201
    said = medan.get(f"/v1/corrections/{second}").json()
    assert (said["status"], said["changes"][0]["before"]["data"]["score"]) == ("overtaken", 28)
    assert code(decide(supervisor, second, 5)) == (409, "correction.overtaken")
    assert decide(supervisor, second, 5, approve=False, because="sudah").status_code == 201


def test_who_approves_a_move_or_its_undoing_answers_for_both_cases(service, medan, supervisor):
    case, wrong = scored(medan)
    abroad = service.caller("caseworker", PEKALONGAN)
    body = new_case("Orang Lain", unit=PEKALONGAN)
    right = abroad.post("/v1/cases", json=body).json()["case_id"]
    move = asking(wrong, kind="move", to=right)
    unseen = ask(medan, f"/v1/cases/{case}", move)
    assert code(unseen) == (422, "case.not_found")
    both = service.caller("caseworker", MEDAN, PEKALONGAN, user="wali-9")
    correction = asked(both, case, move)
    elsewhere = 403, "correction.destination_elsewhere"
    assert supervisor.get(f"/v1/corrections/{correction}").json()["may_approve"] is False
    assert code(decide(supervisor, correction, 3)) == elsewhere
    kanwil = service.caller("supervisor", MEDAN, PEKALONGAN, level="kanwil", user="kanwil-2")
    assert decide(kanwil, correction, 3).status_code == 201
    undo = asked(medan, case, asking(correction), version=4)
    assert code(decide(supervisor, undo, 5)) == elsewhere
    assert decide(kanwil, undo, 5).status_code == 201
    assert scores(medan, case) == {"2025-07": 28}


def opened(client, path, first):
    """Open a stream; return its address and its opening."""
    answer = client.post(path, json={"events": [first]})
    assert answer.status_code == 201, answer.json()
    return answer.headers["location"], answer.json()["events"][0]["event_id"]


def admitted(client):
    """Open a case; return its address, its opening, and what that says with another unit."""
    address = f"/v1/cases/{open_case(client)}"
    (first,) = client.get(f"{address}/events").json()["events"]
    right = admission(PEKALONGAN, person=first["data"]["person"]) | {"evidence": []}
    return address, first["event_id"], right


GIVEN_AWAY = [
    admitted,
    lambda client: (*opened(client, "/v1/referrals", referral()), referral(unit=PEKALONGAN)),
    lambda client: (*opened(client, "/v1/programmes", programme()), programme(unit=PEKALONGAN)),
    lambda client: (
        *opened(client, "/v1/agreements", agreement()),
        agreement(units=[PEKALONGAN]),
    ),
    lambda client: (*opened(client, "/v1/agreements", agreement()), agreement(units=[])),
]


@pytest.mark.parametrize("told", GIVEN_AWAY)
def test_nobody_gives_a_record_to_a_unit_for_which_they_do_not_record(
    service, medan, supervisor, told
):
    address, wrong, right = told(medan)
    body = asking(wrong, kind="correct", event=right)
    assert code(ask(medan, address, body, 1)) == (403, "access.other_unit")
    national = service.caller("caseworker", level="ditjenpas", user="pusat-2")
    answer = ask(national, address, body, 1)
    assert answer.status_code == 201, answer.json()
    correction = answer.json()["correction"]
    assert supervisor.get(f"/v1/corrections/{correction}").json()["may_approve"] is False
    assert code(decide(supervisor, correction, 3)) == (403, "correction.handed_over")
    pusat = service.caller("supervisor", level="ditjenpas", user="pusat-1")
    assert decide(pusat, correction, 3).status_code == 201


def test_a_record_is_handed_over_and_back_by_who_answers_for_both_units(service, medan, supervisor):
    address, wrong, right = admitted(medan)
    both = service.caller("caseworker", MEDAN, PEKALONGAN, user="wali-9")
    kanwil = service.caller("supervisor", MEDAN, PEKALONGAN, level="kanwil", user="kanwil-2")
    correction = ask(both, address, asking(wrong, kind="correct", event=right), 1).json()
    assert code(decide(supervisor, correction["correction"], 3)) == (
        403,
        "correction.handed_over",
    )
    assert decide(kanwil, correction["correction"], 3).status_code == 201
    assert medan.get(address).status_code == 404
    abroad = service.caller("caseworker", PEKALONGAN)
    for back in (correction["correction"], wrong):  # undone, and voided: the first then counts
        assert code(ask(abroad, address, asking(back), 4)) == (403, "access.other_unit")
    undo = ask(both, address, asking(correction["correction"]), 4).json()["correction"]
    receiving = service.caller("supervisor", PEKALONGAN, user="siti")
    assert code(decide(receiving, undo, 5)) == (403, "correction.handed_over")
    assert decide(kanwil, undo, 5).status_code == 201
    assert medan.get(address).status_code == 200


def test_an_opening_that_stays_with_its_unit_is_corrected_there(medan, supervisor):
    address, wrong, right = admitted(medan)
    right["data"] |= {"unit": MEDAN, "religion": "kristen"}
    answer = ask(medan, address, asking(wrong, kind="correct", event=right), 1)
    assert answer.status_code == 201, answer.json()
    assert decide(supervisor, answer.json()["correction"], 3).status_code == 201


def test_what_waits_is_listed_for_whoever_may_decide(service, medan, supervisor):
    case, wrong = scored(medan)
    first = asked(medan, case, asking(wrong))
    receipt = ask(supervisor, *crowded(medan)).json()
    second, after = receipt["correction"], receipt["position"]

    def listed(client, **query):
        answer = client.get("/v1/corrections", params={"after": after, **query})
        assert answer.status_code == 200, answer.json()
        found = [one["correction"] for one in answer.json()["items"]]
        return [one for one in found if one in {first, second}]

    assert listed(supervisor, status="pending") == [first, second]
    assert listed(supervisor, status="pending", may_approve=True) == [first]
    assert listed(medan, may_approve=True) == []
    national = service.caller("supervisor", level="ditjenpas", user="pusat-1")
    assert listed(national, may_approve=True) == [first, second]
    assert listed(service.caller("supervisor", PEKALONGAN)) == []
    assert listed(supervisor, status="approved") == []
    after = decide(supervisor, first, 3).json()["position"]
    assert listed(supervisor, status="approved") == [first]
    assert listed(supervisor, status="pending") == [second]
    assert listed(supervisor, status="undone") == []


def crowded(client):
    """Change the number of seats of a programme; return its address, and that this is wrong."""
    answer = client.post("/v1/programmes", json={"events": [programme()]})
    address = answer.headers["location"]
    changed = client.post(
        f"{address}/events",
        json={"events": [event("programme.capacity_changed", "2025-11-02", capacity=9)]},
        headers={"If-Match": '"1"'},
    )
    return address, asking(changed.json()["events"][0]["event_id"])


def test_a_list_goes_on_where_the_leaf_before_ended(medan, supervisor):
    case, wrong = scored(medan)
    corrections = [asked(medan, case, asking(wrong), version=2 + n) for n in range(3)]
    address, found, leaves = "/v1/corrections?status=pending&limit=2&after=8", [], 0
    while address:
        answer = supervisor.get(address)
        found += [one["correction"] for one in answer.json()["items"]]
        address, leaves = answer.links.get("next", {}).get("url"), leaves + 1
    assert [one for one in found if one in corrections] == corrections
    assert len(set(found)) == len(found) > 2 * (leaves - 1)
    assert supervisor.get("/v1/corrections?cursor=abc").json()["code"] == "list.cursor"
    assert supervisor.get("/v1/corrections?state=x").json()["code"] == "request.unknown_parameter"


def test_whoever_voided_an_opening_by_mistake_still_sees_the_case_and_takes_it_back(
    service, medan, supervisor
):
    answer = medan.post("/v1/cases", json=new_case("Ujang Fiktif"))
    case = answer.json()["case_id"]
    opening = next(
        one["event_id"] for one in answer.json()["events"] if one["type"] == "custody.admitted"
    )
    correction = asked(medan, case, asking(opening), 1)
    assert decide(supervisor, correction, 2).status_code == 201
    assert medan.get(f"/v1/cases/{case}").json()["state"]["custody"]["presence"] == "not_admitted"
    undo = asked(medan, case, asking(correction), 3)
    assert decide(supervisor, undo, 4).status_code == 201
    assert medan.get(f"/v1/cases/{case}").json()["state"]["custody"]["presence"] == "present"
