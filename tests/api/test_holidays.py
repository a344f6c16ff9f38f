"""The calendar of feasts is the registry's: it can change late, and was known before as it was."""

import pytest
from facts import append, event, open_case

AT = "/v1/registry/holidays"
BY_CODE, MOVED = "2026-03-21", "2026-03-20"


def fixed(day, decree="SKB 1/2025", **more):
    said = {"religion": "islam", "year": 2026, "day": day, "second_day": None, "decree": decree}
    told = {"type": "registry.holiday_fixed", "effective": "2025-10-15"}
    return told | {"data": said | more}


def khusus(day, **more):
    said = {"proposal": "rk-2026", "kind": "khusus", "award_day": day, "remission_days": 15}
    return event("remisi.proposed", "2025-11-01", rule_set="keppres-174-1999", **said | more)


@pytest.fixture
def national(service):
    return service.caller("supervisor", level="ditjenpas")


def fix(client, *events):
    return client.post(AT, json={"events": list(events)})


def move(client, day, decree, version):
    address, headers = f"{AT}/islam-2026/events", {"If-Match": f'"{version}"'}
    return client.post(address, json={"events": [fixed(day, decree)]}, headers=headers)


def test_a_feast_is_fixed_for_the_nation_and_everybody_reads_it(service, medan, national):
    for level, units in (("kanwil", ("RUTAN-MEDAN",)), ("unit", ("RUTAN-MEDAN",))):
        assert (
            fix(service.caller("supervisor", *units, level=level), fixed(MOVED)).status_code == 403
        )
    assert fix(national, fixed(MOVED)).status_code == 201
    shown = medan.get(f"{AT}/islam-2026").json()
    assert shown["holiday"] == "islam-2026"
    assert shown["state"]["registry"]["named"]["day"] == MOVED


def test_a_feast_that_was_moved_is_the_award_day_and_the_proposal_names_the_decree(medan, national):
    case, of_no_decree = open_case(medan), khusus(MOVED, feast_fixed_by="SKB 9/2025")
    assert append(medan, case, khusus(MOVED)).json()["code"] == "remisi.another_feast"
    assert append(medan, case, of_no_decree).json()["code"] == "remisi.unknown_decree"
    assert fix(national, fixed(MOVED)).status_code == 201
    assert append(medan, case, of_no_decree).json()["code"] == "remisi.unknown_decree"
    refused = append(medan, case, khusus(BY_CODE))
    assert refused.status_code == 422
    assert (refused.json()["code"], refused.json()["errors"][0]["pointer"]) == (
        "remisi.another_feast",
        "/events/0/data/award_day",
    )
    assert append(medan, case, khusus(MOVED)).status_code == 201
    state = medan.get(f"/v1/cases/{case}").json()["state"]
    assert state["remisi"]["proposals"]["rk-2026"]["asked"]["feast_fixed_by"] == "SKB 1/2025"
    criteria = state["remisi_assessment"]["proposed"]["rk-2026"]["criteria"]
    (feast,) = [one for one in criteria if one["code"] == "own_feast"]
    assert (feast["met"], feast["needed"]) == (True, MOVED)


def test_moving_it_again_holds_from_then_on_and_was_otherwise_before(medan, national):
    fix(national, fixed(BY_CODE))
    before = medan.get(f"{AT}/islam-2026/events").json()["events"][-1]["recorded_at"]
    assert move(national, MOVED, "SKB 2/2025", version=1).status_code == 201
    now = medan.get(f"{AT}/islam-2026").json()["state"]["registry"]["named"]
    then = medan.get(f"{AT}/islam-2026", params={"known_at": before}).json()["state"]["registry"]
    assert (now["day"], then["named"]["day"]) == (MOVED, BY_CODE)
    case = open_case(medan)
    assert append(medan, case, khusus(BY_CODE)).status_code == 422
    assert append(medan, case, khusus(MOVED)).status_code == 201
