"""What cannot be is refused in the domain, all of it together; by HTTP it is in `tests/api`."""

import pytest
from law.impossible_requests import IMPOSSIBLE, POSSIBLE
from law.test_worked_examples import answer_to
from law.worked_examples import asked, remisi

from domain.law.impossible import ARTICLE, ImpossibleFacts

EVERY_DAY = {
    "verdict_final_on": "2025-02-10",
    "detention": [{"from": "2025-02-10", "to": "2025-03-01", "form": "rutan"}],
    "remissions": [{"kind": "umum", "on": "2025-08-17", "days": 30}],
    "discipline": [{"on": "2025-02-10", "until": "2025-02-11"}],
    "rights": [{"right": "pb", "from": "2025-02-10", "to": "2025-02-11"}],
    "propose": [remisi("susulan", "2025-12-01", missed=remisi("umum", "2025-08-17"))],
    "on": "2025-12-01",
}
"""A day in every place in which there can be one."""
FAR_OUT = "1901-01-01"


def refusal_of(said):
    with pytest.raises(ImpossibleFacts) as refusal:
        answer_to(asked(since="2025-02-10") | said)
    return refusal.value


def places(value, at=""):
    """Go through the places of days, each with what is told when another day is there."""
    if isinstance(value, dict):
        for key, one in value.items():
            yield from ((place, {**value, key: far}) for place, far in places(one, f"{at}/{key}"))
    elif isinstance(value, list):
        yield from ((place, [far]) for place, far in places(value[0], f"{at}/0"))
    elif isinstance(value, str) and value[:2] in {"19", "20"}:
        yield at, FAR_OUT


@pytest.mark.parametrize(("said", "wrong"), IMPOSSIBLE)
def test_what_cannot_be_is_refused_with_its_place_and_reason(said, wrong):
    refusal = refusal_of(said)
    assert {(one.pointer, one.code) for one in refusal.problems} == wrong
    first = refusal.problems[0]
    assert (refusal.code, refusal.because) == (first.code, first.because)
    assert (refusal.field, refusal.article) == (first.pointer.removeprefix("/"), ARTICLE)
    for indonesian, english in (one.because for one in refusal.problems):
        assert indonesian.strip() != english.strip() != ""


@pytest.mark.parametrize(("place", "said"), list(places(EVERY_DAY)))
def test_a_day_far_out_is_refused_wherever_it_is_told(place, said):
    assert (place, "day.far_out") in {(one.pointer, one.code) for one in refusal_of(said).problems}


@pytest.mark.parametrize("said", POSSIBLE)
def test_what_is_just_possible_is_answered(said):
    assert answer_to(asked(since="2025-02-10") | said)["remissions"] is not None
