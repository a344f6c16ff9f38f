"""What a case's own facts come to, with the events that told it, and what documents say instead."""

import pytest
from facts import MEDAN, append, event, open_case
from told_sentences import G1, claim, pronounced, remisi, taken_over


@pytest.fixture
def service(lasting_service):
    """One for all: each test tells of a case of its own."""
    return lasting_service


def dates(client, case, **params):
    answer = client.get(f"/v1/cases/{case}/sentence-dates", params=params)
    assert answer.status_code == 200, answer.json()
    return answer.json()


def test_the_dates_come_of_the_case_with_every_step_and_its_event(service):
    client = service.caller("caseworker", MEDAN)
    case = taken_over(client, "2017-05-09", "2018-12-28", *G1)
    found = dates(client, case, valid_at="2018-12-31")
    assert found["expiry_without_remission"] == "2019-05-09"
    assert (found["expiry"], found["release"]) == ("2019-01-24", "2019-01-24")
    assert found["on"] == "2018-12-31"
    steps = {step["code"]: step for step in found["counted"]}
    assert steps["release"]["because"] == "Anda bebas pada 24 Januari 2019."
    awards = [step for step in found["counted"] if step["code"] == "remisi"]
    assert [step["days"] for step in awards] == [-15, -60, -30]
    (event_id,) = awards[1]["event"]["event_ids"]
    told = client.get(f"/v1/events/{event_id}").json()
    assert (told["type"], told["effective"]) == ("earlier_remisi.granted", "2018-08-17")
    assert steps["held"]["event"]["type"] == "custody.taken_over"


def test_an_official_date_that_was_wrong_on_its_day_is_flagged_beside_the_laws(service):
    """G1: on 17 August 2018 an official named April 2019; the rule gave 23 February."""
    client = service.caller("caseworker", MEDAN)
    said = claim("PERS", "2018-08-17", "release", "2019-04-24", reckoning="2 tahun kurang 15 hari")
    case = taken_over(client, "2017-05-09", "2018-12-28", *G1, said)
    (held,) = dates(client, case, valid_at="2018-12-31")["claims"]
    assert (held["standing"], held["claimed"]) == ("differs", "2019-04-24")
    assert (held["computed_then"], held["computed_now"]) == ("2019-02-23", "2019-01-24")
    assert (held["difference_days"], held["reckoning"]) == (60, "2 tahun kurang 15 hari")
    assert held["counted_then"][-2]["because"] == "Anda bebas pada 23 Februari 2019."
    found = dates(client, case, valid_at="2018-12-31")
    (flag,) = found["flags"]
    assert (flag["code"], flag["computed"]) == ("claim.differs", "2019-02-23")
    assert found["release"] == "2019-01-24"


def test_an_official_date_that_a_later_remisi_overtook_is_no_mistake(service):
    client = service.caller("caseworker", MEDAN)
    said = claim("SK", "2018-08-17", "release", "2019-02-23")
    case = taken_over(client, "2017-05-09", "2018-12-28", *G1, said)
    found = dates(client, case, valid_at="2018-12-31")
    assert [one["standing"] for one in found["claims"]] == ["overtaken"]
    assert found["flags"] == []
    then = dates(client, case, valid_at="2018-12-24")
    assert then["not_applicable"]["code"] == "sentence.not_held"


def test_a_release_on_the_day_after_is_flagged_by_a_day(service):
    """G7: one year from 28 January 2019 less a month is a Sunday; the release was on the Monday."""
    client = service.caller("caseworker", MEDAN)
    case = taken_over(
        client,
        "2019-01-28",
        "2019-12-01",
        pronounced("2019-04-01", years=1),
        remisi("umum", "2019-08-17", 30),
        claim("BERITA", "2019-12-30", "release", "2019-12-30"),
    )
    found = dates(client, case, valid_at="2019-12-31")
    assert found["release"] == "2019-12-29"
    assert [(one["code"], one["difference_days"]) for one in found["flags"]] == [
        ("claim.differs", 1)
    ]


def test_documents_that_contradict_each_other_are_both_flagged(service):
    """G8: two official texts end one probation on 1 and on 29 April 2029, and neither fits."""
    client = service.caller("caseworker", MEDAN)
    case = taken_over(
        client,
        "2017-11-17",
        "2025-08-16",
        pronounced("2018-04-24", years=12, months=6),
        remisi("umum", "2024-08-17", 855),
        claim("A", "2025-08-16", "probation_end", "2029-04-01"),
        claim("B", "2025-08-16", "probation_end", "2029-04-29"),
        claim("C", "2025-08-16", "two_thirds", "2025-05-29"),
    )
    found = dates(client, case, valid_at="2025-08-17")
    codes = [flag["code"] for flag in found["flags"]]
    assert codes.count("claims.contradict") == 1
    assert {flag["about"] for flag in found["flags"]} == {"probation_end", "two_thirds"}
    assert {one["standing"] for one in found["claims"]} <= {"differs", "not_computed"}
    (contradiction,) = (one for one in found["flags"] if one["code"] == "claims.contradict")
    assert abs(contradiction["difference_days"]) == 28


def test_a_claim_that_was_withdrawn_stays_and_is_flagged_no_more(service):
    client = service.caller("caseworker", MEDAN)
    said = claim("PERS", "2018-08-17", "release", "2019-04-24")
    back = event("claim.withdrawn", "2018-12-01", claim="PERS", reason="diralat")
    case = taken_over(client, "2017-05-09", "2018-12-28", *G1, said, back)
    found = dates(client, case, valid_at="2018-12-31")
    assert found["claims"][0]["withdrawn_on"] == "2018-12-01"
    assert found["flags"] == []


def test_a_record_that_cannot_be_is_told_and_not_reckoned(service):
    client = service.caller("caseworker", MEDAN)
    case = taken_over(
        client,
        "2017-05-09",
        "2018-12-28",
        pronounced("2017-07-20", years=2),
        remisi("umum", "2016-08-17", 30),
    )
    found = dates(client, case, valid_at="2018-12-31")
    assert (found["release"], found["counted"]) == (None, [])
    assert [one["pointer"] for one in found["problems"]] == ["/remissions/0/on"]


def test_a_review_that_made_the_sentence_shorter_than_its_remisi_leaves_an_answer(service):
    client = service.caller("caseworker", MEDAN)
    first = pronounced("2017-07-20", years=2)
    review = pronounced("2018-11-01", number="1 PK/Pid/2018", months=6)
    review["data"]["instance"] = "pk"
    final = event("verdict.became_final", "2017-07-28", number=first["data"]["number"])
    award = remisi("umum", "2018-08-17", 60)
    case = taken_over(client, "2017-05-09", "2018-12-28", first, final, award, review)
    found = dates(client, case, valid_at="2018-12-31")
    assert (found["release"], found["problems"]) == ("2017-11-05", [])
    assert "remission.after_release" in [one["code"] for one in found["warnings"]]


def test_as_known_before_the_fine_was_told_the_substitute_is_still_to_be_served(service):
    client = service.caller("caseworker", MEDAN)
    case = open_case(client)
    verdict = pronounced("2025-05-02", years=1)
    verdict["data"]["sentence"] += [
        {"kind": "denda", "years": 0, "months": 0, "days": 0, "fine": 1_000_000},
        {"kind": "penjara_pengganti", "years": 0, "months": 1, "days": 0, "fine": 0},
    ]
    assert append(client, case, verdict).status_code == 201
    known = service.services.now().isoformat()
    paid = event("verdict.fine_paid", "2025-06-01", amount=1_000_000, receipt="D-3/1")
    assert append(client, case, paid, version=2).status_code == 201
    assert dates(client, case)["release"] == "2026-02-10"
    before = dates(client, case, known_at=known)
    assert (before["expiry"], before["release"]) == ("2026-02-10", "2026-03-12")
    unheard_of = {"known_at": "2024-01-01T00:00:00+00:00"}
    answer = client.get(f"/v1/cases/{case}/sentence-dates", params=unheard_of)
    assert answer.status_code == 404, "nobody had told of the case yet"


def test_only_whoever_sees_the_case_sees_its_dates_and_the_read_is_kept(service):
    client = service.caller("caseworker", MEDAN)
    case = open_case(client)
    address = f"/v1/cases/{case}/sentence-dates"
    assert service.caller("caseworker", "RUTAN-PEKALONGAN").get(address).status_code == 404
    for role, status in (("compliance", 403), ("operator", 403), ("agency", 404)):
        assert service.caller(role, MEDAN).get(address).status_code == status
    assert dates(client, case)["not_applicable"]["code"] == "sentence.none"
    auditor = service.caller("auditor", MEDAN)
    reads = auditor.get("/v1/reads", params={"subject": f"case:{case}"}).json()["items"]
    assert any(one["route"].endswith("/sentence-dates") for one in reads)


def due(client, case, **asked):
    answer = client.get("/v1/read-models/due_for_release", params=asked)
    assert answer.status_code == 200, answer.json()
    return [line for line in answer.json()["items"] if line["case"] == case]


def test_who_is_to_be_released_is_asked_at_two_times(service):
    client = service.caller("caseworker", MEDAN)
    case = open_case(client)
    assert append(client, case, pronounced("2025-05-02", years=1)).status_code == 201
    known = service.services.now().isoformat()
    earlier = remisi("khusus", "2025-02-09", 15)
    answer = append(client, case, earlier, version=2)
    assert answer.status_code == 201
    asked = {"days": "400", "after": answer.json()["position"]}
    (line,) = due(client, case, on="2025-06-01", **asked)
    assert (line["release"], line["level"]) == (None, "unknown"), "before detention it cannot be"
    (line,) = due(client, case, on="2025-06-01", days="400", known_at=known)
    assert (line["release"], line["level"]) == ("2026-02-10", "coming")
    (line,) = due(client, case, valid_at="2025-06-01", known_at=known, days="400")
    assert line["days_left"] == 254


def test_a_list_of_who_is_to_be_released_is_a_read_of_each_and_of_their_dates(service):
    client = service.caller("caseworker", MEDAN)
    case = open_case(client)
    answer = append(client, case, pronounced("2025-05-02", years=1))
    asked = {"on": "2026-02-01", "after": answer.json()["position"]}
    (line,) = due(client, case, **asked)
    assert line["because_id"] == "Anda bebas pada 10 Februari 2026, 9 hari lagi."
    auditor = service.caller("auditor", MEDAN)
    read = auditor.get("/v1/reads", params={"subject": f"case:{case}"}).json()["items"][0]
    assert (read["route"], read["fields"]) == (
        "/v1/read-models/due_for_release",
        ["expiry", "official_release", "release"],
    )
