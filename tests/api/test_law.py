"""The book of the law over HTTP: what holds since when, and how sure that is."""

import pytest

from domain.law.book import BOOK
from domain.law.choosing import policies


@pytest.fixture(scope="module")
def service(lasting_service):
    return lasting_service


@pytest.fixture
def asker(service):
    """Somebody who reads no records at all."""
    return service.caller("operator")


def topic(answer, name):
    return next(one for one in answer.json()["topics"] if one["topic"] == name)


def test_every_rule_set_and_policy_is_there_with_its_certainty(asker):
    answer = asker.get("/v1/law").json()
    told = [one["id"] for each in answer["topics"] for one in each["rule_sets"]]
    assert sorted(told) == sorted(one.id for one in BOOK)
    assert [one["name"] for one in answer["policies"]] == list(policies())
    said = {one["certainty"] for each in answer["topics"] for one in each["rule_sets"]}
    assert said <= set(answer["certainties"])


def test_the_day_says_which_text_is_taken(asker):
    for day, taken in (
        ("2026-01-01", "kuhp-1946"),
        ("2026-01-02", "kuhp-2023"),
        ("1900-01-01", None),
    ):
        assert topic(asker.get("/v1/law", params={"on": day}), "sentence")["taken"] == taken
    assert topic(asker.get("/v1/law"), "sentence")["taken"] is None


def test_what_was_promulgated_later_could_not_be_known(asker):
    before = asker.get("/v1/law", params={"as_known": "2023-01-01", "on": "2026-01-02"})
    assert [one["id"] for one in topic(before, "sentence")["rule_sets"]] == ["kuhp-1946"]
    assert topic(before, "sentence")["taken"] is None
    after = topic(asker.get("/v1/law", params={"as_known": "2023-01-02"}), "sentence")
    assert [one["id"] for one in after["rule_sets"]] == ["kuhp-1946", "kuhp-2023"]


def test_a_fraction_keeps_its_two_numbers(asker):
    (first, *_) = topic(asker.get("/v1/law"), "sentence")["rule_sets"]
    assert first["values"]["credit"] == {
        "rutan": "1",
        "rumah": "1/3",
        "kota": "1/5",
        "pembantaran": "0",
    }


@pytest.mark.parametrize("params", [{"on": "17-08-2025"}, {"as_known": "1755388800"}, {"at": "x"}])
def test_what_is_no_day_or_no_parameter_is_refused(asker, params):
    assert asker.get("/v1/law", params=params).status_code == 422


def test_without_a_token_there_is_no_answer(service):
    assert service.stranger().get("/v1/law").status_code == 401
