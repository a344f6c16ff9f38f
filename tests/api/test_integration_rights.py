"""Rights of integration over HTTP: of one case aloud, and who in a unit may have which."""

from datetime import date

import pytest
from convicts import convict, punished
from facts import MEDAN, append, event, open_case

from api.routes.integration_rights import open_rights
from application.journeys import NOW
from projections.sentence_dates import SENTENCE_DATES

PB = {"proposal": "PB-1", "right": "pb", "rule_set": "permenkumham-7-2022"}


@pytest.fixture(scope="module")
def service(lasting_service):
    return lasting_service


@pytest.fixture(scope="module")
def medan(service):
    return service.caller("caseworker", MEDAN)


@pytest.fixture(scope="module")
def case(medan):
    return convict(medan)


def rights(client, case, **asked):
    answer = client.get(f"/v1/cases/{case}/integration-rights", params=asked)
    assert answer.status_code == 200, answer.json()
    return {one["right"]: one for one in answer.json()["rights"]}


def told(service):
    head = service.services.ledger.position()
    assert service.services.read_models.wait(head, seconds=10)


def test_a_case_has_every_right_with_its_day_conditions_and_documents(medan, case):
    pb = rights(medan, case, valid_at="2026-01-10")["pb"]
    assert (pb["openness"], pb["from"], pb["until"]) == ("soon", "2026-02-10", "2026-08-09")
    (waiting,) = [one for one in pb["criteria"] if not one["met"]]
    assert waiting["code"] == "served_two_thirds"
    assert waiting["because"].endswith("jatuh pada 10 Februari 2026.")
    final = next(one for one in pb["criteria"] if one["code"] == "verdict_final")
    assert (final["event"], final["day"]) == ("verdict.became_final", "2025-05-02")
    papers = {one["paper"]: one["present"] for one in pb["documents"]}
    assert (papers["kutipan_putusan"], papers["litmas"]) == (True, False)
    assert "permenkumham-7-2022-integrasi" in pb["rule_sets"]


def test_a_right_is_open_on_its_day_and_said_in_english_to_who_asks_so(medan, case):
    said = {"Accept-Language": "en"}
    answer = medan.get(
        f"/v1/cases/{case}/integration-rights", params={"valid_at": "2026-02-10"}, headers=said
    )
    pb = next(one for one in answer.json()["rights"] if one["right"] == "pb")
    assert pb["openness"] == "open"
    assert pb["criteria"][0]["because"].startswith("Two thirds of your sentence")


def test_somebody_without_a_verdict_is_told_why_there_is_nothing_to_say(medan):
    case = open_case(medan, "Belum Diputus Fiktif")
    pb = rights(medan, case)["pb"]
    assert (pb["applicable"], pb["openness"]) == (False, "closed")
    assert "hanya untuk narapidana" in pb["criteria"][0]["because"]


def test_a_unit_sees_who_may_have_a_right_now_or_soon_and_no_other_unit_does(service, medan, case):
    late = convict(medan, "Masih Lama Fiktif", length=(9, 0))
    told(service)
    asked = {"unit": MEDAN, "on": "2026-01-10", "right": "pb"}
    found = medan.get("/v1/integration-rights", params=asked).json()
    lines = {one["case_id"]: one for one in found["items"]}
    assert late not in lines
    assert (lines[case]["openness"], lines[case]["from"]) == ("soon", "2026-02-10")
    assert "litmas" in lines[case]["missing"]
    assert found["cases"] >= 2
    near = medan.get("/v1/integration-rights", params=asked | {"soon": 10}).json()
    assert case not in {one["case_id"] for one in near["items"]}
    elsewhere = service.caller("caseworker", "RUTAN-PEKALONGAN")
    assert elsewhere.get("/v1/integration-rights", params=asked).status_code == 404
    assert elsewhere.get(f"/v1/cases/{case}/integration-rights").status_code == 404


def test_discipline_puts_a_right_off_and_is_named(medan):
    case = convict(medan, "Kena Disiplin Fiktif")
    assert punished(medan, case, "2025-12-01", 5).status_code == 201
    pb = rights(medan, case, valid_at="2026-02-20")["pb"]
    broken = next(one for one in pb["criteria"] if one["code"] == "good_conduct")
    assert (broken["met"], broken["event"]) == (False, "conduct.discipline_began")
    assert (pb["from"], pb["openness"]) == (None, "closed")


def test_reading_the_list_is_recorded_with_whom_it_showed(service, medan, case):
    told(service)
    medan.get("/v1/integration-rights", params={"unit": MEDAN, "on": "2026-02-10"})
    auditor = service.caller("auditor", MEDAN)
    reads = auditor.get("/v1/reads", params={"subject": f"case:{case}"}).json()["items"]
    assert "/v1/integration-rights" in {one["route"] for one in reads}


def test_a_proposal_shows_what_the_law_found_in_the_register_and_the_history(service, medan):
    case = convict(medan, "Diusulkan Fiktif")
    version = medan.get(f"/v1/cases/{case}").json()["version"]
    answer = append(medan, case, event("integration.proposed", "2026-01-10", **PB), version=version)
    assert answer.status_code == 201, answer.json()
    told(service)
    rows = medan.get("/v1/read-models/integration", params={"case": case}).json()["items"]
    (row,) = [one for one in rows if one["case"] == case]
    assert (row["possible"], row["open_now"], row["open_from"]) == (True, False, "2026-02-10")
    assert row["probation_end"] == "2027-08-09"
    types = [one["type"] for one in medan.get(f"/v1/cases/{case}/events").json()["events"]]
    assert types[-2:] == ["integration.proposed", "integration_assessment.made"]


def test_nobody_tells_a_finding_over_http(medan, case):
    version = medan.get(f"/v1/cases/{case}").json()["version"]
    said = event("integration_assessment.made", "2026-01-10", proposal="PB-9")
    assert append(medan, case, said, version=version).status_code == 422


def test_pb_of_narcotics_waits_for_asimilasi_by_the_charge_of_the_case(medan):
    case = convict(medan, "Perkara Narkotika Fiktif", since="2020-02-10", length=(6, 0))
    version = medan.get(f"/v1/cases/{case}").json()["version"]
    charge = {"case_type": "narkotika", "maximum_years": 20, "life_or_death": False}
    charge |= {"legal_basis": "UU 35/2009 Pasal 114", "offence": "narkotika"}
    said = event("charge.recorded", "2025-05-02", **charge)
    assert append(medan, case, said, version=version).status_code == 201
    pb = rights(medan, case, valid_at="2025-06-02")["pb"]
    codes = {one["code"]: one["met"] for one in pb["criteria"]}
    assert codes["asimilasi_lived"] is False
    assert "asimilasi_remaining" in pb["policies"]


def test_a_repeated_offence_on_the_papers_bars_leave_to_see_the_family(medan):
    case = convict(medan, "Residivis Fiktif", since="2024-02-10", length=(3, 0))

    def not_recidivist():
        cmk = rights(medan, case, valid_at="2025-12-01")["cmk"]
        (one,) = [one for one in cmk["criteria"] if one["code"] == "not_recidivist"]
        return cmk["openness"], one["met"], one["because"]

    unsaid = ("open", True, "Dianggap Anda bukan residivis; belum ada catatannya.")
    assert not_recidivist() == unsaid
    charge = {"case_type": "umum", "maximum_years": 5, "life_or_death": False}
    charge |= {"legal_basis": "KUHP Pasal 362", "offence": "pencurian"}
    for recidivist, found in (
        ({}, unsaid),
        ({"recidivist": True}, ("closed", False, "Hak ini tidak diberikan kepada residivis.")),
        ({"recidivist": False}, ("open", True, "Anda bukan residivis.")),
    ):
        version = medan.get(f"/v1/cases/{case}").json()["version"]
        said = event("charge.recorded", "2025-05-02", **charge, **recidivist)
        assert append(medan, case, said, version=version).status_code == 201
        assert not_recidivist() == found


def test_while_a_row_of_dates_is_stopped_nobody_is_said_to_be_far_by_it(service, medan):
    convict(medan)
    told(service)
    rights_of = open_rights(service.services, date(2025, 6, 1), 30, NOW)
    held, far = rights_of.held_and_far(MEDAN)
    assert far <= set(held)
    assert far
    with service.services.ledger.pages.recorder.pool.connection() as connection:
        connection.execute(
            "INSERT INTO read_model.dead_letter (projection, key, whole_stream, position, error)"
            " VALUES (%s, 'nobody', false, 1, 'KeyError')",
            (SENTENCE_DATES.table,),
        )
    assert rights_of.held_and_far(MEDAN) == (held, frozenset())
