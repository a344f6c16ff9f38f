"""The clock of detention through the counter: W21 to the day, as it is now and as it was known."""

import pytest
from facts import MEDAN, append, event, open_case
from reading import items, refused, told

FIRST = {
    "stage": "penyidik",
    "form": "rutan",
    "authority": "Polrestabes Medan",
    "order_number": "SP.Han/88",
    "order_date": "2025-11-03",
    "starts": "2025-11-03",
    "until": "2025-11-22",
    "legal_basis": "UU 8/1981 art. 20",
}
EXTENSION = {
    "stage": "penyidik",
    "authority": "Kejari Medan",
    "order_number": "T-112/2025",
    "order_date": "2025-11-20",
    "starts": "2025-11-23",
    "until": "2026-01-01",
    "legal_basis": "UU 8/1981 art. 24(2)",
    "exceptional": False,
}


@pytest.fixture
def service(lasting_service):
    """One house for all these stories, each of its own person."""
    return lasting_service


def clock(client, **asked):
    return {line["case"]: line for line in items(client, "detention_clock", **asked)}


def overstays(client, case, **asked):
    return [line for line in items(client, "overstays", **asked) if line["case"] == case]


def w21(client, name="Budi Fiktif"):
    case = open_case(client, name, day="2025-11-03")
    append(client, case, event("detention.ordered", "2025-11-03", **FIRST))
    append(client, case, event("detention.extended", "2025-11-23", **EXTENSION), version=2)
    return case


def test_w21_at_the_counter(service, medan):
    case = w21(medan)
    told(service)
    by_day = {
        on: clock(medan, on=on)[case]
        for on in (
            "2025-12-21",
            "2025-12-22",
            "2025-12-29",
            "2025-12-31",
            "2026-01-01",
            "2026-01-02",
        )
    }
    assert [(line["level"], line["alert"], line["days_left"]) for line in by_day.values()] == [
        ("in_time", None, 11),
        ("soon", 10, 10),
        ("last_days", 3, 3),
        ("last_days", 1, 1),
        ("last_days", 0, 0),
        ("overdue", 0, -1),
    ]
    assert {line["out_on"] for line in by_day.values()} == {"2026-01-02"}
    assert {line["lawful_until"] for line in by_day.values()} == {"2026-01-01"}
    assert {line["rule_set"] for line in by_day.values()} == {"kuhap-1981"}
    assert overstays(medan, case, on="2026-01-01") == []
    (over,) = overstays(medan, case, on="2026-01-04")
    assert (over["cause"], over["since"], over["days"]) == ("limit_reached", "2026-01-02", 3)
    assert "Sejak 2 Januari 2026" in over["because_id"]
    assert overstays(medan, case, on="2026-01-04", unit="RUTAN-PEKALONGAN") == []


def test_a_new_order_on_the_day_of_the_new_law_begins_the_clock_anew(service, medan):
    case = w21(medan)
    charged = FIRST | {
        "stage": "penuntut_umum",
        "starts": "2026-01-02",
        "order_date": "2026-01-02",
        "until": "2026-01-21",
        "legal_basis": "UU 20/2025 art. 103",
    }
    append(medan, case, event("detention.ordered", "2026-01-02", **charged), version=3)
    told(service)
    line = clock(medan, on="2026-01-12")[case]
    assert (line["lawful_until"], line["alert"]) == ("2026-01-21", 10)
    assert (line["rule_set"], line["flags"]) == ("kuhap-2025", "spans_two_laws")
    assert line["policies"] == "kuhap_transition=by_start_of_term"
    before = clock(medan, on="2026-01-01")[case]
    assert (before["stage"], before["out_on"]) == ("penyidik", "2026-01-02")
    assert before["flags"] == ""


def test_an_order_recorded_late_changes_the_answer_and_not_what_was_known_before(service, medan):
    case = open_case(medan, day="2025-11-03")
    append(medan, case, event("detention.ordered", "2025-11-03", **FIRST))
    once = told(service)
    over = {"on": "2025-12-01"}
    assert clock(medan, **over)[case]["cause"] == "extension_missing"
    append(medan, case, event("detention.extended", "2025-11-23", **EXTENSION), version=2)
    told(service)
    now = clock(medan, **over)[case]
    assert (now["level"], now["lawful_until"], now["cause"]) == ("in_time", "2026-01-01", None)
    then = clock(medan, **over, known_at=once)[case]
    assert (then["level"], then["lawful_until"]) == ("overdue", "2025-11-22")
    assert then["cause"] == "extension_missing"
    assert len(overstays(medan, case, **over, known_at=once)) == 1
    assert overstays(medan, case, **over) == []
    (row,) = items(medan, "detention", valid_at="2025-11-22", case=case)
    assert row["lawful_until"] == "2025-11-22"


def test_the_verdict_says_what_is_missing(service, medan):
    case = w21(medan)
    said = {
        "instance": "pn",
        "court": "PN Medan",
        "number": "77/Pid.B/2025",
        "outcome": "dipidana",
        "sentence": [{"kind": "penjara", "years": 1, "months": 6, "days": 0, "fine": 0}],
        "offence": ["KUHP art. 362"],
    }
    append(medan, case, event("verdict.pronounced", "2025-12-20", **said), version=3)
    told(service)
    assert clock(medan, on="2026-01-05")[case]["cause"] == "verdict_copy_missing"
    number = {"number": "77/Pid.B/2025"}
    append(medan, case, event("verdict.copy_received", "2026-01-06", **number), version=4)
    told(service)
    assert clock(medan, on="2026-01-06")[case]["cause"] == "next_order_missing"
    append(medan, case, event("verdict.became_final", "2026-01-07", **number), version=5)
    told(service)
    assert clock(medan, on="2026-01-07")[case]["cause"] == "execution_missing"
    executed = event("verdict.executed", "2026-01-09", document="BA-17/9")
    assert append(medan, case, executed, version=6).status_code == 201
    told(service)
    assert case not in clock(medan, on="2026-01-09")
    assert clock(medan, on="2026-01-08")[case]["cause"] == "execution_missing"
    assert clock(medan, on="2026-01-05")[case]["cause"] == "verdict_copy_missing"


def test_whoever_is_acquitted_is_out_whatever_the_order_says(service, medan):
    case = w21(medan)
    said = {
        "instance": "pn",
        "court": "PN Medan",
        "number": "77/Pid.B/2025",
        "outcome": "bebas",
        "sentence": [],
        "offence": [],
    }
    append(medan, case, event("verdict.pronounced", "2025-12-10", **said), version=3)
    told(service)
    (over,) = overstays(medan, case, on="2025-12-12")
    assert (over["cause"], over["days"]) == ("acquitted_not_released", 2)


def test_a_stay_in_hospital_stands_still_and_a_child_has_days_of_its_own(service, medan):
    ill = w21(medan, "Budi Fiktif")
    gone = event("detention.hospital_stay_began", "2025-12-02", hospital="RSUD Medan")
    append(medan, ill, gone, version=3)
    child = open_case(medan, "Anak Fiktif", day="2025-11-03", birth_date="2010-01-05")
    append(medan, child, event("detention.ordered", "2025-11-03", **FIRST))
    told(service)
    found = clock(medan, on="2025-12-11")
    assert (found[ill]["level"], found[ill]["lawful_until"]) == ("stands_still", "2026-01-11")
    assert found[ill]["in_hospital_since"] == "2025-12-02"
    assert (found[child]["lawful_until"], found[child]["child"]) == ("2025-11-09", True)
    assert (found[child]["rule_set"], found[child]["flags"]) == ("uu-11-2012", "longer_than_law")
    assert [case for case in found if case in (ill, child)] == [child, ill], "most pressing first"


def test_what_somebody_is_charged_with_decides_the_limits(service, medan):
    case = open_case(medan, day="2025-11-03")
    long = FIRST | {"until": "2026-03-02"}
    append(medan, case, event("detention.ordered", "2025-11-03", **long))
    told(service)
    assert clock(medan, on="2025-12-01")[case]["level"] == "overdue"
    charge = {
        "case_type": "terorisme",
        "maximum_years": 15,
        "life_or_death": True,
        "legal_basis": "UU 5/2018 art. 6",
        "offence": "Perbuatan yang disangkakan",
    }
    answer = append(medan, case, event("charge.recorded", "2025-11-03", **charge), version=2)
    assert answer.status_code == 201, answer.json()
    told(service)
    line = clock(medan, on="2025-12-01")[case]
    assert (line["level"], line["lawful_until"], line["rule_set"]) == (
        "in_time",
        "2026-03-02",
        "uu-5-2018",
    )


def test_whoever_is_held_without_any_order_on_record_is_shown_as_that(service, medan):
    case = open_case(medan, day="2025-11-03")
    told(service)
    line = clock(medan, on="2025-12-01")[case]
    assert (line["level"], line["out_on"], line["stage"]) == ("no_order", None, None)
    assert case not in clock(medan, on="2025-12-01", level="overdue,soon")
    assert case not in clock(medan, on="2025-11-02")
    assert items(medan, "detention", case=case) == []


def test_without_a_day_it_is_counted_today(service, medan):
    case = w21(medan)
    told(service)
    assert clock(medan)[case]["level"] == "overdue"


def test_what_is_no_level_and_no_day_is_refused(medan):
    assert refused(medan, "detention_clock", level="urgent")
    assert refused(medan, "detention_clock", on="tomorrow")


def test_another_unit_sees_nobody_of_this_one(service, medan):
    case = w21(medan)
    told(service)
    assert items(service.caller("caseworker", "RUTAN-PEKALONGAN"), "detention_clock") == []
    assert len(overstays(service.caller("auditor", MEDAN), case)) == 1


def test_a_reading_of_the_clock_is_recorded(service, medan):
    case = w21(medan)
    told(service)
    clock(medan, on="2025-12-22")
    compliance = service.caller("compliance", MEDAN)
    found = compliance.get("/v1/reads", params={"subject": f"case:{case}"}).json()["items"]
    assert "/v1/read-models/detention_clock" in {one["route"] for one in found}


def of_case(client, case, **asked):
    answer = client.get(f"/v1/cases/{case}/detention-clock", params=asked)
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_the_clock_of_one_case_goes_order_by_order_and_can_be_read_aloud(service, medan):
    case = w21(medan)
    said = of_case(medan, case, valid_at="2025-12-29")
    assert (said["level"], said["days_left"], said["out_on"]) == ("last_days", 3, "2026-01-02")
    assert [(one["days"], one["day"], one["due"]) for one in said["alerts"]] == [
        (10, "2025-12-22", True),
        (3, "2025-12-29", True),
        (1, "2025-12-31", False),
        (0, "2026-01-01", False),
    ]
    assert [(one["allowed_days"], one["lawful_until"]) for one in said["orders"]] == [
        (20, "2025-11-22"),
        (40, "2026-01-01"),
    ]
    (told_by,) = said["orders"][1]["event"]["event_ids"]
    assert medan.get(f"/v1/events/{told_by}").json()["type"] == "detention.extended"
    (holds,) = said["criteria"]
    assert holds["met"]
    assert "sah sampai 1 Januari 2026" in holds["because"]
    assert said["rule_sets"] == ["kuhap-1981", "pas-170-2015"]
    late = of_case(medan, case, valid_at="2026-01-04")
    assert (late["overdue"]["cause"], late["overdue"]["days"]) == ("limit_reached", 3)
    assert late["criteria"][0]["because"].startswith("Sejak 2 Januari 2026")


def test_the_clock_of_one_case_is_the_one_of_the_report(service, medan):
    case = w21(medan)
    told(service)
    for day in ("2025-11-22", "2025-11-23", "2025-12-31", "2026-02-01"):
        line, one = clock(medan, on=day)[case], of_case(medan, case, valid_at=day)
        assert (one["level"], one["out_on"], one["days_left"]) == (
            line["level"],
            line["out_on"],
            line["days_left"],
        )


def test_an_extension_on_special_grounds_needs_a_grave_threat_or_illness(service, medan):
    case = w21(medan)
    more = EXTENSION | {
        "starts": "2026-01-02",
        "until": "2026-01-31",
        "exceptional": True,
        "order_date": "2026-01-01",
    }
    append(medan, case, event("detention.extended", "2026-01-02", **more), version=3)
    charge = {
        "case_type": "umum",
        "maximum_years": 5,
        "life_or_death": False,
        "legal_basis": "KUHP art. 362",
        "offence": "Perbuatan yang disangkakan",
    }
    append(medan, case, event("charge.recorded", "2025-11-03", **charge), version=4)
    said = of_case(medan, case, valid_at="2026-01-10")
    codes = [one["code"] for one in said["criteria"]]
    assert codes == ["order_in_force", "exception_needs_illness", "spans_two_laws"]
    assert said["orders"][2]["article"] == "UU 20/2025 art. 107"
    assert (said["lawful_until"], said["level"]) == ("2026-01-31", "in_time")


def test_whoever_serves_a_sentence_past_its_end_is_held_too_long(service, medan):
    case = w21(medan)
    said = {
        "instance": "pn",
        "court": "PN Medan",
        "number": "78/Pid.B/2025",
        "outcome": "dipidana",
        "sentence": [{"kind": "penjara", "years": 0, "months": 3, "days": 0, "fine": 0}],
        "offence": ["KUHP art. 362"],
    }
    number = {"number": "78/Pid.B/2025"}
    append(
        medan,
        case,
        event("verdict.pronounced", "2025-12-20", **said),
        event("verdict.became_final", "2025-12-28", **number),
        event("verdict.executed", "2025-12-30", document="BA-17/78"),
        version=3,
    )
    assert of_case(medan, case, valid_at="2026-02-01")["overdue"] is None
    over = of_case(medan, case, valid_at="2026-02-04")["overdue"]
    assert (over["cause"], over["since"]) == ("sentence_expired_not_released", "2026-02-02")
    told(service)
    assert overstays(medan, case, on="2026-02-01") == []
    (line,) = overstays(medan, case, on="2026-02-04")
    assert (line["cause"], line["since"], line["days"]) == (
        "sentence_expired_not_released",
        "2026-02-02",
        3,
    )


def test_a_convict_whom_the_review_acquits_is_held_too_long_from_the_day_after(service, medan):
    case = w21(medan)
    said = {
        "instance": "pn",
        "court": "PN Medan",
        "number": "79/Pid.B/2025",
        "outcome": "dipidana",
        "sentence": [{"kind": "penjara", "years": 1, "months": 6, "days": 0, "fine": 0}],
        "offence": ["KUHP art. 362"],
    }
    number = {"number": "79/Pid.B/2025"}
    review = {"instance": "pk", "court": "MA", "number": "9 PK/Pid/2026", "outcome": "bebas"}
    append(
        medan,
        case,
        event("verdict.pronounced", "2025-12-20", **said),
        event("verdict.became_final", "2025-12-28", **number),
        event("verdict.executed", "2025-12-30", document="BA-17/79"),
        event("verdict.pronounced", "2026-03-01", **said | review | {"sentence": []}),
        version=3,
    )
    told(service)
    assert of_case(medan, case, valid_at="2026-03-01")["overdue"] is None
    over = of_case(medan, case, valid_at="2026-03-11")["overdue"]
    (line,) = overstays(medan, case, on="2026-03-11")
    assert (line["cause"], line["since"], line["days"]) == (
        "acquitted_not_released",
        "2026-03-02",
        10,
    )
    assert (over["cause"], over["since"]) == (line["cause"], line["since"])
    assert overstays(medan, case, on="2026-03-01") == []
    due = items(medan, "due_for_release", on="2026-03-11", days="0")
    assert [one["cause"] for one in due if one["case"] == case] == ["no_imprisonment"]
