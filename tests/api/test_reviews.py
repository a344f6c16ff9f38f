"""Review items over HTTP: what no longer stands, who is to look at it, and how it ended."""

import pytest
from facts import MEDAN, append, asking, decide, event, open_case
from wrong_score import NOBODY, asked

PEKALONGAN = "RUTAN-PEKALONGAN"


@pytest.fixture(scope="module")
def service(lasting_service):
    return lasting_service


@pytest.fixture
def supervisor(service):
    return service.caller("supervisor", MEDAN)


@pytest.fixture
def shaken(medan, supervisor):
    """A case whose measure of Register F was voided, but not its end; and the void."""
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
    void = asked(medan, case, asking(told[0]["event_id"]), 3)
    answer = decide(supervisor, void, 4)
    assert [one["type"] for one in answer.json()["events"]][-1] == "review.raised"
    return case, void


def items(client, case, **headers):
    return client.get(f"/v1/cases/{case}/reviews", headers=headers).json()["reviews"]


def listed(client, case, query=""):
    """What stands of a case in the list of all streams."""
    answer = client.get(f"/v1/reviews?limit=1000{query}")
    assert answer.status_code == 200, answer.json()
    return [one for one in answer.json()["items"] if one["stream"] == f"case:{case}"]


def resolve(client, case, item, version=6, **said):
    said = {"outcome": "kept", "explanation": "tindakannya memang ada"} | said
    return client.post(
        f"/v1/cases/{case}/reviews/{item}", json=said, headers={"If-Match": f'"{version}"'}
    )


def test_what_lost_its_ground_waits_for_its_unit_with_the_rule_that_says_so(service, medan, shaken):
    case, void = shaken
    (item,) = items(medan, case)
    assert (item["status"], item["owner"]) == ("open", MEDAN)
    assert (item["code"], item["article"]) == ("conduct.no_such_measure", "Register F")
    assert item["because"] == "tidak ada tindakan F-1 yang sedang berjalan"
    assert items(medan, case, **{"Accept-Language": "en"})[0]["because"].startswith("no measure")
    assert item["event"]["type"] == "conduct.discipline_ended"
    assert (item["event"]["data"], item["event"]["stands"]) == ({"measure": "F-1"}, True)
    cause = medan.get(item["cause"]["href"]).json()
    assert (cause["type"], cause["data"]["correction"]) == ("correction.approved", void)
    after = f"&after={service.services.ledger.position()}"
    assert listed(medan, case, f"&unit={MEDAN}&status=open{after}") == [item]
    assert listed(medan, case, f"&unit={PEKALONGAN}") == []
    assert listed(medan, case, "&status=kept") == []
    assert listed(service.caller("supervisor", PEKALONGAN), case) == []
    compliance = service.caller("compliance", MEDAN)
    for seen in (items(compliance, case), listed(compliance, case)):
        assert (seen[0]["code"], seen[0]["because"]) == (item["code"], None)
        assert seen[0]["event"]["data"] is None


def test_somebody_of_the_unit_looks_and_says_how_it_ended(service, medan, shaken):
    case, _ = shaken
    item = items(medan, case)[0]["item"]
    for wrong in ({"explanation": " "}, {"outcome": "stands_again"}, {"outcome": None}, {"x": 1}):
        assert resolve(medan, case, item, **wrong).status_code == 422
    assert medan.post(f"/v1/cases/{case}/reviews/{item}", json={}).status_code == 428
    assert resolve(medan, case, item, version=5).status_code == 412
    assert resolve(medan, case, NOBODY).status_code == 404
    assert resolve(service.caller("caseworker", PEKALONGAN), case, item).status_code == 404
    auditor = resolve(service.caller("auditor", MEDAN), case, item)
    assert auditor.json()["code"] == "access.reads_only"
    answer = resolve(medan, case, item)
    assert answer.status_code == 201, answer.json()
    assert (answer.json()["item"], answer.json()["status"]) == (item, "kept")
    (said,) = items(medan, case)
    assert (said["status"], said["resolved_by"]) == ("kept", "caseworker-1")
    assert said["explanation"] == "tindakannya memang ada"
    again = resolve(medan, case, item, version=7, outcome="put_right")
    assert (again.status_code, again.json()["code"]) == (409, "review.already_resolved")
    position = answer.json()["position"]
    assert listed(medan, case, f"&status=open&after={position}") == []
    assert listed(medan, case, "&status=kept") == [said]


def test_what_stands_again_is_resolved_by_itself(medan, supervisor, shaken):
    case, void = shaken
    undo = asked(medan, case, asking(void), 6)
    assert decide(supervisor, undo, 7).status_code == 201
    (item,) = items(medan, case)
    assert (item["status"], item["explanation"]) == ("stands_again", None)


def test_what_waits_goes_with_the_case_to_the_unit_that_answers_for_it(service, medan, shaken):
    case, _ = shaken
    leave = event("custody.transfer_proposed", "2025-09-01", transfer="T-1", to=PEKALONGAN)
    leave["data"]["reason"] = "kelebihan penghuni"
    gone = event("custody.transfer_departed", "2025-09-02", transfer="T-1")
    assert append(medan, case, leave, gone, version=6).status_code == 201
    there = service.caller("caseworker", PEKALONGAN)
    national = service.caller("auditor", level="ditjenpas", user="pusat-3")

    def lists():
        after = f"&after={service.services.ledger.position()}"
        return [
            [one["owner"] for one in listed(who, case, f"&unit={unit}{after}")]
            for who in (medan, there, national)
            for unit in (MEDAN, PEKALONGAN)
        ]

    assert lists() == [[MEDAN], [], [MEDAN], [], [MEDAN], []]
    came = event("custody.transfer_received", "2025-09-03", transfer="T-1", unit=PEKALONGAN)
    assert append(there, case, came, version=8).status_code == 201
    assert lists() == [[], [], [], [MEDAN], [], [MEDAN]]
