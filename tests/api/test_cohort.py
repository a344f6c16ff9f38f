"""What if, over all whom a unit holds: who differs in which answer, why, and nothing is stored."""

from datetime import UTC, date, datetime, timedelta

import pytest
from convicts import convict, punished, steps_to_award
from correcting_desk import Desk
from facts import MEDAN, append, open_case
from scenario import on

from application.access import Asked
from application.holidays import holiday_stream
from domain.admission import Religion
from domain.holiday import HolidayFixed

PEKALONGAN = "RUTAN-PEKALONGAN"
AWARD_DAY = "2025-08-17"
UMUM = [{"kind": "umum", "on": AWARD_DAY}]
STRICT = {"policies": {"six_months_strict": "more_than"}}
EVERY_READ = Asked(
    subjects=None, units=None, actor=None, agency=None, since=None, before=None, limit=1
)
ELIGIBLE = f"remisi/umum/{AWARD_DAY}/eligible"


@pytest.fixture(scope="module")
def service(lasting_service):
    return lasting_service


@pytest.fixture(scope="module")
def cases(service):
    """One who has served 188 days on the award day, one 180 days, one punished, one not judged."""
    medan = service.caller("caseworker", MEDAN)
    found = {
        "long": convict(medan, "Andi Fiktif"),
        "edge": convict(medan, "Budi Fiktif", since="2025-02-18"),
        "punished": convict(medan, "Candra Fiktif"),
        "tahanan": open_case(medan, "Dodi Fiktif"),
        "elsewhere": convict(
            service.caller("caseworker", PEKALONGAN), "Eko Fiktif", unit=PEKALONGAN
        ),
    }
    answer = punished(medan, found["punished"], "2025-06-01", version=5)
    assert answer.status_code == 201, answer.json()
    head = service.services.ledger.position()
    assert service.services.read_models.wait(head, seconds=10)
    return found


MOVED = HolidayFixed(
    effective=on("2026-03-18"),
    religion=Religion.ISLAM,
    year=2026,
    day=date(2026, 3, 20),
    second_day=None,
    decree="SKB 1/2026",
)


def ask(client, **asked):
    body = {"unit": MEDAN, "on": "2025-08-18", "propose": UMUM} | asked
    return client.post("/v1/calculations/cohort", json=body)


def differing(answer):
    return {
        item["case_id"]: {one["answer"]: one for one in item["differs"]}
        for item in answer.json()["items"]
    }


def test_a_stricter_reading_names_who_would_lose_remisi_and_by_which_condition(medan, cases):
    answer = ask(medan, **STRICT)
    found = differing(answer)
    assert list(found) == [cases["edge"]]
    lost = found[cases["edge"]][ELIGIBLE]
    assert (lost["base"], lost["other"]) == (True, False)
    (turned,) = lost["because"]
    assert turned["code"] == "served_6_months"
    assert (turned["base"]["met"], turned["other"]["met"]) == (True, False)
    assert "180" in turned["other"]["because"]
    (item,) = answer.json()["items"]
    assert "six_months_strict=more_than" in item["other_only"]["policies"]
    said = answer.json()
    assert (said["held"], said["cases"], said["differing"], said["failed"]) == (4, 4, 1, 0)
    assert said["answers"][ELIGIBLE] == 1


def test_a_changed_fact_is_put_for_all_of_them(medan, cases):
    found = differing(ask(medan, change={"discipline": []}))
    assert list(found) == [cases["punished"]]
    expiry = found[cases["punished"]]["expiry"]
    assert (expiry["base"], expiry["other"]) == ("2026-08-09", "2026-07-10")
    (turned,) = found[cases["punished"]][ELIGIBLE]["because"]
    assert turned["code"] == "no_discipline_6_months"
    assert turned["base"]["event"]["type"] == "conduct.discipline_began"


def test_what_was_given_stays_given_and_is_reckoned_anew_as_of_the_day_before(service, cases):
    pekalongan = service.caller("caseworker", PEKALONGAN)
    answer = append(pekalongan, cases["elsewhere"], *steps_to_award(), version=5)
    assert answer.status_code == 201, answer.json()
    asked = {"unit": PEKALONGAN, "change": {"discipline": [{"on": "2025-08-01"}]}}
    now = ask(pekalongan, **asked).json()
    assert (now["failed"], ELIGIBLE in now["answers"]) == (0, False)
    anew = ask(pekalongan, **asked, valid_at="2025-08-16")
    assert differing(anew)[cases["elsewhere"]][ELIGIBLE]["other"] is False


def test_a_text_that_was_not_promulgated_yet_is_left_out(medan, cases):
    found = differing(ask(medan, promulgated_by="1999-01-01"))
    assert found[cases["long"]][ELIGIBLE]["other"] is False
    assert found[cases["long"]][ELIGIBLE]["because"]


def test_a_unit_is_gone_through_in_parts_which_add_up(medan, cases):
    seen, cursor, total = [], None, 0
    for last in (False, False, False, True):
        said = ask(medan, limit=1, cursor=cursor, change={"discipline": []}, **STRICT).json()
        seen += [item["case_id"] for item in said["items"]]
        total += said["cases"]
        cursor = said["cursor"]
        assert (cursor is None) is last
    assert total == said["held"] == 4
    assert sorted(seen) == sorted([cases["edge"], cases["punished"]])


def test_cases_are_read_as_they_were_known(medan, cases, service):
    before = datetime.now(UTC).isoformat()
    assert punished(medan, cases["long"], "2025-07-01", version=5).status_code == 201
    assert service.services.read_models.wait(service.services.ledger.position(), seconds=10)
    assert cases["long"] in differing(ask(medan, change={"discipline": []}))
    assert cases["long"] not in differing(ask(medan, change={"discipline": []}, known_at=before))
    early = ask(medan, change={"discipline": []}, valid_at="2025-06-30")
    assert cases["long"] not in differing(early)
    assert early.json()["valid_at"] == "2025-06-30"


def test_a_feast_is_on_the_day_that_the_registry_fixed(medan, cases, service):
    """Idul Fitri of 2026 is moved by a day, late: who asks as known before has the old one."""
    services, khusus = service.services, [{"kind": "khusus", "on": "2026-03-20"}]
    asked = {"propose": khusus, "change": {"conduct_risk_declined": False}}
    own_feast = f"remisi/khusus/{khusus[0]['on']}/eligible"
    before = datetime.now(UTC).isoformat()
    assert own_feast not in ask(medan, **asked).json()["answers"]
    Desk(services.ledger).tell(holiday_stream(Religion.ISLAM, 2026), MOVED)
    assert ask(medan, **asked).json()["answers"][own_feast] >= 1
    assert own_feast not in ask(medan, known_at=before, **asked).json()["answers"]


def test_nothing_is_stored_and_whom_it_showed_is_recorded(medan, cases, service):
    services = service.services
    before = services.ledger.position()
    ask(medan, **STRICT)
    assert services.ledger.position() == before
    kept = services.access.ask(EVERY_READ)[0]
    assert kept.route == "/v1/calculations/cohort"
    assert f"case:{cases['edge']}" in kept.subjects
    assert f"case:{cases['punished']}" not in kept.subjects
    assert "sentence" in kept.fields


def test_another_units_people_are_not_there_and_an_auditor_of_all_may_ask(service, medan, cases):
    assert ask(medan, unit=PEKALONGAN, **STRICT).status_code == 404
    assert ask(medan, unit="RUTAN-TIDAK-ADA", **STRICT).status_code == 404
    auditor = service.caller("auditor", level="ditjenpas")
    answer = ask(auditor, unit=PEKALONGAN, change={"conduct_risk_declined": False})
    assert list(differing(answer)) == [cases["elsewhere"]]
    for role in ("operator", "compliance"):
        assert ask(service.caller(role, MEDAN), **STRICT).status_code == 403
    assert ask(service.caller("agency"), **STRICT).status_code == 404


@pytest.mark.parametrize(
    ("asked", "pointer"),
    [
        ({"policies": {"rounding": "up"}}, "/policies"),
        ({"rule_sets": {"sentence": "kuhp-1915"}}, "/rule_sets/sentence"),
        ({"change": {"sentences": "none"}}, "/change/sentences"),
        ({"change": {"agama": "islam"}}, "/change/agama"),
        ({"limit": 0, **STRICT}, "/limit"),
        ({"on": "kemarin", **STRICT}, "/on"),
    ],
)
def test_what_cannot_be_asked_is_refused_with_its_place(medan, cases, asked, pointer):
    answer = ask(medan, **asked)
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["pointer"] == pointer


def test_a_question_without_anything_otherwise_or_of_a_time_to_come_is_refused(medan, cases):
    assert ask(medan).json()["code"] == "cohort.nothing_otherwise"
    tomorrow = datetime.now(UTC) + timedelta(days=1)
    ahead = ask(medan, known_at=tomorrow.isoformat(), **STRICT)
    assert (ahead.status_code, ahead.json()["code"]) == (422, "journey.known_at_in_future")
