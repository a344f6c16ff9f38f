"""Reckoning otherwise than the house does, and what there is to choose from."""

from datetime import date

import pytest

from domain.kernel import Refused
from domain.law.book import LAW
from domain.law.choosing import choose, policies
from domain.law.rule_set import Policy
from domain.law.sentence import CREDIT_ROUNDING, SENTENCE


def test_a_policy_is_found_where_it_stands_and_offers_its_default():
    assert policies()["credit_rounding"] is CREDIT_ROUNDING
    for name, one in policies().items():
        assert isinstance(one, Policy)
        assert (one.name, one.default in one.options) == (name, True)


def test_a_rule_set_and_an_option_are_taken_whatever_the_day():
    other = choose(LAW, rule_sets={"sentence": "kuhp-1946"}, options={"credit_rounding": "up"})
    assert other.on(SENTENCE, date(2027, 1, 1)).id == "kuhp-1946"
    assert other.use(CREDIT_ROUNDING).chosen == "up"
    assert LAW.on(SENTENCE, date(2027, 1, 1)).id == "kuhp-2023"


@pytest.mark.parametrize(
    ("rule_sets", "options", "field"),
    [
        ({"pidana": "kuhp-1946"}, {}, "rule_sets"),
        ({"sentence": "kuhp-1915"}, {}, "rule_sets/sentence"),
        ({}, {"rounding": "up"}, "policies"),
        ({}, {"credit_rounding": "sideways"}, "policies/credit_rounding"),
    ],
)
def test_a_name_that_there_is_not_is_refused_with_its_field(rule_sets, options, field):
    with pytest.raises(Refused) as refusal:
        choose(LAW, rule_sets=rule_sets, options=options)
    assert refusal.value.field == field
