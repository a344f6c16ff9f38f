"""POST /v1/calculations/sentence-dates: the contract's answer, and what cannot be."""

import json
import re
from pathlib import Path

import pytest
from law.impossible_requests import IMPOSSIBLE, POSSIBLE, SUSULAN
from law.worked_examples import WORKED, asked, matches, remisi, span

from api.calculation_forms import EXAMPLE

pytestmark = pytest.mark.long

ADDRESS = "/v1/calculations/sentence-dates"
PAGE = (Path(__file__).parents[2] / "docs/calculation.md").read_text(encoding="utf-8")
TOLD = [json.loads(block) for block in re.findall(r"```json\n(.*?)```", PAGE, re.DOTALL)]
RIGHT_ANSWER = {"possible", "from", "until", "reasons"}


@pytest.fixture(scope="module")
def caller(lasting_service):
    return lasting_service.caller("caseworker", "RUTAN-MEDAN")


def problems(answer):
    return {(one["pointer"], one["code"]) for one in answer.json()["errors"]}


@pytest.mark.parametrize("example", WORKED, ids=lambda one: one.id)
def test_a_worked_example_comes_out_to_the_day(caller, example):
    answer = caller.post(ADDRESS, json=example.asks)
    assert answer.status_code == 200, answer.text
    assert matches(answer.json(), example.gives), answer.text


@pytest.mark.parametrize("place", range(0, len(TOLD), 2))
def test_every_example_of_the_page_is_answered_as_it_says(caller, place):
    answer = caller.post(ADDRESS, json=TOLD[place]).json()
    assert matches(answer, TOLD[place + 1]), answer


def test_a_right_is_answered_as_the_contract_has_it_and_why_stands_beside(caller):
    answer = caller.post(ADDRESS, json=EXAMPLE).json()
    assert all(set(one) == RIGHT_ANSWER for one in answer["integration"].values())
    assert (
        set(answer["why"]) == set(answer["integration"]) == {"pb", "cb", "cmb", "cmk", "asimilasi"}
    )
    assert answer["why"]["pb"]["guidance_stages"][0]["from"] == "2025-11-27"
    assert {one["present"] for one in answer["why"]["pb"]["checklist"]} == {None}
    assert answer["assumed"] == ["executed", "programmes_good"]


def test_reasons_are_read_aloud_in_the_language_asked_for(caller):
    (served,) = (
        one
        for one in caller.post(ADDRESS, json=EXAMPLE).json()["remissions"][1]["criteria"]
        if one["code"] == "served_6_months"
    )
    assert served["because"] == "Anda sudah menjalani 188 hari; yang diperlukan 180 hari."
    assert (served["value"], served["needed"], served["met"]) == ("188", "180", True)
    assert served["article"].startswith("Keppres 174/1999")
    english = caller.post(ADDRESS, json=EXAMPLE, headers={"Accept-Language": "en"}).json()
    assert "You have served 188 days" in str(english["remissions"][1]["criteria"])


@pytest.mark.parametrize(
    "role", ["caseworker", "supervisor", "auditor", "compliance", "agency", "operator"]
)
def test_whoever_has_a_token_may_ask_and_nobody_else(lasting_service, role):
    level = "ditjenpas" if role == "operator" else "unit"
    caller = lasting_service.caller(role, "RUTAN-MEDAN", level=level)
    assert caller.post(ADDRESS, json=EXAMPLE).status_code == 200
    assert lasting_service.stranger().post(ADDRESS, json=EXAMPLE).status_code == 401


def test_nothing_is_stored(lasting_service, caller):
    before = lasting_service.services.ledger.position()
    assert caller.post(ADDRESS, json=EXAMPLE).status_code == 200
    assert lasting_service.services.ledger.position() == before


def test_another_answer_to_an_open_question_changes_the_dates_and_is_named(caller):
    leap = asked(since="2024-02-29", sentences=span(years=1))
    usual, other = (
        caller.post(ADDRESS, json=leap | {"policies": {"leap_day": option}}).json()
        for option in ("28_february", "1_march")
    )
    assert (usual["expiry"], other["expiry"]) == ("2025-02-28", "2025-03-01")
    (used,) = (one for one in other["policies"] if one["name"] == "leap_day")
    assert (used["chosen"], used["default"], used["certainty"]) == ("1_march", "28_february", "K?")
    assert [one["code"] for one in usual["warnings"]] == ["calendar.leap_day"]


def test_a_feast_that_the_registry_moved_is_the_one_that_is_reckoned_with(lasting_service, caller):
    said = {
        "religion": "buddha",
        "year": 2025,
        "day": "2025-05-13",
        "second_day": None,
        "decree": "SKB 9/2024",
    }
    asks = asked(
        religion="buddha",
        since="2023-01-10",
        sentences=span(years=4),
        propose=[remisi("khusus", "2025-05-13")],
    )
    own_feast = {"eligible": True, "days": 30, "year_ordinal": 2}
    assert not matches(caller.post(ADDRESS, json=asks).json()["remissions"], [own_feast])
    fixed = {"type": "registry.holiday_fixed", "effective": "2024-10-15", "data": said}
    nation = lasting_service.caller("supervisor", level="ditjenpas")
    assert nation.post("/v1/registry/holidays", json={"events": [fixed]}).status_code == 201
    answer = caller.post(ADDRESS, json=asks).json()
    assert matches(answer["remissions"], [own_feast]), answer["remissions"]


def test_a_rule_set_is_chosen_whatever_the_day(caller):
    answer = caller.post(ADDRESS, json=EXAMPLE | {"rule_sets": {"sentence": "kuhp-2023"}}).json()
    assert answer["rule_sets"][0] == "kuhp-2023"


def test_what_was_made_up_for_is_not_made_up_for_again(caller):
    asks = asked(since="2025-02-10") | {"verdict_final_on": "2025-09-01"}
    asks["propose"] = [remisi("susulan", "2025-12-01", missed=remisi("umum", "2025-08-17"))]
    (first,) = caller.post(ADDRESS, json=asks).json()["remissions"]
    (again,) = caller.post(ADDRESS, json=asks | {"remissions": [SUSULAN]}).json()["remissions"]
    assert (first["eligible"], again["eligible"]) == (True, False)
    assert [one["code"] for one in again["criteria"] if not one["met"]] == ["once_a_year"]


@pytest.mark.parametrize(("said", "wrong"), IMPOSSIBLE)
def test_what_cannot_be_is_refused_with_its_place_and_reason(caller, said, wrong):
    answer = caller.post(ADDRESS, json=asked(since="2025-02-10") | said)
    assert (answer.status_code, answer.json()["code"]) == (422, "calculation.impossible")
    assert problems(answer) == wrong
    assert all(one["detail"] for one in answer.json()["errors"])


@pytest.mark.parametrize("said", POSSIBLE)
def test_what_is_just_possible_is_answered(caller, said):
    answer = caller.post(ADDRESS, json=asked(since="2025-02-10") | said)
    assert answer.status_code == 200, answer.text


def test_a_claim_that_agrees_is_no_flag(caller):
    claim = {"about": "expiry", "on": "2026-05-26", "source": "SK PAS-1423"}
    assert caller.post(ADDRESS, json=EXAMPLE | {"claims": [claim]}).json()["flags"] == []


def test_a_right_that_has_ended_has_no_stages(caller):
    rights = [{"right": "pb", "from": "2025-12-01", "to": "2026-01-01"}]
    answer = caller.post(ADDRESS, json=EXAMPLE | {"rights": rights}).json()
    assert answer["guidance_stages"] == []


UNFITTING = [
    ({"sentences": [{"years": 1.5}]}, ("/sentences/0/years", "wrong_type")),
    ({"kind": "warga"}, ("/kind", "not_in_list")),
    ({"propose": [remisi("lebaran", "2025-03-31")]}, ("/propose/0/kind", "not_in_list")),
    ({"detention": [{"from": "2025-02-30"}]}, ("/detention/0/from", "impossible_date")),
    ({"detention": [{"from": "12025-02-03"}]}, ("/detention/0/from", "not_a_date")),
    ({"name": "Budi"}, ("/name", "unknown_field")),
    ({"policies": {"rounding": "up"}}, ("/policies", "law.unknown_choice")),
    ({"rule_sets": {"sentence": "kuhp-1915"}}, ("/rule_sets/sentence", "law.unknown_choice")),
]


@pytest.mark.parametrize(("said", "wrong"), UNFITTING)
def test_what_cannot_be_read_is_refused_with_its_place(caller, said, wrong):
    answer = caller.post(ADDRESS, json=asked(since="2025-02-10") | said)
    assert (answer.status_code, problems(answer)) == (422, {wrong})
    assert "Budi" not in answer.text
