"""The worked examples by the domain itself; by API and by shell they are tried in `tests/api`."""

import json
from datetime import date

import pytest
from law.worked_examples import WORKED, matches

from api.calculation_answers import Spoken
from api.calculation_forms import CalculationBody, question_in
from application.calculating import answered
from domain.law.book import LAW


def answer_to(asks):
    said = answered(question_in(CalculationBody.model_validate(asks)), LAW)
    return json.loads(json.dumps(Spoken(0).answer(said), default=date.isoformat))


@pytest.mark.parametrize("example", WORKED, ids=lambda one: one.id)
def test_a_worked_example_comes_out_to_the_day(example):
    answer = answer_to(example.asks)
    assert matches(answer, example.gives), answer


def test_an_example_that_is_off_by_one_day_does_not_match():
    answer = answer_to(WORKED[0].asks)
    assert not matches(answer, {"expiry": "2026-05-27"})
    assert not matches(answer, {"remissions": []})
