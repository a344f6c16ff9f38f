"""Two answers about one person side by side."""

from dataclasses import replace
from datetime import date

from person_facts import person, span

from domain.law.book import LAW
from domain.law.calculation import calculate
from domain.law.choosing import choose
from domain.law.contrast import basis, contrasts
from domain.law.facts import Breach, RemisiKind, Sentence, Wanted

AWARD_DAY = date(2025, 8, 17)
UMUM = Wanted(kind=RemisiKind.UMUM, on=AWARD_DAY, ground=None, missed=None)
W6 = person("2025-02-10", "1y6m")


def answer(facts, law=LAW):
    return calculate(facts, [UMUM], AWARD_DAY, law)


def differing(base, other):
    return {one.answer: (one.base, one.other) for one in contrasts(base, other)}


def test_an_answer_does_not_differ_from_itself():
    assert contrasts(answer(W6), answer(W6)) == ()


def test_a_breach_takes_the_remisi_and_says_which_condition_did_it():
    """W11 beside W6: 30 days fewer, and the reason is the breach."""
    broken = replace(W6, discipline=(Breach(on=date(2025, 6, 1), until=None, by=None),))
    found = differing(answer(W6), answer(broken))
    assert found["expiry"] == (date(2026, 7, 10), date(2026, 8, 9))
    assert found["remisi/umum/2025-08-17/eligible"] == (True, False)
    assert found["remisi/umum/2025-08-17/days"] == (30, 0)
    (one,) = [
        one
        for one in contrasts(answer(W6), answer(broken))
        if one.answer == "remisi/umum/2025-08-17/eligible"
    ]
    assert [turned.code for turned in one.because] == ["no_discipline_6_months"]
    assert [one.because[0].base.met, one.because[0].other.met] == [True, False]


def test_another_answer_to_an_open_question_is_named():
    """188 days served are enough by either reading; 180 are not by the stricter one."""
    strict = choose(LAW, rule_sets={}, options={"six_months_strict": "more_than"})
    assert contrasts(answer(W6), answer(W6, strict)) == ()
    at_the_line = person("2025-02-18", "1y6m")
    base, other = answer(at_the_line), answer(at_the_line, strict)
    assert differing(base, other)["remisi/umum/2025-08-17/eligible"] == (True, False)
    assert "six_months_strict=more_than" in basis(other, base).policies
    assert basis(base, other).rule_sets == ()


def test_a_sentence_for_life_has_no_dates_and_the_contrast_says_so():
    life = replace(W6, sentences=(Sentence(span=span("0d"), life=True, death=False),))
    found = differing(answer(W6), answer(life))
    assert found["not_applicable"] == (None, "sentence.life")
    assert found["expiry"] == (date(2026, 7, 10), None)
    assert found["integration/cb/applicable"] == (True, False)
